"""Names and limits are those of the Lambda API, as botocore has them."""

from __future__ import annotations

import botocore.session
import pytest

from ecslite.serverless import function, function_rules, provisioned
from ecslite.serverless.event_queue import EVENT_AGE, RETRIES


@pytest.fixture(scope="module")
def model():
    return botocore.session.get_session().get_service_model("lambda")


def test_enumerations_are_the_apis(model):
    def enumeration(name):
        return tuple(model.shape_for(name).enum)

    assert enumeration("Architecture") == function_rules.ARCHITECTURES
    assert enumeration("SnapStartApplyOn") == function_rules.SNAP_START
    assert enumeration("ProvisionedConcurrencyStatusEnum") == provisioned.STATUSES
    assert function.Function.first_state in enumeration("State")
    assert set(function_rules.RUNTIMES) <= set(enumeration("Runtime"))
    assert set(function.THROTTLE_REASONS) <= set(enumeration("ThrottleReason"))


def test_settings_are_named_as_the_apis_members(model):
    members = {
        "PutFunctionEventInvokeConfigRequest": ("MaximumRetryAttempts", "MaximumEventAgeInSeconds"),
        "PutFunctionConcurrencyRequest": ("ReservedConcurrentExecutions",),
        "PutProvisionedConcurrencyConfigRequest": ("ProvisionedConcurrentExecutions",),
        "CreateFunctionRequest": ("Timeout", "MemorySize", "Architectures", "EphemeralStorage", "SnapStart", "Runtime"),
    }
    for shape, names in members.items():
        assert set(names) <= set(model.shape_for(shape).members)


def test_events_have_the_apis_limits(model):
    members = model.shape_for("PutFunctionEventInvokeConfigRequest").members

    assert members["MaximumRetryAttempts"].metadata == {"min": 0, "max": RETRIES}
    assert members["MaximumEventAgeInSeconds"].metadata == {"min": 60, "max": EVENT_AGE}
