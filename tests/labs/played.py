"""A lab's notebook played in one namespace, with answers of ours in it: what its cells print, for one exercise."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from typing import Any

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


def play(lab, exercise, answer=None, *, learner="", key=KEYS[0]):
    """Run the given cells and one exercise, with the reference or with another answer's source."""
    names: dict[str, Any] = {}
    said = {}
    own = f"ex-{exercise.replace('.', '-')}-"
    for cell in instructor(lab, key)["cells"]:
        name, source = cell["id"], "".join(cell["source"])
        if cell["cell_type"] != "code" or (
            name.startswith("ex-") and not name.startswith(own) and name[-6:] != "answer"
        ):
            continue
        if name == f"{own}answer" and answer is not None:
            source = answer
        elif name == "learner":
            source = f"lab.learner = {learner!r}"
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(source, name, "exec"), names)
        said[name] = printed.getvalue()
    return Played(names, said[f"{own}check"], said[f"{own}judge"])
