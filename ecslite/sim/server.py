"""What serves requests, as those who send them see it. A discipline is one way to be a server.

A request is (arrival, CPU seconds, seconds of waiting). CPU time is shared, and stretched where there is less of it
than was asked for; waiting for others is not. Moments that are asked for do not go back, and whoever asks has sent all
requests that arrived up to then.
"""

from __future__ import annotations

from typing import Protocol

__all__ = ["Request", "Server"]

Request = tuple[float, float, float]
"""Arrival, CPU seconds, seconds of waiting."""


class Server(Protocol):
    """Workers with a backlog, and some cores to work with."""

    def serve(self, arrivals: list[float], costs: list[float], waits: list[float] | None = None) -> list[int]:
        """Take these requests in, in order; the indexes of those that found the backlog full and were refused."""
        ...

    def offer(self, arrival: float, cost: float, wait: float = 0.0) -> bool:
        """Take one request in; whether there was room for it."""
        ...

    def outstanding(self, time: float) -> int:
        """How many accepted requests have not ended at `time`."""
        ...

    def overdue(self, after: float, until: float, limit: float) -> list[Request]:
        """The requests accepted after one moment, up to another, that take longer than `limit` seconds to be answered.

        Ask at `until + limit` or later, before what ended since then is settled.
        """
        ...

    def ended(self, now: float) -> list[tuple[float, float]]:
        """(arrival, end) of the requests that `settle(now)` would settle."""
        ...

    def settle(self, now: float) -> list[float]:
        """The latencies (seconds) of the requests that ended up to `now` and were not settled before."""
        ...

    def drop(self, now: float) -> list[Request]:
        """Lose every request that has not ended at `now`. Settle first."""
        ...

    def wait(self, now: float) -> float:
        """Seconds that a request arriving now would wait for a worker."""
        ...

    def last_end(self, now: float) -> float:
        """The moment at which the last accepted request ends if no other comes, or `now` if none is left."""
        ...

    def cpu_seconds(self, now: float) -> float:
        """CPU seconds of work done up to `now`, in all requests."""
        ...

    def set_cores(self, now: float, cores: float) -> None:
        """From now on it has so many cores (more than none), for what it has in hand as well."""
        ...
