"""Timers that may be called off: visibility timeouts, delays, long polls, batching windows.

Most of them never go off, since the message is deleted long before. An agenda keeps what was put on it until its moment
comes; timers that were called off are swept out here, so that memory grows with what is pending and not with traffic.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import count

from ecslite.serverless.agenda import Act, Agenda
from ecslite.sim.clock import on_grid
from ecslite.sim.simulation import Simulation

__all__ = ["Timer", "Timers"]

SWEEP = 64
"""Timers that were called off are swept out when they are so many more than those that are pending."""


class Timer:
    """One timer; `cancel` calls it off."""

    __slots__ = ("_act", "_all")

    def __init__(self, act: Act, all_: Timers) -> None:
        self._act: Act | None = act
        self._all = all_

    def cancel(self) -> None:
        """Call it off. Nothing happens if it has gone off, or was called off before."""
        if self._act is not None:
            self._act = None
            self._all.one_less()

    def go_off(self, time: float) -> bool:
        """Do what it was set for, once; False if it was called off."""
        act, self._act = self._act, None
        if act is not None:
            act(time)
        return act is not None

    @property
    def pending(self) -> bool:
        """Whether it is still to go off."""
        return self._act is not None


class Timers:
    """One for a simulation: `sim.the(Timers)`."""

    def __init__(self, sim: Simulation) -> None:
        self.agenda = sim.the(Agenda)
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = count()
        self._dead = 0
        # Moments at which the agenda will call, the soonest last.
        self._calls: list[float] = []

    def set(self, seconds: float, act: Act) -> Timer:
        """Have `act` called at that moment, unless the timer is called off."""
        moment, timer = on_grid(seconds), Timer(act, self)
        heappush(self._heap, (moment, next(self._order), timer))
        self._be_called()
        return timer

    def one_less(self) -> None:
        """Count a timer that was called off, and sweep when they are too many."""
        self._dead += 1
        if 2 * self._dead > len(self._heap) + SWEEP:
            self._heap = [entry for entry in self._heap if entry[2].pending]
            heapify(self._heap)
            self._dead = 0

    def __len__(self) -> int:
        """Timers kept, pending or not."""
        return len(self._heap)

    def _be_called(self) -> None:
        if self._heap and not (self._calls and self._calls[-1] <= self._heap[0][0]):
            self._calls.append(self._heap[0][0])
            self.agenda.at(self._heap[0][0], self._called)

    def _called(self, time: float) -> None:
        self._calls.pop()
        while self._heap and self._heap[0][0] <= time:
            _, _, timer = heappop(self._heap)
            if not timer.go_off(time):
                self._dead -= 1
        self._be_called()
