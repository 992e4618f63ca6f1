"""A service as CreateService takes it, and as DescribeServices gives it back: the members that the two share.

They follow from the service's record in the run, so that the same code serves the export and the description.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecslite.aws.call import given, members
from ecslite.aws.destination import Destination

__all__ = ["network", "shared_members"]

BLUE_GREEN_ROLE = "ecsInfrastructureRoleForLoadBalancers"
HOOK, HOOK_ROLE = "ecs-deployment-hook", "ecsHookRole"
"""Placeholders: a hook's function is a Python function in a simulation."""


def shared_members(attributes: Mapping[str, Any], where: Destination, container: tuple[str, int]) -> dict[str, Any]:
    """The members by a service's attributes; `container` is the name and the port that a load balancer sends to."""
    return given(
        loadBalancers=_load_balancers(attributes, where, container),
        launchType=attributes.get("launch_type"),
        capacityProviderStrategy=members(attributes.get("capacity_provider_strategy")),
        deploymentConfiguration=_deployment(attributes["deployment_configuration"], where),
        placementConstraints=members(attributes.get("placement_constraints")),
        placementStrategy=members(attributes.get("placement_strategy")),
        healthCheckGracePeriodSeconds=attributes.get("health_check_grace_period_seconds"),
        schedulingStrategy=attributes["scheduling_strategy"],
        availabilityZoneRebalancing=attributes.get("availability_zone_rebalancing"),
    )


def network(attributes: Mapping[str, Any], where: Destination, *, awsvpc: bool) -> dict[str, Any] | None:
    """networkConfiguration; a service of awsvpc tasks without one gets the destination's subnets."""
    if not awsvpc:
        return None
    if "subnets" in attributes:
        subnets = [where.subnet(block) for block in attributes["subnets"]]
        groups = [where.security_group(name) for name in attributes.get("security_groups", ())]
        public = attributes["assign_public_ip"]
    else:
        subnets, groups = where.subnets_or_placeholders, list(where.security_groups)
        public = "ENABLED" if _on_fargate(attributes) else "DISABLED"
    return {"awsvpcConfiguration": given(subnets=subnets, securityGroups=groups, assignPublicIp=public)}


def _on_fargate(attributes: Mapping[str, Any]) -> bool:
    names = [item["capacity_provider"] for item in attributes.get("capacity_provider_strategy", ())]
    return attributes.get("launch_type") == "FARGATE" or any(name.startswith("FARGATE") for name in names)


def _load_balancers(
    attributes: Mapping[str, Any], where: Destination, container: tuple[str, int]
) -> list[dict[str, Any]]:
    name, port = container
    found: list[dict[str, Any]] = [
        {"targetGroupArn": where.target_group(group), "containerName": name, "containerPort": port}
        for group in attributes.get("target_groups", ())
    ]
    if found and (other := attributes.get("alternate_target_group")):
        found[0]["advancedConfiguration"] = {
            "alternateTargetGroupArn": where.target_group(other),
            "productionListenerRule": where.listener_rule(attributes["listener"]),
            "roleArn": where.role(BLUE_GREEN_ROLE),
        }
    return found


def _deployment(asked: Mapping[str, Any], where: Destination) -> dict[str, Any]:
    said: dict[str, Any] = members(dict(asked))
    for hook in said.get("lifecycleHooks", ()):
        if hook["targetType"] == "AWS_LAMBDA":
            hook |= {"hookTargetArn": where.function(HOOK), "roleArn": where.role(HOOK_ROLE)}
    return said
