"""What a service's network configuration asks of its task definition, its capacity and its subnets."""

from __future__ import annotations

from collections.abc import Sequence

from ecslite.capacity.fargate import Fargate
from ecslite.ecs.cluster import Capacity
from ecslite.ecs.placement import PlacementConstraint
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.errors import InvalidSetting
from ecslite.network.vpc import RESERVED, AwsvpcConfiguration, room_in

__all__ = ["check_network", "in_its_zones", "too_small", "zones_for"]


def check_network(
    configuration: AwsvpcConfiguration | None, definition: TaskDefinition, providers: Sequence[Capacity], desired: int
) -> None:
    """InvalidSetting for a configuration that the tasks cannot have, or whose subnets could never hold them.

    [ECS API, CreateService, AwsVpcConfiguration; read 2026-11-24]
    """
    if configuration is None:
        return
    if definition.network_mode != "awsvpc":
        raise InvalidSetting(
            f"network_configuration= with network mode {definition.network_mode!r} of {definition.name}: it is for"
            " awsvpc; leave it out, or change the mode"
        )
    if configuration.assign_public_ip == "ENABLED" and not all(isinstance(one, Fargate) for one in providers):
        raise InvalidSetting(
            "assign_public_ip='ENABLED' on instances: only tasks on Fargate get a public address; use 'DISABLED', and"
            " a NAT gateway for the way out"
        )
    room = room_in(configuration.subnets)
    if desired > room:
        raise InvalidSetting(
            f"{desired} tasks in subnets with {room} addresses (AWS keeps {RESERVED} of each): add subnets or larger"
            " ones"
        )


def too_small(configuration: AwsvpcConfiguration | None, most: int) -> str | None:
    """A warning where a rolling update, with so many tasks at the most, would run out of addresses."""
    if configuration is None or most <= (room := room_in(configuration.subnets)):
        return None
    return (
        f"its subnets have {room} addresses for tasks, but a rolling update may run {most}: some of them will not"
        " start. Add subnets, or lower maximum_percent."
    )


def in_its_zones(configuration: AwsvpcConfiguration | None) -> tuple[PlacementConstraint, ...]:
    """A task's interface stands in a subnet of its instance's zone: other instances cannot take it."""
    if configuration is None:
        return ()
    zones = ", ".join(configuration.zones)
    return (PlacementConstraint("memberOf", f"attribute:ecs.availability-zone in [{zones}]"),)


def zones_for(configuration: AwsvpcConfiguration | None, provider: Fargate) -> tuple[str, ...]:
    """The zones among which the next task on Fargate is spread."""
    return provider.zones if configuration is None else configuration.zones_with_room
