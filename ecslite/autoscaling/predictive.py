"""Predictive scaling: how far a forecast may take the maximum. The forecast itself is not simulated.

[Application Auto Scaling API, PredictiveScalingPolicyConfiguration; read 2026-11-23]
"""

from __future__ import annotations

from math import ceil

from ecslite.errors import InvalidSetting

__all__ = ["BREACH_BEHAVIORS", "effective_maximum"]

BREACH_BEHAVIORS = ("HonorMaxCapacity", "IncreaseMaxCapacity")


def effective_maximum(forecast: int, max_capacity: int, behavior: str = "HonorMaxCapacity", buffer: int = 0) -> int:
    """The maximum in force for a forecast capacity; `buffer` is MaxCapacityBuffer, in percent of the forecast."""
    if behavior not in BREACH_BEHAVIORS:
        raise InvalidSetting(f"behavior={behavior!r}: use one of {', '.join(BREACH_BEHAVIORS)}")
    if not 0 <= buffer <= 100:
        raise InvalidSetting(f"buffer={buffer} %: use 0 to 100")
    if behavior == "HonorMaxCapacity" or forecast < max_capacity:
        return max_capacity
    # In whole numbers, since 50 × 1.1 is a little more than 55 in floats.
    return max(ceil(forecast * (100 + buffer) / 100), max_capacity)
