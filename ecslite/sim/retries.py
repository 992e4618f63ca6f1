"""Retries: clients that send a failed request again after a pause, which is how one fault becomes a storm.

A request that fails for a reason in `on` comes again after a backoff that doubles with each attempt, with the same
work in it, until it is answered or its attempts are used up. Left out: a retry quota shared by many requests (the token
bucket of the SDKs' standard mode).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple

from ecslite.errors import InvalidSetting
from ecslite.sim.clock import on_grid
from ecslite.sim.metrics import Sample
from ecslite.sim.simulation import Simulation

__all__ = ["REASONS", "Attempt", "Clients", "Failure", "Retries"]

REASONS = ("429", "460", "500", "502", "503", "504", "Target_5XX")
"""Why a request fails: answers of an API or of the load balancer itself (460: the client's own timeout), and an error
that a target answers."""

SMALLEST = 0.001
"""Seconds. The shortest pause before a retry: no slice of a run is longer than it (see `Feedback`)."""


@dataclass(frozen=True, kw_only=True)
class Retries:
    """How a client of a source tries again. The defaults of attempts and limit are those of AWS's SDKs in standard mode
    [AWS SDKs and Tools Reference Guide, feature-retry-behavior; read 2026-11-23].
    """

    max_attempts: int = 3
    """The first attempt counts."""
    backoff_seconds: float = 0.5
    """The pause after the first attempt, before jitter; it doubles with each attempt."""
    max_backoff_seconds: float = 20.0
    jitter: float = 0.5
    """The share of each pause that is drawn at random: with 0.5, a pause lies between half of the backoff and all."""
    # Model: the SDKs draw the whole pause ("full jitter"). Here a part of it stays, so that there is a smallest pause:
    # jitter=0.9 is close to theirs, and slower to simulate.
    on: tuple[str, ...] = REASONS
    """The failures that are tried again; any other is given up at once."""

    def __post_init__(self) -> None:
        if isinstance(self.max_attempts, bool) or not isinstance(self.max_attempts, int) or self.max_attempts < 1:
            raise InvalidSetting(f"max_attempts={self.max_attempts!r}: use a whole number from 1, the first included")
        if not 0 <= self.jitter < 1:
            raise InvalidSetting(f"jitter={self.jitter}: use a share from 0 (none) to less than 1")
        if self.backoff_seconds > self.max_backoff_seconds:
            raise InvalidSetting(
                f"backoff_seconds={self.backoff_seconds} is above max_backoff_seconds={self.max_backoff_seconds}:"
                " lower the first or raise the second"
            )
        if self.backoff_seconds * (1 - self.jitter) < SMALLEST:
            raise InvalidSetting(
                f"backoff_seconds={self.backoff_seconds} with jitter={self.jitter} may pause for less than"
                f" {SMALLEST} s: use a longer backoff or less jitter"
            )
        for reason in self.on:
            if reason not in REASONS:
                raise InvalidSetting(f"on: {reason!r} is no failure: use any of {', '.join(REASONS)}")

    @property
    def smallest_pause(self) -> float:
        """Seconds, on the clock's grid."""
        return on_grid(self.backoff_seconds * (1 - self.jitter))

    def pause(self, attempt: int, uniform: float) -> float:
        """Seconds between the failure of an attempt (1 is the first) and the next; `uniform` is a draw from [0, 1)."""
        backoff = min(self.backoff_seconds * 2.0 ** min(attempt - 1, 60), self.max_backoff_seconds)
        return max(on_grid(backoff * (1 - self.jitter * uniform)), self.smallest_pause)


class Attempt(NamedTuple):
    """A request that comes again."""

    seconds: float
    number: int
    cpu: float
    wait: float


class Failure(NamedTuple):
    """An attempt that failed at `seconds`. Failures are taken up in this order, whenever they became known."""

    seconds: float
    arrival: float
    number: int
    cpu: float
    wait: float
    reason: str


class Clients:
    """The clients of one source: what they wait to send again, and what became of their requests."""

    def __init__(self, sim: Simulation, name: str, retries: Retries) -> None:
        self.name = name
        self.retries = retries
        self.due: list[Attempt] = []
        """A heap of the attempts to come."""
        self.failed: list[Failure] = []
        """A heap of the failures that the clients have not heard of yet."""
        self.requests = 0
        """Requests sent for the first time."""
        self.attempts = 0
        """All that was sent. `attempts / requests` is the amplification."""
        self.given_up: Counter[str] = Counter()
        """Requests never answered, by the reason of their last failure."""
        self._told = (0, 0, 0)
        self._random = sim.stream(f"traffic/{name}/retries")

    def send(self, number: int) -> None:
        """Note that a request is sent for the `number`-th time."""
        self.attempts += 1
        self.requests += number == 1

    def fail(self, failure: Failure) -> None:
        """An attempt fails, now or at a moment that is known already."""
        heappush(self.failed, failure)

    def hear(self, until: float) -> None:
        """Take up the failures up to a moment, in order: each is tried again, or given up."""
        while self.failed and self.failed[0].seconds <= until:
            failure = heappop(self.failed)
            if failure.number >= self.retries.max_attempts or failure.reason not in self.retries.on:
                self.given_up[failure.reason] += 1
                continue
            pause = self.retries.pause(failure.number, self._random.random())
            heappush(self.due, Attempt(failure.seconds + pause, failure.number + 1, failure.cpu, failure.wait))

    def next_moment(self) -> float:
        """The earliest second at which a failure is heard of or an attempt is due."""
        return min((heap[0].seconds for heap in (self.due, self.failed) if heap), default=float("inf"))

    def read(self) -> Iterator[Sample]:
        """The clients' view of one period: requests, attempts beyond the first, and requests given up."""
        now = (self.requests, self.attempts - self.requests, self.given_up.total())
        names = ("ClientRequests", "ClientRetries", "ClientFailures")
        for name, before, after in zip(names, self._told, now, strict=True):
            yield Sample(name, self.name, "Count", {"Sum": after - before})
        self._told = now
