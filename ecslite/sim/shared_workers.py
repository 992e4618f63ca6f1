"""Workers that several stations send to: each station sees what it has sent, and no more.

A service behind two load balancers, or behind one and a discovery name, has one set of workers a task. Each front holds
a view of them, so that answers, timeouts and losses are counted where the requests came from.
"""

from __future__ import annotations

from collections import deque

from ecslite.sim.server import Request, Server
from ecslite.sim.station import Station
from ecslite.sim.together import join

__all__ = ["SharedWorkers", "View", "core"]


class SharedWorkers:
    """The workers, and who has sent what they have in hand."""

    def __init__(self, workers: Server) -> None:
        self.workers = workers
        self._senders: dict[float, deque[View]] = {}
        """By arrival; in the order of acceptance where two arrived at one instant."""
        self._stations: list[Station] = []

    def view(self) -> View:
        """One more view."""
        return View(self)

    def meet(self, station: Station) -> None:
        """A station sends here: all that do are advanced together."""
        if station not in self._stations:
            self._stations.append(station)
            if len(self._stations) > 1:
                join(self._stations)

    def catch_up(self) -> None:
        """Have all that arrived up to now, from wherever."""
        for station in self._stations:
            station.catch_up()

    def sent(self, view: View, arrival: float) -> None:
        """A view's request has been accepted."""
        self._senders.setdefault(arrival, deque()).append(view)

    def collect(self, now: float) -> None:
        """Give each view what has ended up to now."""
        ended = self.workers.ended(now)
        self.workers.settle(now)
        for arrival, end in ended:
            senders = self._senders.get(arrival)
            if senders:
                senders.popleft().has_ended(arrival, end)
                if not senders:
                    del self._senders[arrival]

    def forget(self, now: float) -> None:
        """The process is gone: nothing is in hand."""
        self.collect(now)
        self.workers.drop(now)
        self._senders.clear()


class View:
    """The workers as one station sees them. `drop` gives up what this station has sent; the workers finish it."""

    def __init__(self, shared: SharedWorkers) -> None:
        self.shared = shared
        self._workers = shared.workers
        self._in_hand: dict[float, deque[Request]] = {}
        """By arrival; two sources of one station may send at one instant."""
        self._count = 0
        self._ended: list[tuple[Request, float]] = []

    def serve(self, arrivals: list[float], costs: list[float], waits: list[float] | None = None) -> list[int]:
        """See Server."""
        refused = self._workers.serve(arrivals, costs, waits)
        out = set(refused)
        for place, arrival in enumerate(arrivals):
            if place not in out:
                self._accepted(arrival, costs[place], waits[place] if waits else 0.0)
        return refused

    def offer(self, arrival: float, cost: float, wait: float = 0.0) -> bool:
        """See Server."""
        accepted = self._workers.offer(arrival, cost, wait)
        if accepted:
            self._accepted(arrival, cost, wait)
        return accepted

    def _accepted(self, arrival: float, cost: float, wait: float) -> None:
        self._in_hand.setdefault(arrival, deque()).append((arrival, cost, wait))
        self._count += 1
        self.shared.sent(self, arrival)

    def has_ended(self, arrival: float, end: float) -> None:
        """One of its requests has ended; one that was given up before is nobody's."""
        requests = self._in_hand.get(arrival)
        if requests:
            self._ended.append((requests.popleft(), end))
            self._count -= 1
            if not requests:
                del self._in_hand[arrival]

    def outstanding(self, time: float) -> int:
        """See Server."""
        self.shared.collect(time)
        return self._count

    def overdue(self, after: float, until: float, limit: float) -> list[Request]:
        """See Server."""
        self.shared.collect(until + limit)
        late = [request for request, end in self._ended if end - request[0] > limit]
        return sorted(one for one in (*late, *self._all()) if after < one[0] <= until)

    def ended(self, now: float) -> list[tuple[float, float]]:
        """See Server."""
        self.shared.collect(now)
        return [(request[0], end) for request, end in self._ended]

    def settle(self, now: float) -> list[float]:
        """See Server."""
        self.shared.collect(now)
        latencies = [end - request[0] for request, end in self._ended]
        self._ended = []
        return latencies

    def drop(self, now: float) -> list[Request]:
        """See Server; the other stations' requests stay."""
        self.shared.collect(now)
        lost, self._in_hand, self._count = self._all(), {}, 0
        return lost

    def _all(self) -> list[Request]:
        return [request for requests in self._in_hand.values() for request in requests]

    def wait(self, now: float) -> float:
        """See Server; once all that has arrived for the other stations is there."""
        self.shared.catch_up()
        return self._workers.wait(now)

    def last_end(self, now: float) -> float:
        """See Server; once all that has arrived for the other stations is there."""
        self.shared.catch_up()
        return self._workers.last_end(now)

    def cpu_seconds(self, now: float) -> float:
        """See Server."""
        return self._workers.cpu_seconds(now)

    def set_cores(self, now: float, cores: float) -> None:
        """See Server."""
        self._workers.set_cores(now, cores)


def core(workers: Server) -> Server:
    """The workers themselves, whoever looks at them."""
    return workers.shared.workers if isinstance(workers, View) else workers
