"""Step adjustments: how far from its threshold a metric is decides how much capacity is added or removed.

The bounds, the rounding and the three types of adjustment are those of the Application Auto Scaling user guide (step
scaling policies, read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, trunc

from ecslite.errors import InvalidSetting

__all__ = ["ADJUSTMENT_TYPES", "StepAdjustment", "adjusted", "check_steps", "step_for"]

ADJUSTMENT_TYPES = ("ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity")


@dataclass(frozen=True, slots=True)
class StepAdjustment:
    """Between two distances from the threshold (None: without end), this adjustment."""

    scaling_adjustment: int
    metric_interval_lower_bound: float | None = None
    metric_interval_upper_bound: float | None = None

    @property
    def low(self) -> float:
        return -inf if self.metric_interval_lower_bound is None else self.metric_interval_lower_bound

    @property
    def high(self) -> float:
        return inf if self.metric_interval_upper_bound is None else self.metric_interval_upper_bound


def check_steps(steps: Sequence[StepAdjustment], adjustment_type: str = "ChangeInCapacity") -> None:
    """InvalidSetting unless the steps touch each other, do not overlap, and have an open end a side that they reach to.

    [Application Auto Scaling API, StepAdjustment; read 2026-11-24]
    """
    if not steps:
        raise InvalidSetting("a step scaling policy needs at least one step")
    ordered = sorted(steps, key=lambda step: step.low)
    for step in ordered:
        if step.low >= step.high:
            raise InvalidSetting(f"a step from {step.low:g} to {step.high:g} is empty: lower bound < upper bound")
        if adjustment_type == "ExactCapacity" and step.scaling_adjustment < 0:
            raise InvalidSetting(f"ExactCapacity {step.scaling_adjustment}: a capacity starts at 0")
    _check_ends(ordered[0], ordered[-1])
    for one, other in pairwise(ordered):
        if one.high != other.low:
            what = "a gap" if one.high < other.low else "an overlap"
            raise InvalidSetting(
                f"{what} between steps at {one.high:g} and {other.low:g}: let one end where the next begins"
            )


def _check_ends(lowest: StepAdjustment, highest: StepAdjustment) -> None:
    if lowest.low == -inf and lowest.high == inf:
        raise InvalidSetting("a step without lower and upper bound: give it one of them, such as 0")
    if -inf < lowest.low < 0:
        raise InvalidSetting(
            f"the lowest step begins at {lowest.low:g}: below the threshold there must be a step without lower bound"
        )
    if 0 < highest.high < inf:
        raise InvalidSetting(
            f"the highest step ends at {highest.high:g}: above the threshold there must be a step without upper bound"
        )


def step_for(steps: Sequence[StepAdjustment], distance: float) -> StepAdjustment | None:
    """The step for a metric `distance` above (positive) or below its threshold, or None.

    Above the threshold the lower bound belongs to a step and the upper does not; below it is the other way round. At
    the threshold itself it is a step above it, or where there is none, the one below that ends there.
    """
    if distance >= 0:
        above = next((step for step in steps if step.low <= distance < step.high), None)
        if above is not None or distance > 0:
            return above
    return next((step for step in steps if step.low < distance <= step.high), None)


def adjusted(
    capacity: int,
    adjustment_type: str,
    adjustment: int,
    *,
    minimum: int = 0,
    maximum: float = inf,
    min_adjustment_magnitude: int = 0,
) -> int:
    """The new capacity: `capacity` adjusted, within `minimum` and `maximum`.

    A percentage is rounded toward zero, but to one whole unit where it is less than one.
    """
    if adjustment_type == "ExactCapacity":
        wanted = adjustment
    elif adjustment_type == "ChangeInCapacity":
        wanted = capacity + adjustment
    elif adjustment_type == "PercentChangeInCapacity":
        wanted = capacity + _whole(capacity * adjustment / 100, min_adjustment_magnitude)
    else:
        raise InvalidSetting(f"adjustment type {adjustment_type!r}: use one of {', '.join(ADJUSTMENT_TYPES)}")
    return int(min(max(wanted, minimum), maximum))


def _whole(change: float, least: int) -> int:
    if not change:
        return 0
    sign = 1 if change > 0 else -1
    return sign * max(abs(trunc(change)), 1, least)
