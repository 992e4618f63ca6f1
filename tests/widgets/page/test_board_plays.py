"""A playing board: a frame draws a few changes, and none of them is lost."""

from __future__ import annotations

import pytest

import ecslite as ecs
from ecslite.widgets import Board, still

pytestmark = pytest.mark.browser

MOST = 8
"""Changes that a frame may draw in these tests."""

SCRIPT = """
import { createStage } from "/stage.js";
const el = document.querySelector("div.ecs-board");
const { board } = JSON.parse(el.querySelector(".ecs-data").textContent);
const made = () => createStage(board, { explain() {}, past() {} });
const words = (stage) => [...stage.el.querySelectorAll(".ecs-task")].map((task) =>
  task.hidden ? "hidden" : task.ariaLabel);
window.played = (times, most) => {
  const [stage, frames] = [made(), []];
  for (const seconds of times) { stage.at(seconds, most); frames.push(words(stage)); }
  return frames;
};
"""


def crowd():
    """Forty tasks on instances, which all start within a minute or so."""
    sim = ecs.Simulation(3)
    group = ecs.AutoScalingGroup(sim, "fleet", instance_type_name="m5.2xlarge", min_size=4, max_size=4)
    cluster = ecs.Cluster(sim, "shop", capacity=[ecs.CapacityProvider(group, managed_scaling=None)])
    task = ecs.TaskDefinition("web", cpu=256, memory=256, network_mode="bridge", requires_compatibilities=("EC2",))
    ecs.Service(cluster, task, desired_count=40)
    return sim.run(minutes=15)


@pytest.fixture
def played(visit, monkeypatch):
    """What is said of each task after each frame: `played(moments, most)`."""
    monkeypatch.setenv(still.BOOK, "1")
    page = visit(html=Board(crowd())._repr_mimebundle_()[0]["text/html"], script=SCRIPT, plotly=False)
    page.locator(".ecs-data").wait_for(state="attached")
    return lambda times, most: page.evaluate(f"played({times}, {most})")


def changes(one: list[str], other: list[str]) -> int:
    return sum(before != after for before, after in zip(one, other, strict=True))


def test_all_at_once_is_more_than_a_frame_may_draw(played):
    before, after = played([0, 600], 10_000)

    assert changes(before, after) == 40


def test_a_frame_of_play_ends_with_the_instance_in_which_its_share_is_reached(played):
    frames = played([0, *[600] * 8], MOST)

    assert max(map(changes, frames, frames[1:])) <= MOST + 9  # no instance has more tasks than ten


def test_what_one_frame_left_the_next_ones_draw(played):
    *_, last = played([0, *[600] * 8], MOST)
    (at_once,) = played([600], 10_000)

    assert last == at_once
