"""A container instance: an EC2 instance that has joined a cluster, and what of it the tasks on it have taken.

CPU, memory, network interfaces and host ports are reserved by each task and given back when it is STOPPED. They are
never overbooked: `reserve` refuses what does not fit.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import islice

from ecslite.capacity.instance_type import InstanceType
from ecslite.errors import InvalidSetting

__all__ = [
    "DYNAMIC_PORTS",
    "MOST_RESERVED_PORTS",
    "NO_INTERFACE",
    "PORT_IN_USE",
    "RESERVED_PORTS",
    "ContainerInstance",
    "Need",
    "said_of",
]

RESERVED_PORTS = frozenset({22, 2375, 2376, 51678, 51679, 51680})
"""Host ports that the agent and the daemon use [ECS API, PortMapping.hostPort; read 2026-11-23]."""

MOST_RESERVED_PORTS = 100
"""Of one instance, those of the agent included; dynamic ones do not count [ECS API, PortMapping.hostPort]."""

DYNAMIC_PORTS = range(49153, 65536)
"""Whence host port 0 is filled on Linux, where the kernel's range cannot be read [ECS API, PortMapping.hostPort]."""
# Model: Docker takes any free port of its range; here it is the lowest, so that a run can be repeated.

NO_INTERFACE = "RESOURCE:ENI"
"""What ECS says where no network interface is left for a task [ECS Developer Guide, api_failures_messages; read
2026-11-24]."""

PORT_IN_USE = "is already using a port required by your task"
"""What ECS says where another task has a host port [ECS service events in aws/amazon-ecs-agent issue 332; read
2026-11-25]."""


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
    """Static host ports."""
    dynamic_ports: int = 0
    """How many host ports it asks for as 0."""
    architecture: str | None = None
    """X86_64 or ARM64; None where any will do."""


@dataclass(slots=True)
class Held:
    need: Need
    group: str
    daemon: bool
    dynamic_ports: tuple[int, ...]


@dataclass(slots=True, eq=False)
class ContainerInstance:
    """One instance, ACTIVE or DRAINING, with the tasks on it."""

    id: str
    type: InstanceType
    zone: str
    trunking: bool = False
    attributes: dict[str, str] = field(default_factory=dict)
    """Those that the query language calls attribute:NAME, beside the ECS ones that follow from the type."""
    status: str = "ACTIVE"
    registered_at: float = 0.0
    reserved_memory: int = 0
    """MiB kept for the instance itself: the agent's ECS_RESERVED_MEMORY."""
    reserved_cpu: int = field(default=0, init=False)
    """CPU units that tasks have reserved, DAEMON ones too."""
    reserved_mib: int = field(default=0, init=False)
    """MiB that tasks have reserved, DAEMON ones too."""
    _held: dict[str, Held] = field(default_factory=dict)

    @property
    def cpu(self) -> int:
        """CPU units that it registers."""
        return self.type.cpu

    @property
    def memory(self) -> int:
        """MiB that it registers."""
        return self.type.memory - self.reserved_memory

    @property
    def remaining_cpu(self) -> int:
        """CPU units that no task has reserved."""
        return self.cpu - self.reserved_cpu

    @property
    def remaining_memory(self) -> int:
        """MiB that no task has reserved."""
        return self.memory - self.reserved_mib

    def free_without(self, field: str, leaving: Collection[str]) -> int:
        """CPU units or MiB that would be free if the tasks in `leaving` were gone."""
        held = [held.need for id_, held in self._held.items() if id_ not in leaving]
        if field == "cpu":
            return self.cpu - sum(need.cpu for need in held)
        return self.memory - sum(need.memory for need in held)

    @property
    def remaining_interfaces(self) -> int:
        """Network interfaces that tasks may still get."""
        return self.type.task_enis(self.trunking) - sum(held.need.own_interface for held in self._held.values())

    @property
    def static_ports(self) -> frozenset[int]:
        """Host ports that were asked for by number, and those of the agent and the daemon."""
        return RESERVED_PORTS.union(*(held.need.ports for held in self._held.values()))

    @property
    def used_ports(self) -> frozenset[int]:
        """Host ports that nothing else can have."""
        return self.static_ports.union(*(held.dynamic_ports for held in self._held.values()))

    def dynamic_ports_of(self, task_id: str) -> tuple[int, ...]:
        """The host ports that a task was given for those it asked for as 0."""
        return self._held[task_id].dynamic_ports

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
        wrong_kind = need.architecture not in (None, self.type.architecture)
        faults = {
            "is missing an attribute required by your task (ecs.cpu-architecture)": wrong_kind,
            "insufficient CPU units available": need.cpu > self.remaining_cpu,
            "insufficient memory available": need.memory > self.remaining_memory,
            **self._lacks_ports(need),
            NO_INTERFACE: need.own_interface and self.remaining_interfaces < 1,
        }
        return next((words for words, holds in faults.items() if holds), None)

    def _lacks_ports(self, need: Need) -> dict[str, bool]:
        if not need.ports and not need.dynamic_ports:
            return {}
        used = self.used_ports
        return {
            PORT_IN_USE: bool(need.ports & used),
            f"{MOST_RESERVED_PORTS} reserved ports": len(self.static_ports | need.ports) > MOST_RESERVED_PORTS,
            "no dynamic port left": need.dynamic_ports > len(DYNAMIC_PORTS) - len(used | need.ports),
        }

    def reserve(self, task_id: str, need: Need, group: str, *, daemon: bool = False) -> None:
        """Give a task what it needs; InvalidSetting if it does not fit."""
        if missing := self.lacks(need):
            raise InvalidSetting(f"task {task_id} does not fit on {self.id}: {missing}")
        self._held[task_id] = Held(need, group, daemon, self._free_ports(need))
        self.reserved_cpu += need.cpu
        self.reserved_mib += need.memory

    def _free_ports(self, need: Need) -> tuple[int, ...]:
        if not need.dynamic_ports:
            return ()
        used = self.used_ports | need.ports
        return tuple(islice((port for port in DYNAMIC_PORTS if port not in used), need.dynamic_ports))

    def release(self, task_id: str) -> None:
        """Take back what a task held."""
        need = self._held.pop(task_id).need
        self.reserved_cpu -= need.cpu
        self.reserved_mib -= need.memory

    def values(self) -> dict[str, str | frozenset[str]]:
        """What the cluster query language may ask of it. The ECS attributes come first, your own after them.

        [ECS Developer Guide, task-placement-constraints, cluster-query-language; read 2026-11-23]
        """
        return {
            "attribute:ecs.instance-type": self.type.name,
            "attribute:ecs.availability-zone": self.zone,
            "attribute:ecs.os-type": "linux",
            "attribute:ecs.os-family": "LINUX",
            "attribute:ecs.cpu-architecture": "arm64" if self.type.architecture == "ARM64" else "x86_64",
            "agentConnected": "true",
            "ec2InstanceId": self.id,
            "runningTasksCount": str(len(self._held)),
            "task:group": frozenset(held.group for held in self._held.values()),
            **{f"attribute:{name}": value for name, value in self.attributes.items()},
        }


def said_of(lacks: str) -> str:
    """What ECS's service events say of an instance, after its id, that lacks something.

    >>> said_of("insufficient memory available"), said_of(PORT_IN_USE)
    ('has insufficient memory available', 'is already using a port required by your task')
    """
    if lacks == NO_INTERFACE:
        return f'encountered error "{lacks}"'
    return lacks if lacks.startswith("is ") else f"has {lacks}"
