"""Feedback: requests that failed and come again, put back among those that arrive.

What fails may come again after the smallest pause of the clients' retries, and no sooner. So requests are taken in
slices no longer than that: whatever a slice makes fail arrives after its end. Where nobody retries, none of this runs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, merge
from itertools import repeat
from operator import itemgetter

from ecslite.network.target import Lost
from ecslite.sim.clock import STEP
from ecslite.sim.retries import Attempt, Clients, Failure
from ecslite.sim.station import Source
from ecslite.sim.traffic import Chunk

__all__ = ["Feedback"]

Sent = tuple[float, float, float, int, Clients | None]
"""A request: its arrival, CPU seconds, seconds of waiting, the number of the attempt, and whose it is."""


class Feedback:
    """Takes the requests of all sources in, in the order of time, in slices.

    `accept` takes a slice in; `time_out` gives up, up to a moment, what has been without a reply for `limit` seconds,
    and `next_time_out` says when else something will be given up.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        limit: float,
        accept: Callable[[Chunk], None],
        time_out: Callable[[float], None],
        next_time_out: Callable[[], float],
    ) -> None:
        self._sources = sources
        self._limit = limit
        self._accept = accept
        self._time_out = time_out
        self._next_time_out = next_time_out
        self._sent: dict[float, tuple[Clients, int]] = {}
        """The requests that may still fail, by their arrival: whose they are, and which attempt."""
        self._order: deque[float] = deque()
        """Their arrivals, rising."""
        self._fresh: Iterator[Sent] = iter(())
        self._ahead: Sent | None = None
        """The next of the requests that come for the first time."""

    @property
    def clients(self) -> list[Clients]:
        """The clients that retry."""
        return [source.clients for source in self._sources if source.clients is not None]

    def advance(self, now: float) -> None:
        """Take in all that arrives up to a moment, for the first time or again."""
        self.begin(now)
        while self._next() <= now:
            end = self.horizon(now)
            self.take(self.collect(end))
            self.hear(end)

    def begin(self, now: float) -> None:
        """Requests up to a moment are about to be collected."""
        self._fresh = merge(*(_stream(source, now) for source in self._sources), key=itemgetter(0))
        self._ahead = next(self._fresh, None)

    def horizon(self, now: float) -> float:
        """The moment, `now` at the most, up to which all that comes again is known."""
        longest = min(each.retries.smallest_pause for each in self.clients) - STEP
        return min(self._next() + longest, now)

    def collect(self, end: float) -> list[Sent]:
        """The requests that arrive up to a moment no later than the horizon, for the first time or again."""
        batch: list[Sent] = []
        while self._ahead is not None and self._ahead[0] <= end:
            batch.append(self._ahead)
            self._ahead = next(self._fresh, None)
        return self._with_retries(batch, self.clients, end)

    def failed(self, reason: str, requests: Sequence[Lost], moments: Sequence[float]) -> None:
        """Requests failed, each at its moment; clients that retry will hear of it then."""
        for (arrival, cpu, wait), moment in zip(requests, moments, strict=True):
            known = self._sent.pop(arrival, None)
            if known is not None:
                clients, number = known
                clients.fail(Failure(moment, arrival, number, cpu, wait, reason))

    def _next(self) -> float:
        """The next moment at which anything happens."""
        oldest = self._order[0] + self._limit if self._order else float("inf")
        arrival = self._ahead[0] if self._ahead is not None else float("inf")
        return min(arrival, oldest, self._next_time_out(), *(each.next_moment() for each in self.clients))

    def _with_retries(self, batch: list[Sent], clients: list[Clients], end: float) -> list[Sent]:
        """The requests that arrive in a slice, with the attempts that are due in it."""
        again = [(attempt, each) for each in clients for attempt in _due(each, end)]
        if not again:
            return batch
        moments = {arrival for arrival, *_ in batch}
        for attempt, each in sorted(again, key=itemgetter(0)):
            arrival, number, cpu, wait = attempt
            while arrival in moments:
                # No two requests arrive at one instant: the moment of arrival is what tells them apart.
                arrival += STEP
            moments.add(arrival)
            batch.append((arrival, cpu, wait, number, each))
        return sorted(batch, key=itemgetter(0))

    def take(self, batch: Sequence[Sent]) -> None:
        """Take in requests that were collected, in order."""
        if not batch:
            return
        for arrival, _, _, number, clients in batch:
            if clients is not None:
                clients.send(number)
                self._sent[arrival] = (clients, number)
                self._order.append(arrival)
        waits = [wait for _, _, wait, _, _ in batch]
        chunk = [sent[0] for sent in batch], [sent[1] for sent in batch], waits if any(waits) else None
        self._accept(chunk)

    def hear(self, end: float) -> None:
        """Clients hear of what has failed up to a moment."""
        self._time_out(end)
        while self._order and self._order[0] + self._limit <= end:
            self._sent.pop(self._order.popleft(), None)
        for each in self.clients:
            each.hear(end)


def _stream(source: Source, until: float) -> Iterator[Sent]:
    for times, cpu, waits in source.take(until):
        for time, cost, wait in zip(times, cpu, waits or repeat(0.0), strict=False):
            yield time, cost, wait, 1, source.clients


def _due(clients: Clients, end: float) -> Iterator[Attempt]:
    while clients.due and clients.due[0].seconds <= end:
        yield heappop(clients.due)
