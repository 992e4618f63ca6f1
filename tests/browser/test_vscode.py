"""The widgets in VS Code's own renderer, with a Jupyter kernel behind: a chapter's notebook, and all kinds of theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axes import findings
from pages import Complaints
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from site_server import PREFIX, served
from webview import PANELS, THEMES, jupyter, name_of, run, write_page

from book import notebooks
from book.paths import ROOT

ONE_OF_EACH = f"""
import sys
sys.path[:0] = [{str(ROOT / "tests/widgets/page")!r}, {str(ROOT / "tests")!r}]
from conftest import made
from scenarios import shop
from ecslite.widgets import Board
"""

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


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("theme", THEMES)
def test_widgets_can_be_read_in_every_kind_of_theme(opened: Opened, theme: str, panel: str):
    """On the theme's own paper, with no white around them, and axe finds no word without contrast."""
    page = opened(theme, panel)
    run(page, ONE_OF_EACH + "made()")
    run(page, ONE_OF_EACH + "Board(shop(7, peak=16, crash_at=(5,), minutes=30))")
    explorer, board = page.locator(".ecs-explorer"), page.locator("div.ecs-board").last
    explorer.get_by_role("button", name="Skip").click()
    expect(explorer.locator(".ecs-sentence")).to_have_text("At most 7 tasks ran.")
    board.locator(".ecs-task:visible").first.click()
    expect(board.locator(".ecs-chain li").first).to_be_visible()

    assert findings(page) == []
    papers = "(el) => getComputedStyle(el).backgroundColor"
    paper = page.locator("html").evaluate(papers)
    assert [explorer.evaluate(papers), board.evaluate(papers)] == [paper, paper]
    assert set(page.locator(".cell-output-ipywidget-background").evaluate_all(f"(all) => all.map({papers})")) == {
        "rgba(0, 0, 0, 0)"
    }


def test_a_figure_follows_when_the_theme_changes(opened: Opened):
    page = opened("Dark Modern")
    run(page, ONE_OF_EACH + "made()")
    title = page.locator(".ecs-plot .annotation-text").first
    expect(title).to_have_css("fill", "rgb(204, 204, 204)")
    page.evaluate(
        """() => {
          document.body.className = "vscode-light";
          document.body.dataset.vscodeThemeId = "Light Modern";
          document.documentElement.style.setProperty("--vscode-editor-foreground", "#3b3b3b");
          document.documentElement.style.setProperty("--vscode-editor-background", "#ffffff");
        }"""
    )

    expect(title).to_have_css("fill", "rgb(59, 59, 59)")


def test_no_motion_where_vs_code_is_set_so(webview: tuple[str, dict[str, object]], chromium: Browser):
    """VS Code's own setting counts where the system has none."""
    pages, kernel = webview
    context = chromium.new_context(reduced_motion="no-preference")
    page = context.new_page()
    page.goto(f"{pages}/{name_of('Dark Modern', 'white')}")
    page.evaluate("(where) => connect(where)", kernel)
    run(page, ONE_OF_EACH + "Board(shop(7, peak=16, crash_at=(5,), minutes=30))")
    play = page.get_by_role("button", name="Play")
    expect(play).to_be_enabled()
    page.evaluate("document.body.classList.add('vscode-reduce-motion')")

    expect(play).to_be_disabled()
    context.close()


def test_no_link_is_offered_where_an_output_has_no_address(opened: Opened):
    page = opened()
    run(page, ONE_OF_EACH + "made()")

    expect(page.get_by_role("button", name="Reset")).to_be_visible()
    expect(page.get_by_role("button", name="Link")).to_have_count(0)
