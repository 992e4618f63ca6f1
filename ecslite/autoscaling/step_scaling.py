"""Step scaling: an alarm's distance from its threshold decides how much capacity is added or removed."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, inf

from ecslite.autoscaling.alarm import Alarm
from ecslite.autoscaling.scalable_target import Proposal, register_scalable_target
from ecslite.autoscaling.step import ADJUSTMENT_TYPES, StepAdjustment, adjusted, check_steps, step_for
from ecslite.ecs.service import Service
from ecslite.errors import InvalidSetting

__all__ = ["AGGREGATION_TYPES", "StepScaling"]

AGGREGATION_TYPES = ("Average", "Minimum", "Maximum")
"""[Application Auto Scaling API, MetricAggregationType; read 2026-11-23]."""


class StepScaling:
    """While `alarm` stands in ALARM, scales the service by the step for metric − threshold.

    `metric_aggregation_type` says how the alarm's data points make one metric. `cooldown` is in seconds: during it a
    larger scale-out still applies, with what was added counted, and scale-in waits
    [Application Auto Scaling API, StepScalingPolicyConfiguration; read 2026-11-23].
    """

    def __init__(
        self,
        service: Service,
        alarm: Alarm,
        adjustment_type: str,
        steps: Sequence[StepAdjustment],
        *,
        min_capacity: int,
        max_capacity: int,
        cooldown: float = 300,
        min_adjustment_magnitude: int = 0,
        metric_aggregation_type: str = "Average",
    ) -> None:
        check_steps(steps, adjustment_type)
        _check(adjustment_type, cooldown, min_adjustment_magnitude, metric_aggregation_type)
        self.service = service
        self.sim = service.sim
        self.alarm = alarm
        self.name = f"{service.name}/{alarm.name}"
        self.adjustment_type, self.steps = adjustment_type, tuple(steps)
        self.cooldown, self.magnitude = cooldown, min_adjustment_magnitude
        self.aggregation = metric_aggregation_type
        self.scalable_target = register_scalable_target(service, min_capacity, max_capacity)
        self.scalable_target.policies.append(self)
        self._last = {"out": -inf, "in": -inf}
        self._base = 0
        """The capacity from which the last scale-out began."""
        self._proposed = 0
        self.sim.record("scaling_policy", self.name, service=service.name, adjustment_type=adjustment_type)
        alarm.evaluated.append(self._act)
        self.sim.declared.append(self)

    @property
    def blocks_scale_in(self) -> bool:
        """Only target tracking policies have to agree on a scale-in."""
        return False

    def scaled(self, way: str, chosen: bool) -> None:
        """Begin the cooldown if it was this policy; a scale-out by any policy ends the cooldown of scale-in."""
        if chosen:
            self._last[way] = self.sim.now
            self._base = self._proposed
        if way == "out":
            self._last["in"] = -inf

    def _act(self, alarm: Alarm) -> None:
        if alarm.state != "ALARM" or not alarm.datapoints:
            return
        metric = self._metric(alarm.datapoints)
        step = step_for(self.steps, metric - alarm.condition.threshold)
        if step is None:
            return
        way = self._way(step)
        capacity = self._base if way == "out" and self._cooling(way) else self._capacity()
        called = self._adjusted(capacity, step)
        if self._moves(way, self.scalable_target.within(called)) and not (way == "in" and self._cooling(way)):
            self._propose(called, capacity, step, metric)
        elif self._moves(way, self._adjusted(self._capacity(), step)):
            self.scalable_target.hold(self, self._why_not(way, called), alarm.event)

    def _way(self, step: StepAdjustment) -> str:
        """Whether the step is one out or in, whatever starts or stops just now."""
        exact = self.adjustment_type == "ExactCapacity"
        return "out" if step.scaling_adjustment > (self.service.desired_count if exact else 0) else "in"

    def _moves(self, way: str, count: int) -> bool:
        desired = self.service.desired_count
        return count > desired if way == "out" else count < desired

    def _cooling(self, way: str) -> bool:
        return self.sim.now - self._last[way] < self.cooldown

    def _why_not(self, way: str, called: int) -> str:
        desired, limits = self.service.desired_count, self.scalable_target
        if self._cooling(way) and not (way == "out" and called > desired):
            return f"the cooldown of {self.cooldown:g} s after the last scale-{way} has not ended"
        if way == "out":
            return f"it has the maximum of {limits.max_capacity} tasks"
        return f"it has the minimum of {limits.min_capacity} tasks"

    def _capacity(self) -> int:
        """What the step is added to: the running count, a desired count beyond the limits moved to them first."""
        desired, limits = self.service.desired_count, self.scalable_target
        return self.service.running_count if limits.within(desired) == desired else limits.within(desired)

    def _adjusted(self, capacity: int, step: StepAdjustment) -> int:
        least = self.magnitude
        return adjusted(capacity, self.adjustment_type, step.scaling_adjustment, min_adjustment_magnitude=least)

    def _metric(self, points: list[float]) -> float:
        if self.aggregation == "Average":
            return fsum(points) / len(points)
        return min(points) if self.aggregation == "Minimum" else max(points)

    def _propose(self, called: int, capacity: int, step: StepAdjustment, metric: float) -> None:
        self._proposed = capacity
        wanted = self.scalable_target.within(called)
        distance = metric - self.alarm.condition.threshold
        unit = "%" if self.adjustment_type.startswith("Percent") else ""
        held = "" if wanted == called else f", held to {wanted} by its limits"
        text = (
            f"{self.alarm.condition.metric} of {metric:.3g} is {distance:+.3g} from its threshold, whose step is"
            f" {self.adjustment_type} {step.scaling_adjustment}{unit} of {capacity} tasks{held}"
        )
        details = {"running": capacity, "metric": metric}
        self.scalable_target.propose(Proposal(self, wanted, text, "Step scaling sets", self.alarm.event, details))


def _check(adjustment_type: str, cooldown: float, magnitude: int, aggregation: str) -> None:
    if adjustment_type not in ADJUSTMENT_TYPES:
        raise InvalidSetting(f"adjustment_type={adjustment_type!r}: use one of {', '.join(ADJUSTMENT_TYPES)}")
    if aggregation not in AGGREGATION_TYPES:
        raise InvalidSetting(f"metric_aggregation_type={aggregation!r}: use one of {', '.join(AGGREGATION_TYPES)}")
    if not cooldown >= 0:
        raise InvalidSetting(f"cooldown={cooldown}: seconds start at 0")
    if magnitude < 0 or (magnitude and adjustment_type != "PercentChangeInCapacity"):
        raise InvalidSetting(
            f"min_adjustment_magnitude={magnitude} with {adjustment_type}: it is a whole number from 0,"
            " and goes with PercentChangeInCapacity only"
        )
