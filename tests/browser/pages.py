"""The page under test: where it is, what its console says, and how it is started."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from playwright.sync_api import Page

CHAPTER = "chapters/services.html"
PATIENCE_MS = 30_000
"""How long a test waits for what must come; a limit for hung pages, not a measurement."""


class Complaints(list[str]):
    """What the page's console and its uncaught errors said."""

    def watch(self, page: Page) -> None:
        """Listen to a page."""
        page.on("console", lambda message: self.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.append(str(error)))


def start(page: Page) -> None:
    """Press Start and wait until the kernel is ready."""
    page.locator("[data-kernel-start]").first.click()
    page.wait_for_selector("html[data-kernel=ready]")


def until(page: Page, condition: str, arg: object = None) -> None:
    """Wait until a JavaScript expression is true. Playwright's own way evaluates text in the page, which its policy
    forbids."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not page.evaluate(condition, arg):
        if time.monotonic() > end:
            raise AssertionError(f"did not become true in {PATIENCE_MS / 1000:.0f} s: {condition}")
        page.wait_for_timeout(20)


def assets(asked: list[str]) -> set[str]:
    """The page's assets among some addresses, by their names in the folder."""
    paths = [urlsplit(url).path.partition("/_static/ecs/")[2] for url in asked]
    return {path for path in paths if path}
