"""Chunks of requests, cut and taken apart: moments of arrival, CPU seconds and seconds of waiting, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat

from ecslite.network.target import Lost
from ecslite.sim.traffic import Chunk

__all__ = ["at", "between", "one_by_one", "requests"]


def requests(part: Chunk) -> Iterator[Lost]:
    """(arrival, CPU, wait) of each."""
    times, cpu, waits = part
    return zip(times, cpu, waits or repeat(0.0), strict=False)


def between(part: Chunk, begin: int, end: int) -> Chunk:
    """Those from one index up to another."""
    times, cpu, waits = part
    return times[begin:end], cpu[begin:end], waits and waits[begin:end]


def at(part: Chunk, indexes: Sequence[int]) -> Chunk:
    """Those at some indexes."""
    times, cpu, waits = part
    return [times[i] for i in indexes], [cpu[i] for i in indexes], waits and [waits[i] for i in indexes]


def one_by_one(part: Chunk) -> Iterator[Chunk]:
    """Each as a chunk of its own."""
    return (([time], [cost], [wait]) for time, cost, wait in requests(part))
