"""Availability Zone rebalancing: a service whose tasks stand unevenly starts one where there are few, then stops one
where there are many.

[ECS Developer Guide, service-rebalancing; ECS API, CreateService; read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Sequence

from ecslite.capacity.fargate import Fargate
from ecslite.ecs.deployment_configuration import DeploymentConfiguration
from ecslite.ecs.deployments import Deployments
from ecslite.ecs.launcher import Launcher
from ecslite.ecs.placement import ZONE
from ecslite.ecs.places import Places
from ecslite.ecs.task import Task
from ecslite.errors import InvalidSetting

__all__ = ["AVAILABILITY_ZONE_REBALANCING", "Rebalancing", "check_rebalancing", "zone_split"]

AVAILABILITY_ZONE_REBALANCING = ("ENABLED", "DISABLED")


def zone_split(desired_count: int, zones: int) -> list[int]:
    """How many tasks each of so many zones has when they are balanced, rising: the rest of the division goes one each
    to as many zones.

    >>> zone_split(5, 3)
    [1, 2, 2]
    """
    each, rest = divmod(desired_count, zones)
    return [each] * (zones - rest) + [each + 1] * rest


def check_rebalancing(asked: str | None, places: Places, bounds: DeploymentConfiguration) -> bool:
    """Whether a service is rebalanced; by default if it can be.

    InvalidSetting where that is asked for and something of the service forbids it.
    """
    if asked not in (None, *AVAILABILITY_ZONE_REBALANCING):
        raise InvalidSetting(
            f"availability_zone_rebalancing={asked!r}: use one of {', '.join(AVAILABILITY_ZONE_REBALANCING)}"
        )
    forbidden = _forbidden(places, bounds)
    if asked == "ENABLED" and forbidden:
        raise InvalidSetting(f"availability_zone_rebalancing='ENABLED' {forbidden}; or use DISABLED")
    return asked != "DISABLED" and not forbidden


def _forbidden(places: Places, bounds: DeploymentConfiguration) -> str:
    if bounds.maximum_percent == 100:
        return "with maximum_percent=100: a task is started before another is stopped, so raise the maximum"
    if not places.on_fargate and (not places.strategies or places.strategies[0].field != ZONE):
        return f"without spread over {ZONE} as the first placement strategy: put it first"
    if any(ZONE in rule.expression for rule in places.asked):
        return f"with a placement constraint on {ZONE}: leave the constraint out"
    return ""


class Rebalancing:
    """Moves the tasks of one service, one at a time."""

    # Model: one task at a time, the next when the one before has moved. AWS does not say how many it moves together.

    def __init__(self, launcher: Launcher, deployments: Deployments) -> None:
        self.enabled = False
        self._launcher = launcher
        self._deployments = deployments
        self._newcomer: Task | None = None
        self._blocked = ""
        """Why it last could not move a task; said once."""

    @property
    def extra(self) -> int:
        """Tasks beyond the desired count that the scheduler must let live for now."""
        newcomer = self._newcomer
        if newcomer is not None and (newcomer.desired_status == "STOPPED" or not newcomer.healthy or self._deploys):
            self._newcomer = newcomer = None
        return int(newcomer is not None and not newcomer.ready)

    @property
    def _deploys(self) -> bool:
        return self._deployments.primary.rollout_state != "COMPLETED"

    def look(self, tasks: Sequence[Task], desired: int, cause: int, room: int) -> None:
        """In a steady state, move a task if the zones are uneven; the scheduler stops the one that is then too many.

        `room` is how many tasks the maximum lets start.
        """
        if not self.enabled or self._deploys or self.extra:
            return
        if len(tasks) != desired or not all(task.ready and task.healthy and not task.displaced for task in tasks):
            return
        zones = self._launcher.places.zones
        if not zones:
            return
        counts = {zone: sum(task.zone == zone for task in tasks) for zone in zones}
        if self._newcomer is not None:
            self._say(f"has moved a task to {self._newcomer.zone}: {_told(counts)}.", cause)
            self._newcomer = None
        uneven = sum(counts.values()) == desired and sorted(counts.values()) != zone_split(desired, len(zones))
        if uneven and room and self._launcher.sim.now >= self._deployments.primary.held_until:
            self._move(tasks, counts, cause)

    def _move(self, tasks: Sequence[Task], counts: dict[str, int], cause: int) -> None:
        few, many = min(counts, key=lambda zone: counts[zone]), max(counts, key=lambda zone: counts[zone])
        if reason := self._why_not(tasks, few, many):
            if reason != self._blocked:
                self._say(f"is not rebalanced over Availability Zones: {reason}.", cause)
            self._blocked = reason
            return
        event = self._say(f"is rebalanced over Availability Zones: {_told(counts)}.", cause)
        before = set(map(id, self._launcher.tasks))
        self._launcher.start(self._deployments.primary, 1, event, zone=few)
        self._blocked = ""
        self._newcomer = next((task for task in self._launcher.tasks if id(task) not in before), None)

    def _why_not(self, tasks: Sequence[Task], few: str, many: str) -> str:
        if all(task.protected for task in tasks if task.zone == many):
            return f"all tasks in {many} are protected"
        places = self._launcher.places
        provider = None if places.launch_type == "EC2" else places.next_provider(tasks)
        if isinstance(provider, Fargate):
            return places.cluster.no_capacity(provider, places.fargate_zones(provider)) or ""
        instances = places.all_instances if provider is None else places.instances([provider])
        there = [one for one in instances if one.zone == few]
        found = places.choose(there, self._deployments.primary.definition.need)
        return f"no instance in {few} takes one more task" if isinstance(found, str) else ""

    def _say(self, what: str, cause: int) -> int:
        service = self._launcher.service
        return service.sim.log.add("service", service.name, f"(service {service.name}) {what}", cause)


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} in {zone}" for zone, count in counts.items())
