"""Tables: the numbers behind a figure, the events and the bill, as caption, columns and rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from ecslite.sim.run import Run
from ecslite.views import measures
from ecslite.views.words import clock, number

__all__ = ["BillLine", "Table", "bill", "events", "minutes"]

Table = dict[str, Any]


class BillLine(Protocol):
    """What a line of a bill must say of itself."""

    @property
    def name(self) -> str: ...
    @property
    def quantity(self) -> float: ...
    @property
    def unit(self) -> str: ...
    @property
    def unit_price(self) -> float: ...
    @property
    def usd(self) -> float: ...
    @property
    def formula(self) -> str: ...


def minutes(run: Run, *, service: str | None = None) -> Table:
    """One row a minute: what the figure draws. Counts are those at its end; None where nothing was measured."""
    seen = measures.service(run, service)
    columns = [
        "Minute",
        "Requests/s",
        "CPU (%)",
        "Desired tasks",
        "Running tasks",
        "p95 latency (ms)",
        "Failed requests",
    ]
    rows = [_minute(seen, index) for index in range(int(seen.minutes))]
    return {"caption": f"Service {seen.name}, minute by minute", "columns": columns, "rows": rows}


def _minute(seen: measures.Service, index: int) -> list[float | None]:
    end = (index + 1) * 60
    return [
        index,
        _value(seen.requests, index, 1 / 60, 2),
        _value(seen.cpu, index, 1, 1),
        measures.at(seen.desired, end),
        measures.at(seen.running, end),
        _value(seen.p95, index, 1000, 0),
        _value(seen.errors, index, 1, 0),
    ]


def _value(values: measures.Values, index: int, factor: float, digits: int) -> float | None:
    value = values[index] if index < len(values) else None
    return None if value is None else round(value * factor, digits or None)


def events(run: Run, kind: str | None = None) -> Table:
    """The log, or the events of one kind."""
    rows = [[clock(event.seconds), event.kind, event.text] for event in run.events(kind)]
    return {"caption": "What happened", "columns": ["Time", "Kind", "Event"], "rows": rows}


def bill(lines: Iterable[BillLine], *, caption: str = "What this run costs") -> Table:
    """A bill's lines and their sum, in US dollars."""
    kept = list(lines)
    rows = [[line.name, f"{number(line.quantity)} {_plural(line)}", line.formula, _usd(line.usd)] for line in kept]
    rows.append(["Total", "", "", _usd(sum(line.usd for line in kept))])
    return {"caption": caption, "columns": ["Item", "Quantity", "How it is computed", "US dollars"], "rows": rows}


def _plural(line: BillLine) -> str:
    return line.unit if line.quantity == 1 or line.unit.endswith("s") else f"{line.unit}s"


def _usd(amount: float) -> str:
    return f"{amount:.4f}"
