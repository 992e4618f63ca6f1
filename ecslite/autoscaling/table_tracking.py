"""Target tracking for a table: keeps its utilization near a target by changing its provisioned capacity.

Application Auto Scaling makes two alarms. Out: utilization above the target for two minutes on end. In: 20 points
below it for fifteen. Each scaling is an UpdateTable, which takes minutes; until then the old capacity holds. With
nothing consumed there are no data points, so that an idle table is not scaled in.
[DynamoDB Developer Guide, AutoScaling; AWS re:Post, dynamodb-auto-scaling; read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, inf
from typing import Protocol

from ecslite.autoscaling.alarm import PUBLISHING_DELAY, Alarm
from ecslite.autoscaling.scalable_target import check_limits
from ecslite.errors import InvalidSetting
from ecslite.sim.simulation import Simulation

__all__ = ["DIMENSIONS", "Scalable", "TableTracking"]

DIMENSIONS = {"dynamodb:table:ReadCapacityUnits": "Read", "dynamodb:table:WriteCapacityUnits": "Write"}
"""ScalableDimension, and which capacity it is."""

LOWEST_TARGET, HIGHEST_TARGET = 20, 90
OUT_PERIODS, IN_PERIODS, IN_POINTS = 2, 15, 20
"""Minutes on end to scale out and in, and how many points below the target count for the second."""

RETRY_SECONDS = 3600.0
"""After a refused decrease the next one is tried an hour later, when DynamoDB may allow one more."""


class Scalable(Protocol):
    """What has provisioned capacity that can be changed: a table."""

    @property
    def sim(self) -> Simulation: ...

    @property
    def name(self) -> str: ...

    @property
    def capacity(self) -> Mapping[str, int]:
        """Provisioned units a second, of Read and Write; 0 in on-demand mode."""
        ...

    @property
    def updating(self) -> bool: ...

    def provision(self, kind: str, units: int, cause: int, why: str) -> bool:
        """Ask for other capacity; whether it will come."""
        ...


class TableTracking:
    """Scales one dimension of `table` between two capacities so that its utilization stays near `target` percent."""

    # Model: capacity goes at once to what the newest data point calls for, as for services (see target_tracking).
    # Model: an alarm compares utilization in percent; AWS's compare consumed units with a threshold that they rewrite.

    def __init__(
        self,
        table: Scalable,
        dimension: str = "dynamodb:table:WriteCapacityUnits",
        *,
        target: float = 70,
        min_capacity: int,
        max_capacity: int,
        scale_out_cooldown: float = 0,
        scale_in_cooldown: float = 0,
        disable_scale_in: bool = False,
        publishing_delay_seconds: float = PUBLISHING_DELAY,
    ) -> None:
        if dimension not in DIMENSIONS:
            raise InvalidSetting(f"dimension={dimension!r}: use one of {', '.join(DIMENSIONS)}")
        if not LOWEST_TARGET <= target <= HIGHEST_TARGET:
            raise InvalidSetting(f"target={target:g} % of {table.name}: DynamoDB takes 20 to 90 %, such as 70")
        check_limits(min_capacity, max_capacity)
        if min_capacity < 1:
            raise InvalidSetting(f"min_capacity={min_capacity}: a table has 1 capacity unit at least")
        if not (scale_out_cooldown >= 0 and scale_in_cooldown >= 0):
            raise InvalidSetting(f"cooldowns of {scale_out_cooldown} s and {scale_in_cooldown} s: seconds start at 0")
        self.table = table
        self.sim = table.sim
        self.kind = DIMENSIONS[dimension]
        if not table.capacity[self.kind]:
            raise InvalidSetting(
                f"table {table.name!r} is in on-demand mode, which scales by itself: use billing_mode='PROVISIONED'"
            )
        self.target, self.min_capacity, self.max_capacity = target, min_capacity, max_capacity
        self.dimension = dimension
        self.metric = f"DynamoDB{self.kind}CapacityUtilization"
        self.name = f"{table.name}/{self.metric}"
        self.cooldowns = {"out": scale_out_cooldown, "in": scale_in_cooldown}
        self._last = {"out": -inf, "in": -inf}
        self._refused = -inf
        self._seen = -1
        """The minute of the data point that was acted on last."""
        limits = {"min_capacity": min_capacity, "max_capacity": max_capacity}
        self.sim.record("scaling_policy", self.name, table=table.name, target=target, **limits)
        self.low: Alarm | None = None
        self.high = self._alarm("High", "GreaterThanThreshold", target, OUT_PERIODS, publishing_delay_seconds)
        self.high.evaluated.append(lambda alarm: self._scale(alarm, "out"))
        if not disable_scale_in:
            low = target - IN_POINTS
            self.low = self._alarm("Low", "LessThanThreshold", low, IN_PERIODS, publishing_delay_seconds)
            self.low.evaluated.append(lambda alarm: self._scale(alarm, "in"))
        self.sim.declared.append(self)

    def _alarm(self, kind: str, comparison: str, threshold: float, periods: int, delay: float) -> Alarm:
        return Alarm(
            self.sim,
            f"{self.table.name}-{self.kind}CapacityUnits-Alarm{kind}",
            metric=self.metric,
            subject=self.table.name,
            comparison=comparison,
            threshold=threshold,
            evaluation_periods=periods,
            publishing_delay_seconds=delay,
            unit="%",
        )

    def _scale(self, alarm: Alarm, way: str) -> None:
        now, table = self.sim.now, self.table
        present = table.capacity[self.kind]
        if alarm.state != "ALARM" or not alarm.datapoints or table.updating or not present:
            return
        if alarm.minute <= self._seen:
            # Where nothing is consumed, an alarm stands for some minutes on data points that were acted on already.
            return
        if now < self._last[way] + self.cooldowns[way] or (way == "in" and now < self._refused + RETRY_SECONDS):
            return
        wanted = max(min(self._wanted(alarm), self.max_capacity), self.min_capacity)
        if (wanted > present) != (way == "out") or wanted == present:
            return
        units = f"{self.kind.lower()} capacity units"
        text = (
            f"Scale {way} to {wanted:,} {units}: utilization of table {table.name} was {alarm.datapoints[-1]:.0f} %,"
            f" the target is {self.target:g} %."
        )
        event = self.sim.log.add("scaling", table.name, text, alarm.event, wanted=wanted)
        if table.provision(self.kind, wanted, event, "Target tracking sets"):
            self._last[way], self._seen = now, alarm.minute
        else:
            self._refused = now

    def _wanted(self, alarm: Alarm) -> int:
        """The units that put the newest data point's consumption at the target."""
        since = self.sim.meter.periods - alarm.minute
        name = f"Provisioned{self.kind}CapacityUnits"
        provisioned = self.sim.meter.values(name, self.table.name, "Average", since)[0] or 0.0
        return ceil(provisioned * alarm.datapoints[-1] / self.target - 1e-9)
