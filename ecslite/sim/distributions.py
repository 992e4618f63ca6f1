"""Durations drawn at random: each distribution says its mean and draws many at once from a generator it is given.

Draws are rounded to the clock's grid. That also hides the last bit in which two platforms' `log` may differ, so that a
seed means the same numbers in CPython and in the browser.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import exp, log, log1p, sqrt
from random import Random

from ecslite.errors import InvalidSetting
from ecslite.sim.clock import SHIFT

__all__ = ["Constant", "Distribution", "Exponential", "LogNormal", "Uniform", "as_distribution"]


class Distribution(ABC):
    """A distribution of durations in seconds."""

    @property
    @abstractmethod
    def mean(self) -> float:
        """The mean in seconds."""

    @abstractmethod
    def draw_many(self, random: Random, count: int) -> list[float]:
        """`count` durations in seconds, on the grid, none negative."""

    def draw(self, random: Random) -> float:
        """One duration in seconds."""
        return self.draw_many(random, 1)[0]


def _not_negative(**values: float) -> None:
    for name, value in values.items():
        if not 0 <= value < 2**24:
            raise InvalidSetting(f"{name}={value} is not a duration: use seconds from 0 to {2**24 - 1}")


@dataclass(frozen=True)
class Constant(Distribution):
    """Always `seconds`."""

    seconds: float

    def __post_init__(self) -> None:
        _not_negative(seconds=self.seconds)

    @property
    def mean(self) -> float:
        return self.seconds

    def draw_many(self, random: Random, count: int) -> list[float]:
        return [SHIFT + self.seconds - SHIFT] * count


@dataclass(frozen=True)
class Exponential(Distribution):
    """Exponential with the given mean: memoryless, as the theory of queues likes it."""

    mean_seconds: float

    def __post_init__(self) -> None:
        _not_negative(mean_seconds=self.mean_seconds)

    @property
    def mean(self) -> float:
        return self.mean_seconds

    def draw_many(self, random: Random, count: int) -> list[float]:
        # log1p takes one argument, so Python calls it at half the cost of log, which takes one or two.
        uniform, scale, shift = random.random, -self.mean_seconds, SHIFT
        return [shift + log1p(-uniform()) * scale - shift for _ in range(count)]


@dataclass(frozen=True)
class Uniform(Distribution):
    """Evenly spread between `low` and `high` seconds."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _not_negative(low=self.low, high=self.high)
        if self.low > self.high:
            raise InvalidSetting(f"low={self.low} is above high={self.high}: swap them")

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2

    def draw_many(self, random: Random, count: int) -> list[float]:
        uniform, width, shift = random.random, self.high - self.low, SHIFT + self.low
        return [shift + uniform() * width - SHIFT for _ in range(count)]


@dataclass(frozen=True)
class LogNormal(Distribution):
    """Log-normal by its mean and its coefficient of variation: many short ones and a long tail, as real requests
    have."""

    mean_seconds: float
    variation: float = 1.0

    def __post_init__(self) -> None:
        _not_negative(mean_seconds=self.mean_seconds, variation=self.variation)

    @property
    def mean(self) -> float:
        return self.mean_seconds

    def draw_many(self, random: Random, count: int) -> list[float]:
        if not self.mean_seconds:
            return [0.0] * count
        spread = log(1 + self.variation**2)
        middle, sigma = log(self.mean_seconds) - spread / 2, sqrt(spread)
        normal = random.gauss
        return [min(SHIFT / 4, exp(middle + sigma * normal(0.0, 1.0))) + SHIFT - SHIFT for _ in range(count)]


def as_distribution(value: Distribution | float) -> Distribution:
    """`value` itself, or `Constant(value)` for a number of seconds."""
    return value if isinstance(value, Distribution) else Constant(float(value))
