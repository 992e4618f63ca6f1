"""axe finds nothing serious on a page that is live, and a chapter can be worked through by keyboard alone."""

from __future__ import annotations

import pytest
from axes import findings
from pages import CHAPTER, start
from playwright.sync_api import Browser, Page, expect

EXPLORER = ".ecs-explorer[data-explorer=the-evening]"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_a_live_page(chromium: Browser, site: str, scheme: str):
    context = chromium.new_context(color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{site}/{CHAPTER}")
    start(page)
    page.locator(f"{EXPLORER} .ecs-predict input[type=number]").fill("4")
    page.locator(f"{EXPLORER} .ecs-run").click()
    page.locator(".ecs-sentence", has_text="Help came").wait_for()
    page.locator(f"{EXPLORER} .ecs-water button").first.click()

    assert findings(page) == []
    context.close()


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until an element is focused that the selector fits, which must then be seen to be so.

    An editor keeps Tab for indenting, and says that Escape gives it free.
    """
    for _ in range(200):
        if page.evaluate("document.activeElement.matches('.cm-content')"):
            page.keyboard.press("Escape")
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
            assert outline != "none"
            return
    raise AssertionError(f"Tab never comes to {wanted}")


def test_a_chapter_is_walked_through_by_keyboard(page: Page, site: str):
    """Start, predict, run, change a control, press a bar of the waterfall, step the board, answer an exercise."""
    page.goto(f"{site}/{CHAPTER}")
    tab_to(page, "[data-kernel-start]")
    page.keyboard.press("Enter")
    page.wait_for_selector("html[data-kernel=ready]")
    tab_to(page, f"{EXPLORER} .ecs-predict input[type=range]")
    page.keyboard.press("ArrowRight")
    tab_to(page, f"{EXPLORER} .ecs-run")
    page.keyboard.press("Enter")
    expect(page.locator(f"{EXPLORER} .ecs-sentence")).to_contain_text("You said")
    tab_to(page, f"{EXPLORER} .ecs-controls input[name=tasks]")
    page.keyboard.press("ArrowRight")
    expect(page.locator(EXPLORER)).to_have_attribute("data-state", "live")
    tab_to(page, f"{EXPLORER} .ecs-scrub")
    page.keyboard.press("End")
    tab_to(page, f"{EXPLORER} .ecs-water button")
    page.keyboard.press("Enter")
    expect(page.locator(f"{EXPLORER} .ecs-span-said")).to_contain_text("What shortens it")
    expect(page.locator(f"{EXPLORER} .ecs-chain li").first).to_be_visible()
    tab_to(page, ".ecs-exercise input[type=number]")
    page.keyboard.type("5")
    page.keyboard.press("Enter")

    expect(page.locator(".ecs-verdict", has_text="That is right.")).to_be_visible()
