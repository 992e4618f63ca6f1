"""The board's states look as they did when a person last looked at them.

`BOARD_PICTURES=write` takes the pictures anew; look at each before it is committed. The comparison is of shapes and
greys in cells of some ten pixels, so that another machine's fonts do not matter.
"""

from __future__ import annotations

import os
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page

import ecslite as ecs
from ecslite.widgets import Board, still

pytestmark = pytest.mark.browser

PICTURES = Path(__file__).parent / "pictures"

CELLS = (60, 80)
MOST = 3.0
"""Mean difference of two pictures' cells, of 255. Two states of one board differ by half as much again, and more."""

SCRIPT = """
import { mountBoard } from "/board.js";
const el = document.querySelector("div.ecs-board");
window.board = mountBoard(el, JSON.parse(el.querySelector(".ecs-data").textContent));
"""


def fleet():
    """Services on instances: one that is updated at minute 10, and one that crashes at minute 20."""
    sim = ecs.Simulation(3)
    group = ecs.AutoScalingGroup(sim, "fleet", max_size=6, desired_capacity=2)
    cluster = ecs.Cluster(sim, "shop", capacity=[ecs.CapacityProvider(group)])
    front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=60)
    web = ecs.Service(cluster, ecs.TaskDefinition("web", cpu=512, memory=2048), desired_count=4, load_balancer=front)
    ecs.Traffic(sim, ecs.constant(5), cpu_seconds=0.05).to(front)
    sim.at(600, lambda: web.update(task_definition=ecs.TaskDefinition("web", cpu=512, memory=1024)))
    ecs.Fault(web, "crash", at_minute=20, count=2)
    return sim.run(minutes=30)


def pipeline():
    """A topic, a queue with its dead letters, and a function that fails half the time."""
    sim = ecs.Simulation(3)
    dead = ecs.Queue(sim, "dead")
    work = ecs.Queue(sim, "work", redrive_policy=ecs.RedrivePolicy(dead, max_receive_count=2))
    news = ecs.Topic(sim, "news")
    _ = news >> work >> ecs.Function(sim, "resize", warm=0.3, cold=0.8, error_rate=0.5)
    ecs.Traffic(sim, ecs.constant(5)).to(news)
    return sim.run(minutes=10)


STATES = {
    "starting": (fleet, 20),
    "settled": (fleet, 540),
    "deploying": (fleet, 660),
    "crashed": (fleet, 1203),
    "pipeline": (pipeline, 300),
}


def picture(visit, name: str) -> Image.Image:
    make, seconds = STATES[name]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(still.BOOK, "1")
        html = Board(make())._repr_mimebundle_()[0]["text/html"]
    page: Page = visit(html=html, script=SCRIPT, plotly=False, width=720)
    page.locator(".ecs-stage").wait_for()
    page.evaluate(f"board.seek({seconds})")
    return Image.open(BytesIO(page.locator(".ecs-stage").screenshot())).convert("L")


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of their cells, 0 to 255."""
    small = [each.resize(CELLS, Image.Resampling.BOX) for each in (one, other)]
    return ImageStat.Stat(ImageChops.difference(*small)).mean[0]


@pytest.mark.parametrize("name", STATES)
def test_a_state_of_the_board_looks_as_it_was_seen_by_a_person(visit, name):
    drawn = picture(visit, name)
    if os.environ.get("BOARD_PICTURES") == "write":
        drawn.save(PICTURES / f"{name}.png", optimize=True)

    assert difference(drawn, Image.open(PICTURES / f"{name}.png")) <= MOST


def test_the_comparison_tells_the_states_apart():
    pictures = [Image.open(PICTURES / f"{name}.png") for name in STATES]

    assert min(difference(one, other) for one, other in pairwise(pictures)) > 1.5 * MOST
