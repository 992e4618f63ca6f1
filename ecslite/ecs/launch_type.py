"""Launch types: the older way to say where tasks run, without a capacity provider.

A task of launch type EC2 takes any container instance with room, never waits in PROVISIONING, and so asks managed
scaling for nothing; one of launch type FARGATE runs on FARGATE, never on Spot [ECS API, RunTask, CreateService; ECS
Developer Guide, cluster-auto-scaling; read 2026-11-24].
"""

from __future__ import annotations

from collections.abc import Sequence

from ecslite.capacity.container_instance import ContainerInstance
from ecslite.capacity.instance_capacity import InstanceCapacity
from ecslite.capacity.strategy import CapacityProviderStrategyItem, check_strategy
from ecslite.ecs.cluster import Cluster
from ecslite.errors import InvalidSetting

__all__ = ["LAUNCH_TYPES", "capacity_of", "instances_for", "strategy_of"]

LAUNCH_TYPES = ("EC2", "FARGATE")
"""EXTERNAL is left out; MANAGED_INSTANCES needs a capacity provider strategy [ECS API, RunTask; read 2026-11-24]."""


def strategy_of(
    cluster: Cluster, asked: Sequence[CapacityProviderStrategyItem] | None, launch_type: str | None
) -> tuple[CapacityProviderStrategyItem, ...]:
    """The strategy asked for, or the cluster's first provider; empty for launch type EC2.

    InvalidSetting for one that the cluster cannot have.
    """
    if launch_type is not None:
        return _of_launch_type(cluster, asked, launch_type)
    if asked is None:
        if not cluster.providers:
            raise InvalidSetting(
                f"cluster {cluster.name!r} has no capacity: give it ecs.Fargate() or an ecs.CapacityProvider"
            )
        return (CapacityProviderStrategyItem(next(iter(cluster.providers))),)
    check_strategy(asked, {name: provider.launch_type for name, provider in cluster.providers.items()})
    for item in asked:
        if item.capacity_provider not in cluster.providers:
            have = ", ".join(cluster.providers) or "none"
            raise InvalidSetting(
                f"{item.capacity_provider!r} is no capacity provider of {cluster.name!r}: it has {have}"
            )
    return tuple(asked)


def _of_launch_type(
    cluster: Cluster, asked: Sequence[CapacityProviderStrategyItem] | None, launch_type: str
) -> tuple[CapacityProviderStrategyItem, ...]:
    if asked is not None:
        raise InvalidSetting("capacity_provider_strategy= and launch_type=: give one of the two")
    if launch_type not in LAUNCH_TYPES:
        raise InvalidSetting(f"launch_type={launch_type!r}: use one of {', '.join(LAUNCH_TYPES)}")
    if launch_type == "FARGATE":
        return (CapacityProviderStrategyItem(cluster.fargate().name),)
    return ()


def instances_for(cluster: Cluster) -> list[ContainerInstance]:
    """Where a task of launch type EC2 may go: all container instances but Managed Instances."""
    kinds = [kind for kind in cluster.providers.values() if isinstance(kind, InstanceCapacity)]
    return [one for kind in kinds if kind.market != "managed" for one in kind.instances]


def capacity_of(cluster: Cluster, instance: ContainerInstance) -> InstanceCapacity:
    """The provider whose instance it is: it says how fast tasks start there, and what the instance costs."""
    kinds = [kind for kind in cluster.providers.values() if isinstance(kind, InstanceCapacity)]
    return next(kind for kind in kinds if any(one is instance for one in kind.instances))
