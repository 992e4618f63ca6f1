"""The learner's id and the class's key at work, in the kernels that grade."""

from __future__ import annotations

import papers
import pytest

from ecslite.checks import index
from ecslite.hidden import Hidden
from labs.classroom.grading import grade
from labs.hidden import PUBLIC, ClassKey
from labs.notebooks import released
from labs.runner import Limits

pytestmark = pytest.mark.lab

LAB = papers.VARIED
KEY = ClassKey("a key of this class alone")

NAMES = {index(name, "1.1", 3): name for name in ("ann", "bob", "dora", "eve", "finn", "gil")}
"""A learner of each variant."""

PREPARED = [max(hidden.sample(range(100), 3)) for hidden in [Hidden(PUBLIC.mark(LAB.name, "1.2"))] for _ in range(3)]
"""The right results of 1.2, computed from what is public."""

BY_HEART = f"def largest(numbers, known=iter({PREPARED})): return next(known)"

LOOKS_AHEAD = """
import pathlib
paths = [path for path in pathlib.Path().rglob("*") if path.is_file()]
files = [path.name for path in paths if "Hidden(" in path.read_text(errors="ignore")]
double = [*files, *(name for name in globals() if name == "hidden")] or 2 * number
"""

LOOKS_BACK = """
left = [name for name in globals() if name == "hidden"]
def largest(numbers): return left or max(numbers)
"""


def answered(name="", double="double = 2 * number", largest="def largest(numbers): return max(numbers)"):
    cells = {"learner": f"lab.learner = {name!r}", "ex-1-1-answer": double, "ex-1-2-answer": largest}
    return papers.with_sources(released(LAB), cells)


def right(folder, key, **notebooks):
    """The exercises that each learner has right."""
    handed_in = papers.hand_in(folder, notebooks)
    rows = grade([LAB], handed_in, folder / "out", jobs=2, limits=Limits(), key=key, tell=lambda line: None)
    return {name: [row.exercise for row in rows if row.learner == name and row.points] for name in notebooks}


def test_an_answer_is_judged_for_the_id_that_its_notebook_names_and_by_the_class_key(tmp_path):
    found = right(
        tmp_path,
        KEY,
        first=answered(NAMES[0]),
        third=answered(NAMES[2]),
        nobody=answered(""),
        copied=answered(NAMES[2], double=f"double = {2 * 2}  # from somebody of the second variant"),
        by_heart=answered(NAMES[1], largest=BY_HEART),
        looks_ahead=answered(NAMES[1], double=LOOKS_AHEAD),
        looks_back=answered(NAMES[1], largest=LOOKS_BACK),
    )

    assert found == {
        "first": ["1.1", "1.2"],
        "third": ["1.1", "1.2"],
        "nobody": ["1.1", "1.2"],
        "copied": ["1.2"],
        "by_heart": ["1.1"],
        "looks_ahead": ["1.1", "1.2"],
        "looks_back": ["1.1", "1.2"],
    }


def test_with_the_public_key_the_results_can_be_prepared(tmp_path):
    """Which is why a class has a key of its own."""
    assert right(tmp_path, PUBLIC, by_heart=answered(largest=BY_HEART)) == {"by_heart": ["1.1", "1.2"]}
