"""A bucket's traffic a second at a time, for the thousands of requests a second at which its prefixes refuse.

One by one, an hour of 8,000 requests a second takes three minutes to simulate. Here one number is drawn for each
second, prefix and kind of request, and the prefix answers as many of them as it can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil, sqrt
from typing import NamedTuple

from ecslite.errors import InvalidSetting
from ecslite.serverless.agenda import Agenda
from ecslite.serverless.prefixes import Prefixes
from ecslite.sim.clock import MINUTE
from ecslite.sim.simulation import Simulation
from ecslite.sim.traffic import Traffic

__all__ = ["Demand", "Seconds"]


class Demand(NamedTuple):
    """What one prefix is asked for with one kind of request."""

    prefix: str
    kind: str
    """Of the two rates the one that it counts against: "Put" or "Get"."""
    share: float
    """Its part of all requests."""


class Seconds:
    """Counts each second's requests at its end: as many as a prefix takes in a second are answered, others refused."""

    # Model: a second's requests come at its end, all at once. A rate just below the limit therefore has some refused
    # that a prefix would have answered from what the second before had left over.
    # Model: their number is drawn from the normal distribution with the mean and the variance of Poisson's: right to a
    # fraction of its deviation from some hundred a second on, and not for a handful.
    # Model: every read finds its object, a write replaces one as large, nobody is told of it, and no latency is drawn.

    def __init__(
        self,
        sim: Simulation,
        name: str,
        demands: Mapping[str, Sequence[Demand]],
        prefixes: Prefixes,
        count: Callable[[str, int, int], None],
    ) -> None:
        self.sim = sim
        self._demands = demands
        """By the operation."""
        self._prefixes = prefixes
        self._count = count
        """Called with an operation, how many were answered, and how many were refused."""
        self._draw = sim.stream(f"bucket/{name}/seconds")
        self._agenda = sim.the(Agenda)

    def wire(self, source: Traffic) -> None:
        """Count this source's requests from the next full second on."""
        if source.sim is not self.sim:
            raise InvalidSetting(f"{source.name!r} belongs to another simulation: build both on one")
        self._next(ceil(self.sim.now), source)

    def _next(self, second: int, source: Traffic) -> None:
        self._agenda.at(second + 1.0, lambda now: self._end(now, second, source))

    def _end(self, now: float, second: int, source: Traffic) -> None:
        minute = int(second // MINUTE)
        rate = source.profile.rate(minute) if minute >= source.from_minute else 0.0
        if rate:
            for operation, demands in self._demands.items():
                self._ask(now, operation, demands, rate)
        self._next(second + 1, source)

    def _ask(self, now: float, operation: str, demands: Sequence[Demand], rate: float) -> None:
        asked = answered = 0
        for prefix, kind, share in demands:
            mean = rate * share
            many = max(0, round(self._draw.gauss(mean, sqrt(mean))))
            asked += many
            answered += self._prefixes.take_many(now, prefix, kind, many)
        self._count(operation, answered, asked - answered)
