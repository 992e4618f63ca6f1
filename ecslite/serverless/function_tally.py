"""What is counted of a function: for CloudWatch minute by minute, and over the whole run for the bill."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from operator import gt

from ecslite.serverless.statistics import milliseconds
from ecslite.sim.histogram import Histogram
from ecslite.sim.metrics import Sample
from ecslite.sim.simulation import Simulation

__all__ = ["FunctionTally", "billed_milliseconds"]

GRAIN = 2e-5
"""Milliseconds by which a duration may exceed a whole number before another is billed: the clock's own grain, so that
100 ms are billed as 100 ms and not as 101."""


def billed_milliseconds(seconds: list[float]) -> int:
    """What these invocations are billed for, each rounded up to a millisecond
    [AWS Lambda pricing; Lambda Developer Guide, lambda-runtime-environment; read 2026-11-24]."""
    return sum([ceil(1000.0 * each - GRAIN) for each in seconds])


class FunctionTally:
    """Counts of one function."""

    def __init__(self, sim: Simulation, name: str, start: str) -> None:
        self.name = name
        self._start = start
        """What a log calls the start of a new environment: InitDuration, or RestoreDuration of a snapshot."""
        count = ("Invocations", "Errors", "Throttles", "ConcurrentExecutions")
        # Model: CloudWatch has no metric of cold starts; they stand in a function's own log, as does InitDuration.
        units = [*((each, "Count") for each in count), ("Duration", "Milliseconds"), ("ColdStarts", "Count")]
        self._series = [sim.meter.series(metric, name, unit) for metric, unit in units]
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
        self.inits: list[float] = []
        self.invocations = 0
        self.errors = 0
        self.timeouts = 0
        self.cold = 0
        self.throttled: dict[str, int] = {}
        """By the reason."""
        self.peak = in_progress
        """The most requests in progress at one moment."""
        self.on_provisioned = 0
        self.provisioned_sum = 0
        """Of what was in use of provisioned environments at each invocation on one of them, itself among it."""
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

    def note(self) -> None:
        """Note the minute's data points, as CloudWatch has them. Each counts in the minute of its invocation
        [Lambda Developer Guide, monitoring-metrics-types; read 2026-11-24]."""
        invocations, errors, throttles, concurrency, duration, cold = self._series
        invocations({"Sum": self.invocations})
        errors({"Sum": self.errors})
        throttles({"Sum": sum(self.throttled.values()) if self.throttled else 0})
        concurrency({"Maximum": self.peak})
        duration(milliseconds(self.durations))
        cold({"Sum": self.cold})

    def further_samples(self, allocated: int) -> Iterator[Sample]:
        """Those that not every minute, or not every function, has: INITs, and what runs on `allocated` provisioned
        environments."""
        if self.inits:
            inits = Histogram()
            inits.add(self.inits)
            yield Sample(self._start, self.name, "Milliseconds", milliseconds(inits))
        if allocated:
            yield from self.provisioned_samples(allocated)

    def provisioned_samples(self, allocated: int) -> Iterator[Sample]:
        """What CloudWatch has of provisioned environments; how many are in use only in minutes with requests."""
        name, on_them = self.name, self.on_provisioned
        yield Sample("ProvisionedConcurrencyInvocations", name, "Count", {"Sum": on_them})
        spilled = self.invocations - on_them
        yield Sample("ProvisionedConcurrencySpilloverInvocations", name, "Count", {"Sum": spilled})
        if on_them:
            in_use = {"Average": self.provisioned_sum / on_them, "Maximum": self.provisioned_peak}
            share = {statistic: value / allocated for statistic, value in in_use.items()}
            yield Sample("ProvisionedConcurrentExecutions", name, "Count", in_use)
            yield Sample("ProvisionedConcurrencyUtilization", name, "None", share)
