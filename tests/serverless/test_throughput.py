"""What a table can take: its burst, its partitions, and the previous peak of on-demand mode."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslite.serverless.throughput import (
    PreviousPeak,
    Throughput,
    on_demand_start,
    partition_of,
    partitions_for,
)


def provisioned(units, *, kind="Write", partitions=1, burst_seconds=300.0, adaptive=True):
    throughput = Throughput(kind, partitions, burst_seconds, adaptive)
    throughput.provision(0.0, units)
    return throughput


def steady(throughput, rates, seconds, begin=0):
    """Units refused at each partition, each of which gets its rate every second as requests of one unit."""
    refused = [0] * len(rates)
    for tick in range(begin * 10, (begin + seconds) * 10):
        for partition, rate in enumerate(rates):
            for _ in range(rate // 10):
                refused[partition] += bool(throughput.charge(tick / 10, [(partition, 1.0)]))
    return refused


@given(
    st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 40)), min_size=1, max_size=60),
    st.integers(1, 20),
    st.integers(0, 300),
)
def test_consumed_capacity_never_exceeds_provisioned_and_burst_over_any_window(requests, units, burst_seconds):
    throughput, now, paid = provisioned(units, burst_seconds=burst_seconds), 0.0, []
    for gap, cost in requests:
        now += gap / 16
        if not throughput.charge(now, [(0, float(cost))]):
            paid.append((now, cost))
    saved = units * max(burst_seconds, 1)
    excess = [
        sum(cost for _, cost in paid[first : last + 1]) - saved - units * (paid[last][0] - paid[first][0])
        for first in range(len(paid))
        for last in range(first, len(paid))
    ]
    assert all(over <= 1e-6 for over in excess)


def test_what_is_saved_in_five_minutes_lasts_for_fifteen_of_200_units_on_150():
    """AWS's example: 150 × 300 = 45,000 units, of which a load of 200 takes 50 a second."""
    throughput = provisioned(150, kind="Read")
    within = steady(throughput, [200], 899, begin=300)
    after = steady(throughput, [200], 61, begin=1199)
    assert (within, after[0] / 60) == ([0], pytest.approx(50, abs=1))


def test_3_600_writes_in_one_second_on_60_units_vector_105():
    """Burst aside, which is what one second holds: the rest of the minute's worth is throttled."""
    throughput = provisioned(60, burst_seconds=0)
    refused = sum(bool(throughput.charge(index / 3600, [(0, 1.0)])) for index in range(3600))
    assert 3600 - 120 <= refused <= 3600 - 60


def test_a_hot_partition_bursts_and_then_throttles_before_it_adapts_vector_108():
    """400 units on four partitions: 15,000 are saved in 300 s at 50 a second, and last for 300 s of 150."""
    throughput = provisioned(400, partitions=4, adaptive=False)
    saving = steady(throughput, [50, 50, 50, 50], 300)
    bursting = steady(throughput, [50, 50, 50, 150], 300, begin=300)
    after = steady(throughput, [50, 50, 50, 150], 60, begin=610)
    assert (saving, bursting, after[:3]) == ([0] * 4, [0] * 4, [0] * 3)
    assert after[3] / 60 == pytest.approx(50, abs=20)


def test_adaptive_capacity_sustains_a_hot_partition_vector_108():
    throughput = provisioned(400, partitions=4)
    assert steady(throughput, [50, 50, 50, 150], 900) == [0, 0, 0, 0]


def test_no_partition_takes_more_than_1_000_write_units_a_second_however_much_the_table_has():
    throughput = provisioned(10_000, partitions=10)
    refused = steady(throughput, [1500, 100], 30)
    assert (refused[0] / 30, refused[1]) == (pytest.approx(500, abs=40), 0)
    assert throughput.charge(29.9, [(0, 900.0)]) == "KeyRangeThroughputExceeded"


def test_a_batch_that_one_partition_cannot_take_pays_nowhere():
    throughput = provisioned(10_000, partitions=2)
    before = throughput.saved(1.0)
    reason = throughput.charge(1.0, [(0, 600.0), (1, 10.0), (0, 600.0)])
    assert (reason, throughput.saved(1.0), throughput.heat) == ("KeyRangeThroughputExceeded", before, [0.0, 0.0])


def test_switching_to_on_demand_keeps_what_a_table_was_provisioned_with_vector_107():
    """(reads, writes) from provisioned 100/100; 24,000/8,000; once 10,000/10,000."""
    starts = [on_demand_start(*units) for units in ((100, 100), (24_000, 8_000), (10_000, 10_000))]
    assert starts == [(12_000, 4_000), (24_000, 8_000), (12_000, 10_000)]


def test_on_demand_takes_twice_the_previous_peak_after_half_an_hour():
    peak = PreviousPeak(4000.0)
    for minute in range(3):
        peak.at(minute * 60.0)
        peak.consumed(3500.0 * 60)
    assert [peak.at(seconds) for seconds in (180.0, 1859.0, 1860.0, 7200.0)] == [4000.0, 4000.0, 7000.0, 7000.0]


def test_on_demand_follows_its_previous_peak_up_to_the_quota():
    throughput = Throughput("Write", 1, 300.0, True)
    throughput.on_demand(0.0, 4000.0, None)
    throughput.repartition(0.0, 40)
    rates = []
    for half_hour in range(6):
        now = half_hour * 1860.0
        throughput.follow_peak(now)
        rates.append(throughput.rate)
        for _ in range(60):
            throughput.peak.consumed(min(throughput.rate, 30_000))
    assert rates == [4000.0, 8000.0, 16_000.0, 32_000.0, 40_000.0, 40_000.0]


def test_what_on_demand_had_grown_to_is_there_again_after_a_time_in_provisioned_mode():
    throughput = Throughput("Write", 10, 300.0, True)
    throughput.on_demand(0.0, 4000.0, None)
    throughput.peak.consumed(3500.0 * 60)
    throughput.peak.at(60.0)
    throughput.follow_peak(3600.0)
    throughput.provision(4000.0, 10)
    throughput.on_demand(5000.0, 4000.0, None)
    assert throughput.rate == 7000.0


@pytest.mark.parametrize(
    ("start", "maximum", "reason"),
    [
        (4000.0, None, "KeyRangeThroughputExceeded"),
        (4000.0, 50.0, "MaxOnDemandThroughputExceeded"),
        (90_000.0, None, "AccountLimitExceeded"),
    ],
)
def test_on_demand_says_which_limit_was_exceeded(start, maximum, reason):
    throughput = Throughput("Write", 1, 300.0, True)
    throughput.on_demand(0.0, start, maximum)
    assert throughput.charge(0.0, [(0, 50_000.0)]) == reason


def test_partitions_follow_from_units_and_size():
    """12,000 reads and 4,000 writes a second take four; 95 GB take ten."""
    assert [partitions_for(12_000, 4_000), partitions_for(10, 10), partitions_for(10, 10, 95)] == [4, 1, 10]


def test_keys_spread_over_all_partitions_and_keep_their_order_as_they_split():
    """Where each partition splits in two, a key stays within its half."""
    keys = [f"key-{number}" for number in range(500)]
    assert {partition_of(key, 4) for key in keys} == {0, 1, 2, 3}
    assert [partition_of(key, 8) // 2 for key in keys] == [partition_of(key, 4) for key in keys]
