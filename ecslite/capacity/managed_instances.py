"""ECS Managed Instances: AWS chooses, launches, replaces and ends the EC2 instances; whole instances are billed.

Several tasks share an instance. One is launched when tasks wait, of the type that suits them; it is ended when it is
idle or when its tasks fit elsewhere, and after 14 days at the most. Tasks in awsvpc mode use ENI trunking, without an
opt-in. [ECS Developer Guide, ManagedInstances, managed-instance-draining, managed-instance-networking; read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from math import inf

import simpy

from ecslite.capacity.container_instance import ContainerInstance, Need
from ecslite.capacity.ec2_instance import Ec2Instance, new_instance_id
from ecslite.capacity.instance_capacity import InstanceCapacity
from ecslite.capacity.instance_type import InstanceType, instance_type
from ecslite.capacity.launch_times import LaunchTimes
from ecslite.capacity.room import Room
from ecslite.errors import InvalidSetting
from ecslite.sim.distributions import Distribution, Uniform
from ecslite.sim.simulation import Simulation

__all__ = ["GENERAL_PURPOSE", "ManagedInstances", "cheapest_fleet"]

GENERAL_PURPOSE = tuple(f"{family}.{size}" for family in ("m5", "m6i") for size in ("large", "xlarge", "2xlarge"))
"""The types of the default capacity provider. Model: AWS chooses among all general-purpose types."""

DAY = 86400.0
LIFETIME = 14 * DAY
"""Seconds after which an instance is replaced [ECS Developer Guide, ManagedInstances; read 2026-11-23]."""

DEADLINE = 7 * DAY
"""Seconds from draining to the end, whatever still runs [ECS Developer Guide, managed-instance-draining]."""

LONGEST_DELAY = 3600
GIB_PER_VCPU = 14.0
"""How much memory weighs as much as one vCPU in an instance's price. Model: fitted to c5, m5 and r5 on demand."""

Steps = Generator[simpy.Event, None, None]


class ManagedInstances(InstanceCapacity):
    """Capacity of the third kind. `instance_types` are those allowed; the least dear that suits is chosen.

    `scale_in_after` is infrastructureOptimization.scaleInAfter: seconds (0 to 3,600) for which an instance must be idle
    or underused before it is taken away, -1 for never, None for the default. `storage_gib` is the volume of each.
    [ECS API, InfrastructureOptimization; read 2026-11-23]
    """

    # Model: the default of scaleInAfter is `default_scale_in_after`, 300 s; AWS does not say. An instance is underused
    # when all its tasks fit into the room that others have free; the one with the fewest tasks is drained first, and
    # one at a time. AWS's own rule is not documented, so how long a half-empty instance stays may differ.
    # Model: AWS gathers waiting tasks for `gather_seconds` before it chooses types.

    launch_type = "MANAGED_INSTANCES"

    def __init__(
        self,
        sim: Simulation,
        name: str = "managed-instances",
        *,
        instance_types: Sequence[str] = GENERAL_PURPOSE,
        zones: Sequence[str] = ("us-east-1a", "us-east-1b", "us-east-1c"),
        scale_in_after: int | None = None,
        default_scale_in_after: int = 300,
        storage_gib: int = 80,
        gather_seconds: float = 5.0,
        launch: Distribution | None = None,
        times: LaunchTimes | None = None,
    ) -> None:
        if not instance_types or not zones:
            raise InvalidSetting("a managed instances provider needs at least one instance type and one zone")
        if scale_in_after is not None and not -1 <= scale_in_after <= LONGEST_DELAY:
            raise InvalidSetting(f"scale_in_after={scale_in_after}: use 0 to {LONGEST_DELAY}, -1 (never) or None")
        if not 30 <= storage_gib <= 16_384:
            raise InvalidSetting(f"storage_gib={storage_gib}: use 30 to 16,384")
        super().__init__(sim, name, times)
        self.types = tuple(instance_type(each) for each in instance_types)
        self.zones = tuple(zones)
        self.asked_scale_in_after = scale_in_after
        delay = default_scale_in_after if scale_in_after is None else scale_in_after
        self.scale_in_after = inf if delay < 0 else float(delay)
        self.storage_gib = storage_gib
        self.gather_seconds = gather_seconds
        self.launch = launch or Uniform(40.0, 70.0)
        self.all: list[Ec2Instance] = []
        """Those that are not Terminated."""
        self.tasks_changed = self._tasks_changed
        self._gathering = False
        self._dark: dict[str, int] = {}
        """Zones that are down, with the event that says so."""
        self._spare_since: dict[str, float] = {}
        """Since when each instance has been idle or underused."""
        self._random = sim.stream(f"managed/{name}")
        sim.meter.subscribe(lambda minute: self._optimize())

    @property
    def market(self) -> str:
        return "managed"

    @property
    def instances(self) -> Sequence[Ec2Instance]:
        return [one for one in self.all if one.registered]

    @property
    def tasks_wait(self) -> bool:
        return True

    @property
    def zoned(self) -> ManagedInstances:
        return self

    # Zones that fail

    def is_down(self, zone: str) -> bool:
        """Whether the zone has failed."""
        return zone in self._dark

    def zone_fails(self, zone: str, cause: int) -> None:
        """Lose all instances of a zone now, and launch none there until `zone_recovers`."""
        self._dark[zone] = cause
        for one in [one for one in self.all if one.zone == zone]:
            self.lose(one, cause)

    def zone_recovers(self, zone: str) -> None:
        """Launch in a zone again that had failed."""
        text = f"Availability Zone {zone} is there again for {self.name}."
        self._tasks_changed(self.sim.log.add("fault", self.name, text, self._dark.pop(zone)))

    # Out: as soon as tasks wait

    def _tasks_changed(self, event: int) -> None:
        if self.waiting() and not self._gathering:
            self._gathering = True
            self.sim.process(self._launch_for_waiting())

    def _launch_for_waiting(self) -> Steps:
        yield self.sim.sleep(self.gather_seconds)
        self._gathering = False
        coming = [Room.of(one) for one in self.all if one.state == "Pending"]
        waiting = [(need, event) for need, event in self.waiting() if not _take_first(coming, need)]
        for need, event in waiting:
            if not any(Room.new(kind, trunking=True).takes(need) for kind in self.types):
                text = f"Capacity provider {self.name}: none of its instance types could hold a task that waits."
                self.sim.log.add("capacity", self.name, text, event)
        fleet = cheapest_fleet([need for need, _ in waiting], self.types)
        if fleet and len(self._dark) == len(self.zones):
            text = f"Capacity provider {self.name} cannot launch: all its zones have failed."
            self.sim.log.add("capacity", self.name, text, waiting[0][1])
        elif fleet:
            names = ", ".join(kind.name for kind in fleet)
            text = f"Capacity provider {self.name} launches {names} for {len(waiting)} waiting tasks."
            cause = self.sim.log.add("capacity", self.name, text, waiting[0][1])
            for kind in fleet:
                self._launch(kind, cause)

    def _launch(self, kind: InstanceType, cause: int) -> None:
        up = [zone for zone in self.zones if zone not in self._dark]
        zone = min(up, key=lambda zone: sum(one.zone == zone for one in self.all if one.alive))
        id_ = new_instance_id(self._random)
        one = Ec2Instance(
            self.sim, id_, kind, zone, group=self.name, market=self.market, ebs_gib=self.storage_gib, trunking=True
        )
        self.all.append(one)
        text = f"Managed instance {id_} ({kind.name}) is launched in {zone}."
        self.sim.process(self._live(one, self.sim.enter(one.record, "Pending", cause, text)))

    def _live(self, one: Ec2Instance, event: int) -> Steps:
        yield self.sim.sleep(self.launch.draw(self._random))
        if one.state != "Pending":
            return
        event = self.sim.enter(one.record, "InService", event, f"Managed instance {one.id} is registered.")
        one.registered_at = self.sim.now
        one.settled.succeed()
        self.registered(one, event)
        yield self.sim.sleep(one.launched_at + LIFETIME - self.sim.now)
        if one.state == "InService":
            self._take_away(one, f"Managed instance {one.id} is 14 days old and is replaced.", event)

    # In: idle, underused, too old

    def _optimize(self) -> None:
        """Once a minute: end what has been idle, and drain the one that has been underused the longest."""
        ready = [one for one in self.instances if one.state == "InService" and one.status == "ACTIVE"]
        spare = {one.id: one for one in ready if one.empty or self._fits_elsewhere(one, ready)}
        self._spare_since = {id_: self._spare_since.get(id_, self.sim.now) for id_ in spare}
        due = [one for one in spare.values() if self.sim.now - self._spare_since[one.id] >= self.scale_in_after]
        for one in due:
            if one.empty:
                self._take_away(one, f"Managed instance {one.id} has been idle and is taken away.", None)
        used = sorted((one for one in due if not one.empty), key=lambda one: len(one.needs))
        if used and not any(one.state == "Terminating" for one in self.all):
            text = f"Managed instance {used[0].id} is underused: its tasks fit elsewhere, so it is taken away."
            self._take_away(used[0], text, None)

    def _fits_elsewhere(self, one: Ec2Instance, ready: Sequence[Ec2Instance]) -> bool:
        rooms = [Room.of(other) for other in ready if other is not one and not other.empty]
        return all(_take_first(rooms, need) for need in sorted(one.needs, key=_size, reverse=True))

    def _take_away(self, one: Ec2Instance, text: str, cause: int | None) -> None:
        event = self.sim.enter(one.record, "Terminating", cause, text)
        one.status = "DRAINING"
        self._spare_since.pop(one.id, None)
        self.sim.process(self._end(one, event))

    def _end(self, one: Ec2Instance, event: int) -> Steps:
        drained = self.drain(one, event)
        if drained is not None:
            yield drained | self.sim.sleep(DEADLINE)
        self.lose(one, event)

    def lose(self, one: ContainerInstance, cause: int) -> None:
        """An instance ends, with whatever still runs on it; tasks that must be replaced find other instances."""
        if not isinstance(one, Ec2Instance) or one not in self.all:
            return
        event = self.sim.enter(one.record, "Terminated", cause, f"Managed instance {one.id} is terminated.")
        one.status = "INACTIVE"
        self.all.remove(one)
        if not one.settled.triggered:
            one.settled.succeed()
        self.gone(one, event)
        self._tasks_changed(event)


def cheapest_fleet(needs: Sequence[Need], types: Sequence[InstanceType]) -> list[InstanceType]:
    """The instances to launch for tasks of these needs: all of the one type with which they cost the least.

    The larger type is taken where two cost the same, so that fewer instances carry more tasks. A task that no type
    could hold is left out.
    """
    possible = [need for need in needs if any(Room.new(kind, trunking=True).takes(need) for kind in types)]
    # Model: prices are not known here; an instance costs in proportion to its vCPUs and its memory.
    fleets = [(kind, _packed(possible, kind)) for kind in types]
    whole = [(kind, count) for kind, count in fleets if count is not None]
    if whole:
        kind, count = min(whole, key=lambda each: (each[1] * _weight(each[0]), each[1]))
        return [kind] * count
    largest = max(possible, key=_size)
    one = min((kind for kind in types if Room.new(kind, trunking=True).takes(largest)), key=_weight)
    room = Room.new(one)
    rest = [need for need in sorted(possible, key=_size, reverse=True) if not _take_first([room], need)]
    return [one, *cheapest_fleet(rest, types)]


def _packed(needs: Sequence[Need], kind: InstanceType) -> int | None:
    """How many instances of one type hold all needs; None if one of them fits on none."""
    rooms: list[Room] = []
    for need in sorted(needs, key=_size, reverse=True):
        if not _take_first(rooms, need):
            rooms.append(Room.new(kind, trunking=True))
            if not _take_first(rooms[-1:], need):
                return None
    return len(rooms)


def _take_first(rooms: Sequence[Room], need: Need) -> bool:
    """Put a task into the first room that takes it; whether there was one."""
    room = next((room for room in rooms if room.takes(need)), None)
    if room is not None:
        room.take(need)
    return room is not None


def _size(need: Need) -> tuple[int, int]:
    return need.memory, need.cpu


def _weight(kind: InstanceType) -> float:
    return kind.vcpu + kind.nominal_mib / 1024 / GIB_PER_VCPU
