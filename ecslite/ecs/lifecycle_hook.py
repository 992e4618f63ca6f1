"""Lifecycle hooks: what a deployment asks before it goes on from a stage.

A hook is a function of yours, as a Lambda function would be, or a pause that ends when you say so. What it leaves out:
the function's own run time.

[ECS API, DeploymentLifecycleHook; ECS Developer Guide, deployment-lifecycle-hooks, pause-lifecycle-hooks,
blue-green-deployment-how-it-works; read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ecslite.errors import InvalidSetting

__all__ = [
    "HOOK_STAGES",
    "HOOK_STATUSES",
    "HOOK_TARGET_TYPES",
    "LIFECYCLE_STAGES",
    "TIMEOUT_ACTIONS",
    "DeploymentLifecycleHook",
    "DeploymentLifecycleHookTimeoutConfiguration",
    "HookAnswer",
]

LIFECYCLE_STAGES = (
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
    "BAKE_TIME",
    "CLEAN_UP",
)
"""In their order. RECONCILE_SERVICE comes only where more than one revision is active at the start."""

HOOK_STAGES = tuple(stage for stage in LIFECYCLE_STAGES if stage not in ("SCALE_UP", "BAKE_TIME", "CLEAN_UP"))
"""The stages that may have hooks."""

NO_PAUSE = ("TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT")
"""The stages that may have no PAUSE hook."""

HOOK_TARGET_TYPES = ("AWS_LAMBDA", "PAUSE")
HOOK_STATUSES = ("AWAITING_ACTION", "IN_PROGRESS", "SUCCEEDED", "FAILED", "TIMED_OUT")
TIMEOUT_ACTIONS = ("ROLLBACK", "CONTINUE")

LONGEST_PAUSE = 20_160
"""Minutes: 14 days."""

CALL_BACK_DELAY = 30.0
"""Seconds after which a function that answered IN_PROGRESS is asked again, if it does not say."""

Answer = str | Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class DeploymentLifecycleHookTimeoutConfiguration:
    """How long a hook may take, and what is done then."""

    timeout_in_minutes: int = 1440
    action: str = "ROLLBACK"

    def __post_init__(self) -> None:
        if not 1 <= self.timeout_in_minutes <= LONGEST_PAUSE:
            raise InvalidSetting(
                f"timeout_in_minutes={self.timeout_in_minutes}: use 1 to {LONGEST_PAUSE:,} (14 days) for a pause,"
                " 1 to 1,440 for a function"
            )
        if self.action not in TIMEOUT_ACTIONS:
            raise InvalidSetting(f"action={self.action!r}: use one of {', '.join(TIMEOUT_ACTIONS)}")


@dataclass(frozen=True, kw_only=True)
class DeploymentLifecycleHook:
    """At which stages a deployment asks, and whom.

    `target` is called with what a Lambda function would get: lifecycleStage, executionDetails (with
    testTrafficWeights and productionTrafficWeights), hookDetails. It answers "SUCCEEDED", "FAILED" or "IN_PROGRESS",
    or a dictionary with hookStatus and, if it likes, callBackDelay (seconds) and hookDetails.
    """

    lifecycle_stages: Sequence[str]
    target: Callable[[dict[str, Any]], Answer] | None = None
    target_type: str = "AWS_LAMBDA"
    hook_details: Mapping[str, Any] = field(default_factory=dict)
    timeout_configuration: DeploymentLifecycleHookTimeoutConfiguration = field(
        default_factory=DeploymentLifecycleHookTimeoutConfiguration
    )

    def __post_init__(self) -> None:
        for stage in self.lifecycle_stages:
            if stage not in HOOK_STAGES:
                raise InvalidSetting(f"lifecycle stage {stage!r} can have no hook: use one of {', '.join(HOOK_STAGES)}")
        if not self.lifecycle_stages:
            raise InvalidSetting(f"lifecycle_stages=(): name at least one of {', '.join(HOOK_STAGES)}")
        if self.target_type not in HOOK_TARGET_TYPES:
            raise InvalidSetting(f"target_type={self.target_type!r}: use one of {', '.join(HOOK_TARGET_TYPES)}")
        if (self.target_type == "PAUSE") != (self.target is None):
            raise InvalidSetting("a hook has a function as its target, or target_type='PAUSE' and none: give one")
        self._check_stages()

    def ask(self, payload: dict[str, Any]) -> HookAnswer:
        """What its function answers; one that raises an error has FAILED, as ECS takes it."""
        assert self.target is not None
        try:
            return HookAnswer.of(self.target(payload))
        except Exception as error:
            return HookAnswer("FAILED", why=f" ({type(error).__name__}: {error})")

    def _check_stages(self) -> None:
        shifting = [stage for stage in self.lifecycle_stages if stage in NO_PAUSE]
        if self.target is None and shifting:
            raise InvalidSetting(f"a PAUSE hook at {shifting[0]}: take POST_{shifting[0]}, or a function")
        if self.target is not None and self.timeout_configuration.timeout_in_minutes > 1440:
            minutes = self.timeout_configuration.timeout_in_minutes
            raise InvalidSetting(f"timeout_in_minutes={minutes} of a function: a stage lasts 1,440 at the most")


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """What a hook said: a status, and for IN_PROGRESS when to ask it again, with which details."""

    status: str
    delay: float = 0.0
    details: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""

    @classmethod
    def of(cls, answer: object) -> HookAnswer:
        """Read what a function returned; an answer that is none counts as FAILED, as with ECS."""
        said = {"hookStatus": answer} if isinstance(answer, str) else answer
        status = said.get("hookStatus") if isinstance(said, Mapping) else None
        if not isinstance(said, Mapping) or status not in ("SUCCEEDED", "FAILED", "IN_PROGRESS"):
            return cls("FAILED", why=f", since {answer!r} is no hookStatus")
        delay = said.get("callBackDelay", CALL_BACK_DELAY)
        if not isinstance(delay, int | float) or delay <= 0:
            return cls("FAILED", why=f", since callBackDelay={delay!r} is no number of seconds")
        return cls(str(status), float(delay), said.get("hookDetails", {}))
