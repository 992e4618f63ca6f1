"""How production traffic goes from one revision to the next: at once, in even steps, or a canary first.

[ECS API, LinearConfiguration, CanaryConfiguration; ECS Developer Guide, deployment-type-linear, canary-deployment;
read 2026-11-24]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ecslite.errors import InvalidSetting

__all__ = ["LONGEST_BAKE", "CanaryConfiguration", "LinearConfiguration", "TrafficShift", "check_minutes", "weights"]

LONGEST_BAKE = 1440
"""Minutes, of a bake between two shifts [ECS API, LinearConfiguration, CanaryConfiguration; read 2026-11-24]."""


class TrafficShift(NamedTuple):
    """One shift: the per cent of production traffic that green then has, and how long it is watched before the next."""

    green_percent: float
    bake_minutes: int


@dataclass(frozen=True, kw_only=True)
class LinearConfiguration:
    """Equal steps, with a bake after each but the last."""

    step_percent: float = 10.0
    step_bake_time_in_minutes: int = 6

    def __post_init__(self) -> None:
        _check_percent("step_percent", self.step_percent, 3.0)
        check_minutes("step_bake_time_in_minutes", self.step_bake_time_in_minutes)

    @property
    def shifts(self) -> list[TrafficShift]:
        """All steps up to 100 per cent; no bake follows that one."""
        tenths = round(self.step_percent * 10)
        steps = [step / 10 for step in range(tenths, 1000, tenths)]
        return [*(TrafficShift(step, self.step_bake_time_in_minutes) for step in steps), TrafficShift(100.0, 0)]


@dataclass(frozen=True, kw_only=True)
class CanaryConfiguration:
    """A small part first, then, after a bake, all the rest at once."""

    canary_percent: float = 5.0
    canary_bake_time_in_minutes: int = 10

    def __post_init__(self) -> None:
        _check_percent("canary_percent", self.canary_percent, 0.1)
        check_minutes("canary_bake_time_in_minutes", self.canary_bake_time_in_minutes)

    @property
    def shifts(self) -> list[TrafficShift]:
        """The canary and the rest; one shift alone where the canary is 100 per cent."""
        canary = TrafficShift(self.canary_percent, self.canary_bake_time_in_minutes)
        return [*([canary] if self.canary_percent < 100 else []), TrafficShift(100.0, 0)]


def weights(green_percent: float) -> tuple[int, int]:
    """The weights of blue and of green, whole numbers as a forward action takes them.

    They add up to 100, or to 1000 where the percentage has a tenth.
    """
    tenths = round(green_percent * 10)
    return (100 - tenths // 10, tenths // 10) if tenths % 10 == 0 else (1000 - tenths, tenths)


def check_minutes(name: str, minutes: int) -> None:
    """InvalidSetting unless that is a whole number of minutes within a day."""
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 0 <= minutes <= LONGEST_BAKE:
        raise InvalidSetting(f"{name}={minutes!r}: use whole minutes from 0 to {LONGEST_BAKE:,} (24 hours)")


def _check_percent(name: str, percent: float, least: float) -> None:
    number = isinstance(percent, int | float) and not isinstance(percent, bool)
    if not number or not least <= percent <= 100 or abs(percent * 10 - round(percent * 10)) > 1e-9:
        raise InvalidSetting(f"{name}={percent!r}: use a multiple of 0.1 from {least} to 100.0")
