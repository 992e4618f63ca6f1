"""How a service goes from one revision to the next: by which strategy, how many tasks at a time, when it gives up.

[ECS API, DeploymentConfiguration, DeploymentCircuitBreaker, ThresholdConfiguration, DeploymentEarlySuccessCriteria;
read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Any, Protocol

from ecslite.ecs.lifecycle_hook import DeploymentLifecycleHook
from ecslite.ecs.traffic_shifts import (
    LONGEST_BAKE,
    CanaryConfiguration,
    LinearConfiguration,
    TrafficShift,
    check_minutes,
)
from ecslite.errors import InvalidSetting

__all__ = [
    "CODE_DEPLOY",
    "STRATEGIES",
    "DeploymentAlarms",
    "DeploymentCircuitBreaker",
    "DeploymentConfiguration",
    "DeploymentEarlySuccessCriteria",
    "ThresholdConfiguration",
]

STRATEGIES = ("ROLLING", "BLUE_GREEN", "LINEAR", "CANARY")

CLEANUPS = ("BLOCKING", "DEFERRED")

CODE_DEPLOY: dict[str, tuple[float, int]] = {
    "CodeDeployDefault.ECSLinear10PercentEvery1Minutes": (10.0, 1),
    "CodeDeployDefault.ECSLinear10PercentEvery3Minutes": (10.0, 3),
    "CodeDeployDefault.ECSCanary10Percent5Minutes": (10.0, 5),
    "CodeDeployDefault.ECSCanary10Percent15Minutes": (10.0, 15),
    "CodeDeployDefault.ECSAllAtOnce": (100.0, 0),
}
"""CodeDeploy's predefined configurations for ECS: per cent of traffic in a step, and minutes between the steps
[CodeDeploy User Guide, deployment-configurations; read 2026-11-24]."""

ORIGINAL_KEPT_MINUTES = 60
"""For which the console of CodeDeploy keeps the original tasks by default [ECS Developer Guide,
deployment-type-bluegreen; read 2026-11-24]."""

BOUNDS = (3, 200)
"""The least and the greatest threshold of BOUNDED_PERCENT [ECS Developer Guide, deployment-circuit-breaker; read
2026-11-24]."""

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
class DeploymentEarlySuccessCriteria:
    """A rolling update counts as completed once so many per cent of the desired count are healthy.

    BLOCKING waits until the earlier tasks have gone, DEFERRED does not. The scheduler goes on to the end either way.
    """

    healthy_percent: int
    source_service_revision_cleanup: str
    enable: bool = True

    def __post_init__(self) -> None:
        _check_whole("healthy_percent", self.healthy_percent, 0, 100)
        if self.source_service_revision_cleanup not in CLEANUPS:
            said = self.source_service_revision_cleanup
            raise InvalidSetting(f"source_service_revision_cleanup={said!r}: use one of {', '.join(CLEANUPS)}")


@dataclass(frozen=True, kw_only=True)
class DeploymentConfiguration:
    """By which strategy, and within which bounds.

    Of a rolling update: the fewest healthy tasks and the most tasks at any moment, in per cent of the desired count.
    Defaults are those of a REPLICA service. Lower percentages of the minimum deploy without spare capacity; a greater
    maximum deploys faster. The other strategies run both revisions in full, and move traffic between them.
    """

    strategy: str = "ROLLING"
    minimum_healthy_percent: int = 100
    maximum_percent: int = 200
    bake_time_in_minutes: int | None = None
    """How long both revisions run after all production traffic has gone to the new one; BLUE_GREEN must say."""
    linear_configuration: LinearConfiguration | None = None
    canary_configuration: CanaryConfiguration | None = None
    lifecycle_hooks: Sequence[DeploymentLifecycleHook] = ()
    deployment_circuit_breaker: DeploymentCircuitBreaker | None = None
    # Model: it works for every strategy. The API reference has it for rolling updates alone, the console for all.
    alarms: DeploymentAlarms | None = None
    early_success_criteria: DeploymentEarlySuccessCriteria | None = None
    counts_stopping_tasks: bool = False
    # Model: whether tasks on their way out count against the maximum. The developer guide counts them, the API
    # reference has RUNNING and PENDING only. With them, each batch waits for the one before to drain.
    first_throttle_seconds: float = 10.0
    # Model: tasks that fail to start are tried again after 10 s, then 20 s, doubling up to AWS's 27 minutes. AWS
    # documents the limit alone.

    def __post_init__(self) -> None:
        if self.strategy not in STRATEGIES:
            raise InvalidSetting(f"strategy={self.strategy!r}: use one of {', '.join(STRATEGIES)}")
        _check_whole("minimum_healthy_percent", self.minimum_healthy_percent, 0, 100)
        _check_whole("maximum_percent", self.maximum_percent, 100, 200)
        if self.first_throttle_seconds < 0:
            raise InvalidSetting(f"first_throttle_seconds={self.first_throttle_seconds}: seconds start at 0")
        self._check_bake()
        self._check_strategy()

    def _check_bake(self) -> None:
        if self.bake_time_in_minutes is not None:
            check_minutes("bake_time_in_minutes", self.bake_time_in_minutes)
        elif self.strategy == "BLUE_GREEN":
            raise InvalidSetting(
                "strategy='BLUE_GREEN' without bake_time_in_minutes: say how long both revisions run after the shift,"
                " such as bake_time_in_minutes=5"
            )

    def _check_strategy(self) -> None:
        belongs: dict[str, tuple[str, ...]] = {"linear_configuration": ("LINEAR",), "canary_configuration": ("CANARY",)}
        belongs |= {"lifecycle_hooks": STRATEGIES[1:], "early_success_criteria": ("ROLLING",)}
        for name, strategies in belongs.items():
            if getattr(self, name) and self.strategy not in strategies:
                raise InvalidSetting(
                    f"{name}= with strategy={self.strategy!r}: it belongs to {', '.join(strategies)}; leave one out"
                )
        early = self.early_success_criteria
        if early is not None and early.healthy_percent < self.minimum_healthy_percent:
            raise InvalidSetting(
                f"healthy_percent={early.healthy_percent} is less than"
                f" minimum_healthy_percent={self.minimum_healthy_percent}: raise the first or lower the second"
            )

    @classmethod
    def code_deploy(cls, name: str, *, bake_time_in_minutes: int = ORIGINAL_KEPT_MINUTES) -> DeploymentConfiguration:
        """The strategy that shifts traffic as one of CodeDeploy's predefined configurations does.

        InvalidSetting for a name that is none of `CODE_DEPLOY`.
        """
        if name not in CODE_DEPLOY:
            raise InvalidSetting(f"{name!r} is none of CodeDeploy's for ECS: use one of {', '.join(CODE_DEPLOY)}")
        percent, minutes = CODE_DEPLOY[name]
        linear = LinearConfiguration(step_percent=percent, step_bake_time_in_minutes=minutes)
        canary = CanaryConfiguration(canary_percent=percent, canary_bake_time_in_minutes=minutes)
        if "Linear" in name:
            return cls(strategy="LINEAR", linear_configuration=linear, bake_time_in_minutes=bake_time_in_minutes)
        if "Canary" in name:
            return cls(strategy="CANARY", canary_configuration=canary, bake_time_in_minutes=bake_time_in_minutes)
        return cls(strategy="BLUE_GREEN", bake_time_in_minutes=bake_time_in_minutes)

    @property
    def shifts(self) -> list[TrafficShift]:
        """The shifts of production traffic, in their order; of a rolling update there are none."""
        if self.strategy == "LINEAR":
            return (self.linear_configuration or LinearConfiguration()).shifts
        if self.strategy == "CANARY":
            return (self.canary_configuration or CanaryConfiguration()).shifts
        return [TrafficShift(100.0, 0)] if self.strategy == "BLUE_GREEN" else []

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
