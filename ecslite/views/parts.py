"""Figures of serverless parts: for each its counts, its rates and its latency, over one axis of minutes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

from ecslite.errors import NotInThisRun
from ecslite.sim.run import Run
from ecslite.views import uses
from ecslite.views.cards import cards
from ecslite.views.palette import BLUE, GREEN, MUTED, PURPLE, VERMILION
from ecslite.views.panels import Line, Panel, Spec, by_minute, stacked, steps
from ecslite.views.words import count, number

__all__ = ["alt", "figure", "panels", "table"]

LOOKS: dict[str, dict[str, Any]] = {
    "busy": {"colour": BLUE, "filled": True},
    "idle": {"colour": MUTED, "dash": "dot"},
    "start": {"colour": VERMILION, "dash": "dash"},
    "end": {"colour": PURPLE, "dash": "dashdot"},
    "wait": {"colour": PURPLE, "filled": True, "dash": "dash"},
}
"""The look of a count, by what it means on the board."""

RATES: tuple[dict[str, Any], ...] = (
    {"colour": GREEN, "filled": True},
    {"colour": BLUE, "dash": "dash"},
    {"colour": PURPLE, "dash": "dot"},
)
"""The looks of what went well, one after the other."""

FAILURES: tuple[dict[str, Any], ...] = ({"colour": VERMILION, "dash": "dash"}, {"colour": VERMILION, "dash": "dot"})

LATENCIES = ("Duration", "Latency", "SuccessfulRequestLatency", "FirstByteLatency", "TotalRequestLatency")
"""Metrics in milliseconds, of which the first that a part has is drawn."""


def figure(run: Run, names: Sequence[str] = ()) -> Spec:
    """The panels of the named parts, or of all, from top to bottom. NotInThisRun where there is none."""
    return stacked(panels(run, names), run.seconds / 60)


def alt(run: Run, names: Sequence[str] = ()) -> str:
    """What `figure` shows: for each line that was measured its highest value, with its minute."""
    said = [_said(panel, line) for panel in panels(run, names) for line in panel.lines]
    return (
        " ".join(sentence for sentence in said if sentence)
        or f"Nothing happened in {count(run.seconds / 60, 'minute')}."
    )


def table(run: Run, names: Sequence[str] = ()) -> dict[str, Any]:
    """What the figure draws, one row a minute: of each line its value at the minute's end, None where there is none."""
    lines = [(panel, line) for panel in panels(run, names) for line in panel.lines]
    columns = ["Minute", *(f"{line.name} ({panel.unit})" for panel, line in lines)]
    minutes = range(int(run.seconds // 60))
    rows = [list(row) for row in zip(minutes, *(_at_the_ends(line, minutes) for _, line in lines), strict=True)]
    return {"caption": "Minute by minute", "columns": columns, "rows": rows}


def _at_the_ends(line: Line, minutes: Sequence[int]) -> list[float | None]:
    """The last point of a line before each minute's end."""
    when, values = line.points
    before = [bisect_left(when, minute + 1) for minute in minutes]
    return [values[place - 1] if place else None for place in before]


def panels(run: Run, names: Sequence[str] = ()) -> list[Panel]:
    """The panels of the named parts, or of all; their own names are "PART counts", "PART rates" and "PART latency"; a
    table has "PART units", and a bucket "PART prefixes"."""
    found = [card for card in cards(run) if not names or card["name"] in names]
    missing = set(names) - {card["name"] for card in found}
    if missing or not found:
        have = ", ".join(card["name"] for card in cards(run)) or "none"
        raise NotInThisRun(f"{', '.join(sorted(missing)) or 'a serverless part'} is not in this run: it has {have}")
    return [panel for card in found for panel in _of(run, card)]


def _of(run: Run, card: dict[str, Any]) -> Iterator[Panel]:
    title, minutes = f"{card['word']} {card['name']}", run.seconds / 60
    if card["counts"]:
        lines = [
            Line(
                name=f"{card['name']} {one['label']}",
                points=steps(one["steps"], minutes),
                word=one["label"],
                shape="hv",
                **LOOKS[one["look"]],
            )
            for one in card["counts"]
        ]
        yield Panel(name=f"{card['name']} counts", title=title, unit=card["unit"], lines=lines, whole=True)
    if card["rates"]:
        yield Panel(name=f"{card['name']} rates", title=title, unit="per second", lines=list(_rates(card)))
    yield from uses.panels(run, card, title)
    yield from _latency(run, card, title)


def _rates(card: dict[str, Any]) -> Iterator[Line]:
    looks, failures = iter(RATES), iter(FAILURES)
    for one in card["rates"]:
        look = next(failures if one["bad"] else looks)
        word = one["label"].removesuffix("/s")
        points = by_minute(one["values"], 1, 2)
        yield Line(name=f"{card['name']} {word}", points=points, word=word, shape="hvh", **look)


def _latency(run: Run, card: dict[str, Any], title: str) -> Iterator[Panel]:
    mine = {metric.name: metric for metric in run.metric_list if metric.subject == card["name"]}
    metric = next((mine[name] for name in LATENCIES if name in mine and "p95" in mine[name].statistics), None)
    if metric is not None:
        points = by_minute(metric["p95"], 1, 0)
        line = Line(name=f"{card['name']} p95", points=points, colour=PURPLE, word="p95 latency", marks="diamond")
        yield Panel(name=f"{card['name']} latency", title=title, unit="ms", lines=[line])


def _said(panel: Panel, line: Line) -> str:
    """A line's highest value, and when; empty where it never was above zero, and for what is set, not measured."""
    known = [(value, x) for x, value in zip(*line.points, strict=True) if value is not None]
    if line.constant or not known or (highest := max(known, key=lambda pair: pair[0]))[0] <= 0:
        return ""
    return f"{panel.title}: {line.word} at most {number(highest[0])} {panel.unit}, in minute {int(highest[1])}."
