"""Runs a notebook in a process of its own: in a sandbox, with limits, and killed at the end of its time with all that
it has started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labs.lab import LABS
from labs.notebooks import text
from labs.processes import end_descendants, memory_mib, threads
from labs.sandbox import MORE_PROCESSES, Sandbox

__all__ = ["Limits", "Outcome", "run"]

MOST_RESULT_BYTES = 64 * 1024**2

MOST_THREADS = MORE_PROCESSES * 3 // 4
"""All processes and threads of a run. It is ended here, and the system's own limit holds it until that is seen."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a notebook may use."""

    seconds: int = 120
    memory_mib: int = 2048
    """For one process; all processes together may use half as much again."""
    cells: int = 6
    """A cell may take one part of so many of the time, so that an endless loop leaves time to the other cells."""

    @property
    def cell_seconds(self) -> int:
        """For one cell."""
        return max(self.seconds // self.cells, 2)

    @property
    def all_memory_mib(self) -> float:
        """For all processes of a run."""
        return 1.5 * self.memory_mib


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: a record for each cell that was run, by id, in order, and why it was ended before its end."""

    cells: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    out_of_time: bool = False
    too_large: str = ""
    """A sentence, if it was ended for what all its processes together took."""


def run(notebook: Mapping[str, Any], limits: Limits, seconds: float, way: Sandbox) -> Outcome:
    """Run a notebook for `seconds` at the most, in a way to start a program."""
    user = way.user()
    with (
        way.room(user) as room,
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as results,
    ):
        given.write(text(notebook).encode())
        given.seek(0)
        numbers = [user, way.processes(user), limits.seconds, limits.cell_seconds, limits.memory_mib]
        program = [sys.executable, str(LABS / "child.py"), *map(str, numbers)]
        outcome = _wait(way.start(program, room, given, results), limits, seconds)
        results.seek(0)
        return Outcome(_records(results.read(MOST_RESULT_BYTES)), outcome.out_of_time, outcome.too_large)


def _wait(child: subprocess.Popen[bytes], limits: Limits, seconds: float) -> Outcome:
    """Wait for the end, which Ctrl-C brings too; without records, why it came early."""
    end = time.monotonic() + seconds
    late, large = False, ""
    try:
        while child.poll() is None and not late and not large:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(0.2)
                break
            late = time.monotonic() > end
            large = _too_large(child.pid, limits)
    finally:
        _end(child)
    return Outcome(out_of_time=late, too_large=large)


def _too_large(pid: int, limits: Limits) -> str:
    """What all processes of a run have too much of: the system's own limits are for each of them, or not for root."""
    if threads(pid) > MOST_THREADS:
        return f"it had more than {MOST_THREADS} processes and threads at a time"
    if memory_mib(pid, limits.all_memory_mib) > limits.all_memory_mib:
        return f"its processes took more than {limits.all_memory_mib:.0f} MiB of memory"
    return ""


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill a child with all it has started. It adopts its orphans, so it goes last."""
    if child.poll() is None:
        end_descendants(child.pid)
        child.kill()
        child.wait()
    with contextlib.suppress(OSError, AttributeError):
        os.killpg(child.pid, signal.SIGKILL)


def _records(lines: bytes) -> dict[str, dict[str, Any]]:
    """The records that were written; a line that was cut off is left out."""
    found: dict[str, dict[str, Any]] = {}
    for line in lines.decode("utf-8", "replace").splitlines():
        with contextlib.suppress(ValueError, RecursionError):
            record = json.loads(line)
            if isinstance(record, dict) and isinstance(record.get("id"), str):
                found[record["id"]] = record
    return found
