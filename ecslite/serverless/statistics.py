"""CloudWatch's statistics of durations."""

from __future__ import annotations

from ecslite.sim.histogram import Histogram

__all__ = ["milliseconds"]

SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def milliseconds(durations: Histogram) -> dict[str, float]:
    """SampleCount, and in milliseconds Average, Minimum, Maximum and quantiles; empty where there was none."""
    if not durations.count:
        return {}
    seconds = {"Average": durations.mean, "Minimum": durations.smallest, "Maximum": durations.largest}
    seconds |= zip(SHARES, durations.quantiles(list(SHARES.values())), strict=True)
    return {"SampleCount": durations.count, **{name: 1000 * value for name, value in seconds.items()}}
