"""Grading, in real kernels: what each submission is worth, and that none costs another anything."""

from __future__ import annotations

import csv

import nbclient
import nbformat
import papers
import pytest

from labs.classroom import grading
from labs.classroom.gradebook import COLUMNS
from labs.classroom.grading import grade
from labs.lab import LabError, read_lab, sources
from labs.notebooks import instructor, released, text
from labs.runner import Limits
from labs.sandbox import Sandbox

pytestmark = pytest.mark.lab

QUICK = Limits(seconds=24, memory_mib=2048)


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory):
    """Usual and broken submissions, graded side by side: rows by learner, and the file."""
    handed_in, out = tmp_path_factory.mktemp("handed-in"), tmp_path_factory.mktemp("out")
    papers.hand_in(handed_in, {name: paper for name, (paper, _) in papers.usual().items()} | papers.broken())
    grade([papers.COUNTING], handed_in, out, jobs=2, limits=QUICK, tell=lambda line: None)
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def points(gradebook, learner):
    return sum(int(row["points"]) for row in gradebook if row["learner"] == learner)


@pytest.mark.parametrize("learner", papers.usual())
def test_a_submission_gets_the_points_it_is_worth(gradebook, learner):
    assert points(gradebook, learner) == papers.usual()[learner][1]


def test_every_learner_has_a_row_with_a_message_for_every_exercise(gradebook):
    names = sorted([*papers.usual(), *papers.broken()])

    assert [(row["learner"], row["exercise"]) for row in gradebook] == [(n, e) for n in names for e in ("1.1", "1.2")]
    assert all(row["message"] for row in gradebook)
    assert list(gradebook[0]) == list(COLUMNS)


@pytest.mark.parametrize(
    ("learner", "words"),
    [
        ("b-empty", "not answered yet"),
        ("e-answer-missing", "the answer cell is missing"),
        ("j-magic", "'%nosuchmagic', which only IPython reads"),
        ("o-raises", "ZeroDivisionError"),
        ("p-no-python", "not Python"),
    ],
)
def test_the_message_says_what_happened(gradebook, learner, words):
    messages = [row["message"] for row in gradebook if (row["learner"], row["exercise"]) == (learner, "1.1")]

    assert words in messages[0]


@pytest.fixture(scope="module")
def class_of_two(tmp_path_factory):
    """Lab 1, handed in perfect and empty: the rows."""
    lab = read_lab(sources()[0])
    handed_in, out = tmp_path_factory.mktemp("lab-1"), tmp_path_factory.mktemp("out-1")
    papers.hand_in(handed_in, {"ann": instructor(lab), "bob": released(lab)})
    return grade([lab], handed_in, out, jobs=2, limits=Limits(), tell=lambda line: None)


def test_the_reference_solutions_score_full_marks(class_of_two):
    assert [(row.exercise, row.message) for row in class_of_two if row.learner == "ann" and row.points < row.max] == []


def test_the_released_notebook_scores_zero(class_of_two):
    assert {(row.points, row.message) for row in class_of_two if row.learner == "bob"} == {(0, "not answered yet")}


def printed(notebook):
    """What each code cell prints, by id, when the notebook is run from the top."""
    ready = nbformat.reads(text(notebook), as_version=4)
    nbclient.NotebookClient(ready, timeout=120, kernel_name="python3").execute()
    return {
        cell.id: "".join(out.get("text", "") for out in cell.outputs)
        for cell in ready.cells
        if cell.cell_type == "code"
    }


def test_the_released_notebook_runs_to_its_end_and_says_what_is_not_answered_yet():
    lab = read_lab(sources()[0])
    said = printed(released(lab))

    assert [
        each.number for each in lab.exercises if "not answered yet" not in said[lab.cell(each.number, "check").id]
    ] == []


def test_the_instructors_notebook_passes_its_own_visible_and_hidden_checks():
    lab = read_lab(sources()[0])
    said = printed(instructor(lab))

    for each in lab.exercises:
        assert said[lab.cell(each.number, "check").id] == f"{each.number}: that is right.\n"
        assert said[lab.cell(each.number, "judge").id] == f"{each.number} right\n"


@pytest.fixture(scope="module")
def graded_twice(tmp_path_factory):
    """A class of three, graded into two folders, neither of which knows of the other: the class and the folders."""
    top = tmp_path_factory.mktemp("moodle")
    for number, (name, paper) in enumerate(
        {
            "Jane Doe": papers.answered(),
            "Bob O'Roe": papers.answered(half="half = 40", leg="def other_leg(*legs): raise ValueError(object())"),
            "=Eve <b>": papers.broken()["not-json"],
        }.items()
    ):
        folder = top / f"{name}_{number}_assignsubmission_file_"
        folder.mkdir()
        papers.hand_in(folder, {"lab": paper})
    outs = [tmp_path_factory.mktemp(f"out-{number}") for number in (1, 2)]
    for jobs, out in enumerate(outs, start=1):
        grade([papers.COUNTING], top, out, jobs=jobs, limits=QUICK, tell=lambda step: None)
    return top, *outs


def content(out):
    """All that was written, but for what takes time to say."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and not path.name.startswith("times") and path.parent.name != "journal"
    }


def test_grading_twice_gives_the_same_bytes_however_many_run_at_a_time(graded_twice):
    _, first, second = graded_twice

    assert content(first) == content(second)
    assert len([name for name in content(first) if name.startswith("feedback/")]) == 3


def test_the_times_are_told_by_submission_and_by_lab(graded_twice):
    _, out, _ = graded_twice
    with (out / "times.csv").open(encoding="utf-8", newline="") as file:
        each = [(row["learner"], float(row["seconds"])) for row in csv.DictReader(file)]
    with (out / "times-by-lab.csv").open(encoding="utf-8", newline="") as file:
        (lab,) = csv.DictReader(file)

    assert [learner for learner, _ in each] == ["Bob O'Roe", "Jane Doe"]
    assert (lab["submissions"], float(lab["most seconds"])) == ("2", max(seconds for _, seconds in each))


def test_what_has_not_changed_is_not_run_again_and_comes_to_the_same(graded_twice, monkeypatch):
    top, out, _ = graded_twice
    before, steps, again = content(out), [], []
    monkeypatch.setattr(grading, "grade_all", lambda work, *more: again.extend(work.attempts))
    grade([papers.COUNTING], top, out, jobs=1, limits=QUICK, tell=lambda step: steps.append(str(step)))

    assert (steps, again) == (["2 of 2: graded before, and not changed"], [])
    assert content(out) == before


def test_a_stop_in_the_middle_leaves_the_learners_that_were_done(tmp_path):
    papers.hand_in(tmp_path, dict.fromkeys(("ann", "bob"), papers.answered("!ls", "!ls")))

    def stop(line):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade([papers.COUNTING], tmp_path, tmp_path / "out", jobs=1, limits=QUICK, tell=stop)

    assert (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8").count("\n") == 3


def test_a_fault_of_the_grader_costs_one_learner_a_row_and_nobody_else_anything(tmp_path, monkeypatch):
    monkeypatch.setattr(grading, "sandbox", lambda: Sandbox("/no/such/bwrap"))
    papers.hand_in(tmp_path, {"ann": papers.answered(), "bob": papers.broken()["not-json"]})
    rows = grade([papers.COUNTING], tmp_path, tmp_path / "out", jobs=1, limits=QUICK, tell=lambda line: None)

    assert "this could not be graded (FileNotFoundError: " in rows[0].message
    assert [row.learner for row in rows] == ["ann", "ann", "bob", "bob"]


def test_a_folder_of_results_that_cannot_be_is_told(tmp_path):
    papers.hand_in(tmp_path, {"ann": papers.answered()})

    with pytest.raises(LabError, match="cannot be the folder of the results"):
        grade([papers.COUNTING], tmp_path, tmp_path / "ann.ipynb", jobs=1, limits=QUICK)


def test_pages_and_files_of_another_time_do_not_stay(tmp_path):
    papers.hand_in(tmp_path, {"ann": papers.broken()["not-json"]})
    (tmp_path / "out" / "feedback").mkdir(parents=True)
    for name in ("feedback/bob.html", "canvas.csv"):
        (tmp_path / "out" / name).write_text("old")
    grade([papers.COUNTING], tmp_path, tmp_path / "out", jobs=1, limits=QUICK)

    there = {path.name for path in (tmp_path / "out").rglob("*")}
    assert there & {"bob.html", "ann.html", "canvas.csv"} == {"ann.html"}
