"""A row of the table: what was measured, ours, theirs, the figure that counts, and the budget it is held against."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

__all__ = ["Budget", "Row", "missing", "table", "write"]


class Budget(NamedTuple):
    """A limit for a figure, such as ≥ 20 ×."""

    sign: str
    """≤ or ≥."""
    limit: float
    unit: str

    def __str__(self) -> str:
        return f"{self.sign} {with_unit(self.limit, self.unit)}"

    def met(self, figure: float) -> bool:
        return figure <= self.limit if self.sign == "≤" else figure >= self.limit


@dataclass(frozen=True)
class Row:
    """One measurement. `figure` is in the budget's unit; it is None where nothing could be measured, and `note` says
    why."""

    what: str
    ours: str
    theirs: str
    figure: float | None
    budget: Budget
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the budget is kept; None where nothing was measured."""
        return None if self.figure is None else self.budget.met(self.figure)

    def cells(self) -> list[str]:
        """The row as the table prints it."""
        figure = "–" if self.figure is None else with_unit(self.figure, self.budget.unit)
        verdict = {True: "met", False: "NOT MET", None: "not measured"}[self.met]
        return [self.what, self.ours or "–", self.theirs or "–", figure, str(self.budget), verdict]


def missing(what: str, budget: Budget, why: str) -> Row:
    """The row of a measurement that could not be made."""
    return Row(what, "", "", None, budget, why)


def with_unit(value: float, unit: str) -> str:
    """A number with its unit, with as many digits as mean something."""
    digits = f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
    return f"{digits}×" if unit == "×" else f"{digits} {unit}"


HEAD = ["what", "ours", "theirs", "figure", "budget", "verdict"]


def table(rows: Iterable[Row]) -> str:
    """All rows as aligned text, each with its note beneath."""
    rows = list(rows)
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEAD))]
    printed = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    ]
    body = [text + (f"\n    {row.note}" if row.note else "") for text, row in zip(printed[1:], rows, strict=True)]
    return "\n".join([printed[0], "-" * len(printed[0]), *body])


def write(measured: Mapping[str, Sequence[Row]], path: Path) -> None:
    """What was measured, by its name, with the day and the machine; all else in the file stays as it is."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    machine = {"python": platform.python_version(), "system": platform.platform(), "processors": os.cpu_count()}
    day = datetime.now(UTC).date().isoformat()
    kept |= {
        name: {"day": day, "machine": machine, "rows": [_plain(row) for row in rows]} for name, rows in measured.items()
    }
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _plain(row: Row) -> dict[str, object]:
    return {
        "what": row.what,
        "ours": row.ours,
        "theirs": row.theirs,
        "figure": row.figure,
        "unit": row.budget.unit,
        "budget": str(row.budget),
        "met": row.met,
        "note": row.note,
    }
