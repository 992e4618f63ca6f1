"""The board: everything a picture of the running system needs at any moment, as one plain dict.

Tasks and instances with the states they went through, zones, load balancers with their targets, deployments, counts as
steps, traffic minute by minute, and a card for each serverless part. Times are seconds, rounded to a tenth; every
change carries the id of the event that says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ecslite.errors import NotInThisRun
from ecslite.sim.run import Event, Part, Run
from ecslite.views import cards, measures

__all__ = ["SCHEMA", "board", "events"]

SCHEMA = 2
"""The number of this form; a page refuses any other."""

SHORT = 8
"""Characters of an id that are shown."""


def board(run: Run, *, service: str | None = None) -> dict[str, Any]:
    """All of a run, or (by name) one service of it with its balancers and instances, ready to be scrubbed through time.

    NotInThisRun where there is nothing to show, or no service of that name.
    """
    seen = [measures.service(run, name) for name in _names(run, service)]
    parts = [] if service else list(cards.cards(run))
    if not seen and not parts:
        raise NotInThisRun("this run has no service, function, queue, topic, table, bucket or API: there is no board")
    tasks = [_task(task, each) for each in seen for task in each.tasks]
    instances = [_instance(part) for part in run.of_kind("instance")] if seen else []
    return {
        "schema": SCHEMA,
        "seconds": run.seconds,
        "period": 60,
        "zones": sorted({one["zone"] for one in (*tasks, *instances) if one["zone"]}),
        "services": [_service(each) for each in seen],
        "tasks": tasks,
        "instances": instances,
        "load_balancers": list(_balancers(seen)),
        "cards": parts,
    }


def events(run: Run) -> list[dict[str, Any]]:
    """All events, without their details, in order; an event's place in the list is its id."""
    return [_event(event) for event in run.log]


def _names(run: Run, service: str | None) -> list[str]:
    if service is not None:
        return [service]
    return [level.subject for level in run.levels if level.name == "DesiredCount"]


def _event(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "time": round(event.seconds, 1),
        "kind": event.kind,
        "subject": event.subject,
        "text": event.text,
        "cause": event.cause,
    }


def _service(seen: measures.Service) -> dict[str, Any]:
    deployments = [part for part in seen.run.of_kind("deployment") if part.attributes["service"] == seen.name]
    return {
        "name": seen.name,
        "desired": _times(seen.desired),
        "running": _times(seen.running),
        "deployments": [
            {"id": part.id, "revision": part.attributes["task_definition"], "states": _times(part.states)}
            for part in deployments
        ],
    }


def _task(task: Part, seen: measures.Service) -> dict[str, Any]:
    said = task.attributes
    target = seen.targets.get(task.id)
    return {
        "id": task.id,
        "short": task.id[:SHORT],
        "service": seen.name,
        "revision": said["task_definition"],
        "deployment": said.get("deployment", ""),
        "zone": said["zone"],
        "instance": said.get("instance"),
        "placed": round(said["placed_at"], 1) if "placed_at" in said else None,
        "cpu": said["cpu"],
        "memory": said["memory"],
        "eni": said.get("network_mode") == "awsvpc",
        "states": _times(task.states),
        "target": _times(target.states) if target else [],
        "use": [None if value is None else round(value) for value in seen.cpu_of(task.id)],
    }


def _instance(part: Part) -> dict[str, Any]:
    said = part.attributes
    return {
        "id": part.id,
        "short": part.id[: SHORT + 2],
        "type": said["type"],
        "group": said["group"],
        "market": said.get("market", "on-demand"),
        "zone": said["zone"],
        "cpu": said["cpu"],
        "memory": said["memory"],
        "task_enis": said.get("task_enis"),
        "states": _times(part.states),
    }


def _balancers(services: Iterable[measures.Service]) -> Iterator[dict[str, Any]]:
    """Each load balancer once, with the traffic that it saw and the weights of its target groups, if they changed."""
    told = set()
    for seen in services:
        if seen.balancer is None or seen.balancer in told:
            continue
        told.add(seen.balancer)
        weights = [
            one for one in seen.run.levels if one.name == "Weight" and one.subject.startswith(f"{seen.balancer}/")
        ]
        yield {
            "name": seen.balancer,
            "requests": [round(value or 0) for value in seen.requests],
            "errors": [round(value or 0) for value in seen.errors],
            "p95": [None if value is None else round(value, 3) for value in seen.p95],
            "services": [each.name for each in services if each.balancer == seen.balancer],
            "weights": [{"group": one.subject.split("/", 1)[1], "steps": _times(one.steps)} for one in weights],
        }


def _times(steps: Any) -> list[list[Any]]:
    return [[round(seconds, 1), value, event] for seconds, value, event in steps]
