"""The gradebook: grades.csv has a line an exercise a learner, totals.csv a line a lab a learner.

All files are written as a whole, and what stands in them is text that no spreadsheet takes for a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from labs.classroom.results import Result, shown
from labs.grade import Row, clean

__all__ = ["COLUMNS", "answers", "lines", "table", "totals", "write"]

COLUMNS = ("learner", "lab", "exercise", "points", "max", "message")

TOTALS = ("learner", "lab", "points", "max", "percent off", "counts", "attempts", "file", "handed in", "note")


def table(rows: Iterable[Row]) -> str:
    """grades.csv: the same rows, the same bytes."""
    return lines([COLUMNS, *([getattr(row, column) for column in COLUMNS] for row in rows)])


def totals(results: Iterable[Result]) -> str:
    """totals.csv: what was reached, what is taken off for being late, and what counts."""
    return lines([TOTALS, *map(_total, results)])


def answers(results: Iterable[Result]) -> str:
    """answers.csv: what each answer that could be read came to, as JSON, for whoever wants to look at it by hand."""
    rows = [
        [clean(result.learner.id), result.lab.name, exercise.number, clean(result.graded.values[exercise.number])]
        for result in results
        for exercise in result.lab.exercises
        if exercise.number in result.graded.values
    ]
    return lines([["learner", "lab", "exercise", "value"], *rows])


def _total(result: Result) -> list[Any]:
    attempt = result.attempt
    return [
        clean(result.learner.id),
        result.lab.name,
        result.points,
        result.most,
        f"{result.lateness.percent:g}",
        shown(result.final),
        result.attempts,
        clean(attempt.path) if attempt else "",
        result.moment.isoformat() if result.moment else "",
        clean(result.lateness.why),
    ]


def lines(rows: Iterable[Sequence[Any]], end: str = "\n") -> str:
    """Rows as CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator=end).writerows(rows)
    return out.getvalue()


def write(path: Path, content: str | bytes) -> None:
    """Replace a file as a whole, so that it is never seen half written. Text is written as UTF-8."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    part.replace(path)
