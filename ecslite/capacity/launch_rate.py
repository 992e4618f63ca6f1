"""How fast Fargate launches tasks: a token bucket that holds a burst and refills at a steady rate."""

from __future__ import annotations

from dataclasses import dataclass

from ecslite.errors import InvalidSetting
from ecslite.sim.clock import on_grid

__all__ = ["LaunchRate", "TokenBucket"]


@dataclass(frozen=True, slots=True)
class LaunchRate:
    """`burst` launches at once, then `refill_per_second`.

    The defaults are those of the large Regions; the others have 25 and 5.
    [AWS General Reference, Amazon ECS endpoints and quotas; read 2026-11-23]
    """

    burst: int = 100
    refill_per_second: float = 20.0

    def __post_init__(self) -> None:
        if self.burst < 1 or self.refill_per_second <= 0:
            raise InvalidSetting(
                f"burst={self.burst}, refill_per_second={self.refill_per_second}: use a burst of at least 1"
                " and a rate above 0, such as LaunchRate(100, 20)"
            )


class TokenBucket:
    """One account's bucket for one kind of launch. Each launch takes a token, now or as soon as one is there.

    >>> bucket = TokenBucket(LaunchRate(burst=2, refill_per_second=4))
    >>> [bucket.delay(0.0) for _ in range(4)]
    [0.0, 0.0, 0.25, 0.5]
    """

    def __init__(self, rate: LaunchRate) -> None:
        self.rate = rate
        self._tokens = float(rate.burst)
        self._at = 0.0

    def delay(self, now: float) -> float:
        """Seconds until the next launch may begin, 0 where a token is left; the launch is counted.

        `now` never decreases. A launch that must wait has its token reserved, so that launches keep their order.
        """
        refilled = self._tokens + (now - self._at) * self.rate.refill_per_second
        self._tokens, self._at = min(refilled, float(self.rate.burst)) - 1.0, now
        return on_grid(max(0.0, -self._tokens / self.rate.refill_per_second))
