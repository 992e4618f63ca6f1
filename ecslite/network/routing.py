"""Routing algorithms: which target of a group takes the next request.

round_robin and weighted_random do not look at the targets, so that a whole chunk of requests is split at once.
least_outstanding_requests does, and goes request by request; only who uses it pays for that.

Each node of the load balancer is a *ring*: the places (indexes in the list of targets) that it spreads requests over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
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
    parts: list[list[int]] = [[] for _ in range(count)]
    for index, place in enumerate(places):
        parts[place].append(index)
    for place, part in enumerate(parts):
        if part:
            waiting = [waits[index] for index in part] if waits else None
            yield place, ([times[index] for index in part], [cpu[index] for index in part], waiting)


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
        nodes = [int(random() * many) for _ in chunk[0]]
        take = [self._in_turn(ring, nodes.count(number)).__next__ for number, ring in enumerate(rings)]
        chosen = [take[node]() for node in nodes]
        return by_place(chosen, chunk, 1 + max(chosen))

    def _in_turn(self, ring: Ring, count: int) -> Iterator[int]:
        """The places that a node's next `count` requests go to."""
        node, places = ring
        first = self._turns.get(node, 0) % len(places)
        if count:
            self._turns[node] = (first + count - 1) % len(places) + 1
        return cycle((*places[first:], *places[:first]))

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
