"""Frames a second of the board, playing at its highest speed with 200 tasks on instances of three zones."""

from __future__ import annotations

import os
from dataclasses import replace
from unittest import mock

from playwright.sync_api import Route

import ecslite as ecs
from bench.rows import Budget, Row, missing
from bench.visits import chromium, why_not
from ecslite.widgets import Board, assets, still

__all__ = ["rows"]

TASKS = 200
BUDGET = Budget("≥", 60, "/s")
WHAT = f"frames of the board, playing, {TASKS} tasks"

HOST = "http://127.0.0.1:9"
"""No server stands there: every request of the page is answered here."""

PAGE = """<!doctype html><html lang="en"><title>A board</title><link rel="stylesheet" href="/widgets.css">
{board}<script type="module" src="/page.js"></script></html>"""

SCRIPT = """
import { mountBoard } from "/board.js";
const el = document.querySelector(".ecs-board");
mountBoard(el, JSON.parse(el.querySelector(".ecs-data").textContent));
const play = el.querySelector(".ecs-play"), speed = el.querySelector("select[aria-label=Speed]");
speed.selectedIndex = speed.options.length - 1;
window.frames = (seconds) => new Promise((done) => {
  play.click();
  let count = -1, began, last, longest = 0;
  requestAnimationFrame(function frame(now) {
    began ??= now;
    longest = Math.max(longest, now - (last ?? now));
    last = now;
    count += 1;
    if (now - began < 1000 * seconds) requestAnimationFrame(frame);
    else done([1000 * count / (now - began), longest, play.textContent]);
  });
});
"""


def rows() -> list[Row]:
    """The frames of five seconds of play."""
    if why := why_not():
        return [missing(WHAT, BUDGET, why)]
    html = PAGE.format(board=shown())
    with chromium() as (launch, _):
        browser = launch()
        page = browser.new_page()
        page.route("**/*", lambda route: answer(route, html))
        page.goto(f"{HOST}/")
        rate, longest, playing = page.evaluate("frames(5)")
        browser.close()
    if playing != "Pause":
        return [missing(WHAT, BUDGET, "the board came to its end while it was measured")]
    # A screen of 60 Hz shows 59.9 or 60.1 in five seconds.
    return [Row(WHAT, f"{rate:.1f} a second", "", round(rate), BUDGET, f"the longest frame {longest:.0f} ms")]


def fleet() -> ecs.Run:
    """A service of 200 tasks that is deployed anew, so that all of it changes."""
    sim = ecs.Simulation(seed=1)
    group = ecs.AutoScalingGroup(sim, "fleet", instance_type_name="m5.2xlarge", min_size=30, max_size=30)
    cluster = ecs.Cluster(sim, "shop", capacity=[ecs.CapacityProvider(group, managed_scaling=None)])
    front = ecs.LoadBalancer(sim, "front")
    tea = ecs.TaskDefinition("web", cpu=512, memory=512, network_mode="bridge", requires_compatibilities=("EC2",))
    web = ecs.Service(cluster, tea, desired_count=TASKS, load_balancer=front)
    ecs.Traffic(sim, 20, cpu_seconds=0.05, from_minute=10).to(front)
    sim.at(20 * 60, lambda: web.update(task_definition=replace(tea, revision=2)))
    return sim.run(minutes=120)


def shown() -> str:
    """The board as the book stores it."""
    with mock.patch.dict(os.environ, {still.BOOK: "1"}):
        return str(Board(fleet())._repr_mimebundle_()[0]["text/html"])


def answer(route: Route, page: str) -> None:
    """The page, its script, and the widgets' own files."""
    name = route.request.url.removeprefix(f"{HOST}/")
    if name == "":
        route.fulfill(body=page, content_type="text/html; charset=utf-8")
    elif name == "page.js":
        route.fulfill(body=SCRIPT, content_type="text/javascript; charset=utf-8")
    elif (path := assets.HERE / name).is_file():
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        route.fulfill(body=path.read_text(encoding="utf-8"), content_type=f"{kind}; charset=utf-8")
    else:
        route.fulfill(status=404)
