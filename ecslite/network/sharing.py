"""Fronts of one service share the workers of its tasks: which stations these are, for `Wiring` to check."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ecslite.errors import InvalidSetting
from ecslite.network.front import Front
from ecslite.network.target_group import TargetGroup
from ecslite.sim.server import Request, Server
from ecslite.sim.simulation import Simulation
from ecslite.sim.station import Station
from ecslite.sim.wiring import Wiring

__all__ = ["Onlooker", "as_seen_by", "share_workers"]


def share_workers(sim: Simulation, owner: str, fronts: Sequence[Front]) -> None:
    """Note that these fronts send requests to the same tasks; InvalidSetting where two get requests already."""
    sim.the(Wiring).share(owner, [partial(_station, front) for front in fronts])


def as_seen_by(fronts: Sequence[Front], workers: Server) -> list[Server]:
    """The workers for each front: themselves where its requests come, an onlooker's view where another's do."""
    stations = [_station(front) for front in fronts]
    busy = next((one for one in stations if one is not None and one.sources), None)
    return [workers if busy is None or one in (None, busy) else Onlooker(workers, busy) for one in stations]


class Onlooker:
    """Workers as a front sees them whose own requests are none: it may check how busy they are, and has nothing there.

    It takes no request: InvalidSetting.
    """

    def __init__(self, workers: Server, busy: Station) -> None:
        self._workers = workers
        self._busy = busy

    def serve(self, arrivals: list[float], costs: list[float], waits: list[float] | None = None) -> list[int]:
        raise self._refusal

    def offer(self, arrival: float, cost: float, wait: float = 0.0) -> bool:
        raise self._refusal

    @property
    def _refusal(self) -> InvalidSetting:
        return InvalidSetting(
            f"the service whose tasks get their requests from {self._busy.name} has another front, and requests come"
            " there as well: wire all traffic before the run, to one of them"
        )

    def outstanding(self, time: float) -> int:
        return 0

    def overdue(self, after: float, until: float, limit: float) -> list[Request]:
        return []

    def ended(self, now: float) -> list[tuple[float, float]]:
        return []

    def settle(self, now: float) -> list[float]:
        return []

    def drop(self, now: float) -> list[Request]:
        return []

    def wait(self, now: float) -> float:
        """As `Server.wait`, once all that has arrived at the other front is there."""
        self._busy.catch_up()
        return self._workers.wait(now)

    def last_end(self, now: float) -> float:
        self._busy.catch_up()
        return self._workers.last_end(now)

    def cpu_seconds(self, now: float) -> float:
        return self._workers.cpu_seconds(now)

    def set_cores(self, now: float, cores: float) -> None:
        self._workers.set_cores(now, cores)


def _station(front: Front) -> Station | None:
    """Where its requests arrive; None for a target group to which no load balancer forwards yet."""
    station = front.balancer if isinstance(front, TargetGroup) else front
    return station if isinstance(station, Station) else None
