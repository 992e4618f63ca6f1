"""Fixtures for tests that drive the built book in a real Chromium."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

sys.path.insert(0, str(Path(__file__).parent))

from pages import CHAPTER, PATIENCE_MS, Complaints
from site_server import served

from book.paths import HTML


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


@pytest.fixture
def counting() -> Iterator[tuple[str, list[str]]]:
    """The address of a plain host with the built book, and what it sends in full."""
    sent: list[str] = []
    with served(HTML, sent) as address:
        yield address, sent


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh visitor."""
    visitor = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    visitor.set_default_timeout(PATIENCE_MS)
    yield visitor
    visitor.close()


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
