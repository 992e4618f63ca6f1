"""The REPLICA scheduler: keeps the desired count, replaces what is unhealthy, and takes a new revision in step by step.

[ECS Developer Guide, ecs_services, deployment-type-ecs, container-instance-draining; ECS API, DeploymentConfiguration;
read 2026-11-24]
"""

from __future__ import annotations

from ecslite.ecs.deployment import Deployment
from ecslite.ecs.deployments import Deployments
from ecslite.ecs.launcher import Launcher
from ecslite.ecs.rebalancing import Rebalancing
from ecslite.ecs.scheduler import SCALING, Scheduled, Scheduler
from ecslite.ecs.task import Task

__all__ = ["Replicas"]


class Replicas(Scheduler):
    """Acts for one service."""

    def __init__(
        self, service: Scheduled, launcher: Launcher, deployments: Deployments, *, rebalancing: Rebalancing
    ) -> None:
        super().__init__(service, launcher, deployments)
        self.rebalancing = rebalancing
        self._slots: dict[str, int] = {}
        """How many tasks each earlier revision still has to keep, while the primary takes their place."""
        self._slots_of = ""
        """The primary at which they were counted."""

    def reconcile(self, cause: int) -> None:
        """Start and stop what has to be started and stopped now."""
        shift = self.deployments.shift
        if shift is not None:
            for deployment, count in shift.wanted():
                self._hold(deployment, count, cause)
            for task in self.healthy(self._of(self.primary)):
                self.deployments.healthy(task)
            shift.look(cause)
            return
        self._roll(cause)
        if self.primary.rollout_state == "IN_PROGRESS":
            self.judge(self._of(self.primary), cause)
        else:
            self.rebalancing.look(self.launcher.live, self.desired, cause, self._room())

    def _of(self, deployment: Deployment) -> list[Task]:
        """Its tasks that are to stay."""
        return [task for task in self.launcher.live if task.deployment == deployment.id and not task.displaced]

    # One revision

    def _hold(self, deployment: Deployment, count: int, cause: int) -> None:
        """Keep a revision at a count of its own, beside another."""
        tasks = [task for task in self.launcher.live if task.deployment == deployment.id]
        if not count:
            self.launcher.stop([task for task in tasks if not task.protected], cause, SCALING)
            return
        room = max(self.bounds.upper(count) - len(tasks), 0)
        self._keep(deployment, tasks, count, room, cause)
        displaced = [task for task in tasks if task.displaced and task.desired_status == "RUNNING"]
        self._retire(displaced, self._spare(tasks, count), cause)

    def _keep(self, deployment: Deployment, beside: list[Task], count: int, room: int, cause: int) -> None:
        """Bring the tasks of a revision to a count, starting no more than `room`; `beside` serve with them."""
        mine = self._of(deployment)
        well = [task for task in mine if task.healthy]
        missing = count - len(well)
        if missing > 0:
            self.launcher.start(deployment, min(missing, room), cause)
        elif missing < 0:
            self.launcher.stop(self.launcher.surplus(well, -missing), cause, SCALING)
        ill = [task for task in mine if not task.healthy]
        self._replace_ill(ill, beside, count, cause, blocked=missing > room)

    def _replace_ill(self, ill: list[Task], beside: list[Task], count: int, cause: int, *, blocked: bool) -> None:
        """Stop condemned tasks as far as ready ones stand in for them.

        Where the maximum leaves no room for a replacement (`blocked`), one, drawn at random, goes first to make room.
        """
        ready = sum(task.ready and task.healthy for task in beside if task.desired_status == "RUNNING")
        spare = min(len(ill), max(ready + len(ill) - count, 0))
        if ill and not spare and blocked:
            ill, spare = [self.launcher.places.random.choice(ill)], 1
        self.stop_ill(ill[:spare], cause)

    # A rolling update, and drains

    def _roll(self, cause: int) -> None:
        """Keep the primary at the desired count, within the maximum, and have earlier tasks go, down to the minimum.

        Tasks whose instance drains go in the same way as those of an earlier revision.
        """
        live = self.launcher.live
        old = [task for task in live if task.deployment != self.primary.id or task.displaced]
        if old:
            self._replace_old(old, cause)
        room = self._room()
        wanted = self.desired + self.rebalancing.extra
        self._keep(self.primary, self.launcher.live, wanted, room, cause)
        if not old:
            return
        if self.primary.rollout_state != "FAILED":
            self._retire_old(cause)
        if self.bounds.upper(self.desired) <= self.bounds.lower(self.desired) and not room:
            self.stands_still(cause)

    def _room(self) -> int:
        """Tasks that the maximum lets start now."""
        counted = self.launcher.tasks if self.bounds.counts_stopping_tasks else self.launcher.live
        return max(self.bounds.upper(self.desired) - len(counted), 0)

    def _replace_old(self, old: list[Task], cause: int) -> None:
        """Tasks of earlier revisions that failed are replaced by their own revision, as far as the minimum needs it.

        [ECS Developer Guide, deployment-type-ecs; read 2026-11-24]
        """
        self._count_slots(old)
        for deployment in self.deployments.all[:-1]:
            its = [task for task in old if task.deployment == deployment.id and task.healthy]
            owed = min(self._slots.get(deployment.id, 0) - len(its), self._short(old), self._room())
            if owed > 0:
                self.launcher.start(deployment, owed, cause)

    def _count_slots(self, old: list[Task]) -> None:
        if self._slots_of != self.primary.id:
            self._slots_of = self.primary.id
            self._slots = {}
            for task in old:
                if task.running_since is not None and self.deployments.of(task).rollout_state != "FAILED":
                    self._slots[task.deployment] = self._slots.get(task.deployment, 0) + 1

    def _short(self, old: list[Task]) -> int:
        """By how many healthy tasks the minimum is missed, own replacements that are on their way counted in."""
        coming = [task for task in old if task.healthy and self._replaces(task) and not self.counts_healthy(task)]
        return self.bounds.lower(self.desired) - len(self.healthy(self.launcher.live)) - len(coming)

    def _replaces(self, task: Task) -> bool:
        """Whether a task of an earlier revision was started during the deployment of a later one."""
        return task.deployment != self.primary.id and task.began >= self.primary.began

    def _retire_old(self, cause: int) -> None:
        """Stop tasks of earlier revisions, and on draining instances: those of no use, of the rest what the minimum
        leaves. One that failed its checks goes when the minimum holds without it, or to make room."""
        live = self.launcher.live
        old = [task for task in live if task.deployment != self.primary.id or task.displaced]
        spare = self._spare(live, self.desired)
        short = len(self.healthy(live)) < self.bounds.lower(self.desired)
        ill = [task for task in old if not task.healthy]
        if short:
            ill = ill[: int(not self._room())]
        self.launcher.stop(ill, cause, next((task.condemned or "" for task in ill), ""))
        idle = [task for task in old if task.healthy and not self.counts_healthy(task)]
        going = [task for task in idle if not task.protected and not (short and self._replaces(task))]
        self.launcher.stop(going, cause, SCALING)
        self._retire(self.healthy(old), spare, cause)

    def _retire(self, useful: list[Task], spare: int, cause: int) -> None:
        going = self.launcher.surplus(useful, min(spare, len(useful)))
        for task in going:
            self._slots[task.deployment] = self._slots.get(task.deployment, 0) - 1
        self.launcher.stop(going, cause, SCALING)

    def _spare(self, tasks: list[Task], count: int) -> int:
        """How many healthy tasks may go before the minimum is reached."""
        return max(len(self.healthy(tasks)) - self.bounds.lower(count), 0)
