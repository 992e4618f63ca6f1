"""Target tracking for provisioned concurrency: keeps its utilization near a target by asking for more or fewer.

Application Auto Scaling makes two alarms: utilization above the target, and below 90 % of it, each for three minutes on
end. Utilization is sent only in minutes with requests, so that an idle function is not scaled in, and goes on costing.
[Lambda Developer Guide, provisioned-concurrency; read 2026-11-24]
"""

from __future__ import annotations

from math import ceil, inf
from typing import Protocol

from ecslite.autoscaling.alarm import PUBLISHING_DELAY, Alarm
from ecslite.autoscaling.scalable_target import check_limits
from ecslite.errors import InvalidSetting
from ecslite.sim.simulation import Simulation

__all__ = ["METRIC", "Provisionable", "ProvisionedConcurrencyTracking"]

METRIC = "LambdaProvisionedConcurrencyUtilization"
"""[Application Auto Scaling API, MetricType; read 2026-11-24]."""

LOWEST_TARGET, HIGHEST_TARGET = 0.1, 0.9
PERIODS, IN_SHARE = 3, 0.9
STATISTICS = ("Average", "Maximum")


class Provisionable(Protocol):
    """What has provisioned concurrency: a function."""

    @property
    def sim(self) -> Simulation: ...

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str:
        """The version whose environments they are."""
        ...

    @property
    def requested(self) -> int:
        """Environments that were asked for."""
        ...

    @property
    def allocated(self) -> int:
        """Environments that can be used."""
        ...

    def provision(self, count: int, cause: int | None = None) -> None:
        """Ask for another number; InvalidSetting where the account has not so many."""
        ...


class ProvisionedConcurrencyTracking:
    """Scales a function's provisioned concurrency between two numbers so that its utilization stays near `target`.

    `statistic` is Average, the default of AWS; Maximum follows quick bursts, which an average hides.
    """

    # Model: a data point is acted on once, so that an alarm that stands for want of newer ones changes nothing.
    # Model: it goes at once to what the newest data point calls for; AWS calls its steps in smaller than those out.

    def __init__(
        self,
        function: Provisionable,
        *,
        target: float = 0.7,
        min_capacity: int,
        max_capacity: int,
        statistic: str = "Average",
        scale_out_cooldown: float = 0,
        scale_in_cooldown: float = 0,
        disable_scale_in: bool = False,
        publishing_delay_seconds: float = PUBLISHING_DELAY,
    ) -> None:
        if not LOWEST_TARGET <= target <= HIGHEST_TARGET:
            raise InvalidSetting(f"target={target:g} of {function.name}: Lambda takes 0.1 to 0.9, such as 0.7")
        if statistic not in STATISTICS:
            raise InvalidSetting(f"statistic={statistic!r}: use one of {', '.join(STATISTICS)}")
        check_limits(min_capacity, max_capacity)
        if not (scale_out_cooldown >= 0 and scale_in_cooldown >= 0):
            raise InvalidSetting(f"cooldowns of {scale_out_cooldown} s and {scale_in_cooldown} s: seconds start at 0")
        if min_capacity < 1 or not function.requested:
            raise InvalidSetting(
                f"min_capacity={min_capacity}, and {function.name!r} has {function.requested} provisioned: tracking"
                " needs one at least from the start; give the function provisioned_concurrency=1 or more"
            )
        self.function = function
        self.sim = function.sim
        self.target, self.min_capacity, self.max_capacity = target, min_capacity, max_capacity
        self.name = f"{function.name}/{METRIC}"
        self.statistic, self._delay = statistic, publishing_delay_seconds
        self.cooldowns = {"out": scale_out_cooldown, "in": scale_in_cooldown}
        self._last = {"out": -inf, "in": -inf}
        self._seen = -1
        """The minute of the data point that was acted on last."""
        limits = {"min_capacity": min_capacity, "max_capacity": max_capacity}
        self.sim.record("scaling_policy", self.name, function=function.name, target=target, **limits)
        self.low: Alarm | None = None
        self.high = self._alarm("High", "GreaterThanThreshold", target)
        self.high.evaluated.append(lambda alarm: self._scale(alarm, "out"))
        if not disable_scale_in:
            self.low = self._alarm("Low", "LessThanThreshold", target * IN_SHARE)
            self.low.evaluated.append(lambda alarm: self._scale(alarm, "in"))
        self.sim.declared.append(self)

    def _alarm(self, kind: str, comparison: str, threshold: float) -> Alarm:
        return Alarm(
            self.sim,
            f"TargetTracking-function:{self.function.name}-Alarm{kind}",
            metric="ProvisionedConcurrencyUtilization",
            subject=self.function.name,
            statistic=self.statistic,
            comparison=comparison,
            threshold=threshold,
            evaluation_periods=PERIODS,
            publishing_delay_seconds=self._delay,
        )

    def _scale(self, alarm: Alarm, way: str) -> None:
        function, now = self.function, self.sim.now
        present = function.allocated
        if alarm.state != "ALARM" or not alarm.datapoints or function.requested != present:
            return
        if now < self._last[way] + self.cooldowns[way] or alarm.minute <= self._seen:
            return
        called = ceil(present * alarm.datapoints[-1] / self.target - 1e-9)
        wanted = max(min(called, self.max_capacity), self.min_capacity)
        if (wanted > present) != (way == "out") or wanted == present:
            return
        text = (
            f"Scale {way} to {wanted:,} provisioned environments: utilization of {function.name} was"
            f" {alarm.datapoints[-1]:.2f} of {present:,}, the target is {self.target:g}."
        )
        self._seen = alarm.minute
        event = self.sim.log.add("scaling", function.name, text, alarm.event, wanted=wanted)
        self._last[way] = now
        try:
            function.provision(wanted, event)
        except InvalidSetting as refused:
            self.sim.log.add("scaling_held", function.name, f"{function.name} keeps {present:,}: {refused}.", event)
