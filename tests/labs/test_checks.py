"""Feedback in the notebook: the value seen, the idea, the next step; and never a traceback."""

from __future__ import annotations

import math

import pytest

from ecslite import checks

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
    assert said(capsys, half=40, cost=1) == "1.1: your half is 40. That is twice the number. Divide instead.\n"


def test_three_dots_are_an_answer_not_given_yet(capsys):
    assert "not answered yet" in said(capsys, half=...)


def test_a_number_over_its_limit_is_told(capsys):
    assert said(capsys, half=10, cost=5.5) == "1.1: your cost is 5.5. Use less.\n"


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

    assert feedback._exercises["1.1"]["variants"][0]["half"]["right"] == checks.digest("1.1", "half", 10)


@pytest.mark.parametrize("answer", ["c a b", "C A B", " c, a, b", "c) a) b)", "c > a > b"])
def test_letters_in_order_are_one_answer_in_any_form(answer):
    assert checks.canonical(answer) == "c a b"


@pytest.mark.parametrize(("text", "same"), [("a b2", "a b2"), ("Fault", "fault"), ("", ""), ("ab c", "ab c")])
def test_other_texts_keep_their_signs(text, same):
    assert checks.canonical(text) == same


VARIED = {
    "2.1": {
        "title": "Double",
        "points": 3,
        "hints": ["Add."],
        "variants": [{"double": {"right": 2}}, {"double": {"right": 4}}, {"double": {"right": 6}}],
    },
    "2.2": {"title": "Nothing", "points": 1},
}


def varied(learner=""):
    lab = checks.Feedback(checks.seal(VARIED))
    lab.learner = learner
    return lab


def test_without_an_id_a_learner_has_the_first_variant(capsys):
    lab = varied()
    lab.check("2.1", double=2)

    assert lab.pick("2.1", [1, 2, 3]) == 1
    assert capsys.readouterr().out == "2.1: that is right.\n"


@pytest.mark.parametrize("learner", ["ann", "bob", "dora", "4711", 4711])
def test_a_learners_variant_is_checked_by_its_own_values(capsys, learner):
    lab = varied(learner)
    lab.check("2.1", double=2 * lab.pick("2.1", [1, 2, 3]))

    assert capsys.readouterr().out == "2.1: that is right.\n"


def test_an_id_is_the_same_in_any_case_and_with_any_spaces():
    assert {checks.index(name, "2.1", 10**6) for name in ("Ann Lee", " ann  lee ", "ANN LEE")} == {
        checks.index("ann lee", "2.1", 10**6)
    }


def test_each_variant_has_its_share_of_a_class():
    """Of 3,000 learners each of three variants has a third, within five standard deviations (26 learners each)."""
    had = [checks.index(f"learner {number}", "2.1", 3) for number in range(3000)]

    assert [abs(had.count(variant) - 1000) < 130 for variant in range(3)] == [True] * 3


def test_picks_of_one_exercise_agree_and_those_of_two_do_not_depend_on_each_other():
    names = [f"learner {number}" for number in range(100)]

    assert all(varied(name).pick("2.1", "abc") == "abc"[varied(name).pick("2.1", (0, 1, 2))] for name in names)
    assert len({(checks.index(name, "2.1", 3), checks.index(name, "2.2", 3)) for name in names}) == 9


@pytest.mark.parametrize("options", [[], [1, 2], [1, 2, 3, 4]])
def test_options_that_are_not_one_a_variant_are_refused(options):
    with pytest.raises(ValueError, match=r"exercise 2\.1, which has 3 variants"):
        varied().pick("2.1", options)


def test_an_exercise_that_is_not_in_the_lab_is_refused():
    with pytest.raises(ValueError, match=r"no exercise '9\.9' in this lab: use one of 2\.1, 2\.2"):
        varied().pick("9.9", [1])


def test_steps_are_printed_with_letters(capsys):
    varied().steps("2.2", ["Wait.", "Begin."])

    assert capsys.readouterr().out == "a) Wait.\nb) Begin.\n"


def test_progress_says_what_is_right_so_far(capsys):
    lab = varied("ann")
    lab.check("2.1", double=2 * lab.pick("2.1", [1, 2, 3]))
    capsys.readouterr()
    lab.progress()

    assert capsys.readouterr().out.splitlines() == [
        "  2.1  Double   3 of 3  right",
        "  2.2  Nothing  0 of 1  not checked yet",
        "Points by these checks: 3 of 4.",
    ]


def test_progress_forgets_what_is_not_right_any_more(capsys):
    lab = varied()
    lab.check("2.1", double=2)
    lab.check("2.1", double=3)
    capsys.readouterr()
    lab.progress()

    assert "not right yet" in capsys.readouterr().out.splitlines()[0]


def test_a_field_that_is_not_given_is_not_answered(capsys):
    varied().check("2.1")

    assert "double is not answered yet" in capsys.readouterr().out


def test_progress_tells_what_is_wrong_from_what_is_not_there(capsys):
    lab = varied()
    lab.check("2.1", double=...)
    capsys.readouterr()
    lab.progress()

    assert "not answered yet" in capsys.readouterr().out.splitlines()[0]


def test_progress_asks_for_the_id_that_is_missing(capsys):
    varied(" ").progress()

    assert capsys.readouterr().out.splitlines()[-1] == "Your id is not written down yet: lab.learner is empty."


@pytest.mark.parametrize(
    ("seen", "due"),
    [(3, 3.001), ([1, 2], [1.0, 2]), ((1, 2), [1, 2]), ("C, A, B", "c a b"), ([[1], "a"], [[1.0], "A"]), ([], [])],
)
def test_a_verdict_on_what_is_due_is_right(capsys, seen, due):
    checks.verdict("1.2", seen, due, "The idea.")

    assert capsys.readouterr().out == "1.2 right\n"


@pytest.mark.parametrize(
    ("seen", "due", "said"),
    [
        (4, 3, "1.2 wrong: the answer seen is 4. The idea."),
        ([1, 3], [1, 2], "1.2 wrong: the answer seen is 3. The idea."),
        ([1], [1, 2], "1.2 wrong: 1 values were read, and 2 are due. The idea."),
        (1, [1, 2], "1.2 wrong: 1 values were read, and 2 are due. The idea."),
        ({"a": 1}, 1, "1.2 wrong: the answer seen is {'a': 1}. The idea."),
        ("x" * 90, "y", f"1.2 wrong: the answer seen is {'x' * 57}.... The idea."),
        (1 / 3, 1, "1.2 wrong: the answer seen is 0.333333. The idea."),
    ],
)
def test_a_verdict_on_anything_else_says_what_was_seen(capsys, seen, due, said):
    checks.verdict("1.2", seen, due, "The idea.")

    assert capsys.readouterr().out == f"{said}\n"


def test_a_number_below_its_limit_is_told(capsys):
    feedback = checks.Feedback(checks.seal({"1.1": {"fields": {"healthy": {"least": [2, "Keep more."]}}}}))
    for value in (2, 1.5):
        feedback.check("1.1", healthy=value)

    assert capsys.readouterr().out == "1.1: that is right.\n1.1: your healthy is 1.5. Keep more.\n"


def test_a_list_with_three_dots_in_it_is_not_answered(capsys):
    assert "half is not answered yet" in said(capsys, half=[1, ...], cost=1)


def test_an_answer_that_nothing_is_named_for_gets_the_usual_word(capsys):
    assert said(capsys, half=7, cost=1) == "1.1: your half is 7. Look again, or ask for a hint.\n"


def test_a_wrong_answer_is_told_and_what_was_not_given_beside_it_is_not(capsys):
    """As where a design is refused, and nothing of it could be measured."""
    fields = {"accepted": {"right": True, "wrong": [[False, "Mend it first."]]}, "minutes": {"most": [9, "Too long."]}}
    feedback = checks.Feedback(checks.seal({"1.1": {"fields": fields}}))
    feedback.check("1.1", accepted=False)
    feedback.check("1.1", accepted=True)

    assert capsys.readouterr().out.splitlines() == [
        "1.1: your accepted is False. Mend it first.",
        "1.1: minutes is not answered yet. Replace the three dots (...) in the cell above, and run it.",
    ]
