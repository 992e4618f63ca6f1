"""A service: keeps as many tasks running as its desired count says, and replaces those that die or turn unhealthy.

A new task definition, or a new application in it, is a deployment: its tasks take the place of the old ones step by
step (a rolling update), within the minimum and the maximum of the deployment configuration. The scheduler is REPLICA.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import Any

import simpy

from ecslite.capacity.container_instance import ContainerInstance, Need
from ecslite.capacity.fargate import Fargate
from ecslite.capacity.instance_capacity import InstanceCapacity
from ecslite.capacity.strategy import CapacityProviderStrategyItem, next_provider
from ecslite.ecs.application import Application
from ecslite.ecs.awsvpc import check_network, in_its_zones, too_small, zones_for
from ecslite.ecs.cluster import Capacity, Cluster
from ecslite.ecs.containers import check_behaviours
from ecslite.ecs.deployment import Deployment
from ecslite.ecs.deployment_configuration import DeploymentConfiguration
from ecslite.ecs.deployments import HEALTHY_AFTER, Deployments
from ecslite.ecs.families import resolve
from ecslite.ecs.launch_type import capacity_of, instances_for, strategy_of
from ecslite.ecs.placement import (
    DEFAULT_STRATEGIES,
    PlacementConstraint,
    PlacementStrategy,
    check_placement,
    choose_instance,
    choose_task_to_stop,
)
from ecslite.ecs.registries import check_registries
from ecslite.ecs.service_connect import Membership, ServiceConnectConfiguration
from ecslite.ecs.service_metrics import use_samples
from ecslite.ecs.stopped import FAILED_CHECKS, FAILED_CONTAINER_CHECKS
from ecslite.ecs.task import Task
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.ecs.zones import zone_with_fewest, zone_with_most
from ecslite.errors import InvalidSetting
from ecslite.network.discovery import Discovery
from ecslite.network.front import Front
from ecslite.network.sharing import share_workers
from ecslite.network.target import Target
from ecslite.network.vpc import AwsvpcConfiguration
from ecslite.sim.metrics import Sample

__all__ = ["Service"]

MOST_TASKS = 5_000
"""Tasks in one service [AWS General Reference, ECS quotas; read 2026-11-23]."""

MOST_FRONTS = 5
"""Target groups of one service [AWS General Reference, ECS quotas; read 2026-11-23]."""


class Service:
    """`desired_count` copies of a task definition, kept running.

    `application` says how the containers behave; its settings may also be given one by one, as in `backlog=5`.
    `load_balancer` is what the tasks register with: one front or several (ECS takes up to five target groups).
    """

    def __init__(
        self,
        cluster: Cluster,
        task_definition: TaskDefinition | str,
        *,
        desired_count: int,
        name: str | None = None,
        load_balancer: Front | Sequence[Front] | None = None,
        service_registries: Sequence[Discovery] = (),
        service_connect_configuration: ServiceConnectConfiguration | None = None,
        network_configuration: AwsvpcConfiguration | None = None,
        health_check_grace_period_seconds: int = 0,
        capacity_provider_strategy: Sequence[CapacityProviderStrategyItem] | None = None,
        launch_type: str | None = None,
        placement_strategy: Sequence[PlacementStrategy] | None = None,
        placement_constraints: Sequence[PlacementConstraint] = (),
        deployment_configuration: DeploymentConfiguration | None = None,
        application: Application | None = None,
        **behaviour: Any,
    ) -> None:
        _check_count(desired_count)
        if health_check_grace_period_seconds < 0:
            raise InvalidSetting(
                f"health_check_grace_period_seconds={health_check_grace_period_seconds}: seconds start at 0"
            )
        self.sim = cluster.sim
        task_definition = resolve(cluster.sim, task_definition)
        self.cluster = cluster
        self.deployment_configuration = deployment_configuration or DeploymentConfiguration()
        self.name = name or task_definition.family
        check_registries(service_registries, task_definition, desired_count)
        self._membership = Membership(self.name, service_connect_configuration, task_definition)
        self.fronts = (*_fronts(load_balancer), *service_registries, *self._membership.endpoints)
        share_workers(self.sim, self.name, self.fronts)
        self.grace = health_check_grace_period_seconds
        self.strategy = strategy_of(cluster, capacity_provider_strategy, launch_type)
        self.launch_type = launch_type
        self.network_configuration = network_configuration
        self._check_definition(task_definition)
        check_network(network_configuration, task_definition, self._providers, desired_count)
        of_definition = tuple(PlacementConstraint("memberOf", one) for one in task_definition.placement_constraints)
        on_fargate = any(isinstance(provider, Fargate) for provider in self._providers)
        check_placement(
            placement_strategy or (), placement_constraints, of_definition=of_definition, on_fargate=on_fargate
        )
        self.placement_strategy = DEFAULT_STRATEGIES if placement_strategy is None else tuple(placement_strategy)
        self.placement_constraints = (*of_definition, *placement_constraints, *in_its_zones(network_configuration))
        self._unplaced = ""
        """The last reason why a task could not be placed; empty when there was room."""
        self.desired_count = desired_count
        self.tasks: list[Task] = []
        """All tasks that are not STOPPED."""
        self._started = 0
        self._random = self.sim.stream(f"service/{self.name}")
        record = self.sim.record("service", self.name, cluster=cluster.name, task_definition=task_definition.name)
        created = self.sim.enter(
            record, "ACTIVE", None, f"Service {self.name} is created with a desired count of {desired_count}."
        )
        if warning := too_small(network_configuration, self.deployment_configuration.upper(desired_count)):
            self.sim.log.add("service", self.name, f"(service {self.name}) {warning}", created)
        self._deployments = Deployments(self, self._wake)
        self._deploy(task_definition, (application or Application()).but(**behaviour), created)
        self.sim.level("DesiredCount", self.name, desired_count, created)
        self.sim.level("RunningCount", self.name, 0, created)
        self.sim.meter.read(self._read)
        cluster.on_room(self._room_changed)
        self._wake(created)

    def update(
        self,
        *,
        desired_count: int | None = None,
        task_definition: TaskDefinition | str | None = None,
        application: Application | None = None,
        deployment_configuration: DeploymentConfiguration | None = None,
        force_new_deployment: bool = False,
        cause: int | None = None,
        why: str = "You set",
    ) -> int:
        """Change the desired count, or deploy another revision; the id of the event that says so.

        A task definition or an application makes a deployment, as `force_new_deployment` does with what runs already.
        InvalidSetting for what the service cannot run. [ECS API, UpdateService; read 2026-11-24]
        """
        deploys = task_definition is not None or application is not None or force_new_deployment
        if desired_count is None and not deploys and deployment_configuration is None:
            raise InvalidSetting("nothing to update: give a desired_count, a task_definition or an application")
        if desired_count is not None:
            _check_count(desired_count)
        if task_definition is not None:
            task_definition = resolve(self.sim, task_definition)
            self._check_definition(task_definition)
            check_network(self.network_configuration, task_definition, self._providers, 0)
        self.deployment_configuration = deployment_configuration or self.deployment_configuration
        if desired_count is not None:
            cause = self._set_count(desired_count, cause, why)
        if deploys:
            cause = self._deploy(task_definition or self.task_definition, application or self.application, cause)
        if cause is None:
            cause = self.sim.log.add("service", self.name, f"You set how service {self.name} deploys.")
        self._wake(cause)
        return cause

    @property
    def _providers(self) -> list[Capacity]:
        return [self.cluster.providers[item.capacity_provider] for item in self.strategy]

    def _check_definition(self, definition: TaskDefinition) -> None:
        _check_definition(definition, self._providers)
        if self.fronts and definition.network_mode == "none":
            raise InvalidSetting(
                f"task definition {definition.name} has network mode none, so that nothing can reach its tasks: leave"
                " load_balancer= out, or use awsvpc"
            )

    def _set_count(self, desired_count: int, cause: int | None, why: str) -> int:
        before, self.desired_count = self.desired_count, desired_count
        text = f"{why} the desired count of service {self.name} from {before} to {desired_count}."
        event = self.sim.log.add("service", self.name, text, cause, desired_count=desired_count)
        self.sim.level("DesiredCount", self.name, desired_count, event)
        return event

    def _deploy(self, definition: TaskDefinition, application: Application, cause: int | None) -> int:
        check_behaviours(definition, application)
        if self.deployments:
            text = f"You deploy {definition.name} to service {self.name}."
            cause = self.sim.log.add("service", self.name, text, cause)
        assert cause is not None
        event = self._deployments.add(definition, application, cause)
        self._membership.deployed(self.deployment.id)
        return event

    @property
    def deployments(self) -> list[Deployment]:
        """All of them, oldest first; the last is the one that the service runs, or is to run."""
        return self._deployments.all

    @property
    def deployment(self) -> Deployment:
        """The one that the service runs, or is to run."""
        return self._deployments.primary

    @property
    def task_definition(self) -> TaskDefinition:
        """What new tasks are made of."""
        return self.deployment.definition

    @property
    def application(self) -> Application:
        """How new tasks behave."""
        return self.deployment.application

    @property
    def deploying(self) -> bool:
        """A deployment is in progress."""
        return self.deployment.rollout_state == "IN_PROGRESS"

    @property
    def group(self) -> str:
        """The task group of its tasks."""
        return f"service:{self.name}"

    @property
    def running_count(self) -> int:
        """Tasks whose last status is RUNNING."""
        return sum(task.last_status == "RUNNING" for task in self.tasks)

    # What tasks and targets tell

    def task_changed(self, task: Task, event: int) -> None:
        """A task has begun to run, is being taken out of service, or has stopped."""
        self._membership.task_changed(task.id, task.last_status, task.deployment)
        if task.last_status == "STOPPED":
            self.tasks.remove(task)
        elif task.last_status == "DEACTIVATING":
            self._deployments.ended(task, event)
        elif task.last_status == "RUNNING":
            self._deployments.started(task)
        self.sim.level("RunningCount", self.name, self.running_count, event)
        if task.desired_status == "STOPPED" or task.ready:
            self._wake(event)

    def target_changed(self, task: Task, target: Target, event: int) -> None:
        """The load balancer has changed its mind about a task's health."""
        self.health_changed(task, event)

    def health_changed(self, task: Task, event: int) -> None:
        """A health check has another opinion of a task. Bad ones do not count within the grace period, but after."""
        if task.desired_status == "STOPPED" or task.condemned not in (None, *FAILED_CHECKS):
            return
        left = (task.running_since or self.sim.now) + self.grace - self.sim.now
        before, task.condemned = task.condemned, None if left > 0 else task.fault
        if task.condemned == FAILED_CONTAINER_CHECKS != before:
            text = f"(service {self.name}) (task {task.id}) failed container health checks."
            event = self.sim.log.add("service", self.name, text, event)
        if left > 0 and task.fault is not None:
            self.sim.process(self._look_after(left, task, event))
        self._wake(event)

    def _look_after(self, seconds: float, task: Task, event: int) -> Generator[simpy.Event, None, None]:
        yield self.sim.sleep(seconds)
        if task.fault is not None and task.condemned is None:
            self.health_changed(task, event)

    def condemn(self, task: Task, reason: str, cause: int) -> None:
        """Have a task replaced. One that does not run yet goes at once."""
        task.condemned = reason
        if task.last_status in ("PROVISIONING", "PENDING"):
            self._stop([task], cause, reason)
        self._wake(cause)

    def _room_changed(self, event: int) -> None:
        if self._unplaced:
            self._wake(event)

    # The scheduler

    def _wake(self, cause: int) -> None:
        self.sim.process(self._reconcile_soon(cause))

    def _reconcile_soon(self, cause: int) -> Generator[simpy.Event, None, None]:
        # Model: the scheduler acts one second after something has changed.
        yield self.sim.sleep(1.0)
        self._reconcile(cause)

    def _reconcile(self, cause: int) -> None:
        wanted = self._live()
        old = [task for task in wanted if task.deployment != self.deployment.id]
        mine = [task for task in wanted if task not in old]
        well = [task for task in mine if task.healthy]
        room = max(self.deployment_configuration.upper(self.desired_count) - len(wanted), 0)
        missing = self.desired_count - len(well)
        if missing > 0:
            self._start(min(missing, room), cause)
        elif missing < 0:
            self._stop(self._surplus(well, -missing), cause, "Scaling activity initiated by the service scheduler")
        self._retire_unhealthy(mine, cause, blocked=missing > room)
        if old and self.deployment.rollout_state != "FAILED":
            self._retire_old(old, cause)
        if self.deploying:
            self._judge(cause)

    def _retire_unhealthy(self, mine: list[Task], cause: int, blocked: bool) -> None:
        """Stop condemned tasks as far as ready ones stand in for them [ECS Developer Guide, ecs_services].

        Where the maximum leaves no room for a replacement (`blocked`), one goes first to make room.
        """
        ill = [task for task in mine if not task.healthy]
        ready = sum(task.ready for task in self._live() if task.healthy)
        spare = min(len(ill), max(ready + len(ill) - self.desired_count, int(blocked)))
        for task in ill[:spare]:
            self._stop([task], cause, task.condemned or "")
            if task.condemned in FAILED_CHECKS:
                self._deployments.failed_check(task, cause)

    def _retire_old(self, old: list[Task], cause: int) -> None:
        """Stop tasks of earlier revisions: those that are of no use, and of the rest what the minimum leaves.

        [ECS API, DeploymentConfiguration; read 2026-11-24]
        """
        idle = [task for task in old if not self._counts_healthy(task)]
        useful = [task for task in old if task not in idle]
        healthy = sum(self._counts_healthy(task) for task in self._live())
        spare = max(healthy - self.deployment_configuration.lower(self.desired_count), 0)
        going = idle + self._surplus(useful, min(spare, len(useful)))
        self._stop(going, cause, "Scaling activity initiated by the service scheduler")

    def _counts_healthy(self, task: Task) -> bool:
        if not task.ready or not task.healthy or task.running_since is None:
            return False
        of_old = task.deployment != self.deployment.id
        return of_old or task.checked or self.sim.now - task.running_since >= HEALTHY_AFTER

    def _judge(self, cause: int) -> None:
        """The deployment is completed when all tasks are its own, as many as desired, healthy, and the old have gone.

        With a minimum and a maximum that leave no room for a single step, it says so and stands still.
        """
        mine = [task for task in self._live() if task.deployment == self.deployment.id]
        healthy = [task for task in mine if self._counts_healthy(task)]
        for task in healthy:
            self._deployments.healthy(task)
        older = any(task.deployment != self.deployment.id for task in self.tasks)
        if len(healthy) == len(mine) == self.desired_count and not older:
            self._deployments.steady(cause)
            return
        self._deployments.unsteady()
        if older and not mine and not self._may_move():
            self._stands_still(cause)

    def _may_move(self) -> bool:
        bounds, desired = self.deployment_configuration, self.desired_count
        return bounds.upper(desired) > bounds.lower(desired)

    def _stands_still(self, cause: int) -> None:
        bounds, desired = self.deployment_configuration, self.desired_count
        reason = (
            f"was unable to stop or start tasks during a deployment because of the service deployment configuration:"
            f" {bounds.lower(desired)} of {desired} tasks must stay healthy and {bounds.upper(desired)} may run."
            f" Lower minimum_healthy_percent={bounds.minimum_healthy_percent} or raise"
            f" maximum_percent={bounds.maximum_percent}."
        )
        self._no_room(reason, cause)

    def _start(self, count: int, cause: int) -> None:
        held = self.sim.now < self.deployment.held_until
        if not count or held or self.deployment.rollout_state == "FAILED":
            return
        text = f"Service {self.name} starts {count} task{'s' if count > 1 else ''}."
        event = self.sim.log.add("service", self.name, text, cause, count=count)
        for _ in range(count):
            if not self._start_one(event):
                return

    def _start_one(self, event: int) -> bool:
        """Start one task, or say why there is no room for it; whether it was started."""
        if self.launch_type == "EC2":
            return self._start_on_any_instance(event)
        provider = self._next_provider()
        if isinstance(provider, Fargate):
            zones = self.cluster.zones_up(provider, zones_for(self.network_configuration, provider))
            if refused := self.cluster.no_capacity(provider, zones):
                return self._no_room(refused, event)
            self._unplaced = ""
            self._add(provider, event, zone_with_fewest(zones, self._live()))
            return True
        found = self.room_for(provider, self.task_definition.need)
        if isinstance(found, str) and (refused := self.cluster.cannot_wait(provider, found)):
            return self._no_room(refused, event)
        self._unplaced = ""
        task = self._add(provider, event, None)
        if isinstance(found, str):
            self.cluster.wait(task)
        else:
            task.place(found)
        return True

    def _start_on_any_instance(self, event: int) -> bool:
        found = self._choose(instances_for(self.cluster), self.task_definition.need)
        if isinstance(found, str):
            return self._no_room(found, event)
        self._unplaced = ""
        self._add(capacity_of(self.cluster, found), event, None).place(found)
        return True

    def _no_room(self, reason: str, event: int) -> bool:
        """Say once why a task cannot be placed; the service tries again when there may be room."""
        if reason != self._unplaced:
            self.sim.log.add("service", self.name, f"(service {self.name}) {reason}", event)
        self._unplaced = reason
        return False

    def _add(self, provider: Capacity, event: int, zone: str | None) -> Task:
        self._started += 1
        of = self.deployment
        task = Task(
            self,
            of.definition,
            of.application,
            provider,
            number=self._started,
            cause=event,
            zone=zone,
            need=of.definition.need,
            deployment=of.id,
            network_configuration=self.network_configuration,
        )
        if self.launch_type is not None:
            task.record.attributes["capacity_provider"] = None
        self.tasks.append(task)
        return task

    def _next_provider(self) -> Capacity:
        live = self._live()
        names = [item.capacity_provider for item in self.strategy]
        counts = [sum(task.provider.name == name for task in live) for name in names]
        return self.cluster.providers[names[next_provider(self.strategy, counts)]]

    def room_for(self, provider: Capacity, need: Need) -> ContainerInstance | str:
        """The instance on which one more task would go, or why there is none."""
        assert isinstance(provider, InstanceCapacity)
        return self._choose(self.cluster.instances(provider), need)

    def _choose(self, instances: Sequence[ContainerInstance], need: Need) -> ContainerInstance | str:
        return choose_instance(
            instances,
            need,
            self.group,
            strategies=self.placement_strategy,
            constraints=self.placement_constraints,
            random=self._random,
        )

    def _live(self) -> list[Task]:
        return [task for task in self.tasks if task.desired_status == "RUNNING"]

    def _surplus(self, tasks: list[Task], count: int) -> list[Task]:
        """Which tasks go: those not running yet, those not healthy yet, then as the placement strategy says."""
        left: list[Task] = list(tasks)
        chosen: list[Task] = []
        for _ in range(count):
            task = self._one_to_stop(left)
            left.remove(task)
            chosen.append(task)
        return chosen

    def _one_to_stop(self, left: list[Task]) -> Task:
        running = [task for task in left if task.last_status == "RUNNING"]
        unready = [task for task in running if not task.ready]
        candidates = [task for task in left if task not in running] or unready or left
        placed = {task.id: (task, task.instance) for task in candidates if task.instance is not None}
        if len(placed) == len(candidates):
            pairs = [(id_, instance) for id_, (_, instance) in placed.items() if instance is not None]
            leaving = {task.id for task in self.tasks if task not in left}
            return placed[choose_task_to_stop(pairs, self.placement_strategy, self._random, leaving)][0]
        zoned = [task for task in candidates if task.zone is not None]
        if len(zoned) < len(candidates):
            return next(task for task in candidates if task.zone is None)
        zone = zone_with_most(candidates)
        return self._random.choice([task for task in candidates if task.zone == zone])

    def _stop(self, tasks: list[Task], cause: int, reason: str) -> None:
        if not tasks:
            return
        count = len(tasks)
        event = self.sim.log.add(
            "service",
            self.name,
            f"Service {self.name} stops {count} task{'s' if count > 1 else ''}: {reason}.",
            cause,
            count=count,
        )
        for task in tasks:
            task.stop(event, "ServiceSchedulerInitiated", reason)

    # Metrics

    def _read(self) -> Iterator[Sample]:
        yield Sample("DesiredTaskCount", self.name, "Count", {"Average": self.desired_count})
        yield Sample("RunningTaskCount", self.name, "Count", {"Average": self.running_count})
        for front in self.fronts:
            front.catch_up()
        yield from use_samples(self.name, self.tasks)


def _check_count(desired_count: int) -> None:
    if isinstance(desired_count, bool) or not isinstance(desired_count, int) or not 0 <= desired_count <= MOST_TASKS:
        raise InvalidSetting(f"desired_count={desired_count!r}: use a whole number from 0 to {MOST_TASKS:,}")


def _fronts(given: Front | Sequence[Front] | None) -> tuple[Front, ...]:
    fronts = () if given is None else tuple(given) if isinstance(given, Sequence) else (given,)
    if len(fronts) > MOST_FRONTS:
        raise InvalidSetting(f"{len(fronts)} target groups for one service: use at most {MOST_FRONTS}")
    return fronts


def _check_definition(definition: TaskDefinition, providers: Sequence[Capacity]) -> None:
    """InvalidSetting for a definition that the service's capacity cannot run."""
    fault = definition.fargate_fault
    if fault and any(isinstance(provider, Fargate) for provider in providers):
        raise InvalidSetting(f"task definition {definition.name} cannot run on Fargate: {fault}")
