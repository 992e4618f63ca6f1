"""What a queue says of each minute: CloudWatch's metrics, levels for views, and events with their causes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ecslite.serverless.counted import counted
from ecslite.serverless.held import DELAYED, IN_FLIGHT, VISIBLE
from ecslite.serverless.queue_counts import first_known, one_value
from ecslite.sim.metrics import Sample

if TYPE_CHECKING:
    from ecslite.serverless.queue import Queue

__all__ = ["calls", "samples", "tell"]

CALLS = {
    "send_requests": "SendRequests",
    "receive_requests": "ReceiveRequests",
    "empty_receives": "NumberOfEmptyReceives",
    "delete_requests": "DeleteRequests",
}
"""What is charged for, since the start."""

LEVELS = {
    "ApproximateNumberOfMessagesVisible": VISIBLE,
    "ApproximateNumberOfMessagesNotVisible": IN_FLIGHT,
    "ApproximateNumberOfMessagesDelayed": DELAYED,
}


def calls(queue: Queue) -> dict[str, int]:
    """What the bill needs."""
    return {name: queue.counts.total(counted) for name, counted in CALLS.items()}


def samples(queue: Queue, groups_in_flight: int | None) -> Iterator[Sample]:
    """The minute's metrics; the next minute begins with nothing counted."""
    name, backlog, now = queue.name, queue.messages, queue.sim.now
    yield from queue.counts.close(name)
    for what, state in LEVELS.items():
        yield Sample(what, name, "Count", one_value(backlog[state]))
        queue.sim.level(what, name, backlog[state], queue.created)
    age = backlog.age(now)
    yield Sample("ApproximateAgeOfOldestMessage", name, "Seconds", {} if age is None else one_value(age))
    if groups_in_flight is not None:
        yield Sample("ApproximateNumberOfGroupsWithInflightMessages", name, "Count", one_value(groups_in_flight))


def tell(queue: Queue) -> None:
    """The minute's events."""
    log, name = queue.sim.log, queue.name
    cause = first_known(queue.trouble, log.latest("traffic", queue.sim.now), queue.created)
    for text in _texts(queue):
        log.add("queue", name, text, cause)


def _texts(queue: Queue) -> Iterator[str]:
    name, minute = queue.name, queue.counts.minute
    moved, policy = minute("NumberOfMessagesMovedToDeadLetterQueue"), queue.redrive_policy
    if moved and policy is not None:
        to, most = policy.dead_letter_queue.name, policy.max_receive_count
        yield f"{_messages(moved)} moved from {name} to {to}: received {most} times and not deleted."
    if expired := minute("NumberOfMessagesExpired"):
        kept = queue.attributes.message_retention_period
        yield f"{_messages(expired)} of {name} expired: older than its retention period of {kept:,} s."
    if refused := minute("NumberOfMessagesRefused"):
        yield f"{_messages(refused)} refused by {name}."
    if twice := minute("NumberOfMessagesDuplicated"):
        yield f"{_messages(twice)} of {name} come once more: a host missed the deletion."


def _messages(many: int) -> str:
    return counted(many, "message", "messages")
