"""Fronts of one service share the workers of its tasks: which stations these are, for `Wiring` to check."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ecslite.network.front import Front
from ecslite.network.target_group import TargetGroup
from ecslite.sim.simulation import Simulation
from ecslite.sim.station import Station
from ecslite.sim.wiring import Wiring

__all__ = ["share_workers"]


def share_workers(sim: Simulation, owner: str, fronts: Sequence[Front]) -> None:
    """Note that these fronts send requests to the same tasks; InvalidSetting where two get requests already."""
    sim.the(Wiring).share(owner, [partial(_station, front) for front in fronts])


def _station(front: Front) -> Station | None:
    """Where its requests arrive; None for a target group to which no load balancer forwards yet."""
    station = front.balancer if isinstance(front, TargetGroup) else front
    return station if isinstance(station, Station) else None
