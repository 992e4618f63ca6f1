"""How a service goes from one revision to the next: how many tasks at a time, and when it gives up.

[ECS API, DeploymentConfiguration, DeploymentCircuitBreaker, ThresholdConfiguration; read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Any, Protocol

from ecslite.errors import InvalidSetting

__all__ = ["DeploymentAlarms", "DeploymentCircuitBreaker", "DeploymentConfiguration", "ThresholdConfiguration"]

BOUNDS = (3, 200)
"""The least and the greatest threshold of BOUNDED_PERCENT [ECS Developer Guide, deployment-circuit-breaker; read
2026-11-24]."""

LONGEST_BAKE = 1440
"""Minutes [ECS API, CanaryConfiguration; read 2026-11-24]."""

THRESHOLD_TYPES = ("BOUNDED_PERCENT", "UNBOUNDED_PERCENT", "COUNT")


@dataclass(frozen=True, kw_only=True)
class ThresholdConfiguration:
    """How many failed tasks make a failed deployment: per cent of the desired count, or a fixed number of tasks."""

    type: str = "BOUNDED_PERCENT"
    value: int = 50

    def __post_init__(self) -> None:
        if self.type not in THRESHOLD_TYPES:
            raise InvalidSetting(f"type={self.type!r}: use one of {', '.join(THRESHOLD_TYPES)}")
        most = MOST_FAILURES if self.type == "COUNT" else 100
        _check_whole("value", self.value, 1, most)

    def threshold(self, desired_count: int) -> int:
        """Failed tasks at which the deployment fails, for a service of that many tasks."""
        if self.type == "COUNT":
            return self.value
        share = ceil(Fraction(self.value * desired_count, 100))
        low, high = BOUNDS
        return min(max(share, low), high) if self.type == "BOUNDED_PERCENT" else share


@dataclass(frozen=True, kw_only=True)
class DeploymentCircuitBreaker:
    """Whether a deployment whose tasks keep failing is given up, and whether the service then goes back."""

    enable: bool = True
    rollback: bool = True
    """Back to the latest deployment that was completed; with none, the service stalls."""
    reset_on_healthy_task: bool = True
    """Whether a task that turns healthy sets the count of failures to 0."""
    threshold_configuration: ThresholdConfiguration = field(default_factory=ThresholdConfiguration)


class WatchedAlarm(Protocol):
    """What a deployment has to know of an alarm; `ecs.Alarm` is one."""

    name: str
    state: str
    event: int | None
    told: list[Callable[[Any], None]]


@dataclass(frozen=True, kw_only=True)
class DeploymentAlarms:
    """Alarms that fail a deployment when one goes into ALARM before it is completed.

    Where one stands in ALARM already at the start, that deployment has none [ECS Developer Guide,
    deployment-alarm-failure; read 2026-11-24].
    """

    alarms: Sequence[WatchedAlarm]
    enable: bool = True
    rollback: bool = True
    bake_time_in_minutes: float = 3.0
    # Model: how long the alarms are watched after the last old task has gone. ECS computes it from the alarms, and AWS
    # says only that it is less than five minutes by default.

    def __post_init__(self) -> None:
        if not self.alarms:
            raise InvalidSetting("alarms=(): name at least one alarm, such as ecs.Alarm(...)")
        if not 0 <= self.bake_time_in_minutes <= LONGEST_BAKE:
            raise InvalidSetting(f"bake_time_in_minutes={self.bake_time_in_minutes}: use 0 to {LONGEST_BAKE}")


@dataclass(frozen=True, kw_only=True)
class DeploymentConfiguration:
    """Of a rolling update: the fewest healthy tasks and the most tasks at any moment, in per cent of the desired count.

    Defaults are those of a REPLICA service. Lower percentages of the minimum deploy without spare capacity; a greater
    maximum deploys faster.
    """

    minimum_healthy_percent: int = 100
    maximum_percent: int = 200
    deployment_circuit_breaker: DeploymentCircuitBreaker | None = None
    alarms: DeploymentAlarms | None = None
    first_throttle_seconds: float = 10.0
    # Model: tasks that fail to start are tried again after 10 s, then 20 s, doubling up to AWS's 27 minutes. AWS
    # documents the limit alone.

    def __post_init__(self) -> None:
        _check_whole("minimum_healthy_percent", self.minimum_healthy_percent, 0, 100)
        _check_whole("maximum_percent", self.maximum_percent, 100, 200)
        if self.first_throttle_seconds < 0:
            raise InvalidSetting(f"first_throttle_seconds={self.first_throttle_seconds}: seconds start at 0")

    def lower(self, desired_count: int) -> int:
        """Healthy tasks that must remain, rounded up."""
        return -(-desired_count * self.minimum_healthy_percent // 100)

    def upper(self, desired_count: int) -> int:
        """Tasks that may be running or starting at a time, rounded down."""
        return desired_count * self.maximum_percent // 100


MOST_FAILURES = 5_000
"""No count above the most tasks of a service can ever be reached [AWS General Reference, ECS quotas; read
2026-11-23]."""


def _check_whole(name: str, value: int, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidSetting(f"{name}={value!r}: use a whole number from {low} to {high:,}")
