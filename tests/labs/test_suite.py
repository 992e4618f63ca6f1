"""A class in pytest-xdist's processes: what is lost with one of them, what Ctrl-C leaves, and what they are told."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from importlib.util import cache_from_source
from pathlib import Path

import papers
import pytest
from classes import attempt, graded

from labs.classroom import grading
from labs.classroom.grading import grade
from labs.classroom.journal import entry
from labs.classroom.results import Timed
from labs.classroom.suite import ENTRY, Controller, Work
from labs.hidden import PUBLIC, VARIABLE, ClassKey
from labs.lab import LABS
from labs.processes import alive, descendants
from labs.runner import Limits
from labs.sandbox import Sandbox

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc")

REFUSED = papers.answered("!ls", "!ls")
"""A notebook whose answers are not Python: graded without a kernel."""

LEFT = f"left by a submission of {os.getpid()}"

LEAVES = f"""
import os, pathlib, signal, subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)  # {LEFT}"])
nbval = os.getppid()
grader = int(pathlib.Path(f"/proc/{{nbval}}/stat").read_text().rpartition(")")[2].split()[1])
os.kill(grader, signal.SIGKILL)
"""


def shown(pid, what):
    """A process's command or environment; empty if it has ended, or lets nobody look."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/{what}").read_text(errors="replace")
    return ""


@on_linux
@pytest.mark.lab
def test_a_submission_that_ends_the_process_that_grades_it_is_for_a_person_and_costs_nobody_else_anything(
    tmp_path, monkeypatch
):
    """Where nothing keeps it from that."""
    monkeypatch.setattr(grading, "sandbox", Sandbox)
    papers.hand_in(tmp_path, {"eve": papers.answered(LEAVES), "fay": papers.answered()})
    rows = grade([papers.COUNTING], tmp_path, tmp_path / "out", jobs=1, limits=Limits(60), tell=lambda step: None)

    assert [(row.learner, row.points, row.message) for row in rows[1:]] == [
        ("eve", 0, "this could not be graded (the process that graded it was lost): please look at it by hand"),
        ("fay", 1, "right"),
        ("fay", 2, "right"),
    ]
    assert [pid for pid in everybody() if LEFT in shown(pid, "cmdline")] == []
    assert len(list((tmp_path / "out" / "journal").iterdir())) == 1


def everybody():
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


@pytest.fixture
def started(tmp_path):
    """`python -m labs grade` as a terminal starts it: two are graded, then the endless loops of two others run."""
    endless = papers.answered("while True: pass")
    (tmp_path / "class").mkdir()
    papers.hand_in(tmp_path / "class", {"ann": REFUSED, "bob": endless, "eve": REFUSED, "fay": endless})
    command = [sys.executable, "-m", "labs", "--source", str(papers.HERE / "data"), "grade", str(tmp_path / "class")]
    command += ["--out", str(tmp_path / "out"), "--jobs", "2", "--seconds", "600", "--lab", papers.COUNTING.name]
    clean = {name: told for name, told in os.environ.items() if name != VARIABLE}
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    with subprocess.Popen(command, cwd=LABS.parent, env=clean, **pipe) as process:
        yield process
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)


def until(process, condition):
    """Wait until it holds, for a minute at the most; whether it does."""
    end = time.monotonic() + 60
    while not condition() and time.monotonic() < end:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    return condition()


ENDS = {
    "Ctrl-C": (lambda pid: os.killpg(pid, signal.SIGINT), 130),
    "a signal to the first process alone": (lambda pid: os.kill(pid, signal.SIGINT), 130),
    "a signal to one of the others alone": (lambda pid: os.kill(descendants(pid)[0], signal.SIGINT), 130),
    "the loss of the first process": (lambda pid: os.kill(pid, signal.SIGKILL), -signal.SIGKILL),
}


@on_linux
@pytest.mark.lab
@pytest.mark.parametrize("how", ENDS)
def test_no_process_is_left_and_what_was_graded_is_not_run_again_after(how, started, tmp_path):
    end, code = ENDS[how]

    def kernels():
        return [pid for pid in descendants(started.pid) if "ipykernel_launcher" in shown(pid, "cmdline")]

    running = until(started, lambda: len(kernels()) >= 2)
    below = descendants(started.pid)
    end(started.pid)
    _, err = started.communicate()
    gone = until(started, lambda: not any(map(alive, below)))

    assert (running, gone, started.returncode) == (True, True, code)
    assert code < 0 or err == "Stopped. The learners that were done stand in the gradebook.\n"
    assert told_first(tmp_path) == "2 of 4: graded before, and not changed"
    assert (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8").count("\n") == 5


def told_first(folder):
    steps = []

    def stop(step):
        steps.append(str(step))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade([papers.COUNTING], folder / "class", folder / "out", jobs=1, limits=Limits(600), tell=stop)
    return steps[0]


def test_pytest_s_settings_and_plugins_on_this_machine_change_nothing(tmp_path, monkeypatch):
    papers.hand_in(tmp_path, {"ann": REFUSED})
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (tmp_path / "conftest.py").write_text("raise RuntimeError('it was read')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only -k nobody")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    rows = grade([papers.COUNTING], tmp_path, tmp_path / "out", jobs=1, limits=Limits(), tell=lambda step: None)

    assert [row.message[:13] for row in rows] == ["line 1 is '!l", "line 1 is '!l"]
    assert os.environ["PYTEST_ADDOPTS"] == "--collect-only -k nobody"


def test_ecslite_is_compiled_before_the_first_kernel_which_cannot_keep_what_it_compiles(tmp_path):
    compiled = Path(cache_from_source(str(LABS.parent / "ecslite" / "checks.py")))
    compiled.unlink(missing_ok=True)
    papers.hand_in(tmp_path, {"ann": REFUSED})
    grade([papers.COUNTING], tmp_path, tmp_path / "out", jobs=1, limits=Limits(), tell=lambda step: None)

    assert compiled.is_file()


@on_linux
def test_the_class_s_key_is_in_no_process_s_command_or_environment(tmp_path, monkeypatch):
    key, seen = ClassKey("a key that is nobody's business"), {}

    def look(step):
        for pid in descendants(os.getpid()):
            seen[pid] = shown(pid, "cmdline") + shown(pid, "environ")

    papers.hand_in(tmp_path, {"ann": REFUSED, "bob": REFUSED})
    monkeypatch.setenv(VARIABLE, key.text)
    grade([papers.COUNTING], tmp_path, tmp_path / "out", jobs=2, limits=Limits(), key=key, tell=look)

    assert (len(seen) >= 2, [pid for pid, told in seen.items() if key.text in told]) == (True, [])
    assert os.environ[VARIABLE] == key.text


def test_what_goes_wrong_where_a_result_is_taken_in_is_raised(tmp_path):
    def fails(step):
        raise OSError("the disk is full")

    papers.hand_in(tmp_path, {"ann": REFUSED})
    with pytest.raises(OSError, match="the disk is full"):
        grade([papers.COUNTING], tmp_path, tmp_path / "out", jobs=1, limits=Limits(), tell=fails)


@pytest.fixture
def done():
    return []


@pytest.fixture
def controller(done):
    """The controller of a class of one."""
    work = Work([attempt("ann")], Limits(), PUBLIC, Sandbox())
    return Controller(work, lambda attempt, timed: done.append(timed))


def report(when="call", outcome="passed", said=None):
    properties = [] if said is None else [(ENTRY, said)]
    return pytest.TestReport("::0", ("", None, ""), {}, outcome, None, when, user_properties=properties)


def test_a_result_is_taken_in_once_also_where_its_process_is_lost_after_it(controller, done):
    timed = Timed(graded("ann"), 1.5)
    controller.pytest_runtest_logreport(report("setup"))
    controller.pytest_runtest_logreport(report(said=entry(timed)))
    controller.pytest_runtest_logreport(report("???", "failed"))

    assert done == [timed]


@pytest.mark.parametrize(
    "said", [None, "{", "[]", '{"rows": []}', entry(Timed(graded("ann"), 1)).replace("1.1", "7.1")]
)
def test_what_is_no_result_of_an_item_is_for_a_person(controller, done, said):
    controller.pytest_runtest_logreport(report(said=said))

    assert [timed.graded.failed for timed in done] == [True]
