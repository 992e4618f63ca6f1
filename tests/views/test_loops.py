"""Two loops, one bill: instances follow tasks late, for reasons that have names, and are paid for meanwhile."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

import ecslite as ecs
from ecslite.views import loops


def shop(strategy=None, min_size=0, managed=True):
    sim = ecs.Simulation(7)
    group = ecs.AutoScalingGroup(sim, "fleet", min_size=min_size, max_size=10, desired_capacity=max(1, min_size))
    provider = ecs.CapacityProvider(group, managed_scaling=ecs.ManagedScaling() if managed else None)
    front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=60)
    web = ecs.Service(
        ecs.Cluster(sim, "shop", capacity=[provider]),
        ecs.TaskDefinition("web", cpu=256, memory=512),
        desired_count=2,
        load_balancer=front,
        backlog=5,
        placement_strategy=strategy,
    )
    ecs.TargetTracking(web, target=60, min_capacity=2, max_capacity=30)
    ecs.Traffic(sim, ecs.spike(base=2, peak=20, at_minute=10, for_minutes=25), cpu_seconds=0.12).to(front)
    return sim.run(minutes=120)


@pytest.fixture(scope="module")
def spread():
    return shop()


@pytest.fixture(scope="module")
def packed():
    return shop([ecs.PlacementStrategy("binpack", "memory")])


def last(spec, name):
    return next(trace for trace in spec["data"] if trace["name"] == name)["y"][-1]


def test_plotly_accepts_the_figure_and_its_panels_have_names(spread):
    spec = loops.figure(spread)
    assert go.Figure(spec).data[0].name == "Running tasks"
    assert list(spec["layout"]["meta"]["panels"]) == ["tasks", "instances", "dollars"]


def test_binpack_frees_the_instances_that_spread_keeps(spread, packed):
    assert [last(loops.figure(run), "Instances there (N)") for run in (spread, packed)] == [2, 1]


def test_the_reasons_come_from_the_log_and_scattered_tasks_are_spreads_alone(spread, packed):
    assert [[key for key, _ in loops.reasons(run)] for run in (spread, packed)] == [
        ["countdown", "scattered"],
        ["countdown"],
    ]


def test_the_minimum_of_the_group_is_a_reason_too():
    assert "the group's minimum" in loops.alt(shop(min_size=3))


def test_a_plain_group_has_no_m_and_no_reason():
    run = shop(managed=False)
    assert "Needed (M)" not in [trace["name"] for trace in loops.figure(run)["data"]]
    assert loops.alt(run).endswith("Nothing holds them back.")


def test_the_dollars_since_the_start_are_the_bills(spread):
    of_bill = sum(line.usd for line in ecs.bill(spread).lines if line.category == "EC2")
    assert loops.dollars_since(spread, 0.0)[-1] == pytest.approx(of_bill)


def test_the_dollars_tick_only_after_the_peak(spread):
    dollars = loops.dollars_since(spread, 3600.0)
    assert [usd > 0 for usd in dollars] == [minute > 60 for minute in range(1, 121)]


def test_a_run_on_fargate_has_one_loop_only():
    sim = ecs.Simulation(1)
    ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web", cpu=256, memory=512), desired_count=1)
    with pytest.raises(ecs.NotInThisRun, match="no capacity provider on EC2"):
        loops.figure(sim.run(minutes=2))
