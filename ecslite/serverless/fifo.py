"""What makes a queue or a topic FIFO: message groups, deduplication, and a limited number of calls a second.

Within a group order is kept: while messages of a group are in flight, no other of that group is handed out. A message
whose deduplication id was seen within five minutes is accepted and not delivered again. Left out: partitions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush

from ecslite.serverless.held import VISIBLE, Held
from ecslite.serverless.message import Message

__all__ = [
    "CALLS_A_SECOND",
    "CALLS_A_SECOND_HIGH",
    "DEDUPLICATION_SCOPES",
    "DEDUPLICATION_SECONDS",
    "FIFO_THROUGHPUT_LIMITS",
    "CallRate",
    "Deduplication",
    "Groups",
    "SendRate",
    "content",
]

DEDUPLICATION_SECONDS = 300.0
"""The deduplication interval [SQS Developer Guide, FIFO-queues-exactly-once-processing; read 2026-11-24]."""

DEDUPLICATION_SCOPES = ("queue", "messageGroup")
FIFO_THROUGHPUT_LIMITS = ("perQueue", "perMessageGroupId")
"""perMessageGroupId, allowed only with messageGroup, is the high-throughput mode [SQS API, SetQueueAttributes]."""

CALLS_A_SECOND = 300
"""Calls of each API action a second; with batches of 10 that is 3,000 messages [SQS Developer Guide,
FIFO-queues-moving; read 2026-11-24]."""

CALLS_A_SECOND_HIGH = 70_000
"""The same of a queue in high-throughput mode, in the largest Regions. No source was read: it is a rough number."""


class Groups:
    """The visible messages of a FIFO queue, by group."""

    # Model: groups that have messages to hand out are served in the order in which they became ready. AWS says only
    # that a receive returns as many messages of one group as it can, before it turns to another.

    def __init__(self) -> None:
        self._waiting: dict[str, list[tuple[int, Held]]] = {}
        self._in_flight: dict[str, int] = {}
        self._ready: dict[str, None] = {}

    @property
    def in_flight(self) -> int:
        """Groups with messages in flight (ApproximateNumberOfGroupsWithInflightMessages)."""
        return len(self._in_flight)

    def put(self, held: Held) -> None:
        heappush(self._waiting.setdefault(_group(held), []), (held.sequence, held))
        self._look_at(_group(held))

    def put_back(self, held: Held) -> None:
        heappush(self._waiting.setdefault(_group(held), []), (held.sequence, held))
        self.release(held)

    def take(self, most: int, *, sample: bool, one_group: bool) -> list[Held]:
        taken: list[Held] = []
        while self._ready and len(taken) < most and not (taken and one_group):
            group = next(iter(self._ready))
            del self._ready[group]
            waiting, before = self._waiting[group], len(taken)
            while waiting and len(taken) < most:
                taken.append(heappop(waiting)[1])
            self._in_flight[group] = len(taken) - before
            if not waiting:
                del self._waiting[group]
        return taken

    def release(self, held: Held) -> None:
        group = _group(held)
        self._in_flight[group] -= 1
        if not self._in_flight[group]:
            del self._in_flight[group]
        self._look_at(group)

    def drop(self, held: Held) -> None:
        group = _group(held)
        waiting = self._waiting[group]
        while waiting and waiting[0][1].state != VISIBLE:
            heappop(waiting)
        if not waiting:
            del self._waiting[group]
            self._ready.pop(group, None)

    def _look_at(self, group: str) -> None:
        if group in self._waiting and group not in self._in_flight:
            self._ready.setdefault(group)


def _group(held: Held) -> str:
    return held.message.group or ""


class Deduplication:
    """The deduplication ids of the last five minutes."""

    def __init__(self, *, by_group: bool, content_based: bool) -> None:
        self.by_group = by_group
        self.content_based = content_based
        self._seen: set[object] = set()
        self._order: deque[tuple[float, object]] = deque()

    def fault(self, message: Message) -> str:
        """What is wrong with a message for a FIFO queue or topic, or nothing."""
        if message.group is None:
            return "MissingParameter: the request must contain the parameter MessageGroupId"
        if message.deduplication_id is None and not self.content_based:
            return "InvalidParameterValue: set ContentBasedDeduplication, or give each message a MessageDeduplicationId"
        return ""

    def repeats(self, time: float, message: Message) -> bool:
        """Whether a message repeats one of the last five minutes; if not, it is remembered."""
        while self._order and self._order[0][0] + DEDUPLICATION_SECONDS <= time:
            self._seen.remove(self._order.popleft()[1])
        id_: object = content(message) if message.deduplication_id is None else message.deduplication_id
        seen = (message.group, id_) if self.by_group else id_
        if seen in self._seen:
            return True
        self._seen.add(seen)
        self._order.append((time, seen))
        return False


def content(message: Message) -> object:
    """What stands for the hash of a message's body: the body, or, where it has none, what tells it from others."""
    return (message.key, message.id, message.sent_at) if message.body is None else repr(sorted(message.body.items()))


class CallRate:
    """Allows so many calls in each second of the clock."""

    # Model: seconds begin at whole seconds; AWS does not tell how it measures.

    def __init__(self, calls_a_second: int) -> None:
        self.calls_a_second = calls_a_second
        self._second = -1
        self._calls: dict[str, int] = {}

    def allows(self, time: float, key: str = "") -> bool:
        """Whether one more call is allowed, counted by `key`; it counts if so."""
        if int(time) != self._second:
            self._second = int(time)
            self._calls.clear()
        calls = self._calls.get(key, 0)
        if calls >= self.calls_a_second:
            return False
        self._calls[key] = calls + 1
        return True


class SendRate:
    """Which messages of a SendMessageBatch are within the rate of calls: all, in a standard queue."""

    def __init__(self, *, fifo: bool, by_group: bool) -> None:
        self.fifo = fifo
        self.by_group = by_group
        self._rate = CallRate(CALLS_A_SECOND)

    def of(self, time: float, messages: Sequence[Message]) -> Iterator[tuple[Message, bool]]:
        """Each message of one call, and whether it is let in."""
        # Model: in high-throughput mode each group has a partition of its own, which allows 300 calls a second.
        groups = dict.fromkeys((message.group or "") if self.by_group else "" for message in messages)
        allows = {group: not self.fifo or self._rate.allows(time, group) for group in groups}
        yield from ((message, allows[(message.group or "") if self.by_group else ""]) for message in messages)
