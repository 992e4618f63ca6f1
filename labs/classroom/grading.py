"""Grades a class, side by side."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from labs.classroom.attempts import Attempt, learners
from labs.classroom.files import handed_in
from labs.classroom.gradebook import table, write
from labs.classroom.journal import Journal
from labs.classroom.layouts import Paper, papers
from labs.classroom.progress import Step, Tell
from labs.classroom.reports import write_reports
from labs.classroom.results import Place, Result, Standing, Timed, graded_labs, place
from labs.classroom.roster import Roster
from labs.classroom.rules import Rules
from labs.classroom.suite import Work, grade_all
from labs.grade import Row, clean
from labs.hidden import PUBLIC, ClassKey
from labs.lab import Lab, LabError
from labs.runner import Limits
from labs.sandbox import sandbox

__all__ = ["grade"]

SELDOM = 5
"""Seconds between two times at which grades.csv is written, since a large one takes a while. The journal has all."""


def grade(
    labs: Sequence[Lab],
    tops: Path | Sequence[Path],
    out: Path,
    *,
    jobs: int,
    limits: Limits,
    roster: Roster | None = None,
    rules: Rules | None = None,
    key: ClassKey = PUBLIC,
    tell: Tell = print,
) -> list[Row]:
    """Grade all submissions of some folders and .zips, each to the lab that it belongs to, into the folder `out`.

    Ctrl-C ends what runs. What was graded by then is in grades.csv, and is not run again the next time.
    """
    roster, rules = roster or Roster(), rules or Rules()
    found = _papers([tops] if isinstance(tops, Path) else tops)
    everyone = tuple(learners(found, labs, roster, rules))
    standing = Standing(graded_labs(labs, everyone), everyone, roster, rules)
    _make(out)
    journal = Journal(out / "journal", limits, key.mark("journal", ""))
    done = _graded(standing, out, journal, jobs=jobs, limits=limits, key=key, tell=tell)
    results = standing.results(done)
    write_reports(out, standing, results, done)
    return _rows(results)


def _papers(tops: Sequence[Path]) -> list[Paper]:
    """What all folders and zips hold; LabError if one of them holds nothing."""
    every = []
    for number, top in enumerate(tops, start=1):
        name = top.stem if top.is_file() else top.resolve().name
        found = papers(handed_in(top), name)
        if not found:
            raise LabError(f"{top} holds no submission: put in NAME.ipynb or NAME/....ipynb, one for each learner")
        source = f"{number} {name}" if len(tops) > 1 else ""
        every += [replace(paper, source=source) for paper in found]
    return every


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(f"{out} cannot be the folder of the results ({error.strerror}): name another") from None


def _graded(
    standing: Standing, out: Path, journal: Journal, *, jobs: int, limits: Limits, key: ClassKey, tell: Tell
) -> dict[Place, Timed]:
    """Grade what the journal does not know. grades.csv is whole at any time, and has all that is done at the end."""
    attempts = standing.attempts
    done = {place(attempt): known for attempt in attempts if (known := journal.find(attempt)) is not None}
    left = [attempt for attempt in attempts if place(attempt) not in done]
    book, written = out / "grades.csv", 0.0

    def keep(attempt: Attempt, timed: Timed) -> None:
        nonlocal written
        done[place(attempt)] = timed
        if not timed.graded.failed:
            journal.keep(attempt, timed)
        if time.monotonic() > written + SELDOM:
            write(book, table(_rows(standing.results(done))))
            written = time.monotonic()
        tell(Step(len(done), len(attempts), f"{clean(attempt.submission.learner)} {_sum(timed)}"))

    try:
        if done:
            tell(Step(len(done), len(attempts), "graded before, and not changed"))
        grade_all(Work(left, limits, key, sandbox()), jobs, keep)
    finally:
        write(book, table(_rows(standing.results(done))))
    return done


def _rows(results: Iterable[Result]) -> list[Row]:
    return [row for result in results for row in result.graded.rows]


def _sum(timed: Timed) -> str:
    rows = timed.graded.rows
    return f"{sum(row.points for row in rows)} of {sum(row.max for row in rows)} points"
