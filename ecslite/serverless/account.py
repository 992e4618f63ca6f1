"""An account's concurrency in one Region: what functions reserve, what is provisioned, and the pool that is left.

Concurrency is the number of requests in progress. Functions without a reservation share the pool; a reservation is a
function's floor and its ceiling. Each pool also has a limit of requests a second, ten times its concurrency.
"""

from __future__ import annotations

from bisect import bisect_left
from operator import sub
from typing import Protocol

from ecslite.errors import InvalidSetting
from ecslite.sim.simulation import Simulation

__all__ = ["ACCOUNT_CONCURRENCY", "Account", "Pool", "ScalingRate"]

ACCOUNT_CONCURRENCY = 1000
"""Requests in progress at once, for all functions of an account in a Region; AWS raises it on request
[Lambda Developer Guide, lambda-concurrency; read 2026-11-24]."""

UNRESERVED = 100
"""Concurrency that always stays for functions without a reservation
[Lambda Developer Guide, configuration-concurrency, provisioned-concurrency; read 2026-11-24]."""

REQUESTS_PER_CONCURRENCY = 10
"""Requests a second for each unit of concurrency [Lambda Developer Guide, lambda-concurrency; read 2026-11-24]."""

SUBJECT = "account"
"""Whose metrics are those of all functions together."""

SCALING_UNITS, SCALING_SECONDS = 1000, 10.0
"""New environments that one function may start in that time. They come back continuously, and what is not used is not
added to them [Lambda Developer Guide, scaling-behavior; read 2026-11-24]."""


class Member(Protocol):
    """What a pool knows of a function in it."""

    name: str

    def in_use(self, time: float) -> int:
        """Its requests in progress that are not on provisioned environments."""
        ...

    def meet(self) -> None:
        """Told that it shares its pool from now on, so that requests have to be served in the order of time."""


class RequestRate:
    """At most so many requests in each second of the clock."""

    # Model: seconds are those of the clock; AWS does not say how it measures. Requests that are refused for another
    # reason count as well.

    def __init__(self) -> None:
        self._second = -1
        self._count = 0
        self._batch: list[float] = []
        """The last batch, as long as nobody needs to know how much of it fell into its last second."""

    def exceeded(self, time: float, most: int) -> bool:
        """Whether a request at `time` is one too many; it is counted."""
        self._count_batch()
        if int(time) != self._second:
            self._second, self._count = int(time), 0
        self._count += 1
        return self._count > most

    def admits(self, times: list[float], most: int) -> bool:
        """Whether all of a batch are surely within the limit."""
        if self._count + len(self._batch) + len(times) <= most:
            return True
        self._count_batch()
        first = int(times[0])
        carried = self._count if first == self._second else 0
        if carried + bisect_left(times, first + 1) > most:
            return False
        # Where no second has one too many, none of them comes within a second of the one that is `most` places before.
        return len(times) <= most or min(map(sub, times[most:], times)) >= 1

    def note(self, times: list[float]) -> None:
        """Count a batch that was admitted."""
        if self._batch and int(self._batch[-1]) == int(times[0]):
            self._count_batch()
        self._batch = times

    def _count_batch(self) -> None:
        if self._batch:
            last, times = int(self._batch[-1]), self._batch
            if last != self._second:
                self._second, self._count = last, 0
            self._count += len(times) - bisect_left(times, last)
            self._batch = []


class ScalingRate:
    """New environments that a function may still start: a bucket of 1,000 that fills at 100 a second.

    The other half of AWS's rule, on requests a second, is in `request_scaling`.
    """

    def __init__(self) -> None:
        self._left = float(SCALING_UNITS)
        self._since = 0.0

    def take(self, time: float, count: int = 1) -> bool:
        """Whether so many may start at `time`; if so, they are taken."""
        refilled = (time - self._since) * (SCALING_UNITS / SCALING_SECONDS)
        self._left, self._since = min(float(SCALING_UNITS), self._left + refilled), time
        if self._left < count:
            return False
        self._left -= count
        return True


class Pool:
    """Concurrency for one function that has reserved it, or for all that have not."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.largest = limit
        """The limit with nothing provisioned."""
        self.members: list[Member] = []
        self.rate = RequestRate()
        self.peak = 0
        """The most requests in progress at one moment of the present minute."""
        self._in_use = 0

    @property
    def requests_per_second(self) -> int:
        """How many requests a second may come to it."""
        return REQUESTS_PER_CONCURRENCY * self.limit

    def too_many(self, time: float) -> bool:
        """Whether a request at `time` is above the limit of requests a second; it is counted."""
        return self.rate.exceeded(time, self.requests_per_second)

    def admits(self, times: list[float]) -> bool:
        """Whether a batch is surely within the limit of requests a second."""
        return self.rate.admits(times, self.requests_per_second)

    def full(self, time: float) -> bool:
        """Whether all of its concurrency is in use at `time`."""
        self._in_use = sum(member.in_use(time) for member in self.members)
        return self._in_use >= self.limit

    def enter(self) -> None:
        """A request that was not kept out by a full pool is in progress."""
        self.peak = max(self.peak, self._in_use + 1)

    def join(self, member: Member) -> None:
        """Take another function in."""
        self.members.append(member)
        if len(self.members) > 1:
            for each in self.members:
                each.meet()


class Account:
    """The concurrency of all functions of a simulation. Build it before them where it is not 1,000."""

    def __init__(self, sim: Simulation, concurrency: int = ACCOUNT_CONCURRENCY) -> None:
        if concurrency != int(concurrency) or concurrency <= UNRESERVED:
            raise InvalidSetting(
                f"concurrency={concurrency}: use a whole number above {UNRESERVED}, as {UNRESERVED} stay unreserved"
            )
        holder = sim.the(_Holder)
        if (earlier := holder.account) is not None:
            raise InvalidSetting(
                f"concurrency={concurrency}, but this simulation's account has {earlier.concurrency} already:"
                " build the Account once, before the first function"
            )
        holder.account = self
        self.concurrency: int = concurrency
        self._names: set[str] = set()
        self.reserved: dict[str, int] = {}
        """By function."""
        self.provisioned: dict[str, int] = {}
        """By function, of those without a reservation."""
        self.unreserved_pool = Pool(concurrency)
        self.allocated = 0
        """What is reserved or provisioned; of a function that has both, what it reserved."""
        series = sim.meter.series
        self._note_unreserved = series("UnreservedConcurrentExecutions", SUBJECT, "Count")
        self._note_claimed = series("ClaimedAccountConcurrency", SUBJECT, "Count")
        self._reported = self._in_progress = 0

    def register(self, name: str) -> None:
        """Take a function's name; InvalidSetting where another has it (ResourceConflictException)."""
        if name in self._names:
            raise InvalidSetting(f"a function named {name!r} exists already: give each a name of its own")
        self._names.add(name)

    @property
    def unreserved(self) -> int:
        """What is left for all functions without a reservation."""
        return self.concurrency - self.allocated

    def report(self, in_progress: int) -> None:
        """A function has read its minute, and so many of its requests are in progress in the unreserved pool.

        When the last one has, the account's own data points are noted
        [Lambda Developer Guide, monitoring-concurrency; read 2026-11-25].
        """
        self._reported += 1
        self._in_progress += in_progress
        if self._reported == len(self._names):
            # Model: what was allocated counts as it is at the minute's end.
            pool, peak = self.unreserved_pool, self.unreserved_pool.peak
            self._note_unreserved({"Maximum": peak})
            self._note_claimed({"Maximum": peak + self.allocated})
            pool.peak, self._reported, self._in_progress = self._in_progress, 0, 0

    def reserve(self, name: str, count: int) -> Pool:
        """A pool of a function's own; InvalidSetting where fewer than 100 would stay unreserved."""
        self._claim(self.reserved, name, count, "reserved_concurrency")
        return Pool(count)

    def provision(self, name: str, count: int) -> None:
        """Take concurrency out of the unreserved pool for provisioned environments of a function."""
        self._claim(self.provisioned, name, count, "provisioned_concurrency")

    def _claim(self, claims: dict[str, int], name: str, count: int, what: str) -> None:
        most = self.unreserved + claims.get(name, 0) - UNRESERVED
        if count > most:
            raise InvalidSetting(
                f"{what}={count} of {name!r}: at most {max(most, 0)} can still be set aside of the account's"
                f" {self.concurrency}, since {UNRESERVED} stay unreserved; use less, or build an Account with more"
            )
        self.allocated += count - claims.get(name, 0)
        claims[name] = count
        self.unreserved_pool.limit = self.unreserved


class _Holder:
    """The account of a simulation, once there is one."""

    def __init__(self, _sim: Simulation) -> None:
        self.account: Account | None = None


def account_of(sim: Simulation) -> Account:
    """The simulation's account; one of 1,000 where none was built."""
    return sim.the(_Holder).account or Account(sim)
