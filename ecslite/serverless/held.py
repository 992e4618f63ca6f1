"""A message in a queue: delayed → visible ⇄ in flight → gone, and the receipts that say who has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Protocol

from ecslite.serverless.message import Message
from ecslite.serverless.timers import Timer

__all__ = ["DELAYED", "GONE", "IN_FLIGHT", "VISIBLE", "Held", "Oldest", "Receipt", "Store"]

DELAYED, VISIBLE, IN_FLIGHT, GONE = "delayed", "visible", "in flight", "gone"


class Held:
    """One message as one queue holds it."""

    __slots__ = ("came_at", "enqueued_at", "host", "message", "rank", "receives", "sequence", "state", "timer")

    def __init__(self, message: Message, sequence: int, enqueued_at: float, came_at: float) -> None:
        self.message = message
        self.sequence = sequence
        """Its place in the order of arrival."""
        self.enqueued_at = enqueued_at
        """From when its retention counts; also after a move from a standard queue to its dead-letter queue."""
        self.came_at = came_at
        """When it came into this queue."""
        self.receives = 0
        self.state = GONE
        self.timer: Timer | None = None
        """Ends its delay or its visibility timeout."""
        self.host = 0
        """The host that stores it, in a standard queue."""
        self.rank = 0
        """Its place in the order of that host."""

    def stop(self) -> None:
        """Call off the end of its delay or of its visibility timeout."""
        if self.timer is not None:
            self.timer.cancel()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a consumer gets for one message, and deletes it by. A later receive of the message makes it worthless."""

    held: Held
    number: int
    """Which receive of the message it was, from 1."""

    @property
    def message(self) -> Message:
        """The message received."""
        return self.held.message


class Store(Protocol):
    """Where the visible messages of a queue wait: on the hosts of a standard queue, in the groups of a FIFO queue."""

    def put(self, held: Held) -> None:
        """Take in a message that has become visible for the first time."""

    def put_back(self, held: Held) -> None:
        """Take in a message whose visibility timeout has ended."""

    def take(self, most: int, *, sample: bool, one_group: bool) -> list[Held]:
        """Up to `most` visible messages, which are in flight from then on."""
        ...

    def release(self, held: Held) -> None:
        """A message in flight was deleted or moved away."""

    def drop(self, held: Held) -> None:
        """A visible message has expired."""


class Oldest:
    """Finds the oldest of many messages by one of their moments; those that do not count are passed over for good."""

    def __init__(self, moment: Callable[[Held], float], counts: Callable[[Held], bool]) -> None:
        self._moment = moment
        self._counts = counts
        self._heap: list[tuple[float, int, Held]] = []

    def add(self, held: Held, held_in_all: int) -> None:
        """Note one more message of a queue that holds `held_in_all`: no more than about twice as many are kept."""
        heappush(self._heap, (self._moment(held), held.sequence, held))
        if len(self._heap) > 2 * held_in_all + 64:
            self._heap = [entry for entry in self._heap if self._counts(entry[2])]
            heapify(self._heap)

    def first(self) -> Held | None:
        """The oldest that counts."""
        while self._heap and not self._counts(self._heap[0][2]):
            heappop(self._heap)
        return self._heap[0][2] if self._heap else None
