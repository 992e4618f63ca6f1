"""The bytes, gzip, of every page of the book before Start, and of what Start fetches."""

from __future__ import annotations

from pathlib import Path

from bench.rows import Budget, Row, missing
from bench.visits import CHAPTER, Launch, book_pages, chromium, file_of, visit, why_not
from book.paths import ASSETS
from book.weight import kilobytes, packed

__all__ = ["rows"]

BEFORE_START = Budget("≤", 900, "kB")
WITHOUT_PLOTLY = Budget("≤", 250, "kB")
KERNEL = Budget("≤", 15_000, "kB")

AHEAD = {ASSETS / "live.js", ASSETS / "widgets.css"}
"""Fetched when the page is idle, for Start."""


def rows() -> list[Row]:
    """Two rows a page, and one for the kernel."""
    if why := why_not():
        return [missing("bytes of a page before Start", BEFORE_START, why)]
    with chromium() as (launch, address):
        return [
            *(row for page in book_pages() for row in before_start(launch, address, page)),
            kernel(launch, address),
        ]


def before_start(launch: Launch, address: str, name: str) -> list[Row]:
    """What a first visit to a page fetches."""
    with visit(launch) as context:
        shown = asked_for(context, f"{address}/{name}", start=False) - AHEAD
    plotly = {path for path in shown if path.name == "plotly.min.js"}
    what = f"{name.removesuffix('.html')} before Start, gzip"
    without = row(f"{what}, without plotly.js", shown - plotly, WITHOUT_PLOTLY)
    return [row(f"{what}, with plotly.js", shown, BEFORE_START), without] if plotly else [without]


def kernel(launch: Launch, address: str) -> Row:
    """What Start fetches."""
    with visit(launch) as context:
        before = asked_for(context, f"{address}/{CHAPTER}", start=False) - AHEAD
    with visit(launch) as context:
        fetched = asked_for(context, f"{address}/{CHAPTER}", start=True) - before
    biggest = ", ".join(f"{path.name} {packed(path) / 1e3:,.0f}" for path in sorted(fetched, key=packed)[:-6:-1])
    later = ASSETS / "site.zip"
    note = f"kB: {biggest}; when the first code cell is run, {later.name} of {packed(later) / 1000:,.0f} comes as well"
    return row("the kernel, gzip, from Start to live widgets", fetched, KERNEL, note)


def asked_for(context, address: str, *, start: bool) -> set[Path]:
    """The files that a visit asks for: the page's, and with `start` the kernel's too."""
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    if start:
        page.locator("[data-kernel-start]").first.click()
        page.wait_for_selector("html[data-kernel=ready]")
        page.wait_for_timeout(5000)
    return {file_of(url) for url in asked}


def row(what: str, files: set[Path], budget: Budget, note: str = "") -> Row:
    """The row of a sum of files."""
    return Row(what, f"{kilobytes(files):,.0f} kB", "", kilobytes(files), budget, note)
