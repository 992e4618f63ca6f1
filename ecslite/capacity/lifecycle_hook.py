"""A lifecycle hook: holds an instance that was launched, or is to be terminated, until your own action is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from ecslite.errors import InvalidSetting
from ecslite.sim.distributions import Constant, Distribution

__all__ = ["LAUNCHING", "TERMINATING", "LifecycleHook"]

LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING"
TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"

LONGEST_WAIT = 48 * 3600
"""Seconds in a wait state at the most, or 100 times the heartbeat timeout, whichever is less
[EC2 Auto Scaling API, PutLifecycleHook; EC2 Auto Scaling guide, lifecycle-hooks; read 2026-11-23]."""


@dataclass(frozen=True, kw_only=True)
class LifecycleHook:
    """One hook, with the names, ranges and defaults of PutLifecycleHook, and how long your action takes."""

    lifecycle_transition: str
    action: Distribution = field(default_factory=lambda: Constant(60.0))
    """Seconds until your action completes the hook."""
    heartbeat_timeout: int = 3600
    """Seconds, 30 to 7,200."""
    records_heartbeats: bool = False
    """Whether your action calls RecordLifecycleActionHeartbeat in time, so that only the total limit ends the wait."""
    default_result: str = "ABANDON"
    """What happens when time runs out: CONTINUE or ABANDON. An instance that was launched is terminated by ABANDON."""

    def __post_init__(self) -> None:
        if self.lifecycle_transition not in (LAUNCHING, TERMINATING):
            raise InvalidSetting(
                f"lifecycle_transition={self.lifecycle_transition!r}: use {LAUNCHING} or {TERMINATING}"
            )
        if not 30 <= self.heartbeat_timeout <= 7200:
            raise InvalidSetting(f"heartbeat_timeout={self.heartbeat_timeout}: use 30 to 7200 seconds")
        if self.default_result not in ("CONTINUE", "ABANDON"):
            raise InvalidSetting(f"default_result={self.default_result!r}: use CONTINUE or ABANDON")

    @property
    def longest(self) -> int:
        """Seconds after which the hook times out."""
        return min(LONGEST_WAIT, 100 * self.heartbeat_timeout) if self.records_heartbeats else self.heartbeat_timeout

    def outcome(self, random: Random) -> tuple[float, str]:
        """Seconds of waiting, and CONTINUE or ABANDON."""
        seconds = self.action.draw(random)
        return (seconds, "CONTINUE") if seconds <= self.longest else (float(self.longest), self.default_result)
