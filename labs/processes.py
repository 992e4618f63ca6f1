"""Looks at processes in /proc, and ends those that a process has started. Where there is no /proc, it finds none."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

__all__ = ["descendants", "end_descendants", "running", "usage"]


def descendants(pid: int) -> list[int]:
    """The processes below one, as far as the system tells."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            parents[int(stat.parent.name)] = int(_after_name(stat)[1])
    found: list[int] = []
    level = {pid}
    while level := {child for child, parent in parents.items() if parent in level}:
        found += sorted(level)
    return found


def end_descendants(pid: int) -> None:
    """Kill what a process has started, until nothing but the dead is left."""
    for _ in range(20):
        living = [child for child in descendants(pid) if _alive(child)]
        if not living:
            return
        for child in living:
            with contextlib.suppress(OSError):
                os.kill(child, signal.SIGKILL)


def usage(pid: int) -> tuple[int, float]:
    """Threads of all processes below one, and the MiB that they have written to (shared ones once a process)."""
    threads, kib = 0, 0
    for child in descendants(pid):
        with contextlib.suppress(OSError):
            told = _status(Path(f"/proc/{child}/status"))
            threads += int(told.get("Threads", "0"))
            kib += sum(int(told.get(name, "0").split()[0]) for name in ("RssAnon", "RssShmem"))
    return threads, kib / 1024


def running(user: int) -> int:
    """Threads of a user, as far as the system tells."""
    mine = (told for told in _all_status() if told.get("Uid", "").split()[:1] == [str(user)])
    return sum(int(told.get("Threads", "0")) for told in mine)


def _all_status() -> Iterator[dict[str, str]]:
    for path in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            yield _status(path)


def _status(path: Path) -> dict[str, str]:
    lines = (line.partition(":") for line in path.read_text(errors="replace").splitlines())
    return {name: value.strip() for name, _, value in lines}


def _alive(pid: int) -> bool:
    """Whether a process runs and is not only waiting to be buried."""
    with contextlib.suppress(OSError, IndexError):
        return _after_name(Path(f"/proc/{pid}/stat"))[0] not in ("Z", "X")
    return False


def _after_name(stat: Path) -> list[str]:
    """The fields after the name of the program, which may hold anything: first its state, then its parent."""
    return stat.read_text(errors="replace").rpartition(")")[2].split()
