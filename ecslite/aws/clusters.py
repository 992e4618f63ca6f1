"""Clusters and what stands behind them: launch templates, Auto Scaling groups, capacity providers.

An instance joins its cluster by its user data [ECS Developer Guide, bootstrap_container_instance; read 2026-11-25]; its
image is the ECS-optimized Amazon Linux 2023, by the public parameter that names the newest one
[ECS Developer Guide, ecs-optimized_AMI; EC2 User Guide, using-systems-manager-parameters; read 2026-11-25].
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from ecslite.aws.call import Call, given
from ecslite.aws.destination import Destination
from ecslite.aws.names import check_name
from ecslite.capacity.auto_scaling_group import AutoScalingGroup
from ecslite.capacity.lifecycle_hook import LifecycleHook
from ecslite.capacity.managed_instances import ManagedInstances
from ecslite.capacity.provider import CapacityProvider
from ecslite.ecs.cluster import Cluster

__all__ = ["cluster_calls", "group_calls"]

INSTANCE_ROLE, INFRASTRUCTURE_ROLE = "ecsInstanceRole", "ecsInfrastructureRole"
"""The names that the ECS Developer Guide gives them."""

IMAGE = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/{}recommended/image_id"

ROOT_DEVICE = "/dev/xvda"


def cluster_calls(cluster: Cluster, where: Destination) -> Iterator[Call]:
    """The cluster and its capacity providers; the Auto Scaling groups must be there already.

    Providers of Managed Instances belong to a cluster, so they come after it [ECS API, CreateCapacityProvider].
    """
    check_name("cluster", cluster.name)
    providers = list(cluster.providers.values())
    for kind in providers:
        if isinstance(kind, CapacityProvider):
            yield Call("ecs", "CreateCapacityProvider", _of_group(kind, where))
    managed = [kind for kind in providers if isinstance(kind, ManagedInstances)]
    names = [kind.name for kind in providers]
    first = [kind.name for kind in providers if kind not in managed]
    default = [{"capacityProvider": name, "weight": 1} for name in names[:1]]
    yield Call(
        "ecs",
        "CreateCluster",
        given(
            clusterName=cluster.name,
            capacityProviders=first,
            defaultCapacityProviderStrategy=None if managed else default,
        ),
    )
    for kind in managed:
        yield Call("ecs", "CreateCapacityProvider", _of_managed_instances(kind, cluster, where))
    if managed:
        said = {"cluster": cluster.name, "capacityProviders": names, "defaultCapacityProviderStrategy": default}
        yield Call("ecs", "PutClusterCapacityProviders", said)


def _of_group(kind: CapacityProvider, where: Destination) -> dict[str, Any]:
    check_name("capacity provider", kind.name)
    scaling = kind.managed_scaling
    managed: dict[str, Any] = {"status": "DISABLED"}
    if scaling is not None:
        managed = {
            "status": "ENABLED",
            "targetCapacity": scaling.target_capacity,
            "minimumScalingStepSize": scaling.minimum_scaling_step_size,
            "maximumScalingStepSize": scaling.maximum_scaling_step_size,
            "instanceWarmupPeriod": scaling.instance_warmup_period,
        }
    return {
        "name": kind.name,
        "autoScalingGroupProvider": {
            "autoScalingGroupArn": where.auto_scaling_group(kind.group.name),
            "managedScaling": managed,
            "managedTerminationProtection": _switch(kind.managed_termination_protection),
            "managedDraining": _switch(kind.managed_draining),
        },
    }


def _switch(on: bool) -> str:
    return "ENABLED" if on else "DISABLED"


def _of_managed_instances(kind: ManagedInstances, cluster: Cluster, where: Destination) -> dict[str, Any]:
    check_name("capacity provider", kind.name)
    requirements = {
        "vCpuCount": {"min": min(each.vcpu for each in kind.types)},
        "memoryMiB": {"min": min(each.nominal_mib for each in kind.types)},
        "allowedInstanceTypes": [each.name for each in kind.types],
    }
    network = {"subnets": where.subnets_or_placeholders, "securityGroups": list(where.security_groups)}
    said = {
        "infrastructureRoleArn": where.role(INFRASTRUCTURE_ROLE),
        "instanceLaunchTemplate": {
            "ec2InstanceProfileArn": where.instance_profile(INSTANCE_ROLE),
            "networkConfiguration": given(**network),
            "storageConfiguration": {"storageSizeGiB": kind.storage_gib},
            "instanceRequirements": requirements,
        },
    }
    if kind.asked_scale_in_after is not None:
        said["infrastructureOptimization"] = {"scaleInAfter": kind.asked_scale_in_after}
    return {"name": kind.name, "cluster": cluster.name, "managedInstancesProvider": said}


def group_calls(group: AutoScalingGroup, cluster: str, where: Destination, *, protects: bool) -> Iterator[Call]:
    """A launch template and its Auto Scaling group, whose instances join the cluster of that name.

    `protects`: managed termination protection, for which new instances must be protected from scale-in
    [ECS API, AutoScalingGroupProvider; read 2026-11-25].
    """
    check_name("Auto Scaling group", group.name)
    yield Call(
        "ec2",
        "CreateLaunchTemplate",
        {"LaunchTemplateName": group.name, "LaunchTemplateData": _template(group, cluster)},
    )
    subnets = ",".join(where.subnets)
    yield Call(
        "autoscaling",
        "CreateAutoScalingGroup",
        {
            **given(
                AutoScalingGroupName=group.name,
                LaunchTemplate={"LaunchTemplateName": group.name, "Version": "$Latest"},
                VPCZoneIdentifier=subnets,
                AvailabilityZones=[] if subnets else list(group.zones),
                TerminationPolicies=list(group.termination_policy),
                LifecycleHookSpecificationList=[_hook(hook, n) for n, hook in enumerate(group.lifecycle_hooks, 1)],
            ),
            "MinSize": group.min_size,
            "MaxSize": group.max_size,
            "DesiredCapacity": group.sim.steps("DesiredCapacity", group.name)[0][1],
            "DefaultInstanceWarmup": group.default_instance_warmup,
            "CapacityRebalance": group.capacity_rebalance,
            "NewInstancesProtectedFromScaleIn": protects,
        },
    )


def _template(group: AutoScalingGroup, cluster: str) -> dict[str, Any]:
    arm = "arm64/" if group.type.architecture == "ARM64" else ""
    return given(
        ImageId=IMAGE.format(arm),
        InstanceType=group.type.name,
        IamInstanceProfile={"Name": INSTANCE_ROLE},
        BlockDeviceMappings=[
            {"DeviceName": ROOT_DEVICE, "Ebs": {"VolumeSize": group.ebs_gib, "VolumeType": "gp3"}},
        ],
        InstanceMarketOptions={"MarketType": "spot"} if group.spot else None,
        UserData=b64encode(_user_data(group, cluster).encode()).decode(),
    )


def _user_data(group: AutoScalingGroup, cluster: str) -> str:
    settings = {"ECS_CLUSTER": cluster}
    if group.attributes:
        settings["ECS_INSTANCE_ATTRIBUTES"] = json.dumps(group.attributes)
    if group.reserved_memory:
        settings["ECS_RESERVED_MEMORY"] = str(group.reserved_memory)
    if group.spot:
        settings["ECS_ENABLE_SPOT_INSTANCE_DRAINING"] = "true"
    lines = [f"{name}={value}" for name, value in settings.items()]
    return "\n".join(["#!/bin/bash", "cat <<'EOF' >> /etc/ecs/ecs.config", *lines, "EOF", ""])


def _hook(hook: LifecycleHook, number: int) -> dict[str, Any]:
    return {
        "LifecycleHookName": f"hook-{number}",
        "LifecycleTransition": hook.lifecycle_transition,
        "HeartbeatTimeout": hook.heartbeat_timeout,
        "DefaultResult": hook.default_result,
    }
