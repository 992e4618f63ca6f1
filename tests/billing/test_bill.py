"""Bills: documented prices, the minute's minimum, and nothing that depends on how a run was sliced."""

from __future__ import annotations

import pytest
from scenarios import shop

import ecslite as ecs
from ecslite.billing.bill import billed_seconds


def task(*states, seconds=3600.0, cpu=256, memory=512):
    """A run of one Fargate task with these (seconds, state)."""
    attributes = {
        "capacity_provider": "FARGATE",
        "cpu": cpu,
        "memory": memory,
        "architecture": "X86_64",
        "service": "web",
    }
    part = ecs.Part("task", "a", attributes, tuple((when, state, 0) for when, state in states))
    return ecs.Run(0, seconds, (), (), (part,), ())


def test_vector_110_a_quarter_vcpu_for_a_month_costs_nine_dollars():
    """Vector 110: 0.25 vCPU and 0.5 GB for 730 h."""
    run = task((0.0, "ACTIVATING"), seconds=730 * 3600.0)

    assert round(ecs.bill(run).total, 2) == 9.01
    assert ecs.bill(run).total / 730 == pytest.approx(0.0123425)


def test_vector_112_a_task_of_twenty_seconds_is_charged_for_sixty():
    """Vector 112."""
    run = task((10.0, "ACTIVATING"), (30.0, "STOPPED"))

    assert billed_seconds(run.parts[0], run) == 60


def test_the_meter_starts_with_the_pull_and_rounds_up_to_a_second():
    run = task((5.0, "PROVISIONING"), (20.0, "ACTIVATING"), (100.2, "STOPPED"))

    assert billed_seconds(run.parts[0], run) == 81


def test_a_task_that_never_pulled_costs_nothing():
    run = task((5.0, "PROVISIONING"), (20.0, "STOPPED"))

    assert ecs.bill(run).total == 0


def test_vector_114_an_idle_load_balancer_for_a_month_costs_sixteen_dollars():
    """Vector 114."""
    balancer = ecs.Part("load_balancer", "front", {"requests_per_connection": 10, "kib_per_request": 10}, ())
    count = ecs.Metric("RequestCount", "front", "Count", 60, {"Sum": (0,) * 730 * 60})
    run = ecs.Run(0, 730 * 3600.0, (), (count,), (balancer,), ())

    assert round(ecs.bill(run).total, 2) == 16.43


def test_a_line_is_its_quantity_times_its_price():
    bill = ecs.bill(shop())

    assert all(line.usd == line.quantity * line.unit_price for line in bill.lines)
    assert bill.total == pytest.approx(sum(line.usd for line in bill.lines))


def test_money_does_not_depend_on_slices():
    assert ecs.bill(shop(stops=[1.7, 22.2])) == ecs.bill(shop())


def test_the_reader_can_set_a_price():
    run = shop()
    dearer = ecs.default_prices().replace({"alb.hour": 1.0})

    assert ecs.bill(run, dearer).total - ecs.bill(run).total == pytest.approx(1 - 0.0225)
    with pytest.raises(ecs.InvalidSetting, match="no price named"):
        ecs.default_prices().replace({"alb.minute": 1})


def instance(*states, seconds=730 * 3600.0, type_="m5.large", market="on-demand"):
    """A run of one instance with these (seconds, state)."""
    attributes = {"group": "fleet", "type": type_, "market": market}
    part = ecs.Part("instance", "i-1", attributes, tuple((when, state, 0) for when, state in states))
    return ecs.Run(0, seconds, (), (), (part,), ())


def test_vector_113_an_m5_large_for_a_month_costs_seventy_dollars():
    """Vector 113."""
    assert round(ecs.bill(instance((0.0, "Pending"))).lines[0].usd, 2) == 70.08


def test_an_instance_is_paid_from_its_launch_to_its_end_also_while_empty():
    run = instance((100.0, "Pending"), (180.0, "InService"), (3700.0, "Terminated"))

    assert ecs.bill(run).lines[0].quantity == 1


def test_a_type_without_a_price_is_refused_and_not_priced_at_nothing():
    with pytest.raises(ecs.InvalidSetting, match="no price named"):
        ecs.bill(instance((0.0, "Pending"), type_="m4.large"))
