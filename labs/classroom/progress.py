"""How far the grading of a class is: a line for each submission, or on a terminal one line with a bar."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

__all__ = ["Bar", "Step", "Tell"]

WIDTH = 30


@dataclass(frozen=True, slots=True)
class Step:
    """So many of so many are done, and the last of them in words."""

    count: int
    total: int
    words: str

    def __str__(self) -> str:
        return f"{self.count} of {self.total}: {self.words}"


Tell = Callable[[Step], object]
"""print, a Bar, or anything else that is told of each step."""


class Bar:
    """A bar in one line of a terminal, with the minutes that are left at the pace so far."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self.stream = stream
        self._clock = clock
        self._began = clock()
        self._known = 0
        """Steps that were done at the beginning."""

    def __call__(self, step: Step) -> None:
        if not self._known:
            self._known = step.count
        filled = WIDTH * step.count // step.total
        self.stream.write(f"\r\x1b[2K[{'█' * filled}{'·' * (WIDTH - filled)}] {step}{self._left(step)}")
        self.stream.write("\n" if step.count == step.total else "")
        self.stream.flush()

    def _left(self, step: Step) -> str:
        """The first step after the start only begins to tell a pace."""
        many = step.count - self._known
        if many < 1 or step.count == step.total:
            return ""
        minutes = (self._clock() - self._began) / many * (step.total - step.count) / 60
        return f", about {minutes:.0f} min left" if minutes >= 1 else ", less than a minute left"
