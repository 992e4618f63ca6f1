"""The essentials in a real WebKit: Start, a live widget, a figure that changes."""

from __future__ import annotations

import pytest
from pages import CHAPTER
from webdriver import webkit

from book import browsers

WATCH = """
globalThis.said = [];
for (const kind of ["warn", "error"]) console[kind] = (...words) => said.push(`${kind}: ${words.join(" ")}`);
addEventListener("securitypolicyviolation", (event) => said.push(`policy: ${event.violatedDirective}`));
"""

SKIP = """
[...document.querySelectorAll(".ecs-explorer .ecs-quiet")].find((each) => each.textContent === "Skip").click();
"""

FIGURE = "JSON.stringify(document.querySelector('.ecs-explorer .js-plotly-plot').data.map((trace) => [...trace.y]))"


def test_the_chapter_is_live_in_webkit(site: str):
    """From wheels: WebKit's table of functions is in another order than the snapshot's, which it refuses in words."""
    found = browsers.webkit()
    if found is None:
        pytest.skip("no WebKit is to be had here: install Debian's webkit2gtk-driver and xvfb")
    with webkit(found) as page:
        page.open(f"{site}/{CHAPTER}")
        page.until("document.querySelector('.ecs-explorer .js-plotly-plot') !== null")
        page.run(WATCH)
        before = page.run(f"return {FIGURE}")
        page.run("document.querySelector('[data-kernel-start]').click()")
        page.until("['ready', 'lost'].includes(document.documentElement.dataset.kernel)")
        page.run(SKIP)
        page.until("document.querySelector('.ecs-sentence').innerText.includes('Help came after')")
        after, said = page.run(f"return {FIGURE}"), page.run("return said")
        by = page.run("return document.documentElement.dataset.kernelBy")

    assert by == "wheels"
    assert after != before
    assert [text for text in said if not text.startswith("warn: Python did not start from its memory snapshot")] == []
