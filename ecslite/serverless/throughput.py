"""What a table can read, or write, in a second: its own limit, and the limit of each of its partitions.

In provisioned mode unused capacity is saved for up to 300 s. In on-demand mode a table takes twice its previous peak.
In both no partition takes more than 3,000 read or 1,000 write units a second, however much the table has.
[DynamoDB Developer Guide, burst-adaptive-capacity, on-demand-capacity-mode; read 2026-11-24]
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import ceil
from zlib import crc32

from ecslite.serverless.token_bucket import TokenBucket

__all__ = [
    "ACCOUNT_TABLE_UNITS",
    "BURST_SECONDS",
    "ON_DEMAND_START",
    "PARTITION_UNITS",
    "PreviousPeak",
    "Throughput",
    "on_demand_start",
    "partition_of",
    "partitions_for",
]

BURST_SECONDS = 300.0
"""Seconds of unused capacity that are saved [burst-adaptive-capacity]."""

PARTITION_UNITS = {"Read": 3000.0, "Write": 1000.0}
"""The most that one partition takes in a second [same page]."""

PARTITION_GB = 10
"""A partition's size [DynamoDB Developer Guide, bp-partition-key-design; the page was not read]."""

ON_DEMAND_START = {"Read": 12000.0, "Write": 4000.0}
"""What a new on-demand table takes in a second [on-demand-capacity-mode]."""

ACCOUNT_TABLE_UNITS = 40000.0
"""The quota of an on-demand table, for reads and for writes, until it is raised [same page]."""

GROWTH_SECONDS = 30 * 60
"""Growth beyond twice the previous peak within this time may be throttled [same page]."""

MINUTE = 60


def on_demand_start(read_units: float, write_units: float) -> tuple[float, float]:
    """(reads, writes) a second that a table takes at once after its switch to on-demand mode.

    The arguments are the most that it was ever provisioned with.
    [DynamoDB Developer Guide, bp-switching-capacity-modes; read 2026-11-24]

    >>> on_demand_start(24_000, 8_000)
    (24000, 8000)
    """
    return max(ON_DEMAND_START["Read"], read_units), max(ON_DEMAND_START["Write"], write_units)


def partitions_for(read_units: float, write_units: float, size_gb: float = 0.0) -> int:
    """How many partitions so much capacity and so much data need.

    >>> partitions_for(12_000, 4_000)
    4
    """
    # Model: AWS does not document the number. It follows here from the limits of a partition alone.
    shares = (read_units / PARTITION_UNITS["Read"], write_units / PARTITION_UNITS["Write"], size_gb / PARTITION_GB)
    return max(1, ceil(max(shares)))


def partition_of(key: str, partitions: int) -> int:
    """The partition that holds a key: each of them holds an even range of the keys' hashes."""
    # Model: DynamoDB's hash is not documented; CRC-32 is the same on all platforms.
    return crc32(key.encode()) * partitions >> 32


class PreviousPeak:
    """The most that a table consumed in a second, of what on-demand mode doubles."""

    # Model: traffic is averaged over a minute. The peak counts from 30 minutes after the end of its minute, so that
    # a table doubles at most each half hour; AWS says only that faster growth may be throttled.

    def __init__(self, start: float) -> None:
        self.allowance = start
        self._minute = 0
        self._units = 0.0
        self._recent: deque[tuple[int, float]] = deque()
        """(minute, units a second) of those that do not count yet."""

    def at(self, now: float) -> float:
        """What the table takes in a second at that moment."""
        minute = int(now // MINUTE)
        if minute != self._minute:
            if self._units:
                self._recent.append((self._minute, self._units / MINUTE))
            self._minute, self._units = minute, 0.0
            while self._recent and (self._recent[0][0] + 1) * MINUTE + GROWTH_SECONDS <= now:
                self.allowance = max(self.allowance, 2 * self._recent.popleft()[1])
        return self.allowance

    def consumed(self, units: float) -> None:
        """Count units of the present minute."""
        self._units += units


class Throughput:
    """One direction ("Read" or "Write") of one table. A request pays for all it needs at once, or is refused."""

    # Model: adaptive capacity is instant: a partition is held only to its own limit and to the table's. With
    # `adaptive=False` each has an even share of the table, as the documentation's example has it before it adapts.
    # Model: a request that needs more than there is at its moment is refused whole, also a batch, of which DynamoDB
    # would return the rest as unprocessed.
    # Model: a partition's limit holds within each second; a burst above it never passes.
    # Model: a new table has one second's capacity and has saved nothing yet; what is saved is all for requests, though
    # DynamoDB may use it for work of its own.

    def __init__(self, kind: str, partitions: int, burst_seconds: float, adaptive: bool) -> None:
        self.kind = kind
        self.burst_seconds = burst_seconds
        self.adaptive = adaptive
        self.heat = [0.0] * partitions
        """Units that each partition consumed in the present minute."""
        self.consumed = 0.0
        """Units of the present minute."""
        self.peak: PreviousPeak | None = None
        self.maximum: float | None = None
        """MaxReadRequestUnits or MaxWriteRequestUnits of an on-demand table."""
        self._reached = 0.0
        """What on-demand mode had grown to when it was left."""
        self._table = TokenBucket(0.0, 0.0)
        self._partitions: list[TokenBucket] = [TokenBucket(0.0, 0.0) for _ in range(partitions)]

    @property
    def rate(self) -> float:
        """Units a second that the table takes for ever."""
        return self._table.rate

    def saved(self, now: float) -> float:
        """Units that can be consumed at this moment at once."""
        return self._table.tokens(now)

    def provision(self, now: float, units: float) -> None:
        """Provisioned mode with so many units a second from now on."""
        self._reached = self.peak.allowance if self.peak is not None else self._reached
        self.peak, fresh = None, self._table.rate == 0.0
        self._table.resize(now, units, units * max(self.burst_seconds, 1.0))
        if fresh:
            self._table.fill(now, units)
        self._resize_partitions(now)

    def on_demand(self, now: float, start: float, maximum: float | None) -> None:
        """On-demand mode from now on, with one second's capacity there at once."""
        start = max(start, self._reached)
        self.peak, self.maximum = PreviousPeak(start), maximum
        self.peak.at(now)
        self._table.resize(now, 0.0, start)
        self.follow_peak(now)
        self._table.fill(now, self._table.burst)

    def follow_peak(self, now: float) -> None:
        """In on-demand mode: let the limit follow the previous peak. Call once a minute."""
        if self.peak is None:
            return
        units = min(self.peak.at(now), ACCOUNT_TABLE_UNITS if self.maximum is None else self.maximum)
        if units != self._table.rate:
            self._table.resize(now, units, units)
            self._resize_partitions(now)

    def repartition(self, now: float, partitions: int) -> None:
        """Another number of partitions from now on."""
        self.heat += [0.0] * (partitions - len(self.heat))
        self._partitions += [TokenBucket(0.0, 0.0) for _ in range(partitions - len(self._partitions))]
        self._resize_partitions(now)

    def charge(self, now: float, costs: Sequence[tuple[int, float]]) -> str:
        """Pay units at partitions; empty, or the limit that was exceeded as ThrottlingReason spells it."""
        total = sum(units for _, units in costs)
        if not self._table.has(now, total):
            return self._limit()
        owed = costs if len(costs) == 1 else _by_partition(costs)
        if not all(self._partitions[partition].has(now, units) for partition, units in owed):
            return "KeyRangeThroughputExceeded"
        self._table.take(now, total)
        for partition, units in owed:
            self._partitions[partition].take(now, units)
            self.heat[partition] += units
        self.consumed += total
        if self.peak is not None:
            self.peak.consumed(total)
        return ""

    def _limit(self) -> str:
        if self.peak is None:
            return "ProvisionedThroughputExceeded"
        if self._table.rate == self.maximum:
            return "MaxOnDemandThroughputExceeded"
        # Model: a table that has not grown yet is said to lack partitions, hence the key range.
        return "AccountLimitExceeded" if self._table.rate >= ACCOUNT_TABLE_UNITS else "KeyRangeThroughputExceeded"

    def _resize_partitions(self, now: float) -> None:
        limit = PARTITION_UNITS[self.kind]
        rate, burst = limit, limit
        if not self.adaptive and self.peak is None:
            rate = min(limit, self._table.rate / len(self._partitions))
            burst = max(rate, min(limit * self.burst_seconds, rate * self.burst_seconds))
        for bucket in self._partitions:
            fresh = bucket.rate == 0.0
            bucket.resize(now, rate, burst)
            if fresh:
                bucket.fill(now, rate)


def _by_partition(costs: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    sums: dict[int, float] = {}
    for partition, units in costs:
        sums[partition] = sums.get(partition, 0.0) + units
    return list(sums.items())
