"""The DAEMON scheduler: exactly one task on each ACTIVE instance that satisfies the placement constraints.

The first on an instance and the last to leave it. A new revision takes the place of the old one instance by instance:
the old task stops first, since no instance may have two. [ECS Developer Guide, ecs_services,
managed-instance-draining; ECS API, CreateService, DeploymentConfiguration; read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Callable

from ecslite.capacity.container_instance import ContainerInstance
from ecslite.ecs.deployments import Deployments
from ecslite.ecs.launcher import Launcher
from ecslite.ecs.scheduler import SCALING, Scheduled, Scheduler

__all__ = ["Daemons"]


class Daemons(Scheduler):
    """Acts for one service; `counted` is told how many tasks it is to have."""

    def __init__(
        self,
        service: Scheduled,
        launcher: Launcher,
        deployments: Deployments,
        *,
        wake: Callable[[int], None],
        counted: Callable[[int, int], None],
    ) -> None:
        super().__init__(service, launcher, deployments)
        self._wake, self._counted = wake, counted
        service.cluster.on_instance(self._instance_changed)

    def instances(self) -> list[ContainerInstance]:
        """Where it has to have a task."""
        places = self.launcher.places
        mine = places.instances(places.providers)
        return [one for one in self.service.cluster.daemon_instances(places.constraints) if one in mine]

    def reconcile(self, cause: int) -> None:
        """Start and stop what has to be started and stopped now."""
        instances = self.instances()
        self._counted(len(instances), cause)
        self._leave_others(instances, cause)
        self._replace(cause)
        for instance in instances:
            self._cover(instance, cause)
        if self.primary.rollout_state == "IN_PROGRESS":
            self.judge([task for task in self.launcher.live if task.deployment == self.primary.id], cause)

    def _instance_changed(self, instance: ContainerInstance, event: int) -> None:
        # At once, so that its task is there before those that wait for the instance.
        instances = self.instances()
        self._counted(len(instances), event)
        if instance in instances:
            self._cover(instance, event)
        self._wake(event)

    def _cover(self, instance: ContainerInstance, cause: int) -> None:
        if not any(task.instance is instance for task in self.launcher.tasks):
            self.launcher.start_on(self.primary, instance, cause)

    def _leave_others(self, instances: list[ContainerInstance], cause: int) -> None:
        """Tasks on ACTIVE instances that the constraints no longer allow stop."""
        hosts = {one.id for one in instances}
        stray = [
            task
            for task in self.launcher.live
            if task.instance is not None and task.instance.status == "ACTIVE" and task.instance.id not in hosts
        ]
        self.launcher.stop(stray, cause, "its container instance does not satisfy the placement constraints")

    def _replace(self, cause: int) -> None:
        """Stop tasks that are unhealthy, and of earlier revisions as many as the minimum leaves."""
        live = self.launcher.live
        self.stop_ill([task for task in live if not task.healthy], cause)
        if self.primary.rollout_state == "FAILED":
            return
        old = [task for task in live if task.healthy and task.deployment != self.primary.id]
        idle = [task for task in old if not self.counts_healthy(task)]
        spare = max(len(self.healthy(live)) - self.bounds.lower(self.desired), 0)
        useful = self.healthy(old)
        self.launcher.stop(idle + self.launcher.surplus(useful, min(spare, len(useful))), cause, SCALING)
        if useful and self.bounds.lower(self.desired) >= self.desired:
            self.stands_still(cause)
