"""Stations that send to the same workers take their requests in as one stream, in the order of time.

A worker must see its requests in the order in which they arrive. Where two stations share workers, as two load
balancers before one service do, neither may run ahead of the other: all are advanced at once, in slices in which
nobody's failures come back.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

from ecslite.errors import InvalidSetting
from ecslite.sim.station import Station

__all__ = ["Together", "join"]


class Together:
    """Some stations, in the order in which they met; at one instant the requests of the first come first."""

    def __init__(self, stations: list[Station], now: float) -> None:
        self.stations = stations
        self._until = now
        self._busy = False

    def advance(self, now: float) -> None:
        """Serve all that arrives at any of them up to a moment."""
        if self._busy:
            names = ", ".join(station.name for station in self.stations)
            raise InvalidSetting(
                f"{names} send to the same tasks, and one calls another: let a service call another service"
            )
        self._busy = True
        for station in self.stations:
            station.begin(now)
        while self._until < now:
            end = min(station.horizon(now) for station in self.stations)
            for station, items in self._runs(end):
                station.take_in(items)
            for station in self.stations:
                station.conclude(end)
            self._until = end
        self._busy = False

    def _runs(self, end: float) -> Iterator[tuple[Station, list[Any]]]:
        """What arrives up to a moment, cut where the station changes."""
        streams = [[(item[0], place, item) for item in each.collect(end)] for place, each in enumerate(self.stations)]
        merged = list(merge(*streams, key=itemgetter(0, 1)))
        for place, run in groupby(merged, key=itemgetter(1)):
            yield self.stations[place], [item for _, _, item in run]


def join(stations: list[Station]) -> None:
    """Advance these stations together from now on, and with them whatever each of them was advanced with before."""
    everybody: dict[Station, None] = {}
    for station in stations:
        station.catch_up()
        everybody |= dict.fromkeys([station] if station.together is None else station.together.stations)
    together = Together(list(everybody), stations[0].sim.now)
    for station in everybody:
        station.together = together
