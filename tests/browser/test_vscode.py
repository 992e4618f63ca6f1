"""The widgets in VS Code's own renderer, with a Jupyter kernel behind: a chapter's notebook, run to its last cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pages import Complaints
from playwright.sync_api import BrowserContext, Locator, Page, expect
from site_server import PREFIX, served
from webview import jupyter, name_of, run, write_page

from book import notebooks
from book.paths import ROOT

Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def webview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, object]]]:
    """The address of the pages, and where their kernel is."""
    folder = tmp_path_factory.mktemp("webview")
    write_page(folder)
    with served(folder) as pages:
        origin = pages.removesuffix(PREFIX)
        with jupyter(origin, tmp_path_factory.mktemp("kernel")) as server:
            yield pages, {**server._asdict(), "renderer": f"{pages}/ipywidgets.js"}


@pytest.fixture
def opened(webview: tuple[str, dict[str, object]], context: BrowserContext, complaints: Complaints) -> Iterator[Opened]:
    """Opens a notebook's webview, connected to the kernel; its console must stay free of errors."""
    pages, kernel = webview

    def open_page(theme: str = "Dark Modern", panel: str = "white") -> Page:
        page = context.new_page()
        complaints.watch(page)
        page.goto(f"{pages}/{name_of(theme, panel)}")
        page.evaluate("(where) => connect(where)", kernel)
        return page

    yield open_page
    assert list(complaints) == []


def figure(explorer: Locator) -> str:
    """The lines of a figure, as they are drawn."""
    paths: str = explorer.locator(".js-plotly-plot").first.evaluate(
        "(plot) => [...plot.querySelectorAll('.js-line')].map((line) => line.getAttribute('d')).join()"
    )
    return paths


def test_a_chapters_notebook_is_alive_in_vs_code(opened: Opened):
    """Every cell runs; an experiment is predicted, run and changed, and a dead task on the board says why it died."""
    page = opened()
    chapter = notebooks.notebook((ROOT / "chapters/services.md").read_text(encoding="utf-8"), {})
    shown = [run(page, cell.source) for cell in chapter.cells if cell.cell_type == "code"]
    board, explorer = page.locator(".ecs-board").first, page.locator(".ecs-explorer").first

    board.get_by_role("slider", name="Time in the run").fill("330")
    board.locator(".ecs-task[data-stage=gone]").first.click()
    expect(board.locator(".ecs-chain li").first).to_be_visible()
    expect(board.locator(".ecs-why")).to_contain_text("crash")
    explorer.locator(".ecs-predict input[type=number]").fill("4")
    explorer.locator(".ecs-run").click()
    expect(explorer.locator(".ecs-sentence")).to_contain_text("You said")
    before = figure(explorer)
    explorer.locator(".ecs-controls input[name=tasks]").press("ArrowRight")
    expect(explorer).to_have_attribute("data-state", "live")

    assert before != figure(explorer)
    assert sum(shown) >= 2
