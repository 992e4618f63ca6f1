"""What is priced by the month: volume tiers and free tiers, in the share of a month that a run lasts.

AWS counts both over a calendar month. A run stands for the month in which all goes on like this, so that it gets its
share of each: 73 minutes are a 600th of 730 hours, and use a 600th of a free million.
"""

# Model: with a short run's own quantity a tier would never be reached, and a month's free tier would cover all of it.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf

from ecslite.billing.usage import HOUR, HOURS_A_MONTH, Usage
from ecslite.sim.run import Run

__all__ = ["FreeTier", "Volume", "month_share", "tiered"]


def month_share(run: Run) -> float:
    """The run's length in months of 730 hours."""
    return run.seconds / (HOURS_A_MONTH * HOUR)


def tiered(whole: Usage, tiers: Sequence[tuple[str, float]], run: Run) -> Iterator[Usage]:
    """A usage, cut into the tiers that it reaches: (the price's name, the monthly quantity where the next begins)."""
    yield from Volume(run).take(whole, "", tiers)


class Volume:
    """What an account has used of each kind so far, where all usages of one kind climb the same tiers."""

    def __init__(self, run: Run) -> None:
        self._share = month_share(run)
        self._used: dict[str, float] = {}

    def take(self, whole: Usage, kind: str, tiers: Sequence[tuple[str, float]]) -> Iterator[Usage]:
        """The usage, cut into the tiers that it reaches, from where the usages of its kind before it have come to."""
        before = self._used.get(kind, 0.0)
        after = self._used[kind] = before + whole.quantity
        ends = [monthly * self._share if monthly < inf else inf for _, monthly in tiers]
        pieces = [
            (number, price, min(after, end) - max(before, begin))
            for number, ((price, _), begin, end) in enumerate(zip(tiers, [0.0, *ends], ends, strict=False), 1)
        ]
        some = [piece for piece in pieces if piece[2] > 0] or pieces[:1]
        for number, price, within in some:
            formula = whole.formula if len(some) == 1 else f"{within:.6f} of {whole.formula}"
            name = f"{whole.name}, tier {number}" if number > 1 else whole.name
            yield replace(whole, name=name, price=price, quantity=max(within, 0.0), formula=formula)


class FreeTier:
    """What an account still has free of each kind, in the run's share of a month; nothing where it is off."""

    def __init__(self, run: Run, on: bool) -> None:
        self._share = month_share(run) if on else 0.0
        self._left: dict[str, float] = {}

    def take(self, usage: Usage, kind: str, monthly: float) -> Iterator[Usage]:
        """The usage, and what is free of it as a usage below zero. All usages of one kind share the monthly amount."""
        yield usage
        left = self._left.setdefault(kind, monthly * self._share)
        taken = min(usage.quantity, left)
        if taken > 0:
            self._left[kind] = left - taken
            formula = f"−{taken:.6f}, of {monthly:g} free a month"
            yield Usage(f"{usage.name}, free tier", usage.category, usage.price, -taken, formula)
