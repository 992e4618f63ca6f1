"""Every figure is one that plotly accepts, reads without colour, and says its units."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import plotly.graph_objects as go
import pytest
from scenarios import shop

import ecslite as ecs
from ecslite.views import alt, figures, picture


@pytest.fixture(scope="module")
def run():
    return shop(crash_at=(5,))


def bare(seconds=600):
    """A service without a load balancer, without traffic, for ten minutes."""
    sim = ecs.Simulation(1)
    ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition("job", cpu=256, memory=512), desired_count=1)
    return sim.run(seconds=seconds)


def trace(spec, name):
    return next(trace for trace in spec["data"] if trace["name"] == name)


def test_plotly_accepts_the_figure(run):
    assert len(go.Figure(figures.service(run, prediction=("tasks", 4))).data) == 8


def test_plotly_accepts_a_figure_of_almost_nothing():
    assert go.Figure(figures.service(bare())).data[0].name == "Requests"


def test_the_figure_of_a_run_shorter_than_a_minute_is_still_a_figure():
    assert go.Figure(figures.service(bare(seconds=20))).layout.xaxis.range == (0, 1 / 3)


def test_the_figure_is_plain_json(run):
    spec = figures.service(run)
    assert json.loads(json.dumps(spec)) == spec


def test_every_panel_says_its_unit(run):
    layout = figures.service(run)["layout"]
    titles = {name: layout[name]["title"]["text"] for name in layout if name.startswith(("xaxis", "yaxis"))}
    assert titles == {
        "xaxis": "minutes from the start",
        "yaxis": "requests/s",
        "yaxis2": "%",
        "yaxis3": "tasks",
        "yaxis4": "s",
    }


def test_lines_of_one_panel_differ_in_more_than_colour(run):
    spec = figures.service(run, prediction=("tasks", 4))
    looks = [(t["yaxis"], t["mode"] == "markers", t["line"]["dash"]) for t in spec["data"]]
    assert len(set(looks)) == len(looks)


def test_the_target_is_the_scaling_policys(run):
    assert trace(figures.service(run), "CPU target")["y"] == [60.0, 60.0]


def test_a_service_that_nothing_tracks_has_no_target_line():
    assert [t["name"] for t in figures.service(shop(target=0))["data"] if t["name"] == "CPU target"] == []


def test_targets_of_other_metrics_and_steps_are_no_cpu_target():
    """One policy aims at requests a minute, the other has no target at all."""
    sim = ecs.Simulation(1)
    front = ecs.LoadBalancer(sim, "front")
    web = ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web"), desired_count=1, load_balancer=front)
    limits = {"min_capacity": 1, "max_capacity": 4}
    hot = ecs.Alarm(sim, "hot", metric="CPUUtilization", subject="web", comparison="GreaterThanThreshold", threshold=60)
    ecs.StepScaling(web, hot, "ChangeInCapacity", [ecs.StepAdjustment(1, 0)], **limits)
    ecs.TargetTracking(web, "ALBRequestCountPerTarget", target=150, resource_label="front", **limits)

    assert "CPU target" not in [trace["name"] for trace in figures.service(sim.run(minutes=2))["data"]]


def test_running_tasks_are_steps_that_end_with_the_run(run):
    running = trace(figures.service(run), "Running")
    assert (running["line"]["shape"], running["x"][-1], running["y"][-1]) == ("hv", 40, 2)


def test_a_prediction_is_a_dashed_ghost_in_its_panel(run):
    ghost = figures.service(run, prediction=("cpu", 75))["data"][-1]
    assert (ghost["yaxis"], ghost["y"], ghost["line"]["dash"]) == ("y2", [75, 75], "dashdot")


def test_an_unknown_service_is_answered_with_those_there_are(run):
    with pytest.raises(ecs.NotInThisRun, match="service='wbe': this run has web; name one of them"):
        figures.service(run, service="wbe")


def test_the_text_alternative_says_what_happened(run):
    words = alt.service(run)
    assert "Desired tasks go from 2 to 4 at minute 13.3, 5 at minute 17.3" in words
    assert "above its target of 60 %" in words


def test_the_text_alternative_of_a_quiet_run_says_that_it_is_quiet():
    assert alt.service(bare()).startswith("No requests in 10 minutes. Average CPU peaks at 0 %")


def test_the_picture_draws_every_line_in_the_colour_of_the_figure(run):
    spec = figures.service(run)
    tree = ElementTree.fromstring(picture.picture(spec, "what it shows"))
    drawn = {path.get("stroke") for path in tree.iter(f"{{{picture.NAMESPACE}}}path")} - {"currentColor"}
    assert (tree.get("aria-label"), drawn) == ("what it shows", {t["line"]["color"] for t in spec["data"]})


def test_the_picture_of_almost_nothing_is_well_formed():
    ElementTree.fromstring(picture.picture(figures.service(bare()), 'a "quiet" <run>'))
