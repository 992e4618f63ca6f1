"""A class as a pytest suite: an item for each submission, which pytest-xdist spreads over processes.

These live on from one submission to the next, so nothing of a stranger's ever runs in them. An item has the submission
run in a sandboxed process of its own, as labs.runner starts it, waits, and judges what came of it. A process that is
lost costs one submission its grade, and another takes its place.

This is the only module that knows pytest-xdist. Its processes load it as a plugin.
"""

from __future__ import annotations

import compileall
import contextlib
import os
import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from labs.classroom.attempts import Attempt
from labs.classroom.journal import entry, read
from labs.classroom.results import Timed
from labs.grade import by_hand, grade_one
from labs.hidden import VARIABLE, ClassKey
from labs.lab import LABS
from labs.runner import Limits
from labs.sandbox import Sandbox

__all__ = ["Work", "grade_all"]

OPTIONS = (
    # Nothing of the machine's pytest: no plugin that is installed on it, no settings, no conftest.py.
    "--disable-plugin-autoload",
    f"--rootdir={LABS.parent}",
    f"--confcutdir={LABS.parent}",
    *("-c", os.devnull),
    "--noconftest",
    "--assert=plain",
    "--capture=no",
    *(word for each in ("terminal", "cacheprovider", "tmpdir", "logging", "warnings") for word in ("-p", f"no:{each}")),
    *("-p", "no:faulthandler", "-p", "xdist.plugin", "-p", __name__, "--dist=worksteal"),
)

WORK = "ecslite work"
ENTRY = "ecslite entry"


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be graded, and how. The processes get it through pipes, which no other process can read."""

    attempts: Sequence[Attempt]
    limits: Limits
    key: ClassKey
    way: Sandbox


def grade_all(work: Work, jobs: int, done: Callable[[Attempt, Timed], None]) -> None:
    """Grade all attempts, so many at a time, and call `done` with each. What interrupts it is raised."""
    if not work.attempts:
        return
    work.way.hide()
    # A kernel cannot write what it compiles of ecslite, and would do so again and again: 0.2 s for each.
    compileall.compile_dir(LABS.parent / "ecslite", quiet=2)
    controller = Controller(work, done)
    # Each process that is lost has cost a submission its grade, so the class comes to its end however many are lost.
    numbers = [f"--numprocesses={min(jobs, len(work.attempts))}", f"--max-worker-restart={len(work.attempts)}"]
    with _environment():
        pytest.main([*OPTIONS, *numbers], plugins=[controller])
    if controller.error:
        raise controller.error


class Submitted(pytest.Item):
    """One submission, in a process of pytest-xdist's."""

    def __init__(self, *, work: Work, attempt: Attempt, **more: Any) -> None:
        super().__init__(**more)
        self.work, self.attempt = work, attempt

    def runtest(self) -> None:
        began = time.monotonic()
        work, attempt = self.work, self.attempt
        graded = grade_one(attempt.lab, attempt.submission, work.limits, work.key, work.way)
        self.user_properties.append((ENTRY, entry(Timed(graded, round(time.monotonic() - began, 2)))))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        """The grader's own fault, in a line."""
        return f"{excinfo.typename}: {excinfo.value}"


def pytest_collection(session: pytest.Session) -> bool:
    """Make the items, in a process of pytest-xdist's. The one that starts these has none."""
    given: Any = session.config
    work: Work = pickle.loads(given.workerinput[WORK])
    work.way.hide()
    session.items = [
        Submitted.from_parent(session, name=str(number), work=work, attempt=attempt)
        for number, attempt in enumerate(work.attempts)
    ]
    session.testscollected = len(session.items)
    session.config.hook.pytest_collection_finish(session=session)
    return True


class Controller:
    """The plugin of the process that has started the others: it gives them their work, and takes what comes of it."""

    def __init__(self, work: Work, done: Callable[[Attempt, Timed], None]) -> None:
        self.error: BaseException | None = None
        self._given = pickle.dumps(work)
        self._left = {f"::{number}": attempt for number, attempt in enumerate(work.attempts)}
        self._done = done

    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[WORK] = self._given

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """An item has come to an end, or its process has. It is told once, also if its process is lost after that."""
        over = report.when == "call" or report.failed
        if over and (attempt := self._left.pop(report.nodeid, None)):
            self._done(attempt, _timed(attempt, report))

    def pytest_testnodedown(self, node: Any, error: object) -> None:
        if error == "keyboard-interrupt":
            raise KeyboardInterrupt

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self.error = excinfo.value

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """Keep the first error, which is raised at the end, in place of printing it."""
        self.error = self.error or excinfo.value
        return True


def _timed(attempt: Attempt, report: pytest.TestReport) -> Timed:
    """What an item came to. Where it failed, or says what no item of ours says, the submission is for a person."""
    problem = str(report.longrepr) if report.when == "call" else "the process that graded it was lost"
    if report.passed:
        try:
            return read(attempt, str(dict(report.user_properties).get(ENTRY)))
        except ValueError as error:
            problem = str(error)
    return Timed(by_hand(attempt.lab, attempt.submission.learner, problem), round(report.duration, 2))


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    """Without what would have pytest do something else, and without the class's key, which others' eyes might find."""
    ours = {name: text for name, text in os.environ.items() if name.startswith("PYTEST") or name == VARIABLE}
    for name in ours:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(ours)
