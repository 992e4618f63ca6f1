"""CloudWatch's statistics of durations."""

from __future__ import annotations

from ecslite.sim.histogram import Histogram

__all__ = ["Durations"]

SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}

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
        if not self._all.count:
            return {}
        durations = self._all
        seconds = {"Average": durations.mean, "Minimum": durations.smallest, "Maximum": durations.largest}
        seconds |= zip(SHARES, durations.quantiles(list(SHARES.values())), strict=True)
        return {"SampleCount": durations.count, **{name: 1000 * value for name, value in seconds.items()}}
