"""Steps to be put in order: right in the source, shuffled in every notebook."""

from __future__ import annotations

import pytest

from labs.steps import letters, places, shuffled

SOURCE = """steps = 3
lab.steps("3.4", [
    "The first step: ü.",
    "The second "
    "step.",
    "The third step.",  # stays
])"""


@pytest.mark.parametrize("many", range(2, 10))
def test_the_shuffle_is_never_the_right_order(many):
    orders = [places(f"{lab}.{number}", many) for lab in range(1, 30) for number in range(1, 9)]

    assert all(sorted(order) == list(range(many)) != order for order in orders)


@pytest.mark.parametrize("many", range(2, 10))
def test_the_letters_lead_back_to_the_right_order(many):
    shown = dict(zip("abcdefghi", places("3.4", many), strict=False))

    assert [shown[letter] for letter in letters("3.4", many).split()] == list(range(many))


def test_the_steps_of_a_cell_change_places_and_all_else_stays():
    out = shuffled(SOURCE)
    found = []
    exec(out, {"lab": type("Lab", (), {"steps": lambda self, exercise, texts: found.extend(texts)})()})
    right = ["The first step: ü.", "The second step.", "The third step."]

    assert found == [right[step] for step in places("3.4", 3)]
    assert [out.count(mark) for mark in ("steps = 3\n", "# stays", "])")] == [1, 1, 1]


def test_a_cell_without_steps_stays_as_it_is():
    assert shuffled("%magic\nsteps = []") == "%magic\nsteps = []"


@pytest.mark.parametrize("texts", ["texts", "['one']", "('a', 'b')"])
def test_steps_that_are_not_written_as_a_list_are_refused(texts):
    with pytest.raises(ValueError, match=r"write the steps of exercise 3\.4 as a list of 2 to 26 texts"):
        shuffled(f'lab.steps("3.4", {texts})')
