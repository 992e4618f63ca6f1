"""The chapter in a real browser: what is there before Start, what is live after it, and what survives a failure."""

from __future__ import annotations

import json
import re

import pytest
from pages import CHAPTER, Complaints, start, until
from playwright.sync_api import Browser, Page, Route

EXPLORER = ".ecs-explorer[data-explorer=the-evening]"
ENDLESS = "while True:\n    pass"


def sentence(page: Page) -> str:
    """What the explorer's live region says."""
    return page.locator(f"{EXPLORER} .ecs-sentence").inner_text()


def drawn(page: Page) -> list[object]:
    """The data of the explorer's figure, as Plotly holds it."""
    plot = page.locator(f"{EXPLORER} .js-plotly-plot")
    return plot.evaluate("(plot) => JSON.stringify(plot.data.map((trace) => Array.from(trace.y)))")


def board(page: Page) -> str:
    """The words on the explorer's board."""
    return page.locator(f"{EXPLORER} .ecs-board-box").inner_text()


def predict(page: Page, minutes: str = "4") -> None:
    """Set a prediction and press Run."""
    page.locator(f"{EXPLORER} .ecs-predict input[type=number]").fill(minutes)
    page.locator(f"{EXPLORER} .ecs-run").click()


def wait_for_new_sentence(page: Page, before: str) -> None:
    """Until the explorer says something else."""
    said = f"{EXPLORER} .ecs-sentence"
    until(page, "([at, before]) => document.querySelector(at).innerText !== before", [said, before])


def cell_with(page: Page, text: str) -> str:
    """The selector of the cell whose source has that text."""
    cells = json.loads(page.locator("#ecs-page").text_content() or "{}")["cells"]
    found = next(cell["id"] for cell in cells if text in cell["source"])
    return f'.cell[data-cell="{found}"]'


def run_code(page: Page, cell: str, code: str) -> None:
    """Replace a cell's code as a person would, and run it."""
    page.locator(f"{cell} .cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")


def test_before_start_everything_is_there_and_nothing_of_python_was_asked_for(page: Page, site: str):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}/{CHAPTER}")
    page.wait_for_selector(f"{EXPLORER} .js-plotly-plot .main-svg")

    assert page.locator("html").get_attribute("data-kernel") == "off"
    assert "requests failed" in sentence(page) or "request failed" in sentence(page)
    assert "RUNNING" in board(page)
    assert page.locator(f"{EXPLORER} table").count() >= 1 or page.locator(f"{EXPLORER} details").count() >= 4
    assert not [url for url in asked if re.search(r"pyodide|snapshot|worker\.js|site\.zip", url)]


def test_a_board_can_be_scrubbed_before_start_and_says_why(chapter: Page):
    box = chapter.locator(f"{EXPLORER} .ecs-board-box")
    before = board(chapter)
    box.get_by_role("button", name="Next event").click()
    box.get_by_role("button", name="Next event").click()

    assert board(chapter) != before
    assert chapter.locator("html").get_attribute("data-kernel") == "off"


def test_without_javascript_there_are_picture_and_words(chromium: Browser, site: str):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/{CHAPTER}")

    still = page.locator(f"{EXPLORER} .ecs-still")
    assert still.locator("svg").first.is_visible()
    assert "minute" in still.locator(".ecs-alt").first.inner_text()
    assert page.locator("[data-kernel-start]").count() == 0
    context.close()


def test_start_makes_the_explorer_live_and_moves_nothing(chapter: Page):
    chapter.wait_for_selector(f"{EXPLORER} .js-plotly-plot")
    place = chapter.locator(EXPLORER).bounding_box()
    start(chapter)

    assert chapter.locator(EXPLORER).bounding_box() == pytest.approx(place, abs=0.5)
    assert chapter.locator("html").get_attribute("data-kernel-by") == "snapshot"


def test_a_control_changes_figure_board_and_sentence(chapter: Page):
    start(chapter)
    calm, quiet = drawn(chapter), sentence(chapter)
    predict(chapter)
    wait_for_new_sentence(chapter, quiet)
    busy, told = drawn(chapter), sentence(chapter)

    assert busy != calm
    assert "Help came after" in told
    assert "You said 4 minutes" in told

    chapter.locator(f"{EXPLORER} input[type=range]").nth(2).press("ArrowRight")
    wait_for_new_sentence(chapter, told)
    assert drawn(chapter) != busy
    chapter.locator(f"{EXPLORER} .ecs-board-box").get_by_role("button", name="Next scaling decision").click()
    assert "scale out" in board(chapter).lower()


def test_touching_a_control_starts_the_kernel(chapter: Page):
    quiet = sentence(chapter)
    predict(chapter)
    wait_for_new_sentence(chapter, quiet)

    assert chapter.locator("html").get_attribute("data-kernel") in ("ready", "busy")
    assert "Help came" in sentence(chapter)


def test_a_code_cell_is_edited_and_run_in_place(chapter: Page):
    cell = cell_with(chapter, "for event in reversed(run.why(running))")
    start(chapter)
    run_code(chapter, cell, "print('six times seven is', 6 * 7)\n6 * 7")
    chapter.wait_for_selector(f"{cell}[data-ran=ok]")
    shown = chapter.locator(f"{cell} .cell_output").inner_text()

    assert "six times seven is 42" in shown
    assert shown.strip().endswith("42")


def test_an_error_of_ours_is_words_for_a_learner(chapter: Page):
    cell = cell_with(chapter, "for event in reversed(run.why(running))")
    start(chapter)
    run_code(chapter, cell, "ecs.TaskDefinition('web', cpu=300, memory=512)")
    chapter.wait_for_selector(f"{cell}[data-ran=failed]")

    assert "300" in chapter.locator(f"{cell} .cell_output").inner_text()
    assert "256, 512, 1024" in chapter.locator(f"{cell} .cell_output").inner_text()


def test_an_endless_loop_is_stopped_and_what_was_typed_stays(chapter: Page):
    cell = cell_with(chapter, "for event in reversed(run.why(running))")
    start(chapter)
    run_code(chapter, cell, ENDLESS)
    chapter.wait_for_selector("html[data-kernel=busy]")
    chapter.locator("[data-kernel-stop]").click()
    chapter.wait_for_selector("html[data-kernel=lost]")

    assert "while True" in chapter.locator(f"{cell} .cm-content").inner_text()
    chapter.locator("[data-kernel-restart]").click()
    chapter.wait_for_selector("html[data-kernel=ready]")
    run_code(chapter, cell, "1 + 1")
    chapter.wait_for_selector(f"{cell}[data-ran=ok]")
    assert chapter.locator(f"{cell} .cell_output").inner_text().strip().endswith("2")


def test_an_endless_loop_that_nobody_stops_ends_at_the_limit(page: Page, site: str):
    page.clock.install()
    page.goto(f"{site}/{CHAPTER}")
    cell = cell_with(page, "for event in reversed(run.why(running))")
    start(page)
    run_code(page, cell, ENDLESS)
    page.wait_for_selector("html[data-kernel=busy]")
    page.clock.fast_forward("01:01")
    page.wait_for_selector("html[data-kernel=lost]")

    assert "Stopped after 60 s" in page.locator(".ecs-status").inner_text()
    assert page.locator("[data-kernel-restart]").is_visible()
    assert "while True" in page.locator(f"{cell} .cm-content").inner_text()


def test_a_killed_worker_leaves_the_page_whole_and_restarts(chapter: Page):
    cell = cell_with(chapter, "for event in reversed(run.why(running))")
    start(chapter)
    shown = drawn(chapter)
    run_code(chapter, cell, "import js\njs.self.close()")
    chapter.wait_for_selector("html[data-kernel=lost]")

    assert drawn(chapter) == shown
    assert chapter.locator(".ecs-status").inner_text() != ""
    chapter.locator("[data-kernel-restart]").click()
    chapter.wait_for_selector("html[data-kernel=ready]")
    quiet = sentence(chapter)
    predict(chapter)
    wait_for_new_sentence(chapter, quiet)
    assert "Help came" in sentence(chapter)


@pytest.mark.parametrize("how", ["asked for", "snapshot corrupted", "snapshot missing"])
def test_without_its_snapshot_python_starts_from_wheels(page: Page, site: str, complaints: Complaints, how: str):
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "warning" else None)

    def spoil(route: Route) -> None:
        if how == "snapshot missing":
            route.fulfill(status=404, body="")
        else:
            route.fulfill(status=200, body=b"this is no snapshot")

    if how != "asked for":
        page.context.route("**/snapshot.bin.gz*", spoil)
    page.goto(f"{site}/{CHAPTER}{'?snapshot=off' if how == 'asked for' else ''}")
    start(page)
    quiet = sentence(page)
    predict(page)
    wait_for_new_sentence(page, quiet)

    assert "Help came" in sentence(page)
    assert page.locator("html").get_attribute("data-kernel-by") == "wheels"
    assert how == "asked for" or any("snapshot" in text for text in said)
    complaints[:] = [text for text in complaints if "404" not in text]


def test_everything_is_reached_by_keyboard(chapter: Page):
    """From the page's top to the explorer's Run, with Tab, arrows and Enter alone."""
    chapter.locator("[data-kernel-start]").focus()
    chapter.keyboard.press("Enter")
    chapter.wait_for_selector("html[data-kernel=ready]")
    quiet = sentence(chapter)
    chapter.locator(f"{EXPLORER} .ecs-predict input[type=range]").focus()
    chapter.keyboard.press("ArrowRight")
    for _ in range(3):
        chapter.keyboard.press("Tab")
        if chapter.evaluate("document.activeElement.className").startswith("ecs-run"):
            break
    chapter.keyboard.press("Enter")
    wait_for_new_sentence(chapter, quiet)

    assert "You said" in sentence(chapter)


def test_nothing_is_off_screen_at_360_pixels(chromium: Browser, site: str):
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{site}/{CHAPTER}")
    page.wait_for_selector(f"{EXPLORER} .js-plotly-plot")

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
