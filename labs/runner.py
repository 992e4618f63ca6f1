"""Runs a notebook in a process of its own: with limits, without input, without our environment, and killed at the end
of its time with all that it has started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labs.child import RESULTS, end_descendants
from labs.lab import LABS
from labs.notebooks import text

__all__ = ["Limits", "Outcome", "run"]

KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV")
"""All that a notebook sees of the environment in which grading was started."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a notebook may use."""

    seconds: int = 120
    memory_mib: int = 2048

    @property
    def cell_seconds(self) -> int:
        """For one cell, so that an endless loop leaves time to the other cells."""
        return max(self.seconds // 6, 2)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: a record for each cell that was run, by id, in order, and whether the time was over."""

    cells: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    out_of_time: bool = False


class Stopped(Exception):
    """The grading was interrupted."""


def run(notebook: Mapping[str, Any], limits: Limits, seconds: float, stop: threading.Event) -> Outcome:
    """Run a notebook for `seconds` at the most."""
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as folder:
        here = Path(folder)
        (here / "notebook.ipynb").write_text(text(notebook), encoding="utf-8")
        with (here / "child.log").open("wb") as log:
            child = _start(here, limits, log)
        late = _wait(child, seconds, stop)
        if stop.is_set():
            raise Stopped
        return Outcome(_records(here / RESULTS), late)


def _start(folder: Path, limits: Limits, log: Any) -> subprocess.Popen[bytes]:
    numbers = [str(each) for each in (limits.seconds, limits.cell_seconds, limits.memory_mib)]
    return subprocess.Popen(
        [sys.executable, str(LABS / "child.py"), *numbers],
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    home = str(folder)
    own = dict.fromkeys(
        ("HOME", "TMPDIR", "TEMP", "TMP", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"), home
    )
    return {
        **kept,
        **own,
        "PYTHONPATH": str(LABS.parent),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }


def _wait(child: subprocess.Popen[bytes], seconds: float, stop: threading.Event) -> bool:
    """Wait for the end; True if the time was over before it."""
    end = time.monotonic() + seconds
    late = False
    while child.poll() is None and not late and not stop.is_set():
        late = time.monotonic() > end
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(0.2)
    _end(child)
    return late


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill a child with all it has started. It adopts its orphans, so it goes last."""
    if child.poll() is None:
        end_descendants(child.pid)
        child.kill()
        child.wait()
    with contextlib.suppress(OSError, AttributeError):
        os.killpg(child.pid, signal.SIGKILL)


def _records(path: Path) -> dict[str, dict[str, Any]]:
    """The records that were written. The file lies within the notebook's reach, so nothing in it is taken on trust."""
    found: dict[str, dict[str, Any]] = {}
    if path.is_symlink() or not path.is_file():
        return found
    with contextlib.suppress(OSError):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            with contextlib.suppress(ValueError, RecursionError):
                record = json.loads(line)
                if isinstance(record, dict) and isinstance(record.get("id"), str):
                    found[record["id"]] = record
    return found
