"""The simulation: one clock, one log, one meter, and a stream of random numbers for every part.

The control plane (tasks, services, alarms) is made of SimPy processes. Requests are not: stations advance through them
in tight loops, only as far as the control plane has come, whenever a process looks at them (see `station`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from hashlib import sha256
from random import Random
from typing import Any, TypeVar, cast

import simpy

from ecslite.errors import InvalidSetting
from ecslite.sim.clock import MINUTE, on_grid
from ecslite.sim.log import Log
from ecslite.sim.metrics import Meter
from ecslite.sim.run import Level, Part, Run, TracedRequest

__all__ = ["Record", "Simulation"]

Shared = TypeVar("Shared")

LONGEST_RUN = 366 * 86400.0
"""Seconds. The clock's grid is exact for two years; a run is allowed half of that."""


class Record:
    """A part's entry in the run while it is being written: its attributes and the states it went through."""

    def __init__(self, kind: str, id_: str, attributes: dict[str, Any]) -> None:
        self.kind = kind
        self.id = id_
        self.attributes = attributes
        self.states: list[tuple[float, str, int]] = []
        self.state = ""
        """The present state; empty before the first."""

    def part(self) -> Part:
        """The entry as an immutable record."""
        return Part(self.kind, self.id, dict(self.attributes), tuple(self.states))


class Simulation:
    """Runs whatever parts are built on it. The same seed gives the same run, to the byte."""

    def __init__(self, seed: int = 0) -> None:
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise InvalidSetting(f"seed={seed!r} is not a whole number: use one such as 7")
        self.seed = seed
        self.env = simpy.Environment(0.0)
        self.log = Log(lambda: self.now)
        self.meter = Meter(self.env)
        self.declared: list[object] = []
        """The parts that somebody has built on it, in their order: what an export to AWS goes by."""
        self.trace: list[TracedRequest] = []
        """What became of single requests, where that was asked for."""
        self._streams: dict[str, Random] = {}
        self._records: list[Record] = []
        self._levels: dict[tuple[str, str], list[tuple[float, int, int | None]]] = {}
        self._shared: dict[Callable[[Simulation], object], object] = {}
        self._finishers: list[Callable[[], None]] = []

    @property
    def now(self) -> float:
        """The present moment, in seconds from the start."""
        return float(self.env.now)

    def stream(self, name: str) -> Random:
        """The random generator of that name. Adding a part does not change the numbers that other parts see."""
        if name not in self._streams:
            digest = sha256(f"{self.seed}/{name}".encode()).digest()
            self._streams[name] = Random(int.from_bytes(digest[:16], "big"))
        return self._streams[name]

    def the(self, kind: Callable[[Simulation], Shared]) -> Shared:
        """The one part of that kind that all others of this simulation share; made when it is first asked for."""
        if kind not in self._shared:
            self._shared[kind] = kind(self)
        return cast(Shared, self._shared[kind])

    def process(self, steps: Generator[simpy.Event, Any, Any]) -> simpy.Process:
        """Start a process of the control plane."""
        return self.env.process(steps)

    def sleep(self, seconds: float) -> simpy.Timeout:
        """An event that comes after so many seconds, for a process to wait for."""
        return self.env.timeout(on_grid(seconds))

    def at(self, seconds: float, act: Callable[[], object]) -> None:
        """Call `act` at that second of the run."""
        if seconds < self.now:
            raise InvalidSetting(f"second {seconds:g} has passed: it is {self.now:g}; choose a later one")

        def wait() -> Generator[simpy.Event, None, None]:
            yield self.sleep(seconds - self.now)
            act()

        self.process(wait())

    def record(self, kind: str, id_: str, **attributes: Any) -> Record:
        """Enter a part into the run."""
        record = Record(kind, id_, attributes)
        self._records.append(record)
        return record

    def enter(self, record: Record, state: str, cause: int | None, text: str, **details: Any) -> int:
        """Move a part to a state: logs the event and returns its id."""
        event = self.log.add(record.kind, record.id, text, cause, state=state, **details)
        record.states.append((self.now, state, event))
        record.state = state
        return event

    def level(self, name: str, subject: str, value: int, cause: int | None = None) -> None:
        """Note that a level such as DesiredCount has this value from now on."""
        steps = self.steps(name, subject)
        if not steps or steps[-1][1] != value:
            steps.append((self.now, value, cause))

    def steps(self, name: str, subject: str) -> list[tuple[float, int, int | None]]:
        """The steps of a level so far, for whoever adds to them each minute: (seconds, value, event) of each change."""
        return self._levels.setdefault((name, subject), [])

    def run(self, *, minutes: float | None = None, seconds: float | None = None) -> Run:
        """Run to that moment, counted from the start, and return all that happened so far.

        A later call with a later moment carries on: two halves give the same numbers as one whole.
        """
        end = self._end(minutes, seconds)
        env = self.env
        while env.peek() <= end:
            env.step()
        if env.now < end:
            env.run(until=end)
        for finish in self._finishers:
            finish()
        return self._result()

    def on_finish(self, act: Callable[[], None]) -> None:
        """Call `act` each time a run has come to its end, before the Run is made."""
        self._finishers.append(act)

    def _end(self, minutes: float | None, seconds: float | None) -> float:
        if (minutes is None) == (seconds is None):
            raise InvalidSetting("run() takes either minutes or seconds, as in run(minutes=60)")
        asked = seconds if seconds is not None else (minutes or 0.0) * MINUTE
        end = on_grid(asked) if 0 <= asked <= LONGEST_RUN else asked
        if not self.now <= end <= LONGEST_RUN:
            raise InvalidSetting(
                f"run to second {asked:g}: choose a moment after {self.now:g} s, where the run stands,"
                f" and within {LONGEST_RUN:g} s (366 days)"
            )
        return end

    def _result(self) -> Run:
        return Run(
            seed=self.seed,
            seconds=self.now,
            log=tuple(self.log.events),
            metric_list=self.meter.metrics(),
            parts=tuple(record.part() for record in self._records),
            levels=tuple(Level(name, subject, tuple(steps)) for (name, subject), steps in self._levels.items()),
            trace=tuple(sorted(self.trace, key=lambda request: (request.arrival, request.target or ""))),
        )
