"""A lab's source, read: cells in order, each with the part it plays, and the exercises they make up.

A cell's part is in its id: `ex-1-2-answer` is where the answer to exercise 1.2 stands, `-check` and `-hint` talk to
the learner, `-collect` and `-judge` are for grading only, as are cells whose id begins with `hidden`.
Other cells are given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext

from ecslite.checks import seal

__all__ = ["LABS", "Cell", "Exercise", "Lab", "LabError", "read_lab", "sources"]

LABS = Path(__file__).parent
"""This folder."""

ROLES = ("answer", "check", "hint", "collect", "judge")
HIDDEN = ("collect", "judge", "hidden")
"""Parts that a learner never gets."""

_ID = re.compile(r"ex-(\d+)-(\d+)-(\w+)")
_BEGIN, _END, _RELEASED = "### BEGIN SOLUTION", "### END SOLUTION", "#: "


class LabError(Exception):
    """A source or a folder is not as it should be; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a source."""

    id: str
    kind: str
    """"code" or "markdown"."""
    source: str
    metadata: Mapping[str, Any]
    exercise: str | None = None
    role: str = "given"

    @property
    def solution(self) -> str:
        """The source with its solution, and without the marks around it."""
        return "\n".join(text for text, _, learner_only in _marked(self) if not learner_only)

    @property
    def released(self) -> str:
        """The source as a learner gets it: each solution replaced by the lines that begin with `#: ` inside it."""
        return "\n".join(text for text, solution_only, _ in _marked(self) if not solution_only)


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise: what it is called and what it is worth."""

    number: str
    title: str
    points: int


@dataclass(frozen=True, slots=True)
class Lab:
    """One lab."""

    name: str
    cells: tuple[Cell, ...]

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """In the order of their answer cells."""
        return tuple(
            Exercise(cell.exercise, cell.metadata.get("title", cell.exercise), int(cell.metadata.get("points", 1)))
            for cell in self.cells
            if cell.role == "answer" and cell.exercise
        )

    def cell(self, exercise: str, role: str) -> Cell:
        """The cell that plays a part in an exercise; LabError if there is none."""
        for cell in self.cells:
            if (cell.exercise, cell.role) == (exercise, role):
                return cell
        raise LabError(
            f"{self.name}: exercise {exercise} has no {role} cell: add one with {_id(exercise, role)!r} as its id"
        )

    @property
    def feedback(self) -> str:
        """The sealed feedback of all exercises."""
        return seal(
            {cell.exercise: dict(cell.metadata) for cell in self.cells if cell.role == "check" and cell.exercise}
        )


def sources(folder: Path = LABS / "source") -> list[Path]:
    """All sources, in order."""
    return sorted(folder.glob("*.md"))


def read_lab(path: Path) -> Lab:
    """The lab of a source; LabError if an exercise is incomplete or an id is used twice."""
    notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="md:myst")
    lab = Lab(path.stem, tuple(_cells(notebook.cells)))
    ids = [cell.id for cell in lab.cells]
    if twice := sorted({each for each in ids if ids.count(each) > 1}):
        raise LabError(f"{path}: the ids {', '.join(twice)} are used twice: give each cell its own")
    for exercise in lab.exercises:
        for role in ("check", "collect", "judge"):
            lab.cell(exercise.number, role)
    return lab


def _cells(cells: list[Any]) -> Iterator[Cell]:
    for number, cell in enumerate(cells, start=1):
        metadata = dict(cell.metadata)
        name = metadata.pop("id", f"{cell.cell_type}-{number:02}")
        found = _ID.fullmatch(name)
        if found and found[3] not in ROLES:
            raise LabError(f"the id {name!r} ends in {found[3]!r}: use one of {', '.join(ROLES)}")
        exercise, role = (
            (f"{found[1]}.{found[2]}", found[3])
            if found
            else (None, "hidden" if name.startswith("hidden") else "given")
        )
        yield Cell(name, cell.cell_type, cell.source, metadata, exercise, role)


def _id(exercise: str, role: str) -> str:
    return f"ex-{exercise.replace('.', '-')}-{role}"


def _marked(cell: Cell) -> Iterator[tuple[str, bool, bool]]:
    """Each line with two marks: only in the solution, only in the learner's cell."""
    inside = False
    for line in cell.source.splitlines():
        text = line.strip()
        if text in (_BEGIN, _END):
            inside = text == _BEGIN
        elif inside and text.startswith(_RELEASED):
            yield line.replace(_RELEASED, "", 1), False, True
        else:
            yield line, inside, False
