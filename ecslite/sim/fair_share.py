"""Weighted max-min fairness: how something that is not enough for all is divided.

Nobody gets more than it asks for; what some do not want goes to the others, in proportion to their weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Claim", "fair_shares"]


class Claim(NamedTuple):
    """What one of them may ask for at the most, and how much it counts (above 0)."""

    weight: float
    demand: float


def fair_shares(capacity: float, claims: Sequence[Claim]) -> list[float]:
    """What each gets, in the order of the claims.

    >>> fair_shares(2.0, [Claim(1, 0.25), Claim(1, 9.0), Claim(2, 9.0)])
    [0.25, 0.5833333333333334, 1.1666666666666667]
    """
    shares = [0.0] * len(claims)
    left, weights = capacity, sum(claim.weight for claim in claims)
    # Whoever asks for least by its weight is satisfied first; what it leaves raises the level for the others.
    for place in sorted(range(len(claims)), key=lambda place: claims[place].demand / claims[place].weight):
        weight, demand = claims[place]
        shares[place] = min(demand, left * weight / weights)
        left, weights = max(left - shares[place], 0.0), weights - weight
    return shares
