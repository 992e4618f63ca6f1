"""A class of 200, graded on all processors: seconds and peak memory for each submission.

Each learner's answers to the first lab are right, or raise an error, or are left open, by a draw. Endless loops and
the like are not among them: what they take is their limit.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from bench.rows import Budget, Row, missing
from labs.classroom.grading import grade
from labs.lab import Cell, Lab, read_lab, sources
from labs.notebooks import released, text
from labs.processes import descendants
from labs.runner import Limits
from labs.sandbox import sandbox

__all__ = ["rows"]

MANY = 200

SECONDS = Budget("≤", 10, "s")
MEMORY = Budget("≤", 300, "MiB")

SHARES = {"right": 0.7, "raises": 0.1, "open": 0.2}


def rows(many: int = MANY) -> list[Row]:
    """Wall-clock seconds a submission, and the most memory that one of them took, with all its processes."""
    what = f"{many} submissions, each"
    if not Path("/proc/self/task").exists():
        return [missing(f"{what}: peak memory", MEMORY, "there is no /proc here: run it on Linux")]
    lab, jobs = read_lab(sources()[0]), os.cpu_count() or 1
    sandbox()  # tries out once what works on this machine
    with tempfile.TemporaryDirectory() as folder, watched() as peaks:
        top = Path(folder) / "class"
        hand_in(lab, top, many)
        began = time.perf_counter()
        graded = grade([lab], top, Path(folder) / "out", jobs=jobs, limits=Limits(), tell=lambda step: None)
        each = (time.perf_counter() - began) / many
    points, due = sum(row.points for row in graded), sum(row.max for row in graded)
    note = f"{lab.name}, {each * many / 60:.1f} min in all; {points} of {due} points"
    most, usual = max(peaks.values(), default=0.0), statistics.median(peaks.values() or [0.0])
    of_all = f"of all its processes together; the median of {len(peaks)} runs is {usual:.0f} MiB"
    return [
        Row(f"{what}: time on {jobs} processors", f"{each:.1f} s", "", each, SECONDS, note),
        Row(f"{what}: peak memory", f"{most:.0f} MiB", "", most, MEMORY, of_all),
    ]


def hand_in(lab: Lab, top: Path, many: int) -> None:
    """Write the class's notebooks, the same ones each time."""
    top.mkdir()
    draw = Random(8)
    for number in range(many):
        notebook = released(lab)
        answers = {cell.id: answer(cell, draw) for cell in lab.cells if cell.role == "answer"}
        answers["learner"] = f'lab.learner = "learner-{number:03}"'
        for cell in notebook["cells"]:
            cell["source"] = answers.get(cell["id"], cell["source"])
        (top / f"learner-{number:03}.ipynb").write_text(text(notebook), encoding="utf-8")


def answer(cell: Cell, draw: Random) -> str:
    """One learner's answer to one exercise."""
    (which,) = draw.choices(list(SHARES), list(SHARES.values()))
    return {"right": cell.solution, "raises": "raise ValueError('not yet')", "open": cell.released}[which]


@contextlib.contextmanager
def watched() -> Iterator[dict[int, float]]:
    """The most MiB that each run took, with all its processes, looked at ten times a second.

    A run is what a process of pytest-xdist's has started, and that is what this one has started.
    """
    peaks: dict[int, float] = {}
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            for child in (run for grader in children(os.getpid()) for run in children(grader)):
                peaks[child] = max(peaks.get(child, 0.0), sum(map(written_mib, [child, *descendants(child)])))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield peaks
    finally:
        over.set()
        watcher.join()


def children(pid: int) -> list[int]:
    """The processes that one has started itself."""
    found = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def written_mib(pid: int) -> float:
    """The memory that a process does not share with others."""
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith(("RssAnon", "RssShmem"))) / 1024
    return 0.0
