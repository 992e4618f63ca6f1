"""Runs one notebook with nbval in this process, under limits, and writes what each cell came to.

Started by labs.runner, as a program of its own, in a private folder:

    python child.py USER PROCESSES SECONDS CELL_SECONDS MEMORY_MIB < notebook > results

Both are open files without a name in any folder. The kernel, which runs a stranger's code, gets neither of them: both
are closed in it, the notebook's copy is removed before it starts, and no other process can look into this one's memory
or open files. With a USER other than 0 it also runs as that user.

The results then have a line for each cell that was run: its id, whether nbval passed it, its error, its printed text.
A line is written as soon as its cell is done, so that a notebook that is killed keeps what came before.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from queue import Empty

# Where it is installed, jsonschema's import compiles a grammar of web addresses, for longer than all the rest takes.
sys.modules["rfc3987_syntax"] = None

import nbval.kernel  # noqa: E402  after the line above
import pytest  # noqa: E402
from nbval.kernel import KernelManager, RunningKernel  # noqa: E402
from nbval.plugin import NbCellError  # noqa: E402

from labs.processes import end_descendants  # noqa: E402

NOTEBOOK = "notebook.ipynb"
HOME = "home"

MOST_TEXT = 100_000
"""Characters kept of a cell's printed text: the last ones."""

MOST_MESSAGE = 2_000
"""Characters kept of an error: the first ones."""

MOST_FILE_BYTES = 64 * 1024**2
MOST_FILES = 1024

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 36, 38
CAPABILITIES = 64


class Recorder:
    """A pytest plugin that writes a line for each cell, and removes the notebook once nbval has read it."""

    def __init__(self, results):
        self.results = results

    def pytest_collection_finish(self):
        Path(NOTEBOOK).unlink()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        if call.when == "call":
            told = record(item, call)
            self.results.write(json.dumps(told) + "\n")
            self.results.flush()
            if told["lost"]:
                item.session.shouldstop = "the kernel is lost"
        return report


def record(item, call):
    """What is kept of one cell. The kernel's messages are a stranger's, so that any part of them may be anything."""
    outputs = item.test_outputs or []
    text = "".join(said(out, "text") for out in outputs if out.output_type == "stream" and out.get("name") == "stdout")
    errors = [f"{said(out, 'ename')}: {said(out, 'evalue')}" for out in outputs if out.output_type == "error"]
    return {
        "id": item.cell.id,
        "passed": call.excinfo is None,
        "lost": lost(item, call),
        "error": errors[-1][:MOST_MESSAGE] if errors else None,
        "problem": str(call.excinfo.value)[:MOST_MESSAGE] if call.excinfo else None,
        "text": text[-MOST_TEXT:],
    }


def lost(item, call):
    """Whether the kernel is gone: nbval has stopped it, or what it sends is no longer what a kernel sends."""
    return not hasattr(item.parent.kernel, "km") or (
        call.excinfo is not None and not isinstance(call.excinfo.value, NbCellError)
    )


def said(out, name):
    """A text in an output, or nothing."""
    return out[name] if isinstance(out.get(name), str) else ""


def confined(user):
    """A kernel manager whose kernel runs as `user` in a folder of its own, with nothing of ours within its reach."""
    identity = {"user": user, "group": user, "extra_groups": []} if user else {}
    home = Path(HOME).resolve()
    home.mkdir()
    if user:
        os.chown(home, user, user)

    class Confined(KernelManager):
        def write_connection_file(self, **more):
            super().write_connection_file(**more)
            if user:
                os.chown(self.connection_file, -1, user)
                Path(self.connection_file).chmod(0o640)

        def start_kernel(self, **more):
            prctl(PR_SET_DUMPABLE, 0)
            env = {**os.environ, **dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "IPYTHONDIR"), str(home))}
            more |= {"cwd": str(home), "env": env, "stdout": subprocess.DEVNULL, "independent": True}
            super().start_kernel(**more, **identity)

    return Confined


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


def limit(seconds, memory_mib, processes):
    """Set the limits of this process, which its kernel inherits; what a system does not know is left out."""
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return
    mine = {
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": seconds + 5,
        "RLIMIT_FSIZE": MOST_FILE_BYTES,
        "RLIMIT_NOFILE": MOST_FILES,
        # RLIMIT_DATA counts what is written to, and leaves alone the address space that libraries only reserve.
        "RLIMIT_DATA": memory_mib * 1024**2,
        # Linux does not hold root to it.
        "RLIMIT_NPROC": processes,
    }
    for name, most in mine.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):
            number = getattr(resource, name)
            hard = resource.getrlimit(number)[1]
            allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(number, (allowed, allowed))


def harden():
    """Give up what no notebook needs, and take no signal from what we start.

    On Linux, a process whose parent has ended becomes ours, so that none gets away by forking twice; no program that
    is started can gain rights; root's powers end with this process; and it ends with the one that has started it.
    """
    for each in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        signal.signal(each, lambda *told: None)
    if sys.platform == "linux":
        signal.signal(signal.SIGUSR1, lambda *told: end())
        prctl(PR_SET_PDEATHSIG, signal.SIGUSR1)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    for capability in range(CAPABILITIES):
        prctl(PR_CAPBSET_DROP, capability)


def end():
    """End this process with all it has started. The sockets of a lost kernel would keep an ordinary exit waiting."""
    end_descendants(os.getpid())
    os._exit(0)


def prctl(what, value):
    """Ask Linux; other systems are not asked, and a refusal leaves things as they were."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(what, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))


def main(numbers):
    """Run a notebook."""
    user, processes, seconds, cell_seconds, memory_mib = numbers
    Path(NOTEBOOK).write_bytes(sys.stdin.buffer.read())
    results = os.dup(1)
    for each in (0, 1):
        os.dup2(os.open(os.devnull, os.O_RDWR), each)
    limit(seconds, memory_mib, processes)
    harden()
    notice_death()
    nbval.kernel.KernelManager = confined(user)
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
        # pytest would run a conftest.py of any folder above this one, and a stranger may have put it there.
        "--noconftest",
    ]
    try:
        with os.fdopen(results, "w", encoding="utf-8") as lines:
            pytest.main([*options, NOTEBOOK], plugins=[Recorder(lines)])
    finally:
        end()


if __name__ == "__main__":
    main(map(int, sys.argv[1:]))
