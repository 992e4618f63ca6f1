"""Feedback in the notebook: the value seen, the idea, the next step; and never a traceback."""

from __future__ import annotations

import math

import papers
import pytest

from ecslite import checks
from labs.lab import read_lab, sources

FEEDBACK = {
    "1.1": {
        "hints": ["Divide.", "Divide by two."],
        "fields": {
            "half": {"right": 10, "wrong": [[40, "That is twice the number. Divide instead."]]},
            "cost": {"most": [5, "Use less."]},
        },
    }
}


def said(capsys, **answers):
    checks.Feedback(checks.seal(FEEDBACK)).check("1.1", **answers)
    return capsys.readouterr().out


@pytest.mark.parametrize("value", [10, 10.0, 10.004])
def test_a_right_answer_is_right_in_any_form(capsys, value):
    assert said(capsys, half=value, cost=5) == "1.1: that is right.\n"


def test_a_named_wrong_answer_gets_its_value_its_idea_and_the_next_step(capsys):
    assert said(capsys, half=40) == "1.1: your half is 40. That is twice the number. Divide instead.\n"


def test_three_dots_are_an_answer_not_given_yet(capsys):
    assert "not answered yet" in said(capsys, half=...)


def test_a_number_over_its_limit_is_told(capsys):
    assert said(capsys, cost=5.5) == "1.1: your cost is 5.5. Use less.\n"


class Agrees(float):
    """Says yes to everything."""

    __hash__ = None

    def __eq__(self, other):
        return True

    def __round__(self, digits=None):
        return 10.0

    def __format__(self, form):
        return "10.00"


STRANGE = [object(), print, Agrees(3), None, math.nan, math.inf, 10**400, [[[[[1]]]]], {1: 2}, "ten", True, b"10"]


@pytest.mark.parametrize("value", STRANGE, ids=lambda value: type(value).__name__)
def test_no_strange_object_is_right_or_raises(capsys, value):
    assert "that is right" not in said(capsys, half=value, cost=value)


def test_hints_come_one_by_one_and_none_unasked(capsys):
    feedback = checks.Feedback(checks.seal(FEEDBACK))
    said = []
    for many in (0, 1, 2):
        feedback.hint("1.1", many)
        said.append(capsys.readouterr().out)

    assert said == [
        "For a hint, write 1 as the number in this cell.\n",
        "Hint 1 of 2: Divide.\nFor the next hint, write 2 as the number in this cell.\n",
        "Hint 1 of 2: Divide.\nHint 2 of 2: Divide by two.\n",
    ]


def test_expected_values_are_not_in_the_sealed_text():
    """Not as numbers, once it is unpacked: only their digests are."""
    feedback = checks.Feedback(checks.seal(FEEDBACK))

    assert feedback._exercises["1.1"]["fields"]["half"]["right"] == checks.digest("1.1", "half", 10)


@pytest.mark.parametrize("lab", [papers.COUNTING, *map(read_lab, sources())], ids=lambda lab: lab.name)
def test_every_named_wrong_answer_gets_its_message(capsys, lab):
    feedback = checks.Feedback(lab.feedback)
    silent = []
    for cell in lab.cells:
        for name, field in cell.metadata.get("fields", {}).items():
            for value, message in field.get("wrong", ()):
                feedback.check(cell.exercise, **{name: value})
                silent += [] if message in capsys.readouterr().out else [(cell.exercise, name, value)]

    assert silent == []
