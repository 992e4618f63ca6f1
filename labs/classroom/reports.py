"""All that is written about a class, beside grades.csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from labs.classroom import exports
from labs.classroom.gradebook import lines, totals, write
from labs.classroom.results import Place, Result, Standing, Timed
from labs.grade import clean

__all__ = ["write_reports"]


def write_reports(out: Path, standing: Standing, results: Sequence[Result], done: Mapping[Place, Timed]) -> None:
    """Write the files. All of them are the same bytes the next time, but for times.csv."""
    files = {
        "totals.csv": totals(results),
        "canvas.csv": exports.canvas(standing, results),
        "moodle.csv": exports.moodle(standing, results),
        "times.csv": _times(done),
    }
    files |= {f"moodle-worksheet-{lab}.csv": text for lab, text in exports.worksheets(standing, results)}
    for name, text in files.items():
        if text is None:
            (out / name).unlink(missing_ok=True)
        else:
            write(out / name, text)


def _times(done: Mapping[Place, Timed]) -> str:
    """The seconds that each submission took. They are never twice the same, so they stand apart."""
    rows = [[clean(learner), lab, clean(path), timed.seconds] for (learner, lab, path), timed in sorted(done.items())]
    return lines([["learner", "lab", "file", "seconds"], *rows])
