"""One exercise of a lab, played with an answer of ours in it: what its visible and its hidden check print."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from rehearsal import Rehearsal, variant

from labs.hidden import ClassKey
from labs.lab import read_lab, sources
from labs.notebooks import instructor

KEYS = [ClassKey(f"a key of a class, number {number}") for number in range(3)]


@dataclass
class Played:
    """What became of one exercise."""

    check: str
    """What the visible check printed."""
    judge: str
    """What the hidden check printed."""


@cache
def lab_number(number):
    """A lab by its number."""
    return next(read_lab(path) for path in sources() if path.stem.startswith(f"{number:02}-"))


@cache
def names_of(lab, number=0) -> dict[str, Any]:
    """What a lab's given cells and reference answers bind, in one of the variants."""
    with variant(number):
        return Rehearsal({"cells": [cell for cell in cells_of(lab) if shown(cell)]}).names


def play(lab, exercise, answer=None, *, number=0, key=KEYS[0]):
    """One exercise, with the reference or another answer, in a notebook whose other answers are the reference's."""
    own = f"ex-{exercise.replace('.', '-')}-"
    rehearsal = Rehearsal({"cells": []})
    rehearsal.names = dict(names_before(lab, own, number))
    cells = cells_of(lab, key)
    first, last = (place(cells, f"{own}{role}") for role in ("answer", "judge"))
    hidden = [cell for cell in cells[:first] if cell["id"].startswith("hidden")]
    with variant(number):
        for cell in hidden + cells[first : last + 1]:
            if cell["cell_type"] == "code":
                given = cell["id"] == f"{own}answer" and answer is not None
                rehearsal.run({**cell, "source": answer} if given else cell)
    return Played(rehearsal.printed[f"{own}check"], rehearsal.printed[f"{own}judge"])


@cache
def names_before(lab, own, number):
    """What is bound when a learner comes to an exercise."""
    cells = cells_of(lab)
    with variant(number):
        return Rehearsal({"cells": [cell for cell in cells[: place(cells, f"{own}answer")] if shown(cell)]}).names


@cache
def cells_of(number, key=KEYS[0]):
    """The cells of the instructor's notebook of a lab."""
    return instructor(lab_number(number), key)["cells"]


def place(cells, name):
    return [cell["id"] for cell in cells].index(name)


def shown(cell):
    """Whether a cell is given, or holds an answer."""
    name = cell["id"]
    return name.endswith("-answer") or not name.startswith(("ex-", "hidden"))
