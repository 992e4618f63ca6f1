"""API Gateway, DynamoDB and S3 on a bill."""

from __future__ import annotations

import pytest
from hand_made import HOUR, line, part, run

import ecslite as ecs

MONTH = 730


def api(protocol="REST", **more):
    return part("api", "shop", {"protocol": protocol, "cache_gb": None, "payload_kib": 1.0, **more}, (0.0, "AVAILABLE"))


def counts(subject, minutes=60, **sums):
    return [ecs.Metric(name, subject, "Count", 60, {"Sum": (value,) * minutes}) for name, value in sums.items()]


def table(size_gb=0.0):
    return part("table", "orders", {"billing_mode": "PROVISIONED", "size_gb": size_gb}, (0.0, "ACTIVE"))


def with_levels(made, **levels):
    """The run with these levels of its table: (second, units)."""
    both = {"Read": ((0.0, 0),), "Write": ((0.0, 0),), **levels}
    made_levels = [
        ecs.Level(
            f"Provisioned{kind}CapacityUnits", "orders", tuple((seconds, units, None) for seconds, units in steps)
        )
        for kind, steps in both.items()
    ]
    return ecs.Run(0, made.seconds, (), made.metric_list, made.parts, tuple(made_levels))


def test_requests_of_an_api_cost_what_was_let_through():
    """60 minutes of 1,000 requests, of which 200 were throttled: 48,000."""
    used = counts("shop", Count=1000, ThrottledCount=200)
    costs = [ecs.bill(run(api(protocol), metrics=used)).total for protocol in ("REST", "HTTP")]
    assert costs == [pytest.approx(0.048 * 3.5), pytest.approx(0.048 * 1.0)]


def test_an_http_api_counts_pieces_of_512_kb():
    used = counts("shop", Count=1000, ThrottledCount=0)
    assert ecs.bill(run(api("HTTP", payload_kib=513.0), metrics=used)).total == pytest.approx(0.12)


def test_volume_tiers_begin_where_a_month_like_this_reaches_them():
    """A month of 1,200 million: 333 at $3.50, 667 at $2.80, 200 at $2.38; seen in an hour of it."""
    used = counts("shop", Count=1200e6 / MONTH / 60, ThrottledCount=0)
    bill = ecs.bill(run(api(), metrics=used))
    assert bill.per_month().total == pytest.approx(333 * 3.5 + 667 * 2.8 + 200 * 2.38)
    assert [one.name for one in bill.lines] == ["shop: requests", "shop: requests, tier 2", "shop: requests, tier 3"]


def test_a_cache_is_charged_by_the_hour_begun():
    bill = ecs.bill(run(api(cache_gb="6.1"), hours=1.5))
    assert line(bill, "shop: cache 6.1 GB").usd == pytest.approx(2 * 0.2)


def test_provisioned_units_cost_by_the_time_they_stand():
    made = with_levels(run(table(), hours=2), Write=((0.0, 10), (HOUR, 100)), Read=((0.0, 50),))
    bill = ecs.bill(made)
    assert line(bill, "orders: write capacity").usd == pytest.approx(110 * 0.00065)
    assert line(bill, "orders: read capacity").usd == pytest.approx(100 * 0.00013)


def test_on_demand_requests_cost_one_by_one_and_only_in_that_mode():
    """On demand for the second half hour."""
    used = counts("orders", ConsumedWriteCapacityUnits=100_000, ConsumedReadCapacityUnits=200_000)
    steps = ((0.0, 10), (HOUR / 2, 0))
    bill = ecs.bill(with_levels(run(table(), metrics=used), Write=steps, Read=steps))
    assert line(bill, "orders: writes").usd == pytest.approx(3.0 * 0.625)
    assert line(bill, "orders: reads").usd == pytest.approx(6.0 * 0.125)
    assert line(bill, "orders: write capacity").quantity == pytest.approx(5)


def test_a_tables_storage_costs_by_the_month():
    assert ecs.bill(with_levels(run(table(40.0), hours=MONTH))).total == pytest.approx(10.0)


def test_a_bucket_costs_storage_and_requests():
    used = [
        *counts("photos", **{"Requests-Tier1": 1000, "Requests-Tier2": 5000}),
        ecs.Metric("BucketSizeBytes", "photos", "Bytes", 60, {"Average": (100 * 1024**3,) * 60}),
    ]
    bill = ecs.bill(run(part("bucket", "photos", {}, (0.0, "active")), metrics=used))
    assert bill.by_category() == {"S3": pytest.approx(60 * 0.005 + 300 * 0.0004 + 100 * 0.023 / MONTH)}


def test_the_free_tier_is_a_line_of_its_own_and_counts_by_the_month():
    used = [
        *counts("shop", Count=1000, ThrottledCount=0),
        *counts("photos", **{"Requests-Tier1": 0, "Requests-Tier2": 100}),
        ecs.Metric("BucketSizeBytes", "photos", "Bytes", 60, {"Average": (1024**3,) * 60}),
    ]
    made = run(api(), table(30.0), part("bucket", "photos", {}, (0.0, "active")), metrics=used)
    made = with_levels(made, Write=((0.0, 30),))
    bill = ecs.bill(made, free_tier=True).per_month()
    # A month has 43.8 million requests, 30 units and 30 GB, 4.38 million GETs and 1 GB.
    saved = {one.name: -one.quantity for one in bill.lines if one.quantity < 0}
    assert saved == {
        "shop: requests, free tier": pytest.approx(1.0),
        "orders: write capacity, free tier": pytest.approx(25 * MONTH),
        "orders: storage, free tier": pytest.approx(25),
        "photos: storage, free tier": pytest.approx(1.0),
        "photos: GET and others, free tier": pytest.approx(20),
    }
    assert bill.total == pytest.approx(
        ecs.bill(made).per_month().total
        - sum(one.unit_price * saved[one.name] for one in bill.lines if one.name in saved)
    )
    assert all(one.usd == pytest.approx(one.quantity * one.unit_price) for one in bill.lines)


def test_a_run_of_all_three_is_billed():
    sim = ecs.Simulation(1)
    shop = ecs.Api(sim, "shop", "HTTP")
    orders = ecs.Table(sim, "orders", operations=[ecs.Operation(name="PutItem", item_kib=3)])
    photos = ecs.Bucket(sim, "photos", object_kib=512)
    for station in (orders, photos):
        ecs.Traffic(sim, ecs.constant(10), name=station.name).to(station)
    shop >> orders
    ecs.Traffic(sim, ecs.constant(10)).to(shop)
    bill = ecs.bill(sim.run(minutes=60))
    assert bill.by_category() == {
        "API Gateway": pytest.approx(0.036, rel=0.02),
        "DynamoDB": pytest.approx(0.072 * 3 * 0.625, rel=0.02),
        "S3": pytest.approx(36 * 0.005, rel=0.02),
    }


def test_two_tables_share_one_accounts_free_tier():
    tables = [part("table", name, {"size_gb": 15.0}, (0.0, "ACTIVE")) for name in ("a", "b")]
    levels = [
        ecs.Level(f"Provisioned{kind}CapacityUnits", name, ((0.0, 0, None),))
        for name in ("a", "b")
        for kind in ("Read", "Write")
    ]
    made = ecs.Run(0, MONTH * HOUR, (), (), tuple(tables), tuple(levels))
    assert ecs.bill(made, free_tier=True).total == pytest.approx(5 * 0.25)
