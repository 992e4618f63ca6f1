"""The built book in Chromium, for measurements: a plain server on loopback, a browser for each visit, and its pages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from book import browsers
from book.html import pages
from book.paths import HTML
from book.serve import server

__all__ = ["CHAPTER", "Launch", "book_pages", "chromium", "file_of", "press_start", "served", "visit", "why_not"]

CHAPTER = "chapters/services.html"

FLAGS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]

Launch = Callable[[], Browser]

NO_READING = {"404.html", "index.html", "search.html"}
"""Pages of the site that nobody opens to read."""


def why_not() -> str | None:
    """Why nothing can be measured here; None if it can."""
    if browsers.chromium() is None:
        return "no Chromium was found"
    return None if (HTML / CHAPTER).is_file() else "the book is not built: run make book"


def book_pages() -> list[str]:
    """The addresses of all pages of the book, as they are built, in order."""
    return sorted(
        name for path in pages(HTML) if (name := path.relative_to(HTML).as_posix()) and name not in NO_READING
    )


@contextmanager
def chromium() -> Iterator[tuple[Launch, str]]:
    """What launches a browser, and the address of the built book."""
    with served() as address, sync_playwright() as playwright:
        yield lambda: playwright.chromium.launch(executable_path=browsers.chromium(), args=FLAGS), address


@contextmanager
def served() -> Iterator[str]:
    """The address of the built book."""
    running = server(HTML, 0)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        running.server_close()


@contextmanager
def visit(launch: Launch, **settings: object) -> Iterator[BrowserContext]:
    """A first visit, with a browser of its own."""
    browser = launch()
    context = browser.new_context(reduced_motion="reduce", **settings)
    context.set_default_timeout(120_000)
    yield context
    browser.close()


def press_start(page: Page, address: str) -> float:
    """Opens a page, reads for a moment, and starts Python; the seconds from the press to live widgets."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.locator("[data-kernel-start]").first.click()
    page.wait_for_selector("html[data-kernel=ready]")
    return page.evaluate("performance.getEntriesByName('ecs:start-to-live')[0].duration") / 1000


def file_of(url: str) -> Path:
    """The built file that an address stands for."""
    path = HTML / unquote(urlsplit(url).path).lstrip("/")
    return path / "index.html" if path.is_dir() else path
