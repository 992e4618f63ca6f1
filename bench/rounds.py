"""Rounds: competitors run in turn, again and again, so that a busy machine slows them all alike."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import process_time
from typing import NamedTuple

__all__ = ["Lap", "Rounds", "run", "timed"]


class Lap(NamedTuple):
    """One run of one competitor."""

    per_second: float
    """Requests per second of processor time."""
    mean: float
    """What the model says, to see that all ran the same one."""


class Rounds(NamedTuple):
    """What came out of all rounds."""

    per_second: list[float]
    """For each competitor the median."""
    ratios: list[float]
    """For each competitor, how many times the first was faster: the median of the rounds' ratios."""
    means: list[float]
    """For each competitor the average."""


def timed(act: Callable[[], object]) -> float:
    """The seconds of processor time that `act` takes."""
    begin = process_time()
    act()
    return process_time() - begin


def run(competitors: list[Callable[[int], Lap]], count: int) -> Rounds:
    """Let all run `count` times in turn; a competitor is given the round's number, as its seed."""
    rounds = [[competitor(seed) for competitor in competitors] for seed in range(1, count + 1)]
    columns = list(zip(*rounds, strict=True))
    return Rounds(
        [median(lap.per_second for lap in column) for column in columns],
        [median(row[0].per_second / row[place].per_second for row in rounds) for place in range(len(competitors))],
        [sum(lap.mean for lap in column) / count for column in columns],
    )
