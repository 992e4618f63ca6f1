"""A histogram of durations whose memory does not grow with their number, and which can be merged.

A duration falls into the bucket named by the upper 16 bits of its 32-bit float: the exponent and 7 bits of the
mantissa, so 128 buckets to each doubling. A quantile read from it is within 0.4 % of the true one (`RELATIVE_ERROR`);
count, sum, smallest and largest are exact.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from math import ceil, inf
from struct import Struct

from ecslite.errors import InvalidSetting

__all__ = ["RELATIVE_ERROR", "Histogram"]

RELATIVE_ERROR = 2.0**-8
"""Half a bucket's width over its lower edge, the worst case."""


MANY = 1024
"""Durations that are kept as they came before they are put into buckets: few are sorted sooner than counted."""


_float, _upper_half = Struct("<f").pack, Struct("<2xH").unpack
"""The bytes of a 32-bit float, and the number that the upper two of four bytes make: the bucket."""


@cache
def _middle(bucket: int) -> float:
    middle: float = Struct("<f").unpack(Struct("<I").pack(bucket << 16 | 0x8000))[0]
    return middle


class Histogram:
    """Counts durations in seconds; `add` takes many at once."""

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self._least = inf
        self._most = -inf
        """The smallest and the largest of those in buckets."""
        self._buckets: Counter[int] | None = None
        """Made when the first of them are put into buckets: most histograms of a minute never need any."""
        self._recent: list[float] = []
        """Those that are in no bucket yet."""

    @property
    def smallest(self) -> float:
        """The smallest duration in seconds; infinite for an empty histogram."""
        return min(self._least, min(self._recent, default=inf))

    @property
    def largest(self) -> float:
        """The largest duration in seconds; minus infinite for an empty histogram."""
        return max(self._most, max(self._recent, default=-inf))

    def add(self, durations: Sequence[float]) -> None:
        """Count each of the durations (seconds, none negative, on the clock's grid)."""
        self.count += len(durations)
        self.total += sum(durations)
        self._recent += durations
        if len(self._recent) > MANY:
            self._count_recent()

    def _count_recent(self) -> None:
        if not self._recent:
            return
        self._least, self._most = self.smallest, self.largest
        # A view of the upper halves of little-endian floats: the loop over them runs in C.
        floats = array("f", self._recent)
        if self._buckets is None:
            self._buckets = Counter()
        self._buckets.update(memoryview(floats).cast("B").cast("H")[1::2])
        self._recent = []

    def merge(self, other: Histogram) -> None:
        """Count what `other` counted as well."""
        self.count += other.count
        self.total += other.total
        self._least = min(self._least, other._least)
        self._most = max(self._most, other._most)
        if other._buckets:
            self._buckets = self._buckets or Counter()
            self._buckets.update(other._buckets)
        self._recent += other._recent
        if len(self._recent) > MANY:
            self._count_recent()

    @property
    def mean(self) -> float:
        """The mean duration in seconds; not defined for an empty histogram."""
        return self.total / self.count

    def quantile(self, share: float) -> float:
        """The duration that `share` (0 to 1) of all do not exceed, in seconds, within RELATIVE_ERROR."""
        return self.quantiles((share,))[0]

    def quantiles(self, shares: Sequence[float]) -> list[float]:
        """The quantiles for each of `shares`, in one pass."""
        if not self.count or any(not 0 <= share <= 1 for share in shares):
            raise InvalidSetting(f"quantiles {list(shares)} of {self.count} durations: shares lie between 0 and 1")
        return self.spread(shares)[1:-1]

    def spread(self, shares: Sequence[float]) -> list[float]:
        """The smallest duration, the quantiles for each of `shares`, and the largest, in one pass; not defined for an
        empty histogram."""
        places = [ceil(share * self.count) - 1 if share else 0 for share in shares]
        if self._buckets is None:
            ordered = sorted(self._recent)
            smallest, largest = ordered[0], ordered[-1]
            middles = [_middle(*_upper_half(_float(ordered[place]))) for place in places]
        else:
            smallest, largest, middles = self.smallest, self.largest, self._middles_at(places, self._buckets)
        return [smallest, *[min(max(middle, smallest), largest) for middle in middles], largest]

    def _middles_at(self, places: Sequence[int], counts: Counter[int]) -> list[float]:
        """The middles of the buckets of the durations that stand at these places, counted from 0, in the order of
        size."""
        self._count_recent()
        buckets = sorted(counts)
        seen = list(accumulate(map(counts.__getitem__, buckets)))
        return [_middle(buckets[bisect_right(seen, place)]) for place in places]
