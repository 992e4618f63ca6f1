"""Stations: where requests are served. Two pieces, the workers and the wiring.

A request is not a SimPy process. A station takes the requests that have arrived since it was last looked at and runs
through them in a tight loop; whatever changes it (a task starts, dies, drains) first lets it catch up to that moment.
The moments at which it is looked at do not change any number: see tests/sim/test_station.py.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush, heapreplace, merge
from itertools import compress, repeat
from operator import add, itemgetter, sub
from typing import Any, Protocol

from ecslite.errors import InvalidSetting
from ecslite.sim.clock import SHIFT
from ecslite.sim.retries import Clients
from ecslite.sim.simulation import Simulation
from ecslite.sim.traffic import Chunk

__all__ = ["Source", "Station", "Workers"]


REFUSED = -1.0
"""Stands for the end of a request that was refused."""


class Workers:
    """`count` workers that serve requests first come, first served, with room for `backlog` requests that wait.

    A request with c CPU seconds and w seconds of waiting in it takes c × `stretch` + w seconds of a worker; while it
    waits for others it holds its worker and uses no CPU. The end of a request is known when it is accepted; it stays
    pending until that moment has come, since the workers may die before, or get another number of cores.
    """

    # Model: first come, first served, each worker with its even part of the CPU, whether the others work or not.
    # ProcessorSharing has the same mean for one worker with exponential work, but another p99.
    # Model: a request does its work first and waits after; what has been used at one moment depends on that order.

    def __init__(self, count: int, *, stretch: float = 1.0, backlog: int | None = None) -> None:
        if count < 1 or (backlog is not None and backlog < 1):
            raise InvalidSetting(f"workers={count}, backlog={backlog}: both are whole numbers from 1")
        self.count = count
        self.stretch = stretch
        self.accepted_seconds = 0.0
        """CPU seconds in all that was accepted."""
        self._free = [0.0] * count
        self._starts: deque[float] | None = None if backlog is None else deque([0.0] * backlog, backlog)
        self._arrivals: list[float] = []
        self._costs: list[float] = []
        """CPU seconds."""
        self._services: list[float] = []
        """Seconds of a worker, waiting included."""
        self._ends: list[float] = []
        self._waits: list[float] = []
        """Beside the others; empty where no request waits for others."""
        self._open: list[float] | None = None
        """A heap of the ends of requests in progress, where somebody asks for their number."""

    def serve(self, arrivals: list[float], costs: list[float], waits: list[float] | None = None) -> list[int]:
        """Take these requests in, in order; the indexes of those that found the backlog full and were refused."""
        stretch, shift = self.stretch, SHIFT
        services = costs if stretch == 1.0 else [shift + cost * stretch - shift for cost in costs]
        if waits:
            services = list(map(add, services, waits))
        if self._starts is not None:
            ends = self._serve_with_backlog(arrivals, services, self._starts)
            if REFUSED in ends:
                return self._keep_accepted(arrivals, costs, services, ends, waits)
        else:
            ends = (self._serve_one if self.count == 1 else self._serve_many)(arrivals, services)
        self._keep(arrivals, costs, services, ends, waits)
        return []

    def offer(self, arrival: float, cost: float, wait: float = 0.0) -> bool:
        """Take one request in; whether there was room for it."""
        return not self.serve([arrival], [cost], [wait] if wait else None)

    def outstanding(self, time: float) -> int:
        """How many accepted requests have not ended at `time`. Ask for moments that do not go back."""
        if self._open is None:
            # From the first question on, a heap of ends answers in a step or two.
            self._open = sorted(end for end in self._ends if end > time)
        while self._open and self._open[0] <= time:
            heappop(self._open)
        return len(self._open)

    def overdue(self, after: float, until: float, limit: float) -> list[tuple[float, float, float]]:
        """The requests (arrival, CPU, wait) accepted after one moment, up to another, that take longer than `limit`
        seconds to be answered. Ask before those moments are settled."""
        begin, end = bisect_right(self._arrivals, after), bisect_right(self._arrivals, until)
        late = [index for index in range(begin, end) if self._ends[index] - self._arrivals[index] > limit]
        return [self._request(index) for index in late]

    def ended(self, now: float) -> list[tuple[float, float]]:
        """(arrival, end) of the requests that `settle(now)` would settle."""
        return [(begin, end) for begin, end in zip(self._arrivals, self._ends, strict=True) if end <= now]

    def _request(self, index: int) -> tuple[float, float, float]:
        return self._arrivals[index], self._costs[index], self._waits[index] if self._waits else 0.0

    def _serve_one(self, arrivals: list[float], services: list[float]) -> list[float]:
        ends: list[float] = []
        append, end = ends.append, self._free[0]
        for arrival, service in zip(arrivals, services, strict=True):
            end = (arrival if arrival > end else end) + service
            append(end)
        self._free[0] = end
        return ends

    def _serve_many(self, arrivals: list[float], services: list[float]) -> list[float]:
        ends: list[float] = []
        append, free, replace = ends.append, self._free, heapreplace
        for arrival, service in zip(arrivals, services, strict=True):
            start = free[0]
            end = (arrival if arrival > start else start) + service
            replace(free, end)
            append(end)
        return ends

    def _serve_with_backlog(self, arrivals: list[float], services: list[float], starts: deque[float]) -> list[float]:
        """As above, but refuse a request when `backlog` accepted ones have not begun: its end is REFUSED.

        Starts rise in the order of acceptance, so it is enough to look at the request `backlog` places before.
        """
        free, replace, begin, ends = self._free, heapreplace, starts.append, list[float]()
        note = ends.append
        for arrival, service in zip(arrivals, services, strict=True):
            start = free[0]
            if arrival >= start:
                start = arrival
            elif starts[0] > arrival:
                note(REFUSED)
                continue
            begin(start)
            end = start + service
            replace(free, end)
            note(end)
        return ends

    def _keep_accepted(
        self,
        arrivals: list[float],
        costs: list[float],
        services: list[float],
        ends: list[float],
        waits: list[float] | None,
    ) -> list[int]:
        """Keep those that were accepted; the indexes of the others."""
        accepted = [end != REFUSED for end in ends]
        arrivals, costs, services, kept = (list(compress(each, accepted)) for each in (arrivals, costs, services, ends))
        self._keep(arrivals, costs, services, kept, waits and list(compress(waits, accepted)))
        return [index for index, end in enumerate(ends) if end == REFUSED]

    def _keep(
        self,
        arrivals: list[float],
        costs: list[float],
        services: list[float],
        ends: list[float],
        waits: list[float] | None,
    ) -> None:
        self.accepted_seconds += sum(costs)
        if waits or self._waits:
            self._waits = (self._waits or [0.0] * len(self._arrivals)) + (waits or [0.0] * len(arrivals))
        self._arrivals += arrivals
        self._costs += costs
        self._services += services
        self._ends += ends
        if self._open is not None:
            for end in ends:
                heappush(self._open, end)

    def settle(self, now: float) -> list[float]:
        """The latencies (seconds) of the requests that ended up to `now` and were not settled before."""
        arrivals, ends = self._arrivals, self._ends
        if not ends:
            return []
        latencies = list(map(sub, ends, arrivals))
        # Whoever arrived longer ago than the longest latency has ended; only those after need a look.
        sure = bisect_right(arrivals, now - max(latencies))
        rest = [index for index in range(sure, len(ends)) if ends[index] > now]
        if not rest:
            self._forget_all()
            return latencies
        left = set(rest)
        done = latencies[:sure] + [latencies[i] for i in range(sure, len(ends)) if i not in left]
        self._arrivals = [arrivals[i] for i in rest]
        self._costs = [self._costs[i] for i in rest]
        self._services = [self._services[i] for i in rest]
        self._ends = [ends[i] for i in rest]
        self._waits = self._waits and [self._waits[i] for i in rest]
        return done

    def _forget_all(self) -> None:
        self._arrivals, self._costs, self._services, self._ends, self._waits = [], [], [], [], []

    def drop(self, now: float) -> list[tuple[float, float, float]]:
        """Lose every request that has not ended at `now`: (arrival, CPU, wait) of each. Settle first."""
        lost = [self._request(index) for index, end in enumerate(self._ends) if end > now]
        self.accepted_seconds -= self._remaining(now)
        self._forget_all()
        self._free = [now] * self.count
        if self._open is not None:
            self._open = []
        return lost

    def wait(self, now: float) -> float:
        """Seconds that a request arriving now would wait for a worker."""
        return max(0.0, self._free[0] - now)

    def last_end(self, now: float) -> float:
        """The moment at which the last accepted request ends, or `now` if none is left."""
        return max(now, max(self._free))

    def cpu_seconds(self, now: float) -> float:
        """CPU seconds of work done up to `now`, in all requests: what was accepted less what is still to do."""
        return self.accepted_seconds - self._remaining(now)

    def _remaining(self, now: float) -> float:
        """CPU seconds that accepted requests still have before them."""
        if not self._ends:
            return 0.0
        waits = self._waits or repeat(0.0)
        return (
            sum(
                max(min(service, end - now) - wait, 0.0)
                for service, end, wait in zip(self._services, self._ends, waits, strict=False)
                if end > now
            )
            / self.stretch
        )

    def set_cores(self, now: float, cores: float) -> None:
        """From now on it has so many cores, for what it has in hand as well.

        What is in service goes on at the new speed; what waits for a worker is served again, in the same order.
        """
        before, self.stretch = self.stretch, max(1.0, self.count / cores)
        if self.stretch == before:
            return
        in_hand = [index for index, end in enumerate(self._ends) if end > now]
        begun = sum(self._ends[index] - self._services[index] <= now for index in in_hand)
        for index in in_hand[:begun]:
            self._ends[index] = self._end_after_all(index, now, before)
        self._restretch(in_hand)
        self._free = [now] * (self.count - begun) + sorted(self._ends[index] for index in in_hand[:begun])
        self._begin_again(in_hand[begun:])
        if self._open is not None:
            self._open = sorted(self._ends[index] for index in in_hand)

    def _end_after_all(self, index: int, now: float, before: float) -> float:
        """When a request in service ends, now that the CPU has another speed."""
        left = self._ends[index] - now
        wait = min(left, self._waits[index]) if self._waits else 0.0
        return now + (SHIFT + (left - wait) * self.stretch / before - SHIFT) + wait

    def _restretch(self, indexes: list[int]) -> None:
        for index in indexes:
            work = SHIFT + self._costs[index] * self.stretch - SHIFT
            self._services[index] = work + (self._waits[index] if self._waits else 0.0)

    def _begin_again(self, indexes: list[int]) -> None:
        """Serve requests that wait for a worker, from the present state of the workers on."""
        starts = []
        for index in indexes:
            starts.append(self._free[0])
            self._ends[index] = self._free[0] + self._services[index]
            heapreplace(self._free, self._ends[index])
        if self._starts is not None:
            # Starts that lie in the past are as good as any other before the present.
            self._starts.extend([0.0] * (self._starts.maxlen or 0) + starts)


class Source(Protocol):
    """Whence requests come: traffic, or the calls of another service."""

    sim: Simulation
    name: str
    clients: Clients | None

    def take(self, until: float) -> Iterator[Chunk]:
        """The requests that arrive up to and at `until` and were not taken before, in chunks."""
        ...


class Group(Protocol):
    """Stations that are advanced together."""

    stations: list[Station]

    def advance(self, now: float) -> None:
        """Serve all that arrives at any of them up to a moment."""
        ...


class Station(ABC):
    """Something that requests arrive at, from any number of sources."""

    def __init__(self, sim: Simulation, name: str) -> None:
        self.sim = sim
        self.name = name
        self.sources: list[Source] = []
        self._caught_up = 0.0
        self.together: Group | None = None
        """Those that send to the same workers, itself included; None where there is no other."""
        sim.on_finish(self.catch_up)

    def wire(self, source: Source) -> None:
        """Let a source's requests arrive here."""
        if source.sim is not self.sim:
            raise InvalidSetting(f"{source.name!r} belongs to another simulation than {self.name!r}: build both on one")
        self.sources.append(source)

    def catch_up(self) -> None:
        """Serve all that has arrived up to the present moment. Call before looking at, or changing, the station."""
        if self.sim.now > self._caught_up:
            (self.together or self).advance(self.sim.now)

    def advance(self, now: float) -> None:
        """Serve all that arrives up to a moment, where it is alone with its workers."""
        for times, costs, waits in self._arrivals(now):
            self.accept(times, costs, waits)
        self.conclude(now)

    # How it is advanced with others, slice by slice

    def begin(self, now: float) -> None:
        """It is about to be advanced to a moment: most stations have nothing to prepare."""
        return

    def horizon(self, now: float) -> float:
        """The moment, `now` at the most, up to which all that will arrive is known."""
        return now

    def collect(self, end: float) -> Sequence[tuple[Any, ...]]:
        """What arrives up to a moment that is no later than the horizon; each item begins with its arrival."""
        return [
            item
            for chunk in self._arrivals(end)
            for item in zip(chunk[0], chunk[1], chunk[2] or repeat(0.0), strict=False)
        ]

    def take_in(self, items: Sequence[tuple[Any, ...]]) -> None:
        """Take in some of what was collected, in order."""
        times, costs, waits = map(list, zip(*items, strict=True))
        self.accept(times, costs, waits if any(waits) else None)

    def conclude(self, end: float) -> None:
        """All that arrives up to a moment has been taken in."""
        self._caught_up = end

    @abstractmethod
    def accept(self, times: list[float], costs: list[float], waits: list[float] | None = None) -> None:
        """Take in requests that arrive at these moments (rising), with their CPU seconds and seconds of waiting."""

    def _arrivals(self, now: float) -> Iterator[Chunk]:
        if len(self.sources) == 1:
            return self.sources[0].take(now)
        return self._merged(now)

    def _merged(self, now: float) -> Iterator[Chunk]:
        """All sources' requests as one stream; at one instant, in the order of the wiring."""
        streams = [_requests(source, now) for source in self.sources]
        both = list(merge(*streams, key=itemgetter(0)))
        if both:
            times, costs, waits = map(list, zip(*both, strict=True))
            yield times, costs, waits if any(waits) else None


def _requests(source: Source, now: float) -> Iterator[tuple[float, float, float]]:
    for times, costs, waits in source.take(now):
        yield from zip(times, costs, waits or repeat(0.0), strict=False)
