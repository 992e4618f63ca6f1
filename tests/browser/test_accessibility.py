"""axe finds nothing serious on the pages, before and after Start, light and dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from pages import CHAPTER, start
from playwright.sync_api import Browser, Page

SERIOUS = ("serious", "critical")


def findings(page: Page) -> list[str]:
    """What axe calls serious or critical, one line each."""
    result = Axe().run(page).response
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in result["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", [CHAPTER, "book/intro.html", "book/labs.html"])
def test_axe_finds_nothing_serious(chromium: Browser, site: str, scheme: str, address: str):
    context = chromium.new_context(color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{site}/{address}")
    page.wait_for_load_state("networkidle")

    assert findings(page) == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_a_live_page(chromium: Browser, site: str, scheme: str):
    context = chromium.new_context(color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{site}/{CHAPTER}")
    start(page)
    page.locator(".ecs-explorer[data-explorer=the-evening] .ecs-predict input[type=number]").fill("4")
    page.locator(".ecs-explorer[data-explorer=the-evening] .ecs-run").click()
    page.locator(".ecs-sentence", has_text="Help came").wait_for()

    assert findings(page) == []
    context.close()
