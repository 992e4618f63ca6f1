"""Managed scaling: the arithmetic by which a capacity provider sizes its Auto Scaling group.

CapacityProviderReservation = M / N × 100, where N instances run and M are needed. Above its target the group grows,
below it shrinks. [ECS Developer Guide, cluster auto scaling and managed-scaling-behavior; read 2026-11-23]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from ecslite.capacity.container_instance import ContainerInstance, Need
from ecslite.capacity.instance_type import InstanceType
from ecslite.capacity.room import Room
from ecslite.errors import InvalidSetting

__all__ = ["ManagedScaling", "fits_type", "instances_needed", "reservation"]

FROM_ZERO = 2
"""The instances of a first scale-out from none, however many are needed [ECS Developer Guide,
managed-scaling-behavior; read 2026-11-23]."""


@dataclass(frozen=True)
class ManagedScaling:
    """Settings with the names, ranges and defaults of the ECS API."""

    target_capacity: int = 100
    minimum_scaling_step_size: int = 1
    maximum_scaling_step_size: int = 10_000
    instance_warmup_period: int = 300

    def __post_init__(self) -> None:
        ranges = {
            "target_capacity": (1, 100),
            "minimum_scaling_step_size": (1, 10_000),
            "maximum_scaling_step_size": (1, 10_000),
            "instance_warmup_period": (0, 10_000),
        }
        for name, (low, high) in ranges.items():
            if not low <= getattr(self, name) <= high:
                raise InvalidSetting(f"{name}={getattr(self, name)}: use {low} to {high}")
        if self.minimum_scaling_step_size > self.maximum_scaling_step_size:
            raise InvalidSetting("minimum_scaling_step_size is above maximum_scaling_step_size: swap them")

    def desired(self, needed: int, running: int) -> int:
        """How many instances the group should have, for M `needed` and N `running`."""
        wanted = ceil(100 * needed / self.target_capacity)
        if wanted <= running:
            return wanted
        if running == 0:
            return FROM_ZERO
        step = min(max(wanted - running, self.minimum_scaling_step_size), self.maximum_scaling_step_size)
        return running + step


def reservation(needed: int, running: int) -> float:
    """CapacityProviderReservation in per cent; with no instance 100 if none is needed, else 200."""
    if running:
        return 100 * needed / running
    return 200.0 if needed else 100.0


def fits_type(need: Need, kind: InstanceType, *, trunking: bool = False, reserved_memory: int = 0) -> bool:
    """Whether an empty instance of the type could hold a task of that need."""
    return Room.new(kind, trunking, reserved_memory).takes(need)


def instances_needed(
    instances: Sequence[ContainerInstance],
    waiting: Sequence[Need],
    kind: InstanceType,
    *,
    trunking: bool = False,
    reserved_memory: int = 0,
) -> int:
    """M: with no task waiting, the instances that are not empty; else those there and those to be added.

    Waiting tasks, those of the same need together and the largest first, go into the room that is free, then onto new
    instances of the group's type, packed tightly. A task that no instance of the type could ever hold is left out, and
    goes on waiting. [ECS Developer Guide, managed-scaling-behavior; read 2026-11-23]
    """
    # Model: how AWS adds up groups of different needs is not documented; here they share the new instances.
    running = len(instances)
    if not waiting:
        return sum(not instance.empty for instance in instances)
    bins = [Room.of(instance) for instance in instances]
    for need in sorted(waiting, key=lambda need: (need.memory, need.cpu), reverse=True):
        room = next((room for room in bins if room.takes(need)), None)
        if room is None:
            room = Room.new(kind, trunking, reserved_memory)
            if not room.takes(need):
                continue
            bins.append(room)
        room.take(need)
    added = len(bins) - running
    return running + added if added else sum(room.used for room in bins)
