"""The pages' Content-Security-Policy in a real browser: nothing that a page does breaks it, and it does hold."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer

import pytest
from pages import CHAPTER, Complaints, start
from playwright.sync_api import Browser, BrowserContext, Page
from site_server import PREFIX, Handler

from book import policy
from book.html import pages
from book.paths import HTML

BROKEN = "addEventListener('securitypolicyviolation', (e) => (globalThis.broken ??= []).push(e.violatedDirective))"
LITE = ("lite/index.html", "lite/lab/index.html", "lite/notebooks/index.html?path=01-a-service-keeps-its-promise.ipynb")
WIDGETS = """import ipywidgets as w
from IPython.display import HTML, display
display(HTML('<b style="color: red">red</b>'))
w.VBox([w.IntSlider(), w.Dropdown(options=['a']), w.HTML('<i>a</i>'), w.Button(description='b')])"""


def broken(page: Page) -> list[str]:
    """The directives that the page has broken."""
    return page.evaluate("globalThis.broken ?? []")


@pytest.fixture
def watched(context: BrowserContext, page: Page) -> Page:
    """A page that counts violations from its start."""
    context.add_init_script(BROKEN)
    return page


def test_no_page_of_the_book_breaks_its_policy(watched: Page, site: str, complaints: Complaints):
    found: dict[str, list[str]] = {}
    for path in pages(HTML):
        name = path.relative_to(HTML).as_posix()
        watched.goto(f"{site}/{name}")
        watched.wait_for_load_state("networkidle")
        found[name] = broken(watched)
    assert {name: each for name, each in found.items() if each} == {}
    complaints.clear()  # the 404 page names its files from the host's root, where this server has none


def test_a_live_page_does_not_break_its_policy(watched: Page, site: str):
    watched.goto(f"{site}/{CHAPTER}")
    start(watched)
    watched.locator(".ecs-explorer[data-explorer=the-evening] .ecs-quiet", has_text="Skip").click()
    watched.locator(".ecs-sentence", has_text="Help came").wait_for()
    watched.locator(".ecs-editor .cm-content").first.click()
    watched.keyboard.press("Control+a")
    watched.keyboard.insert_text(WIDGETS)
    watched.keyboard.press("Shift+Enter")
    watched.locator(".widget-slider").first.wait_for()

    assert broken(watched) == []


@pytest.mark.parametrize("address", LITE)
def test_jupyterlite_does_not_break_its_policy(context: BrowserContext, site: str, address: str):
    context.add_init_script(BROKEN)
    lab = context.new_page()
    lab.goto(f"{site}/{address}")
    lab.locator(".jp-Notebook, #jp-main-dock-panel").first.wait_for()

    assert broken(lab) == []


def test_text_does_not_become_a_script(page: Page, site: str, complaints: Complaints):
    page.goto(f"{site}/{CHAPTER}")
    page.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "globalThis.intruded = true";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend", "<img src='data:,' onerror='globalThis.intruded = true'>");
    }""")
    page.wait_for_timeout(200)

    assert page.evaluate("globalThis.intruded ?? false") is False
    assert [text for text in complaints if "Content Security Policy" in text] != []
    complaints.clear()


class WithHeader(Handler):
    """A host that sends the policy as a header with the worker's file."""

    def end_headers(self) -> None:
        """Adds it."""
        if "worker.js" in self.path:
            self.send_header("Content-Security-Policy", policy.header(policy.PAGE))
        super().end_headers()


@pytest.fixture
def strict_site() -> Iterator[str]:
    """The book on such a host."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(WithHeader, directory=str(HTML)))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
    server.shutdown()
    server.server_close()


def test_python_starts_in_a_worker_that_has_the_same_policy(page: Page, strict_site: str):
    page.goto(f"{strict_site}/{CHAPTER}")
    start(page)

    assert page.locator("html").get_attribute("data-kernel-by") == "snapshot"


def test_the_fullscreen_button_works_without_a_handler_in_an_attribute(chromium: Browser, site: str):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{site}/{CHAPTER}")
    page.locator("[data-ecs-fullscreen]").first.click()
    page.locator(":root:fullscreen").wait_for(state="attached")
    context.close()
