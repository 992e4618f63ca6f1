"""Alarm states by the CloudWatch user guide's tables of missing data: 0 is well, X breaches, - is missing."""

from __future__ import annotations

import botocore.session
import pytest

from ecslite.autoscaling.evaluation import COMPARISONS, STATES, evaluation_range, next_state
from ecslite.autoscaling.step import ADJUSTMENT_TYPES
from ecslite.autoscaling.step_scaling import AGGREGATION_TYPES
from ecslite.autoscaling.target_tracking import METRICS

POINTS = {"0": False, "X": True, "-": None}
ORDER = ("missing", "ignore", "breaching", "notBreaching")
NONE, R = "INSUFFICIENT_DATA", "retained"
ROWS = [
    (3, "0 - X - X", ("OK", "OK", "OK", "OK")),
    (3, "- - - - 0", ("OK", "OK", "OK", "OK")),
    (3, "- - - - -", (NONE, R, "ALARM", "OK")),
    (3, "0 X X - X", ("ALARM", "ALARM", "ALARM", "ALARM")),
    (3, "- - X - -", ("ALARM", R, "ALARM", "OK")),
    (2, "0 - X - X", ("ALARM", "ALARM", "ALARM", "ALARM")),
    (2, "0 0 X 0 X", ("ALARM", "ALARM", "ALARM", "ALARM")),
    (2, "0 - X - -", ("OK", "OK", "ALARM", "OK")),
    (2, "- - - - 0", ("OK", "OK", "ALARM", "OK")),
    (2, "- - - X -", ("ALARM", R, "ALARM", "OK")),
]


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize(("needed", "points", "expected"), ROWS)
def test_missing_data_is_treated_as_in_the_tables(needed, points, expected, before):
    breaches = [POINTS[point] for point in points.split()]
    states = [next_state(breaches, 3, needed, treat, before) for treat in ORDER]

    assert states == [before if state == R else state for state in expected]
    assert len(breaches) == evaluation_range(3)


def test_one_young_breach_does_not_set_off_an_alarm_that_wants_three():
    assert next_state([None, None, None, None, True], 3, 3, "missing", "OK") == "OK"


def test_names_are_those_of_the_api():
    session = botocore.session.get_session()
    watch, scaling = (session.get_service_model(name) for name in ("cloudwatch", "application-autoscaling"))
    bands = {"LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold"}

    assert set(COMPARISONS) == set(watch.shape_for("ComparisonOperator").enum) - bands
    assert set(STATES) == set(watch.shape_for("StateValue").enum)
    assert set(ADJUSTMENT_TYPES) == set(scaling.shape_for("AdjustmentType").enum)
    assert set(AGGREGATION_TYPES) == set(scaling.shape_for("MetricAggregationType").enum)
    assert set(METRICS) <= set(scaling.shape_for("MetricType").enum)


def test_of_fewer_datapoints_than_asked_for_as_many_breaches_as_needed_set_it_off():
    assert next_state([True, True], 3, 2, "missing", "OK") == "ALARM"
    assert next_state([False, True], 3, 2, "ignore", "ALARM") == "OK"
