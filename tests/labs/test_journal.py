"""What was graded before is found again, as long as nothing that it depends on has changed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from classes import LAB, attempt, graded

from labs.classroom import journal as journals
from labs.classroom.journal import Journal
from labs.classroom.results import Timed
from labs.grade import Graded
from labs.lab import LABS, Lab
from labs.runner import Limits

LIMITS = Limits()
TIMED = Timed(Graded(graded(half="seen 40").rows, {"1.1": "40"}, protections=("no network",)), 2.5)


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path / "journal", LIMITS, "key")
    made.keep(attempt("ann"), TIMED)
    return made


def test_what_was_kept_is_found_as_it_was(journal):
    assert journal.find(attempt("ann")) == TIMED


def test_the_same_bytes_of_another_learner_are_found_under_the_other_name(journal):
    found = journal.find(attempt("bob", digest=attempt("ann").digest))

    assert {row.learner for row in found.graded.rows} == {"bob"}
    assert [row.message for row in found.graded.rows] == [row.message for row in TIMED.graded.rows]


@pytest.mark.parametrize(
    "other",
    [
        attempt("ann", digest="other"),
        attempt("ann", lab=Lab("02-other", LAB.cells)),
        attempt("ann", lab=Lab(LAB.name, (*LAB.cells[:-1], replace(LAB.cells[-1], source="pass")))),
        attempt("ann", lab=Lab(LAB.name, (*LAB.cells[:-1], replace(LAB.cells[-1], metadata={"a": 1})))),
    ],
    ids=["content", "lab", "source", "metadata"],
)
def test_a_change_in_what_was_handed_in_or_in_the_lab_is_graded_anew(journal, other):
    assert journal.find(other) is None


@pytest.mark.parametrize(("limits", "key"), [(Limits(seconds=60), "key"), (LIMITS, "another")])
def test_other_limits_and_another_key_are_graded_anew(journal, limits, key):
    assert Journal(journal.folder, limits, key).find(attempt("ann")) is None


def test_another_version_of_the_code_is_graded_anew(journal, monkeypatch):
    monkeypatch.setattr(journals, "_code", lambda: "other")

    assert Journal(journal.folder, LIMITS, "key").find(attempt("ann")) is None


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "{",
        "[]",
        "{}",
        json.dumps({"rows": [], "seconds": 1, "values": {}, "protections": []}),
        json.dumps(
            {"rows": [["1.1", [], 1, "x"], ["1.2", 2, 2, "right"]], "seconds": 1, "values": {}, "protections": []}
        ),
        json.dumps({"rows": [["1.1", 0, 1, "x"], ["1.2", 2, 2, "y"]], "seconds": "x", "values": {}, "protections": []}),
        json.dumps({"rows": [["1.1", 0, 1, "x"], ["1.2", 2, 2, "y"]], "seconds": 1, "values": 3, "protections": []}),
    ],
)
def test_a_damaged_entry_is_none(journal, damaged):
    (entry,) = journal.folder.iterdir()
    entry.write_text(damaged, encoding="utf-8")

    assert journal.find(attempt("ann")) is None


def test_the_code_that_grades_is_part_of_the_key_and_the_reports_are_not():
    ours = {path.relative_to(LABS.parent).as_posix() for path in journals._files()}

    assert {"ecslite/checks.py", "ecslite/billing/prices.json", "labs/grade.py", "labs/child.py"} <= ours
    assert "labs/classroom/feedback.py" not in ours
