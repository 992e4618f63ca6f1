"""Metrics as CloudWatch keeps them: at the end of each period, one set of statistics for each part.

A part that has something to measure gives the meter a *reading*, a function called at the end of each period that
returns the samples of that period. Whoever acts on metrics (an alarm) subscribes and is told after each period.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from itertools import chain
from types import MappingProxyType
from typing import Any, NamedTuple

import simpy

from ecslite.sim.clock import MINUTE
from ecslite.sim.run import Metric

__all__ = ["PERIOD", "Meter", "Sample"]

PERIOD = 60
"""Seconds between two data points. ECS and ALB send theirs once a minute [ECS Developer Guide, CloudWatch metrics]."""


class Sample(NamedTuple):
    """One part's statistics for one period; an empty mapping means that no data was sent."""

    name: str
    subject: str
    unit: str
    statistics: Mapping[str, float]


Reading = Callable[[], Iterable[Sample]]

EMPTY: Mapping[str, float] = MappingProxyType({})
"""No data."""


class _Series(NamedTuple):
    """What was measured of one metric of one part, a period after the other."""

    unit: str
    only: str | None
    """The statistic that `kept` holds the numbers of; None where it holds mappings."""
    kept: list[Any]

    def fill(self, periods: int) -> None:
        """Note that there was no data in those of so many periods that are missing."""
        missing = periods - len(self.kept)
        if missing > 0:
            self.kept.extend([EMPTY if self.only is None else None] * missing)

    def newest(self, statistic: str, last: int) -> list[float | None]:
        """The newest `last` values of one statistic."""
        if self.only is None:
            return [sample.get(statistic) for sample in self.kept[-last:]]
        return self.kept[-last:] if self.only == statistic else [None] * min(last, len(self.kept))

    def statistics(self) -> dict[str, tuple[float | None, ...]]:
        """All of it, a statistic at a time."""
        if self.only is not None:
            return {self.only: tuple(self.kept)}
        names = dict.fromkeys(chain.from_iterable(self.kept))
        return {name: tuple([sample.get(name) for sample in self.kept]) for name in names}


class Meter:
    """Closes a period each minute and remembers every sample."""

    def __init__(self, env: simpy.Environment) -> None:
        self._env = env
        self._readings: list[Reading] = []
        self._subscribers: list[Callable[[int], None]] = []
        self._series: dict[tuple[str, str], _Series] = {}
        self.periods = 0
        env.process(self._close_periods())

    def read(self, reading: Reading) -> None:
        """Call `reading` at the end of each period, in the order in which readings were given."""
        self._readings.append(reading)

    def series(self, name: str, subject: str, unit: str) -> Callable[[Mapping[str, float]], None]:
        """What a reading calls once in each period with one metric's statistics, in place of returning a sample.

        For metrics that are measured in every period: it costs a fraction of a sample.
        """
        return self._begin(name, subject, unit, None).kept.append

    def column(self, name: str, subject: str, unit: str, statistic: str) -> Callable[[float | None], None]:
        """As `series`, for a metric with one statistic: called once in each period with its number, or None.

        Periods before the first call and after the last have no data.
        """
        return self._begin(name, subject, unit, statistic).kept.append

    def _begin(self, name: str, subject: str, unit: str, only: str | None) -> _Series:
        series = self._series.setdefault((name, subject), _Series(unit, only, []))
        series.fill(self.periods)
        return series

    def subscribe(self, told: Callable[[int], None]) -> None:
        """Call `told` after each period with the period's index."""
        self._subscribers.append(told)

    def values(self, name: str, subject: str, statistic: str, last: int) -> list[float | None]:
        """The newest `last` values of one statistic, oldest first, None where there was no data."""
        series = self._series.get((name, subject), _Series("", None, []))
        series.fill(self.periods)
        return series.newest(statistic, last)

    def metrics(self) -> tuple[Metric, ...]:
        """All that was measured, as immutable records."""
        for series in self._series.values():
            series.fill(self.periods)
        return tuple(
            Metric(name, subject, series.unit, PERIOD, series.statistics())
            for (name, subject), series in self._series.items()
        )

    def _close_periods(self) -> Generator[simpy.Event, None, None]:
        series = self._series
        while True:
            yield self._env.timeout(MINUTE)
            periods = self.periods
            for reading in self._readings:
                for name, subject, unit, statistics in reading():
                    known = series.get((name, subject)) or self._begin(name, subject, unit, None)
                    if len(known.kept) < periods:
                        known.fill(periods)
                    known.kept.append(statistics)
            self.periods += 1
            for told in self._subscribers:
                told(periods)
