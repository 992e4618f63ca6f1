"""What becomes of requests, counted: how many were answered, how fast, and how many failed for which reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ecslite.sim.histogram import Histogram
from ecslite.sim.metrics import Sample

__all__ = ["Tally"]

QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}

ELB_CODES = ("502", "503", "504")


class Tally:
    """The counts of one period."""

    def __init__(self) -> None:
        self.latency = Histogram()
        """Of the requests that a target answered."""
        self.requests = 0
        """For which a target was chosen."""
        self.failed: Counter[str] = Counter()
        self._blame: Counter[int | None] = Counter()

    def fail(self, reason: str, count: int, cause: int | None) -> None:
        """Count failures, and the event that is to blame for them."""
        self.failed[reason] += count
        self._blame[cause] += count

    @property
    def blamed(self) -> int | None:
        """The event to blame for the most failures; the earliest of those that are."""
        return min(self._blame, key=lambda event: (-self._blame[event], -1 if event is None else event))

    @property
    def told(self) -> str:
        """The failures of a minute in a sentence."""
        reasons = ", ".join(f"{count:,} × {reason}" for reason, count in sorted(self.failed.items()))
        count = self.failed.total()
        requests = "1 request" if count == 1 else f"{count:,} requests"
        return f"{requests} failed in the last minute: {reasons}."

    def merge(self, other: Tally) -> None:
        """Count what `other` counted as well."""
        self.latency.merge(other.latency)
        self.requests += other.requests
        self.failed += other.failed
        self._blame += other._blame

    def samples(self, subject: str) -> Iterator[Sample]:
        """The metrics that CloudWatch keeps of it."""
        answered, failed = {}, self.failed
        if self.latency.count:
            answered = {
                "Average": self.latency.mean,
                "Minimum": self.latency.smallest,
                "Maximum": self.latency.largest,
                **dict(zip(QUANTILES, self.latency.quantiles(list(QUANTILES.values())), strict=True)),
            }
        yield Sample("RequestCount", subject, "Count", {"Sum": self.requests})
        yield Sample("TargetResponseTime", subject, "Seconds", answered)
        for code in ELB_CODES:
            yield Sample(f"HTTPCode_ELB_{code}_Count", subject, "Count", {"Sum": failed[code]})
        elb = sum(failed[code] for code in ELB_CODES)
        yield Sample("HTTPCode_ELB_5XX_Count", subject, "Count", {"Sum": elb})
        yield Sample("HTTPCode_Target_5XX_Count", subject, "Count", {"Sum": failed["Target_5XX"]})


def merged(tallies: Sequence[Tally]) -> Tally:
    """One tally of all."""
    total = Tally()
    for tally in tallies:
        total.merge(tally)
    return total
