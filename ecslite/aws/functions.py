"""Functions, what invokes them, and APIs in front of them, as Lambda and API Gateway take them.

The code is a placeholder: a package in a bucket of its own. Of a REST API one resource, "/", is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ecslite.aws.call import Call, given
from ecslite.aws.destination import Destination
from ecslite.aws.messaging import part_arn
from ecslite.aws.names import check_name
from ecslite.serverless.api import Api
from ecslite.serverless.event_queue import EventQueue
from ecslite.serverless.event_source import EventSourceMapping
from ecslite.serverless.function import Function
from ecslite.serverless.function_rules import LATEST
from ecslite.serverless.queue import Queue
from ecslite.serverless.stream import StreamSource
from ecslite.serverless.table import Table
from ecslite.serverless.throttling import Throttle, UsagePlan

__all__ = ["api_calls", "function_calls", "mapping_call", "permission_call"]

ROLE, HANDLER, STAGE = "lambda-ex", "app.handler", "prod"
"""The execution role is named as in the Lambda Developer Guide's examples."""

RETRIES, EVENT_AGE = 2, 21_600
"""The defaults of asynchronous invocation: where nothing else is asked for, no call is needed."""


def function_calls(function: Function, where: Destination) -> Iterator[Call]:
    """The function with its concurrency and its way with events."""
    check_name("function", function.name)
    of, events = function.configuration, function.events
    letters = part_arn(events.dead_letter_queue, where)
    said = given(
        FunctionName=function.name,
        Runtime=of.runtime,
        Role=where.role(ROLE),
        Handler=HANDLER,
        Code={"S3Bucket": f"ecslite-code-{where.account_id}", "S3Key": f"{function.name}.zip"},
        Timeout=of.timeout,
        MemorySize=of.memory,
        Architectures=[of.architecture],
        EphemeralStorage={"Size": of.ephemeral_storage},
        SnapStart={"ApplyOn": of.snap_start} if of.snap_start != "None" else None,
        DeadLetterConfig={"TargetArn": letters} if letters else None,
        Publish=True if of.version != LATEST else None,
    )
    yield Call("lambda", "CreateFunction", said)
    if of.reserved_concurrency is not None:
        amount = {"ReservedConcurrentExecutions": of.reserved_concurrency}
        yield Call("lambda", "PutFunctionConcurrency", {"FunctionName": function.name, **amount})
    if of.provisioned_concurrency:
        amount = {"ProvisionedConcurrentExecutions": of.provisioned_concurrency}
        said = {"FunctionName": function.name, "Qualifier": of.version, **amount}
        yield Call("lambda", "PutProvisionedConcurrencyConfig", said)
    yield from _events(function.name, of.version, events, where)


def _events(name: str, version: str, events: EventQueue, where: Destination) -> Iterator[Call]:
    ways = {"OnSuccess": events.on_success, "OnFailure": events.on_failure}
    destinations = {key: {"Destination": part_arn(part, where)} for key, part in ways.items() if part is not None}
    if (events.retries, events.event_age) == (RETRIES, EVENT_AGE) and not destinations:
        return
    said = {
        "FunctionName": name,
        **given(Qualifier=version if version != LATEST else None, DestinationConfig=destinations),
        "MaximumRetryAttempts": events.retries,
        "MaximumEventAgeInSeconds": round(events.event_age),
    }
    yield Call("lambda", "PutFunctionEventInvokeConfig", said)


def permission_call(function: Function, service: str, source_arn: str, number: int) -> Call:
    """The statement by which a service may invoke a function [Lambda API, AddPermission; read 2026-11-25]."""
    said = {
        "FunctionName": function.name,
        "StatementId": f"{service}-{number}",
        "Action": "lambda:InvokeFunction",
        "Principal": f"{service}.amazonaws.com",
        "SourceArn": source_arn,
    }
    return Call("lambda", "AddPermission", said)


def mapping_call(mapping: EventSourceMapping, where: Destination) -> Call:
    """A mapping of a queue or a stream."""
    asked, failures = mapping.settings, part_arn(mapping.on_failure, where)
    pollers = asked.provisioned_poller_config
    said = given(
        EventSourceArn=_source(mapping.source, where),
        FunctionName=mapping.function.name,
        BatchSize=asked.batch_size,
        FunctionResponseTypes=list(asked.function_response_types),
        MaximumBatchingWindowInSeconds=asked.maximum_batching_window_seconds or None,
        ScalingConfig=given(MaximumConcurrency=asked.maximum_concurrency),
        StartingPosition=asked.starting_position,
        ParallelizationFactor=asked.parallelization_factor,
        BisectBatchOnFunctionError=asked.bisect_batch_on_function_error or None,
        MaximumRetryAttempts=asked.maximum_retry_attempts,
        MaximumRecordAgeInSeconds=asked.maximum_record_age_in_seconds,
        DestinationConfig={"OnFailure": {"Destination": failures}} if failures else None,
    )
    if pollers is not None:
        said["ProvisionedPollerConfig"] = {
            "MinimumPollers": pollers.minimum_pollers,
            "MaximumPollers": pollers.maximum_pollers,
        }
    return Call("lambda", "CreateEventSourceMapping", said)


def _source(source: Queue | StreamSource, where: Destination) -> str:
    if isinstance(source, Queue):
        return where.queue(source.name)
    return where.stream(source.name if isinstance(source, Table) else source.name.removesuffix("/stream"))


def api_calls(api: Api, where: Destination) -> Iterator[Call]:
    """An HTTP API in one call; a REST API with its methods, its stage and its usage plan."""
    function = api.integration if isinstance(api.integration, Function) else None
    if api.protocol == "HTTP":
        yield from _http_api(api, function, where)
        return
    yield Call(
        "apigateway",
        "CreateRestApi",
        {"name": api.name, "endpointConfiguration": {"types": [api.settings.endpoint_type]}},
    )
    at = {"restApiId": where.api_id(api.name), "resourceId": where.root_id(api.name)}
    for method in api.settings.methods:
        yield Call("apigateway", "PutMethod", {**at, "httpMethod": method, **_authorization(api)})
        yield Call("apigateway", "PutIntegration", {**at, "httpMethod": method, **_integration(api, function, where)})
    if function is not None:
        yield permission_call(function, "apigateway", _execute_arn(api, where), 1)
    cache = api.settings.cache
    said = {"restApiId": at["restApiId"], "stageName": STAGE}
    cluster = {"cacheClusterEnabled": True, "cacheClusterSize": cache.size} if cache else {}
    yield Call("apigateway", "CreateDeployment", {**said, **cluster})
    if patches := _patches(api):
        yield Call("apigateway", "UpdateStage", {**said, "patchOperations": patches})
    if api.settings.usage_plan is not None:
        yield Call("apigateway", "CreateUsagePlan", _usage_plan(api.settings.usage_plan, api.name, where))


def _http_api(api: Api, function: Function | None, where: Destination) -> Iterator[Call]:
    target = where.function(function.name) if function else None
    yield Call("apigatewayv2", "CreateApi", given(Name=api.name, ProtocolType="HTTP", Target=target))
    if function is not None:
        yield permission_call(function, "apigateway", _execute_arn(api, where), 1)


def _execute_arn(api: Api, where: Destination) -> str:
    return where.arn("execute-api", f"{where.api_id(api.name)}/*")


def _authorization(api: Api) -> dict[str, Any]:
    key = {"apiKeyRequired": True} if api.settings.usage_plan else {}
    return {"authorizationType": "NONE", **key}


def _integration(api: Api, function: Function | None, where: Destination) -> dict[str, Any]:
    """A function behind a proxy integration; without one API Gateway answers by itself."""
    if function is None:
        return {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}
    path = f"2015-03-31/functions/{where.function(function.name)}/invocations"
    return {
        "type": "AWS_PROXY",
        "integrationHttpMethod": "POST",
        "uri": f"arn:aws:apigateway:{where.region}:lambda:path/{path}",
        "timeoutInMillis": round(api.timeout_seconds * 1000),
    }


def _patches(api: Api) -> list[dict[str, str]]:
    """The stage's limits and the time for which its cache keeps replies [API Gateway API, patch operations]."""
    limits = {"/*/*": api.stage, **{f"/~1/{method}": limit for method, limit in api.settings.method_limits.items()}}
    found = [
        {"op": "replace", "path": f"{at}/throttling/{name}", "value": value}
        for at, limit in limits.items()
        if limit is not None
        for name, value in (("rateLimit", f"{limit.rate_limit:g}"), ("burstLimit", str(limit.burst_limit)))
    ]
    if api.settings.cache is not None:
        ttl = f"{api.settings.cache.ttl_seconds:.0f}"
        found.append({"op": "replace", "path": "/*/*/caching/ttlInSeconds", "value": ttl})
    return found


def _usage_plan(plan: UsagePlan, api: str, where: Destination) -> dict[str, Any]:
    methods = {f"/{method}": _throttle(limit) for method, limit in plan.methods.items()}
    stages = [given(apiId=where.api_id(api), stage=STAGE, throttle=methods)]
    return given(
        name=f"{api}-plan",
        apiStages=stages,
        throttle=_throttle(plan.throttle) if plan.throttle else None,
        quota=None if plan.quota is None else {"limit": plan.quota, "period": plan.period},
    )


def _throttle(limit: Throttle) -> dict[str, float]:
    return {"rateLimit": float(limit.rate_limit), "burstLimit": limit.burst_limit}
