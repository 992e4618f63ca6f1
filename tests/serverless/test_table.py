"""A DynamoDB table: requests, throttling, capacity that changes, and its stream."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecslite as ecs
from ecslite.serverless.message import Message
from ecslite.serverless.throughput import partition_of

PUT = ecs.Operation(name="PutItem")


def provisioned(sim, read=10, write=10, **more):
    return ecs.Table(
        sim, "orders", billing_mode="PROVISIONED", read_capacity_units=read, write_capacity_units=write, **more
    )


def total(run, name, subject="orders"):
    return sum(value or 0.0 for value in run.metrics[name, subject]["Sum"])


def busy(rate=50, minutes=3, stops=(), seed=1, **more):
    """A table of 20 and 20 units under mixed traffic."""
    sim = ecs.Simulation(seed)
    mix = (
        ecs.Operation(name="GetItem", share=3, item_kib=6, consistent_read=True),
        ecs.Operation(name="PutItem", condition_fails=0.2),
        ecs.Operation(name="BatchWriteItem", items=5, share=0.5),
        ecs.Operation(name="Scan", items=20, share=0.2),
    )
    table = provisioned(sim, 20, 20, operations=mix, keys=ecs.Zipf(100), **more)
    ecs.Traffic(sim, ecs.constant(rate)).to(table)
    for stop in stops:
        sim.run(seconds=stop)
    return sim.run(minutes=minutes), table


def test_a_call_is_answered_after_its_latency():
    sim, replies = ecs.Simulation(1), []
    table = ecs.Table(sim, "orders", latency=0.25, operations=[PUT])
    table.agenda.at(1.0, lambda time: table.call(time, Message(1, time), lambda *reply: replies.append(reply)))
    sim.run(seconds=2)
    assert replies == [(1.25, "ok")]


@pytest.mark.parametrize(
    ("capacity", "exception"),
    [
        (
            {"billing_mode": "PROVISIONED", "read_capacity_units": 1, "write_capacity_units": 1},
            "ProvisionedThroughputExceededException",
        ),
        ({"max_write_request_units": 1}, "ThrottlingException"),
    ],
)
def test_what_is_throttled_is_told_so(capacity, exception):
    sim, replies = ecs.Simulation(1), []
    table = ecs.Table(sim, "orders", operations=[PUT], **capacity)
    for _ in range(3):
        table.call(0.0, Message(1, 0.0), lambda time, outcome: replies.append(outcome))
    sim.run(seconds=2)
    assert sorted(replies) == sorted(["ok", exception, exception])


@settings(max_examples=20)
@given(st.integers(1, 100), st.integers(1, 60), st.integers(1, 60), st.integers(0, 9))
def test_every_request_is_answered_or_refused_with_a_counted_reason(rate, read, write, seed):
    sim = ecs.Simulation(seed)
    mix = (ecs.Operation(name="GetItem"), ecs.Operation(name="PutItem", condition_fails=0.3))
    table = provisioned(sim, read, write, operations=mix)
    source = ecs.Traffic(sim, ecs.constant(rate)).to(table)
    run = sim.run(minutes=2)
    assert source.requests == sum(table.answered.values())
    throttled = sum(many for outcome, many in table.answered.items() if outcome.startswith("Table"))
    assert total(run, "ReadThrottleEvents") + total(run, "WriteThrottleEvents") == throttled
    assert total(run, "ThrottledRequests") == throttled
    assert total(run, "ConditionalCheckFailedRequests") == table.answered["ConditionalCheckFailedException"]
    assert sum(run.metrics["SuccessfulRequestLatency"]["SampleCount"]) == table.answered["ok"]


@settings(max_examples=10)
@given(st.lists(st.integers(1, 179).map(float), max_size=6, unique=True))
def test_slicing_changes_nothing(stops):
    assert busy(stops=sorted(stops))[0].to_json() == busy()[0].to_json()


def test_consumed_units_never_exceed_what_was_provisioned_and_saved():
    run, _ = busy(rate=200, minutes=10)
    consumed = run.metrics["ConsumedWriteCapacityUnits", "orders"]["Sum"]
    # One second's worth is there at the start, and nothing is saved under such a load.
    assert max(consumed) <= 20 * 61


def test_a_throttled_minute_is_told_once_with_its_limit_and_its_cause():
    run, _ = busy(rate=200, minutes=2)
    told = [event for event in run.events("table") if "throttled" in event.text]
    assert "TableReadProvisionedThroughputExceeded" in told[0].text
    assert "its 20 provisioned units a second" in told[0].text
    assert [event.kind for event in run.why(told[0])] == ["table", "traffic"]
    assert len(told) == 4


def test_a_hot_key_is_held_to_its_partition_while_the_table_has_room():
    """One key of 3,000 writes a second on a table of 8,000 and eight partitions."""
    sim = ecs.Simulation(1)
    table = provisioned(sim, 1, 8000, operations=[PUT], keys=ecs.Zipf(1))
    ecs.Traffic(sim, ecs.constant(1500)).to(table)
    run = sim.run(minutes=1)
    hot = f"orders/partition-{partition_of('key-1', 8)}"
    levels = {level.subject: level.steps[-1][1] for level in run.levels if "partition" in level.subject}
    assert table.partitions == 8
    assert total(run, "ConsumedWriteCapacityUnits") / 60 == pytest.approx(1000, rel=0.02)
    assert total(run, "WriteKeyRangeThroughputThrottleEvents") == total(run, "WriteThrottleEvents") > 0
    assert levels[hot] == max(levels.values())
    written = [level for level in run.levels if level.subject == hot and level.name == "ConsumedWriteCapacityUnits"]
    assert written[0].steps[-1][1] == pytest.approx(1000, abs=20)


def test_even_keys_use_all_partitions():
    sim = ecs.Simulation(1)
    table = provisioned(sim, 1, 8000, operations=[PUT], keys=ecs.Zipf(10_000, 0.0))
    ecs.Traffic(sim, ecs.constant(1500)).to(table)
    run = sim.run(minutes=1)
    assert total(run, "WriteThrottleEvents") == 0


def test_eventual_reads_cost_half():
    consumed = []
    for strong in (False, True):
        sim = ecs.Simulation(1)
        table = ecs.Table(sim, "orders", operations=[ecs.Operation(consistent_read=strong)])
        ecs.Traffic(sim, ecs.constant(50)).to(table)
        consumed.append(total(sim.run(minutes=2), "ConsumedReadCapacityUnits"))
    assert consumed[0] * 2 == consumed[1]


def test_new_capacity_holds_when_the_update_is_done():
    sim = ecs.Simulation(1)
    table = provisioned(sim, 10, 10, operations=[PUT])
    ecs.Traffic(sim, ecs.constant(50)).to(table)
    sim.at(300, lambda: table.update(write_capacity_units=100))
    run = sim.run(minutes=10)
    throttled = run.metrics["WriteThrottleEvents"]["Sum"]
    part = run.of_kind("table")[0]
    assert [state for _, state, _ in part.states] == ["ACTIVE", "UPDATING", "ACTIVE"]
    assert (min(throttled[1:6]) > 0, throttled[7:]) == (True, (0, 0, 0))
    level = run.level("ProvisionedWriteCapacityUnits", "orders")
    assert [(seconds, units) for seconds, units, _ in level.steps] == [(0.0, 10), (420.0, 100)]
    assert run.metrics["ProvisionedWriteCapacityUnits"]["Average"][-1] == 100


def test_a_table_that_is_updating_refuses_another_update():
    sim = ecs.Simulation(1)
    table = provisioned(sim)
    answers = [table.update(read_capacity_units=20), table.update(read_capacity_units=30)]
    run = sim.run(minutes=5)
    assert answers == [True, False]
    assert "ResourceInUseException" in run.events("table")[2].text


def test_the_fifth_switch_to_on_demand_in_24_hours_is_refused():
    sim = ecs.Simulation(1)
    table = provisioned(sim, update_seconds=0)
    answers = []

    def there_and_back(hour):
        sim.at(hour * 3600.0, lambda: answers.append(table.update(billing_mode="PAY_PER_REQUEST")))
        back = {"billing_mode": "PROVISIONED", "read_capacity_units": 10, "write_capacity_units": 10}
        sim.at(hour * 3600.0 + 600, lambda: table.update(**back))

    for hour in (1, 2, 3, 4, 5, 26):
        there_and_back(hour)
    sim.run(minutes=60 * 27)
    assert answers == [True, True, True, True, False, True]


def test_capacity_is_lowered_four_times_a_day_and_then_once_an_hour():
    sim = ecs.Simulation(1)
    table = provisioned(sim, 100, 100, update_seconds=0)
    answers = []
    for minute, units in ((1, 90), (2, 80), (3, 70), (4, 60), (5, 50), (64, 50), (65, 40), (24 * 60 + 1, 30)):
        sim.at(minute * 60.0, lambda units=units: answers.append(table.update(write_capacity_units=units)))
    run = sim.run(minutes=24 * 60 + 2)
    assert answers == [True, True, True, True, False, True, False, True]
    assert "LimitExceededException" in next(event.text for event in run.events("table") if "refused" in event.text)


def test_a_table_switched_to_on_demand_takes_what_it_was_provisioned_with_vector_107():
    sim = ecs.Simulation(1)
    table = provisioned(sim, 24_000, 8_000)
    table.update(billing_mode="PAY_PER_REQUEST")
    run = sim.run(minutes=5)
    assert {kind: throughput.rate for kind, throughput in table.throughput.items()} == {"Read": 24_000, "Write": 8_000}
    assert run.level("ProvisionedWriteCapacityUnits").steps[-1][1] == 0


def test_an_on_demand_table_grows_and_splits():
    """Two half hours at 3,500 writes a second let it take 7,000."""
    sim = ecs.Simulation(1)
    table = ecs.Table(sim, "orders", operations=[ecs.Operation(name="PutItem", item_kib=100)], keys=ecs.Zipf(5000, 0.0))
    ecs.Traffic(sim, ecs.constant(25), arrivals="even").to(table)
    run = sim.run(minutes=40)
    assert (table.throughput["Write"].rate, table.partitions) == (pytest.approx(5000, rel=0.02), 5)
    assert [many for _, many, _ in run.level("Partitions", "orders").steps] == [4, 5]
    grown = next(event for event in run.events("table") if "partitions" in event.text)
    assert [event.kind for event in run.why(grown)] == ["table", "traffic"]


def test_a_message_may_name_its_operation():
    sim, replies = ecs.Simulation(1), []
    table = ecs.Table(sim, "orders", operations=[ecs.Operation(), PUT])
    for name in ("GetItem", "PutItem", "PutItem"):
        message = Message(1, 0.0, key="a", attributes={"operation": name})
        table.call(0.0, message, lambda time, outcome: replies.append(outcome))
    with pytest.raises(ecs.InvalidSetting, match="operation 'Query' on table 'orders': it was built with GetItem, Put"):
        table.call(0.0, Message(1, 0.0, attributes={"operation": "Query"}), lambda *reply: None)
    run = sim.run(minutes=1)
    assert replies == ["ok"] * 3
    assert [total(run, f"Consumed{kind}CapacityUnits") for kind in ("Read", "Write")] == [0.5, 2]


def test_changes_of_one_key_come_to_the_stream_in_order_and_nothing_else_does():
    sim, seen = ecs.Simulation(1), []
    mix = (
        ecs.Operation(name="GetItem"),
        ecs.Operation(name="UpdateItem", condition_fails=0.5),
        ecs.Operation(name="DeleteItem"),
        ecs.Operation(name="BatchWriteItem", items=3),
    )
    table = ecs.Table(sim, "orders", operations=mix, keys=ecs.Zipf(10), stream_view_type="NEW_IMAGE")
    cursors = [shard.open(lambda time: None) for shard in table.shards]
    ecs.Traffic(sim, ecs.constant(20)).to(table)
    sim.run(minutes=1)
    for cursor in cursors:
        records = cursor.read(60.0, 10_000)
        seen += [record.message for record in records]
        assert [record.time for record in records] == sorted(record.time for record in records)
    names = [message.attributes["eventName"] for message in seen]
    keys = [{record.message.key for record in cursor.read(60.0, 10_000)} for cursor in cursors]
    assert set(names) == {"MODIFY", "REMOVE", "INSERT"}
    assert sum(map(len, keys)) == len(set().union(*keys))
    assert table.answered["ConditionalCheckFailedException"] > 0
    assert len(names) < sum(table.answered.values()) * 2


def test_a_table_without_a_stream_has_no_shards():
    with pytest.raises(ecs.InvalidSetting, match="table 'orders' has no stream: build it with stream_view_type"):
        _ = ecs.Table(ecs.Simulation(1), "orders").shards


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"billing_mode": "ON_DEMAND"}, "use one of PROVISIONED, PAY_PER_REQUEST"),
        ({"read_capacity_units": 5}, "leave them out, or use billing_mode='PROVISIONED'"),
        ({"billing_mode": "PROVISIONED"}, "needs read_capacity_units and write_capacity_units"),
        (
            {"billing_mode": "PROVISIONED", "read_capacity_units": 0, "write_capacity_units": 5},
            "0 capacity units of table 'orders': use a whole number, 1 to 40,000",
        ),
        ({"max_read_request_units": 0}, "starts at 1"),
        (
            {
                "billing_mode": "PROVISIONED",
                "read_capacity_units": 1,
                "write_capacity_units": 5,
                "max_write_request_units": 5,
            },
            "it is for PAY_PER_REQUEST",
        ),
        ({"operations": []}, "give one at least"),
        ({"burst_seconds": 301}, "burst_seconds=301"),
        ({"partitions": 0}, "partitions=0: use a whole number from 1"),
        ({"stream_view_type": "NEW"}, "use one of NEW_IMAGE"),
    ],
)
def test_what_dynamodb_does_not_take_is_refused(settings, message):
    with pytest.raises(ecs.InvalidSetting, match=message):
        ecs.Table(ecs.Simulation(1), "orders", **settings)
