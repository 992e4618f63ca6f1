"""A batch: many messages in the one event with which a function is invoked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from math import fsum

from ecslite.serverless.message import Message

__all__ = ["MOST_KIB", "THROTTLED", "Batches", "failed_from"]

MOST_KIB = 6 * 1024
"""The payload of a synchronous invocation, 6 MB [Lambda Developer Guide, gettingstarted-limits; read 2026-11-24]."""
# Model: the metadata that Lambda and SQS add to each record is not counted.

THROTTLED = "429"
"""The outcome of a call that was throttled."""


class Batches:
    """Makes events of messages, and counts them."""

    def __init__(self, *, reports_failures: bool) -> None:
        self.reports_failures = reports_failures
        self._ids = count(1)

    def event(self, time: float, messages: Sequence[Message]) -> Message:
        """The event that carries these messages. Its work is the sum of theirs. A function that does not report which
        items failed fails as a whole when one of them does."""
        return Message(
            next(self._ids),
            time,
            cpu_seconds=fsum(message.cpu_seconds for message in messages),
            wait_seconds=fsum(message.wait_seconds for message in messages),
            size_kib=fsum(message.size_kib for message in messages),
            poison=not self.reports_failures and any(message.poison for message in messages),
            batch=tuple(messages),
        )

    def outcome(self, event: Message, outcome: str) -> str:
        """What the function's answer means: poison makes it fail, whether or not the function was told so."""
        return "error" if event.poison and outcome == "ok" else outcome


def failed_from(messages: Sequence[Message], *, in_order: bool) -> list[bool]:
    """Which items of a batch failed. Where order counts, the function stops at the first failure, and returns that and
    all that follow [Lambda Developer Guide, services-sqs-errorhandling; read 2026-11-24].

    >>> failed_from([Message(1, 0.0), Message(2, 0.0, poison=True), Message(3, 0.0)], in_order=True)
    [False, True, True]
    """
    failed = [message.poison for message in messages]
    if in_order and True in failed:
        first = failed.index(True)
        return [place >= first for place in range(len(failed))]
    return failed
