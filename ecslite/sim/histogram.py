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
from itertools import accumulate
from math import ceil

from ecslite.errors import InvalidSetting

__all__ = ["RELATIVE_ERROR", "Histogram"]

RELATIVE_ERROR = 2.0**-8
"""Half a bucket's width over its lower edge, the worst case."""


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

    def add(self, durations: Sequence[float]) -> None:
        """Count each of the durations (seconds, none negative, on the clock's grid)."""
        if not durations:
            return
        self.count += len(durations)
        self.total += sum(durations)
        self.smallest = min(self.smallest, min(durations))
        self.largest = max(self.largest, max(durations))
        # A view of the upper halves of little-endian floats: the loop over them runs in C.
        floats = array("f", durations)
        self._buckets.update(memoryview(floats).cast("B").cast("H")[1::2])

    def merge(self, other: Histogram) -> None:
        """Count what `other` counted as well."""
        self.count += other.count
        self.total += other.total
        self.smallest = min(self.smallest, other.smallest)
        self.largest = max(self.largest, other.largest)
        self._buckets.update(other._buckets)

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
        buckets = sorted(self._buckets)
        seen = list(accumulate(map(self._buckets.__getitem__, buckets)))
        middles = [_middle(buckets[bisect_left(seen, max(1, ceil(share * self.count)))]) for share in shares]
        return [min(max(middle, self.smallest), self.largest) for middle in middles]
