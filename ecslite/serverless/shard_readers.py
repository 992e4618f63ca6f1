"""The readers of a mapping from a stream to a function: one batch at a time for each lane of a shard, in order.

A lane is a shard, or one of the up to ten parts of it that ParallelizationFactor makes, by the items' keys. A batch
that fails is tried again and blocks its lane, until it succeeds, was tried often enough, or is too old
[Lambda Developer Guide, with-ddb, services-ddb-params; read 2026-11-24].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zlib import crc32

from ecslite.serverless.batch import MOST_KIB, THROTTLED, Batches, failed_from
from ecslite.serverless.event_filter import EventFilter
from ecslite.serverless.event_source_settings import STREAM_BATCH, MappingSettings
from ecslite.serverless.message import Message
from ecslite.serverless.part import Callee
from ecslite.serverless.stream import Cursor, Record, Shard
from ecslite.serverless.timers import Timer, Timers

__all__ = ["POLL_SECONDS", "Lane", "StreamCounts"]

POLL_SECONDS = 0.25
"""Each shard is polled four times a second [Lambda Developer Guide, with-ddb; read 2026-11-24]."""

BACKOFF_FIRST, BACKOFF_MOST = 1.0, 60.0
# Model: a batch that failed is tried again after 1 s, then 2 s, 4 s ... 60 s. AWS says that it backs off, not how.


class StreamCounts:
    """What the lanes of one mapping count in a minute, and how many invoke."""

    NAMES = (
        "PolledEventCount",
        "FilteredOutEventCount",
        "InvokedEventCount",
        "FailedInvokeEventCount",
        "DroppedEventCount",
        "OnFailureDestinationDeliveredEventCount",
        # Model: CloudWatch has no such metric.
        "ThrottledInvocations",
    )

    def __init__(self) -> None:
        self.counts = dict.fromkeys(self.NAMES, 0)
        self.ages: list[float] = []
        """Of the last record of each batch, how old it was when it was read, in seconds (IteratorAge)."""
        self.invoking = 0
        self.most_invoking = 0


class Lane:
    """One lane: waits for records, gathers a batch, invokes, and moves on."""

    def __init__(
        self,
        shard: Shard,
        function: Callee,
        *,
        number: int,
        lanes: int,
        settings: MappingSettings,
        timers: Timers,
        counts: StreamCounts,
        discard: Callable[[float, Sequence[Message]], None],
    ) -> None:
        self.function = function
        self.settings = settings
        self.batch_size = settings.batch_size or STREAM_BATCH
        self.window = float(settings.maximum_batching_window_seconds)
        self.timers = timers
        self.all = counts
        self.discard = discard
        self.batches = Batches(reports_failures=settings.reports_failures)
        self.filter = EventFilter(settings.filter_criteria, "stream")
        self.cursor: Cursor = shard.open(
            self._told, lambda message: lane_of(message.key, lanes) == number and self._wants(message)
        )
        self._busy = False
        self._gather_until: float | None = None
        self._poll: Timer | None = None
        self._limits: list[int] = []
        """Sequences at which a bisected batch was cut: it is read up to the first of them, and then to the next."""
        self._attempts = 0
        self._waits = 0
        """How often in a row it has waited before it invoked again."""
        self._expired_before = 0

    def _wants(self, message: Message) -> bool:
        """Whether the function gets a record of this lane; counts those that it does not."""
        # Model: a record is filtered as it comes, and not at the next poll.
        wanted = self.filter.wants(message)
        if not wanted:
            self.all.counts["PolledEventCount"] += 1
            self.all.counts["FilteredOutEventCount"] += 1
        return wanted

    def _told(self, time: float) -> None:
        """A record has come; it is seen at the next poll."""
        if not self._busy and self._poll is None:
            # Model: polls are at whole quarters of a second, and those that find nothing are not simulated.
            self._set_poll((time // POLL_SECONDS + 1) * POLL_SECONDS)

    def _set_poll(self, moment: float) -> None:
        self._poll = self.timers.set(moment, self._look)

    def _look(self, time: float) -> None:
        self._poll = None
        records = self._read(time)
        if not records:
            self._gather_until = None
            return
        if self._gather_until is None:
            self._gather_until = time + self.window
        if len(records) < self.batch_size and time < self._gather_until and not self._limits:
            self._set_poll(min(self._gather_until, time + POLL_SECONDS))
            return
        self._gather_until = None
        self._busy = True
        self.all.counts["PolledEventCount"] += len(records)
        self.all.ages.append(time - records[-1].time)
        self._invoke(time, records)

    def _read(self, time: float) -> list[Record]:
        """The next batch: as many records as batch size, payload and bisection allow, and none that is too old."""
        self._let_go_of_old(time)
        records = self.cursor.read(time, self.batch_size)
        self._count_expired()
        while self._limits and records and self._limits[0] <= records[0].sequence:
            del self._limits[0]
        if self._limits:
            records = [record for record in records if record.sequence < self._limits[0]]
        total, fitting = 0.0, 0
        for record in records:
            total += record.message.size_kib
            if total > MOST_KIB and fitting:
                break
            fitting += 1
        return records[:fitting]

    def _let_go_of_old(self, time: float) -> None:
        """Discard records above MaximumRecordAgeInSeconds."""
        most = self.settings.maximum_record_age_in_seconds
        if most is None or most < 0:
            return
        while (first := self.cursor.read(time, 1)) and time - first[0].time > most:
            self._drop(time, first)

    def _count_expired(self) -> None:
        self.all.counts["DroppedEventCount"] += self.cursor.expired - self._expired_before
        self._expired_before = self.cursor.expired

    def _invoke(self, time: float, records: Sequence[Record]) -> None:
        event = self.batches.event(time, [record.message for record in records])
        self.all.invoking += 1
        self.all.most_invoking = max(self.all.most_invoking, self.all.invoking)

        def done(moment: float, outcome: str) -> None:
            self.all.invoking -= 1
            self._done(moment, records, self.batches.outcome(event, outcome))

        self.function.call(time, event, done)

    def _done(self, time: float, records: Sequence[Record], outcome: str) -> None:
        if outcome == THROTTLED:
            self.all.counts["ThrottledInvocations"] += 1
            self._again(time)
            return
        self.all.counts["InvokedEventCount"] += len(records)
        failed = [True] * len(records)
        if outcome == "ok":
            failed = failed_from([record.message for record in records], in_order=True)
        good = failed.index(True) if True in failed else len(records)
        self.all.counts["FailedInvokeEventCount"] += len(records) - good
        if good:
            # The checkpoint: all before the lowest sequence that failed are done with.
            self.cursor.advance(records[good - 1].sequence)
            self._attempts = self._waits = 0
        if good == len(records):
            self._free(time)
        else:
            self._failed(time, records[good:])

    def _failed(self, time: float, records: Sequence[Record]) -> None:
        if self.settings.bisect_batch_on_function_error and len(records) > 1:
            # Bisecting does not use up a retry attempt.
            self._limits.insert(0, records[len(records) // 2].sequence)
            self._free(time)
            return
        most = self.settings.maximum_retry_attempts
        if most is not None and 0 <= most <= self._attempts:
            self._drop(time, records)
            self._free(time)
        else:
            self._attempts += 1
            self._again(time)

    def _again(self, time: float) -> None:
        """Read from the same place after a while. A throttle is not an attempt: the batch did not reach the code."""
        backoff = min(BACKOFF_FIRST * 2 ** min(self._waits, 10), BACKOFF_MOST)
        self._waits += 1
        self._busy = False
        self._set_poll(time + backoff)

    def _drop(self, time: float, records: Sequence[Record]) -> None:
        self.cursor.advance(records[-1].sequence)
        self._attempts = self._waits = 0
        self.all.counts["DroppedEventCount"] += len(records)
        self.discard(time, [record.message for record in records])

    def _free(self, time: float) -> None:
        self._busy = False
        if len(self.cursor):
            self._set_poll(time)


def lane_of(key: str, lanes: int) -> int:
    """The lane of an item's key. Other bits than those that choose its shard, so that every lane of a shard is used."""
    return (crc32(key.encode()) >> 12) % lanes
