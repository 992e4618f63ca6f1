"""Health checks: a group asks each target at an interval whether it is well, and believes it after some answers.

A new target is well after one success; an unhealthy one after `healthy_threshold_count`; a healthy one is unhealthy
after `unhealthy_threshold_count` failures [Application Load Balancer guide, target-group-health-checks; read
2026-11-23].
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol

import simpy

from ecslite.network.slow_start import SlowStart
from ecslite.network.target import HealthCheck, Target
from ecslite.sim.simulation import Simulation

__all__ = ["HealthChecks"]


class Group(Protocol):
    """What the checks ask of a target group."""

    sim: Simulation
    health_check: HealthCheck
    slow_start: SlowStart
    targets: list[Target]

    def catch_up(self) -> None:
        """Serve all that has arrived up to now."""
        ...

    def look_at_groups(self) -> None:
        """See whether connections pass the security groups."""
        ...

    def move(self, target: Target, state: str, cause: int, text: str, **details: str) -> int:
        """A target goes to a state; the event's id."""
        ...

    def traffic_event(self) -> int | None:
        """The latest change of the traffic."""
        ...


class HealthChecks:
    """The checks of one group."""

    # Model: all targets are checked at the same moments, so a new one waits up to one interval for its first check.

    def __init__(self, group: Group) -> None:
        self.group = group

    def run(self) -> Generator[simpy.Event, None, None]:
        """The checks, as a process of the control plane."""
        group = self.group
        while True:
            yield group.sim.sleep(group.health_check.interval_seconds)
            group.catch_up()
            group.look_at_groups()
            for target in list(group.targets):
                if target.state != "draining":
                    self._check(target)

    def _check(self, target: Target) -> None:
        check = self.group.health_check
        in_a_row = target.count(target.answers(self.group.sim.now, check.timeout_seconds))
        needed = 1 if target.state == "initial" else check.healthy_threshold_count
        if target.state != "healthy" and in_a_row >= needed:
            self._judge(target, "healthy", f"passed {in_a_row} health check{'s' if in_a_row > 1 else ''} in a row")
        elif target.state != "unhealthy" and -in_a_row >= check.unhealthy_threshold_count:
            self._judge(target, "unhealthy", f"failed {-in_a_row} health checks in a row{self._reason(target)}")

    def _reason(self, target: Target) -> str:
        if target.silent_now:
            why = "its security groups drop connections" if target.dropped_by else "nothing answers at its address"
            return f": {why}"
        if not target.alive or self.group.sim.now < target.ready_at:
            return ": nothing listens there"
        if target.hung:
            return ": nothing answers in time"
        if target.failing_check is not None:
            return ": its health check answers with an error"
        return f": a request waits {target.workers.wait(self.group.sim.now):.0f} s for a worker"

    def _code(self, target: Target, state: str) -> dict[str, str]:
        """The reason code of an unhealthy target [Elastic Load Balancing API, TargetHealthReasonEnum]."""
        if state != "unhealthy":
            return {}
        if target.silent_now:
            return {"reason": "Target.Timeout"}
        if not target.alive or self.group.sim.now < target.ready_at:
            return {"reason": "Target.FailedHealthChecks"}
        return {"reason": "Target.Timeout" if target.failing_check is None else "Target.ResponseCodeMismatch"}

    def _judge(self, target: Target, state: str, why: str) -> None:
        cause = target.dropped_by if target.died_by is None else target.died_by
        cause = target.failing_check if cause is None else cause
        if cause is None and state == "unhealthy" and self.group.sim.now >= target.ready_at:
            cause = self.group.traffic_event()
        if cause is None:
            cause = target.record.states[-1][2]
        text = f"Target {target.short} {why}: it is {state}."
        event = self.group.move(target, state, cause, text, **self._code(target, state))
        self.group.slow_start.changed(target, self.group.targets, self.group.sim.now)
        target.told(target, event)
