"""Target tracking: keeps a metric of a service near a target by changing the desired count.

Application Auto Scaling makes two alarms of such a policy, one to scale out and one to scale in. The rules are those
of its user guide (target tracking overview, read 2026-11-23); the alarms' thresholds and periods are not documented
and are those seen in real accounts: out above the target for 3 minutes, in below 90 % of it for 15 minutes.
"""

from __future__ import annotations

from math import ceil, inf

from ecslite.autoscaling.alarm import Alarm, Condition
from ecslite.ecs.service import Service
from ecslite.errors import InvalidSetting

__all__ = ["METRICS", "TargetTracking"]

METRICS = {"ECSServiceAverageCPUUtilization": ("CPUUtilization", "Average")}
"""Predefined metrics that are simulated, and the CloudWatch metric and statistic behind each."""

OUT_PERIODS, IN_PERIODS, IN_SHARE = 3, 15, 0.9

COOLDOWN = 300
"""Seconds; the default of ECS for both directions [ECS Developer Guide, service-auto-scaling]."""


class TargetTracking:
    """Scales `service` between `min_capacity` and `max_capacity` tasks so that the metric stays near `target`."""

    # Model: the step is computed from the newest of the alarm's data points; which one AWS takes is not documented.
    # Model: scale-in goes at once to the count that the metric calls for; AWS calls its own steps conservative.

    def __init__(
        self,
        service: Service,
        metric: str = "ECSServiceAverageCPUUtilization",
        *,
        target: float,
        min_capacity: int,
        max_capacity: int,
        scale_out_cooldown: float = COOLDOWN,
        scale_in_cooldown: float = COOLDOWN,
        disable_scale_in: bool = False,
    ) -> None:
        if metric not in METRICS:
            raise InvalidSetting(f"metric={metric!r} is not simulated: use one of {', '.join(METRICS)}")
        if not 0 < target <= 100:
            raise InvalidSetting(f"target={target} % of CPU: use a target above 0 and up to 100, such as 60")
        if not 0 <= min_capacity <= max_capacity:
            raise InvalidSetting(f"min_capacity={min_capacity}, max_capacity={max_capacity}: use 0 ≤ min ≤ max")
        self.service = service
        self.sim = service.sim
        self.target = target
        self.min_capacity, self.max_capacity = min_capacity, max_capacity
        self.cooldowns = {"out": scale_out_cooldown, "in": scale_in_cooldown}
        self._last = {"out": -inf, "in": -inf}
        self._base = 0
        """Running tasks when the last scale-out began."""
        limits = {"min_capacity": min_capacity, "max_capacity": max_capacity}
        self.sim.record("scaling_policy", f"{service.name}/{metric}", service=service.name, target=target, **limits)
        name, statistic = METRICS[metric]
        high = Condition(name, service.name, statistic, "GreaterThanThreshold", target, OUT_PERIODS)
        low = Condition(name, service.name, statistic, "LessThanThreshold", target * IN_SHARE, IN_PERIODS)
        self.high = Alarm(self.sim, f"{service.name}-AlarmHigh", high, self._scale_out)
        self.low = None if disable_scale_in else Alarm(self.sim, f"{service.name}-AlarmLow", low, self._scale_in)

    def _wanted(self, metric: float) -> int:
        return ceil(self.service.running_count * metric / self.target)

    def _scale_out(self, alarm: Alarm) -> None:
        metric = alarm.datapoints[-1]
        running = self.service.running_count
        wanted = self._wanted(metric)
        if self.sim.now - self._last["out"] < self.cooldowns["out"]:
            # During the cooldown a scale-out adds to the count that the last one began from, so that only a larger one
            # has an effect: what was added already is part of it.
            wanted = self._base + max(wanted - running, 0)
        else:
            self._base = running
        wanted = max(min(wanted, self.max_capacity), self.min_capacity)
        if wanted > self.service.desired_count:
            self._last["in"] = -inf
            self._set(wanted, "out", alarm, metric)

    def _scale_in(self, alarm: Alarm) -> None:
        metric = alarm.datapoints[-1]
        wanted = max(self._wanted(metric), self.min_capacity)
        cooling = self.sim.now - self._last["in"] < self.cooldowns["in"]
        if wanted < self.service.desired_count and not cooling and self.high.state != "ALARM":
            self._set(wanted, "in", alarm, metric)

    def _set(self, wanted: int, way: str, alarm: Alarm, metric: float) -> None:
        self._last[way] = self.sim.now
        running = self.service.running_count
        event = self.sim.log.add(
            "scaling",
            self.service.name,
            f"Scale {way} to {wanted} tasks: {running} running × {metric:.3g} / {self.target:g}"
            f" is {running * metric / self.target:.2f}, rounded up{self._held(wanted, metric)}.",
            alarm.event,
            wanted=wanted,
            running=running,
            metric=metric,
        )
        self.service.update(desired_count=wanted, cause=event, why="Target tracking sets")

    def _held(self, wanted: int, metric: float) -> str:
        """Why the step is another than the metric calls for, or nothing."""
        if wanted == self._wanted(metric):
            return ""
        if wanted in (self.min_capacity, self.max_capacity):
            return f", held to the {'maximum' if wanted == self.max_capacity else 'minimum'} of {wanted}"
        return f", of which the cooldown of the last scale-out allows {wanted}"
