"""Which keys requests ask for: a few of them much more often than the others, as in most real tables and caches."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random

from ecslite.errors import InvalidSetting
from ecslite.sim.distributions import Distribution

__all__ = ["Draws", "Shares", "Zipf"]

MOST_KEYS = 1_000_000

AHEAD = 256
"""Draws that are made at once."""


@dataclass(frozen=True)
class Zipf:
    """`count` keys; the key of rank r is asked for in proportion to r^−exponent. With exponent 0 all are alike.

    Of 1,000 keys and exponent 1 the first gets 13 % of all requests.
    """

    count: int
    exponent: float = 1.0
    _totals: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.count != int(self.count) or not 1 <= self.count <= MOST_KEYS or not 0 <= self.exponent <= 10:
            raise InvalidSetting(
                f"count={self.count}, exponent={self.exponent}: use 1 to {MOST_KEYS:,} keys,"
                " and an exponent from 0 (all alike) to 10"
            )
        # Rounded, because two platforms' powers may differ in the last bit.
        weights = (round(rank**-self.exponent, 12) for rank in range(1, self.count + 1))
        object.__setattr__(self, "_totals", tuple(accumulate(weights)))

    def draw(self, random: Random) -> int:
        """A key, by its rank from 1."""
        return bisect_left(self._totals, random.random() * self._totals[-1], hi=self.count - 1) + 1

    def share(self, rank: int) -> float:
        """The share of all requests that ask for the key of that rank."""
        before = self._totals[rank - 2] if rank > 1 else 0.0
        return (self._totals[rank - 1] - before) / self._totals[-1]


class Shares:
    """Draws one of several things by their shares."""

    def __init__(self, shares: list[float]) -> None:
        self._totals = list(accumulate(shares))

    def draw(self, random: Random) -> int:
        """The place of the thing drawn. Of one thing nothing is drawn."""
        if len(self._totals) == 1:
            return 0
        return bisect_left(self._totals, random.random() * self._totals[-1], hi=len(self._totals) - 1)


class Draws:
    """Durations of one distribution from one stream, made many at once and given out one by one."""

    def __init__(self, distribution: Distribution, random: Random) -> None:
        self._more = self._endless(distribution, random)

    def next(self) -> float:
        """The next duration in seconds."""
        return next(self._more)

    @staticmethod
    def _endless(distribution: Distribution, random: Random) -> Iterator[float]:
        while True:
            yield from distribution.draw_many(random, AHEAD)
