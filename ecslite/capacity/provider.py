"""A capacity provider on EC2: an Auto Scaling group that tasks run on, and the loop that sizes it by what they need.

Two loops run here that do not know each other. A service's scaling moves the number of tasks. Managed scaling watches,
once a minute, how many instances those tasks need, and moves the number of instances. Instances therefore stay, and are
paid for, after tasks have gone; each time the reason is in the log.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

import simpy

from ecslite.capacity.auto_scaling_group import AutoScalingGroup, GroupInstance
from ecslite.capacity.container_instance import Need
from ecslite.capacity.instance_capacity import InstanceCapacity
from ecslite.capacity.launch_times import LaunchTimes
from ecslite.capacity.managed_scaling import ManagedScaling, instances_needed, reservation
from ecslite.sim.metrics import Sample

__all__ = ["CapacityProvider"]

LOW_DATAPOINTS = 15
"""Minutes below the target before the first instance is taken away, and after a scale-out
[ECS Developer Guide, managed-scaling-behavior; read 2026-11-23]."""

PUBLISHING_DELAY = 15.0
"""Seconds from the end of a minute to the decision. Model: not documented."""


MANAGED = ManagedScaling()
"""Managed scaling with the defaults of the ECS API."""


class CapacityProvider(InstanceCapacity):
    """An Auto Scaling group as capacity. Without `managed_scaling` (None) the group ignores the tasks altogether."""

    def __init__(
        self,
        group: AutoScalingGroup,
        *,
        name: str | None = None,
        managed_scaling: ManagedScaling | None = MANAGED,
        managed_termination_protection: bool = False,
        managed_draining: bool = True,
        times: LaunchTimes | None = None,
    ) -> None:
        super().__init__(group.sim, name or group.name, times)
        self.group = group
        self.managed_scaling = managed_scaling
        self.managed_draining = managed_draining
        group.in_service_told.append(self._joined)
        group.terminated_told.append(self._ended)
        self._low = 0
        self._out_at = -LOW_DATAPOINTS * 60.0
        self._remark = ""
        if managed_termination_protection:
            group.protected = lambda instance: not instance.empty
        if managed_draining:
            group.before_termination = self._drain_first
        if managed_scaling:
            self.sim.meter.read(self._read)

    @property
    def market(self) -> str:
        return "spot" if self.group.spot else "on-demand"

    @property
    def instances(self) -> Sequence[GroupInstance]:
        return self.group.in_service

    @property
    def tasks_wait(self) -> bool:
        return self.managed_scaling is not None

    def _joined(self, instance: GroupInstance, event: int) -> None:
        self.registered(instance, event)

    def _ended(self, instance: GroupInstance, event: int) -> None:
        self.gone(instance, event)

    def _drain_first(self, instance: GroupInstance, cause: int) -> simpy.Event | None:
        return self.drain(instance, cause)

    def _read(self) -> Iterator[Sample]:
        needed, running = self._count()
        value = reservation(needed, running)
        self.sim.process(self._decide_later(needed, running))
        yield Sample("CapacityProviderReservation", self.name, "Percent", {"Average": value})
        yield Sample("InstancesNeeded", self.name, "Count", {"Average": needed})
        yield Sample("InstancesRunning", self.name, "Count", {"Average": running})

    def _count(self) -> tuple[int, int]:
        instances = self.group.alive
        return self._needed(instances, [need for need, _ in self.waiting()]), len(instances)

    def _needed(self, instances: Sequence[GroupInstance], needs: Sequence[Need]) -> int:
        return instances_needed(instances, needs, self.group.type, trunking=self.group.trunking)

    def _decide_later(self, needed: int, running: int) -> Generator[simpy.Event, None, None]:
        yield self.sim.sleep(PUBLISHING_DELAY)
        scaling = self.managed_scaling
        assert scaling is not None
        value = reservation(needed, running)
        if value > scaling.target_capacity:
            self._low = 0
            self._grow(scaling, needed, running)
        elif value < scaling.target_capacity:
            self._low += 1
            self._shrink(scaling, needed, running)
        else:
            self._low = 0
            self._explain_full(needed, running)

    def _grow(self, scaling: ManagedScaling, needed: int, running: int) -> None:
        warm_since = self.sim.now - scaling.instance_warmup_period
        if any(one.state == "Pending" or one.registered_at > warm_since > 0 for one in self.group.alive):
            self._say("warming", "waits: instances that were started are still warming up", None)
            return
        wanted = scaling.desired(needed, running)
        cause = next((event for _, event in self.waiting()), None)
        event = self.sim.log.add(
            "capacity",
            self.name,
            f"Capacity provider {self.name}: {needed} instances needed (M), {running} there (N):"
            f" reservation {reservation(needed, running):.0f} % is above {scaling.target_capacity} %.",
            cause,
            needed=needed,
            running=running,
        )
        self._out_at, self._remark = self.sim.now, ""
        self.group.set_desired_capacity(wanted, event)

    def _shrink(self, scaling: ManagedScaling, needed: int, running: int) -> None:
        wanted = max(scaling.desired(needed, running), self.group.min_size)
        if wanted >= running:
            at_least = self.group.min_size
            self._say("minimum", f"keeps its {running} instances: the group's minimum is {at_least}", None)
            return
        early = self._low < LOW_DATAPOINTS or self.sim.now - self._out_at < LOW_DATAPOINTS * 60
        if early:
            text = f"keeps {running} instances although {needed} are needed, until {LOW_DATAPOINTS} minutes say so"
            self._say("countdown", text, None)
            return
        # At least one instance a minute, but fewer than half of them.
        step = min(running - wanted, max(1, (running - 1) // 2))
        event = self._say("", f"gives back {step} of {running} instances: {needed} are needed", None)
        self.group.set_desired_capacity(running - step, event)

    def _explain_full(self, needed: int, running: int) -> None:
        """Say it when every instance counts as needed only because tasks are scattered over them."""
        used = [one for one in self.group.alive if not one.empty]
        packed = self._needed([], [need for one in used for need in one.needs])
        if used and packed < running and not self.waiting():
            tasks = sum(len(one.needs) for one in used)
            text = (
                f"keeps {running} instances: {tasks} tasks are scattered over them, though {packed} could hold them all"
            )
            self._say("scattered", text, None)

    def _say(self, remark: str, text: str, cause: int | None) -> int:
        """Log a decision; the same remark is not repeated each minute."""
        if remark and remark == self._remark:
            return -1
        self._remark = remark
        return self.sim.log.add("capacity", self.name, f"Capacity provider {self.name} {text}.", cause)
