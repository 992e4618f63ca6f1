"""A cluster: a name under which tasks run, and the kinds of capacity they may use."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import simpy

from ecslite.capacity.auto_scaling_group import GroupInstance
from ecslite.capacity.container_instance import ContainerInstance, Need
from ecslite.capacity.fargate import Fargate
from ecslite.capacity.provider import CapacityProvider
from ecslite.errors import InvalidSetting
from ecslite.sim.simulation import Simulation

__all__ = ["Capacity", "Cluster", "Tenant"]

Capacity = Fargate | CapacityProvider

MOST_PROVISIONING = 500
"""Tasks that may wait in PROVISIONING in one cluster [AWS General Reference, ECS quotas; read 2026-11-23]."""


class Tenant:
    """What a cluster must know of something that waits for room, or holds it: tasks are tenants."""

    id: str
    need: Need
    provider: Capacity
    waiting_event: int

    def room_found(self) -> ContainerInstance | None:
        """Look for room now and take it; the instance, or None."""
        raise NotImplementedError

    def host_lost(self, cause: int) -> None:
        """The instance under it has ended."""
        raise NotImplementedError

    def host_drains(self, cause: int) -> None:
        """The instance under it is about to go."""
        raise NotImplementedError


class Cluster:
    """A logical group. It may be empty, mixes kinds of capacity, and costs nothing itself."""

    def __init__(self, sim: Simulation, name: str, *, capacity: Sequence[Capacity] | None = None) -> None:
        kinds = (Fargate(),) if capacity is None else tuple(capacity)
        for kind in kinds:
            if not isinstance(kind, Fargate | CapacityProvider):
                raise InvalidSetting(f"capacity {kind!r}: use ecs.Fargate() or ecs.CapacityProvider(group)")
        self.sim = sim
        self.name = name
        self.providers = {kind.name: kind for kind in kinds}
        if len(self.providers) < len(kinds):
            raise InvalidSetting(f"two capacity providers of cluster {name!r} have one name: give each its own")
        self.waiting: list[Tenant] = []
        """Tasks in PROVISIONING for which there is no room yet, in the order in which they came."""
        self.tenants: dict[str, tuple[Tenant, ContainerInstance]] = {}
        self._emptied: dict[str, simpy.Event] = {}
        self._room_told: list[Callable[[int], None]] = []
        for kind in kinds:
            if isinstance(kind, CapacityProvider):
                self._watch(kind)

    def _watch(self, provider: CapacityProvider) -> None:
        provider.waiting = lambda: [(one.need, one.waiting_event) for one in self.waiting if one.provider is provider]
        provider.drain = self._drain
        provider.group.in_service_told.append(lambda instance, event: self.room_changed(event))
        provider.group.terminated_told.append(self._instance_ended)

    def instances(self, provider: CapacityProvider) -> list[GroupInstance]:
        """The container instances of a provider that have registered."""
        return provider.group.in_service

    def on_room(self, told: Callable[[int], None]) -> None:
        """Call `told` with an event's id whenever there may be more room than before."""
        self._room_told.append(told)

    def room_changed(self, event: int) -> None:
        """Give room to those that wait, first come, first served, and tell the services."""
        for tenant in list(self.waiting):
            if tenant.room_found() is not None:
                self.waiting.remove(tenant)
        for told in self._room_told:
            told(event)

    def settle(self, tenant: Tenant, instance: ContainerInstance) -> None:
        """Note that a tenant is on an instance."""
        self.tenants[tenant.id] = (tenant, instance)

    def leave(self, tenant: Tenant, event: int) -> None:
        """A tenant has gone: its room is free, and it waits no longer."""
        if tenant in self.waiting:
            self.waiting.remove(tenant)
        found = self.tenants.pop(tenant.id, None)
        if found is None:
            return
        instance = found[1]
        instance.release(tenant.id)
        emptied = self._emptied.get(instance.id)
        if emptied is not None and not emptied.triggered and instance.empty:
            emptied.succeed()
        if instance.status != "INACTIVE":
            self.room_changed(event)

    def _on(self, instance: ContainerInstance) -> list[Tenant]:
        return [tenant for tenant, host in self.tenants.values() if host is instance]

    def _drain(self, instance: GroupInstance, cause: int) -> simpy.Event | None:
        """Have the instance's tasks replaced; the event comes when the last has gone."""
        if instance.empty:
            return None
        self._emptied[instance.id] = self.sim.env.event()
        for tenant in self._on(instance):
            tenant.host_drains(cause)
        return self._emptied[instance.id]

    def _instance_ended(self, instance: GroupInstance, cause: int) -> None:
        for tenant in self._on(instance):
            tenant.host_lost(cause)
