"""All that is written about a class, beside grades.csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from labs.classroom import exports
from labs.classroom.feedback import feedback
from labs.classroom.gradebook import lines, totals, write
from labs.classroom.items import class_page, items, items_csv, wrong_csv
from labs.classroom.notices import notices
from labs.classroom.pages import file_names
from labs.classroom.results import Place, Result, Standing, Timed
from labs.classroom.whys import why_csv, why_page
from labs.grade import clean
from labs.sandbox import sandbox

__all__ = ["write_reports"]


def write_reports(out: Path, standing: Standing, results: Sequence[Result], done: Mapping[Place, Timed]) -> None:
    """Write the files. All of them are the same bytes the next time, but for times.csv."""
    found = items(standing.labs, results)
    look_at = notices(standing, results, sandbox().protections)
    pages = file_names(dict.fromkeys(result.learner.id for result in results))
    files = {
        "canvas.csv": exports.canvas(standing, results),
        "class.html": class_page(standing.labs, found, results, pages, look_at),
        "items.csv": items_csv(found),
        "moodle.csv": exports.moodle(standing, results),
        "times.csv": _times(done),
        "totals.csv": totals(results),
        "why.csv": why_csv(standing.labs, results),
        "why.html": why_page(standing.labs, results),
        "wrong-answers.csv": wrong_csv(found),
    }
    files |= {f"moodle-worksheet-{lab}.csv": text for lab, text in exports.worksheets(standing, results)}
    for name, text in files.items():
        if text is None:
            (out / name).unlink(missing_ok=True)
        else:
            write(out / name, text)
    _write_pages(out / "feedback", pages, results)


def _write_pages(folder: Path, pages: Mapping[str, str], results: Sequence[Result]) -> None:
    """A page a learner, and none of a learner who is no longer there."""
    folder.mkdir(exist_ok=True)
    for old in set(folder.glob("*.html")) - {folder / file for file in pages.values()}:
        old.unlink()
    for learner, file in pages.items():
        write(folder / file, feedback(clean(learner), [each for each in results if each.learner.id == learner]))


def _times(done: Mapping[Place, Timed]) -> str:
    """The seconds that each submission took. They are never twice the same, so they stand apart."""
    rows = [[clean(learner), lab, clean(path), timed.seconds] for (learner, lab, path), timed in sorted(done.items())]
    return lines([["learner", "lab", "file", "seconds"], *rows])
