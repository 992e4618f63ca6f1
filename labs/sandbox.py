"""What a stranger's program runs in: as little of this machine as the machine lets us take away.

With bubblewrap (`bwrap`) a submission sees Python, ecslite and an empty folder in memory, no network, no other
process. Where it is missing, or the kernel does not let it work, root still starts the program as another user; and
where that cannot be, the limits are all there is. `Protections` says in words which of it held.

This is the only module that knows bubblewrap.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import IO

from labs.lab import LABS
from labs.processes import running

__all__ = ["Protections", "Sandbox", "sandbox"]

ROOM = Path("/tmp")
"""The only folder that can be written to under bubblewrap; it is in memory, and of its own for each run."""

ROOM_BYTES = 256 * 1024**2

KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV")
"""All that a notebook sees of the environment in which grading was started."""

MORE_PROCESSES = 256
"""Processes and threads that a run may have beyond those its user has already."""

NOBODY = 65534
FIRST_USER = 1_000_000_000
"""Root gives each run a user number of its own, which owns nothing and shares its limits with nobody."""

USERS = Path("/proc/self/uid_map")
"""Where Linux tells which user numbers this process's users have: few in some containers."""

CAPABILITIES = ("CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_CHOWN")
"""What nbval's process keeps of root's powers, to start its kernel as that user and to interrupt it."""

LINKED = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SHOWN = ("/usr", "/nix/store", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime")

PROBE = (
    "import subprocess, sys\n"
    "user = int(sys.argv[1])\n"
    "other = {'user': user, 'group': user, 'extra_groups': []} if user else {}\n"
    "subprocess.run([sys.executable, '-c', 'import zmq'], check=True, **other)\n"
)
"""Starts Python as the kernel's user, which fails where that user cannot read it."""

File = int | IO[bytes]

PR_SET_DUMPABLE = 4

_slots = itertools.count()


@dataclass(frozen=True, slots=True)
class Protections:
    """Which protections hold for a submission's program on this machine; `held` and `missing` put them into words."""

    own_files: bool
    no_network: bool
    own_processes: bool
    own_user: bool
    sealed: bool
    limits: bool
    late: bool = False
    """Whether more would hold, had trying it out not taken too long."""

    @property
    def held(self) -> tuple[str, ...]:
        """What holds."""
        return tuple(yes for name, yes, _ in WORDS if getattr(self, name))

    @property
    def missing(self) -> tuple[str, ...]:
        """What does not hold, and what a submission can do for the lack of it."""
        return (*(no for name, _, no in WORDS if not getattr(self, name)), *((LATE,) if self.late else ()))

    def __str__(self) -> str:
        return "\n".join([*(f"+ {each}" for each in self.held), *(f"- NOT PROTECTED: {each}" for each in self.missing)])


WORDS = (
    (
        "own_files",
        "a submission sees no file but Python's and ecslite's, and writes to nothing but a folder of its own in memory",
        "a submission can read what its user can read on this machine: perhaps other submissions and the labs' sources",
    ),
    (
        "no_network",
        "a submission has no network",
        "a submission has this machine's network",
    ),
    (
        "own_processes",
        "a submission sees no process but its own, and all that it started ends with it",
        "a submission sees this machine's processes; what it started is looked for and ended, and may escape that",
    ),
    (
        "own_user",
        "a submission runs as a user that owns nothing here",
        "a submission runs with the rights of the user who grades",
    ),
    (
        "sealed",
        "the kernel that runs a submission can neither read the checks that wait for it nor write what is noted of it",
        "the kernel that runs a submission can look into the process that reads the checks and notes the results",
    ),
    (
        "limits",
        "time, memory, processes, open files and the size of a file are limited",
        "processes are only counted from time to time; what else is limited depends on the system",
    ),
)


PATIENCE = 30
"""Seconds that a way may take to start Python, until the next one is tried."""

LATE = (
    f"a better way may work here, and was given up after {PATIENCE} s in which it had not started:"
    " grade again when the machine is less busy"
)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One way to start a stranger's program. The plain `Sandbox()` is no more than a folder of its own."""

    bwrap: str | None = None
    offline: bool = False
    other_user: bool = False
    late: bool = False
    """Whether a better way was given up, since it took too long to start."""

    @property
    def protections(self) -> Protections:
        """What this way protects."""
        return Protections(
            own_files=self.bwrap is not None,
            no_network=self.offline,
            own_processes=self.bwrap is not None,
            own_user=self.other_user or self.bwrap is not None,
            sealed=self.other_user or sys.platform == "linux",
            limits=self.other_user or (os.name == "posix" and os.geteuid() != 0),
            late=self.late,
        )

    def user(self) -> int:
        """The number of the user that the next kernel runs as; 0 if it is the user who grades."""
        if not self.other_user:
            return 0
        return NOBODY if _most_users() < 2 * FIRST_USER else FIRST_USER + os.getpid() * 64 + next(_slots) % 64

    def processes(self, user: int) -> int:
        """The limit of processes and threads for that user."""
        return MORE_PROCESSES + (running(user or os.getuid()) if os.name == "posix" else 0)

    @contextlib.contextmanager
    def room(self, user: int) -> Iterator[Path]:
        """A folder for a run, which nobody but that user may enter, and which is gone at the end."""
        if self.bwrap:
            yield ROOM
            return
        folder = Path(tempfile.mkdtemp(prefix="lab-")).resolve()
        try:
            if user:
                os.chown(folder, 0, user)
                folder.chmod(0o710)
            yield folder
        finally:
            _remove(folder)

    def start(
        self, program: Sequence[str], room: Path, given: File = subprocess.DEVNULL, results: File = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        """Start a program in a room; it reads `given`, writes `results`, and has nothing else open."""
        self.hide()
        return subprocess.Popen(
            [*(self._wrapping() if self.bwrap else ()), *program],
            cwd=None if self.bwrap else room,
            env=_environment(room),
            stdin=given,
            stdout=results,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def hide(self) -> None:
        """Let no program that is started in this way look into this process, which may hold the class's key (Linux)."""
        if not (self.bwrap or self.other_user) and sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, *[ctypes.c_ulong(0)] * 4)

    def works(self) -> bool:
        """Whether a kernel could be started in this way. TimeoutExpired if that is not known in time."""
        user = self.user()
        program = [sys.executable, "-c", PROBE, str(user)]
        with contextlib.suppress(OSError), self.room(user) as room, self.start(program, room) as child:
            try:
                return child.wait(PATIENCE) == 0
            finally:
                child.kill()
        return False

    def _wrapping(self) -> list[str]:
        """bwrap's part of the command: a process tree, a system and a file system in which the program is alone."""
        identity = ("--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY), "--cap-drop", "ALL")
        if self.other_user:
            identity = ("--cap-drop", "ALL", *(word for each in CAPABILITIES for word in ("--cap-add", each)))
        # As process 1 the program cannot be signalled by what it starts, and all of that ends with it.
        alone = ("--die-with-parent", "--new-session", "--as-pid-1", "--unshare-pid", "--unshare-ipc", "--unshare-uts")
        net = ("--unshare-net",) if self.offline else ()
        return [str(self.bwrap), *alone, "--unshare-cgroup-try", *net, *identity, *_files(), "--chdir", str(ROOM), "--"]


@cache
def sandbox() -> Sandbox:
    """The best that works on this machine, as far as trying it out does not take too long."""
    late = False
    for way in _ways():
        try:
            if way.works():
                return replace(way, late=late)
        except subprocess.TimeoutExpired:
            late = True
    return Sandbox(late=late)


def _ways() -> Iterator[Sandbox]:
    """All ways, the best first."""
    root = os.name == "posix" and os.geteuid() == 0
    if bwrap := shutil.which("bwrap"):
        users = (True, False) if root else (False,)
        yield from (Sandbox(bwrap, offline, other) for other in users for offline in (True, False))
    if root:
        yield Sandbox(other_user=True)


def _files() -> list[str]:
    """bwrap's words for the file system: what Python needs, read-only; of the repository ecslite and two modules."""
    shown = {Path(each) for each in (*SHOWN, *_python())}
    ours = {LABS.parent / "ecslite", *(LABS / each for each in ("__init__.py", "child.py", "processes.py"))}
    mounts = {path: ("--ro-bind-try", str(path), str(path)) for path in shown | ours}
    # Where the repository lies below /usr or Python's own folder, it is covered first, and then shown in part.
    mounts[LABS.parent] = ("--tmpfs", str(LABS.parent))
    mounts[ROOM] = ("--size", str(ROOM_BYTES), "--perms", "1777", "--tmpfs", str(ROOM))
    folders = {parent for path in mounts for parent in path.parents} - mounts.keys() - {Path("/")}
    mounts |= {path: ("--perms", "0755", "--dir", str(path)) for path in folders}
    words = [word for path in sorted(mounts, key=lambda each: (len(each.parts), each)) for word in mounts[path]]
    for path in map(Path, LINKED):
        if path.is_symlink():
            words += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            words += ["--ro-bind", str(path), str(path)]
    devices = ("--proc", "/proc", "--dev", "/dev", "--size", str(ROOM_BYTES), "--perms", "1777", "--tmpfs", "/dev/shm")
    closed = [word for path in (LABS.parent, Path("/dev"), Path("/")) for word in ("--remount-ro", str(path))]
    return [*words, *devices, *closed]


def _python() -> Iterator[Path]:
    """The folders of this Python and of its packages."""
    yield from map(Path, (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix))
    yield Path(sys.executable).resolve().parent.parent
    yield from (Path(each) for each in sys.path if each.endswith(("site-packages", "dist-packages")))


def _environment(room: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    own = dict.fromkeys(
        ("HOME", "TMPDIR", "TEMP", "TMP", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"), str(room)
    )
    return {
        **kept,
        **own,
        "USER": "nobody",
        "PYTHONPATH": str(LABS.parent),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }


def _most_users() -> int:
    """The highest user number that can be given to a process here."""
    try:
        lines = [line.split() for line in USERS.read_text().splitlines()]
        return max(int(first) + int(many) - 1 for first, _, many in lines)
    except (OSError, ValueError):
        return NOBODY


def _remove(folder: Path) -> None:
    """Remove a stranger's folder, also where it is nested deeper than Python can follow."""
    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists() and (remove := shutil.which("rm")):
        subprocess.run([remove, "-rf", "--", str(folder)], stderr=subprocess.DEVNULL, check=False)
