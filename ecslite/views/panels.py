"""Panels: lines over one axis of minutes, stacked, as a Plotly spec. Every figure of the book is made of them.

A panel's heading is the key to its lines, so that no legend takes room on a narrow screen. The paper is transparent;
the page gives words and grid its own colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from ecslite.views.palette import GRID, MUTED, rgba

__all__ = ["Line", "Panel", "Points", "Spec", "by_minute", "ghost", "stacked", "steps"]

Spec = dict[str, Any]
Values = Sequence[float | None]
Points = tuple[list[float], Sequence[float | None]]

PANEL_HEIGHT = 125
"""Pixels of each panel, heading included."""

GAP = 0.3
"""Share of a panel's height that its heading takes."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a panel. Of two lines in one panel, the dash or the mark differs, never the colour alone."""

    name: str
    points: Points
    colour: str
    word: str
    """What the panel's heading calls it."""
    dash: str = "solid"
    """Plotly's: solid, dash, dot, dashdot."""
    shape: str = "linear"
    """Plotly's: linear, hv (a level that holds until the next step), hvh (a value for a whole minute)."""
    width: float = 2
    filled: bool = False
    """Filled down to zero."""
    marks: str = ""
    """A Plotly symbol at every point, drawn where a minute without data may leave a single point between gaps."""
    crosses: bool = False
    """Crosses only and no line: for what happened in single minutes."""
    said: str = ""
    """The unit after the value where the pointer is; the panel's own where empty."""
    constant: bool = False
    """A level that is set, not measured: no text alternative tells its range."""

    @property
    def sample(self) -> str:
        """How the heading draws it: a piece of the line."""
        if self.crosses:
            return "×"
        if self.dash != "solid":
            return "╍"
        return "┃" if self.shape == "hvh" else "━"


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Lines that share a vertical axis in one unit."""

    name: str
    """What a prediction calls it."""
    title: str
    unit: str
    lines: Sequence[Line]
    whole: bool = False
    """Whether its values are whole things, so that grid lines lie on whole numbers."""


def stacked(panels: Sequence[Panel], minutes: float, *, from_minute: float = 0) -> Spec:
    """The figure of these panels from top to bottom, over one axis of minutes."""
    axes = {panel.name: "y" if place == 1 else f"y{place}" for place, panel in enumerate(panels, 1)}
    data = [_trace(line, axes[panel.name], panel.unit) for panel in panels for line in panel.lines]
    layout: Spec = {
        "height": PANEL_HEIGHT * len(panels),
        "margin": {"l": 54, "r": 10, "t": 4, "b": 40},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": MUTED, "size": 12},
        "showlegend": False,
        "hovermode": "x unified",
        "hoversubplots": "axis",
        "dragmode": "zoom",
        "annotations": [],
        "xaxis": _axis({"text": "minutes from the start"}, range=[from_minute, minutes], anchor=axes[panels[-1].name]),
        "meta": {"panels": axes, "minutes": minutes},
    }
    gap = GAP / len(panels)
    room = (1 - gap * len(panels)) / len(panels)
    for place, panel in enumerate(panels):
        top = 1 - place * (room + gap) - gap
        axis = _axis({"text": panel.unit, "standoff": 4}, domain=[top - room, top], rangemode="tozero", nticks=4)
        axis |= {"fixedrange": True, "anchor": "x"}
        if panel.whole:
            axis |= {"tick0": 0, "dtick": _whole_step(panel)}
        layout[axes[panel.name].replace("y", "yaxis")] = axis
        layout["annotations"].append(_heading(panel, top))
    return {"data": data, "layout": layout}


def ghost(spec: Spec, panel: str, value: float) -> Spec:
    """The trace of a prediction in a figure: a dashed grey line across its panel."""
    meta = spec["layout"]["meta"]
    points = [0.0, meta["minutes"]], [value, value]
    line = Line(name="Your prediction", points=points, colour=MUTED, word="", dash="dashdot", said=" ")
    return _trace(line, meta["panels"][panel], "")


def by_minute(values: Values, factor: float = 1, digits: int = 1) -> Points:
    """The values, rounded, each in the middle of its minute."""
    rounded = [None if value is None else round(value * factor, digits) for value in values]
    return [index + 0.5 for index in range(len(values))], rounded


def steps(changes: Sequence[tuple[float, float, int | None]], minutes: float) -> Points:
    """A level, from (seconds, value, event) to the end of the figure."""
    x = [round(seconds / 60, 2) for seconds, _, _ in changes]
    y = [value for _, value, _ in changes]
    return [*x, minutes], [*y, y[-1] if y else 0]


def _trace(line: Line, axis: str, unit: str) -> Spec:
    x, y = line.points
    pen = {"color": line.colour, "dash": line.dash, "shape": line.shape, "width": line.width}
    hover = f"%{{y}} {line.said or unit}".rstrip()
    spec: Spec = {"type": "scatter", "mode": "lines", "name": line.name, "x": x, "y": y, "hovertemplate": hover}
    spec |= {"yaxis": axis, "line": pen}
    if line.filled:
        spec |= {"fill": "tozeroy", "fillcolor": rgba(line.colour, 0.14)}
    if line.marks:
        mode = "lines+markers" if None in y else "lines"
        spec |= {"mode": mode, "marker": {"size": 4, "color": line.colour, "symbol": line.marks}}
    if line.crosses:
        cross = {"symbol": "x-thin", "size": 7, "line": {"width": 2, "color": line.colour}}
        spec |= {"mode": "markers", "marker": cross, "cliponaxis": False}
    return spec


def _whole_step(panel: Panel) -> int:
    """Things between two grid lines: there are no halves."""
    highest = max((value for line in panel.lines for value in line.points[1] if value is not None), default=1)
    return max(1, ceil(highest / 4))


def _axis(title: Spec, **more: Any) -> Spec:
    plain = {"gridcolor": GRID, "zeroline": False, "linecolor": GRID, "automargin": False}
    return {"title": {**title, "font": {"size": 11}}, **plain, **more}


def _heading(panel: Panel, y: float) -> Spec:
    """A panel's name, then a sample and a word for each of its lines."""
    samples = "".join(
        f'  <span style="color:{line.colour}">{line.sample}</span> {line.word}' for line in panel.lines if line.word
    )
    place = {"xref": "paper", "yref": "paper", "x": 0, "y": y, "xanchor": "left", "yanchor": "bottom"}
    return {
        "text": f"<b>{panel.title}</b> {samples}",
        "showarrow": False,
        "align": "left",
        "font": {"size": 12},
        **place,
    }
