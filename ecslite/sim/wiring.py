"""Stations that serve with the same workers: of each such set only one may be sent requests.

A service's tasks may be registered with several stations at a time, such as a load balancer and a name.
"""

# Model: a station runs through its own requests by itself, so two stations would not see each other's requests in the
# workers that they share. Several target groups of one load balancer are one station, and may all get requests.

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from ecslite.errors import InvalidSetting

__all__ = ["Wiring"]


class Wired(Protocol):
    """A station, and the sources whose requests arrive there."""

    name: str
    sources: list[Any]


class Wiring:
    """All such sets of a simulation."""

    def __init__(self, _sim: object) -> None:
        self._sets: list[tuple[str, list[Callable[[], Wired | None]]]] = []

    def share(self, owner: str, stations: Sequence[Callable[[], Wired | None]]) -> None:
        """These stations serve with the workers of `owner`; each is looked up anew, since it may not be known yet."""
        self._sets.append((owner, list(stations)))
        self.check()

    def check(self) -> None:
        """InvalidSetting where requests are sent to two stations of one set."""
        for owner, stations in self._sets:
            known = [one for one in (look() for look in stations) if one is not None and one.sources]
            names = list(dict.fromkeys(one.name for one in known))
            if len(names) > 1:
                raise InvalidSetting(
                    f"requests are sent to {' and '.join(names)}, and both come to the tasks of {owner}: only one"
                    " station of a service is simulated with requests; send all traffic to one, or make two services"
                )
