"""A metric of one's own, put once a minute, as a program does with PutMetricData."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite

from ecslite.errors import InvalidSetting
from ecslite.sim.metrics import Sample
from ecslite.sim.simulation import Simulation

__all__ = ["CustomMetric"]


class CustomMetric:
    """At the end of each minute `reading()` is called for the data point; None sends no data."""

    def __init__(
        self, sim: Simulation, name: str, unit: str, reading: Callable[[], float | None], *, subject: str = "custom"
    ) -> None:
        self.name = name
        self.subject = subject
        self.unit = unit
        self._reading = reading
        sim.meter.read(self._read)

    def _read(self) -> Iterator[Sample]:
        value = self._reading()
        if value is not None and not isfinite(value):
            raise InvalidSetting(f"metric {self.name} read {value}: return a finite number, or None for no data")
        statistics = {} if value is None else dict.fromkeys(("Average", "Sum", "Minimum", "Maximum"), float(value))
        yield Sample(self.name, self.subject, self.unit, statistics)
