"""An HTTP endpoint or an inbox that a topic delivers to: somebody else's, which may be down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ecslite.errors import InvalidSetting
from ecslite.serverless.message import Message
from ecslite.serverless.part import Part, Told
from ecslite.sim.metrics import Sample
from ecslite.sim.simulation import Simulation

__all__ = ["HttpEndpoint", "Inbox"]


class HttpEndpoint(Part):
    """Answers each delivery after `seconds`: 200, or `status` while it is down, or with the share `error_rate`.

    `down` holds the outages, each (from second, to second).
    """

    kind = "http_endpoint"

    def __init__(
        self,
        sim: Simulation,
        name: str,
        *,
        seconds: float = 0.1,
        down: Sequence[tuple[float, float]] = (),
        status: int = 503,
        error_rate: float = 0.0,
    ) -> None:
        if not 400 <= status <= 599:
            raise InvalidSetting(f"{name!r}: status={status} is not an error: use 400 to 599, such as 503")
        if not 0 <= error_rate <= 1 or seconds < 0 or any(start > end for start, end in down):
            raise InvalidSetting(
                f"{name!r}: seconds={seconds}, error_rate={error_rate}, down={list(down)}: use seconds from 0, a share"
                " from 0 to 1, and outages as (from, to)"
            )
        self.seconds = seconds
        self.down = tuple(down)
        self.status = status
        self.error_rate = error_rate
        self.taken = 0
        """Deliveries that it has answered with 200."""
        self._failed = self._taken = 0
        self._random = sim.stream(f"{self.kind}/{name}/errors")
        super().__init__(sim, name)

    def arrive(self, time: float, message: Message) -> None:
        self.deliver(time, message, lambda moment, taken, why: None)

    def deliver(self, time: float, message: Message, told: Told) -> None:
        fails = any(start <= time < end for start, end in self.down)
        fails = fails or (self.error_rate > 0 and self._random.random() < self.error_rate)
        self._failed += fails
        self._taken += not fails
        self.taken += not fails
        why = str(self.status) if fails else ""
        self.agenda.at(time + self.seconds, lambda moment: told(moment, not fails, why))

    def read(self) -> Iterator[Sample]:
        yield Sample("DeliveriesTaken", self.name, "Count", {"Sum": self._taken})
        yield Sample("DeliveriesFailed", self.name, "Count", {"Sum": self._failed})
        self._failed = self._taken = 0


class Inbox(HttpEndpoint):
    """A mailbox: the same, by e-mail."""

    kind = "inbox"
