"""What a queue holds: how many messages in each state, which is the oldest, and when the next one expires.

A message older than the retention period is gone, by its enqueue timestamp; its age in this queue, which CloudWatch
shows, counts from when it came [SQS Developer Guide, sqs-dead-letter-queues, sqs-available-cloudwatch-metrics; read
2026-11-24].
"""

from __future__ import annotations

from collections.abc import Callable

from ecslite.serverless.held import DELAYED, GONE, IN_FLIGHT, VISIBLE, Held, Oldest
from ecslite.serverless.timers import Timer, Timers

__all__ = ["POISON", "Backlog"]

POISON = 3
"""A message that was received more often is left out of ApproximateAgeOfOldestMessage of a standard queue
[SQS Developer Guide, sqs-available-cloudwatch-metrics; read 2026-11-24]."""


class Backlog:
    """The messages of one queue. `expired` is called with each that grew too old and was not in flight."""

    # Model: a message in flight does not expire; it is gone when its visibility timeout ends. In AWS it may go before.

    def __init__(self, timers: Timers, retention: float, fifo: bool, expired: Callable[[Held, bool], None]) -> None:
        self.retention = retention
        self._timers = timers
        self._fifo = fifo
        self._expired = expired
        self._many = {DELAYED: 0, VISIBLE: 0, IN_FLIGHT: 0, GONE: 0}
        self._oldest = Oldest(lambda held: held.enqueued_at, lambda held: held.state in (DELAYED, VISIBLE))
        self._ages = Oldest(lambda held: held.came_at, self._has_age)
        self._expiry: Timer | None = None
        self._expiry_at = 0.0

    def __getitem__(self, state: str) -> int:
        """How many are in that state."""
        return self._many[state]

    def __len__(self) -> int:
        """All of them."""
        return self._many[DELAYED] + self._many[VISIBLE] + self._many[IN_FLIGHT]

    def add(self, held: Held, state: str) -> None:
        """Take in a message."""
        self.enter(held, state)
        self._ages.add(held, len(self))
        self._watch(held)

    def enter(self, held: Held, state: str) -> None:
        """Move a message to another state; GONE is the last."""
        if held.state != GONE:
            self._many[held.state] -= 1
        if state != GONE:
            self._many[state] += 1
        held.state = state

    def returns(self, held: Held) -> None:
        """A message that was in flight is visible again."""
        self.enter(held, VISIBLE)
        self._watch(held)

    def too_old(self, held: Held, time: float) -> bool:
        """Whether the retention period is over."""
        return held.enqueued_at + self.retention <= time

    def age(self, time: float) -> float | None:
        """Seconds for which the oldest message has been in this queue; None where there is none to count."""
        oldest = self._ages.first()
        return None if oldest is None else time - oldest.came_at

    def _has_age(self, held: Held) -> bool:
        return held.state != GONE and (self._fifo or held.receives <= POISON)

    def _watch(self, held: Held) -> None:
        self._oldest.add(held, len(self))
        self._set_timer()

    def _set_timer(self) -> None:
        """Have a timer for the oldest message that is not in flight."""
        oldest = self._oldest.first()
        if oldest is None:
            return
        moment = max(oldest.enqueued_at + self.retention, self._timers.agenda.now)
        if self._expiry is None or moment < self._expiry_at:
            if self._expiry is not None:
                # A dead letter came that is older than all others.
                self._expiry.cancel()
            self._expiry, self._expiry_at = self._timers.set(moment, self._expire), moment

    def _expire(self, time: float) -> None:
        self._expiry = None
        while (held := self._oldest.first()) is not None and self.too_old(held, time):
            was_visible = held.state == VISIBLE
            held.stop()
            self.enter(held, GONE)
            self._expired(held, was_visible)
        self._set_timer()
