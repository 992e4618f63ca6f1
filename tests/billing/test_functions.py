"""Lambda's lines of a bill, with the numbers that its price page gives."""

from __future__ import annotations

import pytest
from hand_made import line, part, run

import ecslite as ecs

PLAIN = {
    "memory": 1024,
    "architecture": "x86_64",
    "runtime": "python3.13",
    "snap_start": "None",
    "ephemeral_storage": 512,
    "invocations": 3_000_000,
    "cold_starts": 1000,
    "billed_milliseconds": 360_000_000,
    "provisioned_billed_milliseconds": 0,
}
"""Three million requests of 120 ms with a GB."""


def function(**more):
    return part("function", "f", {**PLAIN, **more}, (0.0, "Active"))


def with_level(run_, *steps):
    """The run with provisioned concurrency that changes at these seconds."""
    level = ecs.Level("ProvisionedConcurrency", "f", tuple((when, count, None) for when, count in steps))
    return ecs.Run(0, run_.seconds, (), (), run_.parts, (level,))


def test_three_million_requests_of_120_ms_are_charged_by_request_and_by_gb_second():
    bill = ecs.bill(run(function(), hours=730))

    assert line(bill, "f: requests").usd == pytest.approx(0.60)
    assert line(bill, "f: duration").quantity == 360_000
    assert line(bill, "f: duration").usd == pytest.approx(6.000012)
    assert {one.category for one in bill.lines} == {"Lambda"}
    assert all(one.read == "2026-11-24" and one.source for one in bill.lines)


def test_arm_costs_a_fifth_less():
    assert line(ecs.bill(run(function(architecture="arm64"))), "f: duration").unit_price == 0.0000133334


@pytest.mark.parametrize(
    ("architecture", "first", "prices"),
    [
        ("x86_64", 6e9, [0.0000166667, 0.000015, 0.0000133334]),
        ("arm64", 7.5e9, [0.0000133334, 0.0000120001, 0.0000106667]),
    ],
)
def test_duration_gets_cheaper_beyond_6_and_15_billion_gb_seconds_and_on_arm_beyond_7_5_and_18_75(
    architecture, first, prices
):
    """Twenty billion in a month: the tiers' sizes are in the ratio of 2 to 3 to the rest."""
    [*pieces] = durations(run(function(architecture=architecture, billed_milliseconds=20 * 10**12), hours=730))

    assert [piece.name for piece in pieces] == ["f: duration", "f: duration, tier 2", "f: duration, tier 3"]
    assert [piece.quantity for piece in pieces] == pytest.approx([first, 1.5 * first, 20e9 - 2.5 * first])
    assert [piece.unit_price for piece in pieces] == prices


def durations(run_):
    return [one for one in ecs.bill(run_).lines if "duration" in one.name]


def test_all_functions_of_one_architecture_climb_the_tiers_together():
    """Five billion each: the second x86 function is within the second price from its second billion on."""
    of = {"billed_milliseconds": 5 * 10**12}
    names = {"g": "x86_64", "h": "arm64"}
    others = [
        part("function", name, {**PLAIN, **of, "architecture": each}, (0.0, "Active")) for name, each in names.items()
    ]
    pieces = durations(run(function(**of), *others, hours=730))

    assert {piece.name: round(piece.quantity / 1e9, 6) for piece in pieces} == {
        "f: duration": 5,
        "g: duration": 1,
        "g: duration, tier 2": 4,
        "h: duration": 5,
    }


def test_a_run_reaches_a_tier_where_its_month_would():
    """An hour's share of 6 billion is 8.2 million GB-seconds."""
    pieces = durations(run(function(billed_milliseconds=10**10), hours=1))

    assert [round(piece.quantity) for piece in pieces] == [8_219_178, 1_780_822]


def test_the_free_tier_of_a_month_is_shared_by_all_functions():
    other = part("function", "g", PLAIN, (0.0, "Active"))
    bill = ecs.bill(run(function(), other, hours=730), free_tier=True)
    free = {one.name: one.quantity for one in bill.lines if "free tier" in one.name}

    assert free == {
        "f: requests, free tier": -1.0,
        "f: duration, free tier": -360_000,
        "g: duration, free tier": -40_000,
    }
    assert bill.total == pytest.approx(5 * 0.20 + 320_000 * 0.0000166667)


def test_half_a_month_gets_half_of_the_free_tier():
    bill = ecs.bill(run(function(), hours=365), free_tier=True)

    assert line(bill, "f: requests, free tier").quantity == -0.5


def test_without_the_option_nothing_is_free():
    assert all("free" not in one.name for one in ecs.bill(run(function(), hours=730)).lines)


def test_provisioned_concurrency_for_two_hours_is_charged_apart_and_has_no_free_tier():
    """A GB, 1,000 environments, two hours; 1.2 million requests of 1 s on them."""
    busy = function(invocations=1_200_000, billed_milliseconds=0, provisioned_billed_milliseconds=1_200_000_000)
    bill = ecs.bill(with_level(run(busy, hours=2), (0.0, 1000)), free_tier=True)

    assert line(bill, "f: provisioned concurrency").usd == pytest.approx(1000 * 7200 * 0.0000041667)
    assert line(bill, "f: provisioned duration").usd == pytest.approx(1_200_000 * 0.0000097222)
    assert line(bill, "f: requests").usd == pytest.approx(0.24)
    assert all("free" not in one.name for one in bill.lines)


@pytest.mark.parametrize(
    ("steps", "charged"),
    [
        ([(0.0, 10), (301.0, 0)], 10 * 600),
        ([(100.0, 10), (200.0, 20), (400.0, 0)], 10 * 100 + 20 * 200),
        ([(0.0, 10), (100.0, 0), (1000.0, 5), (1100.0, 0)], 10 * 300 + 5 * 300),
        ([(3400.0, 4)], 4 * 300),
        ([], 0),
    ],
)
def test_provisioned_concurrency_is_rounded_up_to_five_minutes_from_when_it_was_enabled(steps, charged):
    bill = ecs.bill(with_level(run(function()), *steps))
    quantity = sum(one.quantity for one in bill.lines if one.name == "f: provisioned concurrency")

    assert quantity == charged


def test_storage_above_512_mb_is_charged_for_as_long_as_the_code_runs():
    bill = ecs.bill(run(function(ephemeral_storage=10_240, provisioned_billed_milliseconds=1_000_000)))
    storage = line(bill, "f: ephemeral storage")

    assert storage.quantity == pytest.approx(361_000 * 9.5)
    assert storage.unit_price == 0.0000000309


def test_a_snapshot_is_charged_for_three_hours_at_least_and_for_each_restore():
    bill = ecs.bill(run(function(snap_start="PublishedVersions")))

    assert line(bill, "f: SnapStart cache").quantity == 3 * 3600
    assert line(bill, "f: SnapStart restores").usd == pytest.approx(1000 * 0.0001397998)


def test_java_has_snapshots_for_nothing():
    bill = ecs.bill(run(function(snap_start="PublishedVersions", runtime="java21")))

    assert [one.name for one in bill.lines] == ["f: requests", "f: duration"]


def test_a_runs_own_functions_are_on_its_bill():
    sim = ecs.Simulation(1)
    hello = ecs.Function(sim, "hello", memory=2048, warm=0.1, init=0.25)
    ecs.Traffic(sim, ecs.constant(1), arrivals="even").to(hello)
    bill = ecs.bill(sim.run(seconds=90.25))

    # 90 requests of 100 ms and one INIT of 250 ms; the half minute at the end is on the bill too.
    assert line(bill, "hello: requests").quantity == pytest.approx(90 / 1e6)
    assert line(bill, "hello: duration").quantity == pytest.approx(2 * (90 * 0.1 + 0.25))
