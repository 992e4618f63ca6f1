"""What starts Python, what is fetched when, and how much."""

from __future__ import annotations

from pathlib import Path

import pytest
from chromium_flags import QUIET
from pages import CHAPTER, assets, start
from playwright.sync_api import BrowserContext, Page, Playwright

from book.paths import ASSETS
from book.weight import FETCHED_BY_START, kilobytes

EXPLORER = ".ecs-explorer[data-explorer=the-evening]"
SLIDER = f"{EXPLORER} .ecs-predict input[type=range]"
SAVES_DATA = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
BUDGET_KB = 15_000


def kernel(page: Page) -> str | None:
    """The kernel's state."""
    return page.locator("html").get_attribute("data-kernel")


@pytest.fixture
def asked(context: BrowserContext) -> list[str]:
    """What the visitor's pages and workers ask for."""
    found: list[str] = []
    context.on("request", lambda request: found.append(request.url))
    return found


def test_a_pointer_on_a_control_starts_python(chapter: Page):
    chapter.locator(SLIDER).click()

    chapter.wait_for_selector("html[data-kernel=ready]")


def test_a_key_on_a_control_starts_python(chapter: Page):
    chapter.locator(SLIDER).press("ArrowRight")

    chapter.wait_for_selector("html[data-kernel=ready]")


def test_passing_by_with_tab_starts_nothing(chapter: Page):
    chapter.locator(SLIDER).focus()
    chapter.keyboard.press("Tab")

    assert kernel(chapter) == "off"


def test_the_board_needs_no_python(chapter: Page):
    chapter.locator(f"{EXPLORER} .ecs-board-box").get_by_role("button", name="Next event").click()

    assert kernel(chapter) == "off"


def test_where_data_is_saved_only_start_starts_python(page: Page, site: str, asked: list[str]):
    page.add_init_script(SAVES_DATA)
    page.goto(f"{site}/{CHAPTER}")
    page.wait_for_load_state("networkidle")
    page.locator(SLIDER).click()
    page.locator(SLIDER).press("ArrowRight")
    page.wait_for_load_state("networkidle")

    assert (kernel(page), "live.js" in assets(asked)) == ("off", False)
    start(page)


def test_an_idle_page_fetches_the_code_of_the_live_stage_and_nothing_else(asked: list[str], page: Page, site: str):
    with page.expect_response("**/live.js*"), page.expect_response("**/widgets.css*"):
        page.goto(f"{site}/{CHAPTER}")
    page.wait_for_load_state("networkidle")

    assert assets(asked) & set(FETCHED_BY_START) == {"live.js", "widgets.css"}


def test_start_fetches_what_the_budget_counts(asked: list[str], page: Page, site: str):
    page.goto(f"{site}/{CHAPTER}")
    page.wait_for_load_state("networkidle")
    before = assets(asked) - set(FETCHED_BY_START)
    start(page)
    page.wait_for_load_state("networkidle")
    fetched = assets(asked) - before

    assert fetched == set(FETCHED_BY_START)
    assert kilobytes(ASSETS / name for name in fetched) <= BUDGET_KB


def test_a_second_chapter_starts_from_the_browsers_cache(
    playwright: Playwright, chromium_path: str, counting: tuple[str, list[str]], tmp_path: Path
):
    """The same page stands for a second chapter, after another page in between: its assets are the same files.

    In a profile on disk, as a reader has it: the cache of a private window has no room for the big ones.
    """
    address, sent = counting
    context = playwright.chromium.launch_persistent_context(
        tmp_path / "profile", executable_path=chromium_path, args=list(QUIET)
    )
    page = context.new_page()
    page.goto(f"{address}/{CHAPTER}")
    start(page)
    first = assets(sent)
    page.goto(f"{address}/book/intro.html")
    sent.clear()
    page.goto(f"{address}/{CHAPTER}?second")
    start(page)
    context.close()

    assert set(FETCHED_BY_START) <= first
    assert assets(sent) == set()
