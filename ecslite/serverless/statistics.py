"""CloudWatch's statistics of durations."""

from __future__ import annotations

from ecslite.sim.histogram import Histogram

__all__ = ["Durations", "milliseconds"]

SHARES = (0.5, 0.95, 0.99)

SOME = 512
"""Durations that are counted together: one by one they would cost twice as much."""


class Durations:
    """Durations of one period, in seconds, that come one by one."""

    def __init__(self) -> None:
        self._all = Histogram()
        self._some: list[float] = []

    def add(self, seconds: float) -> None:
        """Count one."""
        some = self._some
        some.append(seconds)
        if len(some) >= SOME:
            self._all.add(some)
            some.clear()

    def milliseconds(self) -> dict[str, float]:
        """SampleCount, and in milliseconds Average, Minimum, Maximum and quantiles; empty where there was none."""
        self._all.add(self._some)
        self._some = []
        return milliseconds(self._all)


def milliseconds(durations: Histogram) -> dict[str, float]:
    """The same of a histogram."""
    if not durations.count:
        return {}
    smallest, median, p95, p99, largest = durations.spread(SHARES)
    return {
        "SampleCount": durations.count,
        "Average": 1000 * durations.mean,
        "Minimum": 1000 * smallest,
        "Maximum": 1000 * largest,
        "p50": 1000 * median,
        "p95": 1000 * p95,
        "p99": 1000 * p99,
    }
