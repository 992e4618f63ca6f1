"""Cards: what the board shows of each serverless part. Counts as steps, rates minute by minute, and cells with heat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ecslite.sim.run import Level, Part, Run

__all__ = ["KINDS", "Kind", "cards"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What is shown of a kind of part: names in the run, and what the card calls them."""

    word: str
    unit: str = ""
    """What is counted."""
    counts: Sequence[tuple[str, str, str]] = ()
    """(level, label, look): look is one of start, busy, idle, end, wait, dead."""
    rates: Sequence[tuple[str, str, bool]] = ()
    """(metric, label, whether it is a failure)."""
    cells: str = ""
    """The ending of the subjects of levels that are cells, such as "/partition-"."""
    cell: str = ""
    """What a cell is called."""
    cell_levels: Sequence[str] = ()
    """Levels of a cell that add up to its heat."""
    hottest: float = 0.0
    """The heat at which a cell is full."""


KINDS = {
    "function": Kind(
        "Function",
        unit="environments",
        counts=(
            ("Environments/init", "init", "start"),
            ("Environments/busy", "busy", "busy"),
            ("Environments/idle", "idle", "idle"),
            ("Environments/expiring", "expiring", "end"),
        ),
        rates=(("Invocations", "invocations/s", False), ("Throttles", "429/s", True), ("Errors", "errors/s", True)),
    ),
    "queue": Kind(
        "Queue",
        unit="messages",
        counts=(
            ("ApproximateNumberOfMessagesVisible", "waiting", "wait"),
            ("ApproximateNumberOfMessagesNotVisible", "in flight", "busy"),
            ("ApproximateNumberOfMessagesDelayed", "delayed", "start"),
        ),
        rates=(
            ("NumberOfMessagesSent", "sent/s", False),
            ("NumberOfMessagesDeleted", "done/s", False),
            ("NumberOfMessagesMovedToDeadLetterQueue", "given up/s", True),
        ),
    ),
    "topic": Kind(
        "Topic",
        unit="notifications",
        counts=(("NotificationsPending", "to be tried again", "wait"),),
        rates=(
            ("NumberOfMessagesPublished", "published/s", False),
            ("NumberOfNotificationsDelivered", "delivered/s", False),
            ("NumberOfNotificationsFailed", "failed/s", True),
            ("NumberOfMessagesWithoutSubscription", "lost/s", True),
        ),
    ),
    "table": Kind(
        "Table",
        rates=(
            ("StaleReads", "stale reads/s", False),
            ("ReadThrottleEvents", "reads throttled/s", True),
            ("WriteThrottleEvents", "writes throttled/s", True),
        ),
        cells="/partition-",
        cell="partition",
        cell_levels=("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"),
        hottest=1000.0,
    ),
    "bucket": Kind(
        "Bucket",
        unit="notifications",
        counts=(("NotificationsWaiting", "events to come", "wait"),),
        rates=(("AllRequests", "requests/s", False), ("5xxErrors", "503/s", True)),
        cells="/prefix-",
        cell="prefix, % of its limit",
        cell_levels=("PrefixLoad",),
        hottest=100.0,
    ),
    "event_source_mapping": Kind(
        "Event source mapping",
        unit="pollers",
        counts=(("Pollers", "pollers", "busy"),),
        rates=(("ThrottledInvocations", "throttled/s", True), ("FailedInvokeEventCount", "failed/s", True)),
    ),
    "api": Kind(
        "API",
        unit="requests",
        counts=(("OpenRequests", "open", "busy"),),
        rates=(("Count", "requests/s", False), ("4XXError", "4XX/s", True), ("5XXError", "5XX/s", True)),
    ),
}
"""Each kind of serverless part. A partition is full at 1,000 write units a second [DynamoDB Developer Guide,
burst-adaptive-capacity; read 2026-11-24], and a prefix at what it takes by now."""


def cards(run: Run) -> Iterator[dict[str, Any]]:
    """A card for each serverless part, in the order in which they were made; what a run does not have is left out."""
    for part in run.parts:
        if part.kind in KINDS:
            yield _card(run, part, KINDS[part.kind])


def _card(run: Run, part: Part, kind: Kind) -> dict[str, Any]:
    levels = {level.name: level for level in run.levels if level.subject == part.id}
    return {
        "kind": part.kind,
        "word": kind.word,
        "name": part.id,
        "event": part.states[0][2] if part.states else None,
        "dead_letters_of": _dead_letters_of(run, part),
        "unit": kind.unit,
        "counts": [
            {"label": label, "look": look, "steps": _steps(levels[name])}
            for name, label, look in kind.counts
            if name in levels
        ],
        "rates": [
            {"label": label, "bad": bad, "values": values}
            for name, label, bad in kind.rates
            if (values := _per_second(run, name, part.id))
        ],
        "cells": _cells(run, part, kind),
        "cell": kind.cell,
        "hottest": kind.hottest,
    }


def _dead_letters_of(run: Run, part: Part) -> str:
    """The queues that move to this one what nobody could handle; empty where there are none."""
    if part.kind != "queue":
        return ""
    policies = {one.id: one.attributes.get("redrive_policy") for one in run.of_kind("queue")}
    return ", ".join(name for name, policy in policies.items() if policy and policy["dead_letter_queue"] == part.id)


def _per_second(run: Run, name: str, subject: str) -> list[float]:
    """The metric's sum in each minute, per second; empty where the run has no such metric."""
    for metric in run.metric_list:
        if (metric.name, metric.subject) == (name, subject) and "Sum" in metric.statistics:
            return [round((value or 0) / metric.period, 2) for value in metric["Sum"]]
    return []


def _cells(run: Run, part: Part, kind: Kind) -> list[dict[str, Any]]:
    """Each cell with its heat as steps: the sum of its levels."""
    if not kind.cells:
        return []
    found = [
        level
        for level in run.levels
        if level.name in kind.cell_levels and level.subject.startswith(part.id + kind.cells)
    ]
    names = list(dict.fromkeys(level.subject for level in found))
    return [
        {"label": name.rsplit("-", 1)[1], "steps": _added([level for level in found if level.subject == name])}
        for name in names
    ]


def _steps(level: Level) -> list[list[Any]]:
    return [[round(seconds, 1), value, event] for seconds, value, event in level.steps]


def _added(levels: Sequence[Level]) -> list[list[Any]]:
    """The sum of several levels, as steps."""
    moments = sorted({seconds for level in levels for seconds, _, _ in level.steps})
    return [[round(moment, 1), sum(_at(level, moment) for level in levels), None] for moment in moments]


def _at(level: Level, moment: float) -> int:
    held = 0
    for seconds, value, _ in level.steps:
        if seconds > moment:
            break
        held = value
    return held
