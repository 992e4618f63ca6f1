"""The group alone: sizes, zones, policies, protection, and instances that are lost."""

from __future__ import annotations

import pytest

import ecslite as ecs
from ecslite.capacity.auto_scaling_group import AutoScalingGroup


def group(seed=1, **settings):
    sim = ecs.Simulation(seed)
    return sim, AutoScalingGroup(sim, "fleet", **{"max_size": 10, **settings})


def zones(fleet):
    return sorted(instance.zone[-1] for instance in fleet.alive)


def test_it_launches_its_minimum_in_balance():
    sim, fleet = group(min_size=4)
    sim.run(minutes=3)

    assert (len(fleet.in_service), zones(fleet)) == (4, ["a", "a", "b", "c"])


def test_sizes_hold():
    _, fleet = group(min_size=1, max_size=3)
    fleet.set_desired_capacity(9, 0)
    assert fleet.desired_capacity == 3
    fleet.set_desired_capacity(0, 0)
    assert fleet.desired_capacity == 1


def test_it_shrinks_from_the_fullest_zone():
    sim, fleet = group(desired_capacity=5)
    sim.run(minutes=3)
    fleet.set_desired_capacity(3, 0)
    sim.run(minutes=6)

    assert zones(fleet) == ["a", "b", "c"]


@pytest.mark.parametrize(("policy", "index"), [("OldestInstance", 0), ("NewestInstance", -1)])
def test_a_policy_names_the_victim(policy, index):
    sim, fleet = group(desired_capacity=1, zones=["us-east-1a"], termination_policy=policy)
    sim.run(minutes=3)
    fleet.set_desired_capacity(3, 0)
    sim.run(minutes=6)
    victim = sorted(fleet.alive, key=lambda one: one.launched_at)[index]
    fleet.set_desired_capacity(2, 0)
    sim.run(minutes=9)

    assert fleet.alive[index].launched_at != victim.launched_at or policy == "NewestInstance"
    assert sum(one.launched_at == 0 for one in fleet.alive) == (0 if policy == "OldestInstance" else 1)


def test_protected_instances_stay_and_the_log_says_so():
    sim, fleet = group(desired_capacity=2)
    run = sim.run(minutes=3)
    fleet.protected = lambda instance: True
    fleet.set_desired_capacity(0, 0)
    run = sim.run(minutes=6)

    assert len(fleet.in_service) == 2
    assert "every instance is protected" in run.log[-1].text


def test_a_lost_instance_is_replaced():
    sim, fleet = group(desired_capacity=2)
    sim.run(minutes=3)
    cause = sim.log.add("fault", "spot", "EC2 takes an instance back.")
    fleet.lose(fleet.alive[0], cause)
    run = sim.run(minutes=6)
    born = next(part for part in run.of_kind("instance") if part.states[0][0] == 180)

    assert len(fleet.in_service) == 2
    assert run.why(born.states[0][2])[-1].id == cause


def test_an_impossible_group_is_refused():
    with pytest.raises(ecs.InvalidSetting, match="0 ≤ min ≤ max"):
        group(min_size=4, max_size=3)
    with pytest.raises(ecs.InvalidSetting, match="termination policy"):
        group(termination_policy="Random")
