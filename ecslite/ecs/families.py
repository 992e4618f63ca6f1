"""Families: the registered revisions of task definitions, counted up from 1, ACTIVE or INACTIVE.

Registering is optional here: a TaskDefinition may be run as it is. A registered one gets the next revision of its
family, and can be named as "web" (the latest ACTIVE revision) or "web:2".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ecslite.ecs.task_definition import TaskDefinition
from ecslite.errors import InvalidSetting
from ecslite.sim.simulation import Simulation

__all__ = ["Families", "deregister_task_definition", "register_task_definition", "resolve"]


class Families:
    """All registered task definitions of one simulation."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self._revisions: dict[str, list[TaskDefinition]] = {}
        self._inactive: set[str] = set()

    @property
    def all(self) -> list[TaskDefinition]:
        """All revisions, ACTIVE or not, by family."""
        return [one for revisions in self._revisions.values() for one in revisions]

    def register(self, definition: TaskDefinition) -> TaskDefinition:
        """The definition as the next revision of its family."""
        known = self._revisions.setdefault(definition.family, [])
        known.append(replace(definition, revision=len(known) + 1))
        return known[-1]

    def deregister(self, name: str) -> TaskDefinition:
        """Make "family:revision" INACTIVE: what runs of it goes on, and nothing new may use it."""
        if ":" not in name:
            raise InvalidSetting(f"{name!r}: deregister one revision, such as {name}:1")
        found = self.find(name)
        self._inactive.add(found.name)
        return found

    def status(self, definition: TaskDefinition) -> str:
        """ACTIVE or INACTIVE."""
        return "INACTIVE" if definition.name in self._inactive else "ACTIVE"

    def find(self, name: str) -> TaskDefinition:
        """The revision that "web:2" names, or, for "web", the latest that is ACTIVE."""
        family, _, revision = name.partition(":")
        known = self._revisions.get(family, [])
        fitting = [one for one in known if one.name == name or (not revision and self.status(one) == "ACTIVE")]
        if not fitting:
            have = ", ".join(f"{one.name} ({self.status(one)})" for one in known) or "none of that family"
            raise InvalidSetting(f"{name!r} is no registered task definition: there is {have}")
        return fitting[-1]


def register_task_definition(sim: Simulation, definition: TaskDefinition | Mapping[str, Any] | str) -> TaskDefinition:
    """The definition, or the document, as the next revision of its family in this simulation.

    Raises InvalidDocument with all faults of a document. [ECS API, RegisterTaskDefinition; read 2026-11-24]

    >>> sim = Simulation(1)
    >>> register_task_definition(sim, TaskDefinition("web")).name
    'web:1'
    >>> register_task_definition(sim, TaskDefinition("web", cpu=512, memory=1024)).name
    'web:2'
    """
    read = definition if isinstance(definition, TaskDefinition) else TaskDefinition.from_aws(definition)
    return sim.the(Families).register(read)


def deregister_task_definition(sim: Simulation, name: str) -> TaskDefinition:
    """Make one revision ("web:1") INACTIVE [ECS API, DeregisterTaskDefinition; read 2026-11-24]."""
    return sim.the(Families).deregister(name)


def resolve(sim: Simulation, definition: TaskDefinition | str) -> TaskDefinition:
    """What a service or RunTask is to run; InvalidSetting for a name that is not known, or an INACTIVE revision."""
    families = sim.the(Families)
    found = families.find(definition) if isinstance(definition, str) else definition
    if families.status(found) == "INACTIVE":
        raise InvalidSetting(f"{found.name}: TaskDefinition is inactive; register it again, or name another revision")
    return found
