"""What a reader can do with an exercise, before any Python runs."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

_spec = importlib.util.spec_from_file_location("exercises", Path(__file__).parents[1] / "test_exercise.py")
exercises = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(exercises)

SCRIPT = """
import { mountExercise, verdictOf } from "/exercise.js";
window.verdictOf = verdictOf;
window.told = [];
window.specs = [];
for (const el of document.querySelectorAll(".ecs-exercise")) {
  const data = JSON.parse(el.querySelector(".ecs-data").textContent);
  specs.push(data);
  mountExercise(el, data, { onAnswer: (right) => told.push(right) });
}
"""

ALL = (exercises.FEWEST, exercises.WHO, exercises.STEPS)


@pytest.fixture
def page(visit) -> Page:
    return visit(html="".join(one._repr_mimebundle_()["text/html"] for one in ALL), script=SCRIPT, plotly=False)


def box(page: Page, place: int):
    return page.locator(".ecs-exercise").nth(place)


def test_a_wrong_number_is_told_its_idea_and_a_right_one_that_it_is_right(page):
    one = box(page, 0)
    one.get_by_role("spinbutton").fill("4")
    one.get_by_role("spinbutton").press("Enter")
    expect(one.get_by_role("status")).to_have_text("You said 4 tasks. With four the line never gets shorter.")
    one.get_by_role("spinbutton").fill("5")
    one.get_by_role("button", name="Check").click()
    expect(one.get_by_role("status")).to_have_text("✓ That is right.")
    assert page.evaluate("told") == [False, True]


def test_an_empty_answer_is_asked_for(page):
    box(page, 1).get_by_role("button", name="Check").click()
    expect(box(page, 1).get_by_role("status")).to_have_text("Give an answer first; a guess is welcome.")


def test_steps_are_put_in_order_by_keyboard(page):
    one = box(page, 2)
    one.get_by_role("button", name="Move “SIGTERM” up").press("Enter")
    one.get_by_role("button", name="Move “stopTimeout” up").press("Enter")
    one.get_by_role("button", name="Check").press("Enter")
    expect(one.locator(".ecs-verdict")).to_have_text("✓ That is right.")


def test_code_in_an_answer_is_code_and_is_said_without_its_marks(visit):
    one = exercises.Exercise(
        "Which line?",
        exercises.OneOf(["`essential: false`", "`memory`"], "`memory`"),
        wrong={"`essential: false`": "Then `web` stays."},
        solution="The second.",
    )
    page = visit(html=one._repr_mimebundle_()["text/html"], script=SCRIPT, plotly=False)
    page.get_by_label("essential: false").check()
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".ecs-option code").first).to_have_text("essential: false")
    expect(page.get_by_role("status")).to_have_text("You said essential: false. Then web stays.")
    page.get_by_label("memory").check()
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("status")).to_have_text("✓ That is right.")


def test_an_answer_is_remembered_by_this_browser(page):
    box(page, 1).get_by_label("A scaling policy").check()
    box(page, 1).get_by_role("button", name="Check").click()
    page.reload()
    expect(box(page, 1).get_by_role("status")).to_have_text("You answered this rightly before.")


def test_a_broken_store_loses_a_memory_and_not_the_page(page):
    page.evaluate("Storage.prototype.setItem = () => { throw new Error('full'); }; localStorage['ecs-answers'] = '{'")
    box(page, 0).get_by_role("spinbutton").fill("5")
    box(page, 0).get_by_role("button", name="Check").click()
    expect(box(page, 0).get_by_role("status")).to_have_text("✓ That is right.")


def test_the_page_says_of_every_answer_what_python_says(page):
    given = [[5, 4, 3, 1, 9.5], ["Fargate", "A scaling policy"], [list(exercises.STEPS.answer.steps), ["SIGKILL"]]]
    said = page.evaluate(
        "(given) => given.map((each, place) => each.map((one) => verdictOf(specs[place], one)))", given
    )
    assert said == [[one.check(answer) for answer in each] for one, each in zip(ALL, given, strict=True)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(page, theme):
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["target"]) for one in found if one["impact"] in ("serious", "critical")] == []
