"""A lab's source, read: cells in order, each with the part it plays, and the exercises they make up.

A cell's part is in its id: `ex-1-2-answer` is where the answer to exercise 1.2 stands, `-check` and `-hint` talk to
the learner, `-why` is where the learner says why, `-collect` and `-judge` are for grading only, as are cells whose id
begins with `hidden`. `learner` is where the learner's id stands. Other cells are given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jupytext
from jupytext.myst import MystMetadataParsingError

from ecslite.checks import DECIMALS, canonical, seal
from labs.steps import letters, shuffled, shuffles

__all__ = ["KINDS", "LABS", "Cell", "Exercise", "Lab", "LabError", "ordered", "parse_lab", "read_lab", "sources"]

LABS = Path(__file__).parent
"""This folder."""

KINDS = ("code", "predict", "order", "fault", "design")
"""Kinds of exercises: write code, predict before it runs, put steps in order, find the fault, design under a limit."""

ROLES = ("answer", "check", "hint", "why", "collect", "judge")
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
    """One exercise: what it is called, what it is worth, what a learner does in it, and how many variants it has."""

    number: str
    title: str
    points: int
    kind: str = "code"
    variants: int = 1


@dataclass(frozen=True, slots=True)
class Lab:
    """One lab."""

    name: str
    cells: tuple[Cell, ...]

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """In the order of their answer cells."""
        return tuple(
            Exercise(
                cell.exercise,
                cell.metadata.get("title", cell.exercise),
                int(cell.metadata.get("points", 1)),
                cell.metadata.get("kind", "code"),
                len(self.fields(cell.exercise)),
            )
            for cell in self.cells
            if cell.role == "answer" and cell.exercise
        )

    def fields(self, exercise: str) -> list[Mapping[str, Any]]:
        """What the check of an exercise expects, for each of its variants: a mapping of fields by name."""
        told = self.cell(exercise, "check").metadata
        found: list[Mapping[str, Any]] = told.get("variants", [told.get("fields", {})])
        return found

    def cell(self, exercise: str, role: str) -> Cell:
        """The cell that plays a part in an exercise; LabError if there is none."""
        for cell in self.cells:
            if (cell.exercise, cell.role) == (exercise, role):
                return cell
        raise LabError(f"{self.name}: {_missing(exercise, role)}")

    @property
    def feedback(self) -> str:
        """The sealed feedback of all exercises."""
        return seal(
            {
                each.number: {
                    "title": each.title,
                    "points": each.points,
                    "hints": self.cell(each.number, "check").metadata.get("hints", ()),
                    "variants": self.fields(each.number),
                }
                for each in self.exercises
            }
        )


def sources(folder: Path = LABS / "source") -> list[Path]:
    """All sources, in order."""
    return sorted(folder.glob("*.md"))


def read_lab(path: Path) -> Lab:
    """The lab of a source; LabError with all that is wrong with it."""
    lab = parse_lab(path)
    if faults := [*_faults(lab)]:
        raise LabError("\n".join(f"{path}: {fault}" for fault in faults))
    return lab


def parse_lab(path: Path) -> Lab:
    """The lab of a source, whether it is whole or not. Its steps are shuffled: no notebook holds them in order."""
    try:
        notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="md:myst")
        lab = Lab(path.stem, tuple(_cells(notebook.cells)))
        return replace(lab, cells=tuple(_shuffled(cell) for cell in lab.cells))
    except (SyntaxError, ValueError, MystMetadataParsingError) as error:
        raise LabError(f"{path}: {error}") from None


def ordered(lab: Lab) -> dict[str, str]:
    """The right letters of each exercise whose steps are to be put in order."""
    return {
        exercise: letters(exercise, len(texts.elts))
        for cell in lab.cells
        if cell.kind == "code"
        for exercise, texts in shuffles(cell.source)
    }


def _shuffled(cell: Cell) -> Cell:
    return replace(cell, source=shuffled(cell.source)) if cell.kind == "code" else cell


def _faults(lab: Lab) -> Iterator[str]:
    """What is wrong with a lab's source, each with what to change."""
    ids = [cell.id for cell in lab.cells]
    if twice := sorted({each for each in ids if ids.count(each) > 1}):
        yield f"the ids {', '.join(twice)} are used twice: give each cell its own"
    answers = {cell.exercise: cell for cell in lab.cells if cell.role == "answer"}
    parts = {(cell.exercise, cell.role) for cell in lab.cells}
    for exercise, cell in answers.items():
        for role in ("check", "collect", "judge"):
            if (exercise, role) not in parts:
                yield _missing(str(exercise), role)
        if cell.metadata.get("kind", "code") not in KINDS:
            yield f"exercise {exercise} is of the kind {cell.metadata['kind']!r}: use one of {', '.join(KINDS)}"
        if (exercise, "check") in parts:
            yield from _field_faults(str(exercise), lab.fields(str(exercise)), ordered(lab).get(str(exercise)))


def _field_faults(exercise: str, variants: list[Mapping[str, Any]], letters: str | None) -> Iterator[str]:
    shapes = [{name: len(field.get("wrong") or ()) for name, field in fields.items()} for fields in variants]
    if any(shape != shapes[0] for shape in shapes):
        yield (
            f"the variants of exercise {exercise} have different fields or numbers of wrong answers ({shapes}):"
            " give each the same, so that they are equally hard"
        )
    for name, field in (each for fields in variants for each in fields.items()):
        places = field.get("decimals", DECIMALS)
        values = [canonical(value, places) for value, _ in field.get("wrong") or ()]
        if "right" in field and canonical(field["right"], places) in values:
            yield f"exercise {exercise}: {name} is right as {field['right']!r}, and that is named as a wrong answer too"
        if len(values) > len(set(values)):
            yield f"exercise {exercise}: {name} names a wrong answer twice, of {', '.join(values)}: keep one of them"
    rights = {canonical(fields["order"].get("right")) for fields in variants if "order" in fields}
    if letters and (wrong := sorted(rights - {letters})):
        yield f"exercise {exercise}: its steps are in order as {letters!r}, and its check says {wrong[0]!r}"


def _cells(cells: list[Any]) -> Iterator[Cell]:
    for number, cell in enumerate(cells, start=1):
        metadata = dict(cell.metadata)
        name = metadata.pop("id", f"{cell.cell_type}-{number:02}")
        found = _ID.fullmatch(name)
        if found and found[3] not in ROLES:
            raise LabError(f"the id {name!r} ends in {found[3]!r}: use one of {', '.join(ROLES)}")
        exercise = f"{found[1]}.{found[2]}" if found else None
        yield Cell(name, cell.cell_type, cell.source, metadata, exercise, found[3] if found else _role(name))


def _role(name: str) -> str:
    """The part of a cell that belongs to no exercise."""
    if name.startswith("hidden"):
        return "hidden"
    return name if name in ("feedback", "learner") else "given"


def _missing(exercise: str, role: str) -> str:
    name = f"ex-{exercise.replace('.', '-')}-{role}"
    return f"exercise {exercise} has no {role} cell: add one with {name!r} as its id"


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
