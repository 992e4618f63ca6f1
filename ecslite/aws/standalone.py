"""Standalone tasks as RunTask takes them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ecslite.aws.call import given, members
from ecslite.aws.destination import Destination
from ecslite.aws.services import network
from ecslite.ecs.run_task import Call
from ecslite.ecs.service_record import network_record

__all__ = ["run_task"]


def run_task(call: Call, where: Destination) -> dict[str, Any]:
    """The parameters of a call that ran standalone tasks."""
    strategy = [] if call.launch_type else [asdict(item) for item in call.strategy]
    said = given(launch_type=call.launch_type, capacity_provider_strategy=strategy)
    if call.network_configuration is not None:
        said |= network_record(call.network_configuration)
    return {
        "cluster": call.cluster.name,
        "taskDefinition": call.definition.name,
        "count": call.count,
        **given(
            group=call.group,
            startedBy=call.started_by,
            launchType=call.launch_type,
            capacityProviderStrategy=members(strategy),
            placementStrategy=members([asdict(one) for one in call.placement_strategy]),
            placementConstraints=members([asdict(one) for one in call.asked]),
            networkConfiguration=network(said, where, awsvpc=call.definition.network_mode == "awsvpc"),
        ),
    }
