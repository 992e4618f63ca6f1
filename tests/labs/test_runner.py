"""A run's end: its time, its size, a stop; and what is read of its results. The program in it is a stand-in."""

from __future__ import annotations

import json
import os

import pytest

from labs import runner
from labs.processes import descendants
from labs.runner import Limits, Outcome, run
from labs.sandbox import Sandbox

ENDLESS = "import time\nwhile True: time.sleep(10)"


@pytest.fixture
def program(monkeypatch, tmp_path):
    """Puts a program in place of the one that runs nbval."""
    monkeypatch.setattr(runner, "LABS", tmp_path)
    return lambda source: (tmp_path / "child.py").write_text(source, encoding="utf-8")


def ran(seconds=60.0):
    return run({}, Limits(), seconds, Sandbox())


def test_a_run_whose_time_is_over_is_ended(program):
    program(ENDLESS)

    assert ran(seconds=0.0) == Outcome(out_of_time=True)


def test_a_run_with_too_many_processes_is_ended(program, monkeypatch):
    program(ENDLESS)
    monkeypatch.setattr(runner, "threads", lambda pid: 193)

    assert ran().too_large == "it had more than 192 processes and threads at a time"


def test_a_run_whose_processes_take_too_much_memory_together_is_ended(program, monkeypatch):
    program(ENDLESS)
    monkeypatch.setattr(runner, "memory_mib", lambda pid, enough: 3073.0)

    assert ran().too_large == "its processes took more than 3072 MiB of memory"


def test_a_run_is_given_its_notebook_and_read_its_results(program):
    program('import sys, json; print(json.dumps({"id": sys.stdin.read(), "passed": True}))')

    assert ran() == Outcome({"{}\n": {"id": "{}\n", "passed": True}})


def test_a_run_that_is_interrupted_is_ended(program, monkeypatch):
    program(ENDLESS)
    began = []

    def interrupt(pid, limits):
        began.append(pid)
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "_too_large", interrupt)
    with pytest.raises(KeyboardInterrupt):
        ran()

    assert [pid for pid in descendants(os.getpid()) if pid in began] == []
    assert len(began) == 1


def test_of_the_results_only_whole_records_count():
    whole = json.dumps({"id": "a", "passed": True})
    lines = [whole, "[1]", '{"id": 3}', '{"id": "b"', "\udcff", "[" * 5000, '{"id": "c", "pas']

    assert runner._records("\n".join(lines).encode("utf-8", "surrogateescape")) == {"a": {"id": "a", "passed": True}}
