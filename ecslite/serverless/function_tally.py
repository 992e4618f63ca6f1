"""What is counted of a function: for CloudWatch minute by minute, and over the whole run for the bill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import ceil
from operator import gt

from ecslite.sim.histogram import Histogram
from ecslite.sim.metrics import Sample

__all__ = ["FunctionTally", "billed_milliseconds", "milliseconds"]

GRAIN = 2e-5
"""Milliseconds by which a duration may exceed a whole number before another is billed: the clock's own grain, so that
100 ms are billed as 100 ms and not as 101."""


def billed_milliseconds(seconds: list[float]) -> int:
    """What these invocations are billed for, each rounded up to a millisecond
    [AWS Lambda pricing; Lambda Developer Guide, lambda-runtime-environment; read 2026-11-24]."""
    return sum(map(ceil, [1000.0 * each - GRAIN for each in seconds]))


class FunctionTally:
    """Counts of one function."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.total_invocations = 0
        self.total_cold_starts = 0
        self.billed = 0
        """Milliseconds, outside of provisioned environments."""
        self.provisioned_billed = 0
        """Milliseconds in provisioned environments."""
        self.begin(0)

    def begin(self, in_progress: int, provisioned: int = 0) -> None:
        """A new minute, at whose start so many requests are in progress."""
        self.durations = Histogram()
        self.inits = Histogram()
        self.invocations = 0
        self.errors = 0
        self.timeouts = 0
        self.cold = 0
        self.throttled: Counter[str] = Counter()
        """By the reason."""
        self.peak = in_progress
        """The most requests in progress at one moment."""
        self.on_provisioned = 0
        self.provisioned_peak = provisioned

    def served(self, count: int) -> None:
        """So many were invoked."""
        self.invocations += count
        self.total_invocations += count

    def cold_start(self) -> None:
        """A request began with a new environment."""
        self.cold += 1
        self.total_cold_starts += 1

    def see_peak(self, times: list[float], ends: list[float], in_progress: int) -> None:
        """Raise the peak by requests that arrive at `times` (rising); `ends` are theirs and those of the requests that
        were `in_progress` when the first arrived."""
        ends.sort()
        # As request i arrives, in_progress + i + 1 have come. More than `peak` are still there if fewer have ended
        # than make the difference, which is when the end at that place of the sorted ones lies after its arrival.
        while True:
            place = in_progress - self.peak
            later = map(gt, ends[place:], times) if place >= 0 else map(gt, ends, times[-place:])
            if True not in later:
                return
            self.peak += 1

    def samples(self) -> Iterator[Sample]:
        """The minute's data points, as CloudWatch has them. Each counts in the minute of its invocation
        [Lambda Developer Guide, monitoring-metrics-types; read 2026-11-24]."""
        name = self.name
        yield Sample("Invocations", name, "Count", {"Sum": self.invocations})
        yield Sample("Errors", name, "Count", {"Sum": self.errors})
        yield Sample("Throttles", name, "Count", {"Sum": sum(self.throttled.values()) if self.throttled else 0})
        yield Sample("ConcurrentExecutions", name, "Count", {"Maximum": self.peak})
        yield Sample("Duration", name, "Milliseconds", milliseconds(self.durations))
        # Model: CloudWatch has neither of these two metrics; cold starts stand in a function's own log.
        yield Sample("ColdStarts", name, "Count", {"Sum": self.cold})
        if self.inits.count:
            yield Sample("InitDuration", name, "Milliseconds", milliseconds(self.inits))

    def provisioned_samples(self, allocated: int) -> Iterator[Sample]:
        """What CloudWatch has of provisioned environments; how many are in use only in minutes with requests."""
        name, spilled = self.name, self.invocations - self.on_provisioned
        yield Sample("ProvisionedConcurrencyInvocations", name, "Count", {"Sum": self.on_provisioned})
        yield Sample("ProvisionedConcurrencySpilloverInvocations", name, "Count", {"Sum": spilled})
        if self.invocations:
            peak = self.provisioned_peak
            yield Sample("ProvisionedConcurrentExecutions", name, "Count", {"Maximum": peak})
            yield Sample("ProvisionedConcurrencyUtilization", name, "None", {"Maximum": peak / allocated})


def milliseconds(durations: Histogram) -> dict[str, float]:
    """CloudWatch's statistics of durations, in its unit for them; empty where there was none."""
    if not durations.count:
        return {}
    median, p95, p99 = durations.quantiles((0.5, 0.95, 0.99))
    return {
        "Average": 1000 * durations.mean,
        "Minimum": 1000 * durations.smallest,
        "Maximum": 1000 * durations.largest,
        "p50": 1000 * median,
        "p95": 1000 * p95,
        "p99": 1000 * p99,
    }
