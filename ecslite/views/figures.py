"""Figures as Plotly specs: plain dicts, which plotly.js draws and `plotly.graph_objects.Figure` accepts.

`service` stacks four panels over one axis of minutes. Each panel's heading is the key to its lines, so that no
legend takes room on a narrow screen. The paper is transparent; the page gives words and grid its own colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

from ecslite.sim.run import Run
from ecslite.views import measures
from ecslite.views.palette import BLUE, GREEN, GRID, MUTED, PURPLE, VERMILION, rgba

__all__ = ["PANELS", "Spec", "ghost", "service"]

Spec = dict[str, Any]

PANELS = {"requests": "y", "cpu": "y2", "tasks": "y3", "latency": "y4"}
"""The panels of `service` from top to bottom, and the axis of each."""

HEIGHT = 500
GAP = 0.075
"""Share of the height between two panels, in which the lower one's heading stands."""


def service(
    run: Run, *, service: str | None = None, target: float | None = None, prediction: tuple[str, float] | None = None
) -> Spec:
    """A service's minute-by-minute story: requests, CPU with its target, tasks desired and running, p95 latency.

    `target` is the CPU per cent that target tracking aims at (the scaling policy's own where not given);
    `prediction` is a panel's name and the value a reader expected there, drawn as a dashed line.
    """
    seen = measures.service(run, service)
    target = seen.target if target is None else target
    in_seconds = max((value for value in seen.p95 if value is not None), default=0.0) >= 2
    data = [*_requests(seen), *_cpu(seen, target), *_tasks(seen), *_latency(seen, in_seconds)]
    spec: Spec = {"data": data, "layout": _layout(seen, target, in_seconds)}
    if prediction is not None:
        spec["data"].append(ghost(prediction, seen.minutes))
    return spec


def ghost(prediction: tuple[str, float], minutes: float) -> Spec:
    """The trace of a prediction: a dashed grey line across its panel."""
    panel, value = prediction
    points = [0.0, minutes], [value, value]
    return _trace("Your prediction", panel, points, "%{y}", {"line": _pen(MUTED, "dashdot")})


# The lines of each panel

Points = tuple[list[float], Sequence[float | None]]


def _trace(name: str, panel: str, points: Points, hover: str, look: Spec) -> Spec:
    x, y = points
    said = {"type": "scatter", "mode": "lines", "name": name, "x": x, "y": y, "hovertemplate": hover}
    return {**said, "yaxis": PANELS[panel], **look}


def _pen(colour: str, dash: str = "solid", shape: str = "linear", width: float = 2) -> Spec:
    return {"color": colour, "dash": dash, "shape": shape, "width": width}


def _filled(colour: str, shape: str) -> Spec:
    return {"line": _pen(colour, shape=shape), "fill": "tozeroy", "fillcolor": rgba(colour, 0.14)}


def _measured(points: Points, colour: str, symbol: str) -> Spec:
    """The look of a measured line; marks only where a minute without data might leave a single point between gaps."""
    mode = "lines+markers" if None in points[1] else "lines"
    return {"line": _pen(colour), "mode": mode, "marker": {"size": 4, "color": colour, "symbol": symbol}}


def _by_minute(values: measures.Values, factor: float = 1, digits: int = 1) -> Points:
    """The values, rounded, each in the middle of its minute."""
    rounded = [None if value is None else round(value * factor, digits) for value in values]
    return [index + 0.5 for index in range(len(values))], rounded


def _requests(seen: measures.Service) -> list[Spec]:
    rates = _by_minute(seen.requests, 1 / 60, 2)
    lines = [_trace("Requests", "requests", rates, "%{y} requests/s", _filled(GREEN, "hvh"))]
    if any(seen.errors):
        failed = _by_minute([value or None for value in seen.errors], 1 / 60, 2)
        cross = {"symbol": "x-thin", "size": 7, "line": {"width": 2, "color": VERMILION}}
        look = {"mode": "markers", "marker": cross, "line": _pen(VERMILION), "cliponaxis": False}
        lines.append(_trace("Failed (5XX)", "requests", failed, "%{y} failed/s", look))
    return lines


def _cpu(seen: measures.Service, target: float | None) -> list[Spec]:
    points = _by_minute(seen.cpu)
    lines = [_trace("CPU, average", "cpu", points, "%{y} %", _measured(points, BLUE, "circle"))]
    if target is not None:
        level = [0.0, seen.minutes], [target, target]
        lines.append(_trace("CPU target", "cpu", level, "%{y} %", {"line": _pen(VERMILION, "dash")}))
    return lines


def _tasks(seen: measures.Service) -> list[Spec]:
    running, desired = (_steps(steps, seen.minutes) for steps in (seen.running, seen.desired))
    return [
        _trace("Running", "tasks", running, "%{y} tasks", _filled(BLUE, "hv")),
        _trace("Desired", "tasks", desired, "%{y} tasks", {"line": _pen(VERMILION, "dash", "hv", 2.5)}),
    ]


def _steps(steps: measures.Steps, minutes: float) -> Points:
    x = [round(seconds / 60, 2) for seconds, _, _ in steps]
    y = [value for _, value, _ in steps]
    return [*x, minutes], [*y, y[-1]]


def _latency(seen: measures.Service, in_seconds: bool) -> list[Spec]:
    points, unit = (_by_minute(seen.p95, 1, 2), "s") if in_seconds else (_by_minute(seen.p95, 1000, 0), "ms")
    return [_trace("p95 latency", "latency", points, f"%{{y}} {unit}", _measured(points, PURPLE, "diamond"))]


# The layout


def _layout(seen: measures.Service, target: float | None, in_seconds: bool) -> Spec:
    keys = {
        "requests": (
            "Requests",
            [("┃", GREEN, "per second"), *([("×", VERMILION, "failed")] if any(seen.errors) else [])],
        ),
        "cpu": ("CPU", [("━", BLUE, "average"), *([("╍", VERMILION, f"target {target:g} %")] if target else [])]),
        "tasks": ("Tasks", [("━", BLUE, "running"), ("╍", VERMILION, "desired")]),
        "latency": ("Latency", [("━", PURPLE, "p95: 95 % of requests are faster")]),
    }
    units = {"requests": "requests/s", "cpu": "%", "tasks": "tasks", "latency": "s" if in_seconds else "ms"}
    room = (1 - GAP * len(PANELS)) / len(PANELS)
    layout: Spec = {
        "height": HEIGHT,
        "margin": {"l": 54, "r": 10, "t": 4, "b": 40},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": MUTED, "size": 12},
        "showlegend": False,
        "hovermode": "x unified",
        "hoversubplots": "axis",
        "dragmode": "zoom",
        "annotations": [],
        "xaxis": _axis({"text": "minutes from the start"}, range=[0, seen.minutes], anchor="y4"),
        "meta": {"panels": PANELS, "minutes": seen.minutes},
    }
    for place, (panel, axis) in enumerate(PANELS.items()):
        top = 1 - place * (room + GAP) - GAP
        name = axis.replace("y", "yaxis")
        layout[name] = _axis(
            {"text": units[panel], "standoff": 4}, domain=[top - room, top], rangemode="tozero", nticks=4
        )
        layout[name] |= {"fixedrange": True, "anchor": "x"}
        layout["annotations"].append(_heading(*keys[panel], y=top))
    layout["yaxis3"] |= {"tick0": 0, "dtick": _whole_step(seen)}
    return layout


def _whole_step(seen: measures.Service) -> int:
    """Tasks between two grid lines: there are no half tasks."""
    return max(1, ceil(max(value for _, value, _ in (*seen.running, *seen.desired)) / 4))


def _axis(title: Spec, **more: Any) -> Spec:
    plain = {"gridcolor": GRID, "zeroline": False, "linecolor": GRID, "automargin": False}
    return {"title": {**title, "font": {"size": 11}}, **plain, **more}


def _heading(name: str, keys: list[tuple[str, str, str]], y: float) -> Spec:
    """A panel's name, then a sample and a word for each of its lines."""
    samples = "".join(f'  <span style="color:{colour}">{mark}</span> {word}' for mark, colour, word in keys)
    place = {"xref": "paper", "yref": "paper", "x": 0, "y": y, "xanchor": "left", "yanchor": "bottom"}
    return {"text": f"<b>{name}</b> {samples}", "showarrow": False, "align": "left", "font": {"size": 12}, **place}
