"""The pages about a class, as a browser shows them: accessible, narrow enough, on paper, and with nothing that runs."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from classes import EMPTY, LAB, result
from playwright.sync_api import Browser

from labs.classroom.feedback import feedback
from labs.classroom.items import class_page, items
from labs.classroom.pages import file_names
from labs.classroom.rules import Lateness
from labs.classroom.whys import why_page

pytestmark = pytest.mark.browser

EVIL = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">" + "w" * 300
LATE = Lateness(10, EVIL)
CLASS = [
    result(f"learner-{number}", half=f"seen {number % 3}. {EVIL}", leg=EMPTY, late=LATE, why={"1.1": EVIL})
    for number in range(12)
]
PAGES = {
    "feedback": feedback(EVIL, CLASS[:1]),
    "class": class_page([LAB], items([LAB], CLASS), CLASS, file_names([each.learner.id for each in CLASS]), [EVIL]),
    "why": why_page([LAB], CLASS),
}


@pytest.fixture(params=["light", "dark"])
def page(request, chromium: Browser):
    """A narrow screen, on which anything that is too wide shows."""
    context = chromium.new_context(color_scheme=request.param, viewport={"width": 320, "height": 640})
    yield context.new_page()
    context.close()


@pytest.fixture(params=PAGES)
def shown(request, page, tmp_path):
    """One of the pages, opened from disk as a learner opens it."""
    (tmp_path / "page.html").write_text(PAGES[request.param], encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    return page


def test_axe_finds_nothing_at_all(shown):
    found = Axe().run(shown).response["violations"]

    assert [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]] == []


@pytest.mark.parametrize(("medium", "width"), [("screen", 320), ("print", 680)])
def test_nothing_is_wider_than_a_phone_or_a_sheet_of_paper(shown, medium, width):
    shown.emulate_media(media=medium)
    shown.set_viewport_size({"width": width, "height": 900})

    assert shown.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_nothing_that_a_stranger_wrote_runs(shown):
    assert shown.title() != "run"
    assert shown.locator("img, script").count() == 0
