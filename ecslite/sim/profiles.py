"""Shapes of traffic: how many requests a second arrive, minute by minute.

A shape is constant within each minute, which is the resolution at which CloudWatch counts requests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, pi

from ecslite.errors import InvalidSetting

__all__ = ["Profile", "constant", "diurnal", "from_counts", "spike"]

DAY_MINUTES = 24 * 60

HIGHEST_RATE = 1e6
"""Requests a second that one source may send."""


@dataclass(frozen=True)
class Profile:
    """Requests a second in each minute, and the moments worth a line in the log."""

    rate: Callable[[int], float]
    """The index of a minute in, requests a second out."""
    changes: tuple[tuple[int, str], ...]
    """(minute, what changes then, as a sentence)."""


def _checked(**rates: float) -> None:
    for name, rate in rates.items():
        if not 0 <= rate <= HIGHEST_RATE:
            raise InvalidSetting(f"{name}={rate} requests/s: use a rate from 0 to {HIGHEST_RATE:g}")


def constant(rate: float) -> Profile:
    """The same `rate` (requests a second) for ever."""
    _checked(rate=rate)
    return Profile(lambda minute: rate, ((0, f"Traffic begins: {rate:g} requests/s."),))


def spike(*, base: float, peak: float, at_minute: int, for_minutes: int) -> Profile:
    """`base` requests a second, but `peak` for `for_minutes` minutes from minute `at_minute` on."""
    _checked(base=base, peak=peak)
    if at_minute != int(at_minute) or for_minutes != int(for_minutes) or at_minute < 0 or for_minutes < 1:
        raise InvalidSetting(
            f"at_minute={at_minute}, for_minutes={for_minutes}: use whole minutes, at_minute from 0, for_minutes from 1"
        )
    end = at_minute + for_minutes
    return Profile(
        lambda minute: peak if at_minute <= minute < end else base,
        (
            (0, f"Traffic begins: {base:g} requests/s."),
            (at_minute, f"Traffic goes from {base:g} to {peak:g} requests/s."),
            (end, f"Traffic goes back from {peak:g} to {base:g} requests/s."),
        ),
    )


def diurnal(*, low: float, high: float, peak_hour: float = 20.0) -> Profile:
    """A day's wave, from `low` requests a second to `high` at `peak_hour` (0 to 24), each day the same."""
    _checked(low=low, high=high)
    if low > high or not 0 <= peak_hour <= 24:
        raise InvalidSetting(f"low={low}, high={high}, peak_hour={peak_hour}: use low ≤ high and an hour from 0 to 24")

    def rate(minute: int) -> float:
        phase = 2 * pi * ((minute - peak_hour * 60) % DAY_MINUTES) / DAY_MINUTES
        # Rounded, because two platforms' cosines may differ in the last bit.
        return round(low + (high - low) * (1 + cos(phase)) / 2, 6)

    return Profile(rate, ((0, f"Traffic begins: a daily wave from {low:g} to {high:g} requests/s."),))


def from_counts(counts: Sequence[int]) -> Profile:
    """The rates of a list of requests a minute; silence after its end."""
    rates = [count / 60 for count in counts]
    for minute, rate in enumerate(rates):
        _checked(**{f"counts[{minute}] / 60": rate})
    total = f"{sum(counts):,} requests in {len(rates):,} minutes"
    return Profile(
        lambda minute: rates[minute] if minute < len(rates) else 0.0,
        ((0, f"Traffic begins: a recording of {total}."), (len(rates), "The recording of traffic ends.")),
    )
