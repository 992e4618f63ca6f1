"""Target tracking: keeps a metric of a service near a target by changing the desired count.

Application Auto Scaling makes two alarms of such a policy, one to scale out and one to scale in. The rules are those
of its user guide (target tracking overview, read 2026-11-23); the alarms' thresholds and periods are not documented
and are those seen in real accounts: out above the target for 3 minutes, in below 90 % of it for 15 minutes.
"""

from __future__ import annotations

from math import ceil, inf, isfinite

from ecslite.autoscaling.alarm import PUBLISHING_DELAY, Alarm
from ecslite.autoscaling.scalable_target import Proposal, register_scalable_target
from ecslite.ecs.service import Service
from ecslite.errors import InvalidSetting
from ecslite.sim.custom_metric import CustomMetric

__all__ = ["METRICS", "TargetTracking"]

METRICS = {
    "ECSServiceAverageCPUUtilization": ("CPUUtilization", "Average"),
    "ECSServiceAverageMemoryUtilization": ("MemoryUtilization", "Average"),
    "ALBRequestCountPerTarget": ("RequestCountPerTarget", "Sum"),
}
"""Predefined metrics that are simulated, and the CloudWatch metric and statistic behind each."""

OUT_PERIODS, IN_PERIODS, IN_SHARE = 3, 15, 0.9

COOLDOWN = 300
"""Seconds; the default of ECS for both directions [ECS Developer Guide, service-auto-scaling]."""


class TargetTracking:
    """Scales `service` between `min_capacity` and `max_capacity` tasks so that the metric stays near `target`.

    `metric` is a predefined metric or a CustomMetric. ALBRequestCountPerTarget needs `resource_label`, the name of a
    target group; its target is requests per task and minute. It watches this one group: once a deployment has shifted
    traffic to another, it counts 0 and scales in whatever the load, so that ECS does not support it for blue/green; a
    custom metric may put the two groups together [ECS Developer Guide, service-autoscaling-targettracking; read
    2026-11-24]. A custom metric should fall as tasks are added, such as the backlog per task of a queue: visible
    messages / running tasks, with the acceptable latency / time per message as its target [ECS Developer Guide,
    service-autoscaling-queue; read 2026-11-23].
    """

    # Model: the step is computed from the newest of the alarm's data points; which one AWS takes is not documented.
    # Model: it is multiplied by the tasks that shared the load of that data point's minute: the healthy targets for
    # requests, else the running tasks. With those that run now, new tasks would be multiplied by a load without them.
    # Model: its alarms see a data point `publishing_delay_seconds` after the end of its minute.
    # Model: scale-in goes at once to the count that the metric calls for, rounded up, so that it never removes a task
    # which would push the metric back above its target; AWS calls its own steps conservative.

    def __init__(
        self,
        service: Service,
        metric: str | CustomMetric = "ECSServiceAverageCPUUtilization",
        *,
        target: float,
        min_capacity: int,
        max_capacity: int,
        scale_out_cooldown: float = COOLDOWN,
        scale_in_cooldown: float = COOLDOWN,
        disable_scale_in: bool = False,
        resource_label: str | None = None,
        publishing_delay_seconds: float = PUBLISHING_DELAY,
    ) -> None:
        name, subject, statistic = _watched(service, metric, resource_label)
        share = name in ("CPUUtilization", "MemoryUtilization")
        if not isfinite(target) or target <= 0 or (share and target > 100):
            raise InvalidSetting(f"target={target}: use a target above 0, and up to 100 for a utilization, such as 60")
        if not (scale_out_cooldown >= 0 and scale_in_cooldown >= 0):
            raise InvalidSetting(f"cooldowns of {scale_out_cooldown} s and {scale_in_cooldown} s: seconds start at 0")
        self.service = service
        self.sim = service.sim
        self.scalable_target = register_scalable_target(service, min_capacity, max_capacity)
        self.target = target
        self.metric = metric
        self.resource_label = resource_label
        label = metric if isinstance(metric, str) else metric.name
        self.name = f"{service.name}/{label}"
        self.cooldowns = {"out": scale_out_cooldown, "in": scale_in_cooldown}
        self._last = {"out": -inf, "in": -inf}
        self._running = 0
        """Tasks that shared the load of the newest decision's data point."""
        self._base = 0
        """The same, of the last scale-out."""
        self._counted = False
        """Whether the newest proposal was made within the cooldown, on the base of the last scale-out."""
        limits = {"min_capacity": min_capacity, "max_capacity": max_capacity}
        self.sim.record("scaling_policy", self.name, service=service.name, target=target, **limits)
        suffix = "" if not self.scalable_target.policies else f"-{label}"

        def alarm(kind: str, comparison: str, threshold: float, periods: int) -> Alarm:
            # Of two policies of one service the second's alarms carry its metric, so that names differ.
            return Alarm(
                self.sim,
                f"{service.name}-Alarm{kind}{suffix}",
                metric=name,
                subject=subject,
                statistic=statistic,
                comparison=comparison,
                threshold=threshold,
                evaluation_periods=periods,
                publishing_delay_seconds=publishing_delay_seconds,
                unit="%" if share else "",
            )

        self.high = alarm("High", "GreaterThanThreshold", target, OUT_PERIODS)
        self.high.evaluated.append(self._scale_out)
        self.low: Alarm | None = None
        if not disable_scale_in:
            self.low = alarm("Low", "LessThanThreshold", target * IN_SHARE, IN_PERIODS)
            self.low.evaluated.append(self._scale_in)
        self.scalable_target.policies.append(self)
        self.sim.declared.append(self)

    @property
    def blocks_scale_in(self) -> bool:
        """Whether it is not ready to scale in. A policy whose scale-in is off has no say."""
        return self.low is not None and self.low.state != "ALARM"

    def scaled(self, way: str, chosen: bool) -> None:
        """Begin the cooldown if it was this policy; a scale-out by any policy ends the cooldown of scale-in."""
        if chosen:
            self._last[way] = self.sim.now
            self._base = self._running if way == "out" and not self._counted else self._base
        if way == "out":
            self._last["in"] = -inf

    def _wanted(self, alarm: Alarm) -> int:
        """How many tasks the newest data point calls for."""
        self._running = self._shared_by(alarm.minute)
        return ceil(self._running * alarm.datapoints[-1] / self.target)

    def _shared_by(self, minute: int) -> int:
        """The tasks that shared the load of a minute; where no target was healthy, all that ran."""
        since = self.sim.meter.periods - minute
        read = self.sim.meter.values
        running = read("RunningTaskCount", self.service.name, "Average", since)[0]
        healthy = read("HealthyHostCount", self.resource_label, "Average", since)[0] if self.resource_label else None
        return int(healthy or running or 0)

    def _scale_out(self, alarm: Alarm) -> None:
        if not alarm.datapoints:
            return
        metric = alarm.datapoints[-1]
        # Model: from 0 tasks, one data point above 0 brings the smallest step, one task.
        from_zero = self.service.running_count == 0 == self.service.desired_count and metric > 0
        if alarm.state != "ALARM" and not from_zero:
            return
        called = max(self._wanted(alarm), int(from_zero))
        self._counted = self._cooling("out")
        # During the cooldown a scale-out adds to the count that the last one began from, so that only a larger one
        # has an effect: what was added already is part of it.
        allowed = self._base + max(called - self._running, 0) if self._counted else called
        wanted = self.scalable_target.within(allowed)
        if wanted > self.service.desired_count:
            self._propose(wanted, called, alarm, metric)
        elif called > self.service.desired_count:
            self.scalable_target.hold(self, self._why_not_out(allowed), alarm.event)

    def _why_not_out(self, allowed: int) -> str:
        if allowed > self.service.desired_count:
            return f"it has the maximum of {self.scalable_target.max_capacity} tasks"
        return f"the cooldown of {self.cooldowns['out']:g} s after the last scale-out has not ended"

    def _scale_in(self, alarm: Alarm) -> None:
        if alarm.state != "ALARM" or self.high.state == "ALARM":
            return
        metric = alarm.datapoints[-1]
        called, least = self._wanted(alarm), self.scalable_target.min_capacity
        wanted = max(called, least)
        if wanted < self.service.desired_count and self._cooling("in"):
            reason = f"the cooldown of {self.cooldowns['in']:g} s after the last scale-in has not ended"
            self.scalable_target.hold(self, reason, alarm.event)
        elif wanted < self.service.desired_count:
            self._propose(min(wanted, self.scalable_target.max_capacity), called, alarm, metric)
        elif called < self.service.desired_count:
            self.scalable_target.hold(self, f"it has the minimum of {least} tasks", alarm.event)

    def _cooling(self, way: str) -> bool:
        return self.sim.now - self._last[way] < self.cooldowns[way]

    def _propose(self, wanted: int, called: int, alarm: Alarm, metric: float) -> None:
        running = self._running
        text = (
            f"{running} {'healthy' if self.resource_label else 'running'} × {metric:.3g} / {self.target:g}"
            f" is {running * metric / self.target:.2f}, rounded up{self._limited(wanted, called)}"
        )
        details = {"running": running, "metric": metric}
        proposal = Proposal(self, wanted, text, "Target tracking sets", alarm.event, details)
        self.scalable_target.propose(proposal)

    def _limited(self, wanted: int, called: int) -> str:
        """Why the step is another than the metric calls for, or nothing."""
        if wanted == called:
            return "" if self._running else ", and from 0 tasks the smallest step is 1"
        if wanted in (self.scalable_target.min_capacity, self.scalable_target.max_capacity):
            which = "maximum" if wanted == self.scalable_target.max_capacity else "minimum"
            return f", held to the {which} of {wanted}"
        return f", of which the cooldown of the last scale-out allows {wanted}"


def _watched(service: Service, metric: str | CustomMetric, label: str | None) -> tuple[str, str, str]:
    """Name, subject and statistic of the CloudWatch metric behind a policy's metric."""
    if isinstance(metric, CustomMetric):
        return metric.name, metric.subject, "Average"
    if metric.endswith("HighResolution"):
        raise InvalidSetting(
            f"metric={metric!r}: data points of 20 s are not simulated; use the one without the ending"
        )
    if metric not in METRICS:
        raise InvalidSetting(
            f"metric={metric!r} is not simulated: use one of {', '.join(METRICS)}, or ecs.CustomMetric"
        )
    if metric == "ECSServiceAverageMemoryUtilization" and service.application.memory_mib is None:
        raise InvalidSetting(
            f"metric={metric!r}, but nobody said what service {service.name!r} uses: give its application a memory_mib"
        )
    if (metric == "ALBRequestCountPerTarget") != (label is not None):
        raise InvalidSetting(
            f"resource_label={label!r} with {metric}: ALBRequestCountPerTarget, and no other, needs the target group"
        )
    name, statistic = METRICS[metric]
    return name, label or service.name, statistic
