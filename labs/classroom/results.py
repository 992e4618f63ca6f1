"""What a learner's work on a lab comes to: the attempt that counts, its rows, and what is taken off for being late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from labs.classroom.attempts import NOTHING, Attempt, Learner, attempts_at
from labs.classroom.roster import Roster
from labs.classroom.rules import IN_TIME, Lateness, Rules
from labs.grade import Graded, refused
from labs.lab import Lab, LabError

__all__ = ["Place", "Result", "Standing", "Timed", "graded_labs", "place", "shown", "title"]

MOST_ATTEMPTS = 10
"""The newest ones, of which the best can count: each has to be run."""

Place = tuple[str, str, str]
"""A learner, a lab, and where the file lay."""


@dataclass(frozen=True, slots=True)
class Timed:
    """What a submission came to, and the seconds that it took."""

    graded: Graded
    seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """One learner's work on one lab. Without an attempt there was nothing to grade."""

    learner: Learner
    lab: Lab
    graded: Graded
    attempt: Attempt | None = None
    attempts: int = 0
    lateness: Lateness = IN_TIME
    moment: datetime | None = None
    """When it was handed in; None where nobody can say."""

    @property
    def points(self) -> int:
        """Before anything is taken off."""
        return sum(row.points for row in self.graded.rows)

    @property
    def most(self) -> int:
        return sum(row.max for row in self.graded.rows)

    @property
    def final(self) -> Decimal:
        """What counts: the points less what is taken off, to two decimals."""
        return self.scaled(self.most)

    def scaled(self, most: Decimal | int) -> Decimal:
        """What counts, where a system gives `most` points for the lab."""
        kept = (100 - Decimal(str(self.lateness.percent))) / 100
        points = self.points * kept * most / self.most if self.most else Decimal(0)
        return points.quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Standing:
    """All that is to be graded, and what is known about who handed it in."""

    labs: tuple[Lab, ...]
    everyone: tuple[Learner, ...]
    roster: Roster
    rules: Rules

    @property
    def attempts(self) -> list[Attempt]:
        """Those that have to be graded to know the ones that count."""
        return [attempt for learner in self.everyone for lab in self.labs for attempt in self._wanted(learner, lab)]

    @property
    def absent(self) -> list[str]:
        """Those of the roster who handed in nothing."""
        return [learner.id for learner in self.everyone if not learner.handed_in]

    def results(self, done: Mapping[Place, Timed]) -> list[Result]:
        """What counts, by learner and lab, as far as it is graded."""
        there = [learner for learner in self.everyone if learner.handed_in]
        found = (self.result(learner, lab, done) for learner in there for lab in self.labs)
        return [result for result in found if result is not None]

    def result(self, learner: Learner, lab: Lab, done: Mapping[Place, Timed]) -> Result | None:
        """What counts of a learner's work on a lab; None if not all is graded that could count."""
        wanted = self._wanted(learner, lab)
        if not wanted:
            return Result(learner, lab, _nothing(learner, lab))
        if any(place(attempt) not in done for attempt in wanted):
            return None
        every = attempts_at(learner, lab)
        found = [self._attempt(learner, attempt, every, done[place(attempt)].graded) for attempt in wanted]
        return max(found, key=lambda result: result.final)

    def _wanted(self, learner: Learner, lab: Lab) -> list[Attempt]:
        found = attempts_at(learner, lab)
        if self.rules.attempt == "best":
            return found[-MOST_ATTEMPTS:]
        return found[:1] if self.rules.attempt == "first" else found[-1:]

    def _attempt(self, learner: Learner, attempt: Attempt, every: Sequence[Attempt], graded: Graded) -> Result:
        moment = attempt.handed_in
        person = self.roster.person(learner.id)
        if len(self.labs) == 1 and attempt is every[-1] and person is not None:
            # A system says when the newest attempt at one assignment came in: at this lab, if there is no other.
            moment = person.handed_in or moment
        lateness = self.rules.lateness(attempt.lab.name, learner.id, moment, attempt.marked_late)
        return Result(learner, attempt.lab, graded, attempt, len(every), lateness, moment)


def place(attempt: Attempt) -> Place:
    """What makes an attempt different from all others."""
    return attempt.submission.learner, attempt.lab.name, attempt.path


def graded_labs(labs: Sequence[Lab], everyone: Iterable[Learner]) -> tuple[Lab, ...]:
    """The labs of which at least one notebook was handed in; where none can be told, the only one there is."""
    there = {attempt.lab.name for learner in everyone for attempt in learner.attempts}
    found = tuple(lab for lab in labs if lab.name in there)
    if not found and len(labs) > 1:
        raise LabError("no notebook here belongs to a lab: name the one that is to be graded with --lab")
    return found or tuple(labs)


def _nothing(learner: Learner, lab: Lab) -> Graded:
    """A lab of which a learner handed in no notebook that could be read."""
    problem = learner.problems[0] if learner.problems else NOTHING
    if learner.attempts and problem == NOTHING:
        problem = "no notebook of this lab was handed in"
    return refused(lab, learner.id, problem)


def title(lab: Lab) -> str:
    """What a lab is called, by its first heading."""
    lines = (line for cell in lab.cells if cell.kind == "markdown" for line in cell.source.splitlines())
    return next((line.removeprefix("# ").strip() for line in lines if line.startswith("# ")), lab.name)


def shown(points: Decimal | int) -> str:
    """Points for people and for systems: 3, 2.5, 0."""
    text = f"{points:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
