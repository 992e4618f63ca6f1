"""An Auto Scaling group: keeps a number of EC2 instances running, in balance over its zones.

It knows nothing of tasks. An instance goes Pending → InService → Terminating → Terminated, and is paid for from its
launch [EC2 Auto Scaling guide, ec2-auto-scaling-lifecycle; read 2026-11-23]. Whoever runs tasks on its instances gives
it two questions: which instances are protected, and what to do before one is terminated.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence

import simpy

from ecslite.capacity.ec2_instance import Ec2Instance, new_instance_id
from ecslite.capacity.instance_type import instance_type
from ecslite.capacity.lifecycle_hook import LAUNCHING, TERMINATING, LifecycleHook
from ecslite.capacity.spot import NOTICE_SECONDS, SpotInterruptions, SpotMarket
from ecslite.capacity.termination import TERMINATION_POLICIES, check_policies, victim
from ecslite.errors import InvalidSetting
from ecslite.sim.clock import MINUTE
from ecslite.sim.distributions import Distribution, Uniform
from ecslite.sim.simulation import Simulation

__all__ = ["TERMINATION_POLICIES", "AutoScalingGroup"]

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")

MOST_HOOKS = 50
LONGEST_WARMUP = 3600
"""Seconds of defaultInstanceWarmup at the most [EC2 Auto Scaling API, CreateAutoScalingGroup; read 2026-11-23]."""

Steps = Generator[simpy.Event, None, None]


class AutoScalingGroup:
    """Between `min_size` and `max_size` instances of one type; you or a capacity provider set the desired capacity.

    `interruptions` and `capacity_rebalance` are for `spot=True`. `attributes` are custom attributes of its container
    instances; `ebs_gib` is the size of each one's volume, `reserved_memory` the agent's ECS_RESERVED_MEMORY in MiB.
    """

    # Model: an instance takes `launch` seconds from Pending to InService and registered with the cluster.
    # Model: a group has one instance type, and one kind of price; mixed instances policies are left out.
    # Model: after an outage the group does not move instances back to the zone by itself; it is in balance again only
    # as instances come and go.

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
        termination_policy: str | Sequence[str] = "Default",
        default_instance_warmup: int = 0,
        lifecycle_hooks: Sequence[LifecycleHook] = (),
        trunking: bool = False,
        spot: bool = False,
        interruptions: SpotInterruptions | None = None,
        capacity_rebalance: bool = False,
        launch: Distribution | None = None,
        ebs_gib: int = 30,
        reserved_memory: int = 0,
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        if not 0 <= min_size <= max_size or not zones:
            raise InvalidSetting(f"min_size={min_size}, max_size={max_size}: use 0 ≤ min ≤ max, and at least one zone")
        if not 0 <= default_instance_warmup <= LONGEST_WARMUP:
            raise InvalidSetting(
                f"default_instance_warmup={default_instance_warmup}: use 0 to {LONGEST_WARMUP} seconds"
            )
        if len(lifecycle_hooks) > MOST_HOOKS:
            raise InvalidSetting(f"{len(lifecycle_hooks)} lifecycle hooks: a group has {MOST_HOOKS} at the most")
        if not spot and (interruptions or capacity_rebalance):
            raise InvalidSetting("interruptions and capacity_rebalance are for Spot Instances: set spot=True too")
        self.sim = sim
        self.name = name
        self.type = instance_type(instance_type_name)
        self.min_size, self.max_size = min_size, max_size
        self.zones = tuple(zones)
        one = (termination_policy,) if isinstance(termination_policy, str) else termination_policy
        self.termination_policy = tuple(one)
        """As asked for; Default stands for several."""
        self.termination_policies = check_policies(one)
        self.default_instance_warmup = default_instance_warmup
        self.lifecycle_hooks = tuple(lifecycle_hooks)
        self.trunking = trunking
        self.spot = spot
        self.capacity_rebalance = capacity_rebalance
        self.launch = launch or Uniform(60.0, 100.0)
        self.ebs_gib, self.reserved_memory = ebs_gib, reserved_memory
        self.attributes = dict(attributes or {})
        self.template_version = 1
        self.desired_capacity = 0
        self.instances: list[Ec2Instance] = []
        """All that are not Terminated."""
        self.protected: Callable[[Ec2Instance], bool] = lambda instance: False
        self.before_termination: Callable[[Ec2Instance, int], simpy.Event | None] = lambda instance, cause: None
        self.noticed: Callable[[Ec2Instance, int], None] = lambda instance, cause: None
        """Told when an instance has got its Spot interruption notice."""
        self.in_service_told: list[Callable[[Ec2Instance, int], None]] = []
        self.terminated_told: list[Callable[[Ec2Instance, int], None]] = []
        self._dark: dict[str, int] = {}
        """Zones that are down, with the event that says so."""
        self._extra = 0
        """Replacements of Spot Instances at risk, which may go beyond the desired capacity for a while."""
        self._unable = False
        self._random = sim.stream(f"group/{name}")
        self.interruptions = interruptions or SpotInterruptions()
        self.spot_market: SpotMarket[Ec2Instance] = SpotMarket(
            sim, name, self.interruptions, self._at_risk, self._reconcile
        )
        sim.declared.append(self)
        created = sim.log.add(
            "group", name, f"Auto Scaling group {name} is created: {min_size} to {max_size} instances."
        )
        self.set_desired_capacity(min_size if desired_capacity is None else desired_capacity, created)

    @property
    def in_service(self) -> list[Ec2Instance]:
        """Instances that are InService, also those that drain."""
        return [instance for instance in self.instances if instance.state == "InService"]

    @property
    def alive(self) -> list[Ec2Instance]:
        """Instances that are Pending or InService: those that count against the desired capacity."""
        return [instance for instance in self.instances if instance.alive]

    @property
    def warm(self) -> list[Ec2Instance]:
        """Those in service for longer than defaultInstanceWarmup: the others do not count in the group's metrics.

        [EC2 Auto Scaling guide, ec2-auto-scaling-default-instance-warmup; read 2026-11-23]
        """
        since = self.sim.now - self.default_instance_warmup
        return [instance for instance in self.in_service if instance.registered_at <= since]

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

    def update_launch_template(self, *, instance_type_name: str | None = None) -> int:
        """Make a new version of the launch template, for instances launched from now on; the event that says so."""
        self.template_version += 1
        if instance_type_name is not None:
            self.type = instance_type(instance_type_name)
        text = f"Group {self.name} launches {self.type.name} from now on, by launch template {self.template_version}."
        return self.sim.log.add("group", self.name, text)

    def lose(self, instance: Ec2Instance, cause: int) -> None:
        """An instance ends without being asked (a Spot interruption, an outage); the group replaces it."""
        if instance in self.instances:
            self._end(instance, cause)
            self._reconcile(cause)

    # Zone outages

    def outage(self, zone: str, *, at_minute: float, for_minutes: float) -> None:
        """Have a zone fail at that minute of the run: its instances are lost, and none is launched there until it ends.

        [EC2 Auto Scaling guide, auto-scaling-benefits: launches go to the other zones meanwhile; read 2026-11-23]
        """
        if zone not in self.zones:
            raise InvalidSetting(f"zone {zone!r}: group {self.name} is in {', '.join(self.zones)}")
        if not for_minutes > 0:
            raise InvalidSetting(f"for_minutes={for_minutes}: use more than 0")
        self.sim.at(at_minute * MINUTE, lambda: self.zone_fails(zone))
        self.sim.at((at_minute + for_minutes) * MINUTE, lambda: self.zone_recovers(zone))

    def is_down(self, zone: str) -> bool:
        """Whether the zone has failed."""
        return zone in self._dark

    def zone_fails(self, zone: str, cause: int | None = None) -> None:
        """Lose all instances of a zone now, and launch none there until `zone_recovers`."""
        text = f"Availability Zone {zone} fails: group {self.name} loses its instances there."
        event = self._dark[zone] = self.sim.log.add("fault", self.name, text, cause)
        for instance in [one for one in self.instances if one.zone == zone]:
            self._end(instance, event)
        self._reconcile(event)

    def zone_recovers(self, zone: str) -> None:
        """Launch in a zone again that had failed."""
        if zone in self._dark:
            text = f"Availability Zone {zone} is there again for group {self.name}."
            self._reconcile(self.sim.log.add("fault", self.name, text, self._dark.pop(zone)))

    # Up and down to the desired capacity

    def _reconcile(self, cause: int) -> None:
        missing = self.desired_capacity + self._extra - len(self.alive)
        for _ in range(missing):
            if not self._launch(cause):
                return
        for _ in range(-missing):
            free = [instance for instance in self.alive if not self.protected(instance)]
            chosen = victim(free, self.alive, self.termination_policies, self.sim.now, self._random)
            if chosen is None:
                text = f"Group {self.name} cannot shrink: every instance is protected."
                self.sim.log.add("group", self.name, text, cause)
                return
            self._terminate(chosen, cause)

    def _launch(self, cause: int) -> bool:
        """Launch one more instance, in the zone with the fewest; whether there was capacity for it."""
        zones = [zone for zone in self.zones if zone not in self._dark]
        if not zones or not self.spot_market.available:
            return self._cannot_launch(cause)
        self._unable = False
        zone = min(zones, key=lambda zone: sum(instance.zone == zone for instance in self.alive))
        instance = Ec2Instance(
            self.sim,
            new_instance_id(self._random),
            self.type,
            zone,
            group=self.name,
            market="spot" if self.spot else "on-demand",
            ebs_gib=self.ebs_gib,
            trunking=self.trunking,
            reserved_memory=self.reserved_memory,
            template_version=self.template_version,
            attributes=self.attributes,
        )
        text = f"Instance {instance.id} ({self.type.name}) is launched in {zone}."
        event = self.sim.enter(instance.record, "Pending", cause, text)
        self.instances.append(instance)
        if self.spot:
            self.spot_market.enter(instance.id, instance)
        self.sim.process(self._boot(instance, event))
        return True

    def _cannot_launch(self, cause: int) -> bool:
        if not self._unable:
            kind = "Spot capacity" if not self.spot_market.available else "capacity"
            text = f"Group {self.name} cannot launch an instance: there is no {kind} in {', '.join(self.zones)} now."
            self.sim.log.add("group", self.name, text, cause)
        self._unable = True
        return False

    def _boot(self, instance: Ec2Instance, event: int) -> Steps:
        yield self.sim.sleep(self.launch.draw(self._random))
        hooks = [hook for hook in self.lifecycle_hooks if hook.lifecycle_transition == LAUNCHING]
        if hooks and instance.alive:
            text = f"Instance {instance.id} waits for the group's lifecycle hooks."
            event = self.sim.enter(instance.record, "Pending:Wait", event, text)
            seconds, results = self._outcomes(hooks)
            yield self.sim.sleep(seconds)
            if "ABANDON" in results and instance.alive:
                text = (
                    f"A lifecycle hook of instance {instance.id} is abandoned, so that it is terminated and replaced."
                )
                self.lose(instance, self.sim.log.add("instance", instance.id, text, event))
        if instance.alive:
            text = f"Instance {instance.id} is in service and registered with the cluster."
            event = self.sim.enter(instance.record, "InService", event, text)
            instance.registered_at = self.sim.now
            instance.settled.succeed()
            for told in self.in_service_told:
                told(instance, event)

    def _outcomes(self, hooks: Sequence[LifecycleHook]) -> tuple[float, list[str]]:
        """Hooks run side by side: the longest wait, and each one's result."""
        outcomes = [hook.outcome(self._random) for hook in hooks]
        return max(seconds for seconds, _ in outcomes), [result for _, result in outcomes]

    def _terminate(self, instance: Ec2Instance, cause: int) -> None:
        """Begin to terminate an instance; it is out of the count at once."""
        event = self.sim.enter(instance.record, "Terminating", cause, f"Instance {instance.id} is to be terminated.")
        self.sim.process(self._take_down(instance, event))

    def _take_down(self, instance: Ec2Instance, event: int) -> Steps:
        instance.status = "DRAINING"
        waits = [drained] if (drained := self.before_termination(instance, event)) is not None else []
        hooks = [hook for hook in self.lifecycle_hooks if hook.lifecycle_transition == TERMINATING]
        if hooks:
            waits.append(self.sim.sleep(self._outcomes(hooks)[0]))
        if waits:
            text = f"Instance {instance.id} waits for its lifecycle hooks."
            event = self.sim.enter(instance.record, "Terminating:Wait", event, text)
            yield simpy.AllOf(self.sim.env, waits)
        if instance in self.instances:
            self._end(instance, event)

    def _end(self, instance: Ec2Instance, cause: int) -> None:
        event = self.sim.enter(instance.record, "Terminated", cause, f"Instance {instance.id} is terminated.")
        instance.status = "INACTIVE"
        self.instances.remove(instance)
        self.spot_market.leave(instance.id)
        if not instance.settled.triggered:
            instance.settled.succeed()
        for told in self.terminated_told:
            told(instance, event)

    # Spot

    def _at_risk(self, instance: Ec2Instance, cause: int) -> None:
        self.sim.process(self._interrupt(instance, cause))

    def _interrupt(self, instance: Ec2Instance, cause: int) -> Steps:
        """The rebalance recommendation, if there is one, the notice two minutes before the end, and the end."""
        lead = self.interruptions.recommended_minutes_before * MINUTE
        if lead:
            text = f"Spot Instance {instance.id} is at an elevated risk of interruption (rebalance recommendation)."
            cause = self.sim.log.add("instance", instance.id, text, cause)
            if self.capacity_rebalance:
                self.sim.process(self._rebalance(instance, cause))
            yield self.sim.sleep(lead)
        if instance not in self.instances:
            return
        text = f"Spot Instance {instance.id} gets its interruption notice: {NOTICE_SECONDS:g} seconds are left."
        notice = self.sim.log.add("instance", instance.id, text, cause)
        self.noticed(instance, notice)
        yield self.sim.sleep(NOTICE_SECONDS)
        self.lose(instance, notice)

    def _rebalance(self, instance: Ec2Instance, cause: int) -> Steps:
        """Capacity rebalancing: launch a replacement first, and terminate the one at risk once that is in service.

        Where none can be launched, the one at risk stays until it is interrupted.

        [EC2 Auto Scaling guide, ec2-auto-scaling-capacity-rebalancing; read 2026-11-23]
        """
        before = list(self.instances)
        self._extra += 1
        self._reconcile(cause)
        replacements = [one for one in self.instances if one not in before]
        for replacement in replacements:
            yield replacement.settled
        self._extra -= 1
        if instance.alive and any(one.state == "InService" for one in replacements):
            self._terminate(instance, cause)
        self._reconcile(cause)
