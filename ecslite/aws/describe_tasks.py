"""`aws ecs describe-tasks` at a moment of a run: from the run alone.

Reasons are ECS's own. Where the engine's reason is shorter than ECS's, the name that is missing is added: the target
group of a failed health check, the deployment of a scaling activity [ECS Developer Guide, stopped-task-error-codes;
texts of real accounts; read 2026-11-25].
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ecslite.aws.call import given
from ecslite.aws.destination import Destination
from ecslite.aws.moment import Moment, moment_of
from ecslite.errors import NotInThisRun
from ecslite.sim.run import Part, Run

__all__ = ["describe_tasks", "list_tasks", "reason_of"]

STOPPED_IS_SHOWN = 3600.0
"""Seconds for which a stopped task can be described, at the least [ECS API, DescribeTasks; read 2026-11-25]."""

FAILED_ELB_CHECKS = "Task failed ELB health checks"
SCALING = "Scaling activity initiated by the service scheduler"

OURS = re.compile(r" (Subnet \S+ (is public|has no route)|No outbound rule of) .*$")
"""What the engine adds for its readers where ECS says no more than that there is no connection."""

PLATFORM, FAMILY = "1.4.0", "Linux"
"""What Fargate's LATEST is for Linux [ECS Developer Guide, platform-linux-fargate; read 2026-11-25]."""

STAMPS = {
    "createdAt": "created_at",
    "pullStartedAt": "pull_started_at",
    "pullStoppedAt": "pull_stopped_at",
    "startedAt": "started_at",
    "stoppingAt": "stopping_at",
    "executionStoppedAt": "execution_stopped_at",
    "stoppedAt": "stopped_at",
}
"""Members of a task that say when something was, and the attributes of the run's record."""


def list_tasks(
    run: Run, at_minute: float | None = None, *, service: str | None = None, desired_status: str = "RUNNING"
) -> list[str]:
    """The ids of the tasks with that desired status, of a service or of all: what `aws ecs list-tasks` finds.

    As AWS does it, tasks that stopped more than an hour ago are left out.
    """
    moment = moment_of(run, at_minute)
    tasks = [
        task
        for task in moment.parts("task")
        if service in (None, task.attributes["service"]) and not _forgotten(moment, task)
    ]
    wanted = [task for task in tasks if _desired_status(moment, task) == desired_status]
    return [task.id for task in wanted]


def _forgotten(moment: Moment, task: Part) -> bool:
    stopped = moment.past(task, "stopped_at")
    return stopped is not None and moment.seconds - stopped > STOPPED_IS_SHOWN


def _desired_status(moment: Moment, task: Part) -> str:
    return "RUNNING" if moment.past(task, "stopping_at") is None else "STOPPED"


def describe_tasks(
    run: Run,
    tasks: Sequence[str] | None = None,
    *,
    at_minute: float | None = None,
    destination: Destination | None = None,
) -> dict[str, Any]:
    """What DescribeTasks answers, with the members that the run knows: of all tasks that AWS still shows, or of some.

    A task may be named by the beginning of its id. NotInThisRun for one that was not there, or several.
    """
    moment, where = moment_of(run, at_minute), destination or Destination()
    known = [task for task in moment.parts("task") if not _forgotten(moment, task)]
    chosen = [_one(known, name) for name in tasks] if tasks is not None else known
    return {"tasks": [_task(moment, task, where) for task in chosen], "failures": []}


def _one(known: Sequence[Part], name: str) -> Part:
    found = [task for task in known if task.id.startswith(name)]
    if len(found) != 1:
        have = ", ".join(task.id[:8] for task in known) or "none"
        raise NotInThisRun(f"{len(found)} tasks begin with {name!r}: there are {have}")
    return found[0]


def _task(moment: Moment, task: Part, where: Destination) -> dict[str, Any]:
    of = task.attributes
    cluster, stopping = of["cluster"], moment.past(task, "stopping_at") is not None
    on_fargate = of["launch_type"] == "FARGATE"
    placed = on_fargate or moment.past(task, "placed_at") is not None
    stamps = {name: moment.past(task, attribute) for name, attribute in STAMPS.items()}
    return {
        **given(
            attachments=[_interface(moment, task, where)] if placed and "network_interface_id" in of else [],
            attributes=[{"name": "ecs.cpu-architecture", "value": ARCHITECTURES[of["architecture"]]}],
            availabilityZone=of.get("zone") if placed else None,
            capacityProviderName=of.get("capacity_provider"),
            clusterArn=where.cluster(cluster),
            connectivity="CONNECTED" if stamps["pullStartedAt"] is not None else None,
            containerInstanceArn=where.container_instance(cluster, of["instance"])
            if placed and "instance" in of
            else None,
            cpu=str(of["cpu"]),
            desiredStatus=_desired_status(moment, task),
            group=of.get("group") or f"service:{of['service']}",
            healthStatus=_task_health(moment, task),
            lastStatus=moment.state(task),
            launchType=of["launch_type"],
            memory=str(of["memory"]),
            platformFamily=FAMILY if on_fargate else None,
            platformVersion=PLATFORM if on_fargate else None,
            startedBy=of.get("deployment") or of.get("started_by"),
            stopCode=of["stop_code"] if stopping else None,
            stoppedReason=reason_of(moment, task, where) if stopping else None,
            taskArn=where.task(cluster, task.id),
            taskDefinitionArn=where.task_definition(of["task_definition"]),
            **{name: where.moment(seconds) for name, seconds in stamps.items() if seconds is not None},
        ),
        "containers": [_container(moment, task, number, where) for number in range(len(of["containers"]))],
        "overrides": {"containerOverrides": [{"name": one["name"]} for one in of["containers"]]},
        "tags": [],
        "version": sum(seconds <= moment.seconds for seconds, _, _ in task.states),
    }


ARCHITECTURES = {"X86_64": "x86_64", "ARM64": "arm64"}


def reason_of(moment: Moment, task: Part, where: Destination) -> str:
    """Why a task stopped, as DescribeTasks gives it."""
    reason = OURS.sub("", str(task.attributes["stopped_reason"]))
    if reason == FAILED_ELB_CHECKS and (groups := _failing(moment, task)):
        return f"{reason} in (target-group {where.target_group(groups[0])})"
    if reason == SCALING and (deployment := _primary_then(moment, task)):
        return f"Scaling activity initiated by (deployment {deployment})"
    return reason


def _failing(moment: Moment, task: Part) -> list[str]:
    """The target groups in which a task was unhealthy when its end was asked for."""
    return [
        part.attributes["target_group"]
        for part in moment.parts("target")
        if part.attributes["task"] == task.id
        and "target_group" in part.attributes
        and any(state == "unhealthy" for _, state, _ in part.states)
    ]


def _primary_then(moment: Moment, task: Part) -> str:
    """The deployment that was primary when a task's end was asked for; empty for a task of no service."""
    then = Moment(moment.run, task.attributes["stopping_at"])
    mine = [one for one in then.parts("deployment") if one.attributes["service"] == task.attributes["service"]]
    return max(mine, key=lambda one: then.entered(one, "IN_PROGRESS") or 0.0).id if mine else ""


def _interface(moment: Moment, task: Part, where: Destination) -> dict[str, Any]:
    of = task.attributes
    gone = moment.state(task) == "STOPPED"
    details = {
        "subnetId": where.subnet(of["subnet"]),
        "networkInterfaceId": where.network_interface(of["network_interface_id"]),
        "privateIPv4Address": of["private_ipv4_address"],
    }
    return {
        "id": where.attachment(task.id),
        "type": "ElasticNetworkInterface",
        "status": "DELETED" if gone else "ATTACHED",
        "details": [{"name": name, "value": value} for name, value in details.items()],
    }


# Containers


def _container(moment: Moment, task: Part, number: int, where: Destination) -> dict[str, Any]:
    of = task.attributes
    said = of["containers"][number]
    status = _status(moment, task, number)
    ended = status == "STOPPED"
    return given(
        containerArn=where.container(of["cluster"], task.id, said["name"]),
        taskArn=where.task(of["cluster"], task.id),
        name=said["name"],
        image=_image(moment, of.get("deployment"), said["name"]),
        lastStatus=status,
        exitCode=said.get("exit_code") if ended else None,
        reason=said.get("reason") if ended else None,
        healthStatus=_health(moment, task, said["name"]) if "health_status" in said else None,
        networkInterfaces=_addresses(task, where) if status != "PENDING" else None,
    )


def _addresses(task: Part, where: Destination) -> list[dict[str, str]]:
    address = task.attributes.get("private_ipv4_address")
    return [] if address is None else [{"attachmentId": where.attachment(task.id), "privateIpv4Address": address}]


def _status(moment: Moment, task: Part, number: int) -> str:
    """PENDING, RUNNING or STOPPED; one that will be restarted is still RUNNING here."""
    started, ended = task.attributes.get("container_times", [[None, None]] * (number + 1))[number]
    restarted = bool(task.attributes["containers"][number].get("restart_count"))
    if ended is not None and ended <= moment.seconds:
        return "STOPPED"
    if (started is not None and started <= moment.seconds) or (restarted and moment.state(task) == "RUNNING"):
        return "RUNNING"
    # A task that never started its containers has none that ran; with the task they are STOPPED.
    return "STOPPED" if moment.state(task) == "STOPPED" else "PENDING"


def _image(moment: Moment, deployment: str | None, container: str) -> str | None:
    parts = [part for part in moment.run.of_kind("deployment") if part.id == deployment]
    return parts[0].attributes["images"].get(container) if parts else None


def _health(moment: Moment, task: Part, container: str) -> str:
    """What the container's health check had last said: UNKNOWN before, and again after a restart."""
    known = [
        event.details["health_status"]
        for event in moment.run.events("container", task.id)
        if event.details.get("container") == container
        and "health_status" in event.details
        and event.seconds <= moment.seconds
    ]
    return known[-1] if known else "UNKNOWN"


def _task_health(moment: Moment, task: Part) -> str:
    """What the checks of its essential containers come to, by the latest that one of them said."""
    known = [
        event.details["task_health_status"]
        for event in moment.run.events("container", task.id)
        if "task_health_status" in event.details and event.seconds <= moment.seconds
    ]
    return known[-1] if known else "UNKNOWN"
