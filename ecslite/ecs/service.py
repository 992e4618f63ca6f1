"""A service: keeps as many tasks running as its desired count says, and replaces those that die or turn unhealthy.

A new task definition, or a new application in it, is a deployment: its tasks take the place of the old ones, by one of
four strategies. What is started and stopped, and when, is the scheduler's: REPLICA or DAEMON.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import Any

import simpy

from ecslite.capacity.container_instance import ContainerInstance, Need
from ecslite.capacity.strategy import CapacityProviderStrategyItem
from ecslite.ecs.application import Application
from ecslite.ecs.awsvpc import check_network, too_small
from ecslite.ecs.cluster import Capacity, Cluster
from ecslite.ecs.containers import check_behaviours
from ecslite.ecs.daemons import Daemons
from ecslite.ecs.deployment import Deployment
from ecslite.ecs.deployment_configuration import DeploymentConfiguration
from ecslite.ecs.deployments import Deployments
from ecslite.ecs.families import resolve
from ecslite.ecs.launcher import Launcher
from ecslite.ecs.placement import PlacementConstraint, PlacementStrategy
from ecslite.ecs.places import Places, check_definition
from ecslite.ecs.production_traffic import AdvancedConfiguration, production_traffic
from ecslite.ecs.protection import DEFAULT_MINUTES, check_protection
from ecslite.ecs.rebalancing import Rebalancing, check_rebalancing
from ecslite.ecs.registries import check_registries
from ecslite.ecs.replicas import Replicas
from ecslite.ecs.scheduler import Scheduler
from ecslite.ecs.service_connect import Membership, ServiceConnectConfiguration
from ecslite.ecs.service_metrics import ServiceMetrics
from ecslite.ecs.service_record import service_record
from ecslite.ecs.service_settings import bounds_for, check_daemon, check_fronts, check_grace, count_for
from ecslite.ecs.stopped import FAILED_CONTAINER_CHECKS
from ecslite.ecs.task import Task
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.errors import InvalidSetting
from ecslite.network.discovery import Discovery
from ecslite.network.front import Front
from ecslite.network.target import Target
from ecslite.network.vpc import AwsvpcConfiguration
from ecslite.sim.clock import MINUTE
from ecslite.sim.metrics import Sample

__all__ = ["Service"]


class Service:
    """`desired_count` copies of a task definition, kept running; of a DAEMON service one on each instance.

    `application` says how the containers behave; its settings may also be given one by one, as in `backlog=5`.
    `load_balancer` is what the tasks register with: one front or several (ECS takes up to five target groups).
    A strategy that shifts traffic needs `advanced_configuration`, with a second target group.
    """

    def __init__(
        self,
        cluster: Cluster,
        task_definition: TaskDefinition | str,
        *,
        desired_count: int | None = None,
        name: str | None = None,
        scheduling_strategy: str = "REPLICA",
        load_balancer: Front | Sequence[Front] | None = None,
        advanced_configuration: AdvancedConfiguration | None = None,
        service_registries: Sequence[Discovery] = (),
        service_connect_configuration: ServiceConnectConfiguration | None = None,
        network_configuration: AwsvpcConfiguration | None = None,
        health_check_grace_period_seconds: int = 0,
        capacity_provider_strategy: Sequence[CapacityProviderStrategyItem] | None = None,
        launch_type: str | None = None,
        placement_strategy: Sequence[PlacementStrategy] | None = None,
        placement_constraints: Sequence[PlacementConstraint] = (),
        availability_zone_rebalancing: str | None = None,
        deployment_configuration: DeploymentConfiguration | None = None,
        application: Application | None = None,
        **behaviour: Any,
    ) -> None:
        daemon = scheduling_strategy == "DAEMON"
        self.sim = cluster.sim
        task_definition = resolve(cluster.sim, task_definition)
        self.cluster = cluster
        self.name = name or task_definition.family
        self.scheduling_strategy = scheduling_strategy
        """REPLICA or DAEMON."""
        self.desired_count = count_for(scheduling_strategy, desired_count)
        """Of a DAEMON service the instances on which it has to have a task now."""
        self.deployment_configuration = bounds_for(scheduling_strategy, deployment_configuration)
        check_registries(service_registries, task_definition, self.desired_count)
        self._balanced = check_fronts(load_balancer)
        self._membership = Membership(self.name, service_connect_configuration, task_definition)
        self.fronts = (*self._balanced, *service_registries, *self._membership.endpoints)
        self.traffic = production_traffic(
            self._balanced, self.deployment_configuration.strategy, advanced_configuration
        )
        """What ECS may shift; None where it shifts nothing."""
        self.grace = check_grace(health_check_grace_period_seconds)
        if daemon:
            capacity_provider_strategy = check_daemon(
                cluster,
                capacity_provider_strategy,
                launch_type,
                placement_strategy=placement_strategy,
                availability_zone_rebalancing=availability_zone_rebalancing == "ENABLED",
            )
        self._places = Places(
            cluster,
            self.name,
            task_definition,
            capacity_provider_strategy=capacity_provider_strategy,
            launch_type=None if daemon else launch_type,
            placement_strategy=placement_strategy,
            placement_constraints=placement_constraints,
            network_configuration=network_configuration,
        )
        self._check_reachable(task_definition)
        check_network(network_configuration, task_definition, self._places.providers, self.desired_count)
        self._launcher = Launcher(self, self._places)
        self._deployments = Deployments(self, self._wake)
        self._rebalancing = Rebalancing(self._launcher, self._deployments)
        self._rebalancing.enabled = not daemon and check_rebalancing(
            availability_zone_rebalancing, self._places, self.deployment_configuration
        )
        self._rebalance = availability_zone_rebalancing
        self._scheduler: Scheduler = (
            Daemons(self, self._launcher, self._deployments, wake=self._wake, counted=self._count)
            if daemon
            else Replicas(self, self._launcher, self._deployments, rebalancing=self._rebalancing)
        )
        self._advanced = advanced_configuration
        self.registries, self.service_connect_configuration = tuple(service_registries), service_connect_configuration
        self.record = self.sim.record(
            "service", self.name, cluster=cluster.name, task_definition=task_definition.name, **self._asked
        )
        self.sim.declared.append(self)
        what = "the DAEMON scheduler" if daemon else f"a desired count of {desired_count}"
        created = self.sim.enter(self.record, "ACTIVE", None, f"Service {self.name} is created with {what}.")
        if warning := too_small(network_configuration, self.deployment_configuration.upper(self.desired_count)):
            self.sim.log.add("service", self.name, f"(service {self.name}) {warning}", created)
        self._deploy(task_definition, (application or Application()).but(**behaviour), created)
        if self.traffic is not None:
            self.traffic.shift(0.0, created)
        self.sim.level("DesiredCount", self.name, self.desired_count, created)
        self.sim.level("RunningCount", self.name, 0, created)
        self._metrics = ServiceMetrics(self.sim.meter, self.name)
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
        advanced_configuration: AdvancedConfiguration | None = None,
        availability_zone_rebalancing: str | None = None,
        force_new_deployment: bool = False,
        cause: int | None = None,
        why: str = "You set",
    ) -> int:
        """Change the desired count, or deploy another revision; the id of the event that says so.

        A task definition or an application makes a deployment, as `force_new_deployment` does with what runs already.
        InvalidSetting for what the service cannot run. [ECS API, UpdateService; read 2026-11-24]
        """
        deploys = task_definition is not None or application is not None or force_new_deployment
        settings = (deployment_configuration, advanced_configuration, availability_zone_rebalancing)
        if desired_count is None and not deploys and not any(settings):
            raise InvalidSetting("nothing to update: give a desired_count, a task_definition or an application")
        if desired_count is not None:
            count_for(self.scheduling_strategy, desired_count)
        if task_definition is not None:
            task_definition = resolve(self.sim, task_definition)
            check_definition(task_definition, self._places.providers)
            self._check_reachable(task_definition)
            check_network(self._places.network_configuration, task_definition, self._places.providers, 0)
        if any(settings):
            self._set(deployment_configuration, advanced_configuration, availability_zone_rebalancing)
        if desired_count is not None:
            cause = self._set_count(desired_count, cause, why)
        if deploys:
            cause = self._deploy(task_definition or self.task_definition, application or self.application, cause)
        if cause is None:
            cause = self.sim.log.add("service", self.name, f"You set how service {self.name} deploys.")
        self._wake(cause)
        return cause

    def _check_reachable(self, definition: TaskDefinition) -> None:
        if self.fronts and definition.network_mode == "none":
            raise InvalidSetting(
                f"task definition {definition.name} has network mode none, so that nothing can reach its tasks: leave"
                " load_balancer= out, or use awsvpc"
            )

    def _set(
        self, bounds: DeploymentConfiguration | None, advanced: AdvancedConfiguration | None, rebalancing: str | None
    ) -> None:
        bounds = bounds_for(self.scheduling_strategy, bounds or self.deployment_configuration)
        traffic = self.traffic or production_traffic(self._balanced, bounds.strategy, advanced)
        if self.scheduling_strategy == "REPLICA":
            asked = rebalancing or self._rebalance
            self._rebalancing.enabled = check_rebalancing(asked, self._places, bounds)
            self._rebalance = asked
        elif rebalancing == "ENABLED":
            raise InvalidSetting("availability_zone_rebalancing='ENABLED' of a DAEMON service: leave it out")
        self.deployment_configuration, self.traffic = bounds, traffic
        self._advanced = advanced or self._advanced
        self.record.attributes |= self._asked

    @property
    def _asked(self) -> dict[str, Any]:
        """What the run's record says that it was given."""
        return service_record(
            self._places,
            self._balanced,
            scheduling_strategy=self.scheduling_strategy,
            grace=self.grace,
            deployment_configuration=self.deployment_configuration,
            rebalancing=self.availability_zone_rebalancing,
            advanced=self._advanced,
            traffic=self.traffic,
        )

    def _set_count(self, desired_count: int, cause: int | None, why: str) -> int:
        before, self.desired_count = self.desired_count, desired_count
        text = f"{why} the desired count of service {self.name} from {before} to {desired_count}."
        event = self.sim.log.add("service", self.name, text, cause, desired_count=desired_count)
        self.sim.level("DesiredCount", self.name, desired_count, event)
        return event

    def _count(self, instances: int, cause: int) -> None:
        """A DAEMON service is to have so many tasks."""
        self.desired_count = instances
        self.sim.level("DesiredCount", self.name, instances, cause)

    def _deploy(self, definition: TaskDefinition, application: Application, cause: int | None) -> int:
        check_behaviours(definition, application)
        if self.deployments:
            text = f"You deploy {definition.name} to service {self.name}."
            cause = self.sim.log.add("service", self.name, text, cause)
        assert cause is not None
        event = self._deployments.add(definition, application, cause)
        self._membership.deployed(self.deployment.id)
        return event

    def continue_service_deployment(self, action: str = "CONTINUE") -> int:
        """Answer the PAUSE hook at which the deployment stands: CONTINUE or ROLLBACK; the event's id.

        [ECS API, ContinueServiceDeployment; read 2026-11-24]
        """
        if action not in ("CONTINUE", "ROLLBACK"):
            raise InvalidSetting(f"action={action!r}: use CONTINUE or ROLLBACK")
        shift = self._deployments.shift
        if shift is None or not shift.pauses:
            raise InvalidSetting(f"service {self.name!r} has no deployment that pauses: there is nothing to continue")
        event = self.sim.log.add("service", self.name, f"You say {action} to the deployment of service {self.name}.")
        shift.resolve(action, event)
        return event

    def update_task_protection(
        self, tasks: Sequence[str], *, protection_enabled: bool = True, expires_in_minutes: int | None = None
    ) -> int:
        """Protect up to 10 tasks, by id, from scale-in and deployments, for 120 minutes or 1 to 2,880; the event's id.

        A second call sets the time anew. [ECS API, UpdateTaskProtection; read 2026-11-24]
        """
        named = check_protection(tasks, protection_enabled, expires_in_minutes, self._launcher.live, self.desired_count)
        minutes = (expires_in_minutes or DEFAULT_MINUTES) if protection_enabled else 0
        what = f"protect {len(named)} tasks for {minutes} minutes" if minutes else f"unprotect {len(named)} tasks"
        event = self.sim.log.add("service", self.name, f"You {what} of service {self.name}.", tasks=list(tasks))
        for task in named:
            task.protected_until = self.sim.now + minutes * MINUTE
        self.sim.process(self._wake_later(event, minutes * MINUTE))
        return event

    @property
    def tasks(self) -> list[Task]:
        """All tasks that are not STOPPED."""
        return self._launcher.tasks

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
    def network_configuration(self) -> AwsvpcConfiguration | None:
        """The subnets and security groups of its tasks."""
        return self._places.network_configuration

    @property
    def strategy(self) -> tuple[CapacityProviderStrategyItem, ...]:
        """Its capacity provider strategy."""
        return self._places.capacity_provider_strategy

    @property
    def availability_zone_rebalancing(self) -> str:
        """ENABLED or DISABLED."""
        return "ENABLED" if self._rebalancing.enabled else "DISABLED"

    @property
    def group(self) -> str:
        """The task group of its tasks."""
        return self._places.group

    @property
    def running_count(self) -> int:
        """Tasks whose last status is RUNNING."""
        return sum(task.last_status == "RUNNING" for task in self.tasks)

    def counts_healthy(self, task: Task) -> bool:
        """Whether a task counts towards the minimum of a deployment."""
        return self._scheduler.counts_healthy(task)

    # What tasks and targets tell

    def room_for(self, provider: Capacity, need: Need) -> ContainerInstance | str:
        """The instance on which one more task would go, or why there is none."""
        return self._places.room_for(provider, need)

    def task_changed(self, task: Task, event: int) -> None:
        """A task has begun to run, is being taken out of service, or has stopped."""
        self._membership.task_changed(
            task.id, task.last_status, task.deployment, cause=event, interface=task.attachment.interface
        )
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
        if task.desired_status == "STOPPED":
            return
        left = (self.sim.now if task.running_since is None else task.running_since) + self.grace - self.sim.now
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

    def displace(self, task: Task, reason: str, cause: int) -> None:
        """Have a task replaced elsewhere; one that does not run yet, or of a DAEMON service, goes at once."""
        task.displaced = True
        if task.daemon or task.last_status in ("PROVISIONING", "PENDING"):
            self._launcher.stop([task], cause, reason)
        self._wake(cause)

    def _room_changed(self, event: int) -> None:
        if self._launcher.unplaced or self._rebalancing.enabled:
            self._wake(event)

    def _wake(self, cause: int) -> None:
        # Model: the scheduler acts one second after something has changed.
        self.sim.process(self._wake_later(cause, 0.0))

    def _wake_later(self, cause: int, seconds: float) -> Generator[simpy.Event, None, None]:
        yield self.sim.sleep(seconds + 1.0)
        self._scheduler.reconcile(cause)

    # Metrics

    def _read(self) -> Iterator[Sample]:
        for front in self.fronts:
            front.catch_up()
        self._metrics.note(self.desired_count, self.tasks)
        return iter(())
