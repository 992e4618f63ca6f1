"""The draws of a lab's hidden checks: seeds and parameters that are not in the lab's source.

They come from a mark that grading derives from the class's key for one exercise of one lab. The same mark gives the
same draws in the same order, so that what collects an answer and what judges it agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

__all__ = ["Hidden"]

Option = TypeVar("Option")

SEEDS = 10**6
"""Seeds are whole numbers below this one."""


class Hidden:
    """What the hidden checks of one exercise are tried on."""

    def __init__(self, mark: str) -> None:
        self._random = Random(mark)

    def seeds(self, many: int) -> list[int]:
        """So many different seeds."""
        return self._random.sample(range(SEEDS), many)

    def choice(self, options: Sequence[Option]) -> Option:
        """One of the options."""
        return self._random.choice(options)

    def sample(self, options: Sequence[Option], many: int) -> list[Option]:
        """So many of the options, in any order, none twice."""
        return self._random.sample(options, many)

    def integer(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return self._random.randint(low, high)

    def uniform(self, low: float, high: float) -> float:
        """A number from low to high."""
        return self._random.uniform(low, high)
