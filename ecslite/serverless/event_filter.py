"""Event filters of an event source mapping: which messages or records Lambda hands to the function.

A mapping has up to five patterns, of which one has to match (OR). A pattern has the form of the record: of a message
its "body"; of a change in a table its "eventName", and in "dynamodb" its "Keys" and its "NewImage". What matches none
is discarded: taken out of the queue, or passed over in the stream. Operators are those of filter policies, except for
wildcard and cidr; numeric does not work on a table, whose numbers are written as texts.
[Lambda Developer Guide, invocation-eventfiltering, with-sqs-filtering, with-ddb-filtering; read 2026-11-25]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from json import dumps
from typing import Any

from ecslite.serverless.filter_policy import matches, rule_values, shape_faults
from ecslite.serverless.message import Message

__all__ = ["KEYS", "LONGEST_PATTERN", "MOST_FILTERS", "OPERATORS", "EventFilter", "filter_faults"]

MOST_FILTERS, LONGEST_PATTERN = 5, 4096
"""Patterns of one mapping, until the quota is raised to 10, and the characters of each as JSON
[Lambda API, FilterCriteria; read 2026-11-25]."""

KEYS = {"queue": ("body",), "stream": ("eventName", "dynamodb")}
"""What a pattern may look at. Of an SQS message Lambda filters by the body alone."""
# Model: of a change the metadata other than eventName, its OldImage and its sequence number are not simulated.

OPERATORS = ("equals-ignore-case", "anything-but", "numeric", "exists", "prefix", "suffix")
"""Those that Lambda lists, beside exact values, null and $or."""

PARTITION_KEY = "pk"
"""What the table's key is called in a pattern: {"dynamodb": {"Keys": {"pk": {"S": ["tea-7"]}}}}."""


class EventFilter:
    """The patterns of one mapping; without any, everything is wanted."""

    # Model: 300 and 300.0 are equal here, and not in Lambda, which compares how numbers are written.
    # Model: a change's NewImage is the body of the message that made it, as it stands: write it with DynamoDB's types.

    def __init__(self, patterns: Sequence[Mapping[str, Any]], source: str) -> None:
        self._patterns = tuple(patterns)
        self._record = _message if source == "queue" else _change

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def wants(self, message: Message) -> bool:
        """Whether the function gets it."""
        if not self._patterns:
            return True
        record = self._record(message)
        return record is not None and any(matches(pattern, record) for pattern in self._patterns)


def _message(message: Message) -> dict[str, Any] | None:
    # A body that is a plain text matches no pattern for JSON.
    return None if message.body is None else {"body": message.body}


def _change(message: Message) -> dict[str, Any]:
    change: dict[str, Any] = {"Keys": {PARTITION_KEY: {"S": message.key}}}
    if message.body is not None:
        change["NewImage"] = message.body
    return {"eventName": message.attributes.get("eventName", "INSERT"), "dynamodb": change}


def filter_faults(patterns: Sequence[Mapping[str, Any]], source: str) -> Iterator[str]:
    """What Lambda would refuse of these patterns for a queue or a stream."""
    if len(patterns) > MOST_FILTERS:
        yield f"filter_criteria has {len(patterns)} patterns: use {MOST_FILTERS} at the most"
    known, refused = KEYS[source], () if source == "queue" else ("numeric",)
    for place, pattern in enumerate(patterns):
        where = f"filter_criteria[{place}]"
        if (size := len(dumps(pattern))) > LONGEST_PATTERN:
            yield f"{where} has {size:,} characters: use {LONGEST_PATTERN:,} at the most"
        for key in pattern:
            if key not in (*known, "$or"):
                yield f"{where} looks at {key!r}: of a {source} a pattern looks at {', '.join(known)}"
        faults = shape_faults(pattern)
        yield from (f"{where}: {fault}" for fault in faults)
        for operator in _operators(pattern) if not faults else ():
            if operator not in OPERATORS or operator in refused:
                usable = ", ".join(each for each in OPERATORS if each not in refused)
                yield f"{where}: {operator!r} is no operator for a {source}: use {usable}, or values"


def _operators(pattern: Mapping[str, Any]) -> Iterator[str]:
    return (
        operator for rule in rule_values(pattern) for value in rule if isinstance(value, Mapping) for operator in value
    )
