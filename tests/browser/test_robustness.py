"""What can go wrong on a reader's machine: a killed worker, no memory, no network, two tabs, Back, a small screen."""

from __future__ import annotations

import json

import pytest
from chromium_flags import QUIET
from pages import CHAPTER, Complaints, start
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, expect

EXPLORER = ".ecs-explorer[data-explorer=the-evening]"
ENDLESS = "while True:\n    pass"

KEEP_WORKERS = """
globalThis.Worker = class extends Worker {
  constructor(...words) {
    super(...words);
    (globalThis.workers ??= []).push(this);
  }
};
"""
"""The page's workers, where a test can end them as a browser does that runs out of something."""

LITTLE_MEMORY = """
const grow = WebAssembly.Memory.prototype.grow;
WebAssembly.Memory.prototype.grow = function (pages) {
  if (this.buffer.byteLength + pages * 65536 > 96 * 1048576) throw new RangeError("no more memory");
  return grow.call(this, pages);
};
"""
"""A worker in which memory ends at 96 MiB: what a small phone does at some hundreds, without filling this machine."""


def cell(page: Page) -> str:
    """The selector of a cell that can be edited."""
    cells = json.loads(page.locator("#ecs-page").text_content() or "{}")["cells"]
    found = next(each["id"] for each in cells if "for event in reversed(run.why(running))" in each["source"])
    return f'.cell[data-cell="{found}"]'


def run_code(page: Page, code: str) -> None:
    """Replaces a cell's code, and runs it."""
    page.locator(f"{cell(page)} .cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")


def said_after(page: Page, code: str) -> str:
    """What a cell shows once it has run."""
    page.locator(cell(page)).evaluate("(cell) => delete cell.dataset.ran")
    run_code(page, code)
    page.wait_for_selector(f"{cell(page)}[data-ran]")
    return page.locator(f"{cell(page)} .cell_output").inner_text()


def skip(page: Page) -> None:
    """Runs the explorer without a prediction, and waits for its answer."""
    page.locator(f"{EXPLORER} .ecs-quiet", has_text="Skip").click()
    page.locator(f"{EXPLORER} .ecs-sentence", has_text="Help came").wait_for()


def test_a_worker_killed_in_the_middle_of_a_run_is_noticed_and_replaced(context: BrowserContext, chapter: Page):
    context.add_init_script(KEEP_WORKERS)
    chapter.reload()
    start(chapter)
    skip(chapter)
    shown = chapter.locator(f"{EXPLORER} .ecs-sentence").inner_text()
    run_code(chapter, ENDLESS)
    chapter.wait_for_selector("html[data-kernel=busy]")
    chapter.evaluate("workers.at(-1).terminate()")
    chapter.wait_for_selector("html[data-kernel=lost]")

    assert "ended unexpectedly" in chapter.locator(".ecs-status").inner_text()
    assert chapter.locator(f"{EXPLORER} .ecs-sentence").inner_text() == shown
    assert "while True" in chapter.locator(f"{cell(chapter)} .cm-content").inner_text()
    chapter.locator("[data-kernel-restart]").click()
    chapter.wait_for_selector("html[data-kernel=ready]")
    assert said_after(chapter, "6 * 7").strip().endswith("42")


def test_memory_that_ends_is_an_error_in_words_and_the_page_goes_on(page: Page, site: str):
    def with_little(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=LITTLE_MEMORY + answer.text())

    page.context.route("**/worker.js*", with_little)
    page.goto(f"{site}/{CHAPTER}")
    start(page)

    assert "MemoryError" in said_after(page, "held = [bytearray(1 << 20) for _ in range(1000)]")
    page.wait_for_selector("html[data-kernel=ready]")
    skip(page)


def test_a_page_that_goes_offline_before_start_says_so_and_starts_when_it_is_back(
    context: BrowserContext, chapter: Page, complaints: Complaints
):
    chapter.wait_for_load_state("networkidle")
    context.set_offline(True)
    chapter.locator("[data-kernel-start]").first.click()
    chapter.wait_for_selector("html[data-kernel=lost]")

    assert "could not start" in chapter.locator(".ecs-status").inner_text()
    assert chapter.locator(f"{EXPLORER} .js-plotly-plot").first.is_visible()
    complaints.clear()
    context.set_offline(False)
    chapter.locator("[data-kernel-restart]").click()
    chapter.wait_for_selector("html[data-kernel=ready]")


def test_a_live_page_that_goes_offline_goes_on(context: BrowserContext, chapter: Page, complaints: Complaints):
    """Only an import of what is not in memory needs the network, and its failure says so."""
    start(chapter)
    context.set_offline(True)
    skip(chapter)

    assert said_after(chapter, "6 * 7").strip().endswith("42")
    told = said_after(chapter, "import ipywidgets.embed")
    assert "Are you offline?" in told
    assert "ModuleNotFoundError" in told
    complaints.clear()
    context.set_offline(False)
    assert "Error" not in said_after(chapter, "import ipywidgets.embed")


def test_two_tabs_are_alive_at_once(context: BrowserContext, chapter: Page, site: str, complaints: Complaints):
    other = context.new_page()
    complaints.watch(other)
    other.goto(f"{site}/{CHAPTER}")
    for page in (chapter, other):
        start(page)
    said_after(chapter, "mine = 'the first'")
    said_after(other, "mine = 'the second'")

    assert said_after(chapter, "mine").strip().endswith("'the first'")
    assert said_after(other, "mine").strip().endswith("'the second'")
    other.close()
    skip(chapter)


@pytest.mark.parametrize("cache", ["kept", "off"])
def test_back_to_a_live_page_is_back_to_a_page_that_works(
    playwright: Playwright, chromium_path: str, site: str, cache: str
):
    """With Chromium's back-forward cache and without: the page comes back as it was or as new, and is usable."""
    without = ["--disable-back-forward-cache"] if cache == "kept" else None
    browser = playwright.chromium.launch(executable_path=chromium_path, args=list(QUIET), ignore_default_args=without)
    page = browser.new_page()
    complaints = Complaints()
    complaints.watch(page)
    page.goto(f"{site}/{CHAPTER}")
    start(page)
    skip(page)
    page.goto(f"{site}/book/intro.html")
    page.evaluate("history.back()")  # a page that comes back as it was does not load
    page.wait_for_url(f"**/{CHAPTER}", wait_until="commit")
    page.wait_for_selector(f"{EXPLORER} .js-plotly-plot")
    if page.locator("html").get_attribute("data-kernel") == "off":
        start(page)
        skip(page)
    page.locator(f"{EXPLORER} .ecs-controls input[type=range]").first.press("ArrowRight")
    expect(page.locator(EXPLORER)).to_have_attribute("data-state", "live")

    assert page.locator("html").get_attribute("data-kernel") in ("ready", "busy")
    assert list(complaints) == []
    browser.close()


def test_a_touch_screen_of_360_pixels_runs_the_experiment(chromium: Browser, site: str):
    context = chromium.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{site}/{CHAPTER}")
    page.locator(f"{EXPLORER} .ecs-predict input[type=range]").tap()
    page.wait_for_selector("html[data-kernel=ready]")
    page.locator(f"{EXPLORER} .ecs-predict input[type=number]").fill("4")
    page.locator(f"{EXPLORER} .ecs-run").tap()
    page.locator(f"{EXPLORER} .ecs-sentence", has_text="You said").wait_for()
    page.locator(f"{EXPLORER} .ecs-board-box").get_by_role("button", name="Next event").tap()

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
