"""What serves a task's requests: its application's workers, at the speed of the CPU that the task has."""

from __future__ import annotations

from ecslite.ecs.application import Application
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.sim.station import Workers

__all__ = ["new_workers"]


def new_workers(definition: TaskDefinition, application: Application) -> Workers:
    """The workers of one more task."""
    # Model: the task's CPU is shared evenly among its workers, and one worker uses one core at the most.
    share = min(1.0, definition.vcpu / application.workers)
    return Workers(application.workers, stretch=1 / share, backlog=application.backlog)
