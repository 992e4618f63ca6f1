"""What stands on a bill, line by line, with the numbers that AWS's rules give."""

from __future__ import annotations

import pytest
from hand_made import HOUR, instance, line, part, run, task
from hypothesis import given
from hypothesis import strategies as st

import ecslite as ecs
from ecslite.billing.bill import instance_seconds
from ecslite.billing.networking import capacity_units

MIB = 1024.0**2


def balancer(**more):
    return part("load_balancer", "front", {"requests_per_connection": 10, "kib_per_request": 10, **more})


def requests(per_minute, minutes=60, seconds=None):
    out = [ecs.Metric("RequestCount", "front", "Count", 60, {"Sum": (per_minute,) * minutes})]
    if seconds is not None:
        out.append(ecs.Metric("TargetResponseTime", "front", "Seconds", 60, {"Average": (seconds,) * minutes}))
    return out


def test_arm_has_its_own_price():
    bill = ecs.bill(run(task(cpu=1024, memory=2048, architecture="ARM64")))

    assert bill.total == pytest.approx(0.03238 + 2 * 0.00356)


@pytest.mark.parametrize("said", [{"market": "spot"}, {"capacity_provider": "FARGATE_SPOT"}])
def test_fargate_spot_costs_a_third(said):
    bill = ecs.bill(run(task(cpu=1024, memory=1024, **said)))

    assert [one.unit_price for one in bill.lines] == [0.01334053, 0.00146489]
    assert bill.lines[0].name == "web: Fargate Spot vCPU"


def test_a_task_on_ec2_is_paid_for_with_its_instance():
    on_ec2 = task(capacity_provider="fleet", launch_type="EC2")

    assert ecs.bill(run(on_ec2)).lines == ()
    assert ecs.bill(run(task(capacity_provider="fleet"))).lines == ()


def test_ephemeral_storage_is_charged_above_twenty_gigabytes():
    bill = ecs.bill(run(task(ephemeral_storage_gib=50), hours=2))

    assert line(bill, "web: Fargate storage").usd == pytest.approx(2 * 30 * 0.000111)
    assert "web: Fargate storage" not in [one.name for one in ecs.bill(run(task(ephemeral_storage_gib=20))).lines]


def test_an_instance_without_a_word_of_its_volume_has_thirty_gigabytes():
    bare = part("instance", "i-1", {"group": "fleet", "type": "m5.large", "market": "on-demand"}, (0.0, "Pending"))
    volume = line(ecs.bill(run(bare, hours=730)), "fleet: EBS gp3")

    assert volume.quantity == pytest.approx(30)
    assert volume.usd == pytest.approx(2.40)


def test_managed_instances_cost_the_instance_and_a_fee():
    bill = ecs.bill(run(instance(market="managed", ebs_gib=80)))

    assert line(bill, "fleet: EC2 managed").usd == pytest.approx(0.096)
    assert line(bill, "fleet: Managed Instances fee").usd == pytest.approx(0.096 * 0.078)
    assert line(bill, "fleet: EBS gp3").quantity == pytest.approx(80 / 730)


def test_the_fee_of_a_type_can_be_set():
    mine = ecs.default_prices().discounted({"managed_instances.fee.m5.large": 0.12})
    bill = ecs.bill(run(instance(market="managed")), mine)

    assert line(bill, "fleet: Managed Instances fee").usd == pytest.approx(0.01152)


def test_an_instance_on_spot_has_its_own_price():
    assert ecs.bill(run(instance(market="spot"))).total == pytest.approx(0.04366)


def test_many_requests_are_charged_by_new_connections():
    """25 new connections a second are one LCU: 15,000 requests a minute, ten a connection."""
    tried = run(balancer(kib_per_request=1), metrics=requests(15_000))

    assert next(capacity_units(tried, tried.parts[0]))[0] == pytest.approx(1)
    assert line(ecs.bill(tried), "front: capacity units").usd == pytest.approx(0.008)


def test_each_dimension_of_an_lcu_has_its_own_measure():
    """One LCU each: 25 connections/s, 3,000 active, 1 GB/h, 1,000 rule evaluations/s (10 rules are free)."""
    rate = 6000
    said = balancer(requests_per_connection=4, kib_per_request=1024**2 / 360_000, rules=20)
    tried = run(said, metrics=requests(rate, seconds=30.0))

    assert next(capacity_units(tried, said)) == pytest.approx((1, 1, 1, 1))


def test_a_bill_says_which_dimension_it_was():
    slow = run(balancer(kib_per_request=1), metrics=requests(600, seconds=50.0))

    assert "by active connections" in line(ecs.bill(slow), "front: capacity units").formula


def test_an_idle_nat_gateway_and_its_address_show():
    bill = ecs.bill(run(part("nat_gateway", "nat", {"zone": "us-east-1a"}, (0.0, "available")), hours=730))

    assert line(bill, "nat: hours").usd == pytest.approx(32.85)
    assert line(bill, "nat: data").usd == 0
    assert line(bill, "nat: public IPv4").usd == pytest.approx(3.65)


def test_every_gigabyte_through_a_nat_gateway_is_charged():
    out = ecs.Metric("BytesOutToDestination", "nat", "Bytes", 60, {"Sum": (1024 * MIB, None, 1024 * MIB)})
    back = ecs.Metric("BytesOutToSource", "nat", "Bytes", 60, {"Sum": (1024 * MIB,)})
    bill = ecs.bill(run(part("nat_gateway", "nat", {}), metrics=[out, back]))

    assert line(bill, "nat: data").usd == pytest.approx(3 * 0.045)


def test_data_between_zones_is_paid_for_on_both_sides():
    moved = ecs.Metric("CrossZoneBytes", "orders", "Bytes", 60, {"Sum": (512 * MIB, 512 * MIB)})

    assert ecs.bill(run(metrics=[moved])).total == pytest.approx(0.02)


def test_a_tasks_public_address_is_charged_from_its_interface_on():
    public = task("a", (0.0, "PROVISIONING"), (600.0, "ACTIVATING"), (1800.0, "STOPPED"), public_address="203.0.113.7")
    bill = ecs.bill(run(public))

    assert line(bill, "web: public IPv4").usd == pytest.approx(0.005 / 2)


@pytest.mark.parametrize(
    ("attributes", "said", "addresses"),
    [
        ({}, None, 0),
        ({"scheme": "internal"}, None, 0),
        ({"scheme": "internet-facing"}, None, 2),
        ({"scheme": "internet-facing", "nodes": 3}, None, 3),
        ({}, 3, 3),
        ({"scheme": "internet-facing"}, 0, 0),
    ],
)
def test_an_internet_facing_load_balancer_has_an_address_a_node(attributes, said, addresses):
    bill = ecs.bill(run(balancer(**attributes), hours=2), load_balancer_addresses=said)
    found = [one.quantity for one in bill.lines if one.category == "Public IPv4"]

    assert found == ([addresses * 2] if addresses else [])


def test_a_load_balancer_made_later_is_charged_from_then():
    late = part("load_balancer", "front", {"requests_per_connection": 1, "kib_per_request": 1}, (5400.0, "active"))

    assert line(ecs.bill(run(late, hours=3)), "front: hours").quantity == 2


def test_every_line_has_a_source_and_a_date():
    bill = ecs.bill(run(task(), instance(market="managed", ebs_gib=30), balancer(), part("nat_gateway", "nat", {})))

    assert all(one.source and one.read == "2026-11-23" and one.category for one in bill.lines)


def test_rows_are_plain_dicts_that_say_what_the_lines_say():
    bill = ecs.bill(run(task()))

    assert bill.rows()[0]["usd"] == bill.lines[0].usd
    assert sum(bill.by_category().values()) == pytest.approx(bill.total)


def test_a_printed_bill_has_its_dollars_in_one_column():
    used = run(task(service="a-service-with-a-name-that-is-longer-than-most"), instance())

    assert len({row.rindex("$") for row in str(ecs.bill(used)).splitlines()}) == 1
    assert str(ecs.bill(run())) == f"{'Total':<93} $    0.0000"


def test_a_month_is_730_hours_and_an_hour_begun_stays_one():
    bill = ecs.bill(run(task(), balancer(), hours=0.5))
    month = bill.per_month()

    assert line(month, "front: hours").quantity == 730
    assert line(month, "web: Fargate vCPU").quantity == pytest.approx(730 / 4)
    assert line(month, "web: Fargate vCPU").formula.endswith("× 730 h / 0.5 h")
    assert bill.per_year().total == pytest.approx(12 * month.total)


def test_nothing_is_scaled_from_no_time():
    with pytest.raises(ecs.InvalidSetting, match="simulate some time first"):
        ecs.bill(run(hours=0)).per_month()


@given(factor=st.floats(0, 1000), seconds=st.integers(1, 20_000), cpu=st.sampled_from([256, 1024]))
def test_prices_times_k_make_a_bill_times_k(factor, seconds, cpu):
    used = run(task(cpu=cpu), instance(market="managed", ebs_gib=30), balancer(), hours=seconds / HOUR)
    scaled = ecs.bill(used, ecs.default_prices().scale(factor)).total

    assert scaled == pytest.approx(factor * ecs.bill(used).total)


@given(cuts=st.lists(st.integers(1, 39), max_size=3, unique=True))
def test_money_never_depends_on_slicing(cuts):
    plan = ecs.SavingsPlan(usd_per_hour=0.01)

    assert ecs.bill(sliced(cuts), commitments=[plan]) == ecs.bill(sliced([]), commitments=[plan])


def sliced(cuts):
    """Two tasks behind a load balancer for 40 minutes, run in pieces."""
    sim = ecs.Simulation(seed=3)
    front = ecs.LoadBalancer(sim, "front")
    definition = ecs.TaskDefinition("web", cpu=256, memory=512)
    ecs.Service(ecs.Cluster(sim, "shop"), definition, desired_count=2, load_balancer=front)
    ecs.Traffic(sim, ecs.constant(1)).to(front)
    for minute in sorted(cuts):
        sim.run(minutes=minute)
    return sim.run(minutes=40)


def test_an_instance_is_charged_from_its_launch_for_a_minute_at_least():
    short = run(instance("i-1", (10.0, "Pending"), (40.0, "Terminated")))

    assert instance_seconds(short.parts[0], short) == 60
    assert instance_seconds(part("instance", "i-2", {}), short) == 0
