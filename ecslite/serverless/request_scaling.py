"""How fast a function may take more requests a second: 10,000 more within ten seconds.

It is the other half of the rule on new environments, and holds where an account was given more than 1,000 of
concurrency: below, ten requests a second for each unit of it are no more than these 10,000
[Lambda Developer Guide, scaling-behavior; read 2026-11-25].
"""

from __future__ import annotations

from bisect import bisect_left

__all__ = ["REQUESTS_PER_SECOND", "RequestScaling", "scales_requests"]

REQUESTS_PER_SECOND, SCALING_SECONDS = 10_000, 10.0
"""Requests a second that may be added in that time. They come back continuously, and what is not used is not added."""

REQUESTS_PER_CONCURRENCY = 10


def scales_requests(concurrency: int) -> bool:
    """Whether a pool of that size could take more requests a second than may be added at once."""
    return concurrency * REQUESTS_PER_CONCURRENCY > REQUESTS_PER_SECOND


class RequestScaling:
    """Requests a second that one function has come to, and how many more it may take now."""

    # Model: seconds are those of the clock, and what a function once took in a second it may take for ever after.

    def __init__(self) -> None:
        self.reached = 0
        """The most requests of a second so far."""
        self._left = float(REQUESTS_PER_SECOND)
        self._since = 0.0
        self._second = -1
        self._count = 0

    def take(self, time: float) -> bool:
        """Whether a request at `time` is taken; it is counted if it is."""
        self._begin(int(time))
        if self._count >= self.reached:
            if not self._more(time):
                return False
            self.reached += 1
        self._count += 1
        return True

    def admits(self, times: list[float]) -> bool:
        """Whether all of a batch (rising) would surely be taken."""
        room = self.reached + self._left_at(times[0])
        carried = self._count if int(times[0]) == self._second else 0
        return carried + len(times) <= room or max(many for _, many in self._seconds(times)) <= room

    def note(self, times: list[float]) -> None:
        """Count a batch that was admitted."""
        end = 0
        for second, many in self._seconds(times):
            self._begin(second)
            end += many - self._count
            more = max(many - self.reached, 0)
            for time in times[end - more : end]:
                self._more(time)
            self.reached += more
            self._count = many

    def _seconds(self, times: list[float]) -> list[tuple[int, int]]:
        """(second, requests in it) of a batch, those of the first second that came before among them."""
        counts, begin = [], 0
        while begin < len(times):
            second = int(times[begin])
            end = bisect_left(times, second + 1, begin)
            counts.append((second, end - begin + (self._count if second == self._second else 0)))
            begin = end
        return counts

    def _begin(self, second: int) -> None:
        if second != self._second:
            self._second, self._count = second, 0

    def _left_at(self, time: float) -> float:
        refilled = (time - self._since) * (REQUESTS_PER_SECOND / SCALING_SECONDS)
        return min(float(REQUESTS_PER_SECOND), self._left + refilled)

    def _more(self, time: float) -> bool:
        """Take one more a second, if it is there."""
        self._left, self._since = self._left_at(time), time
        if self._left < 1:
            return False
        self._left -= 1
        return True
