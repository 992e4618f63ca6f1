"""Names of API Gateway, DynamoDB and S3, as botocore spells them."""

from __future__ import annotations

import re

import botocore.session
import pytest

from ecslite.serverless import api, api_cache, api_rules, bucket, notification, operation, table, throttling

SESSION = botocore.session.get_session()


def shape(service, name):
    return SESSION.get_service_model(service).shape_for(name)


@pytest.mark.parametrize(
    ("service", "name", "ours"),
    [
        ("apigateway", "CacheClusterSize", api_cache.CACHE_CLUSTER_SIZES),
        ("apigateway", "EndpointType", api_rules.ENDPOINT_TYPES),
        ("apigateway", "QuotaPeriodType", tuple(throttling.QUOTA_PERIODS)),
        ("dynamodb", "BillingMode", table.BILLING_MODES),
        ("dynamodb", "StreamViewType", table.STREAM_VIEW_TYPES),
    ],
)
def test_an_enumeration_is_botocores(service, name, ours):
    assert sorted(ours) == sorted(shape(service, name).enum)


def test_an_http_api_is_one_of_the_protocol_types():
    assert "HTTP" in shape("apigatewayv2", "ProtocolType").enum


def test_states_are_botocores():
    assert api.Api.first_state in shape("apigateway", "ApiStatus").enum
    assert {"ACTIVE", "UPDATING"} <= set(shape("dynamodb", "TableStatus").enum)


def test_operations_are_botocores():
    names = SESSION.get_service_model("dynamodb").operation_names
    assert set(operation.READS + operation.WRITES) <= set(names)


def test_throttling_reasons_are_made_of_the_words_that_botocore_documents():
    said = re.sub("<[^>]+>", "", shape("dynamodb", "ThrottlingReason").members["reason"].documentation)
    assert [reason for reason in table.LIMITS if reason not in said] == []
    assert {"Table", "Read", "Write"} <= set(re.findall(r"\w+", said))


def test_exceptions_are_botocores():
    names = ("ProvisionedThroughputExceededException", "ThrottlingException", "ConditionalCheckFailedException")
    model = SESSION.get_service_model("dynamodb")
    assert [name for name in names if not model.shape_for(name).metadata.get("exception")] == []


def test_what_a_streams_record_says_of_a_change_is_botocores():
    assert {*table.EVENT_NAMES.values(), "INSERT"} == set(shape("dynamodbstreams", "OperationType").enum)


def test_timeouts_are_botocores():
    timeout = shape("apigatewayv2", "IntegerWithLengthBetween50And30000").metadata
    assert (timeout["min"], timeout["max"]) == (1000 * api_rules.SHORTEST_TIMEOUT, 1000 * api_rules.HTTP_TIMEOUT)
    said = shape("apigateway", "Integration").members["timeoutInMillis"].documentation
    assert "between 50 and 29,000 milliseconds" in said


def test_s3s_events_and_operations_are_botocores():
    assert set(notification.EVENTS) | set(bucket.EVENTS.values()) <= set(shape("s3", "Event").enum)
    assert set(bucket.OPERATIONS) <= set(SESSION.get_service_model("s3").operation_names)
