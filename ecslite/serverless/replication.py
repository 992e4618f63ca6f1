"""The copies of a table's items, of which some hear of a write later, and the reads that come before they have.

DynamoDB keeps an item on several machines in different Availability Zones. A write has succeeded once a majority of
them has it. A strongly consistent read asks the one that leads, and always gives the last write; an eventually
consistent one asks any of them, and may give what was before.
[Elhemali et al., Amazon DynamoDB, USENIX ATC 2022, section 3; DynamoDB Developer Guide, HowItWorks.ReadConsistency;
read 2026-11-25]
"""

from __future__ import annotations

from collections.abc import Iterable

from ecslite.errors import InvalidSetting
from ecslite.serverless.keys import Draws
from ecslite.serverless.operation import Operation
from ecslite.sim.distributions import Distribution, as_distribution
from ecslite.sim.simulation import Simulation

__all__ = ["COPIES", "Copies", "copies_of"]

COPIES = 3
"""Copies of each item, of which one leads."""

EVENTUAL = ("GetItem", "BatchGetItem", "Query")

MOST_KEPT = 4096
"""Keys that are remembered before those that all copies have heard of are forgotten."""


class Copies:
    """Which keys one of three copies is behind with. An eventually consistent read asks each copy equally often."""

    # Model: how far the last copy is behind is not documented; AWS used to say "usually within one second". Here each
    # write takes a time of its own to reach it, and the two others have it at once: at most one read in three is stale.
    # Model: a write is done at the moment of its request. Scans, and reads of keys that no message or draw names, are
    # never counted as stale; transactional reads are always right, as in DynamoDB.

    def __init__(self, sim: Simulation, table: str, lag: Distribution) -> None:
        self._lag = Draws(lag, sim.stream(f"table/{table}/replication"))
        self._which = sim.stream(f"table/{table}/copies")
        self._behind: dict[str, float] = {}
        """Of each key the moment at which all copies have its last write."""
        self.stale = 0
        """Reads of the present minute that gave what was before."""

    def written(self, time: float, keys: Iterable[str]) -> None:
        """These keys have been written."""
        for key in keys:
            self._behind[key] = max(self._behind.get(key, 0.0), time + self._lag.next())
        if len(self._behind) > MOST_KEPT:
            self._behind = {key: until for key, until in self._behind.items() if until > time}

    def read(self, time: float, operation: Operation, keys: Iterable[str]) -> bool:
        """Whether a read of these keys gives an old item; counts it."""
        if operation.consistent_read or operation.name not in EVENTUAL:
            return False
        behind = any(self._behind.get(key, 0.0) > time for key in keys)
        stale = behind and self._which.random() * COPIES < 1
        self.stale += stale
        return stale


def copies_of(sim: Simulation, table: str, lag: Distribution | float | None) -> Copies | None:
    """The copies of a table with that replication lag in seconds; None, where all reads are right, for no lag."""
    if lag is None:
        return None
    drawn = as_distribution(lag)
    if not 0 < drawn.mean <= 60:
        raise InvalidSetting(f"replication_lag={drawn.mean:g} s of table {table!r}: use up to 60, or None for no lag")
    return Copies(sim, table, drawn)
