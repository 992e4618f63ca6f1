"""Scaling as Application Auto Scaling and CloudWatch take it: targets, policies, scheduled actions, alarms.

The alarms of target tracking are left out: Application Auto Scaling makes them itself [Application Auto Scaling User
Guide, target tracking overview; read 2026-11-25].
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from ecslite.autoscaling.alarm import Alarm
from ecslite.autoscaling.provisioned_concurrency_tracking import METRIC, ProvisionedConcurrencyTracking
from ecslite.autoscaling.scalable_target import ScalableTarget
from ecslite.autoscaling.scheduled_action import ScheduledAction
from ecslite.autoscaling.step_scaling import StepScaling
from ecslite.autoscaling.table_tracking import TableTracking
from ecslite.autoscaling.target_tracking import TargetTracking
from ecslite.aws.call import Call, given
from ecslite.aws.destination import Destination
from ecslite.ecs.service import Service
from ecslite.network.load_balancer import LoadBalancer
from ecslite.sim.clock import MINUTE
from ecslite.sim.custom_metric import CustomMetric
from ecslite.sim.simulation import Simulation

__all__ = ["alarm_call", "of_service", "scaling_calls", "tracking_alarms"]

NAMESPACE = "ecslite"
"""The namespace of metrics of one's own, and of what CloudWatch has no metric for."""

Tracking = TargetTracking | TableTracking | ProvisionedConcurrencyTracking
Scaling = Tracking | StepScaling | ScheduledAction


class Scaled(NamedTuple):
    """What is scaled, as Application Auto Scaling names it."""

    namespace: str
    resource: str
    dimension: str

    @property
    def members(self) -> dict[str, str]:
        return {
            "ServiceNamespace": self.namespace,
            "ResourceId": self.resource,
            "ScalableDimension": self.dimension,
        }


def of_service(service: Service) -> Scaled:
    """A service's desired count."""
    return Scaled("ecs", f"service/{service.cluster.name}/{service.name}", "ecs:service:DesiredCount")


def _of(policy: Scaling) -> Scaled:
    if isinstance(policy, TableTracking):
        return Scaled("dynamodb", f"table/{policy.table.name}", policy.dimension)
    if isinstance(policy, ProvisionedConcurrencyTracking):
        resource = f"function:{policy.function.name}:{policy.function.version}"
        return Scaled("lambda", resource, "lambda:function:ProvisionedConcurrency")
    return of_service(policy.service)


def tracking_alarms(policies: list[Tracking]) -> list[Alarm]:
    """The alarms that AWS makes of these policies."""
    return [alarm for policy in policies for alarm in (policy.high, policy.low) if alarm is not None]


def scaling_calls(declared: list[Scaling], where: Destination) -> Iterator[Call]:
    """All scalable targets, then their policies, then scheduled actions; step policies are followed by their alarm."""
    for scaled, (low, high) in _targets(declared).items():
        yield _call("RegisterScalableTarget", scaled, MinCapacity=low, MaxCapacity=high)
    for policy in declared:
        if isinstance(policy, StepScaling):
            yield _step_policy(policy)
            actions = [where.scaling_policy(f"ecs/{_of(policy).resource}", _name(policy))]
            yield alarm_call(policy.alarm, where, actions=actions)
        elif not isinstance(policy, ScheduledAction):
            yield _tracking_policy(policy, where)
    actions_ = [one for one in declared if isinstance(one, ScheduledAction)]
    for number, action in enumerate(actions_, 1):
        yield _scheduled_action(action, number, where)


def _targets(declared: list[Scaling]) -> dict[Scaled, tuple[int, int]]:
    found: dict[Scaled, tuple[int, int]] = {}
    for policy in declared:
        shared: ScalableTarget | None = getattr(policy, "scalable_target", None)
        if shared is not None:
            found.setdefault(_of(policy), shared.registered)
        elif isinstance(policy, TableTracking | ProvisionedConcurrencyTracking):
            found.setdefault(_of(policy), (policy.min_capacity, policy.max_capacity))
    return found


def _call(operation: str, scaled: Scaled, **said: Any) -> Call:
    return Call("application-autoscaling", operation, {**scaled.members, **said})


def _name(policy: Tracking | StepScaling) -> str:
    return policy.name.replace("/", "-")


def _tracking_policy(policy: Tracking, where: Destination) -> Call:
    said = {
        "TargetValue": float(policy.target),
        **_metric(policy, where),
        "ScaleOutCooldown": round(policy.cooldowns["out"]),
        "ScaleInCooldown": round(policy.cooldowns["in"]),
        "DisableScaleIn": policy.low is None,
    }
    return _call(
        "PutScalingPolicy",
        _of(policy),
        PolicyName=_name(policy),
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=said,
    )


def _metric(policy: Tracking, where: Destination) -> dict[str, Any]:
    if isinstance(policy, TableTracking):
        return {"PredefinedMetricSpecification": {"PredefinedMetricType": policy.metric}}
    if isinstance(policy, ProvisionedConcurrencyTracking):
        return _provisioned(policy)
    if isinstance(policy.metric, CustomMetric):
        metric = policy.metric
        said = {"MetricName": metric.name, "Namespace": NAMESPACE, "Statistic": "Average"}
        dimensions = [{"Name": "Subject", "Value": metric.subject}]
        return {"CustomizedMetricSpecification": {**said, "Dimensions": dimensions}}
    label = None if policy.resource_label is None else _label(policy, policy.resource_label, where)
    said_ = given(PredefinedMetricType=policy.metric, ResourceLabel=label)
    return {"PredefinedMetricSpecification": said_}


def _provisioned(policy: ProvisionedConcurrencyTracking) -> dict[str, Any]:
    if policy.statistic == "Average":
        return {"PredefinedMetricSpecification": {"PredefinedMetricType": METRIC}}
    # The predefined metric is the average; another statistic needs the metric by its own name [Lambda Developer
    # Guide, provisioned-concurrency; read 2026-11-25].
    function = policy.function.name
    said = {"MetricName": "ProvisionedConcurrencyUtilization", "Namespace": "AWS/Lambda"}
    dimensions = [{"Name": "FunctionName", "Value": function}]
    return {"CustomizedMetricSpecification": {**said, "Dimensions": dimensions, "Statistic": policy.statistic}}


def _label(policy: TargetTracking, group: str, where: Destination) -> str:
    """app/NAME/ID/targetgroup/NAME/ID [Application Auto Scaling API, PredefinedMetricSpecification]."""
    front = _balancer_of(policy.sim, group)
    balancer = where.load_balancer(front).rpartition("loadbalancer/")[2]
    return f"{balancer}/{where.target_group(group).rpartition(':')[2]}"


def _balancer_of(sim: Simulation, group: str) -> str:
    """The name of the load balancer that forwards to a target group; the group's own where none does."""
    fronts = [one for one in sim.declared if isinstance(one, LoadBalancer)]
    return next((one.name for one in fronts if any(each.name == group for each in one.groups)), group)


def _step_policy(policy: StepScaling) -> Call:
    steps = [
        {
            "ScalingAdjustment": step.scaling_adjustment,
            **given(
                MetricIntervalLowerBound=step.metric_interval_lower_bound,
                MetricIntervalUpperBound=step.metric_interval_upper_bound,
            ),
        }
        for step in policy.steps
    ]
    said = given(
        AdjustmentType=policy.adjustment_type,
        StepAdjustments=steps,
        MetricAggregationType=policy.aggregation,
        MinAdjustmentMagnitude=policy.magnitude or None,
    )
    return _call(
        "PutScalingPolicy",
        _of(policy),
        PolicyName=_name(policy),
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={**said, "Cooldown": round(policy.cooldown)},
    )


def _scheduled_action(action: ScheduledAction, number: int, where: Destination) -> Call:
    limits = {"MinCapacity": action.min_capacity, "MaxCapacity": action.max_capacity}
    said: dict[str, Any] = {
        "ScheduledActionName": f"{action.service.name}-{number}",
        "Schedule": _schedule(action, where),
        "ScalableTargetAction": {name: value for name, value in limits.items() if value is not None},
    }
    if action.every_minutes is not None and action.at_minute is not None:
        said["StartTime"] = where.moment(action.at_minute * MINUTE)
    return _call("PutScheduledAction", _of(action), **said)


def _schedule(action: ScheduledAction, where: Destination) -> str:
    """As AWS writes it: what is given in minutes of the run becomes at() or rate()."""
    if action.schedule is not None:
        return action.schedule
    if action.every_minutes is None:
        moment = where.begins + timedelta(seconds=(action.at_minute or 0.0) * MINUTE)
        return f"at({moment:%Y-%m-%dT%H:%M:%S})"
    minutes = round(action.every_minutes)
    return f"rate({minutes} minute{'s' if minutes > 1 else ''})"


METRICS = {
    "CPUUtilization": ("AWS/ECS", "ServiceName"),
    "MemoryUtilization": ("AWS/ECS", "ServiceName"),
    "RequestCountPerTarget": ("AWS/ApplicationELB", "TargetGroup"),
    "HealthyHostCount": ("AWS/ApplicationELB", "TargetGroup"),
    "UnHealthyHostCount": ("AWS/ApplicationELB", "TargetGroup"),
    "RequestCount": ("AWS/ApplicationELB", "LoadBalancer"),
    "TargetResponseTime": ("AWS/ApplicationELB", "LoadBalancer"),
    "HTTPCode_Target_5XX_Count": ("AWS/ApplicationELB", "LoadBalancer"),
    "HTTPCode_ELB_5XX_Count": ("AWS/ApplicationELB", "LoadBalancer"),
    "ApproximateNumberOfMessagesVisible": ("AWS/SQS", "QueueName"),
    "ApproximateAgeOfOldestMessage": ("AWS/SQS", "QueueName"),
    "Errors": ("AWS/Lambda", "FunctionName"),
    "Throttles": ("AWS/Lambda", "FunctionName"),
    "Invocations": ("AWS/Lambda", "FunctionName"),
    "Duration": ("AWS/Lambda", "FunctionName"),
    "ConcurrentExecutions": ("AWS/Lambda", "FunctionName"),
}
"""The namespace and the dimension of the metrics that alarms watch most; others are metrics of one's own."""

STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
"""[CloudWatch API, PutMetricAlarm]; a percentile such as p95 is an extended statistic."""


def alarm_call(alarm: Alarm, where: Destination, *, actions: list[str] | None = None) -> Call:
    """PutMetricAlarm; `actions` are what it does on ALARM."""
    on = alarm.condition
    namespace, dimension = METRICS.get(on.metric, (NAMESPACE, "Subject"))
    plain = on.statistic in STATISTICS
    said = {
        "AlarmName": alarm.name,
        **given(AlarmActions=actions),
        "MetricName": on.metric,
        "Namespace": namespace,
        "Dimensions": _dimensions(alarm, dimension, where),
        ("Statistic" if plain else "ExtendedStatistic"): on.statistic,
        "Period": on.period,
        "EvaluationPeriods": on.evaluation_periods,
        "DatapointsToAlarm": on.datapoints_to_alarm,
        "Threshold": float(on.threshold),
        "ComparisonOperator": on.comparison,
        "TreatMissingData": on.treat_missing_data,
    }
    return Call("cloudwatch", "PutMetricAlarm", said)


def _dimensions(alarm: Alarm, name: str, where: Destination) -> list[dict[str, str]]:
    """Of a service its cluster, too, and of a target group its load balancer.

    [ECS Developer Guide, available-metrics; Application Load Balancer guide, load-balancer-cloudwatch-metrics; read
    2026-11-25]
    """
    subject = alarm.condition.subject
    said = [{"Name": name, "Value": _value(name, subject, where)}]
    services = [one for one in alarm.sim.declared if isinstance(one, Service) and one.name == subject]
    if name == "ServiceName" and services:
        said.insert(0, {"Name": "ClusterName", "Value": services[0].cluster.name})
    if name == "TargetGroup":
        front = _balancer_of(alarm.sim, subject)
        said.insert(0, {"Name": "LoadBalancer", "Value": _value("LoadBalancer", front, where)})
    return said


def _value(dimension: str, subject: str, where: Destination) -> str:
    """A dimension's value: of a load balancer or a target group the end of its ARN."""
    if dimension == "TargetGroup":
        return where.target_group(subject).rpartition(":")[2]
    if dimension == "LoadBalancer":
        return where.load_balancer(subject).rpartition("loadbalancer/")[2]
    return subject
