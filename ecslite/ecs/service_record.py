"""What a run's record of a service says that it was given: the members of CreateService, in snake_case.

Views and the export to AWS read it there. What is not asked for is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ecslite.ecs.deployment_configuration import DeploymentAlarms, DeploymentConfiguration
from ecslite.ecs.places import Places
from ecslite.ecs.production_traffic import AdvancedConfiguration, ProductionTraffic
from ecslite.network.front import Front
from ecslite.network.load_balancer import LoadBalancer
from ecslite.network.target_group import TargetGroup
from ecslite.network.vpc import AwsvpcConfiguration

__all__ = ["network_record", "service_record"]

NESTED = ("deployment_circuit_breaker", "early_success_criteria", "linear_configuration", "canary_configuration")
"""Members of DeploymentConfiguration that have members of their own."""


def service_record(
    places: Places,
    balanced: Sequence[Front],
    *,
    scheduling_strategy: str,
    grace: int,
    deployment_configuration: DeploymentConfiguration,
    rebalancing: str,
    advanced: AdvancedConfiguration | None,
    traffic: ProductionTraffic | None,
) -> dict[str, Any]:
    """Lists, texts and numbers alone, since a run goes to JSON and back."""
    network, strategy = places.network_configuration, places.capacity_provider_strategy
    launch_type = places.launch_type
    if scheduling_strategy == "DAEMON" and all(kind.launch_type == "EC2" for kind in places.providers):
        launch_type = "EC2"
    said: dict[str, Any] = {
        "launch_type": launch_type,
        "capacity_provider_strategy": [] if launch_type else [asdict(item) for item in strategy],
        "scheduling_strategy": scheduling_strategy,
        "deployment_configuration": _deployment(deployment_configuration),
        "target_groups": [_group(front).name for front in balanced if isinstance(front, LoadBalancer | TargetGroup)],
        "health_check_grace_period_seconds": grace,
        "placement_strategy": [asdict(one) for one in places.asked_strategies],
        "placement_constraints": [asdict(one) for one in places.own_constraints],
        "availability_zone_rebalancing": rebalancing,
    }
    if advanced is not None and traffic is not None:
        said["alternate_target_group"] = advanced.alternate_target_group.name
        said["listener"] = traffic.listener.name
    if network is not None:
        said |= network_record(network)
    return {name: value for name, value in said.items() if value not in (None, [], 0)}


def network_record(network: AwsvpcConfiguration) -> dict[str, Any]:
    """Where interfaces come from: blocks of addresses and names."""
    return {
        "subnets": [subnet.name for subnet in network.subnets],
        "security_groups": [group.name for group in network.security_groups],
        "assign_public_ip": network.assign_public_ip,
    }


def _group(front: LoadBalancer | TargetGroup) -> TargetGroup:
    return front.default_group if isinstance(front, LoadBalancer) else front


def _deployment(asked: DeploymentConfiguration) -> dict[str, Any]:
    """The members that DeploymentConfiguration has in the API, those that are set."""
    said: dict[str, Any] = {
        "strategy": asked.strategy,
        "minimum_healthy_percent": asked.minimum_healthy_percent,
        "maximum_percent": asked.maximum_percent,
        "bake_time_in_minutes": asked.bake_time_in_minutes,
        "alarms": _alarms(asked.alarms),
        "lifecycle_hooks": [
            {
                "target_type": hook.target_type,
                "lifecycle_stages": list(hook.lifecycle_stages),
                "timeout_configuration": asdict(hook.timeout_configuration),
            }
            for hook in asked.lifecycle_hooks
        ],
    }
    for name in NESTED:
        if (value := getattr(asked, name)) is not None:
            said[name] = asdict(value)
    return {name: value for name, value in said.items() if value not in (None, [])}


def _alarms(asked: DeploymentAlarms | None) -> dict[str, Any] | None:
    if asked is None:
        return None
    names = [alarm.name for alarm in asked.alarms]
    return {"alarm_names": names, "enable": asked.enable, "rollback": asked.rollback}
