"""A function's own queue of asynchronous invocations: events that nobody waits for, and what becomes of each.

An event is invoked at once. A function error is tried again after a minute and after two more; a throttle is tried
again with a growing delay, for hours. What has failed for good, or has grown too old, goes to the dead-letter queue
and to the on-failure destination, or is dropped and counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ecslite.errors import InvalidSetting
from ecslite.serverless.function_rules import check_range
from ecslite.serverless.message import Message
from ecslite.serverless.part import Part, Receiver, Told
from ecslite.serverless.statistics import milliseconds
from ecslite.sim.histogram import Histogram
from ecslite.sim.metrics import Sample
from ecslite.sim.traffic import Traffic

if TYPE_CHECKING:
    from ecslite.serverless.function import Function

__all__ = ["EVENT_AGE", "RETRIES", "EventQueue"]

RETRIES = 2
"""After a function error, at the most (MaximumRetryAttempts) [Lambda API, PutFunctionEventInvokeConfig]."""

RETRY_SECONDS = (60.0, 120.0)
"""Between the first and the second attempt, and between the second and the third
[Lambda Developer Guide, invocation-async-error-handling; read 2026-11-24]."""

EVENT_AGE = 21_600
"""Seconds for which an event is tried (MaximumEventAgeInSeconds), 60 to 21,600 [Lambda API; same page]."""

FIRST_BACKOFF, LONGEST_BACKOFF = 1.0, 300.0
"""Seconds between attempts that are throttled: from the first to the last, growing exponentially [same page]."""

RETRIES_EXHAUSTED, EVENT_AGE_EXCEEDED, ZERO_RESERVED = "RetriesExhausted", "EventAgeExceeded", "ZeroReservedConcurrency"
"""Why an event was given up: the condition in the record that a destination gets."""


class Event:
    """One event of the queue."""

    __slots__ = ("errors", "message", "received_at", "throttles")

    def __init__(self, message: Message, received_at: float) -> None:
        self.message = message
        self.received_at = received_at
        self.errors = 0
        self.throttles = 0


class EventQueue:
    """The asynchronous side of one function."""

    # Model: an event that is not held back is invoked at once, and never twice; AWS reads its queue within
    # milliseconds, and may hand an event out more than once. The delay after a throttle doubles.

    def __init__(
        self,
        function: Function,
        *,
        retries: int,
        event_age: int,
        dead_letter_queue: Part | None,
        on_success: Part | None,
        on_failure: Part | None,
    ) -> None:
        check_range("maximum_retry_attempts", retries, 0, RETRIES, "attempts after the first")
        check_range("maximum_event_age_seconds", event_age, 60, EVENT_AGE, "seconds")
        self.sim = function.sim
        self.name = f"{function.name}/events"
        self._function = function
        self.retries = retries
        self.event_age = float(event_age)
        self.dead_letter_queue = _receiver("dead_letter_queue", dead_letter_queue)
        self.on_success = _receiver("on_success", on_success)
        self.on_failure = _receiver("on_failure", on_failure)
        self.used = False
        """Whether an event has ever come."""
        self.waiting = 0
        """Events that were received, and neither processed nor given up."""
        self._messages = 0
        self._begin()

    def wire(self, source: Traffic) -> None:
        """Let a source's requests arrive here, each as an event that nobody waits for."""
        self._function.agenda.feed(source, self._arrive)

    def _arrive(self, time: float, cpu_seconds: float, wait_seconds: float) -> None:
        self._messages += 1
        self._receive(time, Message(self._messages, time, cpu_seconds, wait_seconds))

    def deliver(self, time: float, message: Message, told: Told) -> None:
        """Take an event (202 Accepted)."""
        self._receive(time, message)
        told(time, True, "")

    def _receive(self, time: float, message: Message) -> None:
        self.used = True
        self._received += 1
        self.waiting += 1
        event = Event(message, time)
        if self._function.configuration.reserved_concurrency == 0:
            self._give_up(time, event, ZERO_RESERVED)
        else:
            self._attempt(time, event)

    def _attempt(self, time: float, event: Event) -> None:
        def done(moment: float, outcome: str) -> None:
            if outcome == "ok":
                self._succeed(moment, event)
            else:
                self._fail(moment, event)

        if self._function.invoke_event(time, event.message, done):
            self._ages.add([time - event.received_at])
        else:
            delay = min(FIRST_BACKOFF * 2.0**event.throttles, LONGEST_BACKOFF)
            event.throttles += 1
            self._retry(time + delay, event)

    def _fail(self, time: float, event: Event) -> None:
        event.errors += 1
        if event.errors > self.retries:
            self._give_up(time, event, RETRIES_EXHAUSTED)
        else:
            self._retry(time + RETRY_SECONDS[event.errors - 1], event)

    def _retry(self, time: float, event: Event) -> None:
        expires, agenda = event.received_at + self.event_age, self._function.agenda
        if time >= expires:
            agenda.at(max(expires, agenda.now), lambda moment: self._give_up(moment, event, EVENT_AGE_EXCEEDED))
        else:
            agenda.at(time, lambda moment: self._attempt(moment, event))

    def _succeed(self, time: float, event: Event) -> None:
        self.waiting -= 1
        if self.on_success is not None:
            self.on_success.deliver(time, event.message, self._told_destination)

    def _give_up(self, time: float, event: Event, reason: str) -> None:
        self.waiting -= 1
        self._dropped[reason] = self._dropped.get(reason, 0) + 1
        if self.dead_letter_queue is not None:
            self.dead_letter_queue.deliver(time, event.message, self._told_letters)
        if self.on_failure is not None:
            self.on_failure.deliver(time, event.message, self._told_destination)

    def _told_letters(self, _time: float, taken: bool, _why: str) -> None:
        self._letter_errors += not taken

    def _told_destination(self, _time: float, taken: bool, _why: str) -> None:
        self._destination_errors += not taken

    # Counting

    def _begin(self) -> None:
        self._received = 0
        self._dropped: dict[str, int] = {}
        self._ages = Histogram()
        self._letter_errors = 0
        self._destination_errors = 0

    def samples(self) -> Iterator[Sample]:
        """The minute's data points, as CloudWatch has them; the next minute begins."""
        name, dropped = self._function.name, sum(self._dropped.values())
        yield Sample("AsyncEventsReceived", name, "Count", {"Sum": self._received})
        yield Sample("AsyncEventAge", name, "Milliseconds", milliseconds(self._ages))
        yield Sample("AsyncEventsDropped", name, "Count", {"Sum": dropped})
        yield Sample("DeadLetterErrors", name, "Count", {"Sum": self._letter_errors})
        yield Sample("DestinationDeliveryFailures", name, "Count", {"Sum": self._destination_errors})
        # Model: CloudWatch does not say how many events are waiting; AWS keeps that to itself.
        yield Sample("AsyncEventsWaiting", name, "Count", {"Maximum": self.waiting})
        for reason, count in self._dropped.items():
            text = f"{count:,} event{'s' * (count > 1)} of {name} given up in the last minute: {reason}."
            cause = self.sim.log.latest("traffic", self.sim.now)
            self.sim.log.add("function", name, text, cause, condition=reason)
        self._begin()


def _receiver(setting: str, part: Part | None) -> Receiver | None:
    if part is None or isinstance(part, Receiver):
        return part
    raise InvalidSetting(f"{setting}={part.name!r} is a {part.kind}: use a queue, a topic or another function")
