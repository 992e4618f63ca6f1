"""A cluster: a name under which tasks run, and the kinds of capacity they may use.

It knows its tasks as tenants: who waits for room, who sits on which instance. It gives room to those that wait, tells
tenants what becomes of the capacity under them, and has instances drained.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Sequence

import simpy

from ecslite.capacity.container_instance import ContainerInstance, Need
from ecslite.capacity.fargate import NO_CAPACITY, Fargate, FargatePool, Guest
from ecslite.capacity.instance_capacity import InstanceCapacity, Zoned
from ecslite.capacity.spot import SpotMarket
from ecslite.ecs.cluster_metrics import cluster_samples
from ecslite.ecs.cpu_share import SHARING_SECONDS, CpuSharing, TaskCpu
from ecslite.ecs.draining import Draining
from ecslite.ecs.placement import PlacementConstraint, allowed
from ecslite.errors import InvalidSetting
from ecslite.sim.metrics import Sample
from ecslite.sim.simulation import Simulation

__all__ = ["MOST_PROVISIONING", "Capacity", "Cluster", "Tenant"]

Capacity = Fargate | InstanceCapacity

MOST_PROVISIONING = 500
"""Tasks that may wait in PROVISIONING in one cluster [AWS General Reference, ECS quotas; read 2026-11-23]."""

MOST_STATE_CHANGES = 10
"""Container instances in one call [ECS API, UpdateContainerInstancesState; read 2026-11-23]."""

TOO_MANY_WAIT = (
    f"was unable to place a task. Reason: {MOST_PROVISIONING} tasks of the cluster are in PROVISIONING, and no more"
    " may wait there."
)


class Tenant(ABC):
    """What a cluster must know of something that waits for room, or holds it: tasks are tenants.

    A cluster calls the methods; each may log events, take room and stop the tenant, and none may wait.
    """

    id: str
    need: Need
    provider: Capacity
    group: str
    """The task group: "service:NAME", or of a standalone task its own, by default "family:NAME"."""
    waiting_event: int
    zone: str | None = None
    """None while it waits for an instance."""
    standalone: bool = False
    """Started by RunTask: it belongs to no service, so draining leaves it alone and nothing replaces it."""
    daemon: bool = False
    """Of a DAEMON service: an instance with nothing else counts as empty, and it is the last to leave."""
    cpu: TaskCpu | None = None
    """What it may use of CPU; None for something that uses none."""
    cpu_used: float = 0.0
    """CPU units that it used on average in the last period; the tenant keeps it up to date."""
    memory_used: float | None = None
    """MiB that it used on average in the last period; None where nobody measures it."""

    @abstractmethod
    def measure(self) -> None:
        """Bring cpu_used and memory_used up to date. A service does so for its own tasks."""

    @abstractmethod
    def room_found(self) -> ContainerInstance | None:
        """Look for room now and take it; the instance, or None."""

    @abstractmethod
    def host_lost(self, cause: int) -> None:
        """The instance or the zone under it has ended, and with it whatever ran: stop at once, without notice."""

    @abstractmethod
    def host_drains(self, cause: int) -> None:
        """The instance under it is DRAINING.

        One in PROVISIONING or PENDING stops at once; one that runs is replaced within its service's minimum and
        maximum. Not called for standalone tasks. [ECS Developer Guide, container-instance-draining; read 2026-11-23]
        """

    @abstractmethod
    def interrupted(self, cause: int, seconds: float) -> None:
        """Fargate Spot takes its capacity back: it gets SIGTERM now, and has so many seconds.

        The stop code is SpotInterruption, the reason "Your Spot Task was interrupted."
        [ECS Developer Guide, fargate-capacity-providers; read 2026-11-23]
        """


class Cluster:
    """A logical group. It may be empty, mixes kinds of capacity, and costs nothing itself."""

    def __init__(
        self,
        sim: Simulation,
        name: str,
        *,
        capacity: Sequence[Capacity] | None = None,
        cpu_sharing_seconds: float = SHARING_SECONDS,
    ) -> None:
        kinds = (Fargate(),) if capacity is None else tuple(capacity)
        for kind in kinds:
            if not isinstance(kind, Fargate | InstanceCapacity):
                raise InvalidSetting(
                    f"capacity {kind!r}: use ecs.Fargate(), ecs.FargateSpot(), ecs.CapacityProvider(group)"
                    " or ecs.ManagedInstances(sim)"
                )
        self.sim = sim
        self.name = name
        sim.declared.append(self)
        self.providers = {kind.name: kind for kind in kinds}
        if len(self.providers) < len(kinds):
            raise InvalidSetting(f"two capacity providers of cluster {name!r} have one name: give each its own")
        self.waiting: list[Tenant] = []
        """Tasks in PROVISIONING for which there is no room yet, in the order in which they came."""
        self.tenants: dict[str, tuple[Tenant, ContainerInstance | None]] = {}
        """Those that hold room, by id; the instance is None on Fargate."""
        self._room_told: list[Callable[[int], None]] = []
        self._instance_told: list[Callable[[ContainerInstance, int], None]] = []
        self._sharing = CpuSharing(sim, cpu_sharing_seconds)
        self._draining = Draining(sim, self.on)
        self._pools = {
            kind.name: FargatePool(sim, name, kind, self.room_changed) for kind in kinds if isinstance(kind, Fargate)
        }
        for kind in kinds:
            if isinstance(kind, InstanceCapacity):
                self._watch(kind)
        if any(isinstance(kind, InstanceCapacity) for kind in kinds):
            sim.process(self._measure())

    def _measure(self) -> Generator[simpy.Event, None, None]:
        # Services that are built after their cluster give their readings first, so that what tasks used is known.
        yield self.sim.sleep(0)
        self.sim.meter.read(self._read)

    def _read(self) -> Iterator[Sample]:
        tasks = [tenant for tenant, instance in self.tenants.values() if instance is not None]
        for task in tasks:
            if task.standalone:
                task.measure()
        return cluster_samples(self.name, self.instances(), tasks)

    def _watch(self, provider: InstanceCapacity) -> None:
        provider.waiting = lambda: [(one.need, one.waiting_event) for one in self.waiting if one.provider is provider]
        provider.drain = self._drain
        provider.registered = self._instance_registered
        provider.gone = self._instance_gone

    # Capacity

    def fargate(self) -> Fargate:
        """FARGATE, which tasks of launch type FARGATE may use in every cluster."""
        found = self.providers.get("FARGATE")
        if not isinstance(found, Fargate):
            self.providers["FARGATE"] = found = Fargate()
            self._pools[found.name] = FargatePool(self.sim, self.name, found, self.room_changed)
        return found

    def instances(self, provider: InstanceCapacity | None = None) -> list[ContainerInstance]:
        """The container instances that are registered, of one provider or of all, ACTIVE and DRAINING."""
        kinds = [kind for kind in self.providers.values() if isinstance(kind, InstanceCapacity)]
        return [one for kind in kinds if provider in (None, kind) for one in kind.instances]

    def daemon_instances(self, constraints: Sequence[PlacementConstraint] = ()) -> list[ContainerInstance]:
        """Where a DAEMON service must have one task each: ACTIVE instances that satisfy its constraints.

        Whether there is room is another question: `instance.lacks(need)` says what is missing, or None.
        [ECS Developer Guide, ecs_services; read 2026-11-23]
        """
        return [one for one in self.instances() if one.status == "ACTIVE" and allowed(one, "", constraints)]

    def no_capacity(self, provider: Fargate, zones: Sequence[str]) -> str | None:
        """Why no task can be launched on Fargate in these zones now, as a service's event says it; None if one can.

        Whoever is refused asks again when `on_room` tells it. FARGATE_SPOT may refuse, and a cluster without a zone.
        """
        return self._pools[provider.name].refusal if zones else NO_CAPACITY

    def zones_up(self, provider: Fargate, zones: Sequence[str]) -> tuple[str, ...]:
        """Those of some zones of Fargate that have not failed."""
        return tuple(zone for zone in zones if not self._pools[provider.name].is_down(zone))

    @property
    def zoned(self) -> list[Zoned]:
        """All its capacity by zone, so that one may fail."""
        kinds = [kind for kind in self.providers.values() if isinstance(kind, InstanceCapacity)]
        return [*self._pools.values(), *(kind.zoned for kind in kinds)]

    @property
    def fargate_spot_markets(self) -> list[SpotMarket[Guest]]:
        """Where its Fargate Spot tasks may be interrupted."""
        return [pool.market for pool in self._pools.values() if pool.provider.market == "spot"]

    def lose_instance(self, one: ContainerInstance, cause: int) -> None:
        """An instance of the cluster ends without being asked."""
        kinds = [kind for kind in self.providers.values() if isinstance(kind, InstanceCapacity)]
        next(kind for kind in kinds if one in kind.instances).lose(one, cause)

    def on_room(self, told: Callable[[int], None]) -> None:
        """Call `told` with an event's id whenever there may be more room than before."""
        self._room_told.append(told)

    def on_instance(self, told: Callable[[ContainerInstance, int], None]) -> None:
        """Call `told` with an instance and an event's id when it registers, drains, is ACTIVE again, or has ended."""
        self._instance_told.append(told)

    def room_changed(self, event: int) -> None:
        """Give room to those that wait, first come, first served, and tell the services."""
        for tenant in list(self.waiting):
            if tenant.room_found() is not None:
                self.waiting.remove(tenant)
        for told in self._room_told:
            told(event)

    # Tenants

    def cannot_wait(self, provider: InstanceCapacity, no_room: str) -> str | None:
        """Why a task may not wait in PROVISIONING, in the words of an event; None if it may.

        `no_room` says why no instance takes it now.
        """
        if not provider.tasks_wait:
            return no_room
        return TOO_MANY_WAIT if len(self.waiting) >= MOST_PROVISIONING else None

    def wait(self, tenant: Tenant) -> None:
        """A tenant waits in PROVISIONING until an instance has room for it."""
        self.waiting.append(tenant)
        if isinstance(tenant.provider, InstanceCapacity):
            tenant.provider.tasks_changed(tenant.waiting_event)

    def settle(self, tenant: Tenant, instance: ContainerInstance | None) -> float:
        """Note that a tenant has its place: on an instance, or (None) on Fargate.

        Returns the seconds for which the launch rate of Fargate holds it in PROVISIONING, 0 on an instance.
        """
        self.tenants[tenant.id] = (tenant, instance)
        if instance is not None and tenant.cpu is not None:
            self._sharing.join(tenant.cpu, instance)
        if isinstance(tenant.provider, Fargate):
            return self._pools[tenant.provider.name].launch(tenant)
        return 0.0

    def leave(self, tenant: Tenant, event: int) -> None:
        """A tenant has gone: its room is free, and it waits no longer."""
        if tenant in self.waiting:
            self.waiting.remove(tenant)
        _, instance = self.tenants.pop(tenant.id, (tenant, None))
        if isinstance(tenant.provider, Fargate):
            self._pools[tenant.provider.name].leave(tenant.id)
        elif instance is not None:
            if tenant.cpu is not None:
                self._sharing.leave(tenant.cpu, instance)
            instance.release(tenant.id)
            self._draining.one_has_left(instance, event)
            if instance.status != "INACTIVE":
                self.room_changed(event)
            tenant.provider.tasks_changed(event)

    def on(self, instance: ContainerInstance) -> list[Tenant]:
        """The tenants of an instance, in the order in which they came."""
        return [tenant for tenant, host in self.tenants.values() if host is instance]

    # Instances that come and go

    def drain(self, instance_id: str, cause: int | None = None) -> int:
        """Set an instance to DRAINING by hand; the id of the event that says so."""
        return self.update_container_instances_state([instance_id], "DRAINING", cause)

    def update_container_instances_state(
        self, container_instances: Sequence[str], status: str, cause: int | None = None
    ) -> int:
        """Set up to 10 registered instances to ACTIVE or DRAINING [ECS API, UpdateContainerInstancesState]."""
        if status not in ("ACTIVE", "DRAINING"):
            raise InvalidSetting(f"status={status!r}: use ACTIVE or DRAINING")
        if not 1 <= len(container_instances) <= MOST_STATE_CHANGES:
            raise InvalidSetting(f"{len(container_instances)} container instances: name 1 to {MOST_STATE_CHANGES}")
        known = {one.id: one for one in self.instances()}
        for id_ in container_instances:
            if id_ not in known:
                have = ", ".join(known) or "none"
                raise InvalidSetting(f"{id_!r} is no container instance of cluster {self.name!r}: it has {have}")
        return [self._set_status(known[id_], status, cause) for id_ in container_instances][-1]

    def _set_status(self, instance: ContainerInstance, status: str, cause: int | None) -> int:
        instance.status = status
        text = f"You set container instance {instance.id} to {status}."
        event = self.sim.log.add("instance", instance.id, text, cause, status=status)
        if status == "DRAINING":
            self._drain(instance, event)
        else:
            self._draining.end(instance)
            self._instance_registered(instance, event)
        return event

    def _drain(self, instance: ContainerInstance, cause: int) -> simpy.Event | None:
        """Have an instance's tasks replaced; the event comes when the last has gone, None if there is none."""
        emptied = self._draining.begin(instance, cause)
        self._tell_of(instance, cause)
        return emptied

    def _instance_registered(self, instance: ContainerInstance, event: int) -> None:
        self._tell_of(instance, event)
        self.room_changed(event)

    def _instance_gone(self, instance: ContainerInstance, cause: int) -> None:
        self._draining.end(instance)
        for tenant in self.on(instance):
            tenant.host_lost(cause)
        self._tell_of(instance, cause)

    def _tell_of(self, instance: ContainerInstance, event: int) -> None:
        for told in self._instance_told:
            told(instance, event)
