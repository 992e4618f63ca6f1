"""Whoever started a task and is told what becomes of it: a service, or a call of RunTask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from ecslite.capacity.container_instance import ContainerInstance, Need
from ecslite.ecs.cluster import Capacity, Cluster
from ecslite.network.front import Front
from ecslite.network.target import Target
from ecslite.sim.simulation import Simulation

if TYPE_CHECKING:
    from ecslite.ecs.task import Task

__all__ = ["Owner"]


class Owner(Protocol):
    """What a task asks of it, and tells it."""

    sim: Simulation
    cluster: Cluster
    name: str

    @property
    def group(self) -> str:
        """The task group, by which placement counts: "service:NAME"."""
        ...

    @property
    def fronts(self) -> Sequence[Front]:
        """What its tasks register with."""
        ...

    def room_for(self, provider: Capacity, need: Need) -> ContainerInstance | str:
        """The instance on which one more task would go, or why there is none."""
        ...

    def task_changed(self, task: Task, event: int) -> None:
        """It has begun to run, is being taken out of service, or has stopped."""
        ...

    def target_changed(self, task: Task, target: Target, event: int) -> None:
        """A front has changed its mind about the task's health."""
        ...

    def displace(self, task: Task, reason: str, cause: int) -> None:
        """Have the task replaced elsewhere, or let it be."""
        ...

    def health_changed(self, task: Task, event: int) -> None:
        """Its container health checks say something else of it than before."""
        ...
