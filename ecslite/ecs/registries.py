"""What service discovery asks of a service: its records must fit the network mode, and its tasks be few enough."""

from __future__ import annotations

from collections.abc import Sequence

from ecslite.ecs.task_definition import TaskDefinition
from ecslite.errors import InvalidSetting
from ecslite.network.discovery import MOST_TASKS, Discovery

__all__ = ["check_registries"]


def check_registries(registries: Sequence[Discovery], definition: TaskDefinition, desired_count: int) -> None:
    """InvalidSetting for what ECS does not register.

    [ECS Developer Guide, service-discovery; ECS API, ServiceRegistry, CreateService; read 2026-11-24]
    """
    if len(registries) > 1:
        raise InvalidSetting(f"{len(registries)} service registries: a service has one at the most")
    for name in registries:
        mode = definition.network_mode
        if mode == "none":
            raise InvalidSetting(f"{name.name} with network mode none of {definition.name}: it has no address to find")
        if mode != "awsvpc" and name.record_types != ("SRV",):
            raise InvalidSetting(
                f"record_types={name.record_types!r} of {name.name} with network mode {mode} of {definition.name}:"
                " only SRV names a port; use ('SRV',)"
            )
        if desired_count > MOST_TASKS:
            raise InvalidSetting(
                f"desired_count={desired_count} with service discovery: {MOST_TASKS:,} tasks at the most; use a load"
                " balancer for more"
            )
