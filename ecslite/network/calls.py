"""Calls from one service to another: each request that the first has answered becomes requests at the second.

They go wherever traffic goes: to a load balancer, a discovery name or a Service Connect endpoint.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Protocol, TypeVar

from ecslite.errors import InvalidSetting
from ecslite.sim.clock import STEP
from ecslite.sim.distributions import Distribution, Exponential
from ecslite.sim.retries import Clients, Retries
from ecslite.sim.simulation import Simulation
from ecslite.sim.station import Source, Station
from ecslite.sim.traffic import CHUNK, Chunk

__all__ = ["Answers", "Calls"]

MOST_A_REQUEST = 1_000


class Answers(Protocol):
    """Where the requests of the first service are answered."""

    sim: Simulation
    name: str

    def tell_of_answers(self, told: Calls) -> None:
        """Note for it the moment of each answer from now on."""
        ...

    def settle_answers(self) -> None:
        """Note all answers up to now."""
        ...


class Takes(Protocol):
    """A station that calls can be sent to."""

    def wire(self, source: Source) -> None: ...


Somewhere = TypeVar("Somewhere", bound=Takes)


class Calls:
    """`per_request` calls (a fraction is a chance) at the moment at which `caller` has answered a request.

    `cpu_seconds` is the work in one call and `wait_seconds` what it waits for others, as those of `Traffic`.
    """

    # Model: a call is sent when the answer is ready, and nobody waits for it: the caller's own latency does not grow
    # with that of the service called. Give the first traffic `wait_seconds` for the time that it waits.

    def __init__(
        self,
        caller: Answers,
        *,
        per_request: float = 1.0,
        cpu_seconds: Distribution | float = 0.05,
        wait_seconds: Distribution | float = 0.0,
        retries: Retries | None = None,
        name: str | None = None,
    ) -> None:
        if not 0 < per_request <= MOST_A_REQUEST:
            raise InvalidSetting(f"per_request={per_request}: use more than 0, and {MOST_A_REQUEST} at the most")
        sim = caller.sim
        self.sim = sim
        self.name = name or f"calls of {caller.name}"
        self.caller = caller
        self.clients = Clients(sim, self.name, retries) if retries else None
        self._per_request = per_request
        self._cost = cpu_seconds if isinstance(cpu_seconds, Distribution) else Exponential(float(cpu_seconds))
        self._waiting = _waiting(wait_seconds)
        self._draw = sim.stream(f"calls/{self.name}/number")
        self._work = sim.stream(f"calls/{self.name}/work")
        self._wait = sim.stream(f"calls/{self.name}/wait")
        self._answers: list[float] = []
        """A heap of the moments of answers that have not become calls yet."""
        self._last = 0.0
        self._due: list[float] = []
        """Calls whose moment had to be put off beyond the last moment asked for, rising."""
        caller.tell_of_answers(self)

    def to(self, station: Somewhere) -> Somewhere:
        """Send the calls to a station; returns it. InvalidSetting where they would come back to the caller."""
        if self.clients is not None and not getattr(station, "hears_of_failures", False):
            raise InvalidSetting(f"retries= of {self.name!r}: only a load balancer tells its clients of failures")
        if _reaches(self.caller, station):
            raise InvalidSetting(
                f"{self.name!r} would come back to {self.caller.name!r}, and call for ever: leave one way out"
            )
        station.wire(self)
        return station

    def note(self, moments: list[float]) -> None:
        """Requests have been answered at these moments."""
        for moment in moments:
            heappush(self._answers, moment)

    def take(self, until: float) -> Iterator[Chunk]:
        """The calls up to and at `until` that were not taken before, in chunks."""
        self.caller.settle_answers()
        times = self._due + list(self._moments(until))
        self._due = [time for time in times if time > until]
        times = times[: len(times) - len(self._due)]
        for first in range(0, len(times), CHUNK):
            part = times[first : first + CHUNK]
            waits = self._waiting.draw_many(self._wait, len(part)) if self._waiting else None
            yield part, self._cost.draw_many(self._work, len(part)), waits

    def _moments(self, until: float) -> Iterator[float]:
        # No two calls are sent at one instant: the moment of arrival is what tells requests apart.
        whole, chance = divmod(self._per_request, 1.0)
        while self._answers and self._answers[0] <= until:
            moment = heappop(self._answers)
            count = int(whole) + (chance > 0 and self._draw.random() < chance)
            for _ in range(count):
                self._last = max(moment, self._last + STEP)
                yield self._last


def _waiting(seconds: Distribution | float) -> Distribution | None:
    if isinstance(seconds, Distribution):
        return seconds
    return Exponential(float(seconds)) if seconds else None


def _reaches(caller: object, station: object) -> bool:
    """Whether the caller is, directly or by others, called from the station."""
    if caller is station:
        return True
    sources = caller.sources if isinstance(caller, Station) else []
    return any(isinstance(source, Calls) and _reaches(source.caller, station) for source in sources)
