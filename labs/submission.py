"""A learner's submission, read: the answers by exercise, or what is wrong with it in one sentence.

A notebook is a stranger's file. Nothing of it is believed but the source of its answer cells; its outputs, its other
cells and its check cells are never looked at.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labs.lab import Lab, LabError

__all__ = ["LARGEST_BYTES", "Submission", "lab_of", "read_notebook", "read_submission"]

LARGEST_BYTES = 20 * 1024**2
"""Of one notebook."""

LONGEST_ANSWER = 50_000
"""Characters of one answer cell."""

LONGEST_ID = 100
LONGEST_WHY = 5_000

NO_ID = 'the learner cell is not of the form lab.learner = "your id", so your variant is not known: write it like that'

_IPYTHON = re.compile(r"\s*(%|!|\?|[\w.]+\?\??\s*$)")
"""A line that IPython would read and Python would not: a magic, a shell command, a question mark."""


@dataclass(frozen=True, slots=True)
class Submission:
    """The answers of one learner that can be run, and for each other exercise the reason why it cannot."""

    learner: str
    answers: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    id: str = ""
    """What the learner cell says, which decides the variants; not to be confused with the name that handed it in."""
    why: Mapping[str, str] = field(default_factory=dict)
    """What was written into the why cells, by exercise: for the teacher to read, never scored."""


def read_notebook(content: bytes) -> dict[str, Any]:
    """A file as a notebook's JSON; LabError with a sentence for whatever it is instead."""
    try:
        notebook = json.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise LabError("the file is not UTF-8 text: download the notebook again and hand it in unchanged") from None
    except (ValueError, RecursionError):
        raise LabError("the file is not JSON: download the notebook again (.ipynb) and hand it in unchanged") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list) or notebook.get("nbformat") != 4:
        seen = notebook.get("nbformat") if isinstance(notebook, dict) else None
        raise LabError(f"the file is not a notebook of format 4 (nbformat is {str(seen)[:20]!r}): save it in Jupyter")
    return notebook


def lab_of(notebook: Mapping[str, Any], labs: Sequence[Lab]) -> Lab:
    """The lab whose notebook this is, by its metadata or else by its answer cells; LabError if it is none of them."""
    metadata = notebook.get("metadata")
    own = metadata.get("ecslite") if isinstance(metadata, dict) else None
    name = own.get("lab") if isinstance(own, dict) else None
    ids = {cell["id"] for cell in notebook["cells"] if isinstance(cell, dict) and isinstance(cell.get("id"), str)}
    for lab in labs:
        if name == lab.name or (name is None and ids & {lab.cell(each.number, "answer").id for each in lab.exercises}):
            return lab
    graded = f"{labs[0].name!r} is being graded" if len(labs) == 1 else f"the {len(labs)} labs here are others"
    if name is None:
        raise LabError(f"the notebook has no cell of a lab that is graded ({graded}): start from the released notebook")
    raise LabError(f"this is the notebook of lab {str(name)[:60]!r}, and {graded}")


def read_submission(learner: str, notebook: Mapping[str, Any], lab: Lab) -> Submission:
    """What a learner handed in for a lab."""
    sources = _sources(notebook)
    identity = _learner_id(sources.get("learner", []))
    answers, refused = {}, {}
    for exercise in lab.exercises:
        found = sources.get(lab.cell(exercise.number, "answer").id, [])
        try:
            if identity is None and exercise.variants > 1:
                raise LabError(NO_ID)
            answers[exercise.number] = _answer(found)
        except LabError as error:
            refused[exercise.number] = str(error)
    return Submission(learner, answers, refused, identity or "", _why(notebook, lab))


def _learner_id(found: list[str]) -> str | None:
    """The id in the learner cell, "" if none was written down; None if it is anything but `lab.learner = "id"`."""
    try:
        lines = [line for source in found for line in ast.parse(source[:LONGEST_ANSWER]).body]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    match lines:
        case []:
            return ""
        case [ast.Assign([ast.Attribute(ast.Name("lab"), "learner")], ast.Constant(str(name)))]:
            return name if len(name) <= LONGEST_ID and name.isprintable() else None
        case [ast.Assign([ast.Attribute(ast.Name("lab"), "learner")], ast.Constant(int(number)))]:
            return str(number) if abs(number) < 10**LONGEST_ID else None
    return None


def _why(notebook: Mapping[str, Any], lab: Lab) -> dict[str, str]:
    """What stands in the why cells, by exercise, where it is not what the released notebook says there."""
    asked = {cell.id: cell for cell in lab.cells if cell.role == "why"}
    found = {}
    for cell in notebook["cells"]:
        own = asked.get(cell["id"]) if isinstance(cell, dict) and isinstance(cell.get("id"), str) else None
        text = _source(cell.get("source")).strip()[:LONGEST_WHY] if own else ""
        if own and own.exercise and text not in ("", own.source.strip()):
            found[own.exercise] = text.encode("utf-8", "replace").decode()
    return found


def _sources(notebook: Mapping[str, Any]) -> dict[str, list[str]]:
    """The sources of the code cells by id."""
    found: dict[str, list[str]] = {}
    for cell in notebook["cells"]:
        if isinstance(cell, dict) and cell.get("cell_type") == "code" and isinstance(cell.get("id"), str):
            found.setdefault(cell["id"], []).append(_source(cell.get("source")))
    return found


def _source(source: Any) -> str:
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _answer(found: list[str]) -> str:
    """The one answer among the cells of an id; LabError if there is none, several, or it is no plain Python."""
    if len(found) != 1:
        what = f"{len(found)} cells have the answer's id" if found else "the answer cell is missing"
        raise LabError(f"{what}: copy your answer into a fresh copy of the released notebook")
    source = found[0]
    if len(source) > LONGEST_ANSWER:
        raise LabError(f"the answer has {len(source):,} characters, and {LONGEST_ANSWER:,} are allowed: shorten it")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except SyntaxError as error:
        if "\0" not in source:
            raise LabError(_not_python(source, error)) from None
        raise LabError("the answer cannot be read as Python: it holds null characters") from None
    except (ValueError, RecursionError, MemoryError):
        raise LabError("the answer cannot be read as Python: it holds null characters or is nested too deep") from None
    return source


def _not_python(source: str, error: SyntaxError) -> str:
    for number, line in enumerate(source.splitlines(), start=1):
        if _IPYTHON.match(line):
            return f"line {number} is {line.strip()[:40]!r}, which only IPython reads: use plain Python in an answer"
    return f"line {error.lineno} of the answer is not Python ({error.msg}): run the cell and mend it"
