"""What a submission's program is kept from, in each way that this machine has to start one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import hostile
import papers
import pytest

from labs import processes, sandbox
from labs.lab import LABS
from labs.notebooks import collecting
from labs.runner import Limits, run
from labs.sandbox import Sandbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a sandbox is Linux's")

WAYS = {
    "bubblewrap, another user": lambda bwrap: Sandbox(bwrap, offline=True, other_user=True),
    "bubblewrap": lambda bwrap: Sandbox(bwrap, offline=True),
    "another user": lambda bwrap: Sandbox(other_user=True),
    "limits alone": lambda bwrap: Sandbox(),
}


def the_way(name):
    """A way to start a program; the test is skipped where the way does not work."""
    way = WAYS[name](sandbox.shutil.which("bwrap") or "/no/bwrap")
    if (way.bwrap or way.other_user) and not way.works():
        pytest.skip(
            f"{name}: bwrap is missing, or this kernel, this user or the place of this Python does not allow it"
        )
    return way


def told(way, program):
    """What a Python program prints that is started in this way."""
    user = way.user()
    with way.room(user) as room, tempfile.TemporaryFile() as results:
        way.start([sys.executable, "-c", program], room, results=results).wait()
        results.seek(0)
        return results.read().decode().split()


@pytest.mark.lab
@pytest.mark.parametrize("spy", ["spy-parent", "spy-own-kernel"])
@pytest.mark.parametrize("name", WAYS)
def test_a_kernel_reads_no_check_that_waits_for_it_and_writes_no_result(name, spy):
    """Whatever the way is: also where it runs as the same user, with nothing between the two."""
    way = the_way(name)
    attack = hostile.spies(paths=[], hosts=[], port=0)[spy]
    notebook = collecting(papers.COUNTING, {"1.1": attack.answer, "1.2": papers.LEG}, "mark")
    outcome = run(notebook, Limits(60), 60, way)

    assert [outcome.cells[f"ex-1-{each}-collect"]["text"].strip() for each in (1, 2)] == [
        'mark"nothing"',
        "mark[12.0, 15.0]",
    ]


def test_a_spy_finds_what_nothing_hides():
    """The same look at files, from here: else the campaign could not fail."""
    attack = hostile.spies(paths=[str(LABS / "source"), "/etc/passwd"], hosts=[], port=0)["spy-files"]
    names = {}
    exec(attack.answer, names)

    assert names["half"] == f"{LABS / 'source'}, /etc/passwd"


@pytest.mark.parametrize("name", ["bubblewrap, another user", "bubblewrap"])
def test_under_bubblewrap_the_repository_is_ecslite_and_two_modules(name):
    way = the_way(name)
    seen = told(way, f"import os; print(*sorted(os.listdir({str(LABS)!r})), *os.listdir({str(LABS.parent)!r}))")

    assert seen[:3] == ["__init__.py", "child.py", "processes.py"]
    assert set(seen[3:]) <= {"ecslite", "labs", Path(sys.prefix).name}


@pytest.mark.parametrize("name", ["bubblewrap, another user", "bubblewrap"])
def test_under_bubblewrap_only_the_room_can_be_written_to(name):
    way = the_way(name)
    folders = ["/", "/usr", "/etc", "/dev", "/root", str(LABS), str(LABS.parent), sys.prefix, "/tmp"]
    seen = told(way, f"import os; print(*[each for each in {folders!r} if os.access(each, os.W_OK)])")

    assert seen == ["/tmp"]


@pytest.mark.parametrize("name", ["bubblewrap, another user", "bubblewrap"])
def test_under_bubblewrap_the_program_is_process_1_of_1_and_has_only_the_loopback(name):
    way = the_way(name)
    seen = told(
        way, "import os, socket; print(*[n for n in os.listdir('/proc') if n.isdigit()], socket.if_nameindex())"
    )

    assert seen == ["1", "[(1,", "'lo')]"]


def test_the_best_way_is_taken_that_works(monkeypatch):
    monkeypatch.setattr(sandbox, "_ways", lambda: iter([Sandbox("/no/bwrap", offline=True), Sandbox("/bin/false")]))

    assert sandbox.sandbox.__wrapped__() == Sandbox()


def test_a_way_that_takes_too_long_to_start_is_ended_and_the_report_says_so(monkeypatch, tmp_path):
    slow = tmp_path / "bwrap"
    slow.write_text(f"#!/bin/sh\necho $$ > {tmp_path / 'pid'}\nexec sleep 1000\n")
    slow.chmod(0o755)
    monkeypatch.setattr(sandbox, "_ways", lambda: iter([Sandbox(str(slow))]))
    monkeypatch.setattr(sandbox, "PATIENCE", 2)
    found = sandbox.sandbox.__wrapped__()

    assert found == Sandbox(late=True)
    assert found.protections.missing == (*Sandbox().protections.missing, sandbox.LATE)
    assert not processes.alive(int((tmp_path / "pid").read_text()))


def test_as_root_another_user_is_tried_before_the_same_one(monkeypatch):
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: "/usr/bin/bwrap")
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    assert [(each.bwrap is not None, each.offline, each.other_user) for each in sandbox._ways()] == [
        (True, True, True),
        (True, False, True),
        (True, True, False),
        (True, False, False),
        (False, False, True),
    ]


def test_without_root_and_bubblewrap_nothing_is_tried(monkeypatch):
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert list(sandbox._ways()) == []


@pytest.mark.parametrize("name", WAYS)
def test_each_protection_is_in_words_whether_it_holds_or_not(name):
    protections = WAYS[name]("/usr/bin/bwrap").protections

    assert len(protections.held) + len(protections.missing) == len(sandbox.WORDS)
    assert str(protections).count("NOT PROTECTED") == len(protections.missing)


def test_with_bubblewrap_and_another_user_all_holds():
    assert Sandbox("/usr/bin/bwrap", offline=True, other_user=True).protections.missing == ()


def test_each_run_has_a_user_of_its_own_where_the_system_has_enough_of_them(monkeypatch):
    way = Sandbox(other_user=True)
    monkeypatch.setattr(sandbox, "_most_users", lambda: 2**32 - 2)
    many = {way.user() for _ in range(10)}
    monkeypatch.setattr(sandbox, "_most_users", lambda: 65535)

    assert (len(many), way.user(), Sandbox().user()) == (10, sandbox.NOBODY, 0)


def test_a_room_is_gone_at_the_end_however_deep_it_was_dug():
    way = Sandbox()
    with way.room(0) as room:
        dig = "import os\nfor each in range(1500):\n    os.mkdir('d')\n    os.chdir('d')"
        way.start([sys.executable, "-c", dig], room).wait()
        there = (room / "d" / "d").is_dir()

    assert (there, room.exists()) == (True, False)


def test_a_program_is_started_without_our_environment(monkeypatch):
    monkeypatch.setenv("ECSLITE_CLASS_KEY", "a key")
    names = told(Sandbox(), "import os; print(*os.environ)")

    assert "ECSLITE_CLASS_KEY" not in names
    assert "HOME" in names


def test_what_a_process_has_started_is_counted_and_ended():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        counted = (processes.threads(os.getpid()) >= 1, processes.memory_mib(os.getpid(), 10**6) > 0)
        each = processes.memory_mib(os.getpid(), 0) > 0
        user = processes.running(os.getuid()) >= 2
        processes.end_descendants(os.getpid())

        assert (counted, each, user, child.wait()) == ((True, True), True, True, -9)


def test_a_room_for_another_user_can_be_entered_by_that_user_and_listed_by_nobody_but_root():
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    with Sandbox(other_user=True).room(12345) as room:
        seen = room.stat()

    assert (oct(seen.st_mode & 0o777), seen.st_uid, seen.st_gid) == ("0o710", 0, 12345)


def test_the_users_of_a_container_are_those_of_its_map(monkeypatch, tmp_path):
    (tmp_path / "uid_map").write_text("0 100000 65536\n70000 1000 1\n")
    monkeypatch.setattr(sandbox, "USERS", tmp_path / "uid_map")
    few = sandbox._most_users()
    monkeypatch.setattr(sandbox, "USERS", tmp_path / "none")

    assert (few, sandbox._most_users()) == (70000, sandbox.NOBODY)


def test_a_folder_of_programs_that_is_no_link_is_shown_as_it_is(monkeypatch, tmp_path):
    monkeypatch.setattr(sandbox, "LINKED", (str(tmp_path), "/no/such/folder"))
    words = sandbox._files()
    at = len(words) - words[::-1].index(str(tmp_path)) - 1

    assert words[at - 2 : at + 1] == ["--ro-bind", str(tmp_path), str(tmp_path)]
    assert "/no/such/folder" not in words


def test_a_process_that_is_gone_has_no_numbers_and_is_not_alive():
    with subprocess.Popen([sys.executable, "-c", "pass"]) as child:
        child.wait()

    assert (processes._table(f"/proc/{child.pid}/status"), processes.alive(child.pid)) == ({}, False)


def test_what_cannot_be_ended_is_given_up(monkeypatch):
    monkeypatch.setattr(processes, "descendants", lambda pid: [child])
    monkeypatch.setattr(processes, "alive", lambda pid: killed.append(pid) is None)
    killed = []
    child = 2**22 + 1  # beyond what Linux counts to
    processes.end_descendants(1)

    assert killed == [child] * 20
