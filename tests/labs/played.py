"""One exercise of a lab, played with an answer of ours in it: what its visible and its hidden check print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rehearsal import Rehearsal, variant

from labs.hidden import ClassKey
from labs.lab import read_lab, sources
from labs.notebooks import instructor

KEYS = [ClassKey(f"a key of a class, number {number}") for number in range(3)]


@dataclass
class Played:
    """What became of one exercise."""

    names: dict[str, Any]
    """What the notebook has bound."""
    check: str
    """What the visible check printed."""
    judge: str
    """What the hidden check printed."""


def lab_number(number):
    """A lab by its number."""
    return next(read_lab(path) for path in sources() if path.stem.startswith(f"{number:02}-"))


def play(lab, exercise, answer=None, *, number=0, key=KEYS[0]):
    """Run the given cells, all reference answers, and the checks of one exercise: its own answer may be another."""
    own = f"ex-{exercise.replace('.', '-')}-"
    cells = []
    for cell in instructor(lab, key)["cells"]:
        if cell["id"].startswith("ex-") and not cell["id"].startswith(own) and not cell["id"].endswith("-answer"):
            continue
        if cell["id"] == f"{own}answer" and answer is not None:
            cells.append({**cell, "source": answer})
        else:
            cells.append(cell)
    with variant(number):
        rehearsal = Rehearsal({"cells": cells})
    said = rehearsal.printed
    return Played(rehearsal.names, said[f"{own}check"], said[f"{own}judge"])
