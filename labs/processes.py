"""Looks at processes in /proc, and ends those that a process has started. Where there is no /proc, it finds none."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

__all__ = ["alive", "descendants", "end_descendants", "memory_mib", "running", "threads"]


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
        living = [child for child in descendants(pid) if alive(child)]
        if not living:
            return
        for child in living:
            with contextlib.suppress(OSError):
                os.kill(child, signal.SIGKILL)


def threads(pid: int) -> int:
    """Threads of all processes below one."""
    return sum(_number(_table(f"/proc/{child}/status"), "Threads") for child in descendants(pid))


def memory_mib(pid: int, enough: float) -> float:
    """MiB that all processes below one have written to.

    What they share is counted once a process, which costs little to look up. Only where that is more than `enough`,
    each is counted by its share, as far as the system lets us see it.
    """
    children = descendants(pid)
    mib = sum(_kib(_table(f"/proc/{child}/status"), "Rss") for child in children) / 1024
    if mib <= enough:
        return mib
    shares = (_table(f"/proc/{child}/smaps_rollup") or _table(f"/proc/{child}/status") for child in children)
    return sum(_kib(each, "Pss_" if "Pss" in each else "Rss") for each in shares) / 1024


def running(user: int) -> int:
    """Threads of a user, as far as the system tells."""
    everyone = (_table(str(path)) for path in Path("/proc").glob("[0-9]*/status"))
    return sum(_number(told, "Threads") for told in everyone if _number(told, "Uid") == user)


def _kib(told: dict[str, str], form: str) -> int:
    return _number(told, f"{form}Anon") + _number(told, f"{form}Shmem")


def _number(told: dict[str, str], name: str) -> int:
    """The first number of a line; 0 if there is none."""
    return int((told.get(name, "").split() or ["0"])[0])


def _table(path: str) -> dict[str, str]:
    """A file of lines with a name and a value; empty if it cannot be read, as of a process that has ended."""
    try:
        lines = [line.partition(":") for line in Path(path).read_text(errors="replace").splitlines()]
    except OSError:
        return {}
    return {name: value for name, _, value in lines}


def alive(pid: int) -> bool:
    """Whether a process runs and is not only waiting to be buried."""
    with contextlib.suppress(OSError, IndexError):
        return _after_name(Path(f"/proc/{pid}/stat"))[0] not in ("Z", "X")
    return False


def _after_name(stat: Path) -> list[str]:
    """The fields after the name of the program, which may hold anything: first its state, then its parent."""
    return stat.read_text(errors="replace").rpartition(")")[2].split()
