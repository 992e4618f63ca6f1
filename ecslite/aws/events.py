"""A service's events, in ECS's own texts: what `describe-services` lists, newest first, a hundred at the most.

They follow from what the run's log and parts say. Sources: ECS Developer Guide, service-event-messages-list,
service-unhealthy-event-messages, service-event-messages; Elastic Load Balancing API, TargetHealth (the reasons); for
the rest (started, stopped, registered, deregistered, deployment and rollback) transcripts of real accounts, since AWS
documents these texts nowhere; read 2026-11-25.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from ecslite.aws.describe_tasks import reason_of
from ecslite.aws.destination import Destination
from ecslite.aws.moment import Moment
from ecslite.sim.run import Event, Part

__all__ = ["ServiceEvent", "service_events"]

MOST_EVENTS = 100
"""[ECS Developer Guide, service-event-messages; read 2026-11-25]"""

TROUBLESHOOTING = " For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."

STEADY = "has reached a steady state."

BLOCKED = (
    "was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the"
    " minimumHealthyPercent or maximumPercent value and try again."
)

HEALTH_REASONS = {
    "Target.Timeout": "Request timed out",
    "Target.FailedHealthChecks": "Health checks failed",
    "Target.ResponseCodeMismatch": "Health checks failed with these codes: [500]",
}
"""What a load balancer says of a reason code [Elastic Load Balancing API, TargetHealth; read 2026-11-25]."""
# Model: an application that answers its check with an error answers 500.


class ServiceEvent(NamedTuple):
    """One event: when, what, and the event of the run's log that it tells of."""

    seconds: float
    message: str
    of: int


def service_events(moment: Moment, service: Part, where: Destination) -> list[ServiceEvent]:
    """The events up to that moment, newest first."""
    name = f"(service {service.id})"
    found = [
        *_started(moment, service, name),
        *_stopped(moment, service, name),
        *_targets(moment, service, name, where),
        *_told(moment, service, name, where),
        *_failed_starts(moment, service, name, where),
        *_deployments(moment, service, name),
        *_steady(moment, service, name),
    ]
    order = sorted(found, key=lambda one: (one.seconds, one.of, one.message.endswith(STEADY)), reverse=True)
    return order[:MOST_EVENTS]


# Tasks


def _of_tasks(tasks: Iterable[Part]) -> str:
    return " ".join(f"(task {task.id})" for task in tasks)


def _by_cause(moment: Moment, tasks: Iterable[Part], state: str) -> Iterator[tuple[Event, list[Part]]]:
    """Tasks by the event that made them enter a state, those that the service's scheduler has acted on."""
    found: dict[int, list[Part]] = {}
    for task in tasks:
        entry = next((one for one in task.states if one[1] == state and one[0] <= moment.seconds), None)
        if entry is not None and (cause := moment.run.log[entry[2]].cause) is not None:
            found.setdefault(cause, []).append(task)
    for cause, group in found.items():
        if moment.run.log[cause].kind == "service" and "count" in moment.run.log[cause].details:
            yield moment.run.log[cause], group


def _started(moment: Moment, service: Part, name: str) -> Iterator[ServiceEvent]:
    for event, tasks in _by_cause(moment, moment.tasks_of(service), "PROVISIONING"):
        why = _unhealthy(moment, event)
        more = f" Amazon ECS replaced {len(tasks)} tasks due to an unhealthy status." if why else ""
        message = f"{name} has started {len(tasks)} tasks: {_of_tasks(tasks)}.{more}"
        yield ServiceEvent(event.seconds, message, event.id)


def _unhealthy(moment: Moment, event: Event) -> bool:
    """Whether a task was unhealthy, because of which the scheduler acted."""
    cause = None if event.cause is None else moment.run.log[event.cause]
    return cause is not None and (cause.details.get("state") == "unhealthy" or "failed container health" in cause.text)


def _stopped(moment: Moment, service: Part, name: str) -> Iterator[ServiceEvent]:
    for event, tasks in _by_cause(moment, moment.tasks_of(service), "DEACTIVATING"):
        message = f"{name} has stopped {len(tasks)} running tasks: {_of_tasks(tasks)}."
        yield ServiceEvent(event.seconds, message, event.id)


def _failed_starts(moment: Moment, service: Part, name: str, where: Destination) -> Iterator[ServiceEvent]:
    """Why tasks cannot get what they need before their containers, once for each reason in a row."""
    said = ""
    for task in moment.tasks_of(service):
        seconds = moment.past(task, "stopping_at")
        if seconds is None or task.attributes["stop_code"] != "TaskFailedToStart":
            continue
        reason = reason_of(moment, task, where)
        if reason != said and reason.startswith(("ResourceInitializationError", "CannotPullContainerError")):
            said = reason
            message = f"{name} was unable to place a task. Reason: {reason.rstrip('.')}."
            event = moment.run.log[_event_at(task, "DEACTIVATING")]
            yield ServiceEvent(seconds, message, event.id)


def _event_at(part: Part, state: str) -> int:
    return next(event for _, each, event in part.states if each == state)


# Targets


def _targets(moment: Moment, service: Part, name: str, where: Destination) -> Iterator[ServiceEvent]:
    mine = {task.id: task for task in moment.tasks_of(service)}
    entries = [
        (seconds, state, target, event)
        for target in moment.parts("target")
        if "target_group" in target.attributes and target.attributes["task"] in mine
        for seconds, state, event in target.states
        if seconds <= moment.seconds
    ]
    entries.sort(key=lambda one: (one[0], one[1], one[2].attributes["target_group"], one[3]))
    for (seconds, state, group), same in groupby(
        entries, key=lambda one: (*one[:2], one[2].attributes["target_group"])
    ):
        targets = list(same)
        arn = f"(target-group {where.target_group(group)})"
        if state == "initial":
            yield ServiceEvent(seconds, f"{name} registered {len(targets)} targets in {arn}", targets[0][3])
        elif state == "draining":
            yield ServiceEvent(seconds, f"{name} deregistered {len(targets)} targets in {arn}", targets[0][3])
            text = f"{name} has begun draining connections on {len(targets)} tasks."
            yield ServiceEvent(seconds, text, targets[0][3])
        elif state == "unhealthy":
            for _, _, target, event in targets:
                task = mine[target.attributes["task"]]
                reason = HEALTH_REASONS[moment.run.log[event].details["reason"]]
                text = f"{name} {_place(moment, task)} is unhealthy in {arn} due to (reason {reason})"
                yield ServiceEvent(seconds, text, event)


def _place(moment: Moment, task: Part) -> str:
    instance = f" (instance {task.attributes['instance']})" if "instance" in task.attributes else ""
    ports = [
        part.attributes["port"]
        for part in moment.run.of_kind("deployment")
        if part.id == task.attributes.get("deployment")
    ]
    return f"(task {task.id}){instance} (port {ports[0]})"


# What the scheduler says


def _told(moment: Moment, service: Part, name: str, where: Destination) -> Iterator[ServiceEvent]:
    """The scheduler's own events, those that ECS has."""
    for event in moment.run.events("service", service.id):
        said = event.text.removeprefix(f"{name} ")
        if event.seconds > moment.seconds or said == event.text:
            continue
        message = _in_ecs_words(said, service, where)
        if message is not None:
            yield ServiceEvent(event.seconds, f"{name} {message}", event.id)


def _in_ecs_words(said: str, service: Part, where: Destination) -> str | None:
    """The text as ECS writes it; None for what ECS does not say."""
    if said.startswith("was unable to stop or start tasks during a deployment"):
        return BLOCKED
    if said.startswith("was unable to place a task because"):
        cluster = service.attributes["cluster"]
        found = re.sub(
            r"container-instance (i-[0-9a-f]+)",
            lambda match: f"container-instance {where.container_instance(cluster, match[1]).rpartition('/')[2]}",
            said,
        )
        return found + TROUBLESHOOTING
    ours = ("was unable to place a task", "is unable to consistently start tasks", "(task ")
    return said if said.startswith(ours) else None


# Deployments


def _deployments(moment: Moment, service: Part, name: str) -> Iterator[ServiceEvent]:
    for deployment in moment.run.of_kind("deployment"):
        if deployment.attributes["service"] != service.id:
            continue
        for place, (seconds, state, event) in enumerate(deployment.states):
            if seconds > moment.seconds:
                break
            of = f"{name} (deployment {deployment.id})"
            if state == "COMPLETED":
                yield ServiceEvent(seconds, f"{of} deployment completed.", event)
            elif state == "FAILED":
                why = "alarm detected" if "alarm" in moment.run.log[event].text else "tasks failed to start"
                yield ServiceEvent(seconds, f"{of} deployment failed: {why}.", event)
            elif place:
                yield ServiceEvent(seconds, f"{name} rolling back to deployment {deployment.id}.", event)


# Steady


class _Entry(NamedTuple):
    """Something that decides whether a service is steady comes to a state, or to a number."""

    seconds: float
    event: int
    kind: str
    id: str
    task: str
    """Of a target its task."""
    state: str | int


def _steady(moment: Moment, service: Part, name: str) -> Iterator[ServiceEvent]:
    """Each moment at which the service comes to a steady state: all tasks run, as many as desired, none drains."""
    # Model: ECS repeats the event every six hours; here it comes once, when the state is reached.
    standing, was = _Standing(), False
    for seconds, entries in groupby(_entries(moment, service), key=lambda entry: entry.seconds):
        latest = 0
        for entry in entries:
            standing.note(entry)
            latest = max(latest, entry.event)
        if standing.steady and not was:
            yield ServiceEvent(seconds, f"{name} {STEADY}", latest)
        was = standing.steady


def _entries(moment: Moment, service: Part) -> list[_Entry]:
    """All that happened to its tasks, their targets, its deployments and its desired count, in order of time."""
    tasks = moment.tasks_of(service)
    ids = {task.id for task in tasks}
    parts = [*tasks, *(one for one in moment.run.of_kind("deployment") if one.attributes["service"] == service.id)]
    parts += [one for one in moment.parts("target") if one.attributes["task"] in ids]
    found = [
        _Entry(seconds, event, part.kind, part.id, part.attributes.get("task", ""), state)
        for part in parts
        for seconds, state, event in part.states
    ]
    steps = moment.run.level("DesiredCount", service.id).steps
    found += [_Entry(seconds, event or 0, "desired", "", "", count) for seconds, count, event in steps]
    return sorted((one for one in found if one.seconds <= moment.seconds), key=lambda one: (one.seconds, one.event))


class _Standing:
    """How a service stands while its entries are gone through."""

    def __init__(self) -> None:
        self.desired: str | int = 0
        self.tasks: dict[str, str | int] = {}
        """Those that are not STOPPED."""
        self.ill: dict[str, str] = {}
        """Targets that are not healthy, and the task of each."""
        self.rolling: set[str] = set()
        """Deployments that are IN_PROGRESS."""

    def note(self, entry: _Entry) -> None:
        """One entry."""
        if entry.kind == "desired":
            self.desired = entry.state
        elif entry.kind == "deployment":
            (self.rolling.add if entry.state == "IN_PROGRESS" else self.rolling.discard)(entry.id)
        elif entry.kind == "target":
            self.ill[entry.id] = entry.task
            if entry.state == "healthy":
                del self.ill[entry.id]
        else:
            self.tasks[entry.id] = entry.state
            if entry.state == "STOPPED":
                del self.tasks[entry.id]

    @property
    def steady(self) -> bool:
        """Whether nothing is left to be done."""
        running = all(state == "RUNNING" for state in self.tasks.values())
        well = not any(task in self.tasks for task in self.ill.values())
        return running and well and len(self.tasks) == self.desired and not self.rolling
