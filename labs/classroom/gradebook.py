"""The gradebook: a line an exercise a learner."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from labs.grade import Row

__all__ = ["COLUMNS", "table", "write"]

COLUMNS = ("learner", "lab", "exercise", "points", "max", "message")


def table(rows: Iterable[Row]) -> str:
    """The gradebook as CSV: the same rows, the same bytes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(row, column) for column in COLUMNS] for row in rows)
    return out.getvalue()


def write(path: Path, content: str) -> None:
    """Replace a file as a whole, so that it is never seen half written."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(content, encoding="utf-8", newline="")
    part.replace(path)
