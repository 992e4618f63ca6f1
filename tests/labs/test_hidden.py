"""The class's key, and what is drawn from it for the hidden checks."""

from __future__ import annotations

import json

import papers
import pytest

from ecslite.hidden import Hidden
from labs.hidden import PUBLIC, ClassKey, class_key
from labs.lab import LabError
from labs.notebooks import collecting, instructor, judging, released, text

KEY = ClassKey("a key of this class alone")


def draws(hidden):
    return [
        hidden.seeds(3),
        hidden.choice("abcdef"),
        hidden.sample(range(100), 2),
        hidden.integer(1, 1000),
        hidden.uniform(0, 1),
    ]


def test_a_mark_gives_the_same_draws_in_the_same_order():
    assert draws(Hidden("mark")) == draws(Hidden("mark"))


def test_a_mark_gives_these_draws():
    """On every Python that we support: a class is graded alike on all of them."""
    assert draws(Hidden("mark")) == DRAWN


DRAWN = [[908406, 263048, 751279], "a", [81, 40], 421, 0.13043524318725175]


def test_draws_keep_their_bounds():
    hidden = Hidden("mark")

    assert all(0 <= seed < 10**6 for seed in hidden.seeds(1000))
    assert {hidden.integer(2, 4) for _ in range(100)} == {2, 3, 4}
    assert all(2 <= hidden.uniform(2, 4) <= 4 for _ in range(100))
    assert sorted(hidden.sample("abc", 3)) == ["a", "b", "c"]


def test_a_mark_belongs_to_one_key_one_lab_and_one_exercise():
    marks = [KEY.mark("01-a", "1.1"), KEY.mark("01-a", "1.2"), KEY.mark("02-b", "1.1"), PUBLIC.mark("01-a", "1.1")]

    assert len(set(marks)) == 4
    assert all(len(mark) == 64 for mark in marks)


def test_the_key_in_a_file_comes_before_the_one_in_the_environment(tmp_path):
    (tmp_path / "key").write_text("  from a file, and long enough\n")
    environment = {"ECSLITE_CLASS_KEY": "from the environment"}

    assert class_key(tmp_path / "key", environment).text == "from a file, and long enough"
    assert class_key(None, environment).text == "from the environment"
    assert class_key(None, {}) == PUBLIC


def test_a_key_that_could_be_found_by_trying_is_refused(tmp_path):
    with pytest.raises(LabError, match="ECSLITE_CLASS_KEY has 6 characters, and 16 are the least"):
        class_key(None, {"ECSLITE_CLASS_KEY": "secret"})
    with pytest.raises(LabError, match="cannot be read as the class's key"):
        class_key(tmp_path / "nowhere", {})


def test_a_printed_key_does_not_show_itself():
    assert "alone" not in repr(KEY)


def sources_of(notebook):
    return {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}


ANSWERS = {"1.1": papers.HALF, "1.2": papers.LEG}


@pytest.mark.parametrize(
    "notebook",
    [
        collecting(papers.COUNTING, ANSWERS, "n0nce", key=KEY),
        judging(papers.COUNTING, {"1.1": "10", "1.2": "[12, 15]"}, key=KEY),
        instructor(papers.COUNTING, KEY),
        released(papers.COUNTING),
    ],
    ids=["collecting", "judging", "instructor", "released"],
)
def test_no_notebook_holds_the_key(notebook):
    assert KEY.text not in text(notebook)


def test_only_the_collecting_cell_of_an_exercise_holds_its_mark():
    cells = sources_of(collecting(papers.COUNTING, ANSWERS, "n0nce", key=KEY))
    marks = {exercise: KEY.mark("00-counting", exercise) for exercise in ANSWERS}

    assert {name: [exercise for exercise, mark in marks.items() if mark in cells[name]] for name in cells} == {
        name: {"ex-1-1-collect": ["1.1"], "ex-1-2-collect": ["1.2"]}.get(name, []) for name in cells
    }


def test_what_was_drawn_is_forgotten_before_the_next_answer_runs():
    """Also where the collecting cell has failed."""
    names = list(sources_of(collecting(papers.COUNTING, ANSWERS, "n0nce", key=KEY)))

    assert names[names.index("ex-1-1-collect") + 1 :][:2] == ["ex-1-1-collect-end", "ex-1-2-answer"]


def test_what_collects_and_what_judges_draw_the_same():
    """The mark of the exercise stands in both, in front of the source's lines."""
    cells = sources_of(instructor(papers.COUNTING, KEY))
    opening = {name: cells[f"ex-1-2-{name}"].splitlines()[:2] for name in ("collect", "judge")}

    assert opening["collect"] == opening["judge"]
    assert json.dumps(KEY.mark("00-counting", "1.2")) in opening["judge"][1]
