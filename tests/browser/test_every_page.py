"""Every page of the built book: nothing serious for axe, nothing off screen, and every widget of it moves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axes import findings
from pages import PATIENCE_MS, Complaints, start
from playwright.sync_api import Browser, Locator, Page, expect

from book.paths import HTML


def addresses() -> list[str]:
    """The book's own pages, relative to its root; none where no book is built, which the fixture `site` says."""
    return sorted(
        str(path.relative_to(HTML)) for folder in ("chapters", "book") for path in (HTML / folder).glob("*.html")
    )


@pytest.fixture(params=addresses() or ["chapters/services.html"])
def address(request: pytest.FixtureRequest, site: str) -> str:
    return f"{site}/{request.param}"


@pytest.fixture(params=["light", "dark"])
def themed(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(color_scheme=request.param, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def test_axe_finds_nothing_serious(themed: Page, address: str):
    themed.goto(address)
    themed.wait_for_load_state("networkidle")

    assert findings(themed) == []


def test_nothing_is_off_screen_at_360_pixels_or_at_200_per_cent(chromium: Browser, address: str):
    # At 200 % zoom a window of 720 pixels is 360 CSS pixels wide, so that one visit stands for both.
    context = chromium.new_context(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def test_every_widget_is_started_and_moved_and_says_nothing_on_the_console(
    page: Page, complaints: Complaints, address: str
):
    page.goto(address)
    explorers = page.locator(".ecs-explorer").all()
    boards = page.locator("div.ecs-board").all()
    if explorers:
        start(page)
    for explorer in explorers:
        move(explorer)
    for board in boards:
        scrub(board)

    assert list(complaints) == []


def move(explorer: Locator) -> None:
    """Skip the prediction, move the first control, and see that the sentence or the figure became another."""
    explorer.scroll_into_view_if_needed()
    explorer.get_by_role("button", name="Skip", exact=True).click()
    expect(explorer).to_have_attribute("data-state", "live")
    before = shown(explorer)
    for control in explorer.locator(".ecs-controls").locator("input[type=range], input[type=radio], select").all():
        change(control)
        expect(explorer).to_have_attribute("data-state", "live")
        expect(explorer.locator(".ecs-error")).to_be_hidden()
        if shown(explorer) != before:
            return
    raise AssertionError(f"no control of {explorer.get_attribute('data-explorer')} changes what is shown")


def change(control: Locator) -> None:
    """Set a control to another of its values."""
    if control.evaluate("(one) => one.type") == "radio":
        control.check()
    elif control.evaluate("(one) => one.matches('select')"):
        control.evaluate("(one) => { one.selectedIndex = (one.selectedIndex + 1) % one.options.length; }")
        control.dispatch_event("change")
    else:
        largest = control.evaluate("(one) => (one.value === one.max ? one.min : one.max)")
        control.fill(largest)


def shown(explorer: Locator) -> str:
    """The sentence, and the figure's lines."""
    lines = "(one) => JSON.stringify([...one.querySelectorAll('.js-plotly-plot')].map((p) => p.data.map((t) => t.y)))"
    return explorer.locator(".ecs-sentence").inner_text() + explorer.evaluate(lines)


def scrub(board: Locator) -> None:
    """Move a board through time; each moment says itself."""
    board.scroll_into_view_if_needed()
    time = board.get_by_role("slider", name="Time in the run")
    before = board.locator(".ecs-time").inner_text()
    time.fill(time.evaluate("(one) => (one.value === one.max ? one.min : one.max)"))

    expect(board.locator(".ecs-time")).not_to_have_text(before)
