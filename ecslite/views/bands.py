"""Bands: what a figure's lines do over many seeds, so that a claim about randomness shows more than one run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ecslite.views.palette import rgba
from ecslite.views.panels import Spec

__all__ = ["HIGH", "LOW", "band", "quantile"]

LOW, HIGH = 0.1, 0.9
"""A band holds the middle 80 % of the runs."""


def band(figures: Sequence[Mapping[str, Any]]) -> list[Spec]:
    """Two traces for each line that all figures have: the band's lower edge, and its upper edge filled down to it.

    Levels that are set, and so equal in all runs, have no band, nor have lines that are in milliseconds in one figure
    and in seconds in another.
    """
    return [trace for name in _common(figures) for trace in _edges(name, figures)]


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies, between two of them by proportion."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _common(figures: Sequence[Mapping[str, Any]]) -> list[str]:
    names = [trace["name"] for trace in figures[0]["data"] if trace["mode"] != "markers"]
    units = {name: _unit(figures[0], name) for name in names}
    return [name for name in names if all(_unit(figure, name) == units[name] for figure in figures)]


def _unit(figure: Mapping[str, Any], name: str) -> str | None:
    """The unit in which a figure draws the line of that name; None where it has none."""
    trace = _trace(figure, name)
    return None if trace is None else str(figure["layout"][trace["yaxis"].replace("y", "yaxis")]["title"]["text"])


def _trace(figure: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    return next((trace for trace in figure["data"] if trace["name"] == name), None)


def _edges(name: str, figures: Sequence[Mapping[str, Any]]) -> Iterator[Spec]:
    traces = [trace for figure in figures if (trace := _trace(figure, name)) is not None]
    minutes = figures[0]["layout"]["meta"]["minutes"]
    grid = [place + 0.5 for place in range(int(minutes))]
    each = [list(_on_grid(trace, grid)) for trace in traces]
    columns = [[value for value in column if value is not None] for column in zip(*each, strict=True)]
    low, high = ([round(quantile(c, share), 4) if c else None for c in columns] for share in (LOW, HIGH))
    if low == high:
        return
    colour = traces[0]["line"]["color"]
    plain = {"type": "scatter", "mode": "lines", "x": grid, "yaxis": traces[0]["yaxis"], "hoverinfo": "skip"}
    edge = {**plain, "line": {"width": 0, "color": colour}, "showlegend": False}
    yield {**edge, "y": low, "name": f"{name}, lower"}
    yield {**edge, "y": high, "name": f"{name}, upper", "fill": "tonexty", "fillcolor": rgba(colour, 0.22)}


def _on_grid(trace: Mapping[str, Any], grid: Sequence[float]) -> Iterator[float | None]:
    """The trace's value at each moment of the grid: a level holds until its next step."""
    place, x, y = -1, trace["x"], trace["y"]
    for moment in grid:
        while place + 1 < len(x) and x[place + 1] <= moment:
            place += 1
        yield y[place] if place >= 0 else None
