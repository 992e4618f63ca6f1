"""Who a notebook belongs to, and what a learner writes for the teacher to read: out of the notebook, never run."""

from __future__ import annotations

import papers
import pytest

from labs.notebooks import collecting, instructor, judging, released
from labs.submission import NO_ID, read_submission

VARIED = papers.VARIED


def sources_of(notebook):
    return {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}


def handed_in(**sources):
    """The released notebook of the lab that varies, with other sources in some of its cells (`_` for `-`)."""
    changed = {name.replace("_", "-"): source for name, source in sources.items()}
    return read_submission("ann", papers.with_sources(released(VARIED), changed), VARIED)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ('lab.learner = "ann"', "ann"),
        ("# my id\nlab.learner = 'Ann Lee'  # that is me", "Ann Lee"),
        ("lab.learner = 4711", "4711"),
        ('lab.learner = ""', ""),
        ("", ""),
        ("# nothing", ""),
    ],
)
def test_the_learners_id_is_read_from_its_cell(source, name):
    assert handed_in(learner=source).id == name


@pytest.mark.parametrize(
    "source",
    [
        'lab.learner = input("who?")',
        'lab.learner = "a" + "b"',
        'lab.learner = f"{1}"',
        'other.learner = "ann"',
        'lab.learner = "ann"\nlab.learner = "bob"',
        'import os\nlab.learner = "ann"',
        f'lab.learner = "{"a" * 101}"',
        "lab.learner = " + "9" * 101,
        "lab.learner = ",
        "lab.learner = \x00",
        "lab.learner = b'ann'",
        "lab.learner = '\\ud800'",
        "lab.learner = 'ann\\n'",
    ],
)
def test_an_id_that_is_no_literal_costs_the_exercises_that_vary_and_no_other(source):
    found = handed_in(learner=source, ex_1_1_answer="double = 2")

    assert (found.id, dict(found.refused), list(found.answers)) == ("", {"1.1": NO_ID}, ["1.2", "1.3"])


def test_two_learner_cells_are_no_id():
    notebook = released(VARIED)
    notebook["cells"] += [cell for cell in notebook["cells"] if cell["id"] == "learner"]

    assert read_submission("ann", notebook, VARIED).refused["1.1"] == NO_ID


@pytest.mark.parametrize("notebook", [collecting, judging], ids=lambda each: each.__name__)
def test_grading_runs_with_the_id_as_a_literal(notebook):
    """Nothing else of the cell, and no other way out of the quotes."""
    name = 'ann"\nimport os #'
    made = notebook(VARIED, {"1.1": "2"}, *["n0nce"] * (notebook is collecting), learner=name)

    assert sources_of(made)["learner"] == "lab.learner = 'ann\"\\nimport os #'"


def test_why_cells_are_in_both_notebooks_and_may_not_be_deleted():
    cells = [cell for make in (released, instructor) for cell in make(VARIED)["cells"] if cell["id"] == "ex-1-1-why"]

    assert [(cell["cell_type"], cell["metadata"]) for cell in cells] == [("markdown", {"deletable": False})] * 2


def test_what_a_learner_wrote_is_kept_for_the_teacher():
    assert dict(handed_in(ex_1_1_why="  Because.\n").why) == {"1.1": "Because."}


@pytest.mark.parametrize("text", ["", "  ", "_Why? Answer here in a sentence or two._\n"])
def test_a_why_cell_that_nobody_wrote_in_is_left_out(text):
    assert dict(handed_in(ex_1_1_why=text).why) == {}


def test_half_a_character_is_no_text():
    """JSON can hold one; no file can."""
    assert dict(handed_in(ex_1_1_why="half: \ud800.").why) == {"1.1": "half: ?."}


def test_a_novel_is_cut():
    assert len(handed_in(ex_1_1_why="because " * 10_000).why["1.1"]) == 5_000


def test_a_code_cell_with_the_id_of_a_why_cell_is_read_as_text():
    notebook = released(VARIED)
    for cell in notebook["cells"]:
        if cell["id"] == "ex-1-1-why":
            cell |= {"cell_type": "code", "source": ["import os\n", 3, "os.abort()"]}

    assert dict(read_submission("ann", notebook, VARIED).why) == {"1.1": "import os\nos.abort()"}
