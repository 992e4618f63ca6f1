"""What the views read from a Run: one service with its load balancer, minute by minute.

Every view starts here, so that a run without a load balancer, without traffic or shorter than a minute is met once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from ecslite.errors import NotInThisRun
from ecslite.sim.run import Level, Part, Run

__all__ = ["Service", "Steps", "Values", "at", "service"]

Values = Sequence[float | None]
Steps = tuple[tuple[float, int, int | None], ...]


@dataclass(frozen=True)
class Service:
    """One service of a run, with the load balancer its targets stand behind (None without one)."""

    run: Run
    name: str
    tasks: tuple[Part, ...]
    targets: dict[str, Part]
    """Each task's target, by the task's id."""
    balancer: str | None

    @property
    def minutes(self) -> float:
        """How long the run is."""
        return self.run.seconds / 60

    @cached_property
    def desired(self) -> Steps:
        """(seconds, desired count from then on, event)."""
        return self._level("DesiredCount").steps

    @cached_property
    def running(self) -> Steps:
        """(seconds, running tasks from then on, event)."""
        return _last_of_each_moment(self._level("RunningCount").steps)

    @cached_property
    def requests(self) -> Values:
        """Requests in each minute."""
        return self._values("RequestCount", self.balancer, "Sum")

    @cached_property
    def errors(self) -> Values:
        """Requests that ended in a 5XX in each minute: the load balancer's own answers and those of targets."""
        of_balancer = self._values("HTTPCode_ELB_5XX_Count", self.balancer, "Sum")
        of_targets = self._values("HTTPCode_Target_5XX_Count", self.balancer, "Sum") or (0,) * len(of_balancer)
        return [(one or 0) + (other or 0) for one, other in zip(of_balancer, of_targets, strict=True)]

    @cached_property
    def p95(self) -> Values:
        """Seconds within which 95 % of the requests were answered, in each minute."""
        return self._values("TargetResponseTime", self.balancer, "p95")

    @cached_property
    def cpu(self) -> Values:
        """Average CPU utilization of the running tasks, per cent, in each minute."""
        return self._values("CPUUtilization", self.name, "Average")

    def cpu_of(self, task: str) -> Values:
        """CPU utilization of one task, per cent, in each minute; empty where it was not measured."""
        return self._values("TaskCpuUtilization", task, "Average")

    @property
    def target(self) -> float | None:
        """The CPU utilization that target tracking aims at, per cent; None where nothing tracks it."""
        for policy in self.run.of_kind("scaling_policy"):
            if policy.id == f"{self.name}/ECSServiceAverageCPUUtilization":
                return float(policy.attributes["target"])
        return None

    def _level(self, name: str) -> Level:
        return self.run.level(name, self.name)

    def _values(self, metric: str, subject: str | None, statistic: str) -> Values:
        found = self._statistics.get((metric, subject))
        return found.get(statistic, ()) if found else ()

    @cached_property
    def _statistics(self) -> dict[tuple[str, str | None], dict[str, tuple[float | None, ...]]]:
        return {(metric.name, metric.subject): dict(metric.statistics) for metric in self.run.metric_list}


def service(run: Run, name: str | None = None) -> Service:
    """The service of that name, or the only one of the run; NotInThisRun says which there are."""
    services = [level.subject for level in run.levels if level.name == "DesiredCount"]
    if name is None and len(services) == 1:
        name = services[0]
    if name not in services:
        raise NotInThisRun(f"service={name!r}: this run has {', '.join(services) or 'no service'}; name one of them")
    tasks = tuple(task for task in run.of_kind("task") if task.attributes["service"] == name)
    ids = {task.id for task in tasks}
    # What stands behind a name or a Service Connect endpoint is a target too, but no load balancer's.
    targets = {
        part.attributes["task"]: part
        for part in run.of_kind("target")
        if part.attributes["task"] in ids and "load_balancer" in part.attributes
    }
    behind = {part.attributes["load_balancer"] for part in targets.values()}
    # An only service whose tasks never came to be registered still stands behind the load balancer.
    balancers = sorted(behind) or [part.id for part in run.of_kind("load_balancer") if len(services) == 1]
    return Service(run, name, tasks, targets, balancers[0] if balancers else None)


def _last_of_each_moment(steps: Steps) -> Steps:
    """The steps with one value a moment: a count that falls by five at once falls once."""
    return tuple(
        step for step, after in zip(steps, (*steps[1:], None), strict=True) if after is None or after[0] > step[0]
    )


def at(steps: Steps, seconds: float) -> int:
    """The value that holds at a moment; 0 before the first step."""
    place = bisect_right(steps, seconds, key=itemgetter(0))
    return steps[place - 1][1] if place else 0
