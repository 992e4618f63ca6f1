"""Processor sharing: all requests in service make progress at once, each with its share of the CPU.

Of n requests that want the CPU each gets min(1, cores / n) of a core. All of them get the same, so one number, the
*virtual time*, says how much CPU time each has had: it runs at that rate, and a request that joins at virtual time v
with c CPU seconds is done when it reaches v + c. A heap of those finish tags is all the state that is needed.
Nothing but an arrival, an end or a new number of cores changes the rate, so that looking changes no number.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from copy import copy
from heapq import heappop, heappush
from itertools import chain

from ecslite.errors import InvalidSetting
from ecslite.sim.clock import SHIFT
from ecslite.sim.server import Request

__all__ = ["ProcessorSharing"]

NEVER = float("inf")

AT_LAST = 1e300
"""A moment after all others."""

Tagged = tuple[float, float, float, float]
"""A finish tag or an end, and then the request: arrival, CPU seconds, seconds of waiting."""


class ProcessorSharing:
    """Serves up to `count` requests at a time with `cores` cores, each with one core at the most; `backlog` more may
    wait for their turn, in order.

    A request does its CPU work first and waits for others after; while it waits it holds its worker and leaves its
    share of the CPU to the others.
    """

    # Model: shares are exactly even at each moment. Linux gives turns of some milliseconds, so that a request which
    # needs less than one turn may end earlier or later than here.

    def __init__(self, count: int, *, cores: float = 1.0, backlog: int | None = None) -> None:
        if count < 1 or (backlog is not None and backlog < 1) or not 0 < cores < NEVER:
            raise InvalidSetting(
                f"workers={count}, backlog={backlog}, cores={cores}:"
                " workers and backlog are whole numbers from 1, and there must be some CPU"
            )
        self.count = count
        self.cores = cores
        self._room: float = NEVER if backlog is None else backlog
        self._now = 0.0
        """The moment of the last change."""
        self._virtual = 0.0
        """CPU seconds that a request which has wanted the CPU from the start would have had by then."""
        self._next = NEVER
        """When something ends next, if nobody comes before."""
        self._active: list[Tagged] = []
        """A heap of the requests that want the CPU, by finish tag."""
        self._holding: list[Tagged] = []
        """A heap of those that wait for others, by their end."""
        self._some_wait = False
        """Whether any request so far had to wait for others."""
        self._queue: deque[Request] = deque()
        self._ended: list[Tagged] = []
        """Those that are not settled, by their end."""
        self.accepted_seconds = 0.0
        """CPU seconds in all that was accepted."""

    def serve(self, arrivals: list[float], costs: list[float], waits: list[float] | None = None) -> list[int]:
        """Take these requests in, in order; the indexes of those that found the backlog full and were refused."""
        refused: list[int] = []
        self._some_wait |= bool(waits)
        place, many = 0, len(arrivals)
        while place < many:
            if not self._some_wait and not self._queue:
                place = self._serve_freely(arrivals, costs, place)
            if place < many:
                if not self.offer(arrivals[place], costs[place], waits[place] if waits else 0.0):
                    refused.append(place)
                place += 1
        return refused

    def offer(self, arrival: float, cost: float, wait: float = 0.0) -> bool:
        """Take one request in; whether there was room for it."""
        self._some_wait |= wait > 0
        if self._next <= arrival:
            self._advance(arrival)
        if len(self._active) + len(self._holding) >= self.count:
            if len(self._queue) >= self._room:
                return False
            self._queue.append((arrival, cost, wait))
        else:
            self._virtual = self._virtual_at(arrival)
            self._now = max(arrival, self._now)
            heappush(self._active, (self._virtual + cost, arrival, cost, wait))
            self._next = self._next_end()
        self.accepted_seconds += cost
        return True

    def _serve_freely(self, arrivals: list[float], costs: list[float], begin: int) -> int:
        """Take requests in from an index on, up to the first that finds all workers taken, if any does; its index.

        Nobody waits for others or for a worker meanwhile. It does what `offer` does, without its calls: this is the
        loop that counts.
        """
        active, ended, count, cores = self._active, self._ended.append, self.count, self.cores
        now, virtual, following = self._now, self._virtual, self._next
        push, pop, shift, place = heappush, heappop, SHIFT, begin
        for place in range(begin, len(arrivals)):
            arrival, cost = arrivals[place], costs[place]
            while following <= arrival:
                now = following
                virtual, came, work, _ = pop(active)
                ended((now, came, work, 0.0))
                following = NEVER
                if active:
                    wanting, left = len(active), active[0][0] - virtual
                    following = now + (shift + left * wanting / cores - shift if wanting > cores else left)
            wanting = len(active)
            if wanting >= count:
                break
            if arrival > now:
                if wanting:
                    past, first = arrival - now, active[0][0]
                    virtual += shift + past * cores / wanting - shift if wanting > cores else past
                    virtual = virtual if virtual < first else first
                now = arrival
            push(active, (virtual + cost, arrival, cost, 0.0))
            wanting, left = wanting + 1, active[0][0] - virtual
            following = now + (shift + left * wanting / cores - shift if wanting > cores else left)
        else:
            place += 1
        self._now, self._virtual, self._next = now, virtual, following
        self.accepted_seconds += sum(costs[begin:place])
        return place

    def _advance(self, until: float) -> None:
        """Let end whatever ends up to a moment, and let those begin that wait for a worker."""
        active, holding, queue, ended = self._active, self._holding, self._queue, self._ended.append
        while self._next <= until:
            now = self._next
            if holding and holding[0][0] == now:
                self._virtual = self._virtual_at(now)
                ended(heappop(holding))
            else:
                # What has reached its tag is at the virtual time of just that tag.
                self._virtual, arrival, cost, wait = heappop(active)
                if wait:
                    heappush(holding, (now + wait, arrival, cost, wait))
                else:
                    ended((now, arrival, cost, wait))
            self._now = now
            if queue and len(active) + len(holding) < self.count:
                arrival, cost, wait = queue.popleft()
                heappush(active, (self._virtual + cost, arrival, cost, wait))
            self._next = self._next_end()

    def _virtual_at(self, now: float) -> float:
        """The virtual time at a moment before which nothing ends."""
        wanting, past = len(self._active), now - self._now
        if not wanting or past <= 0:
            return self._virtual
        if wanting > self.cores:
            past = SHIFT + past * self.cores / wanting - SHIFT
        # Rounding to the clock's grid may not carry it past the next end.
        return min(self._virtual + past, self._active[0][0])

    def _next_end(self) -> float:
        end = self._holding[0][0] if self._holding else NEVER
        if not self._active:
            return end
        wanting, left = len(self._active), self._active[0][0] - self._virtual
        if wanting > self.cores:
            left = SHIFT + left * wanting / self.cores - SHIFT
        return min(end, self._now + left)

    def set_cores(self, now: float, cores: float) -> None:
        """From now on it has so many cores, for what it has in hand as well."""
        self._advance(now)
        self._virtual = self._virtual_at(now)
        self._now = max(now, self._now)
        self.cores = cores
        self._next = self._next_end()

    # What there is, and what has ended

    def _in_hand(self, now: float) -> list[Request]:
        """The requests that have not ended at a moment, by their arrival."""
        self._advance(now)
        return sorted(chain((one[1:] for one in chain(self._active, self._holding)), self._queue))

    def outstanding(self, time: float) -> int:
        """How many accepted requests have not ended at `time`. Ask for moments that do not go back."""
        if self._next <= time:
            self._advance(time)
        return len(self._active) + len(self._holding) + len(self._queue)

    def overdue(self, after: float, until: float, limit: float) -> list[Request]:
        """The requests accepted after one moment, up to another, that take longer than `limit` seconds to be answered.

        Ask at `until + limit` or later, before what ended since then is settled.
        """
        in_hand = [one for one in self._in_hand(until + limit) if after < one[0] <= until]
        late = [one[1:] for one in self._ended if after < one[1] <= until and one[0] - one[1] > limit]
        return sorted(late + in_hand)

    def ended(self, now: float) -> list[tuple[float, float]]:
        """(arrival, end) of the requests that `settle(now)` would settle."""
        return [(arrival, end) for end, arrival, *_ in self._ended_until(now)]

    def settle(self, now: float) -> list[float]:
        """The latencies (seconds) of the requests that ended up to `now` and were not settled before."""
        done = self._ended_until(now)
        del self._ended[: len(done)]
        return [end - arrival for end, arrival, _, _ in done]

    def _ended_until(self, now: float) -> list[Tagged]:
        self._advance(now)
        return self._ended[: bisect_right(self._ended, (now, NEVER))]

    def drop(self, now: float) -> list[Request]:
        """Lose every request that has not ended at `now`: (arrival, CPU, wait) of each. Settle first."""
        lost = self._in_hand(now)
        self.accepted_seconds -= self._remaining(now)
        self._now, self._next = max(now, self._now), NEVER
        self._active, self._holding, self._queue = [], [], deque()
        return lost

    def wait(self, now: float) -> float:
        """Seconds that a request arriving now would wait for a worker.

        Nobody who comes later overtakes it, so that what is in hand decides.
        """
        if self.outstanding(now) < self.count:
            return 0.0
        other = self._as_if_nobody_came()
        while other.outstanding(other._next) >= self.count:
            pass
        return other._now - now

    def last_end(self, now: float) -> float:
        """The moment at which the last accepted request ends if no other comes, or `now` if none is left."""
        if not self.outstanding(now):
            return now
        other = self._as_if_nobody_came()
        other._advance(AT_LAST)
        return other._now

    def _as_if_nobody_came(self) -> ProcessorSharing:
        """A copy that one may run ahead."""
        other = copy(self)
        other._active, other._holding = [*self._active], [*self._holding]
        other._queue, other._ended = copy(self._queue), []
        return other

    def cpu_seconds(self, now: float) -> float:
        """CPU seconds of work done up to `now`, in all requests: what was accepted less what is still to do."""
        self._advance(now)
        return self.accepted_seconds - self._remaining(now)

    def _remaining(self, now: float) -> float:
        virtual = self._virtual_at(now)
        return sum(tag - virtual for tag, *_ in self._active) + sum(cost for _, cost, _ in self._queue)
