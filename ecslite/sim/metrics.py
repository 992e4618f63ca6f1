"""Metrics as CloudWatch keeps them: at the end of each period, one set of statistics for each part.

A part that has something to measure gives the meter a *reading*, a function called at the end of each period that
returns the samples of that period. Whoever acts on metrics (an alarm) subscribes and is told after each period.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from itertools import chain
from typing import NamedTuple

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


class Meter:
    """Closes a period each minute and remembers every sample."""

    def __init__(self, env: simpy.Environment) -> None:
        self._env = env
        self._readings: list[Reading] = []
        self._subscribers: list[Callable[[int], None]] = []
        self._samples: dict[tuple[str, str], tuple[str, list[Mapping[str, float]]]] = {}
        self.periods = 0
        env.process(self._close_periods())

    def read(self, reading: Reading) -> None:
        """Call `reading` at the end of each period, in the order in which readings were given."""
        self._readings.append(reading)

    def series(self, name: str, subject: str, unit: str) -> Callable[[Mapping[str, float]], None]:
        """What a reading calls once in each period with one metric's statistics, in place of returning a sample.

        For metrics that are measured in every period: it costs a fraction of a sample.
        """
        _, kept = self._samples.setdefault((name, subject), (unit, [{} for _ in range(self.periods)]))
        return kept.append

    def subscribe(self, told: Callable[[int], None]) -> None:
        """Call `told` after each period with the period's index."""
        self._subscribers.append(told)

    def values(self, name: str, subject: str, statistic: str, last: int) -> list[float | None]:
        """The newest `last` values of one statistic, oldest first, None where there was no data."""
        _, kept = self._samples.get((name, subject), ("", []))
        kept += [{} for _ in range(self.periods - len(kept))]
        return [sample.get(statistic) for sample in kept[-last:]]

    def metrics(self) -> tuple[Metric, ...]:
        """All that was measured, as immutable records."""
        for _, kept in self._samples.values():
            kept += [{} for _ in range(self.periods - len(kept))]
        return tuple(_metric(name, subject, unit, kept) for (name, subject), (unit, kept) in self._samples.items())

    def _close_periods(self) -> Generator[simpy.Event, None, None]:
        samples = self._samples
        while True:
            yield self._env.timeout(MINUTE)
            periods = self.periods
            for reading in self._readings:
                for name, subject, unit, statistics in reading():
                    known = samples.get((name, subject))
                    kept = known[1] if known else samples.setdefault((name, subject), (unit, []))[1]
                    if len(kept) < periods:
                        kept.extend({} for _ in range(periods - len(kept)))
                    kept.append(statistics)
            self.periods += 1
            for told in self._subscribers:
                told(periods)


def _metric(name: str, subject: str, unit: str, kept: list[Mapping[str, float]]) -> Metric:
    statistics = dict.fromkeys(chain.from_iterable(kept))
    values = {statistic: tuple([sample.get(statistic) for sample in kept]) for statistic in statistics}
    return Metric(name, subject, unit, PERIOD, values)
