"""How often a table may change its mode or lower its capacity; UpdateTable is refused beyond.

[DynamoDB Developer Guide, ServiceQuotas, on-demand-capacity-mode; read 2026-11-24]
"""

from __future__ import annotations

from collections import deque

__all__ = ["TableQuotas"]

SWITCHES, SWITCH_WINDOW = 4, 86400.0
"""Switches to on-demand mode within 24 hours."""

DECREASES, MOST_DECREASES = 4, 27
"""Decreases of provisioned capacity in a day (UTC) at any time; then one more after each hour without any, 27 in
all."""

DAY, HOUR = 86400.0, 3600.0


class TableQuotas:
    """What one table has used of them. Each question that is answered with yes counts."""

    # Model: the run begins at midnight UTC.

    def __init__(self) -> None:
        self._switched: deque[float] = deque()
        self._decreased: deque[float] = deque()

    def switch(self, now: float) -> str:
        """Switch to on-demand mode; empty, or why not."""
        while self._switched and self._switched[0] + SWITCH_WINDOW <= now:
            self._switched.popleft()
        if len(self._switched) >= SWITCHES:
            return f"LimitExceededException, it was switched to on-demand mode {SWITCHES} times in 24 hours"
        self._switched.append(now)
        return ""

    def decrease(self, now: float) -> str:
        """Lower provisioned capacity; empty, or why not."""
        while self._decreased and self._decreased[0] // DAY < now // DAY:
            self._decreased.popleft()
        many = len(self._decreased)
        if many >= MOST_DECREASES or (many >= DECREASES and self._decreased[-1] + HOUR > now):
            return f"LimitExceededException, its capacity was lowered {many} times today"
        self._decreased.append(now)
        return ""
