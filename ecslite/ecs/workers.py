"""What serves a task's requests: its application's workers, at the speed of the CPU that the task has."""

from __future__ import annotations

from ecslite.ecs.application import Application
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.sim.processor_sharing import ProcessorSharing
from ecslite.sim.server import Server
from ecslite.sim.station import Workers

__all__ = ["new_workers"]


def new_workers(definition: TaskDefinition, application: Application) -> Server:
    """The workers of one more task."""
    # Model: a request uses one core at the most.
    count, cores = application.workers, definition.vcpu
    if application.discipline == "processor-sharing":
        return ProcessorSharing(count, cores=cores, backlog=application.backlog)
    return Workers(count, stretch=max(1.0, count / cores), backlog=application.backlog)
