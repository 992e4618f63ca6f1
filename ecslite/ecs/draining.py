"""Draining: an instance gets no more tasks, and those it has leave in the documented order.

Tasks of REPLICA services are replaced elsewhere, standalone ones are left to end by themselves, and tasks of DAEMON
services are the last. [ECS Developer Guide, managed-instance-draining, container-instance-draining; read 2026-11-23]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import simpy

from ecslite.capacity.container_instance import ContainerInstance
from ecslite.sim.simulation import Simulation

__all__ = ["Draining"]


class Leaver(Protocol):
    """A task, as a draining instance sees it."""

    standalone: bool
    daemon: bool

    def host_drains(self, cause: int) -> None:
        """Go, and be replaced elsewhere."""


class Draining:
    """The instances of a cluster that drain now, each with the event that comes when its last task has gone."""

    def __init__(self, sim: Simulation, tasks_on: Callable[[ContainerInstance], Sequence[Leaver]]) -> None:
        self.sim = sim
        self._tasks_on = tasks_on
        self._emptied: dict[str, simpy.Event] = {}
        self._daemons_told: set[str] = set()

    def begin(self, instance: ContainerInstance, cause: int) -> simpy.Event | None:
        """Tell the tasks; the event that comes when the last has gone, or None where there is no task."""
        if not instance.task_ids:
            return None
        if instance.id not in self._emptied:
            self._emptied[instance.id] = self.sim.env.event()
            for task in self._tasks_on(instance):
                if not task.standalone and not task.daemon:
                    task.host_drains(cause)
            self._tell_daemons(instance, cause)
        return self._emptied[instance.id]

    def one_has_left(self, instance: ContainerInstance, cause: int) -> None:
        """A task has given its room back: daemons go once nothing else is there, and then the draining is done."""
        if instance.id not in self._emptied:
            return
        self._tell_daemons(instance, cause)
        if not instance.task_ids:
            emptied = self._emptied[instance.id]
            self.end(instance)
            emptied.succeed()

    def end(self, instance: ContainerInstance) -> None:
        """It drains no longer: it is ACTIVE again, or has ended."""
        self._emptied.pop(instance.id, None)
        self._daemons_told.discard(instance.id)

    def _tell_daemons(self, instance: ContainerInstance, cause: int) -> None:
        if instance.empty and instance.id not in self._daemons_told:
            self._daemons_told.add(instance.id)
            for task in self._tasks_on(instance):
                task.host_drains(cause)
