"""A target: one address behind a load balancer, with the workers that serve there and what the health checks say of
it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ecslite.errors import InvalidSetting
from ecslite.sim.simulation import Record
from ecslite.sim.station import Workers

__all__ = ["HealthCheck", "Target"]


@dataclass(frozen=True)
class HealthCheck:
    """How a load balancer asks its targets whether they are well.

    Defaults and ranges are those of an Application Load Balancer for instance and ip targets
    [Elastic Load Balancing guide, target group health checks; read 2026-11-23].
    """

    interval_seconds: int = 30
    timeout_seconds: int = 5
    healthy_threshold_count: int = 5
    """Successes in a row after which an *unhealthy* target counts as healthy. A new one needs a single success."""
    unhealthy_threshold_count: int = 2

    def __post_init__(self) -> None:
        ranges = {
            "interval_seconds": (5, 300),
            "timeout_seconds": (2, 120),
            "healthy_threshold_count": (2, 10),
            "unhealthy_threshold_count": (2, 10),
        }
        for name, (low, high) in ranges.items():
            if not low <= getattr(self, name) <= high:
                raise InvalidSetting(f"{name}={getattr(self, name)}: a load balancer takes {low} to {high}")
        if self.timeout_seconds >= self.interval_seconds:
            raise InvalidSetting(
                f"timeout_seconds={self.timeout_seconds} must be less than interval_seconds={self.interval_seconds}:"
                " lower the first or raise the second"
            )


class Target:
    """One registered target.

    initial → healthy ⇄ unhealthy, and from any of them → draining → unused. A target that serves nothing (`alive` is
    False, or `ready_at` has not come) refuses connections; the load balancer answers 502 for it.
    """

    def __init__(self, record: Record, workers: Workers, ready_at: float, told: Callable[[Target, int], None]) -> None:
        self.record = record
        self.workers = workers
        self.ready_at = ready_at
        self.alive = True
        self.died_by: int | None = None
        self.told = told
        self.in_a_row = 0
        """Health checks in a row with the same answer: positive for passed, negative for failed."""

    @property
    def state(self) -> str:
        return self.record.state

    def answers(self, now: float, within: float) -> bool:
        """Whether a health check sent now is answered in time. It queues for a worker like any request."""
        return self.alive and now >= self.ready_at and self.workers.wait(now) <= within

    def count(self, passed: bool) -> int:
        """Note one answer; how many in a row there are now, negative for failures."""
        same = (self.in_a_row > 0) == passed
        self.in_a_row = (self.in_a_row if same else 0) + (1 if passed else -1)
        return self.in_a_row
