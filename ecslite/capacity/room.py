"""What is left on an instance, real or imagined, while it is worked out how many instances some tasks need."""

from __future__ import annotations

from dataclasses import dataclass

from ecslite.capacity.container_instance import RESERVED_PORTS, ContainerInstance, Need
from ecslite.capacity.instance_type import InstanceType

__all__ = ["Room"]


@dataclass(slots=True)
class Room:
    """CPU units, MiB, network interfaces and host ports that a task may still take."""

    kind: InstanceType
    cpu: int
    memory: int
    interfaces: int
    ports: set[int]
    used: bool = False

    @classmethod
    def of(cls, instance: ContainerInstance) -> Room:
        """The room on an instance; none where it drains."""
        return cls(
            instance.type,
            instance.remaining_cpu,
            instance.remaining_memory if instance.status == "ACTIVE" else -1,
            instance.remaining_interfaces,
            set(instance.used_ports),
            not instance.empty,
        )

    @classmethod
    def new(cls, kind: InstanceType, trunking: bool = False, reserved_memory: int = 0) -> Room:
        """The room on an instance of a type with nothing on it."""
        return cls(kind, kind.cpu, kind.memory - reserved_memory, kind.task_enis(trunking), set(RESERVED_PORTS))

    def takes(self, need: Need) -> bool:
        """Whether one more task of that need fits."""
        return (
            need.cpu <= self.cpu
            and need.memory <= self.memory
            and need.own_interface <= self.interfaces
            and not need.ports & self.ports
            and need.architecture in (None, self.kind.architecture)
        )

    def take(self, need: Need) -> None:
        """Put a task of that need there."""
        self.cpu -= need.cpu
        self.memory -= need.memory
        self.interfaces -= need.own_interface
        self.ports |= need.ports
        self.used = True
