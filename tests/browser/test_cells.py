"""Code cells in the browser: what the reader types is kept, names are completed, and cells above can be run."""

from __future__ import annotations

import re

import pytest
from pages import CHAPTER, start
from playwright.sync_api import Page, expect

FIRST, SECOND = 0, 1


@pytest.fixture
def chapter(page: Page, site: str) -> Page:
    """A chapter whose Python runs and whose editors are there."""
    page.goto(f"{site}/{CHAPTER}")
    start(page)
    page.wait_for_selector(".ecs-editor .cm-content")
    return page


def editor(page: Page, place: int):
    return page.locator(".ecs-editor .cm-content").nth(place)


def bar(page: Page, place: int):
    return page.locator(".ecs-cell-bar").nth(place)


def type_into(page: Page, place: int, text: str) -> None:
    editor(page, place).click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def test_what_the_reader_typed_survives_a_reload(chapter: Page):
    type_into(chapter, FIRST, "mine = 6 * 7")
    expect(bar(chapter, FIRST)).to_contain_text("kept in this browser only")

    chapter.reload()

    expect(bar(chapter, FIRST)).to_contain_text("your version comes back")
    start(chapter)
    expect(editor(chapter, FIRST)).to_have_text("mine = 6 * 7")


def test_reset_brings_the_books_version_back_and_forgets_the_readers(chapter: Page):
    before = editor(chapter, FIRST).inner_text()
    type_into(chapter, FIRST, "mine = 1")

    bar(chapter, FIRST).locator("[data-cell-reset]").click()

    assert editor(chapter, FIRST).inner_text() == before
    assert chapter.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('ecs-draft'))") == []


def test_a_button_deletes_all_versions_of_the_page(chapter: Page):
    type_into(chapter, FIRST, "mine = 1")
    type_into(chapter, SECOND, "mine = 2")
    expect(chapter.locator(".ecs-drafts")).to_contain_text("2 cells")

    chapter.get_by_role("button", name="Delete my versions").click()

    expect(chapter.locator(".ecs-drafts")).to_be_hidden()
    expect(editor(chapter, FIRST)).not_to_contain_text("mine")
    expect(editor(chapter, SECOND)).not_to_contain_text("mine")


def test_the_live_python_completes_names(chapter: Page):
    type_into(chapter, FIRST, "ecs.TaskDef")

    options = chapter.locator(".cm-tooltip-autocomplete li")
    options.filter(has_text=re.compile("^TaskDefinition$")).click()

    expect(editor(chapter, FIRST)).to_have_text("ecs.TaskDefinition")


def test_run_all_above_runs_the_cells_above_in_order(chapter: Page):
    type_into(chapter, FIRST, "mine = 41")
    type_into(chapter, SECOND, "print(mine + 1)")

    bar(chapter, SECOND).locator("[data-cell-above]").click()
    chapter.wait_for_selector(".cell[data-ran=ok]")
    bar(chapter, SECOND).locator("[data-cell-run]").click()

    expect(chapter.locator(".cell:has(.ecs-cell-bar)").nth(SECOND).locator(".cell_output")).to_contain_text("42")
