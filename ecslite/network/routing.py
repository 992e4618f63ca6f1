"""Routing algorithms: which target of a group takes the next request.

round_robin and weighted_random do not look at the targets, so that a whole chunk of requests is split at once.
least_outstanding_requests does, and goes request by request; only who uses it pays for that.

Each node of the load balancer is a *ring*: the places (indexes in the list of targets) that it spreads requests over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from random import Random

from ecslite.sim.traffic import Chunk

__all__ = ["ALGORITHMS", "EvenRandom", "LeastOutstanding", "Ring", "Rotation", "Router", "by_place"]

ALGORITHMS = ("round_robin", "least_outstanding_requests", "weighted_random")
"""Named as in the target group attribute load_balancing.algorithm.type
[Elastic Load Balancing API, TargetGroupAttribute; read 2026-11-23]."""

Ring = tuple[int, Sequence[int]]
"""A node's number, and the places that it spreads requests over."""

Part = tuple[int, Chunk]
"""A place, and the requests that go there."""


def by_place(places: Sequence[int], chunk: Chunk, count: int) -> Iterator[Part]:
    """The requests of a chunk, sorted by the places (below `count`) that were chosen for them one by one."""
    times, cpu, waits = chunk
    parts: list[tuple[list[float], list[float], list[float]]] = [([], [], []) for _ in range(count)]
    for place, time, cost, wait in zip(places, times, cpu, waits or repeat(0.0), strict=False):
        part = parts[place]
        part[0].append(time)
        part[1].append(cost)
        part[2].append(wait)
    for place, part in enumerate(parts):
        if part[0]:
            yield place, (part[0], part[1], part[2] if waits else None)


class Rotation:
    """round_robin: each node sends its requests to the targets in turn.

    Nodes do not know of each other, so that with several of them a target may well get two requests in a row.
    """

    # Model: each request comes to a node drawn evenly, as the addresses of a load balancer's name are handed out.

    def __init__(self, random: Random) -> None:
        self._random = random
        self._turns: dict[int, int] = {}

    def split(self, rings: Sequence[Ring], chunk: Chunk) -> Iterator[Part]:
        """The parts of a chunk that the targets take."""
        if len(rings) == 1:
            return self._strided(rings[0], chunk)
        random, many = self._random.random, len(rings)
        turns, sizes = [self._turns.get(node, 0) for node, _ in rings], [len(places) for _, places in rings]
        chosen = []
        for _ in chunk[0]:
            ring = int(random() * many)
            turn = turns[ring] % sizes[ring]
            turns[ring] = turn + 1
            chosen.append(rings[ring][1][turn])
        self._turns |= {node: turn for (node, _), turn in zip(rings, turns, strict=True)}
        return by_place(chosen, chunk, 1 + max(chosen))

    def pick(self, rings: Sequence[Ring]) -> int:
        """The place of one request."""
        node, places = _any(rings, self._random)
        turn = self._turns.get(node, 0) % len(places)
        self._turns[node] = turn + 1
        return places[turn]

    def _strided(self, ring: Ring, chunk: Chunk) -> Iterator[Part]:
        (node, places), (times, cpu, waits) = ring, chunk
        count = len(places)
        first = self._turns.get(node, 0) % count
        self._turns[node] = (first + len(times)) % count
        for turn, place in enumerate(places):
            begin = (turn - first) % count
            if begin < len(times):
                yield place, (times[begin::count], cpu[begin::count], waits and waits[begin::count])


class EvenRandom:
    """weighted_random: each request goes to a target drawn evenly. Anomaly mitigation, which would move the weights, is
    left out (it is off by default)."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def split(self, rings: Sequence[Ring], chunk: Chunk) -> Iterator[Part]:
        """The parts of a chunk that the targets take."""
        chosen = [self.pick(rings) for _ in chunk[0]]
        return by_place(chosen, chunk, 1 + max(chosen))

    def pick(self, rings: Sequence[Ring]) -> int:
        """The place of one request."""
        _, places = _any(rings, self._random)
        return places[int(self._random.random() * len(places))]


class LeastOutstanding:
    """least_outstanding_requests: each request goes to the target with the fewest requests in progress.

    A target that fails fast has none in progress, and so draws all the traffic.
    """

    # Model: a node knows the requests in progress of all nodes; a real one counts its own.
    # Model: of targets with as few, the next in turn is taken.

    def __init__(self, random: Random) -> None:
        self._random = random
        self._turn = 0

    def pick(self, rings: Sequence[Ring], time: float, outstanding: Sequence[Callable[[float], int]]) -> int:
        """The place of one request; `outstanding` says of each place how many requests are in progress there."""
        _, places = _any(rings, self._random)
        first = self._turn % len(places)
        self._turn = first + 1
        best, least = -1, -1
        for place in (*places[first:], *places[:first]):
            in_progress = outstanding[place](time)
            if not in_progress:
                return place
            if best < 0 or in_progress < least:
                best, least = place, in_progress
        return best


Router = Rotation | EvenRandom | LeastOutstanding


def _any(rings: Sequence[Ring], random: Random) -> Ring:
    return rings[0] if len(rings) == 1 else rings[int(random.random() * len(rings))]
