"""The maximum that a forecast may raise."""

from __future__ import annotations

import botocore.session
import pytest

from ecslite.autoscaling.predictive import BREACH_BEHAVIORS, effective_maximum
from ecslite.errors import InvalidSetting


def test_vector_60_a_forecast_of_50_with_a_buffer_of_10_percent_raises_the_maximum_of_40_to_55():
    assert effective_maximum(50, 40, "IncreaseMaxCapacity", 10) == 55
    assert effective_maximum(50, 40) == 40
    assert effective_maximum(30, 40, "IncreaseMaxCapacity", 10) == 40


def test_behaviors_are_those_of_the_api():
    model = botocore.session.get_session().get_service_model("application-autoscaling")

    assert set(BREACH_BEHAVIORS) == set(model.shape_for("PredictiveScalingMaxCapacityBreachBehavior").enum)


@pytest.mark.parametrize("settings", [("Ignore", 0), ("IncreaseMaxCapacity", 101)])
def test_what_the_api_refuses_is_refused(settings):
    with pytest.raises(InvalidSetting):
        effective_maximum(50, 40, *settings)
