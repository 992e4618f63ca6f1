"""What a service may be given: the limits of the API, and what its scheduler allows.

[ECS API, CreateService; AWS General Reference, ECS quotas; read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecslite.capacity.instance_capacity import InstanceCapacity
from ecslite.capacity.strategy import CapacityProviderStrategyItem
from ecslite.ecs.cluster import Cluster
from ecslite.ecs.deployment_configuration import DeploymentConfiguration
from ecslite.errors import InvalidSetting
from ecslite.network.front import Front

__all__ = ["SCHEDULING_STRATEGIES", "bounds_for", "check_daemon", "check_fronts", "check_grace", "count_for"]

SCHEDULING_STRATEGIES = ("REPLICA", "DAEMON")

MOST_TASKS = 5_000
"""Tasks in one service [AWS General Reference, ECS quotas; read 2026-11-23]."""

MOST_FRONTS = 5
"""Target groups of one service [AWS General Reference, ECS quotas; read 2026-11-23]."""

LONGEST_GRACE = 2_147_483_647
"""Seconds, some 68 years."""


def count_for(scheduling_strategy: str, desired_count: int | None) -> int:
    """The desired count to start with; InvalidSetting where it is missing, out of range, or not yours to say."""
    if scheduling_strategy not in SCHEDULING_STRATEGIES:
        raise InvalidSetting(
            f"scheduling_strategy={scheduling_strategy!r}: use one of {', '.join(SCHEDULING_STRATEGIES)}"
        )
    if scheduling_strategy == "DAEMON":
        if desired_count is not None:
            raise InvalidSetting(
                f"desired_count={desired_count} of a DAEMON service: it has one task on each instance, so leave it out"
            )
        return 0
    if isinstance(desired_count, bool) or not isinstance(desired_count, int) or not 0 <= desired_count <= MOST_TASKS:
        raise InvalidSetting(f"desired_count={desired_count!r}: use a whole number from 0 to {MOST_TASKS:,}")
    return desired_count


def bounds_for(scheduling_strategy: str, asked: DeploymentConfiguration | None) -> DeploymentConfiguration:
    """How the service deploys: of a DAEMON service with a minimum of 0 and a maximum of 100 per cent by default."""
    if scheduling_strategy == "REPLICA":
        return asked or DeploymentConfiguration()
    bounds = asked or DeploymentConfiguration(minimum_healthy_percent=0, maximum_percent=100)
    if bounds.maximum_percent != 100:
        raise InvalidSetting(
            f"maximum_percent={bounds.maximum_percent} of a DAEMON service: an instance never has two of its tasks, so"
            " use 100"
        )
    if bounds.strategy != "ROLLING":
        raise InvalidSetting(f"strategy={bounds.strategy!r} of a DAEMON service: use ROLLING")
    return bounds


def check_daemon(
    cluster: Cluster,
    strategy: Sequence[CapacityProviderStrategyItem] | None,
    launch_type: str | None = None,
    **refused: Any,
) -> Sequence[CapacityProviderStrategyItem]:
    """The capacity of a DAEMON service: instances. InvalidSetting for Fargate, and for what only REPLICA services have.

    Its tasks are spread over all instances of the cluster, or of the capacity providers that its strategy names.
    """
    for name, value in refused.items():
        if value:
            raise InvalidSetting(f"{name}= of a DAEMON service: it has one task on each instance, so leave it out")
    if launch_type not in (None, "EC2"):
        raise InvalidSetting(f"launch_type={launch_type!r} of a DAEMON service: Fargate has no instances, so use EC2")
    kinds = {name: kind for name, kind in cluster.providers.items() if isinstance(kind, InstanceCapacity)}
    named = [item.capacity_provider for item in strategy] if strategy else list(kinds)
    for name in named or list(cluster.providers):
        if name in cluster.providers and name not in kinds:
            raise InvalidSetting(
                f"capacity {name!r} for a DAEMON service: Fargate has no instances to put a task on, so use an"
                " ecs.CapacityProvider, or scheduling_strategy='REPLICA'"
            )
    return strategy or [CapacityProviderStrategyItem(name) for name in named]


def check_fronts(given: Front | Sequence[Front] | None) -> tuple[Front, ...]:
    """What the tasks register with; InvalidSetting for too many."""
    fronts = () if given is None else tuple(given) if isinstance(given, Sequence) else (given,)
    if len(fronts) > MOST_FRONTS:
        raise InvalidSetting(f"{len(fronts)} target groups for one service: use at most {MOST_FRONTS}")
    return fronts


def check_grace(seconds: int) -> int:
    """healthCheckGracePeriodSeconds; InvalidSetting out of the API's range."""
    if not 0 <= seconds <= LONGEST_GRACE:
        raise InvalidSetting(f"health_check_grace_period_seconds={seconds}: use 0 to {LONGEST_GRACE:,}")
    return seconds
