"""Two loops, one bill: tasks and instances are scaled apart, and instances stay for reasons that the log names."""

from __future__ import annotations

import pytest

import ecslite as ecs
from ecslite.capacity.auto_scaling_group import AutoScalingGroup
from ecslite.capacity.managed_scaling import ManagedScaling
from ecslite.capacity.provider import CapacityProvider
from ecslite.ecs.placement import PlacementStrategy

SPREAD = (PlacementStrategy("spread", "instanceId"),)
BINPACK = (PlacementStrategy("binpack", "memory"),)


def fleet(*, seed=3, desired=2, managed=True, strategy=SPREAD, protection=True, **group):
    """A service of 1 vCPU, 2,000 MiB tasks in bridge mode on m5.large (one task by CPU uses half of it)."""
    sim = ecs.Simulation(seed)
    asg = AutoScalingGroup(sim, "fleet", **{"max_size": 10, **group})
    provider = CapacityProvider(
        asg,
        managed_scaling=ManagedScaling() if managed else None,
        managed_termination_protection=protection and managed,
    )
    definition = ecs.TaskDefinition.from_aws(
        {
            "family": "web",
            "networkMode": "bridge",
            "cpu": "1024",
            "memory": "2000",
            "containerDefinitions": [{"name": "web", "image": "shop/web:1"}],
        }
    )
    cluster = ecs.Cluster(sim, "shop", capacity=[provider])
    web = ecs.Service(cluster, definition, desired_count=desired, placement_strategy=strategy)
    return sim, web, asg


def texts(run, kind):
    return " ".join(event.text for event in run.events(kind))


def test_from_nothing_two_instances_come_first_and_the_chain_says_why():
    sim, web, asg = fleet(desired=1)
    run = sim.run(minutes=10)
    running = next(event for _, state, event in run.of_kind("task")[0].states if state == "RUNNING")

    assert len(asg.in_service) == 2
    assert web.running_count == 1
    assert "waits for room" in " ".join(event.text for event in run.why(running))
    launched = run.of_kind("instance")[0].states[0][2]
    assert [event.kind for event in run.why(launched)][:3] == ["instance", "group", "capacity"]


def test_managed_scaling_follows_the_tasks_out():
    sim, web, asg = fleet(desired=2)
    sim.run(minutes=15)
    web.update(desired_count=8)
    sim.run(minutes=40)

    assert web.running_count == 8
    assert len(asg.in_service) == 4


def test_a_plain_group_does_not_react_to_tasks():
    sim, web, asg = fleet(desired=2, managed=False, min_size=1)
    sim.run(minutes=5)
    web.update(desired_count=8)
    run = sim.run(minutes=40)

    assert (web.running_count, len(asg.in_service)) == (2, 1)
    assert "was unable to place a task" in texts(run, "service")


def after_the_peak(strategy, **group):
    """Eight tasks, then two; the instances that are left 90 minutes later, and the run."""
    sim, web, asg = fleet(desired=8, strategy=strategy, **group)
    sim.run(minutes=20)
    web.update(desired_count=4)
    run = sim.run(minutes=110)
    assert web.running_count == 4
    return len(asg.in_service), run


def test_scattered_tasks_keep_every_instance():
    left, run = after_the_peak(SPREAD)

    assert left == 4
    assert "4 tasks are scattered over them, though 2 could hold them all" in texts(run, "capacity")


def test_binpack_frees_instances_after_fifteen_minutes():
    left, run = after_the_peak(BINPACK)
    gone = [part.states[-1][0] for part in run.of_kind("instance") if part.states[-1][1] == "Terminated"]

    assert left == 2
    assert min(gone) >= (20 + 15) * 60
    assert "until 15 minutes say so" in texts(run, "capacity")


def test_the_minimum_of_the_group_stays():
    left, run = after_the_peak(BINPACK, min_size=3)

    assert left == 3
    assert "the group's minimum is 3" in texts(run, "capacity")


def test_a_draining_instance_has_its_tasks_replaced_first():
    sim, web, asg = fleet(desired=2, managed=False, min_size=2)
    sim.run(minutes=5)
    level = []
    asg.min_size = 1
    asg.set_desired_capacity(1, 0)
    run = sim.run(minutes=15)
    level = [value for seconds, value, _ in run.level("RunningCount").steps if seconds > 300]

    assert web.running_count == 2
    assert min(level, default=2) >= 2
    assert len(asg.in_service) == 1


def test_a_lost_instance_takes_its_tasks_with_it_and_they_are_replaced():
    sim, web, asg = fleet(desired=4, managed=False, min_size=3)
    sim.run(minutes=5)
    cause = sim.log.add("fault", "zone", "A zone goes dark.")
    asg.lose(asg.in_service[0], cause)
    run = sim.run(minutes=15)
    lost = [part for part in run.of_kind("task") if part.attributes.get("stop_code") == "TerminationNotice"]

    assert web.running_count == 4
    assert lost
    assert all(run.why(part.states[-1][2])[-1].id == cause for part in lost)


@pytest.mark.parametrize("strategy", [SPREAD, BINPACK])
def test_slices_change_nothing_on_instances(strategy):
    whole, _, _ = fleet(desired=5, strategy=strategy)
    sliced, _, _ = fleet(desired=5, strategy=strategy)
    for minute in (0.3, 1.7, 2.001, 9):
        sliced.run(minutes=minute)

    assert whole.run(minutes=30).to_json() == sliced.run(minutes=30).to_json()
