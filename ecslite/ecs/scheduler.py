"""What both schedulers, REPLICA and DAEMON, have in common: who is healthy, and when a deployment is done."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol

from ecslite.ecs.cluster import Cluster
from ecslite.ecs.deployment import Deployment
from ecslite.ecs.deployment_configuration import DeploymentConfiguration
from ecslite.ecs.deployments import HEALTHY_AFTER, Deployments
from ecslite.ecs.launcher import Launcher
from ecslite.ecs.task import Task
from ecslite.sim.simulation import Simulation

__all__ = ["SCALING", "Scheduled", "Scheduler"]

SCALING = "Scaling activity initiated by the service scheduler"
"""The reason of a task that is stopped because there is one too many."""


class Scheduled(Protocol):
    """The service, as its scheduler sees it."""

    sim: Simulation
    cluster: Cluster
    name: str
    desired_count: int
    deployment_configuration: DeploymentConfiguration


class Scheduler(ABC):
    """Brings what runs to what is wanted, each time something has changed."""

    def __init__(self, service: Scheduled, launcher: Launcher, deployments: Deployments) -> None:
        self.service = service
        self.sim = service.sim
        self.launcher = launcher
        self.deployments = deployments

    @abstractmethod
    def reconcile(self, cause: int) -> None:
        """Start and stop what has to be started and stopped now."""

    @property
    def primary(self) -> Deployment:
        """The deployment that the service runs, or is to run."""
        return self.deployments.primary

    @property
    def desired(self) -> int:
        """The service's desired count."""
        return self.service.desired_count

    @property
    def bounds(self) -> DeploymentConfiguration:
        """The minimum and the maximum."""
        return self.service.deployment_configuration

    def counts_healthy(self, task: Task) -> bool:
        """Whether a task counts towards the minimum, and towards the end of a deployment.

        With health checks when all of them pass; without, 40 s after RUNNING if a deployment started it, and from
        RUNNING on where an instance drains. [ECS API, DeploymentConfiguration; ECS Developer Guide,
        container-instance-draining; read 2026-11-24]
        """
        if not task.ready or not task.healthy or task.running_since is None:
            return False
        starts = self.primary.rollout_state == "IN_PROGRESS" and task.deployment == self.primary.id
        waits = starts and not task.checked and not task.displaced
        return not waits or self.sim.now - task.running_since >= HEALTHY_AFTER

    def healthy(self, tasks: list[Task]) -> list[Task]:
        """Those that count as healthy."""
        return [task for task in tasks if self.counts_healthy(task)]

    def stop_ill(self, tasks: list[Task], cause: int) -> None:
        """Stop tasks that failed their health checks; each is a failure of its deployment."""
        for task in tasks:
            self.launcher.stop([task], cause, task.condemned or "")
            self.deployments.failed_check(task, cause)

    def judge(self, mine: list[Task], cause: int) -> None:
        """The deployment is completed when all tasks are its own, as many as desired, healthy, and the old have gone.

        With early success criteria a share of them is enough, and the old may go later.
        """
        healthy = self.healthy(mine)
        for task in healthy:
            self.deployments.healthy(task)
        older = [task for task in self.launcher.tasks if task.deployment != self.primary.id]
        if self._done(len(healthy), len(mine), bool(older)):
            self.deployments.steady(cause)
            return
        self.deployments.unsteady()
        protected = [task for task in older if task.protected]
        if len(healthy) == self.desired and protected:
            count = len(protected)
            self.launcher.no_room(f"cannot end its deployment: {count} earlier tasks are protected.", cause)

    def _done(self, healthy: int, mine: int, older: bool) -> bool:
        early = self.bounds.early_success_criteria
        if early is None or not early.enable:
            return healthy == mine == self.desired and not older
        enough = healthy >= -(-self.desired * early.healthy_percent // 100)
        return enough and (early.source_service_revision_cleanup == "DEFERRED" or not older)

    def stands_still(self, cause: int) -> None:
        """Say that the minimum and the maximum leave no room for a single step."""
        bounds, desired = self.bounds, self.desired
        reason = (
            f"was unable to stop or start tasks during a deployment because of the service deployment configuration:"
            f" {bounds.lower(desired)} of {desired} tasks must stay healthy and {bounds.upper(desired)} may run."
            f" Lower minimum_healthy_percent={bounds.minimum_healthy_percent} or raise"
            f" maximum_percent={bounds.maximum_percent}."
        )
        self.launcher.no_room(reason, cause)
