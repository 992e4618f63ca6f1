"""Step adjustments by the documentation's own examples."""

from __future__ import annotations

import pytest

from ecslite.autoscaling.step import StepAdjustment, adjusted, check_steps, step_for
from ecslite.errors import InvalidSetting

OUT = [StepAdjustment(0, 0, 10), StepAdjustment(10, 10, 20), StepAdjustment(30, 20, None)]
IN = [StepAdjustment(0, -10, 0), StepAdjustment(-10, -20, -10), StepAdjustment(-30, None, -20)]
THRESHOLD = 50


def scaled(capacity, metric):
    distance = metric - THRESHOLD
    step = step_for(OUT if distance >= 0 else IN, distance)
    return adjusted(capacity, "PercentChangeInCapacity", step.scaling_adjustment)


@pytest.mark.parametrize(("capacity", "metric", "expected"), [(10, 60, 11), (11, 70, 14)])
def test_percent_steps_scale_out(capacity, metric, expected):
    """Vectors 47 and 48."""
    assert scaled(capacity, metric) == expected


@pytest.mark.parametrize("metric", range(41, 60))
def test_near_the_threshold_nothing_changes(metric):
    """Vector 51."""
    assert scaled(10, metric) == 10


@pytest.mark.parametrize(("change", "expected"), [(12.7, 12), (0.67, 1), (-0.58, -1), (-6.67, -6)])
def test_percentages_are_rounded_as_documented(change, expected):
    """Vector 52, as a percentage of 10,000 units scaled down."""
    capacity = 100
    assert adjusted(capacity, "PercentChangeInCapacity", round(change * 100) / 100) - capacity == expected


@pytest.mark.parametrize(
    ("capacity", "type_", "adjustment", "expected"),
    [(3, "ChangeInCapacity", 5, 8), (3, "ExactCapacity", 5, 5), (10, "PercentChangeInCapacity", 10, 11)],
)
def test_the_three_types_of_adjustment(capacity, type_, adjustment, expected):
    """Vector 53."""
    assert adjusted(capacity, type_, adjustment) == expected


def test_limits_and_the_least_magnitude_hold():
    assert adjusted(10, "ChangeInCapacity", 50, maximum=20) == 20
    assert adjusted(10, "ChangeInCapacity", -50, minimum=2) == 2
    assert adjusted(10, "PercentChangeInCapacity", 10, min_adjustment_magnitude=4) == 14


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ([], "at least one"),
        ([StepAdjustment(1, 0, 10), StepAdjustment(2, 12, None)], "a gap"),
        ([StepAdjustment(1, 0, 10), StepAdjustment(2, 8, None)], "an overlap"),
        ([StepAdjustment(1, 5, 5)], "empty"),
    ],
)
def test_steps_must_touch_and_not_overlap(steps, says):
    with pytest.raises(InvalidSetting, match=says):
        check_steps(steps)


def test_an_unknown_type_is_refused():
    with pytest.raises(InvalidSetting, match="ChangeInCapacity"):
        adjusted(1, "Double", 1)
