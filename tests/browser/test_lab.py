"""The labs open from the book in JupyterLite, from the same Pyodide, and run there to their last cell.

All of them in one visit, one after another: the browser then has Pyodide in its cache, as a learner's has.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from book.paths import RELEASED_LABS, ROOT

sys.path.insert(0, str(ROOT / "tests" / "labs"))

from rehearsal import Rehearsal

LABS = [path.stem for path in sorted(RELEASED_LABS.glob("*.ipynb"))]

PATIENCE_MS = 120_000
"""JupyterLite starts from wheels: some ten seconds here, more on a busy machine."""

STORED = """async (name) => {
  const known = (await indexedDB.databases()).find((each) => each.name.startsWith("JupyterLite Storage"));
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const database = await asked(indexedDB.open(known.name));
  const file = await asked(database.transaction("files").objectStore("files").get(name));
  database.close();
  return file ? file.content : null;
}"""
"""The notebook as the browser keeps it."""

NO_INDEXED_DB = """
Object.defineProperty(IDBFactory.prototype, "open", {
  value() { throw new DOMException("the store is broken", "UnknownError"); },
});
"""

NO_STORAGE = f"""
{NO_INDEXED_DB}
Storage.prototype.setItem = function () {{ throw new DOMException("no room", "QuotaExceededError"); }};
"""


@pytest.fixture(scope="module")
def visit(chromium: Browser) -> Iterator[BrowserContext]:
    """One visitor for all labs."""
    visitor = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    visitor.set_default_timeout(PATIENCE_MS)
    yield visitor
    visitor.close()


def opened(context: BrowserContext, site: str, lab: str) -> Page:
    """The lab's page, once its cells are there."""
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{site}/lite/notebooks/index.html?path={lab}.ipynb")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    return page


def run_all(page: Page) -> None:
    """Run all cells, and wait for what the last one prints."""
    page.get_by_role("menuitem", name="Run").first.click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.locator(".jp-OutputArea-output", has_text="Points by these checks").first.wait_for()


def downloaded(page: Page, folder: Path) -> Path:
    """The file that File, Download gives."""
    page.get_by_role("menuitem", name="File").first.click()
    with page.expect_download() as download:
        page.get_by_text("Download", exact=True).first.click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def saved(page: Page, lab: str, due: dict[str, str]) -> dict[str, str]:
    """What the notebook that the browser keeps says that its code cells printed, by their ids.

    The last lines may still be on their way from the kernel, so it is saved again until it says what is due.
    """
    kept: dict[str, str] = {}
    for _ in range(20):
        page.keyboard.press("ControlOrMeta+s")
        page.wait_for_timeout(250)
        notebook = page.evaluate(STORED, f"{lab}.ipynb")
        kept = printed(notebook) if notebook else {}
        if kept == due:
            break
    return kept


def printed(notebook: dict[str, object]) -> dict[str, str]:
    """What the code cells of a notebook printed, by their ids; an error by its name and its message."""
    return {
        cell["id"]: "".join(said(out) for out in cell["outputs"])
        for cell in notebook["cells"]  # type: ignore[attr-defined]
        if cell["cell_type"] == "code"
    }


def said(out: dict[str, object]) -> str:
    text = out.get("text", "") if out.get("name") != "stderr" else ""
    return f"{out['ename']}: {out['evalue']}" if "ename" in out else "".join(text)  # type: ignore[arg-type]


@pytest.mark.parametrize("lab", LABS)
def test_a_lab_prints_in_jupyterlite_what_it_prints_here_and_keeps_it_in_the_browser(
    visit: BrowserContext, site: str, lab: str
):
    """Cell by cell, to its end, and the same to the last digit: the same seed gives the same bytes."""
    here = Rehearsal(json.loads((RELEASED_LABS / f"{lab}.ipynb").read_text(encoding="utf-8"))).printed
    page = opened(visit, site, lab)
    run_all(page)
    kept = saved(page, lab, here)
    page.close()

    assert kept == here


def test_the_books_page_opens_each_lab_in_a_tab_of_its_own_on_the_books_own_pyodide(context: BrowserContext, site: str):
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(f"{site}/book/labs.html")
    links = page.locator("a[href*='lite/notebooks']")
    paths = [str(link.get_attribute("href")).partition("path=")[2] for link in links.all()]
    with context.expect_page() as tab:
        links.first.click()
    tab.value.set_default_timeout(PATIENCE_MS)
    tab.value.wait_for_selector(".jp-Notebook .jp-CodeCell")
    with tab.value.expect_request("**/_static/ecs/pyodide/**"):
        pass

    assert paths == [f"{lab}.ipynb" for lab in LABS]
    assert not [url for url in asked if not url.startswith(site) and url.startswith("http")]


@pytest.mark.parametrize("broken", [NO_INDEXED_DB, NO_STORAGE], ids=["no IndexedDB", "no storage at all"])
def test_with_a_broken_store_a_lab_opens_runs_and_can_be_downloaded_and_the_learner_is_told(
    context: BrowserContext, site: str, broken: str, tmp_path: Path
):
    context.add_init_script(broken)
    page = opened(context, site, LABS[0])
    told = page.locator("#ecs-not-kept").inner_text()
    run_all(page)
    file = downloaded(page, tmp_path)

    assert "Download it first: File, Download." in told
    assert "Points by these checks" in printed(json.loads(file.read_text(encoding="utf-8")))["progress"]


def test_a_good_store_is_not_complained_about(visit: BrowserContext, site: str):
    page = opened(visit, site, LABS[0])
    page.wait_for_load_state("load")

    assert page.locator("#ecs-not-kept").count() == 0


def test_a_downloaded_notebook_goes_on_in_a_browser_that_has_lost_everything(
    context: BrowserContext, site: str, tmp_path: Path
):
    """A learner's work comes back from the file: put into the list of files, it opens with the answers in it."""
    notebook = json.loads((RELEASED_LABS / f"{LABS[0]}.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["id"] == "learner":
            cell["source"] = 'lab.learner = "ann"'
    file = tmp_path / "my-lab.ipynb"
    file.write_text(json.dumps(notebook), encoding="utf-8")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{site}/lite/lab/index.html")
    page.wait_for_selector(".jp-DirListing-item")
    with page.expect_file_chooser() as chooser:
        page.locator("[data-command='filebrowser:upload'], .jp-ToolbarButtonComponent[title*='Upload']").first.click()
    chooser.value.set_files(file)
    page.locator(".jp-DirListing-item", has_text=file.name).dblclick()

    page.locator(".jp-Notebook .cm-content", has_text='lab.learner = "ann"').first.wait_for()
