"""The essentials in a real Firefox: Start, a live widget, a figure that changes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from pages import CHAPTER

from book import browsers, toolchain

SCRIPT = Path(__file__).with_name("firefox.mjs")


def test_the_chapter_is_live_in_firefox(site: str):
    firefox = browsers.firefox()
    if firefox is None:
        pytest.skip("no Firefox is to be had here: install one, or set FIREFOX=/path/to/firefox")
    done = subprocess.run(
        [toolchain.node(), SCRIPT, firefox, f"{site}/{CHAPTER}"],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)

    assert seen["by"] == "snapshot"
    assert seen["changed"]
    assert "Help came after" in seen["sentence"]
    assert seen["faults"] == []
