"""The figure of what is paid for and what is used."""

from __future__ import annotations

import pytest

import ecslite as ecs
from ecslite.views import costs
from ecslite.widgets import costs_views


def run_of(capacity=None, tasks=3, minutes=60, **group):
    sim = ecs.Simulation(3)
    if capacity == "ec2":
        where = [ecs.CapacityProvider(ecs.AutoScalingGroup(sim, "servers", max_size=9, **group))]
    elif capacity == "managed":
        where = [ecs.ManagedInstances(sim)]
    else:
        where = [ecs.Fargate()]
    cluster = ecs.Cluster(sim, "shop", capacity=where)
    ecs.Service(cluster, ecs.TaskDefinition("web", cpu=512, memory=1024), desired_count=tasks)
    return sim.run(minutes=minutes)


def lines(run):
    return [trace["name"] for trace in costs.figure(run)["data"]]


@pytest.mark.parametrize("capacity", ["fargate", "ec2", "managed"])
def test_the_dollars_are_those_of_the_bill_without_volumes(capacity):
    """To a second of a task: a bill rounds each up, past the end of the run."""
    run = run_of(capacity)
    billed = sum(line.usd for line in ecs.bill(run).lines if line.category in ("Fargate", "EC2"))

    assert costs.dollars(run)[-1][1] == pytest.approx(billed, rel=1e-3)


def test_on_fargate_there_is_no_room_to_pay_for():
    run = run_of()

    assert lines(run) == ["Tasks running", "Paid so far"]
    assert costs.places(run) == [(0.0, 0)]
    assert "places" not in costs.alt(run)


@pytest.mark.parametrize(("trunking", "most"), [(False, 2), (True, 4)])
def test_places_are_what_cpu_memory_and_interfaces_allow(trunking, most):
    """Three tasks of 512 units: a first launch of two m5.large, which hold two or four each."""
    run = run_of("ec2", trunking=trunking, minutes=10)

    assert max(many for _, many in costs.places(run)) == 2 * most
    assert f"places for {2 * most} are paid for" in costs.alt(run)


def test_an_instance_that_ends_takes_its_places_with_it():
    sim = ecs.Simulation(3)
    provider = ecs.ManagedInstances(sim, instance_types=["m5.large"], scale_in_after=0)
    web = ecs.TaskDefinition("web", cpu=512, memory=1024)
    service = ecs.Service(ecs.Cluster(sim, "shop", capacity=[provider]), web, desired_count=4)
    sim.run(minutes=10)
    service.update(desired_count=0)

    assert [many for _, many in costs.places(sim.run(minutes=20))] == [0, 4, 0]


def test_instances_that_no_task_uses_have_no_places():
    assert {many for _, many in costs.places(run_of("ec2", tasks=0, min_size=1, minutes=5))} == {0}


def test_the_views_show_the_bill_of_a_month():
    shown = costs_views(run_of(minutes=10))

    assert "730 hours" in shown["bill"]["caption"]
    assert shown["figure"]["layout"]["meta"]["panels"] == {"places": "y", "dollars": "y2"}
    assert shown["alt"].startswith("At most 3 tasks run, and 3 at the end.")
