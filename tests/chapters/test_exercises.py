"""Every exercise of every chapter: its right answer is right, and every named wrong answer gets its own words."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import jupytext
import pytest

from ecslite.widgets import Exercise, Number, OneOf

CHAPTERS = sorted((Path(__file__).parents[2] / "chapters").glob("*.md"))

LEAST_QUESTIONS = 5
LEAST_EXERCISES = {"half-truths": 0}
"""Three, but for a chapter whose sections are exercises themselves, each asserted in the chapter's own test."""


def exercises_of(path: Path) -> list[Exercise]:
    """What the chapter's cells make, run from the top; explorers and figures are not of interest here."""
    names: dict[str, object] = {"get_ipython": lambda: None}
    made = []
    for cell in jupytext.read(path).cells:
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type != "code" or "explorer" in tags:
            continue
        if cell.source.startswith("Exercise("):
            made.append(eval(cell.source, names))
        else:
            exec(cell.source, names)  # the book's own code
    return made


@pytest.fixture(scope="module", params=CHAPTERS, ids=lambda path: path.stem)
def exercises(request, module_patch, glued):
    glued.clear()
    return exercises_of(request.param)


@pytest.fixture(scope="module")
def glued():
    """The names that the chapter's cells have glued."""
    return set()


@pytest.fixture(scope="module")
def module_patch(glued):
    """`glue` needs a notebook around it; here it has none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("myst_nb.glue", lambda name, *args, **kwargs: glued.add(name))
        yield patch


def right(exercise):
    answer = exercise.answer
    if isinstance(answer, Number):
        return answer.value
    return answer.right if isinstance(answer, OneOf) else list(answer.steps)


def test_every_right_answer_is_right(exercises):
    assert {exercise.check(right(exercise)) for exercise in exercises} == {"That is right."}


def test_every_named_wrong_answer_gets_its_own_words(exercises):
    for exercise in exercises:
        for given, text in exercise.wrong.items():
            assert exercise.check(given).endswith(text)


def test_there_are_three_exercises_with_three_hints_and_five_questions(exercises, request):
    least = LEAST_EXERCISES.get(request.node.callspec.params["exercises"].stem, 3)
    kinds = Counter(exercise.kind for exercise in exercises)
    assert (kinds["exercise"] >= least, kinds["question"] >= LEAST_QUESTIONS) == (True, True)
    assert {len(exercise.hints) for exercise in exercises if exercise.kind == "exercise"} <= {3}


def test_only_a_chapter_that_is_there_may_have_fewer_exercises():
    assert set(LEAST_EXERCISES) <= {path.stem for path in CHAPTERS}


def test_every_exercise_of_a_chapter_has_a_name_of_its_own(exercises):
    names = [exercise.data["name"] for exercise in exercises]
    assert len(set(names)) == len(names)


def test_every_number_that_the_prose_takes_from_a_run_is_computed(exercises, glued, request):
    text = request.node.callspec.params["exercises"].read_text()

    assert set(re.findall(r"\{glue:text\}`([\w-]+)`", text)) - glued == set()
