"""Redrive back: the messages of a dead-letter queue go to their source queue again, so many a second.

They are new messages there, with a new enqueue timestamp, in the order in which they came into the dead-letter queue
[SQS Developer Guide, sqs-configure-dead-letter-queue-redrive; read 2026-11-24].
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ecslite.errors import InvalidSetting

if TYPE_CHECKING:
    from ecslite.serverless.queue import Queue

__all__ = ["MESSAGES_A_SECOND", "MoveTask", "adopt"]

MESSAGES_A_SECOND = 500
"""The highest rate that can be set [SQS API, StartMessageMoveTask; read 2026-11-24]."""
# Model: it also stands for the rate that AWS chooses where none is set, and messages move at whole seconds.


class MoveTask:
    """One task: RUNNING → COMPLETED, when the dead-letter queue has no visible message left."""

    def __init__(self, queue: Queue, destination: Queue | None, messages_a_second: int | None) -> None:
        rate = MESSAGES_A_SECOND if messages_a_second is None else messages_a_second
        if rate != int(rate) or not 1 <= rate <= MESSAGES_A_SECOND:
            raise InvalidSetting(
                f"max_number_of_messages_per_second={rate}: use a whole number from 1 to {MESSAGES_A_SECOND}"
            )
        self.queue = queue
        self.destination = destination or _only_source(queue)
        if self.destination.attributes.fifo_queue != queue.attributes.fifo_queue:
            raise InvalidSetting(
                f"{queue.name!r} cannot be moved to {self.destination.name!r}: both must be FIFO, or both standard"
            )
        self.rate = int(rate)
        self.running = True
        self.moved = 0
        self.started = queue.sim.log.add(
            "queue",
            queue.name,
            f"The messages of {queue.name} are being moved to {self.destination.name}, {self.rate} a second.",
            queue.trouble if queue.trouble is not None else queue.created,
        )
        self._told = False
        queue.agenda.at(queue.sim.now, self._move)

    def told(self) -> str:
        """Once, after it has ended: what it did."""
        if self.running or self._told:
            return ""
        self._told = True
        return f"All visible messages of {self.queue.name} were moved to {self.destination.name}: {self.moved:,}."

    def _move(self, time: float) -> None:
        messages = self.queue.draw_for_moving(self.rate)
        for message in messages:
            # A new message: the deduplication id of the old one does not stand in its way.
            self.moved += 1
            self.destination.bury(time, replace(message, receive_count=0), time)
        if messages:
            self.queue.agenda.at(time + 1, self._move)
        else:
            self.running = False


def _only_source(queue: Queue) -> Queue:
    if len(queue.sources) != 1:
        names = ", ".join(source.name for source in queue.sources) or "none"
        raise InvalidSetting(
            f"{queue.name!r} is the dead-letter queue of {names}: say where its messages go, as in destination=orders"
        )
    return queue.sources[0]


def adopt(source: Queue, dead_letters: Queue) -> None:
    """Make one queue the dead-letter queue of another; a warning where it keeps messages no longer than its source."""
    dead_letters.sources.append(source)
    mine, its = (queue.attributes.message_retention_period for queue in (source, dead_letters))
    if its <= mine and not source.attributes.fifo_queue:
        source.sim.log.add(
            "queue",
            source.name,
            f"The dead-letter queue {dead_letters.name} keeps messages for {its:,} s, {source.name} for {mine:,} s. A"
            " message keeps its age when it moves: give the dead-letter queue the longer retention period.",
            source.created,
        )
