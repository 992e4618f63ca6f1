"""A group's own target tracking, as arithmetic."""

from __future__ import annotations

import pytest

from ecslite.capacity.group_tracking import low_threshold, tracked_capacity, whole_instances
from ecslite.errors import InvalidSetting


@pytest.mark.parametrize(("needed", "expected"), [(1.5, 2), (-1.5, -1), (-0.5, 0), (0.0, 0), (2.0, 2)])
def test_vector_56_rounding(needed, expected):
    assert whole_instances(needed) == expected


@pytest.mark.parametrize(("target", "expected"), [(50, 35), (40, 28), (60, 42)])
def test_vector_59_low_alarm(target, expected):
    assert low_threshold(target) == expected


@pytest.mark.parametrize(
    ("capacity", "metric", "expected"), [(4, 75, 6), (4, 51, 5), (4, 40, 4), (4, 50, 4), (4, 30, 3), (4, 10, 1)]
)
def test_capacity_follows_the_metric_outside_the_two_thresholds(capacity, metric, expected):
    assert tracked_capacity(capacity, metric, 50) == expected


def test_a_target_of_nothing_is_refused():
    with pytest.raises(InvalidSetting, match="above 0"):
        tracked_capacity(4, 10, 0)
