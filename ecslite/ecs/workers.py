"""What serves a task's requests: its application's workers, at the speed of the CPU that the task has."""

from __future__ import annotations

from ecslite.capacity.sizes import UNITS_PER_VCPU
from ecslite.ecs.application import Application
from ecslite.ecs.container_definition import ContainerDefinition
from ecslite.ecs.task_definition import LEAST_SHARES, TaskDefinition
from ecslite.sim.processor_sharing import ProcessorSharing
from ecslite.sim.server import Server
from ecslite.sim.station import Workers

__all__ = ["application_container", "application_cores", "container_port", "new_workers", "sidecar_cores"]


def new_workers(definition: TaskDefinition, application: Application) -> Server:
    """The workers of one more task, with what it reserves of CPU."""
    # Model: a request uses one core at the most.
    count, cores = application.workers, application_cores(definition, application)
    if application.discipline == "processor-sharing":
        return ProcessorSharing(count, cores=cores, backlog=application.backlog)
    return Workers(count, stretch=max(1.0, count / cores), backlog=application.backlog)


def application_cores(definition: TaskDefinition, application: Application) -> float:
    """Cores that the application's container has of what its task reserves, while it is busy."""
    return definition.cpu_shares / UNITS_PER_VCPU - sidecar_cores(definition, application)


def sidecar_cores(definition: TaskDefinition, application: Application) -> float:
    """Cores that the containers beside the application's use, all the time.

    Within a task CPU is shared by the containers' cpu units: the sidecars get no more than their part of it while the
    application is busy [ECS API, ContainerDefinition.cpu; read 2026-11-23].
    """
    # Model: they get no more than that while it is idle, either, and use as much from RUNNING to the end.
    # Model: containers that name no cpu units count alike; sidecars that the definition does not have count as one.
    if not application.sidecar_cpu:
        return 0.0
    own, others = _weights(definition)
    return min(
        application.sidecar_cpu / UNITS_PER_VCPU, definition.cpu_shares / UNITS_PER_VCPU * others / (own + others)
    )


def _weights(definition: TaskDefinition) -> tuple[float, float]:
    containers = definition.container_definitions
    own = application_container(containers)
    others = [one for one in containers if one is not own]
    if not any(one.cpu for one in containers):
        return 1.0, max(len(others), 1.0)
    return max(own.cpu, LEAST_SHARES), max(sum(one.cpu for one in others), LEAST_SHARES)


def application_container(containers: tuple[ContainerDefinition, ...]) -> ContainerDefinition:
    """The container that serves the requests: the first essential one with a port, or the first essential one."""
    essential = [one for one in containers if one.essential] or list(containers)
    return next((one for one in essential if one.port_mappings), essential[0])


HTTP = 80


def container_port(containers: tuple[ContainerDefinition, ...]) -> int:
    """The port on which the application's container listens: the first that it maps."""
    # Model: a container that maps no port listens on 80.
    mapped = [one.container_port for one in application_container(containers).port_mappings if one.container_port]
    return mapped[0] if mapped else HTTP
