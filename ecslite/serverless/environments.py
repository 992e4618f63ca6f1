"""Execution environments of one function: each serves one request at a time, and is kept a while when it is idle.

A request goes to the environment that started last among the idle ones. They are kept in one of two forms: a list with
the newest first, which is faster to look through while they are few, and two heaps (busy ones by their end, idle ones
by their number). Both loops below serve a batch of requests; `take` and `occupy` serve one at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from math import inf
from operator import length_hint

__all__ = ["FEW", "THROTTLED", "Environment", "Environments"]

FEW = 30
"""Up to so many environments, looking through them is faster than keeping heaps of them."""

THROTTLED = -1.0
"""Stands for the seconds of a request that was refused."""

Start = Callable[[int, float, int, float], float | None]
"""Called with a request's index, its moment, the environments in use and its seconds when no environment is idle: the
seconds for which it will hold a new one, THROTTLED, or None to stop the batch before this request."""


class Environment:
    """One execution environment. The newer it is, the smaller its number."""

    __slots__ = ("number", "ready_at", "reset", "started")

    def __init__(self, number: int, started: float, ready_at: float) -> None:
        self.number = number
        self.started = started
        self.ready_at = ready_at
        """When its INIT has ended."""
        self.reset = False
        """Whether it has to initialise again with its next invocation (a suppressed init)."""


class Environments:
    """All environments of one function, or all provisioned ones.

    `idle_seconds` is None where idle ones are kept for ever; `recycle_seconds` ends them at that age, when idle.
    """

    def __init__(self, idle_seconds: float | None, recycle_seconds: float | None = None) -> None:
        self.kept = inf if idle_seconds is None else idle_seconds
        self.recycle = recycle_seconds
        self.in_flight = 0
        """Requests in environments of which nobody knows yet when they end."""
        self.resets = 0
        """Environments that have to initialise again."""
        self._newest = 0
        self._latest_ready = 0.0
        """By when all have initialised."""
        self._seconds_gone = 0.0
        self._starts = 0.0
        """The sum of the moments at which those that are there started."""
        # As a list, the newest first: the moment from which each is idle, and the environment.
        self._ends: list[float] = []
        self._before: list[float] = []
        """The ends before the last batch, and the newest environment's number; 1 where they were in heaps."""
        self._newest_before = 0
        self._listed: list[Environment] = []
        # As heaps.
        self._heaps = False
        self._busy: list[tuple[float, int]] = []
        self._idle: list[tuple[int, float]] = []
        self._by_number: dict[int, Environment] = {}

    def __len__(self) -> int:
        return len(self._by_number) if self._heaps else len(self._listed)

    # One request at a time

    def take(self, time: float) -> Environment | None:
        """The newest environment that is idle at `time`, which is in use from now on; None where there is none."""
        self._settle(time)
        idle = self._idle
        while idle:
            number, end = heappop(idle)
            environment = self._by_number[number]
            if time < self._gone_at(environment, end):
                self.in_flight += 1
                return environment
            self._forget(environment, end)
        return None

    def start(self, time: float, ready_at: float) -> Environment:
        """A new environment, in use from now on."""
        self.in_flight += 1
        return self._new(time, ready_at)

    def start_ahead(self, time: float, ready_at: float) -> None:
        """A new environment that nobody has asked for yet."""
        heappush(self._idle, (self._new(time, ready_at).number, ready_at))

    def _new(self, time: float, ready_at: float) -> Environment:
        self._settle(time)
        environment = self._born(time, ready_at)
        self._by_number[environment.number] = environment
        return environment

    def occupy(self, environment: Environment, end: float) -> None:
        """An environment that was taken or started is in use until `end`."""
        self.in_flight -= 1
        heappush(self._busy, (end, environment.number))

    def reset(self, environment: Environment) -> None:
        """An environment initialises again with its next request."""
        environment.reset = True
        self.resets += 1

    def initialised(self, environment: Environment) -> None:
        """An environment that was reset has initialised again."""
        environment.reset = False
        self.resets -= 1

    def in_use(self, time: float) -> int:
        """How many serve a request at `time`."""
        self._settle(time)
        return len(self._busy) + self.in_flight

    def idle(self, time: float) -> int:
        """How many wait for a request at `time`, those that still initialise among them."""
        self._settle(time)
        return sum(time < self._gone_at(self._by_number[number], end) for number, end in self._idle)

    def close(self, time: float, count: int) -> None:
        """End so many of the idle ones, the oldest first."""
        self._settle(time)
        self._idle.sort()
        stay = max(len(self._idle) - count, 0)
        for number, _ in self._idle[stay:]:
            environment = self._by_number.pop(number)
            self._seconds_gone += time - environment.started
            self._starts -= environment.started
            self.resets -= environment.reset
        del self._idle[stay:]

    # Batches

    def ordinary(self, times: list[float]) -> bool:
        """Whether nothing but requests, idle ends and new environments can happen to them up to the last of `times`."""
        if self.in_flight or self.resets:
            return False
        if self.recycle is None:
            return True
        members = self._by_number.values() if self._heaps else self._listed
        oldest = min((environment.started for environment in members), default=times[0])
        return times[-1] < min(oldest, times[0]) + self.recycle

    def serve(self, times: list[float], seconds: list[float], start: Start) -> int:
        """Serve requests that arrive at `times` and take `seconds`; how many it came to.

        In `seconds`, those that `start` was asked about get what it answered.
        """
        if len(self) <= FEW:
            self._as_list()
            self._before, self._newest_before = self._ends.copy(), self._newest
            return self._serve_few(times, seconds, start)
        self._as_heaps()
        self._before, self._newest_before = [end for end, _ in self._busy], 1
        return self._serve_many(times, seconds, start)

    def most_in_use(self, first: float) -> int | None:
        """The most requests in progress as one of the last batch arrived, the first at `first`; None where the list of
        environments does not tell.

        A request that came to the n-th newest environment found the n − 1 newer ones busy, so the deepest place that
        was used is the answer: if no environment came or went, and none beyond that place was busy before.
        """
        before, ends = self._before, self._ends
        if self._newest != self._newest_before or len(before) != len(ends):
            return None
        for place in range(len(ends) - 1, -1, -1):
            if ends[place] != before[place]:
                return place + 1
            if before[place] > first:
                return None
        return None

    def _serve_few(self, times: list[float], seconds: list[float], start: Start) -> int:
        """Looks through the environments: fastest while they are few."""
        # Most requests find an idle one, and that search is all they cost: before `gone` no environment is gone, and
        # what is left of an iterator tells the index to the few that need it.
        ends, left = self._ends, iter(times)
        gone, none = self._first_gone(), len(ends)
        ends.append(0.0)  # so that the search ends, at the place `none`
        for arrival, duration in zip(left, seconds, strict=True):
            if arrival >= gone:
                ends.pop()
                self._remove_gone(arrival)
                gone, none = self._first_gone(), len(ends)
                ends.append(0.0)
            place = 0
            while ends[place] > arrival:
                place += 1
            if place < none:
                ends[place] = arrival + duration
                continue
            index = len(times) - length_hint(left) - 1
            taken = start(index, arrival, none, duration)
            if taken is None:
                ends.pop()
                return index
            seconds[index] = taken
            if taken != THROTTLED:
                ends.insert(0, arrival + taken)
                self._listed.insert(0, self._born(arrival, arrival + taken - duration))
                gone, none = min(gone, arrival + taken + self.kept), none + 1
        ends.pop()
        return len(times)

    def _first_gone(self) -> float:
        """A moment before which none in the list is gone for being idle."""
        return min(self._ends, default=inf) + self.kept

    def _born(self, started: float, ready_at: float) -> Environment:
        self._newest -= 1
        self._starts += started
        self._latest_ready = max(self._latest_ready, ready_at)
        return Environment(self._newest, started, ready_at)

    def _serve_many(self, times: list[float], seconds: list[float], start: Start) -> int:
        """As above, with two heaps."""
        busy, idle, take, put, kept = self._busy, self._idle, heappop, heappush, self.kept
        for index, arrival, duration in zip(range(len(times)), times, seconds, strict=True):
            while busy and busy[0][0] <= arrival:
                end, number = take(busy)
                put(idle, (number, end))
            while idle:
                number, end = take(idle)
                if arrival < end + kept:
                    put(busy, (arrival + duration, number))
                    break
                self._forget(self._by_number[number], end)
            else:
                taken = start(index, arrival, len(busy), duration)
                if taken is None:
                    return index
                seconds[index] = taken
                if taken != THROTTLED:
                    environment = self._born(arrival, arrival + taken - duration)
                    self._by_number[environment.number] = environment
                    put(busy, (arrival + taken, environment.number))
        return len(times)

    # What they are at one moment

    def in_progress_before(self, first: float) -> list[float]:
        """The ends of what was in progress as the first request of the last batch arrived."""
        return [end for end in self._before if end > first]

    def in_progress(self, time: float) -> int:
        """How many serve a request at `time`, which is not before any other that was asked about."""
        if self._heaps:
            return self.in_use(time)
        return len([end for end in self._ends if end > time])

    def seconds(self, now: float) -> float:
        """For how many seconds environments have existed up to `now`, all together."""
        self._remove_gone(now)
        return self._seconds_gone + now * len(self) - self._starts

    def states(self, now: float, soon: float) -> tuple[int, int, int, int]:
        """How many initialise, serve a request, are idle, and are idle and will be gone in `soon` seconds if nobody
        comes; each in one of the four. Ask for `seconds` up to the same moment first."""
        ends = self._ends
        if ends and self.recycle is None and self._latest_ready <= now:
            # Nearly always: a short list of busy and idle ones.
            busy, going = len([end for end in ends if end > now]), min(now, now + soon - self.kept)
            expiring = len([end for end in ends if end <= going]) if min(ends) <= going else 0
            return 0, busy, len(ends) - busy - expiring, expiring
        self._remove_gone(now)
        starting, busy, idle, expiring = 0, self.in_flight, 0, 0
        for environment, end in self._with_ends():
            if environment.ready_at > now:
                starting += 1
            elif end > now:
                busy += 1
            elif self._gone_at(environment, end) <= now + soon:
                expiring += 1
            else:
                idle += 1
        return starting, busy, idle, expiring

    def _with_ends(self) -> list[tuple[Environment, float]]:
        """Environments and the moments from which they are idle; those in flight are left out."""
        if not self._heaps:
            return list(zip(self._listed, self._ends, strict=True))
        pairs = [*self._idle, *((number, end) for end, number in self._busy)]
        return [(self._by_number[number], end) for number, end in pairs]

    # Between the two forms

    def _as_list(self) -> None:
        if self._heaps:
            ends = dict(self._idle) | {number: end for end, number in self._busy}
            self._ends = [ends[number] for number in sorted(ends)]
            self._listed = [self._by_number[number] for number in sorted(ends)]
            self._heaps, self._busy, self._idle, self._by_number = False, [], [], {}

    def _as_heaps(self) -> None:
        if not self._heaps:
            self._busy = [(end, each.number) for end, each in zip(self._ends, self._listed, strict=True)]
            heapify(self._busy)
            self._by_number = {each.number: each for each in self._listed}
            self._heaps, self._ends, self._listed = True, [], []

    def _settle(self, time: float) -> None:
        """Those whose request has ended by `time` are idle."""
        self._as_heaps()
        busy = self._busy
        while busy and busy[0][0] <= time:
            end, number = heappop(busy)
            heappush(self._idle, (number, end))

    def _gone_at(self, environment: Environment, end: float) -> float:
        """When an environment that is idle from `end` on is gone, if nobody comes."""
        gone = end + self.kept
        return gone if self.recycle is None else min(gone, max(end, environment.started + self.recycle))

    def _forget(self, environment: Environment, end: float) -> None:
        """Drop one that is gone, but not the seconds for which it existed."""
        self._seconds_gone += self._gone_at(environment, end) - environment.started
        self._starts -= environment.started
        self.resets -= environment.reset
        del self._by_number[environment.number]

    def _remove_gone(self, now: float) -> None:
        """Drop all that are gone at `now`."""
        if self._heaps:
            self._settle(now)
            kept = []
            for number, end in self._idle:
                environment = self._by_number[number]
                if self._gone_at(environment, end) <= now:
                    self._forget(environment, end)
                else:
                    kept.append((number, end))
            if len(kept) < len(self._idle):
                heapify(kept)
                self._idle = kept
        elif self._ends and (self.recycle is not None or min(self._ends) + self.kept <= now):
            both = [(each, end, self._gone_at(each, end)) for each, end in zip(self._listed, self._ends, strict=True)]
            self._seconds_gone += sum(gone - each.started for each, _, gone in both if gone <= now)
            self._starts -= sum(each.started for each, _, gone in both if gone <= now)
            self._ends[:] = [end for _, end, gone in both if gone > now]
            self._listed[:] = [each for each, _, gone in both if gone > now]
