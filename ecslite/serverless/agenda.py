"""The agenda of a simulation's serverless parts: what each has still to do, taken up in the order of time.

Functions, queues, topics and tables call one another within milliseconds and back again (a message that fails comes
back), so that none of them can be run ahead of the others. All of them put what comes next on one agenda, a heap, which
catches up with the clock whenever the control plane looks. An entry costs a heap operation, not a SimPy event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heappop, heappush, merge
from itertools import count, repeat
from operator import itemgetter

from ecslite.errors import InvalidSetting
from ecslite.sim.clock import on_grid
from ecslite.sim.simulation import Simulation
from ecslite.sim.traffic import Traffic

__all__ = ["Agenda"]

Act = Callable[[float], None]
"""Called with the moment, in seconds, at which it was due."""

Accept = Callable[[float, float, float], None]
"""Called with the moment of a request, its CPU seconds and its seconds of waiting for others."""

Arrival = tuple[float, Accept, float, float]
"""A request: when, who takes it, the CPU seconds in it, and the seconds it waits for others."""


class Agenda:
    """One for a simulation: `sim.the(Agenda)`."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.now = 0.0
        """The moment that the agenda has come to, in seconds; inside an act it is the moment of that act."""
        self._due: list[tuple[float, int, Act]] = []
        self._order = count()
        self._sources: list[tuple[Traffic, Accept]] = []
        sim.on_finish(self.catch_up)

    def at(self, seconds: float, act: Act) -> None:
        """Have `act` called at that moment, after all that was put there before it."""
        heappush(self._due, (on_grid(seconds), next(self._order), act))

    def feed(self, source: Traffic, accept: Accept) -> None:
        """Have `accept` called with the moment, the CPU seconds and the seconds of waiting of each request."""
        if source.sim is not self.sim:
            raise InvalidSetting(f"{source.name!r} belongs to another simulation: build both on one")
        self._sources.append((source, accept))

    def catch_up(self) -> None:
        """Do all that is due up to the present moment. Call before looking at, or changing, a serverless part."""
        until = self.sim.now
        if until < self.now or (until == self.now and not self._due):
            return
        for time, accept, cost, wait in self._arrivals(until) if self._sources else ():
            self._do_until(time)
            self.now = time
            accept(time, cost, wait)
        self._do_until(until)
        self.now = until

    def _do_until(self, time: float) -> None:
        due = self._due
        while due and due[0][0] <= time:
            self.now, _, act = heappop(due)
            act(self.now)

    def _arrivals(self, until: float) -> Iterator[Arrival]:
        """Requests of all sources in the order of time; at one instant, in the order of the wiring."""
        streams = [_stream(source, accept, until) for source, accept in self._sources]
        return streams[0] if len(streams) == 1 else merge(*streams, key=itemgetter(0))


def _stream(source: Traffic, accept: Accept, until: float) -> Iterator[Arrival]:
    for times, costs, waits in source.take(until):
        for time, cost, wait in zip(times, costs, waits or repeat(0.0), strict=False):
            yield time, accept, cost, wait
