"""S3's event notifications: each change of an object is told at least once, within seconds, in no order.

Of two events of one key the one with the larger `sequencer` came later, whichever arrives first.
[S3 User Guide, EventNotifications, notification-content-structure; read 2026-11-24]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ecslite.errors import InvalidSetting
from ecslite.serverless.agenda import Agenda
from ecslite.serverless.keys import Draws
from ecslite.serverless.message import Message
from ecslite.serverless.part import Receiver
from ecslite.sim.distributions import Distribution, LogNormal
from ecslite.sim.simulation import Simulation

__all__ = ["EVENTS", "Notification", "Notifications"]

EVENTS = (
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Copy",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
)
"""Those that are simulated, of S3's enumeration Event."""

DELAY = LogNormal(2.0, 2.0)
"""Seconds until an event is delivered: mostly seconds, now and then a minute."""
# Model: the distribution is ours. So is the share of events that come twice: AWS says "at least once".

RETRY_SECONDS, ATTEMPTS = 60.0, 60
# Model: a destination that does not take an event gets it again each minute for an hour; then it is lost, and counted.


@dataclass(frozen=True, slots=True)
class Notification:
    """Where events of some kinds go, of keys that begin with `prefix` and end with `suffix`."""

    receiver: Receiver
    name: str
    events: tuple[str, ...]
    prefix: str
    suffix: str

    def __post_init__(self) -> None:
        if not self.events or any(event not in EVENTS for event in self.events):
            raise InvalidSetting(f"events={self.events}: use some of {', '.join(EVENTS)}")

    def wants(self, event: str, key: str) -> bool:
        """Whether an event such as s3:ObjectCreated:Put goes there."""
        named = any(event == each or (each.endswith("*") and event.startswith(each[:-1])) for each in self.events)
        return named and key.startswith(self.prefix) and key.endswith(self.suffix)

    def overlaps(self, other: Notification) -> bool:
        """Whether one event could go to both, which S3 refuses."""
        return (
            any(_meet(mine, theirs) for mine in self.events for theirs in other.events)
            and (self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix))
            and (self.suffix.endswith(other.suffix) or other.suffix.endswith(self.suffix))
        )


def _meet(one: str, other: str) -> bool:
    short, long = sorted((one.rstrip("*"), other.rstrip("*")), key=len)
    return one == other or (long.startswith(short) and short.endswith(":"))


class Notifications:
    """The notifications of one bucket, and what became of its events."""

    def __init__(self, sim: Simulation, bucket: str, delay: Distribution, twice: float) -> None:
        self.agenda = sim.the(Agenda)
        self.bucket = bucket
        self.twice = twice
        self.rules: list[Notification] = []
        self.counts: Counter[str] = Counter()
        """Events "sent", of which "duplicates"; "delivered", "refused" (and sent again) and "lost"."""
        self.events = 0
        self._delay = Draws(delay, sim.stream(f"bucket/{bucket}/notifications"))
        self._draw_twice = sim.stream(f"bucket/{bucket}/duplicates")

    def add(self, rule: Notification) -> None:
        """One more rule; InvalidSetting where it overlaps another."""
        for other in self.rules:
            if rule.overlaps(other):
                raise InvalidSetting(
                    f"bucket {self.bucket!r} tells {other.name!r} and {rule.name!r} of the same events: S3 refuses"
                    " rules that overlap; wire the bucket to a topic and the topic to both, or give other prefixes"
                )
        self.rules.append(rule)

    @property
    def waiting(self) -> int:
        """Events that are sent and neither delivered nor lost."""
        return self.counts["sent"] - self.counts["delivered"] - self.counts["lost"]

    def tell(self, time: float, event: str, key: str, size_kib: float) -> None:
        """An object has changed."""
        self.events += 1
        for rule in self.rules:
            if rule.wants(event, key):
                for _ in self._copies():
                    attributes: dict[str, str | float] = {
                        "eventName": event.removeprefix("s3:"),
                        "sequencer": f"{self.events:016X}",
                        "objectSize": size_kib * 1024,
                    }
                    message = Message(self.events, time, key=key, attributes=attributes)
                    self._deliver(rule, time + self._delay.next(), message, 1)

    def _copies(self) -> Iterator[None]:
        self.counts["sent"] += 1
        yield
        if self.twice and self._draw_twice.random() < self.twice:
            self.counts.update(("sent", "duplicates"))
            yield

    def _deliver(self, rule: Notification, seconds: float, message: Message, attempt: int) -> None:
        def told(moment: float, taken: bool, why: str) -> None:
            if taken:
                self.counts["delivered"] += 1
            elif attempt >= ATTEMPTS:
                self.counts["lost"] += 1
            else:
                self.counts["refused"] += 1
                self._deliver(rule, moment + RETRY_SECONDS, message, attempt + 1)

        self.agenda.at(seconds, lambda moment: rule.receiver.deliver(moment, message, told))
