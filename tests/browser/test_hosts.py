"""No request leaves the host: read off Chromium's own network log, workers and service workers included."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

from chromium_flags import QUIET
from pages import CHAPTER, start
from playwright.sync_api import Playwright


def asked_by_pages(log: Path) -> list[str]:
    """Every address that a page or a worker asked for. The browser's own errands have no origin as their initiator."""
    recorded = json.loads(log.read_text(encoding="utf-8"))
    requests = [event["params"] for event in recorded["events"] if "initiator" in event.get("params", {})]
    return [request["url"] for request in requests if request["initiator"].startswith("http")]


def test_a_whole_visit_asks_this_host_and_no_other(
    playwright: Playwright, chromium_path: str, site: str, tmp_path: Path
):
    log = tmp_path / "net.json"
    flags = [*QUIET, f"--log-net-log={log}", "--net-log-capture-mode=Everything"]
    browser = playwright.chromium.launch(executable_path=chromium_path, args=flags)
    page = browser.new_page()
    for address in ("index.html", "book/labs.html", "search.html", CHAPTER):
        page.goto(f"{site}/{address}")
        page.wait_for_load_state("networkidle")
    start(page)
    page.locator("[data-cell-run]").first.click()
    page.wait_for_selector(".cell[data-ran=ok]")
    page.goto(f"{site}/lite/lab/index.html")
    page.wait_for_selector("#jp-main-dock-panel", timeout=60_000)
    browser.close()

    asked = asked_by_pages(log)
    assert {urlsplit(url).hostname for url in asked} == {"127.0.0.1"}
    # The log does hold what workers ask for, in the book and in JupyterLite.
    for of_a_worker in ("snapshot.bin.gz", "site.zip", "pyodide.asm.wasm", "service-worker.js"):
        assert any(of_a_worker in url for url in asked), of_a_worker
