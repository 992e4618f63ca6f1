"""A campaign of strangers' notebooks: each costs its author points, and nobody else anything."""

from __future__ import annotations

import csv
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import hostile
import papers
import pytest

from labs.classroom.grading import grade
from labs.hidden import VARIABLE
from labs.lab import LABS
from labs.runner import Limits
from labs.sandbox import sandbox

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(sys.platform != "linux", reason="the attacks are on Linux"),
]


LIMITS = Limits(seconds=60, memory_mib=512, cells=15)
"""Little time for a cell, so that those that wait for ever do not hold up the rest, and much for a run."""

NEIGHBOURS = ("innocent", "zz-innocent")
"""Who handed in what is right, in the middle and at the end of the class."""

NAMES = sorted([*hostile.ordinary(), *hostile.spies(paths=[], hosts=[], port=0)])


@dataclass(frozen=True)
class Campaign:
    """What came of it."""

    attacks: dict[str, hostile.Attack]
    rows: list[dict[str, str]]
    lines: list[str]
    reached: bool
    """Whether anybody connected to the listener."""

    def of(self, learner):
        return [row for row in self.rows if row["learner"] == learner]


def held_back(attack):
    """Whether this machine has what an attack needs to be run on it."""
    return not attack.needs or getattr(sandbox().protections, attack.needs)


def graded(folder, notebooks):
    """grades.csv of a class."""
    handed_in, out = folder / "handed-in", folder / "out"
    handed_in.mkdir()
    papers.hand_in(handed_in, notebooks)
    grade([papers.COUNTING], handed_in, out, jobs=2, limits=LIMITS, tell=lambda line: None)
    return (out / "grades.csv").read_text(encoding="utf-8")


def innocents():
    return dict.fromkeys(NEIGHBOURS, papers.answered())


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    """All attacks that this machine can bear, graded side by side."""
    folder = tmp_path_factory.mktemp("campaign")
    paths = [str(folder / "handed-in" / "innocent.ipynb"), str(folder / "out"), str(folder / "out" / "grades.csv")]
    paths += [
        str(LABS / "source"),
        str(LABS.parent / "tests"),
        str(Path(papers.__file__)),
        str(LABS.parent / "README.md"),
        "/etc/passwd",
    ]
    with pytest.MonkeyPatch.context() as patch, socket.create_server(("127.0.0.1", 0)) as listener:
        patch.setenv(VARIABLE, "a key that no notebook may see")
        listener.setblocking(False)
        hosts, port = ["127.0.0.1", socket.gethostname()], listener.getsockname()[1]
        attacks = hostile.ordinary() | hostile.spies(paths=paths, hosts=hosts, port=port)
        run = {name: attack for name, attack in attacks.items() if held_back(attack)}
        notebooks = {name: papers.answered(attack.answer) for name, attack in run.items()}
        table = graded(folder, notebooks | innocents())
        try:
            listener.accept()
            reached = True
        except BlockingIOError:
            reached = False
    return Campaign(attacks, list(csv.DictReader(table.splitlines())), table.splitlines(), reached)


@pytest.fixture(scope="module")
def strange(tmp_path_factory):
    """Notebooks of a strange form, and what is no ordinary file: rows by learner, and the words that are due."""
    folder = tmp_path_factory.mktemp("strange")
    (folder / "handed-in").mkdir()
    due = hostile.put_strange_files(folder / "handed-in")
    papers.hand_in(folder / "handed-in", {name: content for name, (content, *_) in hostile.strange().items()})
    grade([papers.COUNTING], folder / "handed-in", folder / "out", jobs=2, limits=LIMITS, tell=lambda line: None)
    table = (folder / "out" / "grades.csv").read_text(encoding="utf-8")
    return {row["learner"]: row for row in csv.DictReader(table.splitlines()) if row["exercise"] == "1.1"}, due


@pytest.mark.parametrize("name", hostile.strange())
def test_a_notebook_of_a_strange_form_is_refused_in_a_sentence(strange, name):
    row = strange[0][name]
    _, points, words = hostile.strange()[name]

    assert words in row["message"]
    assert int(row["points"]) == min(points, 1)


def test_what_is_no_ordinary_file_is_not_opened_and_a_strange_name_is_made_plain(strange):
    rows, due = strange

    assert [name for name, words in due.items() if words not in rows[name]["message"]] == []


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_costs_its_author_points(campaign, name):
    attack = campaign.attacks[name]
    if not held_back(attack):
        pytest.skip(f"this machine lacks {attack.needs}, so the attack is not run on it")
    rows = campaign.of(name)

    assert [words for words in attack.words.split("|") if words in rows[0]["message"]] != []
    assert [int(row["points"]) for row in rows] == [0, attack.points]


def test_an_attack_costs_nobody_else_anything(campaign, tmp_path):
    """The neighbours' lines are the same bytes as where they are alone."""
    alone = graded(tmp_path, innocents()).splitlines()

    assert [line for line in campaign.lines if line.startswith(NEIGHBOURS)] == alone[1:]
    assert [int(row["points"]) for row in campaign.of("innocent")] == [1, 2]


def test_nobody_is_in_the_gradebook_who_handed_in_nothing(campaign):
    assert {row["learner"] for row in campaign.rows} == {
        *NEIGHBOURS,
        *(name for name, attack in campaign.attacks.items() if held_back(attack)),
    }


def test_a_message_is_one_printable_line_and_no_formula(campaign):
    assert [row for row in campaign.rows if not row["message"].isprintable() or row["message"][:1] in "=+-@"] == []


def command(path):
    """A process's command; empty if it has ended by now."""
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def test_nothing_outlives_its_notebook(campaign):
    assert [path for path in Path("/proc").glob("[0-9]*/cmdline") if "outlives-its-notebook" in command(path)] == []


def test_no_submission_has_reached_a_listener_on_this_machine(campaign):
    if not sandbox().protections.no_network:
        pytest.skip("this machine cannot take the network away")

    assert not campaign.reached
