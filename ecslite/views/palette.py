"""The book's colours: four of Okabe and Ito's, which stay apart for colour-blind readers and on light and dark paper.

Colour is never the only cue: each line also has its own dash, each task its state in words. What a colour means is
the same in every figure, board and table.
"""

from __future__ import annotations

__all__ = ["BLUE", "GREEN", "GRID", "MUTED", "PURPLE", "VERMILION", "contrast", "luminance", "rgb", "rgba"]

BLUE = "#0072B2"
"""What is: running tasks, CPU used."""

VERMILION = "#D55E00"
"""What is wanted or decided: the desired count, a target, a scaling decision."""

GREEN = "#009E73"
"""What comes in: requests."""

PURPLE = "#BD78A6"
"""What the client feels: latency. (Okabe and Ito's reddish purple, darker: 3:1 on white.)"""

MUTED = "#7A828C"
"""Words and ticks where the page has not said its own colour; 3:1 and more on both papers."""

GRID = "rgba(128,136,148,0.22)"
"""Grid lines, on either paper."""


def rgb(colour: str) -> tuple[int, int, int]:
    """The three parts of "#RRGGBB", 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def rgba(colour: str, alpha: float) -> str:
    """A colour that lets `alpha` (0 to 1) of it be seen, as CSS and SVG write it."""
    red, green, blue = rgb(colour)
    return f"rgba({red},{green},{blue},{alpha:g})"


def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white) [WCAG 2.2, relative luminance]."""
    linear = [_linear(part / 255) for part in rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 [WCAG 2.2, contrast ratio]."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
