"""A trace: what became of single requests, kept in the run where somebody asks for it.

The log of a run holds no requests, so that memory does not grow with them. A trace is opt-in, bounded, and for looking
closely: at each request that a stopping task had in hand, say.
"""

from __future__ import annotations

from collections.abc import Sequence

from ecslite.errors import InvalidSetting
from ecslite.sim.run import TracedRequest
from ecslite.sim.simulation import Simulation

__all__ = ["Trace"]

MOST = 100_000
"""Requests in one trace."""


class Trace:
    """Each `every`-th request that arrives from `begin` on and before `end` (seconds), `most` at the most."""

    def __init__(self, sim: Simulation, begin: float, end: float, every: int, most: int) -> None:
        if not 0 <= begin < end:
            raise InvalidSetting(f"a trace from second {begin:g} to {end:g}: begin at 0 or later, and end after that")
        if every < 1 or not 1 <= most <= MOST:
            raise InvalidSetting(f"every={every}, most={most}: use whole numbers from 1, and at most {MOST:,} requests")
        self._requests = sim.trace
        self._begin, self._end = begin, end
        self._every, self._left = every, most
        self._seen = 0
        self._watched: set[float] = set()

    def watch(self, arrivals: Sequence[float]) -> None:
        """Choose which of these requests (in the order of arrival) to follow."""
        if arrivals[0] >= self._end or arrivals[-1] < self._begin:
            return
        for arrival in arrivals:
            if self._begin <= arrival < self._end and self._left:
                self._seen += 1
                if (self._seen - 1) % self._every == 0:
                    self._watched.add(arrival)
                    self._left -= 1

    def note(
        self,
        target: str | None,
        fate: str,
        requests: Sequence[tuple[float, float, float]],
        moments: Sequence[float],
    ) -> None:
        """Write down what became of those that are followed."""
        if not self._watched:
            return
        for (arrival, _, _), end in zip(requests, moments, strict=True):
            if arrival in self._watched:
                self._watched.remove(arrival)
                self._requests.append(TracedRequest(arrival, end, target, fate))
