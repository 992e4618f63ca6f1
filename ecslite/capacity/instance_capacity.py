"""What all kinds of capacity made of EC2 instances have in common, as clusters and services see them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Protocol

import simpy

from ecslite.capacity.container_instance import ContainerInstance, Need
from ecslite.capacity.launch_times import LaunchTimes
from ecslite.sim.simulation import Simulation

__all__ = ["InstanceCapacity", "Zoned"]


class Zoned(Protocol):
    """Capacity in zones, any of which may fail."""

    @property
    def zones(self) -> tuple[str, ...]:
        """All its zones, also those that are down."""
        ...

    def is_down(self, zone: str) -> bool:
        """Whether the zone has failed."""
        ...

    def zone_fails(self, zone: str, cause: int) -> None:
        """Lose all that runs in a zone, and launch nothing there until `zone_recovers`."""
        ...

    def zone_recovers(self, zone: str) -> None:
        """Launch in a zone again that had failed."""
        ...


class InstanceCapacity(ABC):
    """A capacity provider whose tasks share container instances. A cluster fills in the three questions it asks."""

    launch_type = "EC2"
    """As a task of this capacity has it [ECS API, Task.launchType]."""

    def __init__(self, sim: Simulation, name: str, times: LaunchTimes | None) -> None:
        self.sim = sim
        self.name = name
        self.times = times or LaunchTimes()
        self.waiting: Callable[[], list[tuple[Need, int]]] = list
        """Tasks in PROVISIONING for which there is no room: what each needs, and the event that says it waits."""
        self.drain: Callable[[ContainerInstance, int], simpy.Event | None] = lambda instance, cause: None
        """Replaces the tasks of an instance that is about to go; the event comes when they are gone."""
        self.registered: Callable[[ContainerInstance, int], None] = lambda instance, event: None
        """Told when an instance has joined the cluster."""
        self.gone: Callable[[ContainerInstance, int], None] = lambda instance, event: None
        """Told when an instance has ended, and all that ran on it."""
        self.tasks_changed: Callable[[int], None] = lambda event: None
        """To be called when a task begins to wait, or leaves an instance."""

    @property
    @abstractmethod
    def market(self) -> str:
        """How its instances are bought: "on-demand", "spot" or "managed"."""

    @property
    @abstractmethod
    def instances(self) -> Sequence[ContainerInstance]:
        """Those that are registered with the cluster, ACTIVE or DRAINING."""

    @property
    @abstractmethod
    def zoned(self) -> Zoned:
        """What launches its instances, by zone."""

    @abstractmethod
    def lose(self, one: ContainerInstance, cause: int) -> None:
        """One of its instances ends without being asked, with whatever runs on it."""

    @property
    @abstractmethod
    def tasks_wait(self) -> bool:
        """Whether a task without room waits in PROVISIONING for an instance to be added, instead of not starting."""
