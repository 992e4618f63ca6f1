"""A capacity provider on EC2: an Auto Scaling group that tasks run on, and the loop that sizes it by what they need.

Two loops run here that do not know each other. A service's scaling moves the number of tasks. Managed scaling watches,
once a minute, how many instances those tasks need, and moves the number of instances. Instances therefore stay, and are
paid for, after tasks have gone; each time the reason is in the log.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

import simpy

from ecslite.capacity.auto_scaling_group import AutoScalingGroup
from ecslite.capacity.container_instance import ContainerInstance, Need
from ecslite.capacity.ec2_instance import Ec2Instance
from ecslite.capacity.instance_capacity import InstanceCapacity
from ecslite.capacity.launch_times import LaunchTimes
from ecslite.capacity.managed_scaling import ManagedScaling, fits_type, instances_needed, reservation
from ecslite.errors import InvalidSetting
from ecslite.sim.clock import MINUTE
from ecslite.sim.metrics import Sample

__all__ = ["CapacityProvider"]

LOW_DATAPOINTS = 15
"""Minutes below the target before the first instance is taken away, and after a scale-out
[ECS Developer Guide, managed-scaling-behavior; read 2026-11-23]."""

LONGEST_DRAINING = 48 * 3600.0
"""Seconds for which managed draining waits for tasks [ECS Developer Guide, managed-instance-draining; read
2026-11-23]."""

PUBLISHING_DELAY = 15.0
"""Seconds from the end of a minute to the decision. Model: not documented."""

MANAGED = ManagedScaling()
"""Managed scaling with the defaults of the ECS API."""


class CapacityProvider(InstanceCapacity):
    """An Auto Scaling group as capacity. Without `managed_scaling` (None) the group ignores the tasks altogether.

    `managed_termination_protection` keeps the group from taking instances with tasks, `managed_draining` has the tasks
    of an instance that is about to go replaced first, for at most 48 hours.
    [ECS API, AutoScalingGroupProvider; read 2026-11-23]
    """

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
        if managed_termination_protection and managed_scaling is None:
            raise InvalidSetting(
                "managed_termination_protection=True without managed scaling protects nothing:"
                " give managed_scaling=ManagedScaling(), or leave the protection off"
            )
        super().__init__(group.sim, name or group.name, times)
        self.group = group
        self.managed_scaling = managed_scaling
        self.managed_termination_protection = managed_termination_protection
        self.managed_draining = managed_draining
        group.in_service_told.append(self._joined)
        group.terminated_told.append(self._ended)
        self._low = 0
        """Datapoints below the target, one after the other."""
        self._out_at = -LOW_DATAPOINTS * MINUTE
        self._remark = ""
        self._change: int | None = None
        """The latest event by which a task began to wait, or left an instance: what a decision follows from."""
        self.tasks_changed = self._tasks_changed
        self._packed_needs: list[Need] = []
        self._packed_count = 0
        self._scattered = 0
        """Datapoints at which fewer instances could hold the tasks, one after the other."""
        if managed_termination_protection:
            group.protected = lambda instance: not instance.empty
        if managed_draining:
            group.before_termination = self._drain_first
            group.noticed = self._drain_on_notice
        self.sim.meter.read(self._read)

    @property
    def market(self) -> str:
        return "spot" if self.group.spot else "on-demand"

    @property
    def instances(self) -> Sequence[Ec2Instance]:
        return [one for one in self.group.instances if one.registered]

    @property
    def tasks_wait(self) -> bool:
        return self.managed_scaling is not None

    @property
    def zoned(self) -> AutoScalingGroup:
        return self.group

    def lose(self, one: ContainerInstance, cause: int) -> None:
        assert isinstance(one, Ec2Instance)
        self.group.lose(one, cause)

    # What the group tells

    def _tasks_changed(self, event: int) -> None:
        self._change = event

    def _joined(self, instance: Ec2Instance, event: int) -> None:
        self.registered(instance, event)

    def _ended(self, instance: Ec2Instance, event: int) -> None:
        self.gone(instance, event)

    def _drain_first(self, instance: Ec2Instance, cause: int) -> simpy.Event | None:
        """The end of the draining, or of the 48 hours that it may take; None where no task is there."""
        drained = self.drain(instance, cause)
        return None if drained is None else drained | self.sim.sleep(LONGEST_DRAINING)

    def _drain_on_notice(self, instance: Ec2Instance, cause: int) -> None:
        """A Spot interruption notice sets the instance to DRAINING; two minutes are left for its tasks."""
        if instance.status == "ACTIVE":
            instance.status = "DRAINING"
            text = f"Container instance {instance.id} is set to DRAINING."
            self.drain(instance, self.sim.log.add("instance", instance.id, text, cause, status="DRAINING"))

    # Managed scaling, once a minute

    def _read(self) -> Iterator[Sample]:
        alive = self.group.alive
        used = [one for one in alive if not one.empty]
        # Model: CloudWatch has none of these four; they say what M and N are made of.
        yield Sample("InstancesRunning", self.name, "Count", {"Average": len(alive)})
        yield Sample("InstancesEmpty", self.name, "Count", {"Average": len(alive) - len(used)})
        packed = self._packed([need for one in used for need in one.needs])
        yield Sample("InstancesPacked", self.name, "Count", {"Average": packed})
        if self.managed_scaling is None:
            return
        needed, running = self._count()
        value = self._reservation(needed, running)
        self.sim.process(self._decide_later(value, needed, running))
        yield Sample("CapacityProviderReservation", self.name, "Percent", {"Average": value})
        yield Sample("InstancesNeeded", self.name, "Count", {"Average": needed})

    def _count(self) -> tuple[int, int]:
        # Model: an instance that was launched counts among the N from then on, before it is registered.
        instances = self.group.alive
        return self._needed(instances, [need for need, _ in self.waiting()]), len(instances)

    def _packed(self, needs: list[Need]) -> int:
        """How many instances could hold tasks of these needs; worked out anew only when they have changed."""
        if needs != self._packed_needs:
            self._packed_needs, self._packed_count = needs, self._needed([], needs)
        return self._packed_count

    def _needed(self, instances: Sequence[Ec2Instance], needs: Sequence[Need]) -> int:
        group = self.group
        return instances_needed(
            instances, needs, group.type, trunking=group.trunking, reserved_memory=group.reserved_memory
        )

    def _ever_fits(self, need: Need) -> bool:
        group = self.group
        return fits_type(need, group.type, trunking=group.trunking, reserved_memory=group.reserved_memory)

    def _reservation(self, needed: int, running: int) -> float:
        """CapacityProviderReservation, which stays at the target while all that wait could never be placed."""
        assert self.managed_scaling is not None
        waiting = [need for need, _ in self.waiting()]
        if waiting and not any(map(self._ever_fits, waiting)):
            return float(self.managed_scaling.target_capacity)
        return reservation(needed, running)

    def _decide_later(self, value: float, needed: int, running: int) -> Generator[simpy.Event, None, None]:
        yield self.sim.sleep(PUBLISHING_DELAY)
        scaling = self.managed_scaling
        assert scaling is not None
        if value > scaling.target_capacity:
            self._low = 0
            self._grow(scaling, needed, running)
        elif value < scaling.target_capacity:
            self._low += 1
            self._shrink(scaling, needed, running)
        else:
            self._low = 0
            self._explain_full(running)

    def _grow(self, scaling: ManagedScaling, needed: int, running: int) -> None:
        warm_since = self.sim.now - scaling.instance_warmup_period
        if any(one.launched_at > warm_since for one in self.group.alive):
            self._say("warming", " waits: instances that were started are still warming up")
            return
        wanted = scaling.desired(needed, running)
        cause = next((event for _, event in self.waiting()), None)
        text = (
            f": {needed} instances needed (M), {running} there (N):"
            f" reservation {reservation(needed, running):.0f} % is above {scaling.target_capacity} %"
        )
        event = self._say("", text, cause, needed=needed, running=running)
        self._out_at = self.sim.now
        self.group.set_desired_capacity(wanted, event)

    def _shrink(self, scaling: ManagedScaling, needed: int, running: int) -> None:
        by_target = scaling.desired(needed, running)
        wanted = max(by_target, self.group.min_size)
        if wanted >= running:
            self._explain_floor(scaling, by_target, running)
        elif self._low < LOW_DATAPOINTS or self.sim.now - self._out_at < LOW_DATAPOINTS * MINUTE:
            text = f" keeps {running} instances although {needed} are needed, until {LOW_DATAPOINTS} minutes say so"
            self._say("countdown", text)
        else:
            # At least one instance a minute, but fewer than half of them.
            step = min(running - wanted, max(1, (running - 1) // 2))
            event = self._say("", f" gives back {step} of {running} instances: {needed} are needed")
            self.group.set_desired_capacity(running - step, event)

    def _explain_floor(self, scaling: ManagedScaling, by_target: int, running: int) -> None:
        if by_target >= running:
            target = scaling.target_capacity
            self._say("spare", f" keeps its {running} instances: a target of {target} % leaves some of them unused")
        else:
            self._say("minimum", f" keeps its {running} instances: the group's minimum is {self.group.min_size}")

    def _explain_full(self, running: int) -> None:
        """Say why nothing changes: a task that could never be placed, or tasks scattered over more than they need."""
        if waiting := self.waiting():
            if not any(self._ever_fits(need) for need, _ in waiting):
                text = f" does not grow: no {self.group.type.name} could hold a task that waits"
                self._say("too large", text, waiting[0][1])
            return
        used = [one for one in self.group.alive if not one.empty]
        packed = self._packed([need for one in used for need in one.needs])
        self._scattered = self._scattered + 1 if packed < running else 0
        # In the first minute tasks that are being stopped still have their places.
        if self._scattered > 1:
            tasks = sum(len(one.needs) for one in used)
            text = f"{tasks} tasks are scattered over them, though {packed} could hold them all"
            self._say("scattered", f" keeps {running} instances: {text}")

    def _say(self, remark: str, text: str, cause: int | None = None, **details: int) -> int:
        """Log a decision; the same remark, which is the reason in the event's details, is not repeated each minute."""
        if remark and remark == self._remark:
            return -1
        self._remark = remark
        reason = {"reason": remark} if remark else {}
        text = f"Capacity provider {self.name}{text}."
        cause = self._change if cause is None else cause
        return self.sim.log.add("capacity", self.name, text, cause, **reason, **details)
