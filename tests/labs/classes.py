"""Results of a class without a kernel: rows as if they had been graded."""

from __future__ import annotations

from datetime import UTC, datetime

import papers

from labs.classroom.attempts import Attempt, Learner
from labs.classroom.results import Result, Standing, Timed
from labs.classroom.roster import Roster
from labs.classroom.rules import IN_TIME, Rules
from labs.grade import NOT_ANSWERED, Graded, Row
from labs.submission import Submission

LAB = papers.COUNTING


def graded(learner="ann", half="right", leg="right", lab=LAB):
    """Rows with these messages."""
    rows = [
        Row(learner, lab.name, each.number, each.points if message == "right" else 0, each.points, message)
        for each, message in zip(lab.exercises, (half, leg), strict=True)
    ]
    return Graded(tuple(rows))


def attempt(learner="ann", path="", *, day=1, lab=LAB, why=None, digest="", known=False):
    """An attempt of a day in October."""
    moment = datetime(2026, 10, day, 12, tzinfo=UTC)
    submission = Submission(learner, {"1.1": "half = 10"}, why=why or {})
    path, digest = path or f"{learner}.ipynb", digest or f"{learner}{day}"
    return Attempt(lab, submission, digest, path, moment if known else None, order=(moment, 0, path))


def result(learner="ann", half="right", leg="right", *, late=IN_TIME, why=None, ids=None, path="", lab=LAB):
    """A result that counts."""
    tried = attempt(learner, path, why=why, lab=lab)
    return Result(Learner(learner, (tried,), ids=ids or {}), lab, graded(learner, half, leg, lab), tried, 1, late)


def standing(*results, roster=None, rules=None, labs=(LAB,)):
    """What these results belong to."""
    return Standing(labs, tuple(each.learner for each in results), roster or Roster(), rules or Rules())


def timed(given, seconds=1.5):
    return Timed(given, seconds)


EMPTY = NOT_ANSWERED
