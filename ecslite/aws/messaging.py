"""Queues, topics, tables and buckets as SQS, SNS, DynamoDB and S3 take them, and who may send to whom."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from ecslite.aws.call import Call, camel, given
from ecslite.aws.destination import Destination
from ecslite.aws.names import check_name
from ecslite.serverless.bucket import Bucket
from ecslite.serverless.delivery_policy import DeliveryPolicy
from ecslite.serverless.function import Function
from ecslite.serverless.http_endpoint import HttpEndpoint
from ecslite.serverless.part import Part
from ecslite.serverless.queue import Queue
from ecslite.serverless.subscription import Subscription
from ecslite.serverless.table import Table
from ecslite.serverless.topic import Topic

__all__ = ["bucket_calls", "part_arn", "queue_call", "queue_policy_call", "subscription_call", "table_call"]

KEY = "pk"
"""The partition key's name: a simulation's keys have none."""

TOPIC_ATTRIBUTES = "FifoTopic", "ContentBasedDeduplication"


def part_arn(part: object | None, where: Destination) -> str | None:
    """The ARN of what a function or a bucket sends to; None where there is nothing, or nothing of AWS's."""
    of = {Queue: where.queue, Topic: where.topic, Function: where.function}
    found = next((arn for kind, arn in of.items() if isinstance(part, kind)), None)
    return found(part.name) if found is not None and isinstance(part, Part) else None


def queue_call(queue: Queue, where: Destination) -> Call:
    """The queue; its dead-letter queue must be there already."""
    asked = asdict(queue.attributes)
    fifo = {name: asked.pop(name) for name in list(asked) if name in FIFO_ATTRIBUTES}
    said = {_pascal(name): str(value) for name, value in asked.items()}
    if queue.attributes.fifo_queue:
        said |= {_pascal(name): value if isinstance(value, str) else str(value).lower() for name, value in fifo.items()}
    if (policy := queue.redrive_policy) is not None:
        target = {
            "deadLetterTargetArn": where.queue(policy.dead_letter_queue.name),
            "maxReceiveCount": policy.max_receive_count,
        }
        said["RedrivePolicy"] = json.dumps(target)
    return Call("sqs", "CreateQueue", {"QueueName": queue.name, "Attributes": said})


FIFO_ATTRIBUTES = ("fifo_queue", "content_based_deduplication", "deduplication_scope", "fifo_throughput_limit")


def _pascal(name: str) -> str:
    said = camel(name)
    return said[:1].upper() + said[1:]


def queue_policy_call(queue: Queue, senders: Sequence[tuple[str, str]], where: Destination) -> Call:
    """The policy by which services (principal, ARN of the source) may send to a queue.

    [SNS Developer Guide, subscribe-sqs-queue-to-sns-topic; S3 User Guide, grant-destinations-permissions-to-s3; read
    2026-11-25]
    """
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": where.queue(queue.name),
            "Condition": {"ArnEquals": {"aws:SourceArn": source}},
        }
        for service, source in senders
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return Call(
        "sqs",
        "SetQueueAttributes",
        {"QueueUrl": where.queue_url(queue.name), "Attributes": {"Policy": policy}},
    )


def topic_call(topic: Topic, sources: Sequence[str], where: Destination) -> Call:
    """The topic; buckets (their ARNs) may publish to it."""
    check_name("topic", topic.name)
    said: dict[str, str] = {}
    if topic.fifo_topic:
        switches = (topic.fifo_topic, topic.content_based_deduplication)
        said |= {name: str(on).lower() for name, on in zip(TOPIC_ATTRIBUTES, switches, strict=True)}
    if topic.own_delivery_policy is not None:
        retries = _retries(topic.own_delivery_policy)
        said["DeliveryPolicy"] = json.dumps({"http": {"defaultHealthyRetryPolicy": retries}})
    if sources:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": where.topic(topic.name),
            "Condition": {"ArnLike": {"aws:SourceArn": list(sources)}},
        }
        said["Policy"] = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return Call("sns", "CreateTopic", given(Name=topic.name, Attributes=said))


def _retries(policy: DeliveryPolicy) -> dict[str, Any]:
    return {camel(name): value for name, value in asdict(policy).items()}


def subscription_call(topic: Topic, one: Subscription, where: Destination) -> Call:
    """A subscription of a queue, a function, or an endpoint of your own."""
    said: dict[str, str] = {}
    if one.filter_policy is not None:
        said |= {"FilterPolicy": json.dumps(one.filter_policy.policy), "FilterPolicyScope": one.filter_policy.scope}
    if isinstance(one.endpoint, HttpEndpoint) and one.delivery_policy != topic.delivery_policy:
        said["DeliveryPolicy"] = json.dumps({"healthyRetryPolicy": _retries(one.delivery_policy)})
    if one.dead_letter_queue is not None:
        said["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": where.queue(one.dead_letter_queue.name)})
    address = part_arn(one.endpoint, where) or _address(one)
    return Call(
        "sns",
        "Subscribe",
        given(TopicArn=where.topic(topic.name), Protocol=one.protocol, Endpoint=address, Attributes=said),
    )


def _address(one: Subscription) -> str:
    """Of somebody else's endpoint: a placeholder in the domain that is kept for examples (RFC 2606)."""
    if one.protocol in ("http", "https"):
        return f"{one.protocol}://{one.name}.example.com/"
    return f"{one.name}@example.com" if one.protocol.startswith("email") else "+15555550100"


def table_call(table: Table) -> Call:
    """The table, with a partition key alone."""
    check_name("table", table.name)
    maxima = given(MaxReadRequestUnits=table.maxima["Read"], MaxWriteRequestUnits=table.maxima["Write"])
    provisioned = {f"{kind}CapacityUnits": units for kind, units in table.asked_capacity.items()}
    stream = {"StreamEnabled": True, "StreamViewType": table.record.attributes["stream"]}
    said = given(
        TableName=table.name,
        AttributeDefinitions=[{"AttributeName": KEY, "AttributeType": "S"}],
        KeySchema=[{"AttributeName": KEY, "KeyType": "HASH"}],
        BillingMode=table.billing_mode,
        ProvisionedThroughput=provisioned if table.billing_mode == "PROVISIONED" else None,
        OnDemandThroughput=maxima,
        StreamSpecification=stream if table.stream is not None else None,
    )
    return Call("dynamodb", "CreateTable", said)


def bucket_calls(bucket: Bucket, where: Destination) -> Iterator[Call]:
    """The bucket. us-east-1 takes no LocationConstraint [S3 API, CreateBucket; read 2026-11-25]."""
    check_name("bucket", bucket.name)
    location = None if where.region == "us-east-1" else {"LocationConstraint": where.region}
    yield Call("s3", "CreateBucket", given(Bucket=bucket.name, CreateBucketConfiguration=location))


def notification_call(bucket: Bucket, where: Destination) -> Call | None:
    """What it tells of which events; whoever is told must be there, and let it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for rule in bucket.notifications.rules:
        kind = next(name for name, (one, _) in RECEIVERS.items() if isinstance(rule.receiver, one))
        ends = {"prefix": rule.prefix, "suffix": rule.suffix}
        rules = [{"Name": name, "Value": value} for name, value in ends.items() if value]
        said = {RECEIVERS[kind][1]: part_arn(rule.receiver, where), "Events": list(rule.events)}
        found.setdefault(kind, []).append({**said, **({"Filter": {"Key": {"FilterRules": rules}}} if rules else {})})
    if not found:
        return None
    return Call("s3", "PutBucketNotificationConfiguration", {"Bucket": bucket.name, "NotificationConfiguration": found})


RECEIVERS: dict[str, tuple[type[Part], str]] = {
    "QueueConfigurations": (Queue, "QueueArn"),
    "TopicConfigurations": (Topic, "TopicArn"),
    "LambdaFunctionConfigurations": (Function, "LambdaFunctionArn"),
}
