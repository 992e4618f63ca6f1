"""The pollers of a mapping from a queue to a function: each receives a batch, invokes, deletes, and begins again.

Five begin; while messages are left, up to 300 a minute are added, to 1,250 at the most; who finds nothing stops, down
to five, and after some minutes without a message to two
[Lambda Developer Guide, services-sqs-scaling; read 2026-11-24].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

from ecslite.serverless.batch import MOST_KIB, THROTTLED, Batches, failed_from
from ecslite.serverless.event_filter import EventFilter
from ecslite.serverless.event_source_settings import QUEUE_BATCH, MappingSettings
from ecslite.serverless.held import Receipt
from ecslite.serverless.part import Callee
from ecslite.serverless.timers import Timers

if TYPE_CHECKING:
    from ecslite.serverless.queue import Queue

__all__ = ["FIRST_POLLERS", "MOST_POLLERS", "POLLERS_A_MINUTE", "Pollers", "Scaling"]

FIRST_POLLERS, POLLERS_A_MINUTE, MOST_POLLERS, FEWEST_POLLERS = 5, 300, 1250, 2
"""Invocations at one time [Lambda Developer Guide, services-sqs-scaling; read 2026-11-24]."""

IDLE_SECONDS = 300.0
# Model: pollers go down from five to two after five minutes without a message; AWS does not say when.

CONCURRENCY_OF_A_POLLER, CONCURRENCY_A_MINUTE = 10, 1000
"""Of provisioned event pollers [same page]."""

LONG_POLL = 20.0
RECEIVE_MOST = 10

BACKOFF_FIRST, BACKOFF_MOST = 1.0, 60.0
# Model: a throttled batch is tried again after 1 s, then 2 s, 4 s ... 60 s. AWS says that it backs off, not how.


@dataclass(frozen=True, slots=True)
class Scaling:
    """How many invocations a mapping may have going at once: from, to, and so many more each `seconds`."""

    first: int
    most: int
    fewest: int
    step: int
    seconds: float

    @classmethod
    def of(cls, settings: MappingSettings) -> Scaling:
        """The rule for these settings."""
        # Model: more pollers are added evenly, not once a minute.
        provisioned, most = settings.provisioned_poller_config, settings.maximum_concurrency
        if provisioned is not None:
            least = provisioned.minimum_pollers * CONCURRENCY_OF_A_POLLER
            most = provisioned.maximum_pollers * CONCURRENCY_OF_A_POLLER
            return cls(least, most, least, 50, 50 * 60 / CONCURRENCY_A_MINUTE)
        step = POLLERS_A_MINUTE // 60
        if most is not None:
            # Going down to two is not for mappings with a maximum concurrency.
            return cls(min(FIRST_POLLERS, most), most, min(FIRST_POLLERS, most), step, 1.0)
        return cls(FIRST_POLLERS, MOST_POLLERS, FEWEST_POLLERS, step, 1.0)


class Poller:
    """One poller's hand: the receipts that it has gathered, and until when it may gather more."""

    __slots__ = ("gather_until", "receipts", "received_at")

    def __init__(self) -> None:
        self.receipts: list[Receipt] = []
        self.received_at = 0.0
        self.gather_until = 0.0


class Pollers:
    """All pollers of one mapping. They count what CloudWatch counts of a mapping."""

    def __init__(self, queue: Queue, function: Callee, settings: MappingSettings) -> None:
        self.queue = queue
        self.function = function
        self.scaling = Scaling.of(settings)
        self.batch_size = settings.batch_size or QUEUE_BATCH
        self.window = float(settings.maximum_batching_window_seconds)
        self.batches = Batches(reports_failures=settings.reports_failures)
        self.filter = EventFilter(settings.filter_criteria, "queue")
        self.counts = dict.fromkeys(COUNTS, 0)
        self.invoking = 0
        """Invocations going on."""
        self.most_invoking = 0
        self.running = 0
        """Pollers that receive or invoke."""
        self._allowed = self.scaling.first
        self._timers = queue.sim.the(Timers)
        self._last_message = 0.0
        self._growing = False
        self._fifo = queue.attributes.fifo_queue

    def start(self, time: float) -> None:
        """Begin with the first pollers."""
        self._last_message = time
        self._fill(time)

    # Scaling

    def _fill(self, time: float) -> None:
        """Start pollers up to the number allowed."""
        while self.running < self._allowed:
            self.running += 1
            self._receive(time, Poller())

    def _grow_while_messages_are_left(self, time: float) -> None:
        if not self._growing and self.queue.has_messages and self._allowed < self.scaling.most:
            self._growing = True
            self._timers.set(time + self.scaling.seconds, self._grow)

    def _grow(self, time: float) -> None:
        self._growing = False
        if self.queue.has_messages:
            self._allowed = min(self.scaling.most, self._allowed + self.scaling.step)
            self._fill(time)
            self._grow_while_messages_are_left(time)

    def _shrink(self, time: float) -> bool:
        """Whether a poller that found nothing stops."""
        idle = time - self._last_message >= IDLE_SECONDS
        least = self.scaling.fewest if idle else self.scaling.first
        if self.running <= least:
            return False
        self.running -= 1
        self._allowed = max(least, min(self._allowed, self.running))
        return True

    def _back_off(self) -> None:
        """One invocation failed: have one poller less, above the first ones."""
        # Model: AWS reduces concurrency gradually after errors and throttles, unless item failures are reported.
        if not self.batches.reports_failures:
            self._allowed = max(self.scaling.first, self._allowed - 1)

    # One poller's round

    def _receive(self, time: float, poller: Poller) -> None:
        left = self.batch_size - len(poller.receipts)
        wait = LONG_POLL if not poller.receipts else min(LONG_POLL, poller.gather_until - time)
        self.queue.receive(
            time,
            lambda moment, receipts, error: self._received(moment, poller, receipts, error),
            most=min(left, RECEIVE_MOST),
            wait_seconds=wait,
            one_group=self._fifo,
        )

    def _received(self, time: float, poller: Poller, receipts: Sequence[Receipt], error: str) -> None:
        if error:
            # Only a FIFO queue's rate limit is told to a long poll; it is for one second.
            self._timers.set(time + 1, lambda moment: self._receive(moment, poller))
            return
        if receipts:
            self._gather(time, poller, receipts)
        full = len(poller.receipts) >= self.batch_size or _kib(poller.receipts) >= MOST_KIB
        if receipts and not poller.receipts:
            # All were filtered out. By way of the agenda, as in `_next`.
            self.queue.agenda.at(time, lambda moment: self._receive(moment, poller))
        elif not poller.receipts:
            if not self._shrink(time):
                self._receive(time, poller)
        elif full or time >= poller.gather_until:
            self._invoke(time, poller)
        else:
            self._receive(time, poller)

    def _gather(self, time: float, poller: Poller, receipts: Sequence[Receipt]) -> None:
        self.counts["PolledEventCount"] += len(receipts)
        wanted = self._wanted(time, receipts) if self.filter else receipts
        if not poller.receipts and wanted:
            poller.received_at, poller.gather_until = time, time + self.window
        poller.receipts += wanted
        self._last_message = time
        if self._allowed < self.scaling.first:
            self._allowed = self.scaling.first
            self._fill(time)
        self._grow_while_messages_are_left(time)

    def _wanted(self, time: float, receipts: Sequence[Receipt]) -> list[Receipt]:
        """Those that a filter lets through; the others are taken out of the queue."""
        wanted = [receipt for receipt in receipts if self.filter.wants(receipt.message)]
        others = [receipt for receipt in receipts if receipt not in wanted]
        if others:
            self.counts["FilteredOutEventCount"] += len(others)
            self.queue.delete(time, others)
        return wanted

    def _invoke(self, time: float, poller: Poller) -> None:
        """Invoke with as many of the messages in hand as a payload may carry."""
        carried = _fitting(poller.receipts)
        receipts, poller.receipts = poller.receipts[:carried], poller.receipts[carried:]
        self.invoking += 1
        self.most_invoking = max(self.most_invoking, self.invoking)
        self._call(time, poller, receipts, BACKOFF_FIRST)

    def _call(self, time: float, poller: Poller, receipts: Sequence[Receipt], backoff: float) -> None:
        event = self.batches.event(time, [receipt.message for receipt in receipts])

        def done(moment: float, outcome: str) -> None:
            self._done(moment, poller, receipts, backoff, self.batches.outcome(event, outcome))

        self.function.call(time, event, done)

    def _done(self, time: float, poller: Poller, receipts: Sequence[Receipt], backoff: float, outcome: str) -> None:
        if outcome == THROTTLED:
            self.counts["ThrottledInvocations"] += 1
            self._back_off()
            if time + backoff < poller.received_at + self.queue.attributes.visibility_timeout:
                later = min(2 * backoff, BACKOFF_MOST)
                self._timers.set(time + backoff, lambda moment: self._call(moment, poller, receipts, later))
                return
            # The messages are visible again by now, and were received once more for nothing.
            self.counts["NeverTriedEventCount"] += len(receipts)
        else:
            self.counts["InvokedEventCount"] += len(receipts)
            self._settle(time, receipts, outcome)
        self.invoking -= 1
        self._next(time, poller)

    def _settle(self, time: float, receipts: Sequence[Receipt], outcome: str) -> None:
        """Delete what was processed; what was not comes back after its visibility timeout."""
        if outcome != "ok":
            self.counts["FailedInvokeEventCount"] += len(receipts)
            self._back_off()
            return
        failed = failed_from([receipt.message for receipt in receipts], in_order=self._fifo)
        self.counts["FailedInvokeEventCount"] += sum(failed)
        processed = [receipt for receipt, fails in zip(receipts, failed, strict=True) if not fails]
        self.counts["DeletedEventCount"] += self.queue.delete(time, processed) if processed else 0

    def _next(self, time: float, poller: Poller) -> None:
        if poller.receipts:
            self._invoke(time, poller)
        elif self.running > self._allowed:
            self.running -= 1
        else:
            # By way of the agenda, so that a function that answers at once does not make this call itself endlessly.
            self.queue.agenda.at(time, lambda moment: self._receive(moment, Poller()))


COUNTS = (
    "PolledEventCount",
    "FilteredOutEventCount",
    "InvokedEventCount",
    "FailedInvokeEventCount",
    "DeletedEventCount",
    # Model: CloudWatch has neither of these two.
    "ThrottledInvocations",
    "NeverTriedEventCount",
)
"""[Lambda Developer Guide, monitoring-metrics-types, event source mapping metrics; read 2026-11-24]"""


def _kib(receipts: Sequence[Receipt]) -> float:
    return fsum(receipt.message.size_kib for receipt in receipts)


def _fitting(receipts: Sequence[Receipt]) -> int:
    """How many of these, from the first on, one payload may carry; at least one."""
    total = 0.0
    for place, receipt in enumerate(receipts):
        total += receipt.message.size_kib
        if total > MOST_KIB and place:
            return place
    return len(receipts)
