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
        ([StepAdjustment(1)], "without lower and upper bound"),
        ([StepAdjustment(1, 0, 10)], "the highest step ends at 10: above the threshold"),
        ([StepAdjustment(-1, -10, 0)], "the lowest step begins at -10: below the threshold"),
    ],
)
def test_steps_must_touch_and_not_overlap(steps, says):
    with pytest.raises(InvalidSetting, match=says):
        check_steps(steps)


def test_an_exact_capacity_is_not_negative():
    with pytest.raises(InvalidSetting, match="ExactCapacity -1: a capacity starts at 0"):
        check_steps([StepAdjustment(-1, 0)], "ExactCapacity")


@pytest.mark.parametrize(
    ("metric", "expected"),
    [(59.99, 10), (60, 11), (69.99, 11), (70, 13), (40.01, 10), (40, 9), (30.01, 9), (30, 7), (50, 10)],
)
def test_a_bound_belongs_to_the_step_that_is_further_from_the_threshold(metric, expected):
    """With a breach threshold of 50: 60 is in "10 to 20", and 40 in "−20 to −10"; from 10 tasks."""
    assert scaled(10, metric) == expected


def test_at_the_threshold_itself_a_step_below_it_may_act():
    """An alarm with LessThanOrEqualToThreshold goes off there."""
    below = StepAdjustment(-1, None, 0)

    assert step_for([below], 0) is below
    assert step_for([below], 0.1) is None


def test_a_quarter_of_four_is_one_and_the_least_magnitude_makes_it_two():
    """The example of StepScalingPolicyConfiguration.MinAdjustmentMagnitude; scale-in goes alike."""
    assert adjusted(4, "PercentChangeInCapacity", 25) == 5
    assert adjusted(4, "PercentChangeInCapacity", 25, min_adjustment_magnitude=2) == 6
    assert adjusted(4, "PercentChangeInCapacity", -25, min_adjustment_magnitude=2) == 2


def test_an_unknown_type_is_refused():
    with pytest.raises(InvalidSetting, match="ChangeInCapacity"):
        adjusted(1, "Double", 1)
