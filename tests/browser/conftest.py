"""Fixtures for tests that drive the built book in a real Chromium."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from site_server import QUIET, served

from book import browsers
from book.paths import HTML

CHAPTER = "chapters/services.html"
PATIENCE_MS = 30_000
"""How long a test waits for what must come; a limit for hung pages, not a measurement."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The built book's address."""
    if not (HTML / CHAPTER).is_file():
        pytest.fail(f"{HTML / CHAPTER} is not there: the browser tests need the built book; run `make book` first")
    with served(HTML) as address:
        yield address


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver; one for all browsers of a session."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """A Chromium's path."""
    path = browsers.chromium()
    if path is None:
        pytest.fail("no Chromium was found: `make test` installs one, or set CHROMIUM=/path/to/chrome")
    return path


@pytest.fixture(scope="session")
def chromium(playwright: Playwright, chromium_path: str) -> Iterator[Browser]:
    """A Chromium for which no other host exists."""
    browser = playwright.chromium.launch(executable_path=chromium_path, args=list(QUIET))
    yield browser
    browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh visitor."""
    visitor = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    visitor.set_default_timeout(PATIENCE_MS)
    yield visitor
    visitor.close()


class Complaints(list[str]):
    """What the page's console and its uncaught errors said."""

    def watch(self, page: Page) -> None:
        """Listen to a page."""
        page.on("console", lambda message: self.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.append(str(error)))


@pytest.fixture
def complaints() -> Complaints:
    """Errors of the page under test; a test that expects some clears the list."""
    return Complaints()


@pytest.fixture
def page(context: BrowserContext, complaints: Complaints) -> Iterator[Page]:
    """A page whose console must stay free of errors."""
    page = context.new_page()
    complaints.watch(page)
    yield page
    assert list(complaints) == []


@pytest.fixture
def chapter(page: Page, site: str) -> Page:
    """The chapter, loaded, nothing started."""
    page.goto(f"{site}/{CHAPTER}")
    return page


def start(page: Page) -> None:
    """Press Start and wait until the kernel is ready."""
    page.locator("[data-kernel-start]").first.click()
    page.wait_for_selector("html[data-kernel=ready]")
