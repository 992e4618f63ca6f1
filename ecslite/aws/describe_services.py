"""`aws ecs describe-services` at a moment of a run: from the run alone.

Counts, deployments and events are those of the moment; settings are those of the end of the run, since an update of
how a service deploys is not dated. [ECS API, Service, Deployment; read 2026-11-25]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ecslite.aws.call import given
from ecslite.aws.describe_tasks import FAMILY, PLATFORM
from ecslite.aws.destination import Destination
from ecslite.aws.events import service_events
from ecslite.aws.moment import Moment, moment_of
from ecslite.aws.services import network, shared_members
from ecslite.sim.run import Part, Run

__all__ = ["describe_services"]

SERVICE_ROLE = "aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"

PENDING = ("PROVISIONING", "PENDING", "ACTIVATING")

BREAKER = "ECS deployment circuit breaker: tasks failed to start."


def describe_services(
    run: Run,
    services: Sequence[str] | None = None,
    *,
    at_minute: float | None = None,
    destination: Destination | None = None,
) -> dict[str, Any]:
    """What DescribeServices answers, with the members that the run knows; all services, if none is named.

    Deployments and events come newest first. InvalidSetting for a moment outside of the run, NotInThisRun for a service
    that was not there.
    """
    moment, where = moment_of(run, at_minute), destination or Destination()
    chosen = moment.named("service", services)
    return {"services": [_service(moment, service, where) for service in chosen], "failures": []}


def _service(moment: Moment, service: Part, where: Destination) -> dict[str, Any]:
    of = service.attributes
    deployments = _deployments(moment, service)
    primary = deployments[0]
    tasks = [task for task in moment.tasks_of(service) if moment.state(task) not in ("", "STOPPED")]
    events = service_events(moment, service, where)
    container = primary.attributes["container"], primary.attributes["port"]
    return {
        **given(
            serviceArn=where.service(of["cluster"], service.id),
            serviceName=service.id,
            clusterArn=where.cluster(of["cluster"]),
            status=moment.state(service),
            taskDefinition=where.task_definition(primary.attributes["task_definition"]),
            roleArn=where.role(SERVICE_ROLE),
            createdAt=where.moment(service.states[0][0]),
            **_capacity(of),
            **shared_members(of, where, container),
            networkConfiguration=network(of, where, awsvpc=primary.attributes["network_mode"] == "awsvpc"),
            deploymentController={"type": "ECS"},
        ),
        "desiredCount": moment.level("DesiredCount", service.id),
        "runningCount": _in(moment, tasks, "RUNNING"),
        "pendingCount": _in(moment, tasks, *PENDING),
        "deployments": [_deployment(moment, service, one, one is primary, where) for one in deployments],
        "events": [
            {"id": _id(service, number), "createdAt": where.moment(event.seconds), "message": event.message}
            for number, event in enumerate(events)
        ],
        "enableECSManagedTags": False,
        "enableExecuteCommand": False,
        "propagateTags": "NONE",
    }


def _capacity(attributes: Any) -> dict[str, str]:
    """platformVersion and platformFamily, which services on Fargate have."""
    names = [item["capacity_provider"] for item in attributes.get("capacity_provider_strategy", ())]
    on_fargate = attributes.get("launch_type") == "FARGATE" or any(name.startswith("FARGATE") for name in names)
    return {"platformVersion": PLATFORM, "platformFamily": FAMILY} if on_fargate else {}


def _in(moment: Moment, tasks: Sequence[Part], *states: str) -> int:
    return sum(moment.state(task) in states for task in tasks)


def _id(service: Part, number: int) -> str:
    """An event's id, in the form of ECS's: the same run has the same ones."""
    return str(UUID(Destination().attachment(f"event/{service.id}/{number}")))


def _deployments(moment: Moment, service: Part) -> list[Part]:
    """The primary first, then those that still have tasks, newest first."""
    mine = [one for one in moment.parts("deployment") if one.attributes["service"] == service.id]
    newest = sorted(mine, key=lambda one: moment.entered(one, "IN_PROGRESS") or 0.0, reverse=True)
    return [one for number, one in enumerate(newest) if not number or _tasks(moment, service, one)]


def _tasks(moment: Moment, service: Part, deployment: Part) -> list[Part]:
    """A deployment's tasks that are not STOPPED."""
    mine = [task for task in moment.tasks_of(service) if task.attributes["deployment"] == deployment.id]
    return [task for task in mine if moment.state(task) not in ("", "STOPPED")]


def _deployment(moment: Moment, service: Part, deployment: Part, primary: bool, where: Destination) -> dict[str, Any]:
    of, tasks = service.attributes, _tasks(moment, service, deployment)
    changed = [seconds for seconds, _, _ in deployment.states if seconds <= moment.seconds]
    desired = moment.level("DesiredCount", service.id) if primary else len(tasks)
    common = shared_members(of, where, ("", 0))
    return {
        "id": deployment.id,
        "status": "PRIMARY" if primary else "ACTIVE",
        "taskDefinition": where.task_definition(deployment.attributes["task_definition"]),
        "desiredCount": desired,
        "pendingCount": _in(moment, tasks, *PENDING),
        "runningCount": _in(moment, tasks, "RUNNING"),
        "failedTasks": _failed_tasks(moment, service, deployment),
        "createdAt": where.moment(deployment.states[0][0]),
        "updatedAt": where.moment(changed[-1]),
        **given(
            launchType=common.get("launchType"),
            capacityProviderStrategy=common.get("capacityProviderStrategy"),
            **_capacity(of),
            networkConfiguration=network(of, where, awsvpc=deployment.attributes["network_mode"] == "awsvpc"),
        ),
        "rolloutState": moment.state(deployment),
        "rolloutStateReason": _reason(moment, deployment),
    }


def _failed_tasks(moment: Moment, service: Part, deployment: Part) -> int:
    """Tasks in a row that could not start, or failed a health check; none once one of them has run.

    [ECS API, Deployment.failedTasks; read 2026-11-25]
    """
    mine = [task for task in moment.tasks_of(service) if task.attributes["deployment"] == deployment.id]
    if any(moment.past(task, "started_at") is not None for task in mine):
        return 0
    return sum(moment.past(task, "stopping_at") is not None for task in mine)


def _reason(moment: Moment, deployment: Part) -> str:
    """rolloutStateReason, as consoles and transcripts show it."""
    state = moment.state(deployment)
    if state == "FAILED":
        event = next(event for _, each, event in reversed(deployment.states) if each == "FAILED")
        return "ECS deployment failed: alarm detected." if "alarm" in moment.run.log[event].text else BREAKER
    said = "completed" if state == "COMPLETED" else "in progress"
    return f"ECS deployment {deployment.id} {said}."
