"""What an explorer shows of a run: parts that a chapter puts together, each a Run in and plain dicts out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ecslite.billing.bill import bill
from ecslite.errors import NotInThisRun
from ecslite.sim.run import Run
from ecslite.views import alt, anatomy, board, costs, figures, loops, parts, tables, waterfall

__all__ = [
    "Views",
    "anatomy_view",
    "costs_views",
    "loops_views",
    "parts_views",
    "service_views",
    "together",
    "waterfall_view",
]

Views = Callable[[Run], Mapping[str, Any]]


def service_views(run: Run) -> dict[str, Any]:
    """A run with one service: figure, its words, board, events, table and bill."""
    return {
        "figure": figures.service(run),
        "alt": alt.service(run),
        "board": board.board(run),
        "events": board.events(run),
        "table": tables.minutes(run),
        "bill": tables.bill(bill(run).lines),
    }


def loops_views(run: Run) -> dict[str, Any]:
    """As `service_views`, with the figure of the two loops and their one bill."""
    return {**service_views(run), "figure": loops.figure(run), "alt": loops.alt(run)}


def costs_views(run: Run) -> dict[str, Any]:
    """As `service_views`, with the figure of what is paid for and what is used; the bill is that of a month."""
    month = bill(run).per_month()
    return {
        **service_views(run),
        "figure": costs.figure(run),
        "alt": costs.alt(run),
        "bill": tables.bill(month.lines, caption="A month of 730 hours, if it goes on like this"),
    }


def parts_views(*names: str) -> Views:
    """A run of serverless parts, all or those named: figure, its words, board, events, table and bill."""

    def shown(run: Run) -> dict[str, Any]:
        return {
            "figure": parts.figure(run, names),
            "alt": parts.alt(run, names),
            "board": board.board(run),
            "events": board.events(run),
            "table": parts.table(run, names),
            "bill": tables.bill(bill(run).lines),
        }

    return shown


def waterfall_view(run: Run) -> dict[str, Any]:
    """Where the minutes went until help came; in words where none came."""
    return {"waterfall": _or_words(waterfall.waterfall, run)}


def anatomy_view(run: Run) -> dict[str, Any]:
    """One task that stops, request by request; in words where no task stopped."""
    return {"anatomy": _or_words(anatomy.anatomy, run)}


def together(*views: Views) -> Views:
    """All of them as one; of two that show the same thing, the later."""

    def shown(run: Run) -> dict[str, Any]:
        return {name: view for part in views for name, view in part(run).items()}

    return shown


def _or_words(view: Callable[[Run], dict[str, Any]], run: Run) -> dict[str, Any]:
    try:
        return view(run)
    except NotInThisRun as error:
        said = str(error)
        return {"absent": f"{said[0].upper()}{said[1:]}."}
