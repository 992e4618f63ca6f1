"""An Auto Scaling group: keeps a number of EC2 instances running, in balance over its zones.

It knows nothing of tasks. An instance goes Pending → InService → Terminating → Terminated, and is paid for from its
launch [EC2 Auto Scaling guide, instance lifecycle; read 2026-11-23]. Whoever runs tasks on its instances gives it
two questions: which instances are protected, and what to do before one is terminated.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

import simpy

from ecslite.capacity.container_instance import ContainerInstance
from ecslite.capacity.instance_type import instance_type
from ecslite.errors import InvalidSetting
from ecslite.sim.distributions import Distribution, Uniform
from ecslite.sim.simulation import Record, Simulation

__all__ = ["TERMINATION_POLICIES", "AutoScalingGroup", "GroupInstance"]

TERMINATION_POLICIES = ("Default", "NewestInstance", "OldestInstance")
"""The termination policies that are simulated. The balance of zones always comes first."""

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


class GroupInstance(ContainerInstance):
    """An instance of a group: a container instance with its record in the run."""

    def __init__(self, group: AutoScalingGroup, id_: str, zone: str, record: Record) -> None:
        super().__init__(id_, group.type, zone, trunking=group.trunking)
        self.record = record
        self.launched_at = group.sim.now

    @property
    def state(self) -> str:
        return self.record.state


class AutoScalingGroup:
    """Between `min_size` and `max_size` instances of one type; you or a capacity provider set the desired capacity."""

    # Model: an instance takes `launch` seconds from Pending to InService and registered with the cluster.
    # Model: the Default policy takes a random instance of the fullest zone, whatever its template or its hour.

    def __init__(
        self,
        sim: Simulation,
        name: str,
        *,
        instance_type_name: str = "m5.large",
        min_size: int = 0,
        max_size: int,
        desired_capacity: int | None = None,
        zones: Sequence[str] = ZONES,
        termination_policy: str = "Default",
        trunking: bool = False,
        spot: bool = False,
        launch: Distribution | None = None,
    ) -> None:
        if not 0 <= min_size <= max_size or not zones:
            raise InvalidSetting(f"min_size={min_size}, max_size={max_size}: use 0 ≤ min ≤ max, and at least one zone")
        if termination_policy not in TERMINATION_POLICIES:
            raise InvalidSetting(f"termination policy {termination_policy!r}: use one of {TERMINATION_POLICIES}")
        self.sim = sim
        self.name = name
        self.type = instance_type(instance_type_name)
        self.min_size, self.max_size = min_size, max_size
        self.zones = tuple(zones)
        self.termination_policy = termination_policy
        self.trunking = trunking
        self.spot = spot
        self.launch = launch or Uniform(60.0, 100.0)
        self.desired_capacity = 0
        self.instances: list[GroupInstance] = []
        """All that are not Terminated."""
        self.protected: Callable[[GroupInstance], bool] = lambda instance: False
        self.before_termination: Callable[[GroupInstance, int], simpy.Event | None] = lambda instance, cause: None
        self.in_service_told: list[Callable[[GroupInstance, int], None]] = []
        self.terminated_told: list[Callable[[GroupInstance, int], None]] = []
        self._random = sim.stream(f"group/{name}")
        created = sim.log.add(
            "group", name, f"Auto Scaling group {name} is created: {min_size} to {max_size} instances."
        )
        self.set_desired_capacity(min_size if desired_capacity is None else desired_capacity, created)

    @property
    def in_service(self) -> list[GroupInstance]:
        """Instances that are InService, also those that drain."""
        return [instance for instance in self.instances if instance.state == "InService"]

    @property
    def alive(self) -> list[GroupInstance]:
        """Instances that are Pending or InService: those that count against the desired capacity."""
        return [instance for instance in self.instances if instance.state in ("Pending", "InService")]

    def set_desired_capacity(self, wanted: int, cause: int) -> int:
        """Change the desired capacity, within the group's sizes; the id of the event that says so."""
        before, self.desired_capacity = self.desired_capacity, min(max(wanted, self.min_size), self.max_size)
        held = "" if wanted == self.desired_capacity else f" (asked for {wanted}, held to its sizes)"
        event = self.sim.log.add(
            "group",
            self.name,
            f"The desired capacity of group {self.name} goes from {before} to {self.desired_capacity}{held}.",
            cause,
        )
        self.sim.level("DesiredCapacity", self.name, self.desired_capacity, event)
        self._reconcile(event)
        return event

    def lose(self, instance: GroupInstance, cause: int) -> None:
        """An instance ends without being asked (a Spot interruption, an outage); the group replaces it."""
        if instance in self.alive:
            self._end(instance, cause)
            self._reconcile(cause)

    def _reconcile(self, cause: int) -> None:
        missing = self.desired_capacity - len(self.alive)
        for _ in range(missing):
            self._launch(cause)
        for _ in range(-missing):
            victim = self._victim()
            if victim is None:
                self.sim.log.add(
                    "group", self.name, f"Group {self.name} cannot shrink: every instance is protected.", cause
                )
                return
            self.sim.process(self._terminate(victim, cause))

    def _launch(self, cause: int) -> None:
        zone = min(self.zones, key=lambda zone: sum(instance.zone == zone for instance in self.alive))
        id_ = f"i-{self._random.getrandbits(68):017x}"
        record = self.sim.record(
            "instance",
            id_,
            group=self.name,
            type=self.type.name,
            zone=zone,
            cpu=self.type.cpu,
            memory=self.type.memory,
            market="spot" if self.spot else "on-demand",
        )
        instance = GroupInstance(self, id_, zone, record)
        event = self.sim.enter(record, "Pending", cause, f"Instance {id_} ({self.type.name}) is launched in {zone}.")
        self.instances.append(instance)
        self.sim.process(self._boot(instance, event))

    def _boot(self, instance: GroupInstance, event: int) -> Generator[simpy.Event, None, None]:
        yield self.sim.sleep(self.launch.draw(self._random))
        if instance.state == "Pending":
            text = f"Instance {instance.id} is in service and registered with the cluster."
            event = self.sim.enter(instance.record, "InService", event, text)
            instance.registered_at = self.sim.now
            for told in self.in_service_told:
                told(instance, event)

    def _victim(self) -> GroupInstance | None:
        """The next to go: from the zone with the most, by the termination policy; Pending ones are never protected."""
        candidates = [instance for instance in self.alive if not self.protected(instance)]
        if not candidates:
            return None
        counts = {zone: sum(instance.zone == zone for instance in self.alive) for zone in self.zones}
        most = max(counts[instance.zone] for instance in candidates)
        fullest = [instance for instance in candidates if counts[instance.zone] == most]
        if self.termination_policy == "Default":
            return self._random.choice(fullest)
        newest = self.termination_policy == "NewestInstance"
        return sorted(fullest, key=lambda instance: instance.launched_at, reverse=newest)[0]

    def _terminate(self, instance: GroupInstance, cause: int) -> Generator[simpy.Event, None, None]:
        event = self.sim.enter(instance.record, "Terminating", cause, f"Instance {instance.id} is to be terminated.")
        instance.status = "DRAINING"
        drained = self.before_termination(instance, event)
        if drained is not None:
            yield drained
        self._end(instance, event)

    def _end(self, instance: GroupInstance, cause: int) -> None:
        event = self.sim.enter(instance.record, "Terminated", cause, f"Instance {instance.id} is terminated.")
        instance.status = "INACTIVE"
        self.instances.remove(instance)
        for told in self.terminated_told:
            told(instance, event)
