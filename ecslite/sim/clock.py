"""Time: seconds as floats on a grid of 2⁻²⁷ s (7.5 ns).

Every moment and every duration of the engine lies on the grid. Sums and differences of such numbers are exact in a
double for two simulated years, so they come out the same in any order, for any slicing of a run, on every Python.
"""

from __future__ import annotations

__all__ = ["MINUTE", "SHIFT", "STEP", "on_grid"]

STEP = 2.0**-27
"""The grid's step in seconds."""

SHIFT = 1.5 * 2.0**25
"""Adding and taking away this number rounds a float below 2²⁴ to the grid, in two operations and no call.

Doubles between 2²⁵ and 2²⁶ are 2⁻²⁷ apart, so the addition itself rounds.
"""

MINUTE = 60.0


def on_grid(seconds: float) -> float:
    """The moment or duration of the grid nearest to `seconds`."""
    return round(seconds / STEP) * STEP
