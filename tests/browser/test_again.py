"""The page that asks again: what is due comes first, an answer moves it on, and what is kept can be deleted."""

from __future__ import annotations

import json

from playwright.sync_api import Browser, Page, expect

ADDRESS = "book/again.html"

KEPT = """(all) => {
    const at = (days) => Date.now() - days * 24 * 60 * 60 * 1000;
    const kept = Object.entries(all).map(([name, { days, ...rest }]) => [name, { at: at(days), times: 1, ...rest }]);
    localStorage.setItem("ecs-answers", JSON.stringify(Object.fromEntries(kept)));
}"""


def asked(page: Page) -> list[str]:
    """The questions that are to be answered now, in their order."""
    found: list[str] = page.locator(".ecs-today [data-question]").evaluate_all(
        "(all) => all.map((each) => each.dataset.question)"
    )
    return found


def visit(page: Page, site: str, kept: dict[str, dict[str, object]]) -> Page:
    """The page as a reader finds it who has answered before."""
    page.goto(f"{site}/{ADDRESS}")
    page.evaluate(KEPT, kept)
    page.reload()
    page.locator(".ecs-again-words").wait_for()
    return page


def test_a_first_visitor_is_asked_nothing_and_may_see_all(page: Page, site: str):
    page.goto(f"{site}/{ADDRESS}")
    expect(page.locator(".ecs-again-words")).to_contain_text("You have answered nothing yet.")
    assert asked(page) == []
    question = page.locator("[data-question=services-dies]")
    expect(question).to_be_hidden()
    page.get_by_role("button", name="Show all questions").click()
    expect(question).to_be_visible()


def test_what_was_wrong_comes_first_then_what_waited_longest_then_what_is_new(page: Page, site: str):
    kept = {
        "services-dies": {"days": 2, "right": True, "row": 1},  # due after 1 day
        "services-doubles": {"days": 2, "right": True, "row": 2},  # due after 3
        "services-order": {"days": 6, "right": True, "row": 1},
        "services-essential": {"days": 0, "right": False, "row": 0},
    }
    visit(page, site, kept)
    assert asked(page) == ["services-essential", "services-order", "services-dies", "services-unreached"]
    expect(page.locator(".ecs-again-words")).to_have_text(
        "3 to be asked again, 1 not answered yet, of the chapters that you have begun."
    )


def test_a_right_answer_waits_longer_the_next_time(page: Page, site: str):
    visit(page, site, {"services-dies": {"days": 2, "right": True, "row": 1}})
    one = page.locator("[data-question=services-dies]")
    one.get_by_label("It starts another task").check()
    one.get_by_role("button", name="Check").click()
    one.get_by_role("button", name="Check").click()
    kept = json.loads(page.evaluate("localStorage.getItem('ecs-answers')"))["services-dies"]
    assert (kept["right"], kept["row"], kept["times"]) == (True, 2, 3)
    expect(page.locator(".ecs-again-words")).not_to_contain_text("to be asked again")
    page.reload()
    page.locator(".ecs-again-words").wait_for()
    assert "services-dies" not in asked(page)


def test_the_answers_are_deleted_by_a_button_that_asks_first(page: Page, site: str):
    visit(page, site, {"services-dies": {"days": 2, "right": True, "row": 1}})
    page.get_by_role("button", name="Delete my answers").click()
    page.get_by_role("button", name="Delete all my answers in this browser?").click()
    expect(page.locator(".ecs-again-words")).to_contain_text("You have answered nothing yet.")
    assert page.evaluate("localStorage.getItem('ecs-answers')") is None


def test_without_javascript_it_is_a_list_with_solutions_to_unfold(chromium: Browser, site: str):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/{ADDRESS}")
    one = page.locator("[data-question=services-dies]")
    expect(one.locator(".ecs-prompt")).to_be_visible()
    one.locator("summary").click()
    expect(one.locator("details p")).to_contain_text("with a new id")
    context.close()
