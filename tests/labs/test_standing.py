"""Which attempt counts, what is taken off it, and what becomes of those who handed in nothing."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import classes
import papers
import pytest
from classes import LAB, attempt, graded, timed

from labs.classroom import attempts
from labs.classroom.attempts import Learner, attempts_at, learners
from labs.classroom.files import File
from labs.classroom.layouts import Paper
from labs.classroom.results import Result, Standing, graded_labs, place, shown, title
from labs.classroom.roster import Person, Roster
from labs.classroom.rules import Lateness, Rules
from labs.lab import Lab, LabError, read_lab, sources
from labs.notebooks import released, text

DUE = datetime(2026, 10, 2, 12, tzinfo=UTC)
FIRST, SECOND, THIRD = (attempt("ann", f"{day}.ipynb", day=day, known=True) for day in (1, 2, 3))
WORTH = {FIRST.path: graded(leg="no"), SECOND.path: graded(), THIRD.path: graded()}


def result(rules, *tried, roster=None):
    """The one result of ann."""
    learner = Learner("ann", tried or (FIRST, SECOND, THIRD))
    standing = Standing((LAB,), (learner,), roster or Roster(), rules)
    done = {place(each): timed(WORTH[each.path]) for each in standing.attempts}
    (found,) = standing.results(done)
    return found


@pytest.mark.parametrize(("which", "path"), [("last", "3.ipynb"), ("first", "1.ipynb"), ("best", "2.ipynb")])
def test_the_rule_says_which_attempt_counts_and_the_earlier_of_two_good_ones_is_the_best(which, path):
    found = result(Rules(attempt=which))

    assert (found.attempt.path, found.attempts) == (path, 3)


def test_the_best_is_the_best_after_what_is_taken_off():
    found = result(Rules(attempt="best", percent_a_day=90, due={LAB.name: DUE}), FIRST, THIRD)

    assert (found.attempt.path, found.final) == ("1.ipynb", Decimal("1.00"))


def test_only_what_is_needed_is_graded():
    learner = Learner("ann", (FIRST, SECOND, THIRD))
    many = {
        which: len(Standing((LAB,), (learner,), Roster(), Rules(attempt=which)).attempts)
        for which in ("first", "last", "best")
    }

    assert many == {"first": 1, "last": 1, "best": 3}


def test_the_best_is_looked_for_among_the_newest():
    every = tuple(attempt("ann", f"{day:02}.ipynb", day=day) for day in range(1, 15))
    standing = Standing((LAB,), (Learner("ann", every),), Roster(), Rules(attempt="best"))

    assert [each.path for each in standing.attempts] == [f"{day:02}.ipynb" for day in range(5, 15)]


def test_a_result_waits_until_all_that_it_needs_is_graded():
    standing = Standing((LAB,), (Learner("ann", (FIRST, SECOND)),), Roster(), Rules(attempt="best"))

    assert standing.results({place(FIRST): timed(graded())}) == []


def test_a_roster_s_time_is_that_of_the_last_attempt():
    roster = Roster((Person("ann", handed_in=DUE + timedelta(days=1)),))
    rules = Rules(percent_a_day=10, due={LAB.name: DUE})
    unknown = [attempt("ann", path, day=day) for day, path in ((1, "1.ipynb"), (2, "2.ipynb"))]

    assert result(rules, *unknown, roster=roster).lateness.percent == 10
    assert "not known when" in result(Rules(attempt="first", due={LAB.name: DUE}), *unknown, roster=roster).lateness.why


def test_a_roster_s_time_says_nothing_of_one_lab_among_several():
    roster = Roster((Person("ann", handed_in=DUE),))
    other = Lab("02-other", LAB.cells)
    standing = Standing((LAB, other), (Learner("ann", (attempt("ann"),)),), roster, Rules(due={LAB.name: DUE}))
    first, second = standing.results({place(each): timed(graded()) for each in standing.attempts})

    assert first.moment is None
    assert second.graded.rows[0].message == "no notebook of this lab was handed in"


def test_points_are_rounded_half_up_to_two_decimals():
    learner = Learner("ann")

    assert Result(learner, LAB, graded(), lateness=Lateness(33.5)).final == Decimal("2.00")  # 1.995
    assert Result(learner, LAB, graded()).scaled(100) == Decimal("100.00")
    assert [shown(each) for each in (Decimal("2.50"), Decimal("10.00"), 30)] == ["2.5", "10", "30"]


def test_a_lab_without_points_counts_nothing():
    assert Result(Learner("ann"), Lab("00-empty", ()), classes.Graded(())).final == 0


def paper(name, content, place="", **more):
    """A learner's file with this content (a notebook, bytes, or None for no file)."""
    content = text(content).encode() if isinstance(content, dict) else content
    path = place or f"{name}.ipynb"
    file = None if content is None else File(tuple(path.split("/")), "file", None, lambda: content)
    return Paper(name, file, path, "files", **more)


def read(*found, labs=(LAB,), roster=None, rules=None):
    return learners(found, labs, roster or Roster(), rules or Rules())


def test_two_of_one_name_are_told_apart_by_their_numbers():
    found = read(paper("Jane Doe", None, ids={"moodle": "1"}), paper("Jane Doe", None, ids={"moodle": "2"}))

    assert [each.id for each in found] == ["Jane Doe (1)", "Jane Doe (2)"]


def test_one_whose_number_is_another_in_each_assignment_is_one_learner():
    found = read(
        paper("Jane Doe", papers.answered(), "a.ipynb", ids={"moodle": "1"}, source="1 lab-1"),
        paper("Jane Doe", papers.answered(), "a.ipynb", ids={"moodle": "7"}, source="2 lab-2"),
    )

    assert [(each.id, [tried.path for tried in each.attempts]) for each in found] == [
        ("Jane Doe", ["1 lab-1/a.ipynb", "2 lab-2/a.ipynb"])
    ]


def test_a_file_and_a_folder_of_one_name_are_one_learner():
    found = read(
        paper("ann", papers.answered()), paper("ann", papers.answered(), "ann/lab.ipynb", ids={"login": "ann"})
    )

    assert [(each.id, len(each.attempts)) for each in found] == [("ann", 2)]


def test_who_is_on_the_roster_and_handed_in_nothing_is_there():
    roster = Roster((Person("ann"), Person("bob")), (), {("user", "ann"): "ann"})
    found = read(paper("ann", papers.answered()), roster=roster)

    assert [(each.id, each.handed_in) for each in found] == [("ann", True), ("bob", False)]
    assert Standing((LAB,), tuple(found), roster, Rules()).absent == ["bob"]


def test_an_untouched_copy_counts_only_where_there_is_no_other():
    untouched, answered = paper("ann", released(LAB), "z.ipynb"), paper("ann", papers.answered(), "a.ipynb")

    (both,) = read(untouched, answered)
    (alone,) = read(untouched)
    assert [each.path for each in attempts_at(both, LAB)] == ["a.ipynb"]
    assert [each.path for each in attempts_at(alone, LAB)] == ["z.ipynb"]


def test_a_file_s_time_is_believed_only_where_the_rules_say_so():
    moment = datetime(2026, 10, 1, tzinfo=UTC)
    content = text(papers.answered()).encode()
    given = Paper("ann", File(("ann.ipynb",), "file", moment, lambda: content), "ann.ipynb", "files")

    times = [read(given, rules=Rules(file_times=believed))[0].attempts[0].handed_in for believed in (False, True)]
    assert times == [None, moment]


def test_each_notebook_belongs_to_the_lab_that_it_says():
    other = read_lab(sources()[0])
    (found,) = read(
        paper("ann", papers.answered(), "a.ipynb"), paper("ann", released(other), "b.ipynb"), labs=(other, LAB)
    )

    assert [(each.path, each.lab.name) for each in found.attempts] == [("a.ipynb", LAB.name), ("b.ipynb", other.name)]


def test_a_notebook_of_no_lab_here_is_told():
    stranger = {**papers.answered(), "metadata": {"ecslite": {"lab": "99-none"}}}
    nobody = {"cells": [], "metadata": {}, "nbformat": 4}
    (found,) = read(paper("ann", stranger), paper("ann", nobody), labs=(LAB, read_lab(sources()[0])))

    assert "this is the notebook of lab '99-none', and the 2 labs here are others" in found.problems[0]
    assert "no cell of a lab that is graded" in found.problems[1]


def test_the_labs_that_are_graded_are_those_that_were_handed_in():
    other = Lab("02-other", LAB.cells)
    found = read(paper("ann", papers.answered()))

    assert graded_labs((LAB, other), found) == (LAB,)
    assert graded_labs((LAB,), read(paper("ann", b""))) == (LAB,)
    with pytest.raises(LabError, match="name the one that is to be graded with --lab"):
        graded_labs((LAB, other), read(paper("ann", b"")))


def zipped(*names, content=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, content or text(papers.answered()))
    return out.getvalue()


def test_a_learner_s_zip_holds_the_notebooks():
    (found,) = read(paper("ann", zipped("work/lab.ipynb", "notes.txt"), "ann.zip"))

    assert [each.path for each in found.attempts] == ["ann.zip/work/lab.ipynb"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped("notes.txt"), "holds no notebook"),
        (zipped("../lab.ipynb"), "must not lead out of it"),
        (b"no zip", "cannot be read as a zip"),
        (zipped("lab.ipynb", content="{"), "not JSON"),
    ],
)
def test_a_bad_zip_costs_its_author_a_sentence(content, words):
    (found,) = read(paper("ann", content, "ann.zip"))

    assert words in found.problems[0]


@pytest.mark.parametrize("limit", ["MOST_NOTEBOOKS", "MOST_BYTES"])
def test_a_learner_who_hands_in_a_heap_keeps_nobody_waiting(monkeypatch, limit):
    monkeypatch.setattr(attempts, limit, 2 if limit == "MOST_NOTEBOOKS" else 10)
    (found,) = read(*(paper("ann", papers.answered(), f"{number}.ipynb") for number in range(9)))

    assert len(found.attempts) == (2 if limit == "MOST_NOTEBOOKS" else 1)
    assert found.problems == (attempts.TOO_MUCH,)


def test_what_is_wrong_with_a_file_is_said_before_that_there_is_none():
    (found,) = read(paper("ann", None), paper("ann", b"{"))
    (nothing,) = Standing((LAB,), (found,), Roster(), Rules()).results({})

    assert "not JSON" in nothing.graded.rows[0].message


def test_a_lab_is_called_by_its_first_heading():
    assert title(LAB) == "Counting"
    assert title(Lab("00-empty", ())) == "00-empty"
