"""What makes a second build fast: a step whose inputs have not changed is not run again.

A stamp is one file that holds the hash of a step's inputs. It is removed before the step runs and written after it has
succeeded, so that a step that broke in the middle runs again.
"""

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from book.paths import ROOT, STAMPS

SKIPPED = {"__pycache__", "node_modules", ".ipynb_checkpoints"}
"""Folders that are made, never written by hand."""


def files(*roots: Path) -> list[Path]:
    """All files under these files and folders, sorted; folders that tools make are left out."""
    found: set[Path] = set()
    for root in roots:
        if root.is_file():
            found.add(root)
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if name not in SKIPPED]
            found.update(Path(folder, name) for name in names)
    return sorted(found)


def digest(*roots: Path, also: Iterable[str] = ()) -> str:
    """The SHA-256 of the names and bytes of all files under `roots`, and of the strings in `also`."""
    total = hashlib.sha256()
    for path in files(*roots):
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        total.update(f"{name.as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    for text in also:
        total.update(f"{text}\0".encode())
    return total.hexdigest()


def unless_fresh(name: str, inputs: str, target: Path, run: Callable[[], str], stamps: Path = STAMPS) -> str:
    """Runs a step unless `target` exists and was made from the same inputs; returns what was done, in words."""
    stamp = stamps / name
    if target.exists() and stamp.is_file() and stamp.read_text() == inputs:
        return "unchanged"
    stamp.unlink(missing_ok=True)
    done = run()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(inputs)
    return done
