"""Copies that hear of a write later: which reads give what was before, and how many."""

from __future__ import annotations

from math import exp

import pytest

import ecslite as ecs
from ecslite.serverless import replication
from ecslite.serverless.message import Message
from ecslite.serverless.replication import copies_of


def table_with(lag, *operations, keys=None, seed=1, **more):
    sim = ecs.Simulation(seed)
    return ecs.Table(sim, "stock", operations=operations, keys=keys or ecs.Zipf(1), replication_lag=lag, **more)


def stale(run):
    return sum(run.metrics["StaleReads", "stock"]["Sum"])


def test_without_a_lag_no_read_is_counted_as_stale_and_nothing_else_changes():
    """The lag draws from streams of its own, so that the same requests get the same answers."""
    mix = [ecs.Operation(name="GetItem", share=2), ecs.Operation(name="PutItem")]
    runs = {}
    for lag in (None, 0.5):
        table = table_with(lag, *mix)
        ecs.Traffic(table.sim, ecs.constant(20)).to(table)
        runs[lag] = table.sim.run(minutes=3)
    assert "StaleReads" not in {metric.name for metric in runs[None].metric_list}
    assert stale(runs[0.5]) > 0
    same = [[m for m in run.metric_list if m.name != "StaleReads"] for run in runs.values()]
    assert same[0] == same[1]


@pytest.mark.parametrize("lag", [ecs.Constant(0.2), ecs.Exponential(0.2), ecs.Uniform(0.0, 0.4)])
def test_a_third_of_the_reads_are_stale_while_writes_are_on_their_way_as_in_m_g_infinity(lag):
    """Writes under way are an M/G/∞ queue, so that only the lag's mean counts; 20,000 reads whose staleness hangs
    together for a lag or so give a deviation of about 0.4 %."""
    mix = [ecs.Operation(name="GetItem", share=10), ecs.Operation(name="PutItem", share=2)]
    table = table_with(lag, *mix)
    ecs.Traffic(table.sim, ecs.constant(12)).to(table)
    run = table.sim.run(minutes=33)
    reads = 2 * sum(run.metrics["ConsumedReadCapacityUnits"]["Sum"])
    assert stale(run) / reads == pytest.approx((1 - exp(-2 * 0.2)) / 3, abs=0.012)


def after_a_write(read, *, key="tea", at=0.5, many=300):
    """How many of so many reads are stale, half a second after a write that takes a second to reach the last copy."""
    put = ecs.Operation(name="PutItem")
    table = table_with(1.0, put, read)
    table.agenda.at(0.0, lambda now: table.arrive(now, Message(0, now, key="tea", attributes={"operation": "PutItem"})))
    for number in range(many):
        asked = Message(number, at, key=key, attributes={"operation": read.name})
        table.agenda.at(at, lambda now, asked=asked: table.arrive(now, asked))
    return stale(table.sim.run(minutes=1))


@pytest.mark.parametrize("name", ["GetItem", "BatchGetItem", "Query"])
def test_an_eventually_consistent_read_asks_a_copy_in_three_that_is_behind(name):
    assert after_a_write(ecs.Operation(name=name)) == pytest.approx(100, abs=25)


@pytest.mark.parametrize(
    "read",
    [
        ecs.Operation(name="GetItem", consistent_read=True),
        ecs.Operation(name="Query", consistent_read=True),
        ecs.Operation(name="TransactGetItems"),
    ],
)
def test_strong_and_transactional_reads_are_never_stale(read):
    assert after_a_write(read) == 0


def test_other_keys_and_later_reads_are_not_stale():
    assert [after_a_write(ecs.Operation(), key="coffee"), after_a_write(ecs.Operation(), at=1.5)] == [0, 0]


def test_a_write_that_was_throttled_or_whose_condition_failed_leaves_no_copy_behind():
    failing = ecs.Operation(name="UpdateItem", condition_fails=1.0)
    table = table_with(1.0, failing, ecs.Operation(share=10))
    ecs.Traffic(table.sim, ecs.constant(50)).to(table)
    assert stale(table.sim.run(minutes=1)) == 0


def test_keys_that_all_copies_have_heard_of_are_forgotten(monkeypatch):
    monkeypatch.setattr(replication, "MOST_KEPT", 10)
    copies = copies_of(ecs.Simulation(1), "stock", 1.0)
    for second in range(100):
        copies.written(float(second), [f"key-{second}"])
    assert len(copies._behind) <= 11


@pytest.mark.parametrize("lag", [0, 61, 1000.0])
def test_a_lag_is_more_than_nothing_and_a_minute_at_most(lag):
    with pytest.raises(ecs.InvalidSetting, match=r"replication_lag=.* s of table 'stock': use up to 60, or None"):
        table_with(lag, ecs.Operation())
