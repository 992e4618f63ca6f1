"""RunTask and StopTask: standalone tasks, such as batch jobs, that belong to no service and are never replaced.

RunTask places its tasks at once, or says in `failures` why it cannot; it tries nothing again later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ecslite.capacity.container_instance import NO_INTERFACE, ContainerInstance, Need
from ecslite.capacity.fargate import Fargate
from ecslite.capacity.strategy import CapacityProviderStrategyItem, next_provider
from ecslite.ecs.application import Application
from ecslite.ecs.awsvpc import check_network, in_its_zones, zones_for
from ecslite.ecs.cluster import Capacity, Cluster
from ecslite.ecs.containers import check_behaviours
from ecslite.ecs.families import resolve
from ecslite.ecs.launch_type import capacity_of, instances_for, strategy_of
from ecslite.ecs.placement import PlacementConstraint, PlacementStrategy, check_placement, choose_instance, unmet
from ecslite.ecs.stopped import STOPPED_BY_USER
from ecslite.ecs.task import Task
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.ecs.zones import zone_with_fewest
from ecslite.errors import InvalidSetting
from ecslite.network.front import Front
from ecslite.network.target import Target
from ecslite.network.vpc import AwsvpcConfiguration
from ecslite.sim.simulation import Simulation

__all__ = ["Call", "Failure", "RunTaskResult", "run_task", "stop_task"]

MOST_TASKS = 10
"""In one call [ECS API, RunTask.count; read 2026-11-24]."""

MOST_STARTED_BY = 128
"""Characters [ECS API, RunTask.startedBy; read 2026-11-24]."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task was not placed [ECS API, Failure; ECS Developer Guide, api_failures_messages; read 2026-11-24]."""

    reason: str
    """RESOURCE:CPU, RESOURCE:MEMORY, RESOURCE:PORTS, RESOURCE:ENI, ATTRIBUTE, a constraint, or a sentence."""
    arn: str = ""
    """The container instance that could not take it; here its id."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RunTaskResult:
    """What a call of RunTask returns."""

    tasks: tuple[Task, ...]
    failures: tuple[Failure, ...]


def run_task(
    cluster: Cluster,
    task_definition: TaskDefinition | str,
    *,
    count: int = 1,
    group: str | None = None,
    started_by: str = "",
    launch_type: str | None = None,
    capacity_provider_strategy: Sequence[CapacityProviderStrategyItem] | None = None,
    placement_strategy: Sequence[PlacementStrategy] = (),
    placement_constraints: Sequence[PlacementConstraint] = (),
    network_configuration: AwsvpcConfiguration | None = None,
    application: Application | None = None,
    cause: int | None = None,
    **behaviour: Any,
) -> RunTaskResult:
    """Start 1 to 10 tasks now, and what could not be placed.

    Call it before the run for tasks at its start, or later by `sim.at(seconds, ...)`. `group` is "family:NAME" where
    nothing is said; placement strategies count by it. InvalidSetting for what ECS would refuse as a whole.
    [ECS API, RunTask; read 2026-11-24]
    """
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_TASKS:
        raise InvalidSetting(f"count={count!r}: one call starts 1 to {MOST_TASKS} tasks")
    if len(started_by) > MOST_STARTED_BY:
        raise InvalidSetting(f"started_by= has {len(started_by)} characters: use at most {MOST_STARTED_BY}")
    definition = resolve(cluster.sim, task_definition)
    call = Call(
        cluster,
        definition,
        (application or Application()).but(**behaviour),
        group or f"family:{definition.family}",
        strategy_of(cluster, capacity_provider_strategy, launch_type),
        launch_type=launch_type,
        started_by=started_by,
        placement_strategy=tuple(placement_strategy),
        placement_constraints=tuple(placement_constraints),
        network_configuration=network_configuration,
    )
    return call.run(count, cause)


def stop_task(task: Task, *, reason: str = STOPPED_BY_USER, cause: int | None = None) -> int:
    """Ask for a task's end, as StopTask does, and return the event's id; one of a service is then replaced."""
    event = task.sim.log.add("cluster", task.owner.cluster.name, f"You stop task {task.short}: {reason}.", cause)
    task.stop(event, "UserInitiated", reason)
    return event


class Standalone:
    """The standalone tasks of a simulation that have not stopped, by cluster and group."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.tasks: dict[tuple[str, str], list[Task]] = {}
        self.started: dict[tuple[str, str], int] = {}

    def number(self, cluster: str, group: str) -> int:
        """The number of one more task of a group."""
        self.started[cluster, group] = self.started.get((cluster, group), 0) + 1
        return self.started[cluster, group]


class Call:
    """One call of RunTask; afterwards its tasks tell it what becomes of them."""

    def __init__(
        self,
        cluster: Cluster,
        definition: TaskDefinition,
        application: Application,
        group: str,
        strategy: tuple[CapacityProviderStrategyItem, ...],
        *,
        launch_type: str | None,
        started_by: str,
        placement_strategy: tuple[PlacementStrategy, ...],
        placement_constraints: tuple[PlacementConstraint, ...],
        network_configuration: AwsvpcConfiguration | None,
    ) -> None:
        self.sim = cluster.sim
        self.cluster = cluster
        self.definition = definition
        self.application = application
        self.group = self.name = group
        self.fronts: tuple[Front, ...] = ()
        """None: only a service registers its tasks."""
        self.count = 0
        """How many tasks were asked for."""
        self.launch_type = launch_type
        self.started_by = started_by
        self.strategy = strategy
        self.network_configuration = network_configuration
        self.placement_strategy = placement_strategy
        of_definition = tuple(PlacementConstraint("memberOf", one) for one in definition.placement_constraints)
        self._check(placement_constraints, of_definition)
        self.asked = placement_constraints
        """The placement constraints of the call, without the task definition's."""
        self.constraints = (*of_definition, *placement_constraints, *in_its_zones(network_configuration))
        self._random = self.sim.stream(f"run_task/{cluster.name}/{group}")
        key = cluster.name, group
        self._tasks = self.sim.the(Standalone).tasks.setdefault(key, [])

    def _check(self, constraints: Sequence[PlacementConstraint], of: Sequence[PlacementConstraint]) -> None:
        providers = [self.cluster.providers[item.capacity_provider] for item in self.strategy]
        on_fargate = any(isinstance(provider, Fargate) for provider in providers)
        if on_fargate and (fault := self.definition.fargate_fault):
            raise InvalidSetting(f"task definition {self.definition.name} cannot run on Fargate: {fault}")
        check_network(self.network_configuration, self.definition, providers, 0)
        check_placement(self.placement_strategy, constraints, of_definition=of, on_fargate=on_fargate)
        check_behaviours(self.definition, self.application)

    def run(self, count: int, cause: int | None) -> RunTaskResult:
        """Place so many tasks, one after the other."""
        self.count = count
        if not self.sim.now:
            self.sim.declared.append(self)
        what = f"{count} task{'s' if count > 1 else ''} of {self.definition.name}"
        text = f"You run {what} in cluster {self.cluster.name}."
        event = self.sim.log.add("cluster", self.cluster.name, text, cause, count=count, group=self.group)
        tasks: list[Task] = []
        failures: tuple[Failure, ...] = ()
        while len(tasks) < count and not failures:
            one = self._place(tasks, event)
            if isinstance(one, Task):
                tasks.append(one)
            else:
                failures = one
        if failures:
            why = "; ".join(f"{one.arn} {one.reason}".strip() for one in failures)
            text = f"{count - len(tasks)} of {what} could not be placed: {why}."
            self.sim.log.add("cluster", self.cluster.name, text, event)
        return RunTaskResult(tuple(tasks), failures)

    def _place(self, placed: list[Task], event: int) -> Task | tuple[Failure, ...]:
        """One more task, or why there is none."""
        if self.launch_type == "EC2":
            found = self._choose(instances_for(self.cluster), self.definition.need)
            if isinstance(found, str):
                return self._failures(instances_for(self.cluster), found)
            task = self._add(capacity_of(self.cluster, found), event, None)
            task.place(found)
            return task
        counts = [sum(task.provider.name == item.capacity_provider for task in placed) for item in self.strategy]
        provider = self.cluster.providers[self.strategy[next_provider(self.strategy, counts)].capacity_provider]
        if isinstance(provider, Fargate):
            zones = self.cluster.zones_up(provider, zones_for(self.network_configuration, provider))
            if refused := self.cluster.no_capacity(provider, zones):
                return (Failure(_reason(refused)),)
            return self._add(provider, event, zone_with_fewest(zones, self._tasks))
        room = self.room_for(provider, self.definition.need)
        if isinstance(room, str) and (refused := self.cluster.cannot_wait(provider, room)):
            return self._failures(self.cluster.instances(provider), refused)
        task = self._add(provider, event, None)
        if isinstance(room, str):
            self.cluster.wait(task)
        else:
            task.place(room)
        return task

    def _choose(self, instances: Sequence[ContainerInstance], need: Need) -> ContainerInstance | str:
        # Model: without a strategy the pick is random; AWS documents no default for RunTask.
        return choose_instance(
            instances,
            need,
            self.group,
            strategies=self.placement_strategy,
            constraints=self.constraints,
            random=self._random,
        )

    def _failures(self, instances: Sequence[ContainerInstance], otherwise: str) -> tuple[Failure, ...]:
        """For each ACTIVE instance why it takes none; where there is none, or it is something else, the one reason."""
        active = [one for one in instances if one.status == "ACTIVE"]
        why = [(one, self._refusal(one)) for one in active]
        found = tuple(Failure(words, one.id) for one, words in why if words is not None)
        return found if len(found) == len(active) and found else (Failure(_reason(otherwise)),)

    def _refusal(self, instance: ContainerInstance) -> str | None:
        """What an instance lacks, or the constraint that it does not meet, as RunTask says it; None if it would do."""
        lacks = instance.lacks(self.definition.need)
        return unmet(instance, self.group, self.constraints) if lacks is None else _code(lacks)

    def _add(self, provider: Capacity, event: int, zone: str | None) -> Task:
        task = Task(
            self,
            self.definition,
            self.application,
            provider,
            number=self.sim.the(Standalone).number(self.cluster.name, self.group),
            cause=event,
            zone=zone,
            need=self.definition.need,
            network_configuration=self.network_configuration,
        )
        task.standalone = True
        task.record.attributes |= {"group": self.group, "started_by": self.started_by}
        if self.launch_type is not None:
            task.record.attributes["capacity_provider"] = None
        self._tasks.append(task)
        return task

    # What its tasks ask and tell

    def room_for(self, provider: Capacity, need: Need) -> ContainerInstance | str:
        """The instance on which one more task would go, or why there is none."""
        assert not isinstance(provider, Fargate)
        return self._choose(self.cluster.instances(provider), need)

    def task_changed(self, task: Task, event: int) -> None:
        """One has begun to run, is being taken out of service, or has stopped: nothing replaces it."""
        if task.last_status == "STOPPED":
            self._tasks.remove(task)

    def target_changed(self, task: Task, target: Target, event: int) -> None:
        """Standalone tasks are no targets."""

    def health_changed(self, task: Task, event: int) -> None:
        """A task that is not part of a service goes on, well or not [ECS API, HealthCheck; read 2026-11-24]."""

    def displace(self, task: Task, reason: str, cause: int) -> None:
        """A draining instance leaves standalone tasks alone."""


CODES = {
    "insufficient CPU units available": "RESOURCE:CPU",
    "insufficient memory available": "RESOURCE:MEMORY",
    NO_INTERFACE: NO_INTERFACE,
}


def _code(lacks: str) -> str:
    """What an instance lacks, as RunTask says it."""
    if "attribute" in lacks:
        return "ATTRIBUTE"
    return CODES.get(lacks, "RESOURCE:PORTS")


def _reason(event: str) -> str:
    """The last part of what a service's event would say."""
    return event.rpartition("Reason: ")[2]
