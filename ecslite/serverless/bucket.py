"""An S3 bucket: objects by key, read back as they were written last, and events that tell of each change.

A request takes 100 to 200 ms, and is answered as fast as its prefix allows (see `prefixes`), or with 503 Slow Down.
A read that begins after a write has succeeded sees that write; of two writes of one key the last wins. Left out:
versions, multipart uploads, storage classes other than Standard, lifecycle rules.
[S3 User Guide, Welcome, optimizing-performance; read 2026-11-24]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from ecslite.errors import InvalidSetting
from ecslite.serverless.bucket_seconds import Demand, Seconds
from ecslite.serverless.keys import Draws, Shares, Zipf
from ecslite.serverless.message import Message
from ecslite.serverless.notification import DELAY, Notification, Notifications
from ecslite.serverless.part import Done, Part, Receiver
from ecslite.serverless.prefixes import SPLIT_SECONDS, Prefixes
from ecslite.serverless.statistics import Durations
from ecslite.sim.distributions import Distribution, Uniform, as_distribution
from ecslite.sim.metrics import PERIOD, Sample
from ecslite.sim.simulation import Simulation
from ecslite.sim.traffic import Traffic

__all__ = ["OPERATIONS", "Bucket"]

OPERATIONS = {
    "GetObject": ("Get", "GetRequests", 2),
    "HeadObject": ("Get", "HeadRequests", 2),
    "ListObjectsV2": ("Get", "ListRequests", 1),
    "PutObject": ("Put", "PutRequests", 1),
    "CopyObject": ("Put", "PutRequests", 1),
    "DeleteObject": ("Put", "DeleteRequests", 0),
}
"""What is simulated: the rate it counts against, its metric, and the tier of its price (a deletion is free)
[S3 User Guide, metrics-dimensions; S3 pricing; read 2026-11-24]."""

LATENCY = Uniform(0.1, 0.2)
"""Seconds of a request for a small object [optimizing-performance]."""
# Model: evenly spread, and the same for all sizes: transfer takes no time.

LARGEST_PUT_KIB = 5 * 1024**2
"""What one PutObject takes: 5 GB; larger objects come in several parts [S3 API, PutObject; read 2026-11-24]."""

EVENTS = {"PutObject": "s3:ObjectCreated:Put", "CopyObject": "s3:ObjectCreated:Copy"}

SLOW_DOWN = "503 SlowDown"
NO_SUCH_KEY = "404 NoSuchKey"


class Bucket(Part):
    """A general purpose bucket. `operations` are the requests it gets, by their shares; a message may name another in
    its attribute "operation". `keys` lie evenly in `prefixes` prefixes, and the first `objects` of them exist.

    `bucket >> queue` (or a topic, or a function) tells of all objects that are created; `notify` says it more exactly.
    `by_the_second` counts its traffic a second at a time (see `bucket_seconds`), for rates at which prefixes refuse.
    """

    kind = "bucket"

    def __init__(
        self,
        sim: Simulation,
        name: str,
        *,
        operations: Mapping[str, float] | None = None,
        keys: Zipf | None = None,
        prefixes: int = 1,
        objects: int = 0,
        object_kib: float = 1024.0,
        latency: Distribution | float = LATENCY,
        split_seconds: float = SPLIT_SECONDS,
        notification_delay: Distribution | float = DELAY,
        duplicate_notifications: float = 0.001,
        by_the_second: bool = False,
    ) -> None:
        shares = dict(operations or {"PutObject": 1.0})
        self.keys = keys or Zipf(1000, 0.0)
        _check_requests(name, shares, prefixes, objects, self.keys.count)
        _check_model(object_kib, split_seconds, duplicate_notifications)
        super().__init__(sim, name, prefixes=prefixes)
        self.object_kib = object_kib
        self.requests = 0
        self.answered: Counter[str] = Counter()
        """Requests by what became of them: "ok", "404 NoSuchKey", "503 SlowDown"."""
        self.notifications = Notifications(sim, name, as_distribution(notification_delay), duplicate_notifications)
        self.prefixes = Prefixes(split_seconds)
        self._many_prefixes = prefixes
        self._objects: dict[str, tuple[float, int]] = {}
        """Of each object its KiB, and which request wrote it."""
        self._stored_kib = 0.0
        for rank in range(1, objects + 1):
            self._write(self._key_of(rank), 0)
        self._kinds, self._kind = list(shares), Shares(list(shares.values()))
        self._draw_kind, self._draw_key = (sim.stream(f"bucket/{name}/{what}") for what in ("operations", "keys"))
        self._latency = Draws(as_distribution(latency), sim.stream(f"bucket/{name}/latency"))
        self._seconds = self._by_the_second(shares) if by_the_second else None
        self._begin_period()

    def connect(self, other: Part) -> None:
        """Tell `other` of every object that is created."""
        self.notify(other)

    def notify(
        self, other: Part, events: tuple[str, ...] = ("s3:ObjectCreated:*",), *, prefix: str = "", suffix: str = ""
    ) -> None:
        """Tell `other` (a queue, a topic, a function) of these events, of keys with this beginning and this end."""
        if other.sim is not self.sim:
            raise InvalidSetting(f"{other.name!r} belongs to another simulation than {self.name!r}: build both on one")
        if self._seconds is not None:
            raise InvalidSetting(
                f"bucket {self.name!r} is counted by_the_second, and tells {other.name!r} of nothing: leave it out"
            )
        if not isinstance(other, Receiver):
            raise InvalidSetting(
                f"bucket {self.name!r} tells of events, and {other.kind} {other.name!r} takes none: use a queue, a"
                " topic or a function"
            )
        if _is_fifo(other):
            raise InvalidSetting(
                f"{other.kind} {other.name!r} is FIFO: S3 tells only standard queues and topics, since its events have"
                " no order; put a function between them"
            )
        self.notifications.add(Notification(other, other.name, tuple(events), prefix, suffix))

    # Requests

    def wire(self, source: Traffic) -> None:
        """Let a source's requests arrive here, one by one or a second at a time."""
        if self._seconds is None:
            super().wire(source)
        else:
            self._seconds.wire(source)

    def arrive(self, time: float, message: Message) -> None:
        """Take a request from outside."""
        self.call(time, message, None)

    def call(self, time: float, message: Message, done: Done | None) -> None:
        """Answer a request: "ok", or S3's error with its status."""
        self.requests += 1
        operation = self._operation(message)
        key = message.key or self._key_of(self.keys.draw(self._draw_key))
        kind, metric, tier = OPERATIONS[operation]
        end = time + self._latency.next()
        if not self.prefixes.take(time, key.rpartition("/")[0], kind):
            outcome = SLOW_DOWN
        elif operation in ("GetObject", "HeadObject", "CopyObject") and key not in self._objects:
            outcome = NO_SUCH_KEY
        else:
            outcome = "ok"
            self._change(operation, key, end)
        self._count(metric, tier, outcome)
        self._latencies.add(end - time)
        if done is not None:
            self.agenda.at(end, lambda moment: done(moment, outcome))

    def _count(self, metric: str, tier: int, outcome: str, many: int = 1) -> None:
        """Count so many requests of one kind with one outcome."""
        self.answered[outcome] += many
        self._counts["AllRequests"] += many
        self._counts[metric] += many
        if outcome != "ok":
            self._counts[f"{outcome[0]}xxErrors"] += many
        if outcome != SLOW_DOWN and tier:
            self._counts[f"Requests-Tier{tier}"] += many

    def _by_the_second(self, shares: Mapping[str, float]) -> Seconds:
        """Its traffic a second at a time: what each prefix is asked for, by the popularity of its keys."""
        heat = [0.0] * self._many_prefixes
        for rank in range(1, self.keys.count + 1):
            heat[rank % self._many_prefixes] += self.keys.share(rank)
        whole = sum(shares.values())
        demands = {
            operation: [
                Demand(f"prefix-{number}", OPERATIONS[operation][0], share / whole * its)
                for number, its in enumerate(heat)
                if its
            ]
            for operation, share in shares.items()
        }
        return Seconds(self.sim, self.name, demands, self.prefixes, self._count_second)

    def _count_second(self, operation: str, answered: int, refused: int) -> None:
        self.requests += answered + refused
        _, metric, tier = OPERATIONS[operation]
        self._count(metric, tier, "ok", answered)
        if refused:
            self._count(metric, tier, SLOW_DOWN, refused)

    def _operation(self, message: Message) -> str:
        named = message.attributes.get("operation")
        if named is None:
            return self._kinds[self._kind.draw(self._draw_kind)]
        if named not in OPERATIONS:
            raise InvalidSetting(f"operation {named!r} on bucket {self.name!r}: use one of {', '.join(OPERATIONS)}")
        return str(named)

    def _key_of(self, rank: int) -> str:
        return f"prefix-{rank % self._many_prefixes}/key-{rank}"

    def _change(self, operation: str, key: str, end: float) -> None:
        if operation in EVENTS:
            request = self.requests
            self.agenda.at(end, lambda moment: self._written(moment, key, request, EVENTS[operation]))
        elif operation == "DeleteObject":
            self.agenda.at(end, lambda moment: self._deleted(moment, key))

    def _written(self, time: float, key: str, request: int, event: str) -> None:
        self._write(key, request)
        self.notifications.tell(time, event, key, self.object_kib)

    def _write(self, key: str, request: int) -> None:
        self._stored_kib += self.object_kib - self._objects.get(key, (0.0, 0))[0]
        self._objects[key] = (self.object_kib, request)

    def _deleted(self, time: float, key: str) -> None:
        gone = self._objects.pop(key, None)
        if gone is not None:
            self._stored_kib -= gone[0]
            self.notifications.tell(time, "s3:ObjectRemoved:Delete", key, gone[0])

    def version(self, key: str) -> int | None:
        """Which of the bucket's requests, counted from 1, wrote what a read of the key returns now; None without one.

        0 stands for the objects that were there from the start.
        """
        found = self._objects.get(key)
        return found[1] if found else None

    def __len__(self) -> int:
        """How many objects there are."""
        return len(self._objects)

    # Counting

    def _begin_period(self) -> None:
        self._counts: Counter[str] = Counter()
        self._latencies = Durations()
        self._told = self.notifications.counts.copy()

    def read(self) -> Iterator[Sample]:
        """The metrics of the minute that ends now."""
        counts = self._counts
        metrics = dict.fromkeys(metric for _, metric, _ in OPERATIONS.values())
        # Model: the two tiers are usage types of the bill, not metrics; what was slowed down is not charged.
        for name in ("AllRequests", *metrics, "4xxErrors", "5xxErrors", "Requests-Tier1", "Requests-Tier2"):
            yield Sample(name, self.name, "Count", {"Sum": counts[name]})
        yield Sample("TotalRequestLatency", self.name, "Milliseconds", self._latencies.milliseconds())
        # Model: CloudWatch has these two once a day.
        yield Sample("BucketSizeBytes", self.name, "Bytes", {"Average": self._stored_kib * 1024})
        yield Sample("NumberOfObjects", self.name, "Count", {"Average": len(self._objects)})
        if self._seconds is None:
            self.sim.level("NotificationsWaiting", self.name, self.notifications.waiting)
        self._tell()
        self._begin_period()

    def _tell(self) -> None:
        traffic = self.sim.log.latest("traffic", self.sim.now)
        for prefix, load in self.prefixes.loads(PERIOD):
            # The level holds for the minute before: it is known at its end.
            self.sim.level("PrefixLoad", f"{self.name}/{prefix}", round(load))
        for prefix, refused, split in self.prefixes.close_minute(self.sim.now, PERIOD):
            where, many = prefix or "its root", self.prefixes.partitions(prefix)
            text = f"{refused:,} × 503 Slow Down from bucket {self.name} in the last minute: {where} is asked for more"
            event = self._say(f"{text} than it has grown to.", traffic)
            if split:
                event = self._say(f"S3 splits {where} of bucket {self.name} into {many} partitions.", event)
            self.sim.level("Partitions", f"{self.name}/{prefix}", many, event)
        lost = self.notifications.counts["lost"] - self._told["lost"]
        if lost:
            text = f"{lost:,} notification{'s' * (lost > 1)} of bucket {self.name} lost"
            self._say(f"{text}: no destination took them in an hour.", traffic)

    def _say(self, text: str, cause: int | None) -> int:
        return self.sim.log.add("bucket", self.name, text, cause)


def _is_fifo(other: Part) -> bool:
    attributes = getattr(other, "attributes", None)
    return any(getattr(attributes, name, False) for name in ("fifo_queue", "fifo_topic"))


def _check_requests(name: str, shares: Mapping[str, float], prefixes: int, objects: int, keys: int) -> None:
    for operation, share in shares.items():
        if operation not in OPERATIONS or not share > 0:
            raise InvalidSetting(f"operations: {operation!r} × {share}: use {', '.join(OPERATIONS)}, shares above 0")
    if prefixes != int(prefixes) or prefixes < 1 or not 0 <= objects <= keys:
        raise InvalidSetting(
            f"prefixes={prefixes}, objects={objects} of bucket {name!r}: use 1 prefix at least, and 0 to {keys}"
            " objects, as many as there are keys"
        )


def _check_model(object_kib: float, split_seconds: float, twice: float) -> None:
    if not 0 <= object_kib <= LARGEST_PUT_KIB:
        raise InvalidSetting(
            f"object_kib={object_kib:g}: one PutObject takes up to 5 GB ({LARGEST_PUT_KIB} KiB); larger ones come in"
            " parts"
        )
    if not split_seconds >= PERIOD or not 0 <= twice < 1:
        raise InvalidSetting(
            f"split_seconds={split_seconds}, duplicate_notifications={twice}: use {PERIOD} s at least, and a share"
            " from 0 to less than 1"
        )
