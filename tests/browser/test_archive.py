"""The site from its one file: unpacked elsewhere, served by `python -m http.server` under a path, it is alive."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import CHAPTER, start
from playwright.sync_api import Page

from book import archive
from book.paths import HTML


@pytest.fixture
def unpacked(tmp_path: Path) -> Iterator[str]:
    """The address of the unpacked book."""
    packed = tmp_path / "book.zip"
    archive.pack(HTML, packed)
    below = tmp_path / "stick" / "some path"
    with zipfile.ZipFile(packed) as found:
        found.extractall(below)
    argv = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]
    with subprocess.Popen(
        argv, cwd=below.parent, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        said = re.search(r"port (\d+)", server.stdout.readline())
        assert said is not None
        yield f"http://127.0.0.1:{said[1]}/some%20path/{archive.NAME}"
        server.terminate()


def test_the_unpacked_book_is_alive(page: Page, unpacked: str):
    page.goto(f"{unpacked}/")
    page.wait_for_url("**/book/intro.html")
    page.goto(f"{unpacked}/{CHAPTER}")
    start(page)
    page.locator("[data-cell-run]").first.click()
    page.wait_for_selector(".cell[data-ran=ok]")

    assert page.locator("html").get_attribute("data-kernel-by") == "snapshot"
