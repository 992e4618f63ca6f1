"""A page with one explorer in a real Chromium: the widgets' own files, and Python's Explorer at the other end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route
from scenarios import shop

import ecslite as ecs
from ecslite.widgets import Choice, Explorer, Prediction, Range, assets, still

HOST = "http://127.0.0.1:9"
"""No server stands there: every request of the page is answered by the test."""

TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
}

PAGE = """<!doctype html><html lang="en" data-theme="light"><title>A page</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root{{color-scheme:light}} html[data-theme=dark]{{background:#14181e;color-scheme:dark;
--pst-color-background:#14181e;--pst-color-surface:#29313d;--pst-color-text-base:#ced6dd;--pst-color-text-muted:#9ca4af;
--pst-color-border:#48566b;--pst-color-primary:#3fb1c5;--pst-color-primary-text:#14181e;--pst-color-danger:#e78894}}
body{{margin:8px}}</style>
<link rel="stylesheet" href="/widgets.css"><main><h1>A page</h1><h2>Its part</h2>{still}</main>
<script defer src="/plotly.js"></script><script type="module" src="/page.js"></script></html>"""

SCRIPT = """
import { mount } from "/explorer.js";
class Model {
  constructor() { this.values = {}; this.heard = {}; this.asked = []; this.held = false; }
  get(name) { return this.values[name]; }
  set(name, value) { this.values[name] = value; }
  on(name, act) { this.heard[name] = act; }
  off(name) { delete this.heard[name]; }
  send() {}
  async save_changes() {
    const request = structuredClone(this.values.request);
    this.asked.push(request);
    this.waiting = request;
    if (!this.held) await this.answer();
  }
  async answer() {
    this.values.result = JSON.parse(await window.python(JSON.stringify(this.waiting)));
    this.heard["change:result"]?.();
  }
}
const el = document.querySelector(".ecs-explorer");
window.Model = Model;
window.woken = 0;
window.handle = mount(el, JSON.parse(el.querySelector(".ecs-data").textContent), { onWake() { window.woken += 1; } });
"""


def highest(run):
    """The most tasks that ran at once."""
    return max(count for _, count, _ in run.level("RunningCount").steps)


def scenario(peak, crash, seed):
    """The shop; one setting of it is refused."""
    if peak == 13:
        raise ecs.InvalidSetting("peak=13: 13 brings bad luck, use 14")
    return shop(seed, peak=peak, crash_at=(5,) if crash else (), minutes=30)


def made() -> Explorer:
    """The explorer of the page."""
    return Explorer(
        name="rush",
        question="What does a <b>rush</b> do?",
        lead="Two tasks, and target tracking.",
        controls=[
            Range("peak", "Traffic in the rush", 4, 24, 4, unit="requests/s"),
            Choice("crash", "At minute 5", {False: "nothing happens", True: "a task crashes"}, False),
        ],
        scenario=scenario,
        outcome=highest,
        prediction=Prediction("How many at the most?", 2, 12, unit="tasks", panel="tasks", settings={"peak": 16}),
        sentence=lambda run, previous: f"At most {highest(run)} tasks ran.",
        left_out=["Deployments."],
        seed=7,
    )


@pytest.fixture(scope="session")
def still_html() -> str:
    """The explorer as the book stores it."""
    return in_the_book(made)


def in_the_book(explorer: Callable[[], Explorer]) -> str:
    """An explorer as the book stores it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(still.BOOK, "1")
        return explorer()._repr_mimebundle_()[0]["text/html"]


def answered(route: Route, texts: dict[str, str]) -> None:
    """Answer a request of the page from the widgets' folder or from `texts`."""
    name = route.request.url.removeprefix(HOST + "/").split("#")[0]
    text = texts.get(name) or (assets.HERE / name).read_text(encoding="utf-8")
    route.fulfill(body=text, content_type=TYPES[Path(name).suffix])


@pytest.fixture
def visit(chromium: Browser, still_html: str) -> Iterator:
    """Opens the page; `plotly=False` leaves plotly.js out, `width` and `motion` are the reader's."""
    contexts = []

    def open_page(
        *, width=1000, motion="reduce", plotly=True, html=None, script=SCRIPT, explorer=made, fragment=""
    ) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 900}, reduced_motion=motion)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        source = (assets.plotly_js() or "") if plotly else "// none"
        if explorer is not made:
            html = in_the_book(explorer)
        texts = {
            "esm.js": assets.esm(),
            "page.html": PAGE.format(still=html or still_html),
            "page.js": script,
            "plotly.js": source,
        }
        page.route("**/*", lambda route: answered(route, texts))
        widget = explorer()

        def asked(request):
            widget.request = json.loads(request)
            return json.dumps(widget.result)

        def python(request):
            # In a thread of its own, in which no event loop runs: a band is then made before the answer is read.
            with ThreadPoolExecutor(1) as apart:
                return apart.submit(asked, request).result()

        page.expose_function("python", python)
        page.goto(f"{HOST}/page.html{fragment}")
        return page

    yield open_page
    for context in contexts:
        context.close()
