"""Runs one notebook with nbval in this process, under limits, and writes what each cell came to.

Started by labs.runner as a program of its own, in a private folder that holds notebook.ipynb:

    python child.py SECONDS CELL_SECONDS MEMORY_MIB

cells.jsonl then has a line for each cell that was run: its id, whether nbval passed it, its error, its printed text.
A line is written as soon as its cell is done, so that a notebook that is killed keeps what came before.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import sys
import time
from pathlib import Path
from queue import Empty

import pytest
from nbval.kernel import RunningKernel

RESULTS = "cells.jsonl"

MOST_TEXT = 100_000
"""Characters kept of a cell's printed text: the last ones."""

MOST_FILE_BYTES = 64 * 1024**2
MORE_PROCESSES = 256
"""Processes and threads that the user may have beyond those running now. Linux does not hold root to it."""

PR_SET_CHILD_SUBREAPER = 36


class Recorder:
    """A pytest plugin that writes a line for each cell."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        if call.when == "call":
            with Path(RESULTS).open("a", encoding="utf-8") as results:
                results.write(json.dumps(record(item, call)) + "\n")
        return report


def record(item, call):
    """What is kept of one cell."""
    outputs = item.test_outputs or []
    text = "".join(out.text for out in outputs if out.output_type == "stream" and out.name == "stdout")
    errors = [f"{out.ename}: {out.evalue}" for out in outputs if out.output_type == "error"]
    problem = str(call.excinfo.value) if call.excinfo else None
    passed = call.excinfo is None
    return {
        "id": item.cell.id,
        "passed": passed,
        "error": errors[-1] if errors else None,
        "problem": problem,
        "text": text[-MOST_TEXT:],
    }


def notice_death():
    """Let nbval see at once that a kernel has ended, where it would wait for the cell's whole time."""
    patient = RunningKernel.get_message

    def get_message(self, stream, timeout=None):
        end = time.monotonic() + (timeout or 10**9)
        while True:
            try:
                return patient(self, stream, timeout=min(1.0, max(end - time.monotonic(), 0.01)))
            except Empty:
                if not self.is_alive():
                    raise RuntimeError("the kernel has ended") from None
                if time.monotonic() >= end:
                    raise

    RunningKernel.get_message = get_message


def limit(seconds, memory_mib):
    """Set the limits of this process, which its kernel inherits; what a system does not know is left out."""
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return
    mine = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": seconds + 5,
        "RLIMIT_FSIZE": MOST_FILE_BYTES,
        # RLIMIT_DATA counts what is written to, and leaves alone the address space that libraries only reserve.
        "RLIMIT_DATA": memory_mib * 1024**2,
        "RLIMIT_NPROC": running() + MORE_PROCESSES,
    }
    for name, most in mine.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):
            number = getattr(resource, name)
            hard = resource.getrlimit(number)[1]
            allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(number, (allowed, allowed))


def running():
    """Threads of this user, as far as the system tells."""
    count = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
            count += int(lines["Threads"]) if int(lines["Uid"].split()[0]) == os.getuid() else 0
    return count


def adopt_orphans():
    """On Linux, a process whose parent has ended becomes ours, so that none gets away by forking twice."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(pid):
    """The processes below one, as far as the system tells."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            parents[int(stat.parent.name)] = int(stat.read_text(errors="replace").rpartition(")")[2].split()[1])
    found, level = [], {pid}
    while level := {child for child, parent in parents.items() if parent in level}:
        found += sorted(level)
    return found


def end_descendants(pid):
    """Kill what a process has started, until nothing but the dead is left."""
    for _ in range(20):
        living = [child for child in descendants(pid) if alive(child)]
        if not living:
            return
        for child in living:
            with contextlib.suppress(OSError):
                os.kill(child, signal.SIGKILL)


def alive(pid):
    """Whether a process runs and is not only waiting to be buried."""
    with contextlib.suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0] not in ("Z", "X")
    return False


def main(seconds, cell_seconds, memory_mib):
    """Run notebook.ipynb of the working directory."""
    adopt_orphans()
    limit(seconds, memory_mib)
    notice_death()
    options = [
        "--nbval",
        "--nbval-current-env",
        f"--nbval-cell-timeout={cell_seconds}",
        "--color=no",
        "-q",
        "-p",
        "nbval.plugin",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
        "--rootdir=.",
    ]
    try:
        pytest.main([*options, "notebook.ipynb"], plugins=[Recorder()])
    finally:
        end_descendants(os.getpid())
        # The sockets of a kernel that has ended would keep an ordinary exit waiting.
        os._exit(0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
