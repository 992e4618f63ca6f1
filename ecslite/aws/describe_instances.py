"""`aws ecs describe-container-instances` and `aws elbv2 describe-target-health` at a moment of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecslite.aws.call import given
from ecslite.aws.destination import Destination
from ecslite.aws.events import HEALTH_REASONS
from ecslite.aws.moment import Moment, moment_of
from ecslite.errors import NotInThisRun
from ecslite.sim.run import Part, Run

__all__ = ["describe_container_instances", "describe_target_health"]

JOINED = ("InService", "Terminating", "Terminating:Wait")
"""The states of an instance in which it is registered with its cluster."""

WAITS = {
    "initial": ("Elb.InitialHealthChecking", "Initial health checks in progress"),
    "draining": ("Target.DeregistrationInProgress", "Target deregistration is in progress"),
}
"""[Elastic Load Balancing API, TargetHealth; read 2026-11-25]"""


def describe_container_instances(
    run: Run,
    instances: Sequence[str] | None = None,
    *,
    at_minute: float | None = None,
    destination: Destination | None = None,
) -> dict[str, Any]:
    """What DescribeContainerInstances answers for EC2 instances by their ids, or for all that are registered."""
    moment, where = moment_of(run, at_minute), destination or Destination()
    chosen = moment.named("instance", instances)
    joined = [one for one in chosen if moment.state(one) in JOINED]
    return {
        "containerInstances": [_instance(moment, one, where) for one in joined],
        "failures": [
            {"arn": where.container_instance("", one.id), "reason": "MISSING"}
            for one in chosen
            if instances and one not in joined
        ],
    }


def _instance(moment: Moment, instance: Part, where: Destination) -> dict[str, Any]:
    of = instance.attributes
    tasks = [task for task in moment.parts("task") if task.attributes.get("instance") == instance.id]
    here = [task for task in tasks if moment.past(task, "placed_at") is not None and moment.state(task) != "STOPPED"]
    cluster = here[0].attributes["cluster"] if here else _cluster(moment)
    cpu, memory = (sum(task.attributes[name] for task in here) for name in ("cpu", "memory"))
    running = sum(moment.state(task) == "RUNNING" for task in here)
    pending = sum(moment.state(task) in ("PROVISIONING", "PENDING", "ACTIVATING") for task in here)
    joined = moment.entered(instance, "InService")
    return {
        **given(
            containerInstanceArn=where.container_instance(cluster, instance.id),
            ec2InstanceId=instance.id,
            capacityProviderName=here[0].attributes.get("capacity_provider") if here else None,
            status=_status(moment, instance),
            registeredAt=None if joined is None else where.moment(joined),
        ),
        "agentConnected": True,
        "registeredResources": _resources(of["cpu"], of["memory"]),
        "remainingResources": _resources(of["cpu"] - cpu, of["memory"] - memory),
        "runningTasksCount": running,
        "pendingTasksCount": pending,
        "attributes": [
            {"name": "ecs.instance-type", "value": of["type"]},
            {"name": "ecs.availability-zone", "value": of["zone"]},
        ],
        "attachments": [],
        "tags": [],
        "version": sum(seconds <= moment.seconds for seconds, _, _ in instance.states),
    }


def _cluster(moment: Moment) -> str:
    services = moment.parts("service")
    return str(services[0].attributes["cluster"]) if services else "default"


def _status(moment: Moment, instance: Part) -> str:
    """ACTIVE or DRAINING: the latest that somebody set, or that it is being taken away."""
    set_ = [
        event.details["status"]
        for event in moment.run.events("instance", instance.id)
        if "status" in event.details and event.seconds <= moment.seconds
    ]
    if moment.state(instance) != "InService":
        return "DRAINING"
    return set_[-1] if set_ else "ACTIVE"


def _resources(cpu: int, memory: int) -> list[dict[str, Any]]:
    empty = {"doubleValue": 0.0, "longValue": 0}
    return [
        {"name": name, "type": "INTEGER", "integerValue": value, **empty}
        for name, value in (("CPU", cpu), ("MEMORY", memory))
    ]


def describe_target_health(run: Run, target_group: str, *, at_minute: float | None = None) -> dict[str, Any]:
    """What DescribeTargetHealth answers for a target group by its name; NotInThisRun for one without targets."""
    moment = moment_of(run, at_minute)
    groups = [part for part in run.of_kind("target") if "target_group" in part.attributes]
    mine = [part for part in groups if part.attributes["target_group"] == target_group]
    if not mine:
        have = ", ".join(dict.fromkeys(part.attributes["target_group"] for part in groups)) or "none"
        raise NotInThisRun(f"target group {target_group!r} has no target in this run: there is {have}")
    there = [part for part in mine if moment.state(part) not in ("", "unused")]
    return {"TargetHealthDescriptions": [_health(moment, part) for part in there]}


def _health(moment: Moment, target: Part) -> dict[str, Any]:
    state, task = moment.state(target), target.attributes["task"]
    home = next(part for part in moment.run.of_kind("task") if part.id == task).attributes
    ports = [one.attributes["port"] for one in moment.run.of_kind("deployment") if one.id == home["deployment"]]
    reason, text = WAITS.get(state, ("", ""))
    if state == "unhealthy":
        event = next(event for at, each, event in reversed(target.states) if each == state and at <= moment.seconds)
        reason = moment.run.log[event].details["reason"]
        text = HEALTH_REASONS[reason]
    address = target.attributes.get("address") or home.get("instance") or f"task-{task[:8]}"
    where = given(Id=address, Port=ports[0] if ports else None, AvailabilityZone=home.get("zone"))
    return {"Target": where, "TargetHealth": given(State=state, Reason=reason, Description=text)}
