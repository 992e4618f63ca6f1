"""Names and limits of queues, topics and mappings are those of the APIs, as botocore has them."""

from __future__ import annotations

import inspect
import re

import botocore.session
import pytest

import ecslite as ecs
from ecslite.serverless.delivery_policy import BACKOFF_FUNCTIONS
from ecslite.serverless.event_filter import LONGEST_PATTERN
from ecslite.serverless.event_source_settings import FUNCTION_RESPONSE_TYPES, MAXIMUM_CONCURRENCY, MappingSettings
from ecslite.serverless.fifo import DEDUPLICATION_SCOPES, FIFO_THROUGHPUT_LIMITS
from ecslite.serverless.filter_policy import FILTER_POLICY_SCOPES
from ecslite.serverless.queue_settings import LIMITS, QueueAttributes
from ecslite.serverless.stream import STARTING_POSITIONS
from ecslite.serverless.topic import PROTOCOLS


def model(service):
    return botocore.session.get_session().get_service_model(service)


def pascal(name):
    return "".join(part.capitalize() for part in name.split("_"))


MAPPING = model("lambda").operation_model("CreateEventSourceMapping").input_shape.members
OUTER = {"on_failure": "DestinationConfig", "maximum_concurrency": "ScalingConfig"}
RENAMED = {"maximum_batching_window_seconds": "MaximumBatchingWindowInSeconds"}


def test_a_queues_attributes_are_named_as_in_the_api():
    names = {pascal(name) for name in inspect.signature(QueueAttributes).parameters} | {"RedrivePolicy"}
    assert names <= set(model("sqs").shape_for("QueueAttributeName").enum)


@pytest.mark.parametrize("name", LIMITS)
def test_a_queues_limits_are_those_of_the_api(name):
    """The limits stand in the prose of SetQueueAttributes."""
    prose = model("sqs").operation_model("SetQueueAttributes").input_shape.members["Attributes"].documentation
    about = re.sub(r"<[^>]+>", "", prose.split(f"<code>{pascal(name)}</code>")[1].split("</li>")[0]).replace(",", "")
    for limit in LIMITS[name]:
        assert re.search(rf"\b{limit}\b", about)


@pytest.mark.parametrize("value", [*DEDUPLICATION_SCOPES, *FIFO_THROUGHPUT_LIMITS])
def test_the_values_of_fifo_attributes_are_those_of_the_api(value):
    prose = model("sqs").operation_model("SetQueueAttributes").input_shape.members["Attributes"].documentation
    assert f"<code>{value}</code>" in prose


def test_a_mappings_settings_are_named_as_in_the_api():
    parameters = list(inspect.signature(ecs.EventSourceMapping).parameters)[2:]
    names = {OUTER.get(name) or RENAMED.get(name) or pascal(name) for name in parameters}
    assert names <= set(MAPPING)


def test_the_enumerations_of_a_mapping_are_those_of_the_api():
    assert set(STARTING_POSITIONS) <= set(MAPPING["StartingPosition"].enum)
    assert list(FUNCTION_RESPONSE_TYPES) == MAPPING["FunctionResponseTypes"].member.enum


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("BatchSize", (1, 10_000)),
        ("MaximumBatchingWindowInSeconds", (0, 300)),
        ("ParallelizationFactor", (1, 10)),
        ("MaximumRetryAttempts", (-1, 10_000)),
        ("MaximumRecordAgeInSeconds", (-1, 604_800)),
    ],
)
def test_the_limits_of_a_mapping_are_those_of_the_api(name, limits):
    metadata = MAPPING[name].metadata
    assert (metadata["min"], metadata["max"]) == limits
    setting = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower().replace("window_in_seconds", "window_seconds")
    for value, refused in ((limits[0], False), (limits[0] - 1, True), (limits[1], False), (limits[1] + 1, True)):
        given = MappingSettings(**{"starting_position": "LATEST", setting: value})
        if refused:
            with pytest.raises(ecs.InvalidSetting, match=setting):
                given.check_for_stream("mapping")
        else:
            given.check_for_stream("mapping")


def test_maximum_concurrency_and_pollers_lie_within_what_the_api_takes():
    scaling = MAPPING["ScalingConfig"].members["MaximumConcurrency"].metadata
    assert (scaling["min"], scaling["max"]) == MAXIMUM_CONCURRENCY
    pollers = MAPPING["ProvisionedPollerConfig"].members
    names = {pascal(name) for name in inspect.signature(ecs.ProvisionedPollerConfig).parameters}
    assert names <= set(pollers)


def test_a_filters_pattern_is_as_long_as_the_api_takes():
    assert MAPPING["FilterCriteria"].members["Filters"].member.members["Pattern"].metadata["max"] == LONGEST_PATTERN


def test_topics_take_the_apis_protocols_scopes_and_backoff_functions():
    sns = model("sns")
    subscribe = sns.operation_model("Subscribe").input_shape
    assert all(
        f"<code>{protocol}</code>" in subscribe.members["Protocol"].documentation for protocol in PROTOCOLS.values()
    )
    assert all(
        f"<code>{scope}</code>" in subscribe.members["Attributes"].documentation for scope in FILTER_POLICY_SCOPES
    )
    assert sorted(BACKOFF_FUNCTIONS) == list(BACKOFF_FUNCTIONS)
