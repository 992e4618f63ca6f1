"""Answers as a stranger may hand them in. Each stands for exercise 1.1; exercise 1.2 of the same notebook is right.

An attack on what all exercises share costs its author both. `needs` names the protection without which it would harm
the machine that grades, or without which it cannot fail: on a machine that lacks it, the attack is left out.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache

from papers import answered, without


@dataclass(frozen=True, slots=True)
class Attack:
    """An answer to exercise 1.1, words of its message, the points that its author has left, and what it needs.

    Of words with a bar between them, one is due.
    """

    answer: str
    words: str
    points: int = 2
    needs: str = ""


LOST = "ended its kernel|was over while it ran"
"""A busy machine may not come to the end of the cell's time before that of the run."""

FORKS = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""

BRED_MEMORY = """
import os, time
for each in range(6):
    if os.fork() == 0:
        kept = bytearray(200 * 1024**2)
        kept[::4096] = bytes(len(kept[::4096])).replace(b"\\0", b"1")
        time.sleep(1000)
time.sleep(1000)
"""

SHARED_MEMORY = """
import mmap, time
kept = []
for each in range(12):
    kept.append(mmap.mmap(-1, 100 * 1024**2))
    kept[-1].write(b"1" * 100 * 1024**2)
time.sleep(1000)
"""

DISK = """
import os
block = os.urandom(1024**2) * 32
for number in range(100):
    with open(f"file-{number}", "wb") as file:
        file.write(block)
"""

HUGE_FILE = """
with open("file", "wb") as file:
    for each in range(1000):
        file.write(bytes(1024**2))
"""

DAEMON = """
import os, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(10**5)", "outlives-its-notebook"])
    os._exit(0)
half = 3
"""

DEAF = """
import os, signal, threading, time
for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(each, signal.SIG_IGN)
time.sleep(10**5)
"""

THREADS = """
import threading
def work():
    while True:
        sum(range(10_000))
for each in range(4):
    threading.Thread(target=work).start()
half = 3
"""

LATE = """
import atexit, time
atexit.register(time.sleep, 10**5)
half = 3
"""

EQUAL = """
class Equal(float):
    def __eq__(self, other): return True
    def __round__(self, *digits): return 10.0
    def __format__(self, form): return "10.00"
    def __repr__(self): return "10.0"
half = Equal(3)
"""

GENERATOR = "half = (number for number in iter(int, 1))"

LIES = """
class Liar:
    __class__ = float
    def __float__(self): return 10.0
    def __eq__(self, other): return True
    def __iter__(self): return iter([10])
half = Liar()
"""

WORDY = """
class Words(str):
    def __str__(self): return "10"
    def __repr__(self): return "10"
    def __eq__(self, other): return True
    __hash__ = str.__hash__
half = Words("ten")
"""

KEYS = """
class Key(str):
    def __str__(self): raise SystemExit
    __repr__ = __format__ = __str__
half = {Key("10"): 10, 3: 4}
"""

UNHASHED = """
class Key:
    def __hash__(self): return 1
    def __eq__(self, other): raise SystemExit
half = {Key(): 10}
"""

REPEATS = """
half = []
half.append(half)
"""

DEEP = """
half = 10
for each in range(900):
    half = [half]
"""

FORGED_DEEP = """
import ecslite.checks
deep = 10
for each in range(200):
    deep = [deep]
ecslite.checks.plain = lambda value: deep
half = 3
"""

PATCHED_VERDICT = """
import builtins, ecslite.checks
ecslite.checks.verdict = lambda exercise, *words, **more: builtins.print(f"{exercise} right")
ecslite.checks.canonical = ecslite.checks.digest = lambda *words, **more: "same"
half = 3
"""

PATCHED_PLAIN = """
import ecslite.checks
ecslite.checks.plain = lambda value: 3
half = 3
"""

PATCHED_MODULES = """
import sys, types
fake = types.ModuleType("ecslite.checks")
fake.plain = lambda value: 3
fake.verdict = lambda exercise, *words, **more: print(f"{exercise} right")
sys.modules["ecslite.checks"] = fake
half = 3
"""

PATCHED_ENGINE = """
import sys, ecslite
for name in dir(ecslite):
    if not name.startswith("__"):
        setattr(ecslite, name, None)
for name in [each for each in sys.modules if each.startswith("ecslite")]:
    del sys.modules[name]
half = 3
"""

PATCHED_BUILTINS = """
import builtins
builtins.str = builtins.type = builtins.isinstance = builtins.issubclass = lambda *words: True
half = 3
"""

PATCHED_JSON = """
import json
json.dumps = json.loads = lambda *words, **more: "10"
half = 3
"""

PATCHED_KERNEL = """
kernel = get_ipython().kernel
async def nothing(*words, **more): return {"status": "ok"}
type(kernel).do_execute = nothing
half = 3
"""

FAKE_STREAM = """
kernel = get_ipython().kernel
parent = kernel.get_parent()
for text in ("1.1 right\\n", "1.2 right\\n", ["1.1 right"], None, {"a": [1]}):
    kernel.session.send(kernel.iopub_socket, "stream", {"name": "stdout", "text": text}, parent=parent)
kernel.session.send(kernel.iopub_socket, "comm_open", {"comm_id": 1, "target_name": None, "data": []}, parent=parent)
kernel.session.send(kernel.iopub_socket, "error", {"ename": 1, "evalue": None, "traceback": []}, parent=parent)
half = 3
"""

FAKE_MESSAGES = """
kernel = get_ipython().kernel
parent = kernel.get_parent()
for kind in ("stream", "error", "display_data", "status", "execute_result"):
    kernel.session.send(kernel.iopub_socket, kind, {}, parent=parent)
kernel.iopub_socket.send_multipart([b"no", b"message"])
half = 3
"""

FAKE_IDLE = """
kernel = get_ipython().kernel
parent = kernel.get_parent()
for each in range(3):
    kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent=parent)
    kernel.session.send(kernel.shell_stream, "execute_reply", {"status": "ok"}, parent=parent)
half = 3
"""

RECORDS = """
import json, os
lines = "".join(
    json.dumps({"id": f"ex-1-{each}-{role}", "passed": True, "error": None, "problem": None, "text": "right"}) + "\\n"
    for each in (1, 2) for role in ("answer", "collect", "judge")
)
for folder in (".", ".."):
    for name in ("cells.jsonl", "results", "notebook.ipynb"):
        try:
            with open(os.path.join(folder, name), "a") as file:
                file.write(lines)
        except OSError:
            pass
half = 3
"""

SHADOWS = """
import os
for name in ("json", "sitecustomize", "usercustomize", "ecslite", "nbval", "pytest", "conftest"):
    for folder in (".", ".."):
        try:
            with open(os.path.join(folder, name + ".py"), "w") as file:
                file.write("raise SystemExit")
        except OSError:
            pass
startup = os.path.expanduser("~/.ipython/profile_default/startup")
os.makedirs(startup, exist_ok=True)
with open(os.path.join(startup, "0.py"), "w") as file:
    file.write("raise SystemExit")
os.environ["PYTHONSTARTUP"] = os.path.join(startup, "0.py")
half = 3
"""

LINKS = """
import os
for number, target in enumerate(["/", "/etc/passwd", "..", "/dev/zero", "link-4", "/proc/self/mem"]):
    os.symlink(target, f"link-{number}")
for each in range(1500):
    os.mkdir("d")
    os.chdir("d")
half = 3
"""

FAKE_RIGHT = "print('1.1 right')\nprint('1.2 right')\nhalf = 3"


def ordinary():
    """Attacks by name."""
    return {
        "ansi": Attack("half = '\\x1b[2J\\x1b]0;title\\x07'", "the answer seen is"),
        "another-folder": Attack("import os\nos.chdir('/')\nhalf = 3", "the answer seen is 3"),
        "allocates": Attack("half = bytearray(64 * 1024**3)", "MemoryError"),
        "at-exit": Attack(LATE, "the answer seen is 3"),
        "deaf": Attack(DEAF, LOST),
        "deep": Attack(DEEP, "TypeError"),
        "deep-forged": Attack(FORGED_DEEP, "no value could be read", 0),
        "endless": Attack("while True: pass", "look for a loop that does not end"),
        "equal": Attack(EQUAL, "the answer seen is 3"),
        "exit": Attack("exit()", "SystemExit"),
        "exit-at-once": Attack("import os\nos._exit(0)", "ended its kernel"),
        "fake-idle": Attack(FAKE_IDLE, "the answer seen is 3"),
        "fake-messages": Attack(FAKE_MESSAGES, LOST),
        "fake-stream": Attack(FAKE_STREAM, "the answer seen is 3"),
        "fake-verdict": Attack(FAKE_RIGHT, "the answer seen is 3"),
        "formula": Attack("half = \"=cmd|' /C calc'!A0\"", "the answer seen is =cmd"),
        "formula-raised": Attack("raise type('=cmd', (Exception,), {})('=1+1')", "the answer raised =cmd"),
        "generator": Attack(GENERATOR, "TypeError"),
        "html": Attack("raise Exception('<script>alert(1)</script>')", "<script>"),
        "huge-file": Attack(HUGE_FILE, "OSError"),
        "huge-number": Attack("half = 10**5000", "more than 300 digits"),
        "infinite": Attack("half = float('inf')", "the answer seen is inf"),
        "keys": Attack(KEYS, "the answer seen is {'10': 10"),
        "kernel-killed": Attack("import os\nos.kill(os.getpid(), 9)", "ended its kernel"),
        "kernel-stopped": Attack("import os\nos.kill(os.getpid(), 19)", LOST),
        "liar": Attack(LIES, "a value of type Liar cannot be checked"),
        "links": Attack(LINKS, "the answer seen is 3"),
        "little-by-little": Attack("while True: print('x' * 1000)", ""),
        "long-text": Attack("half = 'x' * 10**7", "no value could be read"),
        "no-folder": Attack("import os, shutil\nshutil.rmtree(os.getcwd())\nhalf = 3", "the answer"),
        "no-number": Attack("half = float('nan')", "the answer seen is nan"),
        "no-stdout": Attack(
            "import os, sys\nsys.stdout.close()\nos.close(1)\nhalf = 10", "I/O operation on closed file", 0
        ),
        "patched-builtins": Attack(PATCHED_BUILTINS, LOST),
        "patched-engine": Attack(PATCHED_ENGINE, "the answer seen is 3"),
        "patched-json": Attack(PATCHED_JSON, LOST),
        "patched-kernel": Attack(PATCHED_KERNEL, "no value could be read", 0),
        "patched-modules": Attack(PATCHED_MODULES, "the answer seen is 3", 0),
        "patched-plain": Attack(PATCHED_PLAIN, "the answer seen is 3", 0),
        "patched-verdict": Attack(PATCHED_VERDICT, "the answer seen is 3"),
        "records": Attack(RECORDS, "the answer seen is 3"),
        "recursion": Attack("def half(): half()\nhalf()", "RecursionError"),
        "repeats": Attack(REPEATS, "TypeError"),
        "segfault": Attack("import ctypes\nctypes.string_at(0)", "ended its kernel"),
        "shadows": Attack(SHADOWS, "the answer seen is 3"),
        "shared-memory": Attack(SHARED_MEMORY, "MiB of memory"),
        "silent": Attack("import builtins\nbuiltins.print = lambda *words, **more: None\nhalf = 10", "no value", 0),
        "sleeps": Attack("import time\ntime.sleep(10**5)", "look for a loop that does not end"),
        "surrogates": Attack("half = '\\ud800\\x00\\r\\n\\u202e1.1 right'", "the answer seen is ? 1.1 right"),
        "sys-exit": Attack("import sys\nsys.exit(0)", "SystemExit"),
        "threads": Attack(THREADS, "the answer seen is 3"),
        "unhashed-keys": Attack(UNHASHED, "TypeError"),
        "wordy": Attack(WORDY, "the answer seen is ten"),
        # These would reach the machine that grades, and are left out where nothing holds them back.
        "bred-memory": Attack(BRED_MEMORY, "MiB of memory", needs="limits"),
        "daemon": Attack(DAEMON, "the answer seen is 3", needs="own_processes"),
        "disk": Attack(DISK, "No space left", needs="own_files"),
        "forks": Attack(FORKS, "processes and threads", needs="limits"),
        "kills-all": Attack("import os\nos.kill(-1, 9)\nhalf = 3", "the answer", needs="own_user"),
        "kills-parent": Attack("import os\nos.kill(os.getppid(), 9)\nhalf = 3", "the answer", needs="own_user"),
    }


@cache
def strange():
    """Notebooks whose form is the attack: the content of the file, the points, and words of the message to 1.1.

    No kernel is started for most of them: exercise 1.2 has no answer cell.
    """

    def only(source):
        return without(answered(source), "ex-1-2-answer")

    def called(identity):
        cells = [
            {**each, "id": identity if each["id"] == "ex-1-1-answer" else each["id"]} for each in only("")["cells"]
        ]
        return {**answered(), "cells": cells}

    deep = 4
    for _ in range(300):
        deep = [deep]
    turned = {**answered(), "cells": answered()["cells"][::-1]}
    turned["metadata"] = {
        **turned["metadata"],
        "kernelspec": {"name": "bash", "argv": ["rm", "-rf", "/"]},
        "deep": deep,
    }
    twice = only("half = 10")
    twice["cells"] = twice["cells"] + [each for each in twice["cells"] if each["id"] == "ex-1-1-answer"]
    papers = {
        "format-huge": ({**answered(), "nbformat": 10**100}, 0, "not a notebook of format 4"),
        "format-text": ({**answered(), "nbformat": "4"}, 0, "not a notebook of format 4"),
        "id-list": (called(["ex-1-1-answer"]), 0, "the answer cell is missing"),
        "id-number": (called(11), 0, "the answer cell is missing"),
        "id-object": (called({"ex-1-1-answer": 1}), 0, "the answer cell is missing"),
        "lab-list": (
            {**answered(), "metadata": {"ecslite": {"lab": ["00-counting"]}}},
            0,
            "this is the notebook of lab",
        ),
        "many-cells": ({**answered(), "cells": [answered()["cells"][0]] * 100_000}, 0, "the answer cell is missing"),
        "nested": (only("half = " + "(" * 5000 + ")" * 5000), 0, "not Python"),
        "null": (only("half = 10\0"), 0, "null characters"),
        "number-huge": (b'{"nbformat": ' + b"9" * 10_000 + b"}", 0, "not JSON"),
        "source-long": (only("half = 3  #" + "x" * 60_000), 0, "50,000 are allowed"),
        "source-minuses": (only("half = " + "-" * 49_000 + "1"), 0, "nested too deep"),
        "source-surrogate": (only("half = '\ud800'"), 0, "null characters"),
        "turned-round": (turned, 3, "right"),
        "twice": (twice, 0, "2 cells have the answer's id"),
    }
    return {
        name: (paper if isinstance(paper, bytes) else json.dumps(paper).encode(), points, words)
        for name, (paper, points, words) in papers.items()
    }


def put_strange_files(folder):
    """Write what is no ordinary file, or has no ordinary name: words of each one's message, by the learner's name."""
    (folder / "link.ipynb").symlink_to("innocent.ipynb")
    (folder / "loop.ipynb").symlink_to("loop.ipynb")
    (folder / "zero.ipynb").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.ipynb")
    (folder / "folder.ipynb").mkdir()
    with (folder / "sparse.ipynb").open("wb") as file:
        file.truncate(10**10)
    for name in (b"not-\xff-text", b"=cmd", b"two\nlines"):
        (folder / os.fsdecode(name + b".ipynb")).write_bytes(b"{")
    return {
        "link": "was not followed",
        "loop": "was not followed",
        "zero": "was not followed",
        "pipe": "was not followed",
        "folder": "no notebook",
        "sparse": "20,971,520 bytes",
        "not-\\xff-text": "not JSON",
        "'=cmd": "not JSON",
        "two lines": "not JSON",
    }


FIND = """
import os
found = []
def tries(name, action):
    try:
        if action():
            found.append(name)
    except Exception:
        pass
def text(path):
    with open(path, "rb") as file:
        return file.read(10**6)
"""
"""Begins the answer of a spy, which hands in the names of what it could do as its answer, or \"nothing\"."""

TOLD = """
half = ", ".join(found) or "nothing"
"""

READS = """
for path in {paths!r}:
    tries(path, lambda: text(path) if os.path.isfile(path) else os.listdir(path))
"""

WRITES = """
for path in {paths!r}:
    if os.path.isdir(path):
        path = os.path.join(path, "written")
    tries(path, lambda: open(path, "a").write("mine,00-counting,1.1,1,1,right\\n"))
"""

CONNECTS = """
import socket
for host in {hosts!r}:
    tries(host, lambda: socket.create_connection((host, {port!r}), timeout=2))
"""

SEES_PROCESSES = """
mine = set()
pid = os.getpid()
while pid:
    mine.add(pid)
    pid = int(text(f"/proc/{pid}/stat").rpartition(b")")[2].split()[1])
for name in os.listdir("/proc"):
    if name.isdigit() and int(name) not in mine:
        found.append(name)
"""

PARENT = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
class Span(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]
room = ctypes.create_string_buffer(16)
here = Span(ctypes.addressof(room), 16)
parent = os.getppid()
above = int(text(f"/proc/{parent}/stat").rpartition(b")")[2].split()[1])
for pid in (parent, above) if above else (parent,):
    for name in ("mem", "environ", "maps"):
        tries(name, lambda: text(f"/proc/{pid}/{name}") or True)
    for name in ("cwd", "root", "exe", *(f"fd/{number}" for number in range(50))):
        tries(name, lambda: os.readlink(f"/proc/{pid}/{name}"))
        tries(name, lambda: name[:2] == "fd" and open(f"/proc/{pid}/{name}", "ab"))
    tries("trace", lambda: libc.ptrace(0x4206, pid, 0, 0) == 0)  # PTRACE_SEIZE, which does not stop it
    tries("memory", lambda: libc.process_vm_readv(pid, ctypes.byref(here), 1, ctypes.byref(here), 1, 0) > 0)
"""

OWN = """
import gc, sys
def secret(value):
    return "".join(["other_leg(17", ", 8)"]) in str(value)
for each in gc.get_objects():
    if isinstance(each, (dict, list, tuple)):
        tries("objects", lambda: any(secret(one) for one in list(each) if isinstance(one, str)))
for frame in sys._current_frames().values():
    while frame:
        tries("frame", lambda: secret(frame.f_locals) or secret(frame.f_globals))
        frame = frame.f_back
tries("arguments", lambda: secret(sys.argv) or secret(sys.orig_argv))
tries("environment", lambda: "CLASS_KEY" in str(dict(os.environ)) + str(text("/proc/self/environ")))
for number in os.listdir("/proc/self/fd"):
    path = f"/proc/self/fd/{number}"
    tries(f"open file {number}", lambda: os.path.isfile(path) and not os.readlink(path).startswith(os.getcwd()))
for folder in (".", ".."):
    tries(folder, lambda: any(secret(text(each.path)) for each in os.scandir(folder) if each.is_file()))
"""


def spies(*, paths, hosts, port):
    """Attacks that look for what they must not find: files, a listener, processes, what waits to be run."""
    looks = {
        "spy-connects": (CONNECTS.format(hosts=hosts, port=port), "no_network"),
        "spy-files": (READS.format(paths=paths), "own_files"),
        "spy-own-kernel": (OWN, ""),
        "spy-parent": (PARENT, "sealed"),
        "spy-processes": (SEES_PROCESSES, "own_processes"),
        "spy-writes": (WRITES.format(paths=paths), "own_files"),
    }
    return {
        name: Attack(FIND + look + TOLD, "the answer seen is nothing.", needs=needs)
        for name, (look, needs) in looks.items()
    }
