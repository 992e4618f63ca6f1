"""From papers to attempts: each learner's notebooks, read once, by the lab that they belong to.

All of them are read before the first one runs, so that no submission can change another's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256

from labs.classroom.files import File, inside
from labs.classroom.layouts import Paper
from labs.classroom.roster import Roster
from labs.classroom.rules import Rules
from labs.lab import Lab, LabError
from labs.submission import Submission, lab_of, read_notebook, read_submission

__all__ = ["NOTHING", "Attempt", "Learner", "attempts_at", "learners"]

NOTHING = "no notebook (.ipynb) was handed in"

MOST_NOTEBOOKS = 500
MOST_BYTES = 400 * 1024**2
"""Of one learner, so that nobody keeps the grader busy with a folder or a zip full of notebooks."""

TOO_MUCH = (
    f"more than {MOST_NOTEBOOKS} notebooks or {MOST_BYTES // 1024**2} MiB were handed in, and the rest was not"
    " looked at: hand in one notebook a lab"
)

LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One notebook of one learner."""

    lab: Lab
    submission: Submission
    digest: str
    """Of the file's content."""
    path: str
    handed_in: datetime | None = None
    """By the file's own time, where the rules believe it."""
    marked_late: bool = False
    order: tuple[datetime, int, str] = (LONG_AGO, 0, "")
    answered: bool = True
    """Whether an answer cell holds anything else than when it was released."""
    participant: str = ""
    """Moodle's number of the learner, which is another one in each assignment."""


@dataclass(frozen=True, slots=True)
class Learner:
    """One learner: the id for the gradebook, the attempts in order, and what was wrong with other files."""

    id: str
    attempts: tuple[Attempt, ...] = ()
    problems: tuple[str, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    """How systems know the learner, as far as the places of the papers say it."""
    handed_in: bool = True
    """False: somebody of the roster of whom there is nothing."""


def learners(papers: Iterable[Paper], labs: Sequence[Lab], roster: Roster, rules: Rules) -> list[Learner]:
    """All learners by id, also those of the roster who handed in nothing. Two of one name get their numbers added."""
    papers = list(papers)
    shared = _shared_names(papers)
    owned: dict[tuple[str, str], list[Paper]] = defaultdict(list)
    for paper in papers:
        known = roster.find(paper)
        number = _number(paper) if paper.learner in shared else ""
        owned[(known, "") if known else (paper.learner, number)].append(paper)
    found = [
        _learner(f"{name} ({number})" if number else name, theirs, labs, rules)
        for (name, number), theirs in owned.items()
    ]
    there = {learner.id for learner in found}
    found += [Learner(person.id, handed_in=False) for person in roster.people if person.id not in there]
    return sorted(found, key=lambda learner: learner.id)


def attempts_at(learner: Learner, lab: Lab) -> list[Attempt]:
    """A learner's attempts at a lab, the earliest first. A copy without any answer counts only if there is no other."""
    found = [attempt for attempt in learner.attempts if attempt.lab is lab]
    return [attempt for attempt in found if attempt.answered] or found[-1:]


def _shared_names(papers: Iterable[Paper]) -> set[str]:
    """Names that have several numbers in one source, and so are several learners'."""
    numbers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for paper in papers:
        numbers[(paper.source, paper.learner)].add(_number(paper))
    return {name for (_, name), found in numbers.items() if len(found - {""}) > 1}


def _number(paper: Paper) -> str:
    return next((value for kind, value in paper.ids.items() if kind != "login"), "")


def _learner(name: str, papers: list[Paper], labs: Sequence[Lab], rules: Rules) -> Learner:
    attempts, problems = [], []
    many = size = 0
    for paper in papers:
        for file, problem in _unpacked(paper):
            try:
                if problem or file is None:
                    raise LabError(problem)
                if many >= MOST_NOTEBOOKS or size >= MOST_BYTES:
                    raise LabError(TOO_MUCH)
                content = file.read()
                many, size = many + 1, size + len(content)
                attempts.append(_attempt(name, paper, file, content, labs=labs, rules=rules))
            except LabError as error:
                problems.append(str(error))
    attempts.sort(key=lambda attempt: attempt.order)
    ids = {kind: value for paper in papers for kind, value in paper.ids.items()}
    return Learner(name, tuple(attempts), tuple(sorted(dict.fromkeys(problems), key=NOTHING.__eq__)), ids)


def _unpacked(paper: Paper) -> Iterator[tuple[File | None, str]]:
    """The notebooks of a paper, or why there is none."""
    if paper.file is None:
        yield None, NOTHING
        return
    if paper.file.suffix != ".zip":
        yield paper.file, ""
        return
    try:
        notebooks = [file for file in inside(paper.file) if file.suffix == ".ipynb" and file.kind != "folder"]
    except LabError as error:
        yield None, str(error)
        return
    if not notebooks:
        yield None, "the zip that was handed in holds no notebook (.ipynb): hand in the notebook itself"
    for file in notebooks:
        yield replace(file, parts=(*paper.file.parts, *file.parts)), ""


def _attempt(name: str, paper: Paper, file: File, content: bytes, *, labs: Sequence[Lab], rules: Rules) -> Attempt:
    notebook = read_notebook(content)
    lab = lab_of(notebook, labs)
    submission = read_submission(name, notebook, lab)
    digest = sha256(content).hexdigest()
    path = f"{paper.source}/{file.path}" if paper.source else file.path
    return Attempt(
        lab,
        submission,
        digest,
        path,
        handed_in=file.modified if rules.file_times else None,
        marked_late=paper.late,
        order=(file.modified or LONG_AGO, paper.attempt, path),
        answered=_answered(lab, submission),
        participant=paper.ids.get("moodle", ""),
    )


def _answered(lab: Lab, submission: Submission) -> bool:
    released = {each.number: lab.cell(each.number, "answer").released for each in lab.exercises}
    return released != submission.answers
