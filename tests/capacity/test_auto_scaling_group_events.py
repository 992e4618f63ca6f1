"""What befalls a group: lifecycle hooks, Spot interruptions, rebalancing, zone outages, a new launch template."""

from __future__ import annotations

from collections import Counter

import pytest

import ecslite as ecs
from ecslite.capacity.lifecycle_hook import LAUNCHING, TERMINATING


def group(seed=1, **settings):
    sim = ecs.Simulation(seed)
    return sim, ecs.AutoScalingGroup(sim, "fleet", **{"max_size": 10, "launch": ecs.Constant(60), **settings})


def states(run, index=0):
    return [(seconds, state) for seconds, state, _ in run.of_kind("instance")[index].states]


def log_of(run):
    return " ".join(event.text for event in run.log)


def hook(transition, **settings):
    return ecs.LifecycleHook(lifecycle_transition=transition, **settings)


# Lifecycle hooks


def test_a_launching_hook_holds_the_instance():
    sim, fleet = group(desired_capacity=1, lifecycle_hooks=[hook(LAUNCHING, action=ecs.Constant(90))])
    run = sim.run(minutes=5)

    assert states(run) == [(0, "Pending"), (60, "Pending:Wait"), (150, "InService")]
    assert len(fleet.in_service) == 1


def test_an_abandoned_launch_is_tried_again():
    sim, _ = group(
        desired_capacity=1, lifecycle_hooks=[hook(LAUNCHING, action=ecs.Constant(500), heartbeat_timeout=120)]
    )
    run = sim.run(minutes=5)

    assert states(run) == [(0, "Pending"), (60, "Pending:Wait"), (180, "Terminated")]
    assert states(run, 1)[0] == (180, "Pending")


def test_continue_lets_it_in_when_time_is_up():
    slow = hook(LAUNCHING, action=ecs.Constant(500), heartbeat_timeout=120, default_result="CONTINUE")
    sim, _ = group(desired_capacity=1, lifecycle_hooks=[slow])

    assert states(sim.run(minutes=5))[-1] == (180, "InService")


def test_terminating_hooks_run_side_by_side():
    hooks = [hook(TERMINATING, action=ecs.Constant(30)), hook(TERMINATING, action=ecs.Constant(100))]
    sim, fleet = group(desired_capacity=1, lifecycle_hooks=hooks)
    sim.run(minutes=5)
    fleet.set_desired_capacity(0, 0)
    run = sim.run(minutes=10)

    assert states(run)[2:] == [(300, "Terminating"), (300, "Terminating:Wait"), (400, "Terminated")]


@pytest.mark.parametrize(
    ("settings", "longest"),
    [
        ({}, 3600),
        ({"records_heartbeats": True}, 48 * 3600),
        ({"records_heartbeats": True, "heartbeat_timeout": 60}, 6000),
    ],
)
def test_a_hook_waits_no_longer_than_documented(settings, longest):
    assert hook(TERMINATING, **settings).longest == longest


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: hook("launching"),
        lambda: hook(LAUNCHING, heartbeat_timeout=10),
        lambda: hook(LAUNCHING, default_result="RETRY"),
        lambda: group(lifecycle_hooks=[hook(LAUNCHING)] * 51),
        lambda: group(default_instance_warmup=4000),
        lambda: group(interruptions=ecs.SpotInterruptions()),
        lambda: group()[1].outage("eu-west-1a", at_minute=1, for_minutes=1),
        lambda: group()[1].outage("us-east-1a", at_minute=1, for_minutes=0),
    ],
)
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(ecs.InvalidSetting):
        wrong()


# Spot


def test_a_spot_instance_ends_two_minutes_after_its_notice_and_is_replaced():
    spot = ecs.SpotInterruptions(at_minutes=(10,), share=0.5, unavailable_minutes=0)
    sim, fleet = group(desired_capacity=4, spot=True, interruptions=spot)
    run = sim.run(minutes=20)
    ended = [part for part in run.of_kind("instance") if part.states[-1][1] == "Terminated"]

    assert [part.states[-1][0] for part in ended] == [720, 720]
    assert len(fleet.in_service) == 4
    assert "EC2 needs Spot capacity back" in run.why(ended[0].states[-1][2])[-1].text
    assert {part.attributes["market"] for part in run.of_kind("instance")} == {"spot"}


def test_without_spot_capacity_the_group_waits():
    spot = ecs.SpotInterruptions(at_minutes=(10,), unavailable_minutes=10)
    sim, fleet = group(desired_capacity=2, spot=True, interruptions=spot)
    sim.run(minutes=19)
    assert fleet.alive == []
    run = sim.run(minutes=22)

    assert len(fleet.in_service) == 2
    assert log_of(run).count("there is no Spot capacity") == 1


def test_a_recommendation_comes_before_the_notice():
    spot = ecs.SpotInterruptions(at_minutes=(10,), unavailable_minutes=0, recommended_minutes_before=5)
    sim, _ = group(desired_capacity=1, spot=True, interruptions=spot)
    run = sim.run(minutes=30)

    assert states(run)[-1] == ((10 + 5 + 2) * 60, "Terminated")


def test_capacity_rebalancing_replaces_before_the_notice():
    spot = ecs.SpotInterruptions(at_minutes=(10,), unavailable_minutes=0, recommended_minutes_before=5)
    sim, fleet = group(desired_capacity=1, spot=True, interruptions=spot, capacity_rebalance=True)
    run = sim.run(minutes=30)

    assert states(run, 1)[:2] == [(600, "Pending"), (660, "InService")]
    assert states(run)[-2:] == [(660, "Terminating"), (660, "Terminated")]
    assert "interruption notice" not in log_of(run)
    assert len(fleet.alive) == 1


def test_capacity_rebalancing_without_capacity_is_an_interruption_like_any_other():
    spot = ecs.SpotInterruptions(at_minutes=(10,), unavailable_minutes=30, recommended_minutes_before=5)
    sim, fleet = group(desired_capacity=2, spot=True, interruptions=spot, capacity_rebalance=True)
    run = sim.run(minutes=30)
    assert fleet.alive == []
    assert states(run)[-1] == (17 * 60, "Terminated")
    sim.run(minutes=45)
    assert len(fleet.in_service) == 2


# Zones


def zones(fleet):
    return dict(Counter(one.zone[-1] for one in fleet.in_service))


def test_a_zone_outage_moves_its_instances_elsewhere():
    sim, fleet = group(desired_capacity=6)
    fleet.outage("us-east-1b", at_minute=10, for_minutes=30)
    sim.run(minutes=15)
    assert zones(fleet) == {"a": 3, "c": 3}
    sim.run(minutes=45)
    fleet.set_desired_capacity(8, 0)
    run = sim.run(minutes=50)

    assert zones(fleet) == {"a": 3, "b": 2, "c": 3}
    lost = [part for part in run.of_kind("instance") if part.states[-1][1] == "Terminated"]
    assert {part.attributes["zone"] for part in lost} == {"us-east-1b"}
    assert "us-east-1b fails" in run.why(lost[0].states[-1][2])[-1].text


def test_with_its_only_zone_down_a_group_launches_nothing_until_it_is_back():
    sim, fleet = group(desired_capacity=2, zones=["us-east-1a"])
    fleet.outage("us-east-1a", at_minute=10, for_minutes=30)
    run = sim.run(minutes=39)
    assert fleet.alive == []
    assert "cannot launch an instance" in log_of(run)
    sim.run(minutes=45)
    assert len(fleet.in_service) == 2


def test_a_zone_that_is_up_need_not_recover():
    sim, fleet = group(desired_capacity=1)
    fleet.zone_recovers("us-east-1a")

    assert "is there again" not in log_of(sim.run(minutes=5))


# Templates and warm-up


def test_a_new_launch_template_is_for_new_instances_and_the_old_ones_go_first():
    sim, fleet = group(desired_capacity=1, zones=["us-east-1a"])
    sim.run(minutes=3)
    fleet.update_launch_template(instance_type_name="m6i.large")
    fleet.set_desired_capacity(2, 0)
    sim.run(minutes=6)
    fleet.update_launch_template()
    fleet.set_desired_capacity(1, 0)
    sim.run(minutes=9)

    assert [(one.type.name, one.template_version) for one in fleet.in_service] == [("m6i.large", 2)]


def test_instances_are_warm_after_the_default_warmup():
    sim, fleet = group(desired_capacity=1, default_instance_warmup=120)
    sim.run(seconds=179)
    assert (len(fleet.in_service), len(fleet.warm)) == (1, 0)
    sim.run(seconds=180)
    assert len(fleet.warm) == 1
