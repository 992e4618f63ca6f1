"""Numbers and moments in words, the same in every sentence of the views.

The page's JavaScript has the same rules in dom.js; a test holds the two together.
"""

from __future__ import annotations

from math import floor

__all__ = ["amount", "clock", "count", "latency", "listed", "minute", "number"]


def number(value: float) -> str:
    """A number with at most three significant digits, thousands with commas: 0.842, 84.2, 1,250."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{float(f'{value:.3g}'):g}"


def minute(seconds: float) -> str:
    """A moment as minutes from the start, to a tenth: "minute 12.5"."""
    # Halves go up, as a reader rounds, and in the same arithmetic as the page's.
    return f"minute {floor(seconds / 6 + 0.5) / 10:g}"


def clock(seconds: float) -> str:
    """A moment as minutes and seconds: "12:30"; with hours from one hour on: "1:02:30"."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def latency(seconds: float) -> str:
    """A latency with its unit: "84 ms", "1.2 s"."""
    return f"{number(round(seconds * 1000))} ms" if seconds < 1 else f"{number(seconds)} s"


def count(amount: float, noun: str) -> str:
    """An amount with its noun: "1 task", "3 tasks"."""
    return f"{number(amount)} {noun}{'' if amount == 1 else 's'}"


def amount(value: float, unit: str) -> str:
    """A number with its unit, one of it without its s: "1 task", "3 tasks", "1 requests/s", "4"."""
    one = unit[:-1] if value == 1 and unit.endswith("s") and "/" not in unit else unit
    return f"{number(value)} {one}".rstrip()


def listed(parts: list[str]) -> str:
    """Words in a row: "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
