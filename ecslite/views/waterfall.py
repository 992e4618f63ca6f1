"""The waterfall: where the minutes went between a change of traffic and the first new task that serves.

It is drawn from a why-chain: every link of the chain ends a span of time, and a span that had several parts (an alarm
that needs its data points, a task that waits for an instance) is divided by what the records say. Each span names
the setting that shortens it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ecslite.errors import NotInThisRun
from ecslite.sim.run import Event, Part, Run
from ecslite.views.words import clock, count, number

__all__ = ["SPANS", "Span", "first_help", "waterfall"]


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the time, in seconds of the run, and the id of the event that ended it."""

    kind: str
    """A name of SPANS."""
    begin: float
    end: float
    event: int


SPANS = {
    "metric": (
        "The first whole minute",
        "CloudWatch's period: 60 s; high-resolution metrics, with 20 s, are left out of this model",
    ),
    "datapoints": ("More data points", "how many data points in a row the alarm needs"),
    "publishing": ("Publishing the metric", "nothing of yours: CloudWatch's own delay"),
    "policy": ("The policy waits", "its cooldown, and a metric that allows larger steps"),
    "scheduler": ("The scheduler", "nothing of yours: about a second"),
    "no-room": ("No room on any instance", "the provider's target capacity: below 100 % it keeps room free"),
    "boot": ("An instance boots", "a smaller machine image, a warm pool, or Fargate"),
    "placement": ("A place to run", "nothing of yours: Fargate or the agent prepares it"),
    "network": ("A network interface", "the network mode; awsvpc attaches one a task"),
    "pull": ("Image pull", "a smaller image, one nearer by, or lazy loading"),
    "containers": ("Containers start", "dependsOn, health checks and the application's own start"),
    "check": ("The first health check", "the load balancer's health check interval"),
    "slow-start": ("The first request", "slow start, and how often requests come"),
    "other": ("In between", "see the event"),
}
"""Each kind of span: what it is called, and what shortens it."""


def waterfall(run: Run, event: Event | int | None = None, *, service: str | None = None) -> dict[str, Any]:
    """The spans from the root of the event's why-chain to it, and on to the first request, as one plain dict.

    Without an event, to the first task that a scaling decision added and that became healthy (`first_help`). Times are
    seconds of the run. NotInThisRun where there is no such task.
    """
    last = run.log[first_help(run, service) if event is None else event if isinstance(event, int) else event.id]
    spans = [span for span in _spans(run, last) if span.end > span.begin]
    begin, end = (spans[0].begin, spans[-1].end) if spans else (last.seconds, last.seconds)
    bars = [_bar(span) for span in spans]
    return {
        "title": "Where did the time go?",
        "begin": begin,
        "end": end,
        "bars": bars,
        "alt": _alt(bars, begin, end),
        "table": _table(bars),
    }


def first_help(run: Run, service: str | None = None) -> int:
    """The event at which the first task that a scaling decision added turned healthy."""
    mine = {part.id for part in run.of_kind("task") if service in (None, part.attributes["service"])}
    found = [
        (seconds, event)
        for target in run.of_kind("target")
        if target.attributes["task"] in mine
        for seconds, state, event in target.states
        if state == "healthy" and any(link.kind == "scaling" for link in run.why(event))
    ]
    if not found:
        raise NotInThisRun("no task of this run was added by a scaling decision and served: nothing came to help")
    return min(found)[1]


def _bar(span: Span) -> dict[str, Any]:
    label, shortened_by = SPANS[span.kind]
    return {
        "kind": span.kind,
        "label": label,
        "begin": round(span.begin, 1),
        "end": round(span.end, 1),
        "event": span.event,
        "shortened_by": shortened_by,
    }


def _spans(run: Run, last: Event) -> Iterator[Span]:
    """The spans of the chain that ends with `last`, in order, without gaps."""
    chain = list(reversed(run.why(last)))
    task = next((part for part in run.of_kind("task") if part.id in _subjects(run, last)), None)
    for before, after in pairwise(chain):
        yield from _between(run, before.seconds, after, task)
    if task is not None and last.kind == "target":
        yield from _first_request(run, last, task)


def _subjects(run: Run, event: Event) -> set[str]:
    """The ids that may be the task's: an event of a target is about "BALANCER/TASK"."""
    return {link.subject.rsplit("/", 1)[-1] for link in run.why(event)}


def _between(run: Run, begin: float, after: Event, task: Part | None) -> Iterator[Span]:
    end, state = after.seconds, after.details.get("state")
    if after.kind == "alarm":
        yield from _alarm(begin, after)
    elif after.kind == "scaling":
        yield Span("policy", begin, end, after.id)
    elif after.kind == "service" or (after.kind == "task" and state == "PROVISIONING"):
        yield Span("scheduler", begin, end, after.id)
    elif after.kind == "task" and state is None and task is not None:
        yield from _room(run, begin, after, task)
    elif after.kind == "task":
        yield Span(
            {"PENDING": "network", "ACTIVATING": "placement"}.get(str(state), "containers"), begin, end, after.id
        )
    elif after.kind == "target" and state == "initial":
        yield from _start(begin, after, task)
    elif after.kind == "target":
        yield Span("check", begin, end, after.id)
    else:
        yield Span("other", begin, end, after.id)


def _alarm(begin: float, alarm: Event) -> Iterator[Span]:
    """One whole period, those that the alarm needs beyond it, and the delay until it sees the last of them."""
    measured = min(alarm.details.get("measured_until", alarm.seconds), alarm.seconds)
    points, period = len(alarm.details.get("datapoints", ())), alarm.details.get("period", 60)
    first = min(max(measured - max(points - 1, 0) * period, begin), measured)
    yield Span("metric", begin, first, alarm.id)
    yield Span("datapoints", first, max(measured, begin), alarm.id)
    yield Span("publishing", max(measured, begin), alarm.seconds, alarm.id)


def _room(run: Run, begin: float, found: Event, task: Part) -> Iterator[Span]:
    """Until an instance is launched, until it is in service, and until the task has its place on it."""
    host = next((part for part in run.of_kind("instance") if part.id == task.attributes.get("instance")), None)
    states = {state: seconds for seconds, state, _ in host.states} if host else {}
    launched = min(max(states.get("Pending", begin), begin), found.seconds)
    there = min(max(states.get("InService", launched), launched), found.seconds)
    yield Span("no-room", begin, launched, found.id)
    yield Span("boot", launched, there, found.id)
    yield Span("placement", there, found.seconds, found.id)


def _start(begin: float, registered: Event, task: Part | None) -> Iterator[Span]:
    """The image's pull, and the start of the containers."""
    pulled = task.attributes.get("pull_stopped_at") if task else None
    pulled = min(max(pulled, begin), registered.seconds) if pulled is not None else begin
    yield Span("pull", begin, pulled, registered.id)
    yield Span("containers", pulled, registered.seconds, registered.id)


def _first_request(run: Run, healthy: Event, task: Part) -> Iterator[Span]:
    """From the target's health to the first request that it answers, where a trace was kept."""
    served = [one.arrival for one in run.trace if one.target == task.id and one.arrival >= healthy.seconds]
    if served:
        yield Span("slow-start", healthy.seconds, min(served), healthy.id)


def _alt(bars: Sequence[dict[str, Any]], begin: float, end: float) -> str:
    """The whole and its parts, the longest first."""
    if not bars:
        return "No time passed."
    longest = sorted(bars, key=lambda bar: bar["begin"] - bar["end"])
    parts = [f"{bar['label'].lower()} {count(round(bar['end'] - bar['begin']), 'second')}" for bar in longest]
    whole = number((end - begin) / 60)
    return f"{whole} minutes, from {clock(begin)} to {clock(end)}. By length: {'; '.join(parts)}."


def _table(bars: Sequence[dict[str, Any]]) -> dict[str, Any]:
    rows = [
        [bar["label"], clock(bar["begin"]), round(bar["end"] - bar["begin"], 1), bar["shortened_by"]] for bar in bars
    ]
    columns = ["What takes the time", "From", "Seconds", "What shortens it"]
    return {"caption": "Where the time went", "columns": columns, "rows": rows}
