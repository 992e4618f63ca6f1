"""A token bucket: holds up to `burst` tokens, and gets `rate` of them back each second.

API Gateway throttles with it, and here it also stands for a table's and a prefix's capacity. Whoever finds too few
tokens is refused at once and takes none; nobody waits for them.
"""

from __future__ import annotations

__all__ = ["TokenBucket"]


class TokenBucket:
    """Full at first, unless `tokens` says otherwise. Moments never decrease.

    >>> bucket = TokenBucket(rate=1.0, burst=2.0)
    >>> [bucket.take(second) for second in (0.0, 0.0, 0.0, 0.5, 1.0)]
    [True, True, False, False, True]
    """

    __slots__ = ("_at", "_tokens", "burst", "rate")

    def __init__(self, rate: float, burst: float, tokens: float | None = None, at: float = 0.0) -> None:
        self.rate = rate
        self.burst = burst
        self._tokens = burst if tokens is None else min(tokens, burst)
        self._at = at

    def tokens(self, now: float) -> float:
        """How many there are at that moment. Looking changes nothing."""
        return min(self.burst, self._tokens + (now - self._at) * self.rate)

    def has(self, now: float, amount: float = 1.0) -> bool:
        """Whether so many are there."""
        return self.tokens(now) >= amount

    def take(self, now: float, amount: float = 1.0) -> bool:
        """Take so many, or none if there are fewer; whether they were taken."""
        tokens = self.tokens(now)
        if tokens < amount:
            return False
        self._tokens, self._at = tokens - amount, now
        return True

    def resize(self, now: float, rate: float, burst: float) -> None:
        """Another rate and size from now on; tokens beyond the new size are lost."""
        self._tokens, self._at = min(self.tokens(now), burst), now
        self.rate, self.burst = rate, burst

    def fill(self, now: float, tokens: float) -> None:
        """So many tokens from this moment on, at most its size."""
        self._tokens, self._at = min(tokens, self.burst), now
