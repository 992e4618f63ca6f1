"""What was graded before, so that grading again does not run it again.

An entry is found by all that its result depends on: the submission's bytes, the lab's source, the class key, the
limits, and the code and versions that graded it. Change one of them, and the submission is graded anew.
"""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from labs.classroom.attempts import Attempt
from labs.classroom.gradebook import write
from labs.classroom.results import Timed
from labs.grade import Graded, Row
from labs.lab import LABS, Lab
from labs.runner import Limits

__all__ = ["Journal", "entry", "read"]

PACKAGES = ("nbval", "ipykernel", "simpy")


class Journal:
    """The entries of a folder, a file each."""

    def __init__(self, folder: Path, limits: Limits, key: str = "") -> None:
        self.folder = folder
        self._same = [asdict(limits), key, _code(), platform.python_version(), [version(name) for name in PACKAGES]]

    def find(self, attempt: Attempt) -> Timed | None:
        """What an attempt came to; None if it is not there, or not whole."""
        try:
            return read(attempt, self._path(attempt).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def keep(self, attempt: Attempt, timed: Timed) -> None:
        """Write down what an attempt came to."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write(self._path(attempt), entry(timed))

    def _path(self, attempt: Attempt) -> Path:
        said = json.dumps([attempt.digest, attempt.lab.name, _source(attempt.lab), *self._same], sort_keys=True)
        return self.folder / f"{sha256(said.encode()).hexdigest()[:32]}.json"


def entry(timed: Timed) -> str:
    """What an attempt came to, as JSON."""
    rows = [[row.exercise, row.points, row.max, row.message] for row in timed.graded.rows]
    held, values = list(timed.graded.protections), dict(timed.graded.values)
    found = {"protections": held, "rows": rows, "seconds": timed.seconds, "values": values}
    return json.dumps(found, ensure_ascii=False, sort_keys=True) + "\n"


def read(attempt: Attempt, text: str) -> Timed:
    """What an entry says that an attempt came to; ValueError if it is no whole entry of this attempt's lab."""
    try:
        found = json.loads(text)
        return Timed(_graded(attempt, found), float(found["seconds"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is no entry of the journal: {error}") from None


def _graded(attempt: Attempt, entry: Any) -> Graded:
    """The entry's rows, with this learner's name: the same bytes may have been handed in by another."""
    rows = tuple(Row(attempt.submission.learner, attempt.lab.name, *map(_plain, row)) for row in entry["rows"])
    if [row.exercise for row in rows] != [exercise.number for exercise in attempt.lab.exercises]:
        raise ValueError("the entry is of another lab")
    values = {str(key): str(value) for key, value in dict(entry["values"]).items()}
    return Graded(rows, values, protections=tuple(map(str, entry["protections"])))


def _plain(value: Any) -> Any:
    if not isinstance(value, (str, int)):
        raise TypeError(f"{value!r} is no cell of a row")
    return value


def _source(lab: Lab) -> str:
    cells = [[cell.id, cell.kind, cell.source, dict(cell.metadata)] for cell in lab.cells]
    return sha256(json.dumps(cells, sort_keys=True, default=str).encode()).hexdigest()


@cache
def _code() -> str:
    """The engine's and the grader's own files: a version number does not change with every change."""
    every = sha256()
    for path in _files():
        every.update(str(path.relative_to(LABS.parent)).encode() + b"\0" + sha256(path.read_bytes()).digest())
    return every.hexdigest()


def _files() -> list[Path]:
    """All that a result depends on; what this folder makes of it is made anew each time."""
    found = (path for room in ("ecslite", "labs") for path in (LABS.parent / room).rglob("*"))
    return sorted(path for path in found if path.suffix in (".py", ".json") and "classroom" not in path.parts)
