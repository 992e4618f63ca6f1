"""A reader's first visit, in one go: from the landing page to the second chapter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium_flags import QUIET
from pages import PATIENCE_MS, Complaints, assets, start
from playwright.sync_api import Page, Playwright, expect

from book.weight import FETCHED_BY_START

BOARD = ".ecs-board[data-name=launch-day]"
NIGHT = ".ecs-explorer[data-explorer=the-night]"
SIDECAR = ".ecs-explorer[data-explorer=the-sidecar]"


@pytest.fixture
def reader(playwright: Playwright, chromium_path: str, complaints: Complaints, tmp_path: Path) -> Iterator[Page]:
    """Somebody who was never here, in a profile on disk: the cache of a private window has no room for Python."""
    context = playwright.chromium.launch_persistent_context(
        tmp_path / "profile", executable_path=chromium_path, args=list(QUIET), reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    complaints.watch(page)
    yield page
    context.close()
    assert list(complaints) == []


def skip(page: Page, explorer: str) -> None:
    """Go on without a prediction, until the explorer says something new."""
    sentence = page.locator(f"{explorer} .ecs-sentence")
    before = sentence.inner_text()
    page.locator(explorer).get_by_role("button", name="Skip").click()
    expect(sentence).not_to_have_text(before, timeout=PATIENCE_MS)


def test_a_first_visit_from_the_landing_page_to_the_second_chapter(reader: Page, counting: tuple[str, list[str]]):
    """The board of the landing page is scrubbed; then the first chapter, Start, its first explorer and its first
    exercise; and a second chapter, for which nothing of Python comes over the network again."""
    address, sent = counting
    page = reader
    page.goto(f"{address}/book/intro.html")
    board = page.locator(BOARD)
    scrub = board.get_by_role("slider", name="Time in the run")
    opening = board.inner_text()
    scrub.press("End")
    expect(board.locator(".ecs-time")).to_contain_text("40")
    assert board.inner_text() != opening
    assert page.locator("html").get_attribute("data-kernel") == "off"

    page.get_by_role("link", name="Begin with the first chapter").click()
    page.wait_for_url("**/chapters/orchestrator.html")
    sentence = page.locator(f"{NIGHT} .ecs-sentence")
    expect(sentence).to_contain_text("open all night")
    start(page)
    assert set(FETCHED_BY_START) <= assets(sent)

    skip(page, NIGHT)
    expect(sentence).to_contain_text("closed for")
    page.locator(f"{NIGHT} .ecs-controls input[name=servers]").press("ArrowRight")
    expect(sentence).to_contain_text("open all night", timeout=PATIENCE_MS)

    exercise = page.locator(".ecs-exercise").first
    exercise.locator("input[type=number]").fill("1")
    exercise.get_by_role("button", name="Check").click()
    expect(exercise.locator(".ecs-verdict")).to_contain_text("Nothing serves while the only server is replaced")
    exercise.locator("input[type=number]").fill("2")
    exercise.get_by_role("button", name="Check").click()
    expect(exercise.locator(".ecs-verdict")).to_contain_text("That is right.")

    sent.clear()
    page.locator("a.right-next").click()
    page.wait_for_url("**/chapters/task-definitions.html")
    start(page)
    skip(page, SIDECAR)
    assert (assets(sent), sent[0].endswith("/chapters/task-definitions.html")) == (set(), True)
