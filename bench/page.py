"""The built page in Chromium: Start to a live widget, a control to its figure, and the bytes of it all.

Needs `make book`. Served from loopback by a plain static server; every visit is cold (a fresh profile).
"""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from bench.rows import Budget, Row, missing
from book import browsers
from book.paths import HTML
from book.serve import server
from book.weight import kilobytes, packed

CHAPTER = "chapters/services.html"
VISITS = 5
MOVES = 40

START = Budget("≤", 1.0, "s")
AGAINST_LITE = Budget("≥", 10, "×")
CONTROL = Budget("≤", 100, "ms")
BEFORE_START = Budget("≤", 900, "kB")
WITHOUT_PLOTLY = Budget("≤", 250, "kB")
KERNEL = Budget("≤", 15_000, "kB")

FLAGS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]

SLIDER = {
    "metadata": {"kernelspec": {"name": "python", "display_name": "Python (Pyodide)"}},
    "nbformat": 4,
    "nbformat_minor": 5,
    "cells": [
        {
            "id": "one",
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": "import simpy, ipywidgets\nipywidgets.FloatSlider()",
        }
    ],
}

MOVE = """
async ([name, value]) => {
  const box = document.querySelector(".ecs-explorer");
  const slider = [...box.querySelectorAll("fieldset input[type=range], .ecs-controls input[type=range]")][name];
  const plot = box.querySelector(".js-plotly-plot");
  const drawn = new Promise((done) => plot.once("plotly_afterplot", () => done(performance.now())));
  const began = performance.now();
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  slider.dispatchEvent(new Event("change", { bubbles: true }));
  return (await drawn) - began;
}
"""


def rows() -> list[Row]:
    """All measurements of the page; each says why where it could not be made."""
    path = browsers.chromium()
    if path is None or not (HTML / CHAPTER).is_file():
        why = "no Chromium was found" if path is None else "the book is not built: run make book"
        return [missing(what, budget, why) for what, budget in (("Start to live widget", START), ("control", CONTROL))]
    with served() as address, sync_playwright() as playwright:

        def launch() -> Browser:
            return playwright.chromium.launch(executable_path=path, args=FLAGS)

        return [*start(launch, address), *control(launch, address), *sizes(launch, address)]


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
def visit(launch, **settings) -> Iterator[BrowserContext]:
    """A first visit, with a browser of its own."""
    browser = launch()
    context = browser.new_context(reduced_motion="reduce", **settings)
    context.set_default_timeout(120_000)
    yield context
    browser.close()


def press_start(context: BrowserContext, address: str) -> Page:
    """The chapter, read for a moment, then started."""
    page = context.new_page()
    page.goto(f"{address}/{CHAPTER}")
    page.wait_for_load_state("networkidle")
    page.locator("[data-kernel-start]").first.click()
    page.wait_for_selector("html[data-kernel=ready]")
    return page


def start(launch, address: str) -> list[Row]:
    """Start to live, cold, against JupyterLite's first slider; the visits take turns."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(VISITS):
        with visit(launch) as context:
            page = press_start(context, address)
            ours.append(page.evaluate("performance.getEntriesByName('ecs:start-to-live')[0].duration") / 1000)
        theirs.append(first_slider(launch, address))
    live, slider = statistics.median(ours), statistics.median(theirs)
    ratio = statistics.median(other / own for own, other in zip(ours, theirs, strict=True))
    spread = f"{min(ours):.2f} to {max(ours):.2f} s in {VISITS} cold visits"
    return [
        Row("press Start to first live widget", f"{live:.2f} s", "", live, START, spread),
        Row("the same against JupyterLite's first slider", f"{live:.2f} s", f"{slider:.1f} s", ratio, AGAINST_LITE),
    ]


def first_slider(launch, address: str) -> float:
    """Seconds from opening a notebook in the book's JupyterLite to its first slider, run as soon as it can be."""
    with visit(launch, service_workers="block") as context:
        context.route("**/files/slider.ipynb*", lambda route: route.fulfill(json=SLIDER))
        context.route("**/api/contents/all.json*", add_slider)
        page = context.new_page()
        began = time.perf_counter()
        page.goto(f"{address}/lite/notebooks/index.html?path=slider.ipynb")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.get_by_role("menuitem", name="Run").first.click()
        page.get_by_text("Run All Cells", exact=True).click()
        page.wait_for_selector(".widget-slider .noUi-base")
        return time.perf_counter() - began


def add_slider(route: Route) -> None:
    """JupyterLite's list of files, with the notebook that is measured."""
    answer = route.fetch()
    listing = answer.json()
    entry = {**listing["content"][0], "name": "slider.ipynb", "path": "slider.ipynb", "content": None}
    listing["content"].append(entry)
    route.fulfill(response=answer, body=json.dumps(listing))


def control(launch, address: str) -> list[Row]:
    """A control of the explorer moved, to its figure drawn."""
    with visit(launch) as context:
        page = press_start(context, address)
        page.locator(".ecs-explorer .ecs-quiet", has_text="Skip").click()
        page.locator(".ecs-sentence", has_text="Help came").wait_for()
        page.wait_for_timeout(500)
        moves = [(0, 3 + step % 7) if step % 2 else (1, 1 + step // 2 % 6) for step in range(MOVES)]
        taken = sorted(page.evaluate(MOVE, list(move)) for move in moves)
    p50, p95 = statistics.median(taken), taken[int(0.95 * (len(taken) - 1))]
    return [
        Row("control to figure drawn, p50", f"{p50:.0f} ms", "", p50, CONTROL, f"{MOVES} moves"),
        Row("control to figure drawn, p95", f"{p95:.0f} ms", "", p95, CONTROL, f"{MOVES} moves"),
    ]


def sizes(launch, address: str) -> list[Row]:
    """Bytes, gzip, that a first visit fetches before Start, and those that Start fetches."""
    with visit(launch) as context:
        page = context.new_page()
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}/{CHAPTER}")
        page.wait_for_load_state("networkidle")
        before = {file_of(url) for url in asked}
        page.locator("[data-kernel-start]").first.click()
        page.wait_for_selector("html[data-kernel=ready]")
        page.wait_for_timeout(5000)
        after = {file_of(url) for url in asked} - before
    ahead = {path for path in before if path.name == "live.js"}  # fetched when the page is idle, for Start
    shown = before - ahead
    plotly = {path for path in shown if path.name == "plotly.min.js"}
    kernel = after | ahead
    biggest = ", ".join(f"{path.name} {packed(path) / 1e3:,.0f}" for path in sorted(kernel, key=packed)[:-6:-1])
    later = HTML / "_static" / "ecs" / "site.zip"
    note = f"kB: {biggest}; when the first code cell is run, {later.name} of {packed(later) / 1000:,.0f} comes as well"
    return [
        row("a chapter before Start, gzip, with plotly.js", shown, BEFORE_START),
        row("the same without plotly.js", shown - plotly, WITHOUT_PLOTLY),
        row("the kernel, gzip, from Start to live widgets", kernel, KERNEL, note),
    ]


def row(what: str, files: set[Path], budget: Budget, note: str = "") -> Row:
    """The row of a sum of files."""
    return Row(what, f"{kilobytes(files):,.0f} kB", "", kilobytes(files), budget, note)


def file_of(url: str) -> Path:
    """The built file that an address stands for."""
    path = HTML / unquote(urlsplit(url).path).lstrip("/")
    return path / "index.html" if path.is_dir() else path
