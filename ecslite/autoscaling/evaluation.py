"""How an alarm's state follows from data points, some of which may be missing.

The rules follow the CloudWatch User Guide's "Configuring how CloudWatch alarms treat missing data", as it is known to
us; its tables have not been read again for this version.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

__all__ = ["COMPARISONS", "STATES", "TREAT_MISSING_DATA", "evaluation_range", "next_state"]

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}
"""Those with a fixed threshold; the three of anomaly detection are not simulated [CloudWatch API, PutMetricAlarm]."""

TREAT_MISSING_DATA = ("breaching", "notBreaching", "ignore", "missing")
STATES = ("OK", "ALARM", "INSUFFICIENT_DATA")


def evaluation_range(evaluation_periods: int) -> int:
    """How many of the newest data points an alarm fetches."""
    # Model: AWS says that it fetches more than it evaluates, not how many more. Its examples show 5 for 3: two more.
    return evaluation_periods + 2


def next_state(breaches: Sequence[bool | None], periods: int, needed: int, treat: str, state: str) -> str:
    """The state after these data points, oldest first: breaching or not, None where one is missing.

    `periods` is N, `needed` M of "M out of N"; `state` is the present state.
    """
    real = [breach for breach in breaches if breach is not None]
    if len(real) >= periods:
        return _judged(real[-periods:], needed)
    if treat in ("breaching", "notBreaching"):
        filled = [treat == "breaching"] * (periods - len(real)) + real
        return _judged(filled, needed)
    if not real:
        return state if treat == "ignore" else "INSUFFICIENT_DATA"
    if sum(real) >= needed:
        return "ALARM"
    if not all(real):
        return "OK"
    return "ALARM" if treat == "missing" and _old_enough(breaches, needed) else state


def _judged(breaches: Sequence[bool], needed: int) -> str:
    return "ALARM" if sum(breaches) >= needed else "OK"


def _old_enough(breaches: Sequence[bool | None], needed: int) -> bool:
    """Whether the oldest breach is so old that an alarm on it is not premature."""
    # Model: a breach younger than M periods leaves the alarm as it is; AWS says only that it does not go off yet.
    return len(breaches) - next(i for i, breach in enumerate(breaches) if breach is not None) >= needed
