"""A FIFO queue: groups in order, deduplication, and a limited number of calls a second."""

from __future__ import annotations

import re

import pytest
from messaging import Hand, counted, message

import ecslite as ecs
from ecslite.serverless import queue as queue_module


def fifo(seed=1, **settings):
    sim = ecs.Simulation(seed)
    return sim, ecs.Queue(sim, "orders.fifo", **{"fifo_queue": True, "content_based_deduplication": True, **settings})


def fill(queue, groups):
    for number, group in enumerate(groups):
        queue.send(number / 8, message(number, group=group))


def test_a_receive_returns_as_many_of_one_group_as_it_can_before_it_turns_to_another():
    _, queue = fifo()
    fill(queue, "abab")
    hand = Hand(queue)
    hand.receive(1.0, most=3)
    assert hand.ids == [[0, 2, 1]]


def test_a_group_is_blocked_while_one_of_its_messages_is_in_flight():
    _, queue = fifo()
    fill(queue, "aab")
    hand = Hand(queue)
    for _ in range(3):
        hand.receive(1.0, most=1)
    first = hand.got[0][1]
    queue.delete(2.0, first)
    hand.receive(2.0, most=1)
    assert hand.ids == [[0], [2], [], [1]]


def test_messages_come_back_in_order():
    sim, queue = fifo()
    fill(queue, "aaaa")
    hand = Hand(queue)
    hand.receive(1.0, most=3)
    queue.delete(2.0, hand.receipts[:1])
    sim.run(seconds=40)
    hand.receive(40.0)
    assert hand.ids == [[0, 1, 2], [1, 2, 3]]


def test_a_long_poll_gets_what_a_deletion_sets_free():
    sim, queue = fifo()
    fill(queue, "aa")
    hand, other = Hand(queue), Hand(queue)
    hand.receive(1.0, most=1)
    other.receive(1.0, wait_seconds=20)
    sim.run(seconds=5)
    queue.delete(5.0, hand.receipts)
    assert (other.got[0][0], other.ids) == (5.0, [[1]])


def test_after_the_visibility_timeout_a_receipt_deletes_nothing():
    sim, queue = fifo()
    fill(queue, "a")
    hand = Hand(queue)
    hand.receive(1.0)
    sim.run(seconds=40)
    assert (queue.delete(40.0, hand.receipts), queue.visible) == (0, 1)


@pytest.mark.parametrize(("later", "delivered"), [(299.0, 1), (300.0, 2)])
def test_what_repeats_within_five_minutes_is_accepted_and_not_delivered(later, delivered):
    sim, queue = fifo(content_based_deduplication=False)
    sim.at(1, lambda: queue.send(1.0, message(1, group="a", deduplication_id="x")))
    sim.at(1 + later, lambda: queue.send(1 + later, message(2, group="a", deduplication_id="x")))
    run = sim.run(minutes=6)
    assert queue.visible == delivered
    names = ("NumberOfMessagesSent", "NumberOfDeduplicatedSentMessages")
    assert [counted(run, name, "orders.fifo") for name in names] == [2, 2 - delivered]


def test_deduplication_by_content_looks_at_the_body():
    _, queue = fifo()
    for number, body in enumerate([{"a": 1}, {"a": 1}, {"a": 2}, None, None]):
        queue.send(0.0, message(number, group="g", body=body))
    assert queue.visible == 4


@pytest.mark.parametrize(("scope", "delivered"), [("queue", 1), ("messageGroup", 2)])
def test_deduplication_is_within_the_queue_or_within_a_group(scope, delivered):
    _, queue = fifo(deduplication_scope=scope)
    for number, group in enumerate("ab"):
        queue.send(0.0, message(number, group=group, deduplication_id="x"))
    assert queue.visible == delivered


def test_vector_92_300_calls_a_second_with_batches_of_ten_are_3_000_messages_a_second():
    _, queue = fifo()
    told = []
    for call in range(320):
        told += queue.send_batch(1.5, [message(10 * call + number, group="g") for number in range(10)])
    assert (queue.visible, told.count("RequestThrottled: too many calls a second")) == (3000, 200)
    assert queue.send(2.0, message(4000, group="g")) == ""


def test_receives_are_limited_too():
    _, queue = fifo()
    hand = Hand(queue)
    for _ in range(301):
        hand.receive(1.0)
    assert [error for _, _, error in hand.got] == [""] * 300 + ["RequestThrottled"]


def test_high_throughput_counts_calls_for_each_group():
    _, queue = fifo(deduplication_scope="messageGroup", fifo_throughput_limit="perMessageGroupId")
    for number in range(301):
        queue.send_batch(1.0, [message(number, group=group) for group in "ab"])
    assert queue.visible == 600
    hand = Hand(queue)
    for _ in range(301):
        hand.receive(1.0)
    assert hand.got[-1][2] == ""


def test_at_the_in_flight_limit_there_is_no_error(monkeypatch):
    monkeypatch.setattr(queue_module, "IN_FLIGHT_LIMIT", 1)
    _, queue = fifo()
    fill(queue, "ab")
    hand = Hand(queue)
    hand.receive(1.0)
    hand.receive(1.0)
    assert [(len(receipts), error) for _, receipts, error in hand.got] == [(1, ""), (0, "")]


def test_a_dead_letter_frees_its_group_and_starts_its_retention_anew():
    sim = ecs.Simulation(1)
    day = 86400
    dead = ecs.Queue(sim, "dead.fifo", fifo_queue=True, message_retention_period=4 * day)
    queue = ecs.Queue(
        sim,
        "orders.fifo",
        fifo_queue=True,
        content_based_deduplication=True,
        redrive_policy=ecs.RedrivePolicy(dead, 1),
    )
    fill(queue, "aab")
    hand = Hand(queue)
    hand.receive(1.0, most=1, one_group=True)
    sim.run(seconds=day)
    hand.receive(float(day), one_group=True)
    hand.receive(float(day), one_group=True)
    assert (hand.ids, dead.visible) == ([[0], [2], [1]], 1)
    sim.run(seconds=5 * day - 60)
    assert dead.visible == 1
    sim.run(seconds=5 * day + 60)
    assert dead.visible == 0


def test_messages_of_a_group_expire_and_leave_no_group_behind():
    sim, queue = fifo(message_retention_period=60)
    fill(queue, "ab")
    queue.send(30.0, message(9, group="a"))
    hand = Hand(queue)
    sim.run(seconds=70)
    assert queue.visible == 1
    hand.receive(70.0)
    assert hand.ids == [[9]]
    sim.run(seconds=200)
    assert queue.backlog == 0


def test_groups_with_messages_in_flight_are_counted():
    sim, queue = fifo()
    fill(queue, "aabc")
    hand = Hand(queue)
    hand.receive(1.0, most=3, visibility_timeout=100)
    run = sim.run(minutes=1)
    assert run.metrics["ApproximateNumberOfGroupsWithInflightMessages", "orders.fifo"]["Maximum"] == (2,)


@pytest.mark.parametrize(
    ("settings", "delay", "said"),
    [
        ({}, None, "MissingParameter: .* MessageGroupId"),
        ({"group": "a"}, None, "InvalidParameterValue: set ContentBasedDeduplication"),
        ({"group": "a", "deduplication_id": "x"}, 5, "InvalidParameterValue: a FIFO queue has no DelaySeconds"),
    ],
)
def test_what_a_fifo_queue_refuses(settings, delay, said):
    _, queue = fifo(content_based_deduplication=False)
    why = queue.send(0.0, message(1, **settings), delay)
    assert re.match(said, why)


def test_bare_traffic_has_no_groups_and_is_refused():
    sim, queue = fifo()
    with pytest.raises(ecs.InvalidSetting, match="put a Producer between"):
        ecs.Traffic(sim, ecs.constant(1)).to(queue)
