"""`python -m labs grade` from a platform's download to its import, without a kernel: no answer here can be run."""

from __future__ import annotations

import csv
import io
import zipfile

import papers
import pytest

from labs.__main__ import main
from labs.notebooks import text

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Counting (4567)
    Points Possible,,,,,10
"Doe, Jane",12345,S-1,jdoe,A,
"Roe, Jim",12346,S-2,jroe,A,
"Lee, Ann",12347,S-3,alee,A,
"""

RULES = """
percent_a_day = 10
[due]
"00" = 2026-10-05T23:59:00+02:00
"""

REFUSED = papers.answered("!ls", "!ls")
"""A notebook whose answers are not Python: graded without a kernel."""


@pytest.fixture
def source(tmp_path):
    """Two labs: the small one, and the same under another name and with other ids."""
    folder = tmp_path / "source"
    folder.mkdir()
    small = (papers.HERE / "data" / "00-counting.md").read_text(encoding="utf-8")
    (folder / "00-counting.md").write_text(small, encoding="utf-8")
    other = small.replace("ex-1-", "ex-2-").replace('"1.', '"2.').replace("# Counting", "# Counting again")
    (folder / "02-again.md").write_text(other, encoding="utf-8")
    return folder


@pytest.fixture
def grade(source, tmp_path):
    """Runs the command; the code, and what was written, by name."""

    def run(*words):
        out = tmp_path / "out"
        code = main(["--source", str(source), "grade", "--out", str(out), *map(str, words)])
        return code, {path.name: path.read_text(encoding="utf-8") for path in out.glob("*.*") if path.suffix != ".zip"}

    return run


def zipped(path, entries):
    with zipfile.ZipFile(path, "w") as archive:
        for name, paper in entries.items():
            archive.writestr(name, text(paper) if isinstance(paper, dict) else paper)
    return path


def cells(content):
    return list(csv.reader(io.StringIO(content)))


def test_from_canvas_s_zip_and_export_to_its_import(tmp_path, grade):
    (tmp_path / "canvas.csv").write_text(CANVAS, encoding="utf-8")
    (tmp_path / "late.toml").write_text(RULES, encoding="utf-8")
    names = {
        "doejane_LATE_12345_1_lab.ipynb": REFUSED,
        "roejim_12346_2_lab-1.ipynb": b"{",
        "poejoe_9_3_lab.ipynb": REFUSED,
    }
    top = zipped(tmp_path / "submissions.zip", names)
    code, written = grade(top, "--roster", tmp_path / "canvas.csv", "--rules", tmp_path / "late.toml")

    assert code == 0
    assert cells(written["canvas.csv"]) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Counting (4567)"],
        ["    Points Possible", "", "", "", "", "10"],
        ["Doe, Jane", "12345", "S-1", "jdoe", "A", "0"],
        ["Roe, Jim", "12346", "S-2", "jroe", "A", "0"],
    ]
    assert [(line[0], line[4], line[9]) for line in cells(written["totals.csv"])[1:]] == [
        ("jdoe", "10", "marked LATE by Canvas, which does not say by how much: 10 % taken off"),
        ("jroe", "0", ""),
        ("poejoe", "0", "it is not known when this was handed in, so nothing was taken off"),
    ]
    page = (tmp_path / "out" / "feedback" / "jdoe.html").read_text(encoding="utf-8")
    assert "<h1>Feedback for Doe, Jane (jdoe)</h1>" in page
    assert "alee is on the roster and handed in nothing." in written["class.html"]
    assert "poejoe is not on the roster" in written["class.html"]


def test_several_labs_at_once_each_by_what_its_notebook_says(tmp_path, grade):
    again = {**REFUSED, "metadata": {"ecslite": {"lab": "02-again"}}}
    top = tmp_path / "class"
    for name, found in {"ann": {"a": REFUSED, "b": again}, "bob": {"c": again}}.items():
        (top / name).mkdir(parents=True)
        papers.hand_in(top / name, found)
    code, written = grade(top)

    assert code == 0
    assert [(line[0], line[1], line[7]) for line in cells(written["totals.csv"])[1:]] == [
        ("ann", "00-counting", "ann/a.ipynb"),
        ("ann", "02-again", "ann/b.ipynb"),
        ("bob", "00-counting", ""),
        ("bob", "02-again", "bob/c.ipynb"),
    ]
    assert "no notebook of this lab was handed in" in written["grades.csv"]


def test_a_download_for_each_lab_is_graded_together(tmp_path, grade):
    again = {**REFUSED, "metadata": {"ecslite": {"lab": "02-again"}}}
    tops = [
        zipped(tmp_path / "lab-1.zip", {"Jane Doe_11_assignsubmission_file_/lab.ipynb": REFUSED}),
        zipped(tmp_path / "lab-2.zip", {"Jane Doe_22_assignsubmission_file_/lab.ipynb": again}),
    ]
    code, written = grade(*tops)

    assert code == 0
    assert [(line[0], line[1], line[7]) for line in cells(written["totals.csv"])[1:]] == [
        ("Jane Doe", "00-counting", "1 lab-1/Jane Doe_11_assignsubmission_file_/lab.ipynb"),
        ("Jane Doe", "02-again", "2 lab-2/Jane Doe_22_assignsubmission_file_/lab.ipynb"),
    ]
    assert sorted(path.name for path in (tmp_path / "out").glob("*.zip")) == [
        "moodle-feedback-00-counting.zip",
        "moodle-feedback-02-again.zip",
    ]


def test_one_lab_alone_if_it_is_named(tmp_path, grade, capsys):
    top = tmp_path / "class"
    top.mkdir()
    papers.hand_in(top, {"ann": REFUSED})

    _, written = grade(top, "--lab", "02-again")
    assert "this is the notebook of lab '00-counting', and '02-again' is being graded" in written["grades.csv"]
    assert grade(top, "--lab", "03-none")[0] == 2
    assert "--lab 03-none: use one of 00-counting, 02-again" in capsys.readouterr().err


def test_a_hostile_zip_of_a_class_is_told_and_nothing_is_written(tmp_path, grade, capsys):
    top = zipped(tmp_path / "class.zip", {"../ann.ipynb": REFUSED})

    assert grade(top) == (2, {})
    assert "'../ann.ipynb', and a name in a zip must not lead out of it" in capsys.readouterr().err
