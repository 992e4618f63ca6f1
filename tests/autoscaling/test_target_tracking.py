"""Target tracking: alarms as seen in real accounts, steps by the documented rule, cooldowns, and the chain."""

from __future__ import annotations

import pytest
from scenarios import shop

import ecslite as ecs


def scalings(run):
    return run.events("scaling")


@pytest.mark.parametrize(("target", "low"), [(70, 63), (50, 45), (30, 27)])
def test_the_low_alarm_stands_at_nine_tenths_for_fifteen_minutes(target, low):
    """Vector 58."""
    sim = ecs.Simulation(1)
    web = ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web", cpu=256, memory=512), desired_count=1)
    policy = ecs.TargetTracking(web, target=target, min_capacity=1, max_capacity=4)

    assert (policy.low.condition.threshold, policy.low.condition.evaluation_periods) == (pytest.approx(low), 15)
    assert (policy.high.condition.threshold, policy.high.condition.evaluation_periods) == (target, 3)


def test_a_spike_scales_out_after_three_data_points_and_the_chain_leads_to_the_traffic():
    run = shop()
    first = scalings(run)[0]

    # Three full minutes after minute 10, and the publishing delay.
    assert first.seconds == 13 * 60 + 15
    assert [event.kind for event in run.why(first)] == ["scaling", "alarm", "traffic"]
    assert run.why(first)[-1].seconds == 600


def test_each_step_is_running_times_metric_over_target_rounded_up():
    run = shop()
    first = scalings(run)[0]
    details = first.details

    assert details["wanted"] == -(-details["running"] * details["metric"] // 60)
    assert details["metric"] == run.metrics["CPUUtilization"]["Average"][12]


def test_cpu_cannot_pass_100_so_a_tenfold_spike_is_climbed_in_steps():
    run = shop(base=2, peak=20, at_minute=10, for_minutes=40, minutes=50, max_capacity=20)
    counts = [event.details["wanted"] for event in scalings(run)]

    assert len(counts) >= 2
    # At 100 % and a target of 60 a step is at most 100/60 of what runs.
    for event in scalings(run):
        assert event.details["wanted"] <= -(-event.details["running"] * 100 // 60) + 0


def test_scale_in_waits_for_fifteen_quiet_minutes():
    run = shop(minutes=60)
    inward = next(event for event in scalings(run) if "Scale in" in event.text)

    assert inward.seconds >= 25 * 60 + 14 * 60


def test_the_maximum_holds():
    run = shop(max_capacity=3, minutes=30)

    assert max(value for _, value, _ in run.level("DesiredCount").steps) == 3
    assert "held to the maximum of 3" in " ".join(event.text for event in scalings(run))


def test_scale_in_can_be_switched_off():
    sim = ecs.Simulation(1)
    web = ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web", cpu=256, memory=512), desired_count=4)
    ecs.TargetTracking(web, target=60, min_capacity=1, max_capacity=8, disable_scale_in=True)

    assert sim.run(minutes=40).level("DesiredCount").steps[-1][1] == 4


def test_an_idle_service_goes_to_its_minimum():
    sim = ecs.Simulation(1)
    web = ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web", cpu=256, memory=512), desired_count=4)
    ecs.TargetTracking(web, target=60, min_capacity=1, max_capacity=8)

    assert sim.run(minutes=40).level("DesiredCount").steps[-1][1] == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"target": 0, "min_capacity": 1, "max_capacity": 2},
        {"target": 60, "min_capacity": 3, "max_capacity": 2},
        {"target": 60, "min_capacity": 1, "max_capacity": 2, "metric": "Load"},
    ],
)
def test_a_policy_that_cannot_work_is_refused(settings):
    sim = ecs.Simulation(1)
    web = ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web", cpu=256, memory=512), desired_count=1)

    with pytest.raises(ecs.InvalidSetting):
        ecs.TargetTracking(web, **settings)
