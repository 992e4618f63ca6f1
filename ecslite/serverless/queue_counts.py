"""What a queue counts in a minute, under CloudWatch's names where it has one.

[SQS Developer Guide, sqs-available-cloudwatch-metrics; read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from ecslite.sim.metrics import Sample

__all__ = ["CHUNK_KIB", "QueueCounts", "chunks", "first_known", "one_value"]

CHUNK_KIB = 64
"""Each 64 KB of a request's payload is charged as a request [Amazon SQS pricing; read 2026-11-24]."""


def chunks(size_kib: float) -> int:
    """How many requests a call with that payload is charged as; at least 1.

    >>> chunks(256)
    4
    """
    return max(1, ceil(size_kib / CHUNK_KIB))


def one_value(value: float) -> dict[str, float]:
    """The statistics of a metric that is sampled once a minute."""
    return dict.fromkeys(("Average", "Sum", "Minimum", "Maximum"), value)


def first_known(*events: int | None) -> int | None:
    """The first event id that is known."""
    return next((event for event in events if event is not None), None)


class QueueCounts:
    """One minute's counts of one queue. `total` of a count is that of all minutes."""

    NAMES = (
        "NumberOfMessagesSent",
        "NumberOfMessagesReceived",
        "NumberOfMessagesDeleted",
        "NumberOfEmptyReceives",
        # Model: CloudWatch has none of those that follow; each is a reason why a message is there twice, or is not.
        "NumberOfMessagesDuplicated",
        "NumberOfMessagesExpired",
        "NumberOfMessagesMovedToDeadLetterQueue",
        "NumberOfMessagesMovedFromSource",
        "NumberOfMessagesRedriven",
        "NumberOfMessagesRefused",
        "SendRequests",
        "ReceiveRequests",
        "DeleteRequests",
    )

    def __init__(self, *, fifo: bool) -> None:
        self._names = (*self.NAMES, "NumberOfDeduplicatedSentMessages") if fifo else self.NAMES
        self._minute = dict.fromkeys(self._names, 0)
        self._before = dict.fromkeys(self._names, 0)
        self._bytes = 0.0

    def add(self, name: str, many: int = 1) -> None:
        """Count so many of that name."""
        self._minute[name] += many

    def sent(self, size_kib: float) -> None:
        """Count a message that was sent and taken."""
        self._minute["NumberOfMessagesSent"] += 1
        self._bytes += size_kib * 1024

    def minute(self, name: str) -> int:
        """The count in the minute so far."""
        return self._minute[name]

    def total(self, name: str) -> int:
        """The count since the start."""
        return self._before[name] + self._minute[name]

    def close(self, subject: str) -> Iterator[Sample]:
        """The minute's samples; the next minute begins with nothing."""
        minute = self._minute
        for name, value in minute.items():
            yield Sample(name, subject, "Count", {"Sum": value})
            self._before[name] += value
        sent = minute["NumberOfMessagesSent"]
        yield Sample("SentMessageSize", subject, "Bytes", {"Average": self._bytes / sent} if sent else {})
        self._minute, self._bytes = dict.fromkeys(self._names, 0), 0.0
