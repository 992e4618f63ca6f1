"""All deployments of a service: which one it runs, when one is given up, and to which it then goes back."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Protocol

import simpy

from ecslite.ecs.application import Application
from ecslite.ecs.blue_green import BlueGreen
from ecslite.ecs.deployment import Deployment
from ecslite.ecs.deployment_configuration import DeploymentCircuitBreaker, DeploymentConfiguration, WatchedAlarm
from ecslite.ecs.production_traffic import ProductionTraffic
from ecslite.ecs.task import Task
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.network.front import Front
from ecslite.sim.clock import MINUTE
from ecslite.sim.simulation import Simulation

__all__ = ["HEALTHY_AFTER", "Deployments"]

HEALTHY_AFTER = 40.0
"""Seconds after RUNNING at which a task without any health check counts as healthy in a deployment
[ECS API, DeploymentConfiguration; read 2026-11-24]."""


class Scheduled(Protocol):
    """The service, as its deployments see it."""

    sim: Simulation
    name: str
    desired_count: int
    deployment_configuration: DeploymentConfiguration
    fronts: tuple[Front, ...]
    """What its tasks register with."""
    traffic: ProductionTraffic | None
    """What ECS may shift for it."""

    @property
    def tasks(self) -> list[Task]:
        """Those that are not STOPPED."""
        ...

    def counts_healthy(self, task: Task) -> bool:
        """Whether a task counts as healthy in a deployment."""
        ...


class Deployments:
    """Oldest first; the last is the one that the service runs, or is to run. `wake` has the scheduler look again."""

    def __init__(self, service: Scheduled, wake: Callable[[int], None]) -> None:
        self.service = service
        self.sim = service.sim
        self.all: list[Deployment] = []
        self.shift: BlueGreen | None = None
        """The primary's way through the stages, if its strategy has them and it is not through."""
        self._wake = wake
        self._throttled = False
        """Whether it was said that tasks fail to start, since the last deployment was completed."""
        self._heard: list[WatchedAlarm] = []
        """Alarms that tell of their changes."""
        self._watched: list[WatchedAlarm] = []
        """Those that can fail the primary."""
        self._steady_since: float | None = None

    @property
    def primary(self) -> Deployment:
        """The one that the service runs, or is to run."""
        return self.all[-1]

    @property
    def configuration(self) -> DeploymentConfiguration:
        """The service's."""
        return self.service.deployment_configuration

    def add(self, definition: TaskDefinition, application: Application, cause: int) -> int:
        """Begin the next one; the event's id."""
        # Model: a service's first deployment is a rolling one, whatever the strategy: there is no blue revision yet.
        blue = self._in_production(cause) if self.all else None
        shifts = blue is not None and self.configuration.strategy != "ROLLING"
        traffic, fronts = self.service.traffic, self.service.fronts
        if traffic is not None:
            # Model: only target groups shift: service discovery and Service Connect have the tasks of both revisions.
            fronts = (traffic.green if shifts else traffic.blue, *fronts[1:])
        number = len(self.all) + 1
        self.all.append(
            Deployment(self.sim, self.service.name, number, definition, application, fronts=fronts, cause=cause)
        )
        self._watch_alarms()
        if blue is not None and shifts:
            self.shift = BlueGreen(self, blue, self.primary, self.configuration, traffic)
        return self.primary.event

    def _in_production(self, cause: int) -> Deployment:
        """The one that serves now; a deployment that shifts traffic is ended for it."""
        shift, self.shift = self.shift, None
        if shift is not None:
            return shift.abandon(cause)
        completed = [one for one in self.all if one.rollout_state == "COMPLETED"]
        return completed[-1] if completed else self.primary

    def of(self, task: Task) -> Deployment:
        """The one that started a task."""
        return next(one for one in self.all if one.id == task.deployment)

    # What a deployment that shifts traffic asks

    def healthy_count(self, deployment: Deployment) -> int:
        """Its tasks that count as healthy."""
        return sum(task.deployment == deployment.id and self.service.counts_healthy(task) for task in self._live())

    def task_count(self, deployment: Deployment) -> int:
        """Its tasks that are not STOPPED."""
        return sum(task.deployment == deployment.id for task in self.service.tasks)

    def desired(self) -> int:
        """The service's desired count."""
        return self.service.desired_count

    def active(self) -> list[Deployment]:
        """Those that have tasks, oldest first."""
        return [one for one in self.all if self.task_count(one)]

    def _live(self) -> list[Task]:
        return [task for task in self.service.tasks if task.desired_status == "RUNNING"]

    def changed(self, cause: int) -> None:
        """Have the scheduler look again."""
        self._wake(cause)

    def shift_failed(self, cause: int, why: str) -> None:
        """Give the primary up, and go back to blue."""
        self._fail(cause, why, rollback=True)

    def shift_completed(self, cause: int) -> None:
        """Blue has gone: the primary is completed."""
        self.shift = None
        self._throttled = False
        self._wake(self.primary.complete(cause))

    # When the service is steady

    def steady(self, cause: int) -> None:
        """The service is in a steady state: the primary is completed, after its bake time where alarms are watched."""
        if self._steady_since is None:
            self._steady_since = self.sim.now
        left = self._steady_since + self._bake_seconds() - self.sim.now
        if left > 0:
            self.sim.process(self._look_again(left))
            return
        self._throttled = False
        self.primary.complete(cause)

    def _bake_seconds(self) -> float:
        if self.configuration.strategy == "ROLLING" and self.configuration.bake_time_in_minutes is not None:
            return self.configuration.bake_time_in_minutes * MINUTE
        alarms = self.configuration.alarms
        return alarms.bake_time_in_minutes * MINUTE if alarms and self._watched else 0.0

    def unsteady(self) -> None:
        """The service is not in a steady state: a bake time begins anew."""
        self._steady_since = None

    # What becomes of its tasks

    def started(self, task: Task) -> None:
        """A task is RUNNING."""
        self.of(task).started()
        if self.primary.rollout_state == "IN_PROGRESS" and not task.checked:
            self.sim.process(self._look_again(HEALTHY_AFTER))

    def ended(self, task: Task, event: int) -> None:
        """A task goes; it counts if it could not start."""
        if task.running_since is not None or task.stop_code not in ("TaskFailedToStart", "EssentialContainerExited"):
            return
        deployment = self.of(task)
        delay = deployment.failed_to_start(self.configuration)
        if delay and not self._throttled:
            text = f"(service {self.service.name}) is unable to consistently start tasks successfully."
            self.sim.log.add("service", self.service.name, text, event, delay_seconds=delay)
            self._throttled = True
        self._break_circuit(deployment, event)
        self.sim.process(self._look_again(delay))

    def healthy(self, task: Task) -> None:
        """A task of the primary counts as healthy."""
        self.primary.healthy(task.id, (self._breaker or DeploymentCircuitBreaker()).reset_on_healthy_task)

    def failed_check(self, task: Task, cause: int) -> None:
        """A task is replaced because it failed health checks."""
        deployment = self.of(task)
        deployment.failed_check()
        self._break_circuit(deployment, cause)

    def _look_again(self, seconds: float) -> Generator[simpy.Event, None, None]:
        yield self.sim.sleep(seconds)
        self._wake(self.primary.event)

    # The circuit breaker

    @property
    def _breaker(self) -> DeploymentCircuitBreaker | None:
        return self.configuration.deployment_circuit_breaker

    def _break_circuit(self, deployment: Deployment, cause: int) -> None:
        """Fail a deployment whose failures have come to the threshold, and go back where that is asked for."""
        breaker = self._breaker
        if breaker is None or not breaker.enable or deployment is not self.primary:
            return
        threshold = breaker.threshold_configuration.threshold(self.service.desired_count)
        if deployment.rollout_state != "IN_PROGRESS" or deployment.failed_tasks < threshold:
            return
        self._fail(cause, f"tasks failed to start or to be healthy, {deployment.failed_tasks} in all", breaker.rollback)

    def _fail(self, cause: int, why: str, rollback: bool) -> None:
        """Give the primary up, and go back where that is asked for; not once there is nothing left to go back to."""
        if self.shift is not None and not self.shift.can_go_back:
            return
        event = self.primary.fail(cause, why)
        if rollback:
            self._roll_back(event)
        elif self.shift is not None:
            self.shift.halt()

    def _roll_back(self, cause: int) -> None:
        """To blue where traffic is shifted, else to the latest that was completed."""
        shift, self.shift = self.shift, None
        if shift is not None:
            cause = shift.go_back(cause)
            self._resume(shift.blue, cause)
            return
        completed = [one for one in self.all if one.rollout_state == "COMPLETED"]
        if completed:
            self._resume(completed[-1], cause)
        else:
            text = f"(service {self.service.name}) has no completed deployment to go back to: it starts no more tasks."
            self.sim.log.add("service", self.service.name, text, cause)

    def _resume(self, deployment: Deployment, cause: int) -> None:
        self.all.remove(deployment)
        self.all.append(deployment)
        event = deployment.resume(cause)
        self._watch_alarms()
        self._wake(event)

    # Alarms

    def _watch_alarms(self) -> None:
        """Watch the alarms of the configuration, unless one of them is in ALARM at the start."""
        self._steady_since = None
        configured = self.configuration.alarms
        alarms = list(configured.alarms) if configured and configured.enable else []
        standing = [alarm for alarm in alarms if alarm.state == "ALARM"]
        if standing:
            text = f"(service {self.service.name}) alarm {standing[0].name} is in ALARM already, so alarms are ignored."
            self.sim.log.add("service", self.service.name, text, standing[0].event)
        self._watched = [] if standing else alarms
        for alarm in alarms:
            if not any(alarm is one for one in self._heard):
                self._heard.append(alarm)
                alarm.told.append(self._alarm_changed)

    def _alarm_changed(self, alarm: WatchedAlarm) -> None:
        configured = self.configuration.alarms
        watched = any(alarm is one for one in self._watched)
        if alarm.state != "ALARM" or not watched or configured is None or alarm.event is None:
            return
        if self.primary.rollout_state != "IN_PROGRESS":
            return
        self._fail(alarm.event, f"alarm {alarm.name} went off", configured.rollback)
