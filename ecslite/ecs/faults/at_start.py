"""Trouble that waits for tasks at their start: an image that cannot be pulled, an application that is slow to listen.

A fault cannot strike a task that does not exist yet. It is noted here, and meets the next tasks when their containers
are about to start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ecslite.ecs.application import Application
from ecslite.sim.simulation import Simulation

__all__ = ["StartTroubles"]


class Place(Protocol):
    """A service or a cluster."""

    name: str


class Starter(Protocol):
    """Whoever started a task."""

    @property
    def cluster(self) -> Place: ...


class Starting(Protocol):
    """A task whose image has come, and whose containers are about to start."""

    id: str
    application: Application

    @property
    def short(self) -> str: ...
    @property
    def owner(self) -> Starter: ...


@dataclass
class Trouble:
    on: object
    """A service, or a cluster: then it meets the tasks of all its services."""
    left: int
    """How many tasks it still has to meet."""
    change: Callable[[Application], Application]
    """What it does to their application."""
    text: str
    cause: int


class StartTroubles:
    """All that is to come in one simulation, the oldest first."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self._due: list[Trouble] = []

    def expect(
        self, on: object, count: int, change: Callable[[Application], Application], text: str, cause: int
    ) -> None:
        """The next `count` tasks of a service or a cluster have this trouble; {task} in `text` is the task's id."""
        self._due.append(Trouble(on, count, change, text, cause))

    def meet(self, task: Starting) -> tuple[Application, int] | None:
        """How the application behaves that a task starts now, and the event that says so; None if all is well."""
        trouble = next((one for one in self._due if one.on in (task.owner, task.owner.cluster)), None)
        if trouble is None:
            return None
        trouble.left -= 1
        if not trouble.left:
            self._due.remove(trouble)
        event = self.sim.log.add("fault", task.id, trouble.text.format(task=task.short), trouble.cause)
        return trouble.change(task.application), event
