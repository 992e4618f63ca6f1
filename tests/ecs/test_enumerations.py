"""What the engine names is named as the APIs name it: its enumerations, and the states that runs go through."""

from __future__ import annotations

from functools import cache
from itertools import product

import botocore.session
import pytest
from random_scenarios import build

import ecslite as ecs
from ecslite.autoscaling.target_tracking import METRICS
from ecslite.ecs.container_health import task_health
from ecslite.ecs.deployment_configuration import CLEANUPS
from ecslite.ecs.families import Families
from ecslite.ecs.launch_type import LAUNCH_TYPES
from ecslite.network.discovery import RECORD_TYPES, ROUTING_POLICIES
from ecslite.network.reachability import NETWORK_MODES
from ecslite.network.scheme import SCHEMES
from ecslite.network.security_group import PROTOCOLS

SESSION = botocore.session.get_session()


def enumeration(service, shape):
    return SESSION.get_service_model(service).shape_for(shape).enum


@pytest.mark.parametrize(
    ("service", "shape", "ours"),
    [
        ("ecs", "NetworkMode", NETWORK_MODES),
        ("ecs", "ServiceRevisionCleanup", CLEANUPS),
        ("elbv2", "LoadBalancerSchemeEnum", SCHEMES),
        ("servicediscovery", "RoutingPolicy", ROUTING_POLICIES),
        ("ecs", "TransportProtocol", set(PROTOCOLS) - {"-1"}),
    ],
)
def test_an_enumeration_is_botocores(service, shape, ours):
    assert set(ours) == set(enumeration(service, shape))


@pytest.mark.parametrize(
    ("service", "shape", "ours", "left_out"),
    [
        ("ecs", "LaunchType", LAUNCH_TYPES, {"EXTERNAL", "MANAGED_INSTANCES"}),
        ("servicediscovery", "RecordType", RECORD_TYPES, {"AAAA", "CNAME"}),
    ],
)
def test_an_enumeration_is_botocores_without_what_is_not_simulated(service, shape, ours, left_out):
    assert set(ours) == set(enumeration(service, shape)) - left_out


def test_a_revision_is_active_or_inactive():
    families = Families(ecs.Simulation(1))
    definition = families.register(ecs.TaskDefinition("web"))
    ours = [families.status(definition), families.status(families.deregister("web:1"))]
    assert ours == [name for name in enumeration("ecs", "TaskDefinitionStatus") if name != "DELETE_IN_PROGRESS"]


def test_metrics_of_target_tracking_are_all_those_of_services():
    of_services = {name for name in enumeration("application-autoscaling", "MetricType") if name.startswith("ECS")}
    low_resolution = {name for name in of_services if not name.endswith("HighResolution")}
    assert set(METRICS) == low_resolution | {"ALBRequestCountPerTarget"}


def test_placement_takes_the_types_of_the_api_and_no_other():
    fields = {"binpack": "cpu", "spread": "instanceId"}
    for name in enumeration("ecs", "PlacementStrategyType"):
        ecs.PlacementStrategy(name, fields.get(name, ""))
    for name in enumeration("ecs", "PlacementConstraintType"):
        ecs.PlacementConstraint(name, "runningTasksCount > 0" if name == "memberOf" else "")
    for make in (ecs.PlacementStrategy, ecs.PlacementConstraint):
        with pytest.raises(ecs.InvalidSetting, match="'SPREAD'"):
            make("SPREAD")


def depending(condition):
    """A task definition whose second container waits for the first."""
    first = {"name": "db", "image": "db", "essential": False, "healthCheck": {"command": ["CMD", "true"]}}
    second = {"name": "app", "image": "app", "dependsOn": [{"containerName": "db", "condition": condition}]}
    return {"family": "shop", "cpu": "256", "memory": "512", "containerDefinitions": [first, second]}


def test_containers_wait_for_the_conditions_of_the_api_and_no_other():
    for condition in enumeration("ecs", "ContainerCondition"):
        (waits,) = ecs.TaskDefinition.from_aws(depending(condition)).container_definitions[1].depends_on
        assert waits.condition == condition
    with pytest.raises(ecs.InvalidDocument, match="START"):
        ecs.TaskDefinition.from_aws(depending("STARTED"))


def test_the_health_of_a_task_is_one_of_the_api_and_each_can_come_out():
    known = enumeration("ecs", "HealthStatus")
    assert {task_health(pair) for pair in product(known, known)} == set(known)


# The states of runs

SEEDS = range(1, 13)


@cache
def runs():
    """A dozen random scenarios: each kind of capacity, deployments, faults."""
    scenarios = [build(seed) for seed in SEEDS]
    return [one.sim.run(minutes=one.minutes) for one in scenarios]


def states(kind):
    return {state for run in runs() for part in run.of_kind(kind) for _, state, _ in part.states}


@pytest.mark.parametrize(
    ("kind", "service", "shape", "some"),
    [
        ("target", "elbv2", "TargetHealthStateEnum", {"initial", "healthy", "unhealthy", "draining", "unused"}),
        ("load_balancer", "elbv2", "LoadBalancerStateEnum", {"active"}),
        ("instance", "autoscaling", "LifecycleState", {"Pending", "InService", "Terminated"}),
        ("deployment", "ecs", "DeploymentRolloutState", {"IN_PROGRESS", "COMPLETED"}),
    ],
)
def test_every_state_of_a_run_is_one_of_the_api(kind, service, shape, some):
    assert some <= states(kind) <= set(enumeration(service, shape))


def test_every_state_of_a_task_is_one_of_its_life_cycle():
    """The API has no enumeration for lastStatus; these are the ECS Developer Guide's, in its order."""
    order = [
        "PROVISIONING",
        "PENDING",
        "ACTIVATING",
        "RUNNING",
        "DEACTIVATING",
        "STOPPING",
        "DEPROVISIONING",
        "STOPPED",
    ]
    found = [[state for _, state, _ in part.states] for run in runs() for part in run.of_kind("task")]
    assert order in found
    assert all(one == sorted(set(one), key=order.index) for one in found)


@pytest.mark.parametrize(
    ("attribute", "kind", "service", "shape"),
    [
        ("stop_code", "task", "ecs", "TaskStopCode"),
        ("health_status", "task", "ecs", "HealthStatus"),
        ("architecture", "task", "ecs", "CPUArchitecture"),
        ("launch_type", "task", "ecs", "LaunchType"),
    ],
)
def test_every_attribute_of_a_task_is_one_of_the_api(attribute, kind, service, shape):
    said = {part.attributes.get(attribute) for run in runs() for part in run.of_kind(kind)} - {None}
    assert (bool(said), said - set(enumeration(service, shape))) == (True, set())


def test_every_reason_of_a_failed_health_check_is_one_of_the_api():
    said = {event.details.get("reason") for run in runs() for event in run.events("target")} - {None}
    assert (bool(said), said - set(enumeration("elbv2", "TargetHealthReasonEnum"))) == (True, set())


def test_every_state_of_an_alarm_is_one_of_the_api():
    said = {event.details["state"] for run in runs() for event in run.events("alarm")}
    assert (bool(said), said - set(enumeration("cloudwatch", "StateValue"))) == (True, set())


def test_every_unit_of_a_metric_is_one_of_cloudwatch():
    units = {metric.unit for run in runs() for metric in run.metrics.values()}
    assert (bool(units), units - set(enumeration("cloudwatch", "StandardUnit"))) == (True, set())
