"""A histogram of durations whose memory does not grow with their number, and which can be merged.

A duration falls into the bucket named by the upper 16 bits of its 32-bit float: the exponent and 7 bits of the
mantissa, so 128 buckets to each doubling. A quantile read from it is within 0.4 % of the true one (`RELATIVE_ERROR`);
count, sum, smallest and largest are exact.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from math import ceil

from ecslite.errors import InvalidSetting

__all__ = ["RELATIVE_ERROR", "Histogram"]

RELATIVE_ERROR = 2.0**-8
"""Half a bucket's width over its lower edge, the worst case."""


MANY = 1024
"""Durations that are kept as they came before they are put into buckets: few are sorted sooner than counted."""


def _bucket(duration: float) -> int:
    return int(struct.unpack("<I", struct.pack("<f", duration))[0]) >> 16


@cache
def _middle(bucket: int) -> float:
    middle: float = struct.unpack("<f", struct.pack("<I", bucket << 16 | 0x8000))[0]
    return middle


class Histogram:
    """Counts durations in seconds; `add` takes many at once."""

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self.smallest = float("inf")
        self.largest = float("-inf")
        self._buckets: Counter[int] = Counter()
        self._recent: list[float] = []
        """Those that are in no bucket yet."""

    def add(self, durations: Sequence[float]) -> None:
        """Count each of the durations (seconds, none negative, on the clock's grid)."""
        if not durations:
            return
        self.count += len(durations)
        self.total += sum(durations)
        self.smallest = min(self.smallest, min(durations))
        self.largest = max(self.largest, max(durations))
        self._recent += durations
        if len(self._recent) > MANY:
            self._count_recent()

    def _count_recent(self) -> None:
        # A view of the upper halves of little-endian floats: the loop over them runs in C.
        floats = array("f", self._recent)
        self._buckets.update(memoryview(floats).cast("B").cast("H")[1::2])
        self._recent = []

    def merge(self, other: Histogram) -> None:
        """Count what `other` counted as well."""
        self.count += other.count
        self.total += other.total
        self.smallest = min(self.smallest, other.smallest)
        self.largest = max(self.largest, other.largest)
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
        places = [max(1, ceil(share * self.count)) for share in shares]
        middles = [_middle(bucket) for bucket in self._buckets_at(places)]
        return [min(max(middle, self.smallest), self.largest) for middle in middles]

    def _buckets_at(self, places: Sequence[int]) -> list[int]:
        """The buckets of the durations that stand at these places, counted from 1, in the order of size."""
        if not self._buckets:
            ordered = sorted(self._recent)
            return [_bucket(ordered[place - 1]) for place in places]
        self._count_recent()
        buckets = sorted(self._buckets)
        seen = list(accumulate(map(self._buckets.__getitem__, buckets)))
        return [buckets[bisect_left(seen, place)] for place in places]
