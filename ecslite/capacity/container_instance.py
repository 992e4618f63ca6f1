"""A container instance: an EC2 instance that has joined a cluster, and what of it the tasks on it have taken.

CPU, memory, network interfaces and host ports are reserved by each task and given back when it is STOPPED. They are
never overbooked: `reserve` refuses what does not fit.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from ecslite.capacity.instance_type import InstanceType
from ecslite.errors import InvalidSetting

__all__ = ["RESERVED_PORTS", "ContainerInstance", "Need"]

RESERVED_PORTS = frozenset({22, 2375, 2376, 51678, 51679, 51680})
"""Host ports that the agent and the daemon use [ECS API, PortMapping.hostPort; read 2026-11-23]."""


@dataclass(frozen=True, slots=True)
class Need:
    """What one task takes of an instance."""

    cpu: int
    """CPU units."""
    memory: int
    """MiB: the sum of memoryReservation where it is set, else of memory."""
    own_interface: bool = True
    """Network mode awsvpc: the task has a network interface of its own."""
    ports: frozenset[int] = frozenset()
    """Static host ports. Dynamic ones take nothing that could run out here."""
    # Model: the pool of dynamic host ports (some 16,000) never runs out.


@dataclass(slots=True)
class Held:
    need: Need
    group: str
    daemon: bool


@dataclass(slots=True, eq=False)
class ContainerInstance:
    """One instance, ACTIVE or DRAINING, with the tasks on it."""

    id: str
    type: InstanceType
    zone: str
    trunking: bool = False
    attributes: dict[str, str] = field(default_factory=dict)
    status: str = "ACTIVE"
    registered_at: float = 0.0
    _held: dict[str, Held] = field(default_factory=dict)

    @property
    def remaining_cpu(self) -> int:
        """CPU units that no task has reserved."""
        return self.type.cpu - sum(held.need.cpu for held in self._held.values())

    @property
    def remaining_memory(self) -> int:
        """MiB that no task has reserved."""
        return self.type.memory - sum(held.need.memory for held in self._held.values())

    def free_without(self, field: str, leaving: Collection[str]) -> int:
        """CPU units or MiB that would be free if the tasks in `leaving` were gone."""
        held = [held.need for id_, held in self._held.items() if id_ not in leaving]
        if field == "cpu":
            return self.type.cpu - sum(need.cpu for need in held)
        return self.type.memory - sum(need.memory for need in held)

    @property
    def remaining_interfaces(self) -> int:
        """Network interfaces that tasks may still get."""
        return self.type.task_enis(self.trunking) - sum(held.need.own_interface for held in self._held.values())

    @property
    def used_ports(self) -> frozenset[int]:
        """Host ports that nothing else can have: those of tasks, and those of the agent and the daemon."""
        return RESERVED_PORTS.union(*(held.need.ports for held in self._held.values()))

    @property
    def task_ids(self) -> list[str]:
        """The tasks that hold something here."""
        return list(self._held)

    @property
    def needs(self) -> list[Need]:
        """What each task here has reserved; DAEMON tasks are left out."""
        return [held.need for held in self._held.values() if not held.daemon]

    @property
    def empty(self) -> bool:
        """No task is here but those of DAEMON services."""
        return all(held.daemon for held in self._held.values())

    def tasks_of(self, group: str) -> int:
        """How many tasks of a task group, such as "service:web", are here."""
        return sum(held.group == group for held in self._held.values())

    def lacks(self, need: Need) -> str | None:
        """What is missing for a task of that need, in the words of ECS's service events, or None if it fits."""
        if need.cpu > self.remaining_cpu:
            return "insufficient CPU units available"
        if need.memory > self.remaining_memory:
            return "insufficient memory available"
        if need.ports & self.used_ports:
            return "a port that is already in use"
        if need.own_interface and self.remaining_interfaces < 1:
            return "no network interface left for a task"
        return None

    def reserve(self, task_id: str, need: Need, group: str, *, daemon: bool = False) -> None:
        """Give a task what it needs; InvalidSetting if it does not fit."""
        if missing := self.lacks(need):
            raise InvalidSetting(f"task {task_id} does not fit on {self.id}: {missing}")
        self._held[task_id] = Held(need, group, daemon)

    def release(self, task_id: str) -> None:
        """Take back what a task held."""
        del self._held[task_id]

    def values(self) -> dict[str, str | frozenset[str]]:
        """What the cluster query language may ask of it. The ECS attributes come first, your own after them."""
        return {
            "attribute:ecs.instance-type": self.type.name,
            "attribute:ecs.availability-zone": self.zone,
            "attribute:ecs.os-type": "linux",
            "agentConnected": "true",
            "ec2InstanceId": self.id,
            "runningTasksCount": str(len(self._held)),
            "task:group": frozenset(held.group for held in self._held.values()),
            **{f"attribute:{name}": value for name, value in self.attributes.items()},
        }
