"""The board: everything a picture of the running system needs at any moment, as one plain dict.

Tasks with the states they and their targets went through, counts as steps, traffic minute by minute. Times are
seconds, rounded to a tenth; every change carries the id of the event that says why.
"""

from __future__ import annotations

from typing import Any

from ecslite.sim.run import Event, Part, Run
from ecslite.views import measures

__all__ = ["board", "events"]

SHORT = 8
"""Characters of a task's id that are shown."""


def board(run: Run, *, service: str | None = None) -> dict[str, Any]:
    """One service and its load balancer (None without one), ready to be scrubbed through time."""
    seen = measures.service(run, service)
    return {
        "seconds": run.seconds,
        "period": 60,
        "service": seen.name,
        "tasks": [_task(task, seen) for task in seen.tasks],
        "desired": _times(seen.desired),
        "running": _times(seen.running),
        "load_balancer": _load_balancer(seen),
    }


def events(run: Run) -> list[dict[str, Any]]:
    """All events, without their details, in order; an event's place in the list is its id."""
    return [_event(event) for event in run.log]


def _event(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "time": round(event.seconds, 1),
        "kind": event.kind,
        "subject": event.subject,
        "text": event.text,
        "cause": event.cause,
    }


def _task(task: Part, seen: measures.Service) -> dict[str, Any]:
    target = seen.targets.get(task.id)
    return {
        "id": task.id,
        "short": task.id[:SHORT],
        "revision": task.attributes["task_definition"],
        "zone": task.attributes["zone"],
        "cpu": task.attributes["cpu"],
        "memory": task.attributes["memory"],
        "states": _times(task.states),
        "target": _times(target.states) if target else [],
        "use": [None if value is None else round(value) for value in seen.cpu_of(task.id)],
    }


def _load_balancer(seen: measures.Service) -> dict[str, Any] | None:
    if seen.balancer is None:
        return None
    return {
        "name": seen.balancer,
        "requests": [round(value or 0) for value in seen.requests],
        "errors": [round(value or 0) for value in seen.errors],
        "p95": [None if value is None else round(value, 3) for value in seen.p95],
    }


def _times(steps: Any) -> list[list[Any]]:
    return [[round(seconds, 1), value, event] for seconds, value, event in steps]
