"""Commitments, hour by hour: what is covered first, and what an hour leaves unused."""

from __future__ import annotations

from math import fsum

import pytest
from hand_made import HOUR, instance, line, run, task
from hypothesis import given
from hypothesis import strategies as st

import ecslite as ecs
from ecslite.billing.commitments import normalization

COMPUTE = "compute_savings_plan.1yr.no_upfront"
EXAMPLE = (
    ecs.default_prices()
    .add("ec2.c5.9xlarge.on-demand.hour", 4.0, "hour")
    .add("ec2.c5.24xlarge.on-demand.hour", 10.0, "hour")
    .replace({"fargate.linux.x86_64.vcpu_hour": 1.5, "fargate.linux.x86_64.gb_hour": 2.0})
    .discounted(
        {
            f"{COMPUTE}.c5.9xlarge": 0.5,
            f"{COMPUTE}.c5.24xlarge": 0.2,
            f"{COMPUTE}.fargate.vcpu": 1 / 3,
            f"{COMPUTE}.fargate.gb": 0.5,
            "ec2_instance_savings_plan.1yr.no_upfront.c5.9xlarge": 0.75,
            "ec2_instance_savings_plan.1yr.no_upfront.c5.24xlarge": 0.4,
        }
    )
)
"""The illustrative rates of the Savings Plans User Guide, sp-applying."""


def example(*commitments):
    """Its usage of an hour: a c5.9xlarge, a c5.24xlarge, 10 vCPU and 5 GB of Fargate."""
    used = (instance("i-1", type_="c5.9xlarge"), instance("i-2", type_="c5.24xlarge"), task(cpu=10_240, memory=5_120))
    return ecs.bill(run(*used), EXAMPLE, commitments=commitments)


def test_a_commitment_that_covers_all_is_the_whole_bill():
    """The guide's first scenario: $25.00 an hour covers everything."""
    bill = example(ecs.SavingsPlan(usd_per_hour=25.0))

    assert bill.total == pytest.approx(25.0)
    assert {one.category for one in bill.lines} == {"Commitment"}


def test_the_highest_saving_is_covered_first_and_the_rest_is_on_demand():
    """Of $19.60, 2.60 are left for the c5.24xlarge at $8.00: the rest of its hour costs $6.75 on demand."""
    bill = example(ecs.SavingsPlan(usd_per_hour=19.6))

    assert line(bill, "fleet: EC2 on-demand").usd == pytest.approx(6.75)
    assert bill.total == pytest.approx(26.35)


def test_of_equal_savings_the_lower_rate_is_covered_first():
    bill = example(ecs.SavingsPlan(usd_per_hour=5.0))

    assert [one.name for one in bill.lines if one.category == "Commitment"] == [
        "web: Fargate memory, Compute Savings Plan 1y"
    ]


def test_an_ec2_instance_plan_comes_before_a_compute_plan():
    """The plan for c5 takes the c5.9xlarge for $1 and the c5.24xlarge for $6; the other is left with Fargate's $15."""
    both = ecs.SavingsPlan(usd_per_hour=15.0), ecs.SavingsPlan(usd_per_hour=7.0, kind="ec2_instance", family="c5")
    bill = example(*both)

    assert bill.total == pytest.approx(22.0)
    assert not [one for one in bill.lines if "unused" in one.name]


def test_unused_commitment_is_paid_for():
    bill = ecs.bill(run(hours=3), commitments=[ecs.SavingsPlan(usd_per_hour=2.0)])

    assert [(one.name, one.usd) for one in bill.lines] == [("Compute Savings Plan 1y, unused", 6.0)]


def test_an_hour_cannot_use_what_another_has_left():
    """Two tasks in the first hour and none in the second: the plan covers one of them, and is half lost."""
    stop = (HOUR, "STOPPED")
    used = run(*(task(name, (0.0, "ACTIVATING"), stop, cpu=1024, memory=1024) for name in "ab"), hours=2)
    one = (0.04048 + 0.004445) * 0.8
    bill = ecs.bill(used, commitments=[ecs.SavingsPlan(usd_per_hour=one)])

    assert line(bill, "Compute Savings Plan 1y, unused").usd == pytest.approx(one)
    assert bill.total == pytest.approx(one * 2 + 0.04048 + 0.004445)


def test_half_an_hour_is_half_an_hour_of_commitment():
    bill = ecs.bill(run(hours=0.5), commitments=[ecs.SavingsPlan(usd_per_hour=2.0)])

    assert bill.total == pytest.approx(1.0)


def test_spot_is_never_covered():
    used = run(task(market="spot"), instance(market="spot"))
    bill = ecs.bill(
        used, commitments=[ecs.SavingsPlan(usd_per_hour=1.0), ecs.ReservedInstances(instance_type="m5.large")]
    )

    assert [one.name for one in bill.lines if one.category == "Commitment"] == [
        "Reserved m5.large 1y, unused",
        "Compute Savings Plan 1y, unused",
    ]


def test_a_reserved_instance_covers_its_hours_before_any_plan():
    used = run(instance("i-1"), instance("i-2"), hours=2)
    both = [ecs.SavingsPlan(usd_per_hour=0.01), ecs.ReservedInstances(instance_type="m5.large")]
    bill = ecs.bill(used, commitments=both)

    assert line(bill, "fleet: EC2 on-demand, Reserved m5.large 1y").usd == pytest.approx(2 * 0.061, abs=1e-4)
    assert line(bill, "fleet: EC2 on-demand, Compute Savings Plan 1y").usd == pytest.approx(0.02)


def test_an_hour_reserved_covers_3600_instance_seconds_and_no_more():
    """Four instances of a quarter of an hour each, all at once, are covered by one reservation."""
    used = [instance(name, (0.0, "Pending"), (900.0, "Terminated")) for name in "abcd"]
    bill = ecs.bill(run(*used), commitments=[ecs.ReservedInstances(instance_type="m5.large")])

    assert bill.total == pytest.approx(0.061, abs=1e-4)


def test_a_regional_reservation_covers_smaller_sizes_first():
    """One m5.xlarge (factor 8) covers a m5.large (4) and half of a m5.xlarge."""
    used = run(instance("i-1", type_="m5.xlarge"), instance("i-2", type_="m5.large"))
    bill = ecs.bill(used, commitments=[ecs.ReservedInstances(instance_type="m5.xlarge")])

    assert [one.quantity for one in bill.lines] == pytest.approx([0.5, 1.0, 0.5])


def test_a_reservation_of_one_zone_covers_its_own_size_only():
    zonal = ecs.ReservedInstances(instance_type="m5.xlarge", size_flexible=False)
    bill = ecs.bill(run(instance()), commitments=[zonal])

    assert [one.name for one in bill.lines] == ["fleet: EC2 on-demand", "Reserved m5.xlarge 1y, unused"]


def test_a_minimum_that_reaches_past_the_run_is_covered_in_its_last_hour():
    used = run(task("a", (3590.0, "ACTIVATING")))
    bill = ecs.bill(used, commitments=[ecs.SavingsPlan(usd_per_hour=1.0)])

    assert bill.total == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ecs.SavingsPlan(usd_per_hour=0), "more than 0 dollars"),
        (lambda: ecs.SavingsPlan(usd_per_hour=1, kind="lambda"), "kind='lambda'"),
        (lambda: ecs.SavingsPlan(usd_per_hour=1, kind="ec2_instance"), "is for one family"),
        (lambda: ecs.SavingsPlan(usd_per_hour=1, family="m5"), "has none"),
        (lambda: ecs.SavingsPlan(usd_per_hour=1, term_years=2), "use 1 or 3"),
        (lambda: ecs.SavingsPlan(usd_per_hour=1, payment="later"), "No Upfront"),
        (lambda: ecs.ReservedInstances(instance_type="m5.large", count=0), "at least 1"),
        (lambda: ecs.ReservedInstances(instance_type="m5"), "no size that is known"),
    ],
)
def test_what_cannot_be_bought_is_refused(make, message):
    with pytest.raises(ecs.InvalidSetting, match=message):
        make()


def test_a_rate_that_has_no_source_is_refused():
    plan = ecs.SavingsPlan(usd_per_hour=1.0, term_years=3, payment="All Upfront")

    with pytest.raises(ecs.InvalidSetting, match=r"compute_savings_plan\.3yr\.all_upfront\.fargate"):
        ecs.bill(run(task()), commitments=[plan])


def test_a_size_has_its_factor():
    assert [normalization(f"m5.{size}") for size in ("large", "xlarge", "12xlarge")] == [4, 8, 96]


@given(
    lives=st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 9000)), max_size=6),
    usd=st.floats(0.001, 1),
    reserved=st.integers(1, 3),
)
def test_commitments_cover_no_more_than_was_used_and_cost_what_was_agreed(lives, usd, reserved):
    parts = [instance(f"i-{i}", (a, "Pending"), (a + n, "Terminated")) for i, (a, n) in enumerate(lives)]
    parts += [task(f"t-{i}", (a, "ACTIVATING"), (a + n, "STOPPED")) for i, (a, n) in enumerate(lives)]
    used = run(*parts, hours=5)
    bought = [ecs.SavingsPlan(usd_per_hour=usd), ecs.ReservedInstances(instance_type="m5.large", count=reserved)]
    bill = ecs.bill(used, commitments=bought)
    paid = fsum(one.usd for one in bill.lines if one.category == "Commitment")

    assert all(one.quantity >= 0 for one in bill.lines)
    assert paid == pytest.approx(5 * (usd + reserved * 0.096 * (1 - 0.3646)))
    assert bill.total <= ecs.bill(used).total + paid + 1e-9
