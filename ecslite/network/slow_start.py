"""Slow start: a new target's share of the requests grows in a straight line, so that it can warm up.

A target that becomes healthy enters slow start only where at least one healthy target is in none. It leaves slow start
when the time is over or when it turns unhealthy
[Application Load Balancer guide, edit-target-group-attributes; read 2026-11-23].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ecslite.errors import InvalidSetting
from ecslite.network.target import Target

__all__ = ["SlowStart"]

SHORTEST, LONGEST = 30.0, 900.0


class SlowStart:
    """The rule of one group, `seconds` long; 0 is off."""

    # Model: a target in slow start lets its turn pass until its share of the turns has added up to a whole request.

    def __init__(self, seconds: float) -> None:
        if seconds and not SHORTEST <= seconds <= LONGEST:
            raise InvalidSetting(
                f"slow_start_seconds={seconds}: use {SHORTEST:g} to {LONGEST:g} seconds, or 0 to turn it off"
            )
        self.seconds = seconds

    def changed(self, target: Target, targets: Sequence[Target], now: float) -> None:
        """A target's health has changed: it may enter slow start, or leave it."""
        target.slow_since, target.credit = None, 0.0
        others = (other for other in targets if other is not target and other.state == "healthy")
        if self.seconds and target.state == "healthy" and any(self._ends(other) <= now for other in others):
            target.slow_since = now

    def any_slow(self, targets: Sequence[Target], time: float) -> bool:
        """Whether some of these targets are in slow start then."""
        return any(time < self._ends(target) for target in targets)

    def pick(self, targets: Sequence[Target], time: float, turn: Callable[[], int]) -> int:
        """The place of the target that takes a request; `turn` says whose turn is next. If all are slow, none is."""
        all_slow = time < self._full_from(targets)
        while True:
            place = turn()
            target = targets[place]
            if all_slow or target.slow_since is None or time >= self._ends(target):
                return place
            target.credit += (time - target.slow_since) / self.seconds
            if target.credit >= 1.0:
                target.credit -= 1.0
                return place

    def _ends(self, target: Target) -> float:
        return float("-inf") if target.slow_since is None else target.slow_since + self.seconds

    def _full_from(self, targets: Sequence[Target]) -> float:
        """The moment from which at least one of them takes its full share."""
        return min(self._ends(target) for target in targets)
