"""An exercise says what each answer is worth, and everything of it is there without a script."""

from __future__ import annotations

import json
import re

import pytest

import ecslite as ecs
from ecslite.widgets import Exercise, Number, OneOf, Order

FEWEST = Exercise(
    "How many tasks are enough?",
    Number(5, unit="tasks"),
    wrong={4: "With four the line never gets shorter.", 3: "Divide again."},
    hints=["One at a time.", "How long is `one`?", "8 ÷ 2.1."],
    solution="Five: <b>four</b> are busy all the time.",
)
WHO = Exercise(
    "Who moves the desired count?",
    OneOf(["Fargate", "A scaling policy"], "A scaling policy"),
    wrong={"Fargate": "Fargate supplies places, not numbers."},
    solution="The policy does.",
    kind="question",
)
STEPS = Exercise(
    "In which order?",
    Order(["SIGTERM", "stopTimeout", "SIGKILL"]),
    wrong={("SIGKILL", "stopTimeout", "SIGTERM"): "A process is asked before it is killed."},
    solution="First the word, then the wait, then the end.",
)


def test_a_right_answer_is_right_within_its_tolerance():
    near = Exercise("How long?", Number(4.0, tolerance=0.5, unit="minutes"), solution="Four.")
    assert [near.check(given) for given in (3.5, 4.5, 4.6)] == [
        "That is right.",
        "That is right.",
        "You said 4.6 minutes. Not yet. Take a hint, or look at the figure again.",
    ]


def test_a_named_wrong_answer_gets_its_own_words():
    assert FEWEST.check(4) == "You said 4 tasks. With four the line never gets shorter."
    assert WHO.check("Fargate") == "You said Fargate. Fargate supplies places, not numbers."
    assert STEPS.check(["SIGKILL", "stopTimeout", "SIGTERM"]) == (
        "You said SIGKILL, stopTimeout, SIGTERM. A process is asked before it is killed."
    )


def test_orders_and_options_are_right_as_a_whole():
    assert [STEPS.check(["SIGTERM", "stopTimeout", "SIGKILL"]), WHO.check("A scaling policy")] == 2 * ["That is right."]


def test_what_is_no_number_is_no_right_number():
    assert FEWEST.check("five").startswith("You said five.")
    assert STEPS.check("SIGTERM").startswith("You said SIGTERM.")


def test_the_still_form_has_question_hints_and_solution_and_lets_no_markup_through():
    html = FEWEST._repr_mimebundle_()["text/html"]
    assert html.count("<details>") == 4
    assert "How long is <code>one</code>?" in html and "Five: &lt;b&gt;four&lt;/b&gt;" in html


def test_the_data_of_an_order_does_not_show_it_in_order():
    html = STEPS._repr_mimebundle_()["text/html"]
    data = json.loads(re.search(r'class="ecs-data">(.*?)</script>', html)[1])
    assert data["answer"]["options"] == ["SIGKILL", "SIGTERM", "stopTimeout"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Exercise("?", Number(1), hints=["a"] * 4, solution="."), "4 hints: at most 3"),
        (lambda: Exercise("?", Number(1)), "has no solution"),
        (lambda: Exercise("?", Number(1), solution=".", kind="riddle"), "kind='riddle'"),
        (lambda: Exercise("?", Number(1, 2), solution=".", wrong={3: "no"}), "wrong=3 is the right answer"),
        (lambda: Exercise("?", OneOf(["a"], "b"), solution="."), "'b' is none of the options"),
        (lambda: Exercise("?", OneOf(["a"], "a"), solution=".", wrong={"c": "no"}), "'c' is none of the options"),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_declared(make, words):
    with pytest.raises(ecs.InvalidSetting, match=words):
        make()
