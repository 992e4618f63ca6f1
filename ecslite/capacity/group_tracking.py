"""Target tracking of an Auto Scaling group's own, such as on its average CPU, as arithmetic.

It knows nothing of tasks; a group that a capacity provider manages has no such policy beside.
[EC2 Auto Scaling guide, as-scaling-target-tracking; read 2026-11-23]
"""

from __future__ import annotations

from math import ceil, trunc

from ecslite.errors import InvalidSetting

__all__ = ["HIGH_DATAPOINTS", "LOW_DATAPOINTS", "LOW_SHARE", "low_threshold", "tracked_capacity", "whole_instances"]

LOW_SHARE = 0.7
"""The low alarm's threshold as a share of the target."""
# Model: AWS does not document it; seen in alarms of real accounts, where Application Auto Scaling has 0.9 for ECS.

HIGH_DATAPOINTS = 3
LOW_DATAPOINTS = 15
"""Minutes above the target, or below the low threshold, before the group's capacity changes. Model: as LOW_SHARE."""


def low_threshold(target: float) -> float:
    """The value below which the low alarm counts.

    >>> [low_threshold(target) for target in (50, 40, 60)]
    [35.0, 28.0, 42.0]
    """
    return round(LOW_SHARE * target, 9)


def whole_instances(change: float) -> int:
    """A change in instances as the group makes it: up to the next whole one when it grows, and cautiously down.

    >>> [whole_instances(change) for change in (1.5, -1.5, -0.5)]
    [2, -1, 0]
    """
    return ceil(change) if change > 0 else trunc(change)


def tracked_capacity(capacity: int, metric: float, target: float) -> int:
    """The capacity that brings an average back to its target; unchanged between the two thresholds."""
    if target <= 0:
        raise InvalidSetting(f"target={target}: use a number above 0, such as 50")
    if low_threshold(target) <= metric <= target:
        return capacity
    return capacity + whole_instances(capacity * metric / target - capacity)
