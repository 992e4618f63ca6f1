"""What each kind of fault does when it strikes. Each returns how many tasks or instances it has struck."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, TypeVar

from ecslite.capacity.auto_scaling_group import AutoScalingGroup
from ecslite.capacity.container_instance import ContainerInstance
from ecslite.capacity.ec2_instance import Ec2Instance
from ecslite.capacity.instance_capacity import Zoned
from ecslite.capacity.provider import CapacityProvider
from ecslite.capacity.spot import SpotMarket
from ecslite.ecs.application import Application
from ecslite.ecs.cluster import Cluster
from ecslite.ecs.faults.at_start import StartTroubles
from ecslite.ecs.memory_use import OUT_OF_MEMORY
from ecslite.ecs.service import Service
from ecslite.ecs.task import Task
from ecslite.network.front import Breakable
from ecslite.sim.clock import MINUTE

__all__ = ["KINDS", "PULL_ERROR", "Blow", "Kind", "nothing_hangs", "spot_markets", "zones_of"]

PULL_ERROR = "failed to resolve ref: the registry does not answer"
"""The end of a task's stopped reason, after CannotPullContainerError. Model: registries have their own words."""

KILLED = 137
"""The exit code of a process that got SIGKILL: 128 + 9."""

Place = Service | Cluster | AutoScalingGroup


@dataclass(frozen=True)
class Blow:
    """One strike: on what, of how much, and the numbers that its kind takes."""

    on: Place
    random: Random
    count: int
    exit_code: int
    zone: str | None
    minutes: float
    slow_seconds: float
    pull_error: str


@dataclass(frozen=True)
class Kind:
    """What can break, and where."""

    strike: Callable[[Blow], int]
    places: tuple[type, ...]


# Tasks


def _tasks(on: Place) -> list[Task]:
    if isinstance(on, Service):
        return list(on.tasks)
    assert isinstance(on, Cluster)
    return [tenant for tenant, _ in on.tenants.values() if isinstance(tenant, Task)]


def _running(blow: Blow) -> list[Task]:
    """Those that the blow takes of the tasks that run."""
    return _some(blow, [task for task in _tasks(blow.on) if task.last_status == "RUNNING"])


Item = TypeVar("Item")


def _some(blow: Blow, items: Sequence[Item]) -> list[Item]:
    return blow.random.sample(items, min(blow.count, len(items)))


def _crash(blow: Blow) -> int:
    tasks = _running(blow)
    for task in tasks:
        text = f"The application in task {task.short} crashes (exit code {blow.exit_code})."
        task.crash(blow.on.sim.log.add("fault", task.id, text), blow.exit_code)
    return len(tasks)


def _out_of_memory(blow: Blow) -> int:
    tasks = _running(blow)
    for task in tasks:
        text = f"{OUT_OF_MEMORY}: the application in task {task.short} takes all that it may have."
        task.record.attributes["reason"] = OUT_OF_MEMORY
        task.crash(blow.on.sim.log.add("fault", task.id, text), KILLED, OUT_OF_MEMORY)
    return len(tasks)


def nothing_hangs(on: Place) -> bool:
    """Whether it is a service of which nobody would notice that it hangs."""
    if not isinstance(on, Service) or any(isinstance(front, Breakable) for front in on.fronts):
        return False
    return not any(one.health_check for one in on.task_definition.container_definitions)


def _hang(blow: Blow) -> int:
    tasks = _some(blow, [task for task in _tasks(blow.on) if task.last_status == "RUNNING" and not task.serving.hangs])
    for task in tasks:
        text = f"The application in task {task.short} hangs: it takes requests, and answers none."
        task.hang(blow.on.sim.log.add("fault", task.id, text))
    return len(tasks)


def _fail_fast(blow: Blow) -> int:
    tasks = _running(blow)
    for task in tasks:
        text = f"The application in task {task.short} answers each request with an error at once; its checks pass."
        task.serving.fail_fast(blow.on.sim.log.add("fault", task.id, text))
    return len(tasks)


# Tasks that are still to come


def _fail_pulls(blow: Blow) -> int:
    text = "Task {task} is refused its image."
    return _await_starts(blow, "cannot pull an image", lambda one: one.but(pull_error=blow.pull_error), text)


def _slow_starts(blow: Blow) -> int:
    text = f"The application in task {{task}} needs {blow.slow_seconds:g} s more to listen."
    more = blow.slow_seconds
    return _await_starts(blow, "start slowly", lambda one: one.but(startup_seconds=one.startup_seconds + more), text)


def _await_starts(blow: Blow, what: str, change: Callable[[Application], Application], text: str) -> int:
    sim, name = blow.on.sim, blow.on.name
    tasks = f"{blow.count} tasks" if blow.count > 1 else "task"
    cause = sim.log.add("fault", name, f"The next {tasks} of {name} will {what}.")
    sim.the(StartTroubles).expect(blow.on, blow.count, change, text, cause)
    return blow.count


# Instances


def _instances(on: Place) -> list[ContainerInstance]:
    """The container instances of a group or a cluster, or those with tasks of a service."""
    if isinstance(on, AutoScalingGroup):
        return list(on.in_service)
    if isinstance(on, Cluster):
        return on.instances()
    hosts = dict.fromkeys(task.instance for task in on.tasks if task.instance is not None)
    return [host for host in hosts if host.status != "INACTIVE"]


def _lose_instances(blow: Blow) -> int:
    instances = _some(blow, _instances(blow.on))
    for one in instances:
        text = f"The host under instance {one.id} fails: the instance is lost, and all that ran on it."
        _end(blow.on, one, blow.on.sim.log.add("fault", one.id, text))
    return len(instances)


def _end(on: Place, one: ContainerInstance, event: int) -> None:
    if isinstance(on, AutoScalingGroup):
        assert isinstance(one, Ec2Instance)
        on.lose(one, event)
    else:
        cluster = on if isinstance(on, Cluster) else on.cluster
        cluster.lose_instance(one, event)


# Zones


def zones_of(on: Cluster | AutoScalingGroup) -> tuple[str, ...]:
    """The zones in which there may be something to break, in order of appearance."""
    if isinstance(on, AutoScalingGroup):
        return on.zones
    return tuple(dict.fromkeys(zone for part in on.zoned for zone in part.zones))


def _zone_fails(blow: Blow) -> int:
    on = blow.on
    assert not isinstance(on, Service)
    zone = blow.zone or blow.random.choice(zones_of(on))
    parts: list[Zoned] = [on] if isinstance(on, AutoScalingGroup) else on.zoned
    up = [part for part in parts if zone in part.zones and not part.is_down(zone)]
    if not up:
        return 0
    text = f"Availability Zone {zone} of {on.name} fails for {blow.minutes:g} minutes."
    event = on.sim.log.add("fault", on.name, text, zone=zone)
    for part in up:
        part.zone_fails(zone, event)
        on.sim.at(on.sim.now + blow.minutes * MINUTE, partial(part.zone_recovers, zone))
    return len(up)


# Spot


def spot_markets(on: Place) -> list[SpotMarket[Any]]:
    """The markets in which it buys Spot capacity; none where it buys none."""
    if isinstance(on, AutoScalingGroup):
        return [on.spot_market] if on.spot else []
    cluster = on if isinstance(on, Cluster) else on.cluster
    groups = [one.group for one in cluster.providers.values() if isinstance(one, CapacityProvider)]
    return [*cluster.fargate_spot_markets, *(group.spot_market for group in groups if group.spot)]


def _interrupt(blow: Blow) -> int:
    places = [(market, id_) for market in spot_markets(blow.on) for id_ in market.ids]
    if isinstance(blow.on, Service):
        own = {task.id for task in blow.on.tasks} | {one.id for one in _instances(blow.on)}
        places = [(market, id_) for market, id_ in places if id_ in own]
    chosen = _some(blow, places)
    for market, id_ in chosen:
        market.interrupt(id_, blow.on.sim.log.add("fault", market.name, "EC2 needs Spot capacity back."))
    return len(chosen)


ANYWHERE = (Service, Cluster, AutoScalingGroup)

KINDS = {
    "crash": Kind(_crash, (Service, Cluster)),
    "out_of_memory": Kind(_out_of_memory, (Service, Cluster)),
    "hung": Kind(_hang, (Service, Cluster)),
    "failing_fast": Kind(_fail_fast, (Service, Cluster)),
    "failed_pull": Kind(_fail_pulls, (Service, Cluster)),
    "slow_start": Kind(_slow_starts, (Service, Cluster)),
    "instance_loss": Kind(_lose_instances, ANYWHERE),
    "zone_outage": Kind(_zone_fails, (Cluster, AutoScalingGroup)),
    "spot_interruption": Kind(_interrupt, ANYWHERE),
}
"""What can break."""
