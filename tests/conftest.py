"""Shared by all tests: the folder of scenarios is importable, hypothesis repeats itself, and one driver of browsers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Playwright, sync_playwright

from book import browsers

sys.path.insert(0, str(Path(__file__).parent))

from chromium_flags import QUIET

settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")


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
