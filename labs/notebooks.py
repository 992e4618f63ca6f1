"""From a lab to its notebooks: the learner's, the instructor's, and the two that grading runs.

Grading runs two notebooks for a submission. The *collecting* one holds the given cells and the learner's answers, and
prints what the answers come to. The *judging* one is the instructor's, in a kernel that never saw a line of the
learner's: what was collected is put in as plain values, and its hidden checks are compared with stored outputs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from labs.hidden import PUBLIC, ClassKey
from labs.lab import HIDDEN, Cell, Lab

__all__ = ["collecting", "instructor", "judging", "released", "text"]

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}

IGNORE_OUTPUT = ["nbval-ignore-output"]
"""nbval runs such a cell and does not compare what it prints."""

FIRST = "import sys\nexit = quit = sys.exit"
"""IPython's own exit() ends the kernel a moment later, in somebody else's cell; this one stops its own cell."""

SEND = """
import json as _json
from ecslite.checks import plain as _plain
print("\\n{nonce}" + _json.dumps(_plain(collected), default=str))
"""
"""Ends a collecting cell. The parent reads plain JSON; no object of the learner's leaves the kernel."""

FORGET = 'globals().pop("hidden", None)'
"""Comes after a collecting cell, also where that one has failed."""


def released(lab: Lab) -> dict[str, Any]:
    """The learner's notebook: no solution, no hidden check, no output."""
    cells = [_cell(cell, _visible(lab, cell)) for cell in lab.cells if cell.role not in HIDDEN]
    return _notebook(lab, cells)


def instructor(lab: Lab, key: ClassKey = PUBLIC) -> dict[str, Any]:
    """The instructor's notebook: solutions and hidden checks, whose stored outputs plain `pytest --nbval` compares."""
    return _notebook(lab, [_instructor_cell(lab, cell, key) for cell in lab.cells])


def collecting(
    lab: Lab, answers: Mapping[str, str], nonce: str, *, learner: str = "", key: ClassKey = PUBLIC
) -> dict[str, Any]:
    """The notebook that runs a learner's answers (source by exercise) and prints what each comes to after `nonce`.

    `hidden` is there for the collecting cell of its exercise alone, and holds the mark of that exercise alone.
    """
    cells = [_cell(Cell("first", "code", FIRST, {}), FIRST)]
    for cell in lab.cells:
        if cell.kind != "code" or cell.role in ("check", "hint", "judge", "hidden"):
            continue
        if cell.role == "collect" and cell.exercise in answers:
            cells.append(_cell(cell, _with_draws(lab, cell, key) + SEND.format(nonce=nonce)))
            cells.append(_cell(Cell(f"{cell.id}-end", "code", FORGET, {}), FORGET))
        elif cell.role == "answer" and cell.exercise in answers:
            cells.append(_cell(cell, answers[cell.exercise]))
        elif cell.exercise is None:
            cells.append(_cell(cell, _for_learner(lab, cell, learner)))
    return _notebook(lab, cells)


def judging(lab: Lab, collected: Mapping[str, str], *, learner: str = "", key: ClassKey = PUBLIC) -> dict[str, Any]:
    """The instructor's notebook with what was collected (JSON by exercise) in place of its own answers' values."""
    cells = []
    for cell in lab.cells:
        if (
            cell.kind != "code"
            or cell.role in ("check", "hint")
            or (cell.role in ("collect", "judge") and cell.exercise not in collected)
        ):
            continue
        made = _instructor_cell(lab, cell, key)
        if cell.role == "collect":
            made["source"] = f"import json\ncollected = json.loads({collected[str(cell.exercise)]!r})"
        elif cell.role == "learner":
            made["source"] = _for_learner(lab, cell, learner)
        cells.append(made)
    return _notebook(lab, cells)


def text(notebook: Mapping[str, Any]) -> str:
    """A notebook as the bytes of its file: the same notebook, the same text."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _visible(lab: Lab, cell: Cell) -> str:
    """The cell as released; the feedback cell gets the sealed feedback as its last line."""
    return f'{cell.source}\nlab = Feedback("{lab.feedback}")' if cell.role == "feedback" else cell.released


def _for_learner(lab: Lab, cell: Cell, learner: str) -> str:
    """A cell that belongs to no exercise, with the learner's id put in as a literal."""
    return f"lab.learner = {learner!r}" if cell.role == "learner" else _visible(lab, cell)


def _with_draws(lab: Lab, cell: Cell, key: ClassKey) -> str:
    """A cell of the hidden checks, with `hidden` drawing anew for its exercise."""
    mark = key.mark(lab.name, str(cell.exercise))
    return f'from ecslite.hidden import Hidden\nhidden = Hidden("{mark}")\n{cell.source}'


def _instructor_cell(lab: Lab, cell: Cell, key: ClassKey) -> dict[str, Any]:
    if cell.role in ("collect", "judge"):
        source = _with_draws(lab, cell, key)
    else:
        source = _visible(lab, cell) if cell.role == "feedback" else cell.solution
    made = _cell(cell, source)
    if cell.role == "judge":
        line = {"name": "stdout", "output_type": "stream", "text": [f"{cell.exercise} right\n"]}
        made |= {"outputs": [line], "execution_count": 1}
    elif cell.kind == "code":
        made["metadata"] = {**made["metadata"], "tags": IGNORE_OUTPUT}
    return made


def _cell(cell: Cell, source: str) -> dict[str, Any]:
    made: dict[str, Any] = {"cell_type": cell.kind, "id": cell.id, "metadata": {}, "source": source.splitlines(True)}
    if cell.kind == "code":
        made |= {"execution_count": None, "outputs": []}
        if cell.role == "feedback" or cell.role in HIDDEN:
            made["metadata"] = {"jupyter": {"source_hidden": True}}
        elif cell.role == "check":
            made["metadata"] = {"deletable": False, "editable": False}
    if cell.role in ("answer", "hint", "why", "learner"):
        made["metadata"] = {"deletable": False}
    return made


def _notebook(lab: Lab, cells: list[dict[str, Any]]) -> dict[str, Any]:
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}, "ecslite": {"lab": lab.name}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
