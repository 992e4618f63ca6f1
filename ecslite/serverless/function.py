"""A Lambda function: one request at a time in each execution environment, and as many environments as it takes.

A request goes to the newest environment that is idle. Where none is, a new one starts (a cold start), up to the
concurrency limit; above that the request is throttled (429). An environment that was idle for `idle_seconds` is gone.
Left out: memory and CPU, initialisation apart from the first request, errors, retries, provisioned concurrency.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from itertools import compress
from operator import add

from ecslite.errors import InvalidSetting
from ecslite.sim.clock import on_grid
from ecslite.sim.distributions import Distribution, as_distribution
from ecslite.sim.histogram import Histogram
from ecslite.sim.metrics import PERIOD, Sample
from ecslite.sim.simulation import Simulation
from ecslite.sim.station import Station

__all__ = ["ACCOUNT_CONCURRENCY", "IDLE_SECONDS", "Function"]

ACCOUNT_CONCURRENCY = 1000
"""Requests in progress at once, for all functions of an account in a Region
[Lambda Developer Guide, lambda-concurrency; read 2026-11-23]."""

IDLE_SECONDS = 600.0
"""How long an idle environment is kept. AWS does not document it: ten minutes were measured
[Mahmoudi and Khazaei, SimFaaS, CLOSER 2021]."""

FEW = 30
"""Up to so many environments, looking through them is faster than keeping heaps of them."""

THROTTLED = -1.0
"""Stands for the duration of a request that was refused."""


class Function(Station):
    """Serves each request in an environment of its own, for as long as `warm` or, in a new one, `cold` says.

    An environment: starts with a request → busy ⇄ idle → gone.
    """

    # Model: durations are drawn here; the work that the traffic gave to a request is not looked at.
    # Model: a request goes to the environment that started last among the idle ones, so the oldest idle out first.
    # Model: an idle environment is kept for exactly `idle_seconds`; AWS keeps it as long as it likes.
    # Model: Duration has a cold start's whole time in it. AWS reports the initialisation apart (Init Duration).

    def __init__(
        self,
        sim: Simulation,
        name: str,
        *,
        warm: Distribution | float,
        cold: Distribution | float,
        idle_seconds: float = IDLE_SECONDS,
        concurrency: int = ACCOUNT_CONCURRENCY,
    ) -> None:
        if not 0 <= idle_seconds <= 86400 or concurrency < 0 or concurrency != int(concurrency):
            raise InvalidSetting(
                f"idle_seconds={idle_seconds}, concurrency={concurrency}:"
                " use 0 to 86400 seconds, and a whole number from 0"
            )
        super().__init__(sim, name)
        self.warm = as_distribution(warm)
        self.cold = as_distribution(cold)
        self.idle_seconds = on_grid(idle_seconds)
        self.concurrency = concurrency
        self.invocations = 0
        """How many requests of the run's full minutes were served."""
        self.cold_starts = 0
        """How many of them began with a new environment."""
        self._warm_draws, self._cold_draws = (sim.stream(f"function/{name}/{kind}") for kind in ("warm", "cold"))
        # Of each environment, the newest first: the moment from which it is idle, and the moment it started.
        self._free: list[float] = []
        self._started: list[float] = []
        self._refused = 0
        self._seconds_gone = 0.0
        self._seconds_measured = 0.0
        self._peak = 0
        self._begin_period()
        sim.enter(sim.record("function", name, concurrency=concurrency), "Active", None, f"Function {name} is active.")
        sim.meter.read(self._read)

    @property
    def mean_environments(self) -> float:
        """How many environments there were, busy or idle, averaged over the time so far."""
        return self._environment_seconds() / self.sim.now if self.sim.now else 0.0

    def accept(self, times: list[float], costs: list[float], waits: list[float] | None = None) -> None:
        """Invoke the function at these moments (rising). Draws are made in the order of arrival, throttled or not."""
        first = times[0]
        in_progress = [end for end in self._free if end > first]
        serve = self._serve_with_few if len(self._free) <= FEW else self._serve_with_many
        durations = serve(times, self.warm.draw_many(self._warm_draws, len(times)))
        if self._refused:
            self._throttled += self._refused
            self._refused = 0
            served = [duration != THROTTLED for duration in durations]
            times, durations = list(compress(times, served)), list(compress(durations, served))
        self._period.add(durations)
        self._peak = max(self._peak, _most_at_once(times, durations, in_progress))

    def _serve_with_few(self, times: list[float], warm: list[float]) -> list[float]:
        """The durations, THROTTLED where refused. Looks through the environments: fastest while they are few."""
        # Most requests find a warm environment, so that the list of warm durations becomes the answer, and counting
        # places by hand is faster here than enumerate is.
        free, kept = self._free, self.idle_seconds
        for index, arrival, duration in zip(range(len(times)), times, warm, strict=True):
            place = 0
            for end in free:
                if end <= arrival < end + kept:
                    free[place] = arrival + duration
                    break
                place += 1  # noqa: SIM113
            else:
                self._remove_expired(arrival)
                warm[index] = cold = self._cold_start(len(free))
                if cold != THROTTLED:
                    free.insert(0, arrival + cold)
                    self._started.insert(0, arrival)
        return warm

    def _serve_with_many(self, times: list[float], warm: list[float]) -> list[float]:
        """As above, with two heaps: the busy environments by their end, the idle ones by their number.

        The newest environment has the smallest number, so that it comes out first.
        """
        started = dict(enumerate(self._started))
        busy, idle = [(end, number) for number, end in enumerate(self._free)], list[tuple[int, float]]()
        heapify(busy)
        kept, newest, take, put, durations = self.idle_seconds, 0, heappop, heappush, list[float]()
        for arrival, warm_duration in zip(times, warm, strict=True):
            while busy and busy[0][0] <= arrival:
                end, number = take(busy)
                put(idle, (number, end))
            duration = warm_duration
            while idle:
                number, end = take(idle)
                if arrival < end + kept:
                    break
                self._seconds_gone += end + kept - started.pop(number)
            else:
                newest, duration = newest - 1, self._cold_start(len(busy))
                number, started[newest] = newest, arrival
            durations.append(duration)
            if duration != THROTTLED:
                put(busy, (arrival + duration, number))
        self._free, self._started = _by_number(started, busy, idle)
        return durations

    def _cold_start(self, environments: int) -> float:
        """The duration of a request that finds all environments busy: in a new one, or THROTTLED at the limit."""
        if environments >= self.concurrency:
            self._refused += 1
            return THROTTLED
        self._cold += 1
        return self.cold.draw(self._cold_draws)

    def _remove_expired(self, now: float) -> None:
        """Forget the environments that were idle for too long at `now`, but not the seconds for which they existed."""
        kept = self.idle_seconds
        if self._free and min(self._free) + kept <= now:
            both = list(zip(self._free, self._started, strict=True))
            self._seconds_gone += sum(end + kept - start for end, start in both if end + kept <= now)
            self._free[:] = [end for end, _ in both if end + kept > now]
            self._started[:] = [start for end, start in both if end + kept > now]

    def _environment_seconds(self) -> float:
        self.catch_up()
        now = self.sim.now
        self._remove_expired(now)
        return self._seconds_gone + now * len(self._started) - sum(self._started)

    # Counting

    def _begin_period(self) -> None:
        self._period = Histogram()
        self._cold = 0
        self._throttled = 0
        now = self.sim.now
        self._peak = len([end for end in self._free if end > now])

    def _read(self) -> Iterator[Sample]:
        seconds = self._environment_seconds()
        period, cold = self._period, self._cold
        self._tell_of(cold, self._throttled)
        yield Sample("Invocations", self.name, "Count", {"Sum": period.count})
        yield Sample("Throttles", self.name, "Count", {"Sum": self._throttled})
        yield Sample("ConcurrentExecutions", self.name, "Count", {"Maximum": self._peak})
        yield Sample("Duration", self.name, "Milliseconds", _milliseconds(period))
        # Model: CloudWatch has neither of these two metrics; cold starts stand in a function's own log.
        yield Sample("ColdStarts", self.name, "Count", {"Sum": cold})
        yield Sample("Environments", self.name, "Count", {"Average": (seconds - self._seconds_measured) / PERIOD})
        self._seconds_measured = seconds
        self.invocations += period.count
        self.cold_starts += cold
        self._begin_period()

    def _tell_of(self, cold: int, throttled: int) -> None:
        if cold:
            self._say(
                f"{cold:,} cold start{'s' * (cold > 1)} of {self.name} in the last minute: no environment was idle."
            )
        if throttled:
            self._say(
                f"{throttled:,} × 429 from {self.name} in the last minute: {self.concurrency:,} were in progress."
            )

    def _say(self, text: str) -> None:
        self.sim.log.add("function", self.name, text, self.sim.log.latest("traffic", self.sim.now))


def _milliseconds(period: Histogram) -> dict[str, float]:
    """CloudWatch's statistics of the durations, in its unit for them; empty where there was none."""
    if not period.count:
        return {}
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    seconds = {"Average": period.mean, "Minimum": period.smallest, "Maximum": period.largest}
    seconds |= zip(shares, period.quantiles(list(shares.values())), strict=True)
    return {name: 1000 * value for name, value in seconds.items()}


def _by_number(
    started: dict[int, float], busy: list[tuple[float, int]], idle: list[tuple[int, float]]
) -> tuple[list[float], list[float]]:
    """The ends and the starts of the environments in both heaps, by their number."""
    ends = dict(idle) | {number: end for end, number in busy}
    return [ends[number] for number in sorted(ends)], [started[number] for number in sorted(ends)]


def _most_at_once(times: list[float], durations: list[float], in_progress: list[float]) -> int:
    """The most requests in progress at one moment, counting the ends of those `in_progress` when the first arrives."""
    ends = sorted([*in_progress, *map(add, times, durations)])
    most = len(in_progress)
    for before, arrival in enumerate(times, most):
        # With the one that arrives there are more than `most` if fewer than `before + 1 - most` have ended by now.
        if ends[before - most] > arrival:
            most += 1
    return most
