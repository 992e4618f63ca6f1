"""A figure as a small SVG, for a page without JavaScript and for print.

It draws what our own figures use: lines and steps, marks, panels under one x axis, headings. Words and axes take the
colour of the text around them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from math import floor, log10
from typing import Any

from ecslite.views.words import number

__all__ = ["picture"]

WIDTH, LEFT, RIGHT, BOTTOM = 640, 58, 8, 38
NAMESPACE = "http://www.w3.org/2000/svg"
DASHES = {"dash": "6 4", "dot": "2 3", "dashdot": "8 3 2 3"}
Scale = Callable[[float], float]
SPAN = re.compile(r'<span style="color:(#\w{6})">(.*?)</span>')


def picture(spec: dict[str, Any], alt: str) -> str:
    """The SVG of a figure spec whose panels share one x axis; `alt` becomes its accessible name."""
    layout = spec["layout"]
    height = layout.get("height", 360)
    first, last = layout["xaxis"]["range"]
    wide = WIDTH - LEFT - RIGHT

    def across(x: float) -> float:
        return float(LEFT + (x - first) / (last - first) * wide)

    parts = [_minutes_axis(layout, across, height)]
    for name in sorted(key for key in layout if key.startswith("yaxis")):
        traces = [trace for trace in spec["data"] if trace.get("yaxis", "y") == name.replace("yaxis", "y")]
        parts.append(_panel(layout[name], traces, across, height))
    parts.extend(_heading(note, height) for note in layout.get("annotations", ()))
    return (
        f'<svg xmlns="{NAMESPACE}" class="ecs-picture" viewBox="0 0 {WIDTH} {height}"'
        f' role="img" aria-label="{escape(alt)}" font-family="sans-serif" font-size="12">{"".join(parts)}</svg>'
    )


def _level(share: float, height: float) -> float:
    """From a share of the drawing's height (0 at the bottom) to SVG's y."""
    return 4 + (1 - share) * (height - BOTTOM - 4)


def _panel(axis: dict[str, Any], traces: list[dict[str, Any]], across: Scale, height: float) -> str:
    low, high = (_level(share, height) for share in axis["domain"])
    top = max((y for trace in traces for y in trace["y"] if y is not None), default=1) * 1.05 or 1

    def up(y: float) -> float:
        return float(low - y / top * (low - high))

    lines = "".join(_line(trace, across, up) for trace in traces)
    return f"<g>{''.join(_grid(axis, top, up, across))}{lines}</g>"


def _grid(axis: dict[str, Any], top: float, up: Scale, across: Scale) -> Iterator[str]:
    step = axis.get("dtick") or _step(top)
    for place in range(int(top / step) + 1):
        y = up(place * step)
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="currentColor" stroke-opacity=".15"/>'
        yield _text(number(place * step), LEFT - 6, y + 4, "end")
    middle = up(top / 2)
    unit = escape(axis["title"]["text"])
    turned = f'transform="translate(12 {middle:.1f}) rotate(-90)" text-anchor="middle"'
    yield f'<text {turned} fill="currentColor">{unit}</text>'


def _step(top: float) -> float:
    """A round distance that puts two to five lines under `top`."""
    power = float(10 ** floor(log10(top)))
    return next(step for step in (power / 5, power / 2, power, power * 2, power * 5) if top / step < 5.5)


def _line(trace: dict[str, Any], across: Scale, up: Scale) -> str:
    colour, dash = trace["line"]["color"], DASHES.get(trace["line"]["dash"], "")
    points = [(across(x), up(y)) if y is not None else None for x, y in zip(trace["x"], trace["y"], strict=True)]
    if trace["mode"] == "markers":
        d = "".join(f"M{p[0] - 3:.1f} {p[1] - 3:.1f}l6 6m0-6l-6 6" for p in points if p)
    else:
        d = _path(points, trace["line"].get("shape", "linear"))
    return f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'


def _path(points: list[tuple[float, float] | None], shape: str) -> str:
    """SVG path data; a missing point interrupts the line."""
    d, before = [], None
    for point in points:
        if point is not None and before is None:
            d.append(f"M{point[0]:.1f} {point[1]:.1f}")
        elif point is not None and before is not None:
            turn = point[0] if shape == "hv" else (before[0] + point[0]) / 2
            d.append(
                f"L{point[0]:.1f} {point[1]:.1f}" if shape == "linear" else f"H{turn:.1f}V{point[1]:.1f}H{point[0]:.1f}"
            )
        before = point
    return "".join(d)


def _minutes_axis(layout: dict[str, Any], across: Scale, height: float) -> str:
    first, last = layout["xaxis"]["range"]
    step = _step(last - first)
    places = [first + place * step for place in range(int((last - first) / step) + 1)]
    labels = "".join(_text(number(x), across(x), height - BOTTOM + 16, "middle") for x in places)
    return labels + _text(layout["xaxis"]["title"]["text"], across((first + last) / 2), height - 6, "middle")


def _heading(note: dict[str, Any], height: float) -> str:
    """A panel's heading: Plotly's <b> and coloured spans become tspans."""
    text = SPAN.sub(r'<tspan fill="\1">\2</tspan>', note["text"])
    text = text.replace("<b>", '<tspan font-weight="bold">').replace("</b>", "</tspan>")
    y = _level(note["y"], height) - 5
    return f'<text x="{LEFT}" y="{y:.1f}" fill="currentColor" xml:space="preserve">{text}</text>'


def _text(words: str, x: float, y: float, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="currentColor">{escape(unescape(words))}</text>'
