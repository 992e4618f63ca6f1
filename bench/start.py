"""The built page in Chromium: Start to a live widget, cold, and in a second chapter of the same visit.

Served from loopback by a plain static server; every cold visit has a fresh profile.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time

from playwright.sync_api import Route, sync_playwright

from bench.rows import Budget, Row, missing
from bench.visits import CHAPTER, FLAGS, Launch, chromium, press_start, served, visit, why_not
from book import browsers

__all__ = ["rows"]

VISITS = 5

START = Budget("≤", 1.0, "s")
AGAINST_LITE = Budget("≥", 10, "×")

SLIDER = {
    "metadata": {"kernelspec": {"name": "python", "display_name": "Python (Pyodide)"}},
    "nbformat": 4,
    "nbformat_minor": 5,
    "cells": [
        {
            "id": "one",
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": "import simpy, ipywidgets\nipywidgets.FloatSlider()",
        }
    ],
}


def rows() -> list[Row]:
    """Start, cold and warm; why, where it could not be measured."""
    if why := why_not():
        return [missing("press Start to first live widget", START, why)]
    with chromium() as (launch, address):
        cold = start(launch, address)
    return [*cold, second_chapter()]


def start(launch: Launch, address: str) -> list[Row]:
    """Start to live, cold, against JupyterLite's first slider; the visits take turns."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(VISITS):
        with visit(launch) as context:
            ours.append(press_start(context.new_page(), f"{address}/{CHAPTER}"))
        theirs.append(first_slider(launch, address))
    live, slider = statistics.median(ours), statistics.median(theirs)
    ratio = statistics.median(other / own for own, other in zip(ours, theirs, strict=True))
    spread = f"{min(ours):.2f} to {max(ours):.2f} s in {VISITS} cold visits"
    return [
        Row("press Start to first live widget", f"{live:.2f} s", "", live, START, spread),
        Row("the same against JupyterLite's first slider", f"{live:.2f} s", f"{slider:.1f} s", ratio, AGAINST_LITE),
    ]


def second_chapter() -> Row:
    """Start again in the same visit, in a profile on disk as readers have it: the browser's cache has the files."""
    taken: list[float] = []
    with served() as address, sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=browsers.chromium(), args=FLAGS, reduced_motion="reduce"
        )
        page = context.new_page()
        for number in range(VISITS + 1):
            taken.append(press_start(page, f"{address}/{CHAPTER}?chapter={number}"))
        context.close()
    warm = statistics.median(taken[1:])
    note = f"{min(taken[1:]):.2f} to {max(taken[1:]):.2f} s in {VISITS} more chapters; the first took {taken[0]:.2f} s"
    return Row("press Start in a second chapter of the same visit", f"{warm:.2f} s", "", warm, START, note)


def first_slider(launch: Launch, address: str) -> float:
    """Seconds from opening a notebook in the book's JupyterLite to its first slider, run as soon as it can be."""
    with visit(launch, service_workers="block") as context:
        context.route("**/files/slider.ipynb*", lambda route: route.fulfill(json=SLIDER))
        context.route("**/api/contents/all.json*", add_slider)
        page = context.new_page()
        began = time.perf_counter()
        page.goto(f"{address}/lite/notebooks/index.html?path=slider.ipynb")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.get_by_role("menuitem", name="Run").first.click()
        page.get_by_text("Run All Cells", exact=True).click()
        page.wait_for_selector(".widget-slider .noUi-base")
        return time.perf_counter() - began


def add_slider(route: Route) -> None:
    """JupyterLite's list of files, with the notebook that is measured."""
    answer = route.fetch()
    listing = answer.json()
    entry = {**listing["content"][0], "name": "slider.ipynb", "path": "slider.ipynb", "content": None}
    listing["content"].append(entry)
    route.fulfill(response=answer, body=json.dumps(listing))
