"""All that is written about a class, beside grades.csv."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from labs.classroom import exports
from labs.classroom.feedback import feedback
from labs.classroom.gradebook import answers, lines, totals, write
from labs.classroom.items import class_page, items, items_csv, wrong_csv
from labs.classroom.notices import notices
from labs.classroom.pages import file_names
from labs.classroom.results import Place, Result, Standing, Timed
from labs.classroom.returns import moodle_feedback
from labs.classroom.whys import why_csv, why_page
from labs.grade import clean
from labs.sandbox import sandbox

__all__ = ["write_reports"]


def write_reports(out: Path, standing: Standing, results: Sequence[Result], done: Mapping[Place, Timed]) -> None:
    """Write the files. All of them are the same bytes the next time, but for those that tell of time."""
    found = items(standing.labs, results)
    look_at = notices(standing, results, sandbox().protections)
    names = file_names(dict.fromkeys(result.learner.id for result in results))
    pages = {learner: feedback(_called(learner, standing), _of(learner, results)) for learner in names}
    files: dict[str, str | bytes | None] = {
        "answers.csv": answers(results),
        "canvas.csv": exports.canvas(standing, results),
        "class.html": class_page(standing.labs, found, results, names, look_at),
        "items.csv": items_csv(found),
        "moodle.csv": exports.moodle(standing, results),
        "times.csv": _times(done),
        "times-by-lab.csv": _times_by_lab(done),
        "totals.csv": totals(results),
        "why.csv": why_csv(standing.labs, results),
        "why.html": why_page(standing.labs, results),
        "wrong-answers.csv": wrong_csv(found),
    }
    files |= {path.name: None for form in ("worksheet-*.csv", "feedback-*.zip") for path in out.glob(f"moodle-{form}")}
    files |= dict(exports.worksheets(standing, results)) | dict(moodle_feedback(standing, results, pages))
    for name, content in files.items():
        if content is None:
            (out / name).unlink(missing_ok=True)
        else:
            write(out / name, content)
    _write_pages(out / "feedback", {names[learner]: text for learner, text in pages.items()})


def _called(learner: str, standing: Standing) -> str:
    """A learner's name, as far as the roster knows it, and id."""
    person = standing.roster.person(learner)
    return f"{person.name} ({learner})" if person and person.name not in ("", learner) else learner


def _of(learner: str, results: Sequence[Result]) -> list[Result]:
    return [result for result in results if result.learner.id == learner]


def _write_pages(folder: Path, pages: Mapping[str, str]) -> None:
    """A page a learner, and none of a learner who is no longer there."""
    folder.mkdir(exist_ok=True)
    for old in set(folder.glob("*.html")) - {folder / file for file in pages}:
        old.unlink()
    for file, text in pages.items():
        write(folder / file, text)


def _times(done: Mapping[Place, Timed]) -> str:
    """The seconds that each submission took. They are never twice the same, so they stand apart."""
    rows = [[clean(learner), lab, clean(path), timed.seconds] for (learner, lab, path), timed in sorted(done.items())]
    return lines([["learner", "lab", "file", "seconds"], *rows])


def _times_by_lab(done: Mapping[Place, Timed]) -> str:
    """The same for each lab: what a submission took in the middle and at the most."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for (_, lab, _), timed in sorted(done.items()):
        seconds[lab].append(timed.seconds)
    rows = [[lab, len(each), round(median(each), 2), max(each), round(sum(each), 1)] for lab, each in seconds.items()]
    return lines([["lab", "submissions", "median seconds", "most seconds", "all seconds"], *rows])
