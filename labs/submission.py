"""A learner's submission, read: the answers by exercise, or what is wrong with it in one sentence.

A notebook is a stranger's file. Nothing of it is believed but the source of its answer cells; its outputs, its other
cells and its check cells are never looked at.
"""

from __future__ import annotations

import ast
import json
import os
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labs.lab import Lab, LabError

__all__ = ["Submission", "read_submission", "submissions"]

LARGEST_BYTES = 20 * 1024**2
LONGEST_ANSWER = 50_000
"""Characters of one answer cell."""

_IPYTHON = re.compile(r"\s*(%|!|\?|[\w.]+\?\??\s*$)")
"""A line that IPython would read and Python would not: a magic, a shell command, a question mark."""


@dataclass(frozen=True, slots=True)
class Submission:
    """The answers of one learner that can be run, and for each other exercise the reason why it cannot."""

    learner: str
    answers: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


def submissions(folder: Path) -> Iterator[tuple[str, list[Path]]]:
    """Each learner's name with their notebooks: NAME.ipynb, or all .ipynb in the folder NAME. LabError without any."""
    if not folder.is_dir():
        raise LabError(f"{folder} is not a folder: name the folder that holds NAME.ipynb or NAME/....ipynb")
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir(), key=os.fsencode):
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            inside = (each for each in path.rglob("*.ipynb") if ".ipynb_checkpoints" not in each.parts)
            found.setdefault(_name(path.name), []).extend(sorted(inside, key=os.fsencode))
        elif path.suffix == ".ipynb":
            found.setdefault(_name(path.stem), []).append(path)
    if not found:
        raise LabError(f"{folder} holds no submission: put in NAME.ipynb or NAME/....ipynb, one for each learner")
    yield from sorted(found.items())


def read_submission(learner: str, paths: list[Path], lab: Lab) -> Submission:
    """What a learner handed in for a lab. Of several notebooks the first counts that holds answers to it."""
    problem = "no notebook (.ipynb) was handed in"
    for path in paths:
        try:
            return _read(learner, path, lab)
        except LabError as error:
            problem = str(error)
    return Submission(learner, refused={exercise.number: problem for exercise in lab.exercises})


def _name(name: str) -> str:
    """A file's name as text, also where it is not UTF-8."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _read(learner: str, path: Path, lab: Lab) -> Submission:
    sources = _sources(_notebook(path), lab)
    answers, refused = {}, {}
    for exercise in lab.exercises:
        found = sources.get(lab.cell(exercise.number, "answer").id, [])
        try:
            answers[exercise.number] = _answer(found)
        except LabError as error:
            refused[exercise.number] = str(error)
    return Submission(learner, answers, refused)


def _notebook(path: Path) -> dict[str, Any]:
    """The file as JSON; LabError with a sentence for whatever it is instead."""
    if path.is_symlink() or not path.is_file():
        raise LabError("the notebook is a link or no ordinary file, and was not followed: hand in the file itself")
    try:
        if (size := path.stat().st_size) > LARGEST_BYTES:
            raise LabError(f"the file has {size:,} bytes, and {LARGEST_BYTES:,} are allowed: clear all outputs")
        notebook = json.loads(path.read_bytes().decode("utf-8"))
    except UnicodeDecodeError:
        raise LabError("the file is not UTF-8 text: download the notebook again and hand it in unchanged") from None
    except (ValueError, RecursionError):
        raise LabError("the file is not JSON: download the notebook again (.ipynb) and hand it in unchanged") from None
    except OSError as error:
        raise LabError(f"the file cannot be read ({error.strerror}): hand it in again") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list) or notebook.get("nbformat") != 4:
        seen = notebook.get("nbformat") if isinstance(notebook, dict) else None
        raise LabError(f"the file is not a notebook of format 4 (nbformat is {str(seen)[:20]!r}): save it in Jupyter")
    return notebook


def _sources(notebook: Mapping[str, Any], lab: Lab) -> dict[str, list[str]]:
    """The sources of the code cells by id; LabError if this is the notebook of another lab."""
    found: dict[str, list[str]] = {}
    for cell in notebook["cells"]:
        if isinstance(cell, dict) and cell.get("cell_type") == "code" and isinstance(cell.get("id"), str):
            found.setdefault(cell["id"], []).append(_source(cell.get("source")))
    metadata = notebook.get("metadata")
    own = metadata.get("ecslite") if isinstance(metadata, dict) else None
    name = own.get("lab") if isinstance(own, dict) else None
    if name is not None and name != lab.name:
        raise LabError(f"this is the notebook of lab {str(name)[:60]!r}, and {lab.name!r} is being graded")
    if name is None and not any(lab.cell(exercise.number, "answer").id in found for exercise in lab.exercises):
        raise LabError(f"the notebook has no cell of lab {lab.name!r}: start from the released notebook")
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
        raise LabError(_not_python(source, error)) from None
    except (ValueError, RecursionError, MemoryError):
        raise LabError("the answer cannot be read as Python: it holds null characters or is nested too deep") from None
    return source


def _not_python(source: str, error: SyntaxError) -> str:
    for number, line in enumerate(source.splitlines(), start=1):
        if _IPYTHON.match(line):
            return f"line {number} is {line.strip()[:40]!r}, which only IPython reads: use plain Python in an answer"
    return f"line {error.lineno} of the answer is not Python ({error.msg}): run the cell and mend it"
