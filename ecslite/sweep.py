"""Many runs of one question: over seeds, over settings, or over both; one after another, or on any executor.

    def slowest(tasks, seed):
        return max(evening(tasks=tasks, seed=seed).metrics["TargetResponseTime"]["p95"])

    trials = ecs.sweep(slowest, ecs.grid(tasks=[2, 4, 8], seed=range(1, 21)))

`executor` is any `concurrent.futures.Executor`: a ProcessPoolExecutor uses the machine's cores, `Client.get_executor()`
of Dask a whole cluster. Processes and clusters import what they run, so there the function must stand in a module.
A page has one thread: there a `Sweep` runs on its own, gives way after every run and can be stopped in between
(`await Sweep(...).run()`; `ecslite.widgets.watch` shows its progress with a Stop button).

What comes out is in the order of the points, whichever run ends first: same points, same bytes.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ecslite.errors import InvalidSetting

__all__ = ["Sweep", "Trial", "grid", "seeds", "sweep"]

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trial:
    """One run: the settings it was made with, and what was measured of it."""

    settings: Settings
    value: Any


def seeds(count: int = 20, first: int = 1) -> list[dict[str, Any]]:
    """Points that differ in nothing but their seed."""
    if count < 1:
        raise InvalidSetting(f"seeds(count={count}): a band needs at least 1 run; 20 are usual")
    return [{"seed": seed} for seed in range(first, first + count)]


def grid(**axes: Iterable[Any]) -> list[dict[str, Any]]:
    """All combinations of some settings' values; the last name changes first."""
    columns = {name: list(values) for name, values in axes.items()}
    if empty := [name for name, values in columns.items() if not values]:
        raise InvalidSetting(f"grid({', '.join(empty)}=[]): give each setting at least one value")
    return [dict(zip(columns, values, strict=True)) for values in itertools.product(*columns.values())]


@dataclass
class Sweep:
    """Runs that are made one by one: `for trial in sweep`, or `await sweep.run()` where something else must go on.

    `measure` is called with a point's settings by name. It should return what is wanted of a run (a number, a series),
    not the Run: twenty Runs are a lot to carry between processes. A run that fails ends the sweep with its own error,
    which then names the settings.
    """

    measure: Callable[..., Any]
    points: Sequence[Settings]
    executor: Executor | None = None
    trials: list[Trial] = field(default_factory=list, init=False)
    stopped: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.points = [dict(point) for point in self.points]
        if not self.points:
            raise InvalidSetting("a sweep over no points: give it seeds(20), grid(tasks=[1, 2]) or a list of settings")

    @property
    def done(self) -> int:
        """How many runs have ended."""
        return len(self.trials)

    @property
    def total(self) -> int:
        """How many runs there are to make."""
        return len(self.points)

    def stop(self) -> None:
        """Makes no further run; those that have ended stay in `trials`."""
        self.stopped = True

    def __iter__(self) -> Iterator[Trial]:
        """The trials in the order of the points, each as soon as those before it are there."""
        for value, point in zip(self._values(), self.points, strict=False):
            trial = Trial(point, value)
            self.trials.append(trial)
            yield trial

    async def run(self, progress: Callable[[Sweep], object] = lambda sweep: None) -> list[Trial]:
        """The trials, made with a pause after each, in which a page can draw and a reader can stop it."""
        progress(self)
        for _ in self:
            progress(self)
            await asyncio.sleep(0)
        return self.trials

    def _values(self) -> Iterator[Any]:
        if self.executor is None:
            for point in self.points:
                if self.stopped:
                    return
                yield self._named(point, partial(self.measure, **point))
            return
        futures = [self.executor.submit(self.measure, **point) for point in self.points]
        try:
            yield from self._results(futures)
        finally:
            for future in futures:
                future.cancel()

    def _results(self, futures: list[Future[Any]]) -> Iterator[Any]:
        for point, future in zip(self.points, futures, strict=True):
            if self.stopped:
                return
            yield self._named(point, future.result)

    def _named(self, point: Settings, call: Callable[[], Any]) -> Any:
        """What `call` returns; its error gets a note that says for which settings it came."""
        try:
            return call()
        except Exception as error:
            error.add_note(f"in run {self.done + 1} of {self.total} of a sweep, with {words(point)}")
            raise


def sweep(
    measure: Callable[..., Any],
    points: Sequence[Settings],
    *,
    executor: Executor | None = None,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> list[Trial]:
    """Makes all runs; `progress` is told after each how many of how many have ended."""
    made = Sweep(measure, points, executor)
    for _ in made:
        progress(made.done, made.total)
    return made.trials


def words(point: Settings) -> str:
    """Settings as a reader would write them: "tasks=2, seed=7"."""
    return ", ".join(f"{name}={value!r}" for name, value in point.items())
