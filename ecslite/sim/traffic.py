"""Traffic: requests that arrive, and what each of them will cost.

A request's cost is drawn with its arrival, from streams of the traffic's own. Two designs that are given the same
traffic therefore get the same requests at the same moments with the same work in them (common random numbers).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from itertools import accumulate
from math import log1p, sqrt
from pathlib import Path
from typing import Any, Protocol, TypeVar

from ecslite.errors import InvalidSetting
from ecslite.sim.clock import MINUTE, SHIFT, STEP
from ecslite.sim.cloudwatch import read_request_counts
from ecslite.sim.distributions import Distribution, Exponential
from ecslite.sim.profiles import Profile, constant, from_counts
from ecslite.sim.retries import Clients, Retries
from ecslite.sim.simulation import Simulation

__all__ = ["ARRIVALS", "Traffic"]

ARRIVALS = ("poisson", "even", "burst")
"""How a minute's requests are spread over it. People do not take turns: "poisson" is the one that is like them.
"even" and "burst" are there to show how they lie: the first hides all queueing, the second invents it."""

CHUNK = 8192
"""Requests made at a time: enough for the loops to run long, few enough to keep memory flat."""

Chunk = tuple[list[float], list[float], list[float] | None]
"""Moments of arrival (rising), CPU seconds of work and seconds of waiting, side by side; None where nobody waits."""


class Takes(Protocol):
    """A station that a source can be wired to."""

    def wire(self, source: Traffic) -> None: ...


Station = TypeVar("Station", bound=Takes)


class Traffic:
    """Requests that follow a profile, from minute `from_minute` of the run on.

    `cpu_seconds` is the work in one, and `wait_seconds` what it waits for others (a database, another service) while
    it holds its worker; each is a distribution, or the mean of an exponential one. With `retries`, what fails is sent
    again, and the run counts ClientRequests, ClientRetries and ClientFailures under this source's name.
    """

    def __init__(
        self,
        sim: Simulation,
        profile: Profile | float,
        *,
        cpu_seconds: Distribution | float = 0.05,
        wait_seconds: Distribution | float = 0.0,
        retries: Retries | None = None,
        arrivals: str = "poisson",
        from_minute: int = 0,
        name: str = "traffic",
    ) -> None:
        if arrivals not in ARRIVALS:
            raise InvalidSetting(f"arrivals={arrivals!r}: use one of {', '.join(ARRIVALS)}")
        if from_minute != int(from_minute) or from_minute < 0:
            raise InvalidSetting(f"from_minute={from_minute}: use a whole minute from 0")
        self.sim = sim
        self.name = name
        self.profile = profile if isinstance(profile, Profile) else constant(profile)
        self.cost = _exponential(cpu_seconds)
        self.waiting = _exponential(wait_seconds) if wait_seconds else None
        self.clients = Clients(sim, name, retries) if retries else None
        self.from_minute = from_minute
        self._arrive = sim.stream(f"traffic/{name}/arrivals")
        self._work = sim.stream(f"traffic/{name}/work")
        self._wait = sim.stream(f"traffic/{name}/wait")
        self._chunks = self._generate(getattr(self, f"_{arrivals}"))
        self._times: list[float] = []
        self._costs: list[float] = []
        self._waits: list[float] | None = None
        self._made_until = 0.0
        self._unused: list[float] = []
        for minute, text in self.profile.changes:
            sim.at(max(minute, from_minute) * MINUTE, lambda text=text: sim.log.add("traffic", name, text))  # type: ignore[misc]

    @classmethod
    def from_cloudwatch(cls, sim: Simulation, source: str | Path | Mapping[str, Any], **settings: Any) -> Traffic:
        """Traffic as a CloudWatch export counted it: RequestCount, Sum, 60 s; JSON of get-metric-data, or CSV."""
        return cls(sim, from_counts(read_request_counts(source).counts), **settings)

    def to(self, station: Station) -> Station:
        """Send this traffic to a station, such as a load balancer; returns the station."""
        if self.clients is not None and not getattr(station, "hears_of_failures", False):
            raise InvalidSetting(
                f"retries= of {self.name!r}: only a load balancer or an API tells its clients of failures;"
                " send this traffic to one, or leave retries= out"
            )
        station.wire(self)
        return station

    def take(self, until: float) -> Iterator[Chunk]:
        """The requests that arrive up to and at `until` and were not taken before, in chunks."""
        while self._made_until <= until:
            if self._times:
                yield self._times, self._costs, self._waits
            self._times, self._costs, self._waits, self._made_until = next(self._chunks)
        if not self._times or self._times[-1] <= until:
            if self._times:
                yield self._times, self._costs, self._waits
            self._times, self._costs, self._waits = [], [], None
        elif cut := bisect_right(self._times, until):
            yield self._times[:cut], self._costs[:cut], self._waits and self._waits[:cut]
            del self._times[:cut], self._costs[:cut]
            if self._waits:
                del self._waits[:cut]

    def _generate(self, spread: Any) -> Iterator[tuple[list[float], list[float], list[float] | None, float]]:
        """Chunks for ever: times, costs, waits, and the moment up to which (exclusively) no other will come."""
        minute = 0
        while True:
            start, rate = minute * MINUTE, self.profile.rate(minute) if minute >= self.from_minute else 0.0
            for times, until in spread(start, rate):
                waits = self.waiting.draw_many(self._wait, len(times)) if self.waiting else None
                yield times, self.cost.draw_many(self._work, len(times)), waits, until
            minute += 1

    def _poisson(self, start: float, rate: float) -> Iterator[tuple[list[float], float]]:
        end = start + MINUTE
        if not rate:
            yield [], end
            return
        # A gap of at least one step of the grid, so that no two requests arrive at one instant.
        now, scale, shift, shift_and_step = start, -1 / rate, SHIFT, SHIFT + STEP
        while True:
            # Nearly always enough for what is left of the minute, so that it comes in one piece; the rest is kept.
            expected = (end - now) * rate
            logs = self._logs(min(CHUNK, 2 + int(expected + 2 * sqrt(expected))))
            times = list(accumulate([shift_and_step + log * scale - shift for log in logs], initial=now))
            now = times[-1]
            if now >= end:
                # The process has no memory: the next minute begins afresh, at its own rate.
                within = bisect_left(times, end)
                self._unused = logs[within:] + self._unused
                yield times[1:within], end
                return
            yield times[1:], now + STEP

    def _logs(self, count: int) -> list[float]:
        """The logarithms of the next `count` uniform draws; those that the last minute left over come first."""
        uniform, logs = self._arrive.random, self._unused[:count]
        self._unused = self._unused[count:]
        return logs + [log1p(-uniform()) for _ in range(count - len(logs))]

    def _even(self, start: float, rate: float) -> Iterator[tuple[list[float], float]]:
        count = round(rate * MINUTE)
        gap = MINUTE / max(count, 1)
        yield [start + (SHIFT + (index + 0.5) * gap - SHIFT) for index in range(count)], start + MINUTE

    def _burst(self, start: float, rate: float) -> Iterator[tuple[list[float], float]]:
        yield [start + (index + 1) * STEP for index in range(round(rate * MINUTE))], start + MINUTE


def _exponential(seconds: Distribution | float) -> Distribution:
    return seconds if isinstance(seconds, Distribution) else Exponential(float(seconds))
