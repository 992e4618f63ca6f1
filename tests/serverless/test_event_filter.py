"""Event filters of mappings: what the function gets, what is discarded, and what is refused."""

from __future__ import annotations

import pytest
from messaging import FakeFunction, counted

import ecslite as ecs
from ecslite.serverless.event_filter import EventFilter
from ecslite.serverless.message import Message
from ecslite.serverless.stream import Stream


def order(number, tea, **more):
    return Message(number, 0.0, body={"tea": tea}, **more)


def wants(pattern, **body):
    return EventFilter([{"body": pattern}], "queue").wants(Message(1, 0.0, body=body))


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ({"UserID": [None]}, {"UserID": None}, {"UserID": "x"}),
        ({"LastName": [""]}, {"LastName": ""}, {"LastName": "x"}),
        ({"Name": ["Alice"]}, {"Name": "Alice"}, {"Name": "alice"}),
        ({"Name": [{"equals-ignore-case": "alice"}]}, {"Name": "Alice"}, {"Name": "Bob"}),
        (
            {"Location": ["New York"], "Day": ["Monday"]},
            {"Location": "New York", "Day": "Monday"},
            {"Location": "New York", "Day": "Friday"},
        ),
        ({"PaymentType": ["Credit", "Debit"]}, {"PaymentType": "Debit"}, {"PaymentType": "Cash"}),
        ({"$or": [{"Location": ["New York"]}, {"Day": ["Monday"]}]}, {"Day": "Monday"}, {"Day": "Friday"}),
        ({"Weather": [{"anything-but": ["Raining"]}]}, {"Weather": "Sunny"}, {"Weather": "Raining"}),
        ({"Price": [{"numeric": ["=", 100]}]}, {"Price": 100}, {"Price": 101}),
        ({"Price": [{"numeric": [">", 10, "<=", 20]}]}, {"Price": 20}, {"Price": 10}),
        ({"ProductName": [{"exists": True}]}, {"ProductName": "tea"}, {}),
        ({"ProductName": [{"exists": False}]}, {"Other": 1}, {"ProductName": "tea"}),
        ({"Region": [{"prefix": "us-"}]}, {"Region": "us-east-1"}, {"Region": "eu-west-1"}),
        ({"FileName": [{"suffix": ".png"}]}, {"FileName": "a.png"}, {"FileName": "a.jpg"}),
    ],
)
def test_every_operator_that_lambda_lists(pattern, matching, other):
    """The table of the page "Control which events Lambda sends to your function", row by row."""
    assert (wants(pattern, **matching), wants(pattern, **other)) == (True, False)


def test_exists_does_not_match_an_intermediate_node():
    address = {"street": "123 Main St"}
    assert not wants({"person": {"address": [{"exists": True}]}}, person={"address": address})
    assert wants({"person": {"address": {"street": [{"exists": True}]}}}, person={"address": address})


def queued(teas, patterns, **settings):
    sim = ecs.Simulation(1)
    queue, function = ecs.Queue(sim, "orders", hosts=1), FakeFunction(sim)
    for number, tea in enumerate(teas):
        queue.send(0.0, order(number, tea))
    ecs.EventSourceMapping(queue, function, filter_criteria=patterns, **settings)
    return queue, function


def test_a_message_that_no_filter_wants_is_taken_out_of_the_queue():
    queue, function = queued(
        ["green", "black", "white"] * 20, [{"body": {"tea": ["green"]}}, {"body": {"tea": ["white"]}}]
    )
    run = queue.sim.run(minutes=1)
    assert sorted(function.handled) == [number for number in range(60) if number % 3 != 1]
    names = ("PolledEventCount", "FilteredOutEventCount", "InvokedEventCount", "DeletedEventCount")
    assert [counted(run, name, "orders->work") for name in names] == [60, 20, 40, 40]
    assert (queue.backlog, counted(run, "NumberOfMessagesDeleted", "orders")) == (0, 60)


def test_a_queue_of_which_nothing_is_wanted_is_emptied_without_an_invocation():
    queue, function = queued(["black"] * 5000, [{"body": {"tea": ["green"]}}])
    queue.sim.run(minutes=2)
    assert (queue.backlog, function.calls) == (0, [])


def test_a_message_with_a_plain_text_matches_no_pattern():
    queue, function = queued([], [{"body": {"tea": [{"exists": False}]}}])
    queue.send(0.0, Message(1, 0.0))
    queue.sim.run(minutes=1)
    assert (queue.backlog, function.calls) == (0, [])


def test_a_window_begins_with_the_first_message_that_is_wanted():
    queue, function = queued([], [{"body": {"tea": ["green"]}}], maximum_batching_window_seconds=5)
    for second, tea in ((1.0, "black"), (3.0, "green"), (7.0, "green")):
        queue.agenda.at(second, lambda now, tea=tea: queue.send(now, order(int(now), tea)))
    queue.sim.run(minutes=1)
    assert sorted(function.handled) == [3, 7]
    assert min(time for time, _ in function.calls) >= 8.0


def streamed(changes, patterns, **settings):
    sim = ecs.Simulation(1)
    stream, function = Stream(sim, "teas"), FakeFunction(sim)
    mapping = ecs.EventSourceMapping(stream, function, starting_position="LATEST", filter_criteria=patterns, **settings)
    for number, change in enumerate(changes):
        mapping.agenda.at(1.0 + number, lambda time, change=change: stream.put(time, change))
    return sim.run(minutes=1), function


def test_a_stream_moves_on_past_records_that_no_filter_wants():
    changes = [
        Message(number, 0.0, key=key, attributes={"eventName": name}, body={"price": {"N": "5"}})
        for number, (key, name) in enumerate([("a", "INSERT"), ("a", "MODIFY"), ("b", "INSERT"), ("b", "REMOVE")])
    ]
    inserts, function = streamed(changes, [{"eventName": ["INSERT"]}])
    assert function.handled == [0, 2]
    assert [counted(inserts, name, "teas->work") for name in ("PolledEventCount", "FilteredOutEventCount")] == [4, 2]
    assert streamed(changes, [{"dynamodb": {"Keys": {"pk": {"S": ["b"]}}}}], parallelization_factor=3)[1].handled == [
        2,
        3,
    ]
    assert streamed(changes, [{"dynamodb": {"NewImage": {"price": {"N": ["5"]}}}}])[1].handled == [0, 1, 2, 3]
    assert streamed([Message(1, 0.0, key="a")], [{"dynamodb": {"NewImage": {"price": {"N": ["5"]}}}}])[1].handled == []


def test_a_table_filters_its_own_changes():
    """A put is said to INSERT, and an update to MODIFY."""
    sim = ecs.Simulation(1)
    teas = ecs.Table(
        sim,
        "teas",
        operations=[ecs.Operation(name="PutItem"), ecs.Operation(name="UpdateItem")],
        stream_view_type="NEW_IMAGE",
    )
    function = FakeFunction(sim)
    ecs.EventSourceMapping(teas, function, starting_position="LATEST", filter_criteria=[{"eventName": ["MODIFY"]}])
    ecs.Traffic(sim, ecs.constant(5)).to(teas)
    run = sim.run(minutes=2)
    names = {each.attributes["eventName"] for _, event in function.calls for each in event.batch}
    assert (names, counted(run, "FilteredOutEventCount", "teas->work") > 200) == ({"MODIFY"}, True)


@pytest.mark.parametrize(
    ("patterns", "message"),
    [
        ([{"body": {"a": ["b"]}}] * 6, "filter_criteria has 6 patterns: use 5 at the most"),
        ([{"messageId": ["1"]}], r"filter_criteria\[0\] looks at 'messageId': of a queue a pattern looks at body"),
        ([{"body": {"a": "b"}}], r"filter_criteria\[0\]: body.a='b' is not a list of values: write \['b'\]"),
        ([{"body": {"a": [{"wildcard": "b*"}]}}], "'wildcard' is no operator for a queue: use equals-ignore-case"),
        ([{"body": {"a": ["b" * 5000]}}], r"filter_criteria\[0\] has 5,\d+ characters: use 4,096 at the most"),
        ([{"body": {"a": 5}}], "body.a=5 is not a list of values"),
    ],
)
def test_what_lambda_does_not_take_for_a_queue_is_refused(patterns, message):
    with pytest.raises(ecs.InvalidSetting, match=message):
        queued([], patterns)


def test_a_table_has_no_numeric_operator_and_a_stream_its_own_keys():
    with pytest.raises(ecs.InvalidSetting, match="'numeric' is no operator for a stream"):
        streamed([], [{"dynamodb": {"NewImage": {"price": {"N": [{"numeric": [">", 5]}]}}}}])
    with pytest.raises(ecs.InvalidSetting, match="looks at 'body': of a stream a pattern looks at eventName, dynamodb"):
        streamed([], [{"body": {"a": ["b"]}}])
