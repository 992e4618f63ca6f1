"""What holds for every lab, whoever wrote it. Its notebooks run in this process: a lab takes seconds."""

from __future__ import annotations

import ast
import contextlib
import io

import papers
import pytest
from rehearsal import Rehearsal, unanswered, variant

from ecslite.checks import Feedback
from labs.hidden import ClassKey
from labs.lab import KINDS, read_lab, sources
from labs.lab import LABS as LABS_FOLDER
from labs.notebooks import instructor, released

pytestmark = pytest.mark.lab

KEYS = [ClassKey(f"the key of class number {number}") for number in (1, 2, 3)]

LABS = [read_lab(path) for path in sources()]

each_lab = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)


def most_variants(lab):
    """Of the exercise that has the most of them."""
    return max(each.variants for each in lab.exercises)


def rehearsals(lab):
    """One for each variant, and for each key at the least."""
    many = max(most_variants(lab), len(KEYS))
    return [(number, KEYS[number % len(KEYS)]) for number in range(many)]


@pytest.mark.parametrize(
    ("lab", "number", "key"),
    [pytest.param(lab, number, key, id=f"{lab.name}-{number + 1}") for lab in LABS for number, key in rehearsals(lab)],
)
def test_the_reference_solution_is_right_by_visible_and_hidden_checks(lab, number, key):
    """In every variant, and by the draws of three keys."""
    with variant(number):
        said = Rehearsal(instructor(lab, key)).printed
    due = {
        lab.cell(each.number, role).id: line
        for each in lab.exercises
        for role, line in (("check", f"{each.number}: that is right.\n"), ("judge", f"{each.number} right\n"))
    }

    assert {identity: said[identity] for identity in due} == due


@each_lab
def test_the_empty_notebook_runs_to_its_end_and_scores_zero(lab):
    """Every given cell runs without an answer, and every check says that none is there."""
    rehearsal = Rehearsal(released(lab))
    checks = [rehearsal.printed[lab.cell(each.number, "check").id] for each in lab.exercises]

    assert [text for text in checks if "that is right" in text] == []
    assert [each.number for each in lab.exercises if judged_right(lab, rehearsal, each.number)] == []


def judged_right(lab, rehearsal, exercise):
    """Whether the hidden checks take what a notebook without answers comes to."""
    cells = {cell["id"]: cell for cell in instructor(lab)["cells"]}
    collect, judge = (cells[lab.cell(exercise, role).id] for role in ("collect", "judge"))
    try:
        rehearsal.run(collect)
    except Exception:
        return False  # a function that gives three dots, used for more than to be handed on
    if unanswered(rehearsal.names["collected"]):
        return False
    for cell in cells.values():
        if cell["id"].startswith("hidden"):
            rehearsal.run(cell)
    rehearsal.run(judge)
    return rehearsal.printed[judge["id"]].splitlines()[-1] == f"{exercise} right"


@each_lab
def test_every_named_wrong_answer_gets_its_message(lab):
    """In every variant: the value, and the idea that the source names for it."""
    feedback = Feedback(lab.feedback)
    silent = [
        (exercise, number, name, value)
        for number in range(most_variants(lab))
        for exercise, name, value, message in wrong_answers(lab, number)
        if message not in said(feedback, number, exercise, {name: value})
    ]

    assert silent == []


def wrong_answers(lab, number):
    """Each wrong answer that a variant names: the exercise, the field, the value, and what is to be said of it."""
    for each in lab.exercises:
        fields = lab.fields(each.number)[number % each.variants]
        for name, field in fields.items():
            for value, message in field.get("wrong", ()):
                yield each.number, name, value, message
            for limit, step in (("most", 1), ("least", -1)):
                if limit in field:
                    yield each.number, name, field[limit][0] + step, field[limit][1]


def said(feedback, number, exercise, answers):
    with variant(number), contextlib.redirect_stdout(io.StringIO()) as out:
        feedback.check(exercise, **answers)
    return out.getvalue()


@each_lab
def test_an_exercise_names_two_wrong_answers_or_more(lab):
    named = [exercise for exercise, *_ in wrong_answers(lab, 0)]

    assert [each.number for each in lab.exercises if named.count(each.number) < 2] == []


@each_lab
def test_a_lab_has_five_to_eight_exercises_of_three_kinds_or_more_and_asks_why_twice(lab):
    kinds = {each.kind for each in lab.exercises}
    whys = [cell.id for cell in lab.cells if cell.role == "why"]

    assert 5 <= len(lab.exercises) <= 8
    assert len(kinds) >= 3
    assert len(whys) >= 2


@each_lab
def test_three_exercises_of_a_lab_vary_by_learner_and_each_picks_its_variant(lab):
    varied = [each.number for each in lab.exercises if each.variants > 1]
    given = "\n".join(cell.released for cell in lab.cells if cell.role == "given")

    assert len(varied) >= 3
    assert [exercise for exercise in varied if f'lab.pick("{exercise}"' not in given] == []


@each_lab
def test_exercises_are_numbered_by_their_lab_and_the_title_says_which_it_is(lab):
    number = int(lab.name.split("-")[0])

    assert [each.number for each in lab.exercises] == [
        f"{number}.{place}" for place in range(1, len(lab.exercises) + 1)
    ]
    assert lab.cells[0].source.startswith(f"# Lab {number}: ")


@each_lab
def test_what_is_written_or_designed_is_tried_on_draws(lab):
    """Code and designs are judged by seeds and parameters that are not in the source."""
    drawn = {
        each.number for each in lab.exercises for role in ("collect", "judge") if draws(lab.cell(each.number, role))
    }

    assert {each.number for each in lab.exercises if each.kind in ("code", "design")} - drawn == set()


def draws(cell):
    return any(isinstance(node, ast.Name) and node.id == "hidden" for node in ast.walk(ast.parse(cell.source)))


@each_lab
def test_a_learner_is_told_where_the_notebook_is_kept_and_how_to_hand_it_in(lab):
    words = " ".join(cell.source for cell in lab.cells if cell.kind == "markdown")

    assert "kept in the browser's own storage" in words
    assert "*File, Download*" in words


@each_lab
def test_the_last_code_cell_prints_the_progress(lab):
    shown = [cell for cell in lab.cells if cell.kind == "code" and cell.role == "given"]

    assert shown[-1].source.strip().splitlines()[-1] == "lab.progress()"


def test_each_kind_of_exercise_is_there_several_times():
    had = [each.kind for lab in LABS for each in lab.exercises]

    assert {kind: had.count(kind) >= 3 for kind in KINDS} == dict.fromkeys(KINDS, True)


def test_the_small_lab_of_the_other_tests_is_right_by_its_own_checks():
    said = Rehearsal(instructor(papers.COUNTING)).printed

    assert [said["ex-1-1-judge"], said["ex-1-2-judge"]] == ["1.1 right\n", "1.2 right\n"]


CHAPTERS = {
    path.read_text(encoding="utf-8").partition("\n# ")[2].partition("\n")[0]
    for path in (LABS_FOLDER.parent / "chapters").glob("*.md")
}


@each_lab
def test_the_chapters_that_a_lab_needs_are_there_by_their_titles(lab):
    needs = next(line for line in lab.cells[0].source.splitlines() if line.startswith("**You need:**"))
    titles = needs.split("*")[5::2]

    assert titles != []
    assert [title for title in titles if title not in CHAPTERS] == []
