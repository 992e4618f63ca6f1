"""Panels of use against what is allowed: a table's units consumed and provisioned, and a bucket's fullest prefix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ecslite.sim.run import Run
from ecslite.views.palette import BLUE, GREEN, VERMILION
from ecslite.views.panels import Line, Panel, by_minute, steps

__all__ = ["panels"]

UNITS = (
    ("Read", {"colour": GREEN, "filled": True}, {"colour": GREEN, "dash": "dash"}),
    ("Write", {"colour": BLUE, "marks": "circle"}, {"colour": BLUE, "dash": "dot"}),
)
"""Of each direction the look of what is consumed, and of what is provisioned."""


def panels(run: Run, card: dict[str, Any], title: str) -> Iterator[Panel]:
    """The panel of a table or a bucket that was used; "NAME units" or "NAME prefixes"."""
    if card["kind"] == "table":
        lines = [line for kind, *looks in UNITS for line in _units(run, card["name"], kind, *looks)]
        if lines:
            yield Panel(name=f"{card['name']} units", title=title, unit="units/s", lines=lines)
    if card["kind"] == "bucket" and card["cells"]:
        yield _prefixes(run, card, title)


def _units(run: Run, table: str, kind: str, consumed: dict[str, Any], provisioned: dict[str, Any]) -> Iterator[Line]:
    """Units of one direction, where there were any: consumed in each minute, and provisioned where the mode has it."""
    used = by_minute(_averages(run, f"Consumed{kind}CapacityUnits", table), 1, 2)
    if not any(used[1]):
        return
    word = f"{kind.lower()}s consumed"
    shape = "linear" if "marks" in consumed else "hvh"
    yield Line(name=f"{table} {word}", points=used, word=word, shape=shape, **consumed)
    given = run.level(f"Provisioned{kind}CapacityUnits", table).steps
    if any(units for _, units, _ in given):
        word = f"{kind.lower()}s provisioned"
        points = steps(given, run.seconds / 60)
        yield Line(name=f"{table} {word}", points=points, word=word, shape="hv", **provisioned)


def _prefixes(run: Run, card: dict[str, Any], title: str) -> Panel:
    """The fullest prefix in each minute, per cent of what it takes by then."""
    minutes = int(run.seconds // 60)
    loads = [max(_at(cell["steps"], 60.0 * (minute + 1)) for cell in card["cells"]) for minute in range(minutes)]
    name = card["name"]
    lines = [
        Line(name=f"{name} fullest prefix", points=by_minute(loads), colour=BLUE, word="fullest prefix", shape="hvh"),
        Line(
            name=f"{name} limit",
            points=([0.0, run.seconds / 60], [100.0, 100.0]),
            colour=VERMILION,
            word="what it takes",
            dash="dash",
            constant=True,
        ),
    ]
    return Panel(name=f"{name} prefixes", title=title, unit="%", lines=lines)


def _averages(run: Run, name: str, subject: str) -> list[float | None]:
    return [
        value
        for metric in run.metric_list
        if (metric.name, metric.subject) == (name, subject)
        for value in metric["Average"]
    ]


def _at(held: list[list[Any]], moment: float) -> float:
    """The value of a level that was noted at a moment or before it."""
    return next((float(value) for seconds, value, _ in reversed(held) if seconds <= moment), 0.0)
