"""A cluster: a name under which tasks run, and the kinds of capacity they may use."""

from __future__ import annotations

from collections.abc import Sequence

from ecslite.capacity.fargate import Fargate
from ecslite.errors import InvalidSetting
from ecslite.sim.simulation import Simulation

__all__ = ["Cluster"]


class Cluster:
    """A logical group. It may be empty, and costs nothing itself."""

    def __init__(self, sim: Simulation, name: str, *, capacity: Sequence[Fargate] = (Fargate(),)) -> None:
        if len(capacity) != 1 or not isinstance(capacity[0], Fargate):
            raise InvalidSetting(
                f"capacity={list(capacity)!r}: this version runs on Fargate alone: use [ecs.Fargate()]"
            )
        self.sim = sim
        self.name = name
        self.provider = capacity[0]
