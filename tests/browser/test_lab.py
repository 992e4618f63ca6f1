"""The lab opens from the book in JupyterLite, from the same Pyodide, and runs there to its last cell."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page

LAB = "01-a-service-keeps-its-promise"
PATIENCE_MS = 90_000
"""JupyterLite starts from wheels: some ten seconds here, more on a busy machine."""

OUTPUT = ".jp-OutputArea-output"


def outputs(lab: Page) -> set[str]:
    """All outputs of the notebook. Only those near the screen are in the document, so it is scrolled through."""
    said: set[str] = set()
    panel = lab.locator(".jp-WindowedPanel-outer").first
    for step in range(40):
        panel.evaluate("(panel, step) => panel.scrollTo(0, step * 400)", step)
        lab.wait_for_timeout(100)
        said.update(lab.locator(OUTPUT).all_inner_texts())
    return said


def test_the_lab_runs_to_its_last_cell_in_jupyterlite(context: BrowserContext, site: str):
    page = context.new_page()
    page.goto(f"{site}/book/labs.html")
    with context.expect_page() as opened:
        page.locator(f"a[href*='lite/notebooks'][href*='{LAB}']").first.click()
    lab = opened.value
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    lab.set_default_timeout(PATIENCE_MS)
    lab.wait_for_selector(".jp-Notebook .jp-CodeCell")
    lab.get_by_role("menuitem", name="Run").first.click()
    lab.get_by_text("Run All Cells", exact=True).click()
    lab.locator(OUTPUT, has_text="Total").first.wait_for()
    said = outputs(lab)

    assert sum("not answered yet" in text for text in said) == 5
    assert not [text for text in said if "Traceback" in text]
    assert any("_static/ecs/pyodide/" in url for url in asked), "JupyterLite has a Pyodide of its own"
