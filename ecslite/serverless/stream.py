"""A stream of changes, as DynamoDB Streams keeps it: shards of records in order, each record for 24 hours.

A table puts each change on the shard of the item's key; mappings read a shard from a place of their own and move on.
Every record of one item is in one shard, in the order of the changes. Left out: shards that split as a table grows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple, Protocol, runtime_checkable
from zlib import crc32

from ecslite.errors import InvalidSetting
from ecslite.serverless.message import Message
from ecslite.sim.simulation import Simulation

__all__ = ["RECORD_SECONDS", "STARTING_POSITIONS", "Cursor", "Record", "Shard", "Stream", "StreamSource"]

RECORD_SECONDS = 86400.0
"""A record can be read for 24 hours [DynamoDB Developer Guide, Streams, data retention; read 2026-11-24]."""

STARTING_POSITIONS = ("TRIM_HORIZON", "LATEST")
"""Where a mapping begins: at the oldest record that is left, or after the newest
[Lambda API, CreateEventSourceMapping, StartingPosition; read 2026-11-24]."""


class Record(NamedTuple):
    """One change: its place in the shard, when it was made, and what changed."""

    sequence: int
    time: float
    message: Message


class Cursor:
    """A reader's place in a shard, and the records that it has not done with.

    `told` is called at each moment at which a record comes; `takes` says which records are for this reader.
    """

    def __init__(self, told: Callable[[float], None], takes: Callable[[Message], bool], seconds: float) -> None:
        self.told = told
        self.takes = takes
        self.seconds = seconds
        self.expired = 0
        """Records that were gone before it had done with them."""
        self._records: deque[Record] = deque()

    def __len__(self) -> int:
        return len(self._records)

    def append(self, record: Record) -> None:
        """Keep a record until `advance` has passed it."""
        self._records.append(record)
        self.told(record.time)

    def read(self, time: float, most: int) -> list[Record]:
        """The first records, at the most so many; those that are older than 24 hours by then are let go."""
        while self._records and self._records[0].time + self.seconds <= time:
            self._records.popleft()
            self.expired += 1
        return list(islice(self._records, most))

    def advance(self, sequence: int) -> None:
        """Be done with all records up to and with that one."""
        while self._records and self._records[0].sequence <= sequence:
            self._records.popleft()


class Shard:
    """Records in order. Each is kept for every reader until it has done with it, or 24 hours have passed."""

    # Model: a shard that nobody reads keeps nothing, so that memory does not grow with traffic: a mapping that is made
    # in the middle of a run begins with the changes that come from then on, also at TRIM_HORIZON.

    def __init__(self, name: str, seconds: float = RECORD_SECONDS) -> None:
        self.name = name
        self.seconds = seconds
        self._sequence = 0
        self._cursors: list[Cursor] = []

    def open(self, told: Callable[[float], None], takes: Callable[[Message], bool] = lambda message: True) -> Cursor:
        """A new reader's place, after the newest record."""
        cursor = Cursor(told, takes, self.seconds)
        self._cursors.append(cursor)
        return cursor

    def put(self, time: float, message: Message) -> None:
        """Append a change."""
        record = Record(self._sequence, time, message)
        self._sequence += 1
        for cursor in self._cursors:
            if cursor.takes(message):
                cursor.append(record)


@runtime_checkable
class StreamSource(Protocol):
    """What a mapping can read: a table with a stream on, or anything else that has shards."""

    @property
    def sim(self) -> Simulation: ...

    @property
    def name(self) -> str: ...

    @property
    def shards(self) -> Sequence[Shard]: ...


class Stream:
    """The shards of one table. `put` finds an item's shard by its key."""

    def __init__(self, sim: Simulation, name: str, shards: int = 1) -> None:
        if shards != int(shards) or shards < 1:
            raise InvalidSetting(f"shards={shards}: use a whole number from 1")
        self.sim = sim
        self.name = name
        self.shards: tuple[Shard, ...] = tuple(Shard(f"{name}/shard-{number}") for number in range(int(shards)))

    def put(self, time: float, message: Message) -> None:
        """Append a change to the shard of its key, `message.key`."""
        self.shards[crc32(message.key.encode()) % len(self.shards)].put(time, message)
