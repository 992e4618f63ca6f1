"""Delivery policies: how often, and after which delays, a topic tries again to deliver a message.

Four phases: without delay, with the least delay, with growing delays, with the greatest delay
[SNS Developer Guide, sns-message-delivery-retries; read 2026-11-24].
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ecslite.errors import InvalidSetting

__all__ = ["AWS_MANAGED", "BACKOFF_FUNCTIONS", "CUSTOMER_MANAGED", "DeliveryPolicy"]

BACKOFF_FUNCTIONS = ("arithmetic", "exponential", "geometric", "linear")

MOST_RETRIES, LONGEST_DELAY, LONGEST_POLICY = 100, 3600, 3600
"""Of a policy of one's own, which only HTTP and HTTPS endpoints may have; delays in seconds [same page]."""


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """healthyRetryPolicy, with AWS's names and defaults. Delays in seconds.

    `num_retries` counts all phases; those that the other three do not take are the backoff phase.
    """

    # Model: the shapes of the backoff functions between their two ends are not documented: linear adds the same each
    # time, arithmetic adds more each time, exponential multiplies by the same, so that the last is the greatest (which
    # fits the 6 hours that AWS names for 50 attempts), geometric doubles.

    min_delay_target: int = 20
    max_delay_target: int = 20
    num_retries: int = 3
    num_no_delay_retries: int = 0
    num_min_delay_retries: int = 0
    num_max_delay_retries: int = 0
    backoff_function: str = "linear"

    @property
    def backoff_retries(self) -> int:
        """Retries of the phase in which delays grow."""
        return self.num_retries - self.num_no_delay_retries - self.num_min_delay_retries - self.num_max_delay_retries

    def delay(self, retry: int) -> float | None:
        """Seconds before the retry of that number (from 1) after the attempt before it; None: there is no such retry.

        >>> [DeliveryPolicy(num_no_delay_retries=1, min_delay_target=5).delay(retry) for retry in (1, 2, 3, 4)]
        [0.0, 5.0, 20.0, None]
        """
        if retry > self.num_retries:
            return None
        if (place := retry - self.num_no_delay_retries) <= 0:
            return 0.0
        if (place := place - self.num_min_delay_retries) <= 0:
            return float(self.min_delay_target)
        if place <= self.backoff_retries:
            return self._grown(place)
        return float(self.max_delay_target)

    def _grown(self, place: int) -> float:
        least, most, steps = self.min_delay_target, self.max_delay_target, self.backoff_retries - 1
        share = (place - 1) / steps if steps else 1.0
        if not steps:
            return float(least)
        if self.backoff_function == "geometric":
            return float(min(most, least * 2 ** min(place - 1, 12)))
        if self.backoff_function == "exponential":
            return float(least * (most / least) ** share)
        if self.backoff_function == "arithmetic":
            return least + (most - least) * share * (place / (steps + 1))
        return least + (most - least) * share

    def seconds(self) -> float:
        """All delays together, where every retry is needed."""
        growing = range(self.num_no_delay_retries + 1, self.num_retries - self.num_max_delay_retries + 1)
        return sum(self.delay(retry) or 0.0 for retry in growing) + self.num_max_delay_retries * self.max_delay_target

    def check(self) -> None:
        """InvalidSetting with all that SNS refuses in a policy of one's own."""
        if faults := list(self._faults()):
            raise InvalidSetting("\n".join([f"delivery policy: {fault}" for fault in faults]))

    def _faults(self) -> Iterator[str]:
        if not 0 <= self.num_retries <= MOST_RETRIES:
            yield f"num_retries={self.num_retries}: use 0 to {MOST_RETRIES}"
        if not 1 <= self.min_delay_target <= self.max_delay_target <= LONGEST_DELAY:
            yield (
                f"min_delay_target={self.min_delay_target}, max_delay_target={self.max_delay_target}:"
                f" use 1 ≤ least ≤ greatest ≤ {LONGEST_DELAY:,} s"
            )
        if min(self.num_no_delay_retries, self.num_min_delay_retries, self.num_max_delay_retries) < 0:
            yield "retries of a phase cannot be below 0"
        elif self.backoff_retries < 0:
            yield f"the phases have more retries than num_retries={self.num_retries}: raise it to their sum at least"
        if self.backoff_function not in BACKOFF_FUNCTIONS:
            yield f"backoff_function={self.backoff_function!r}: use one of {', '.join(BACKOFF_FUNCTIONS)}"
        elif (total := self.seconds()) > LONGEST_POLICY:
            yield f"its retries take {total:,.0f} s: SNS allows {LONGEST_POLICY:,} s in all"


AWS_MANAGED = DeliveryPolicy(1, 20, 100_015, 3, 2, 100_000, "exponential")
"""For queues, functions and delivery streams: 3 + 2 + 10 + 100,000 = 100,015, over 23 days [same page]."""

CUSTOMER_MANAGED = DeliveryPolicy(10, 600, 50, 0, 2, 38, "exponential")
"""For e-mail, text messages and mobile push: 0 + 2 + 10 + 38 = 50, over 6 hours [same page]."""
