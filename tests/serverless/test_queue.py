"""A standard queue: what it hands out and when, what it keeps, and what it lets go of."""

from __future__ import annotations

import pytest
from messaging import Hand, counted, message, queue_of

import ecslite as ecs
from ecslite.serverless import queue as queue_module
from ecslite.serverless.queue_counts import chunks

DAY = 86400


def test_a_message_received_is_invisible_for_the_visibility_timeout():
    sim, queue = queue_of(1)
    hand = Hand(queue)
    for moment in (0.0, 29.0, 30.5):
        sim.run(seconds=moment) if moment else None
        hand.receive(moment)
    assert hand.ids == [[0], [], [0]]
    assert hand.receipts[0].message.receive_count == 2


def test_a_deleted_message_does_not_come_again():
    sim, queue = queue_of(1)
    hand = Hand(queue)
    hand.receive(0.0)
    assert queue.delete(1.0, hand.receipts) == 1
    sim.run(seconds=60)
    hand.receive(60.0)
    assert (hand.ids, queue.backlog) == ([[0], []], 0)


def test_a_receipt_that_is_not_the_newest_deletes_nothing():
    sim, queue = queue_of(1)
    hand = Hand(queue)
    hand.receive(0.0)
    old = hand.receipts
    sim.run(seconds=31)
    hand.receive(31.0)
    assert (queue.delete(32.0, old), queue.delete(32.0, hand.receipts), queue.delete(33.0, hand.receipts)) == (0, 1, 0)


def test_the_newest_receipt_deletes_after_the_visibility_timeout_too():
    sim, queue = queue_of(1)
    hand = Hand(queue)
    hand.receive(0.0)
    sim.run(seconds=31)
    assert (queue.visible, queue.delete(31.0, hand.receipts), queue.visible) == (1, 1, 0)


def test_changing_the_visibility_brings_a_message_back_sooner_or_later():
    sim, queue = queue_of(2)
    hand = Hand(queue)
    hand.receive(0.0)
    first, second = hand.receipts
    queue.change_visibility(1.0, [first], 0)
    queue.change_visibility(1.0, [second], 100)
    sim.run(seconds=60)
    assert (queue.visible, queue.in_flight) == (1, 1)
    queue.change_visibility(60.0, [first], 100)
    sim.run(seconds=102)
    assert (queue.visible, queue.in_flight) == (2, 0)


@pytest.mark.parametrize(("of_queue", "of_message", "seconds"), [(10, None, 10), (0, 20, 20), (10, 0, 0), (900, 5, 5)])
def test_a_message_is_delayed_by_its_own_delay_or_else_by_the_queues(of_queue, of_message, seconds):
    sim, queue = queue_of(0, delay_seconds=of_queue)
    queue.send(0.0, message(1), of_message)
    hand = Hand(queue)
    sim.run(seconds=1)
    assert (queue.visible, queue.delayed) == ((1, 0) if not seconds else (0, 1))
    hand.receive(1.0, wait_seconds=20)
    sim.run(seconds=60)
    assert hand.got[0][0] == max(1.0, seconds)


def test_a_long_poll_returns_when_a_message_comes_or_after_its_time():
    sim, queue = queue_of(0)
    hand = Hand(queue)
    hand.receive(0.0, wait_seconds=20)
    hand.receive(0.0, wait_seconds=20)
    sim.at(5, lambda: queue.send(5.0, message(7)))
    sim.run(seconds=60)
    assert [(time, [r.message.id for r in receipts]) for time, receipts, _ in hand.got] == [(5.0, [7]), (20.0, [])]


def test_a_poll_that_was_withdrawn_gets_nothing():
    sim, queue = queue_of(0)
    hand = Hand(queue)
    poll = hand.receive(0.0, wait_seconds=20)
    queue.withdraw(poll)
    queue.withdraw(poll)
    queue.send(1.0, message(7))
    sim.run(seconds=60)
    assert (hand.got, queue.visible) == ([], 1)


def test_a_short_poll_may_miss_what_a_long_poll_finds():
    found = {0: 0, 1: 0}
    for seed in range(40):
        for wait in found:
            _, queue = queue_of(1, seed=seed, hosts=4)
            hand = Hand(queue)
            hand.receive(0.0, wait_seconds=wait)
            found[wait] += len(hand.got) and len(hand.receipts)
    assert found[1] == 40
    assert 10 < found[0] < 30


def test_a_receive_takes_ten_at_the_most():
    _, queue = queue_of(25)
    hand = Hand(queue)
    for _ in range(3):
        hand.receive(0.0)
    assert [len(ids) for ids in hand.ids] == [10, 10, 5]
    assert hand.all == list(range(25))


def test_order_is_only_best_effort():
    _, queue = queue_of(100, hosts=4)
    hand = Hand(queue)
    for _ in range(10):
        hand.receive(0.0, wait_seconds=1)
    order = hand.all
    assert (sorted(order), order == sorted(order)) == (list(range(100)), False)


def test_a_message_is_gone_after_the_retention_period():
    sim, queue = queue_of(3, message_retention_period=60)
    hand = Hand(queue)
    hand.receive(0.0, most=1, visibility_timeout=100)
    sim.run(seconds=59)
    assert (queue.visible, queue.in_flight) == (2, 1)
    sim.run(seconds=90)
    assert (queue.visible, queue.in_flight) == (0, 1)
    run = sim.run(minutes=3)
    assert (queue.backlog, counted(run, "NumberOfMessagesExpired", "orders")) == (0, 3)
    assert "2 messages of orders expired: older than its retention period of 60 s." in [e.text for e in run.log]


def test_a_delayed_message_can_expire_too():
    sim, queue = queue_of(1, message_retention_period=60, delay_seconds=600)
    sim.run(seconds=61)
    assert queue.backlog == 0


def test_above_the_in_flight_limit_a_short_poll_gets_over_limit_and_a_long_poll_nothing(monkeypatch):
    monkeypatch.setattr(queue_module, "IN_FLIGHT_LIMIT", 3)
    sim, queue = queue_of(5)
    first, hand = Hand(queue), Hand(queue)
    first.receive(0.0)
    hand.receive(0.0)
    hand.receive(0.0, wait_seconds=5)
    hand.receive(0.0, wait_seconds=15)
    sim.run(seconds=10)
    queue.delete(10.0, first.receipts[:2])
    errors = [(time, len(receipts), error) for time, receipts, error in hand.got]
    assert (first.ids, errors) == ([[0, 1, 2]], [(0.0, 0, "OverLimit"), (5.0, 0, ""), (10.0, 2, "")])


def test_the_in_flight_limit_is_120_000():
    assert queue_module.IN_FLIGHT_LIMIT == 120_000


def test_a_deletion_that_a_host_misses_brings_the_message_back_once_more():
    sim, queue = queue_of(1000, duplicate_rate=0.1)
    hand, deleted = Hand(queue), 0
    for moment in (0.0, 40.0, 80.0, 120.0, 160.0):
        sim.run(seconds=moment) if moment else None
        while queue.visible:
            hand.receive(moment)
            deleted += queue.delete(moment, hand.receipts)
    run = sim.run(minutes=4)
    twice = counted(run, "NumberOfMessagesDuplicated", "orders")
    assert deleted == 1000 + twice == len(hand.all)
    assert 70 < twice < 150
    assert any("come once more" in event.text for event in run.events("queue"))


# The dead-letter queue


def with_dead_letters(count, receives=2, seed=1, **settings):
    sim = ecs.Simulation(seed)
    dead = ecs.Queue(sim, "dead", message_retention_period=14 * DAY, hosts=1)
    queue = ecs.Queue(sim, "orders", redrive_policy=ecs.RedrivePolicy(dead, receives), hosts=1, **settings)
    for number in range(count):
        queue.send(0.0, message(number))
    return sim, queue, dead


def test_a_message_moves_when_it_was_received_too_often():
    sim, queue, dead = with_dead_letters(1)
    hand = Hand(queue)
    for moment in (0.0, 31.0, 62.0):
        sim.run(seconds=moment) if moment else None
        hand.receive(moment)
    run = sim.run(minutes=2)
    assert (hand.ids, queue.backlog, dead.visible) == ([[0], [0], []], 0, 1)
    assert [
        counted(run, "NumberOfMessagesMovedToDeadLetterQueue", "orders"),
        counted(run, "NumberOfMessagesMovedFromSource", "dead"),
        counted(run, "NumberOfMessagesSent", "dead"),
    ] == [1, 1, 0]
    told = [event for event in run.events("queue", "orders") if "moved from orders to dead" in event.text]
    assert told[0].text == "1 message moved from orders to dead: received 2 times and not deleted."


def test_vector_89_a_message_keeps_its_age_in_the_dead_letter_queue():
    """One day in the source, four days of retention in the dead-letter queue: gone after three more days."""
    sim = ecs.Simulation(1)
    dead = ecs.Queue(sim, "dead", message_retention_period=4 * DAY)
    queue = ecs.Queue(sim, "orders", redrive_policy=ecs.RedrivePolicy(dead, 1), message_retention_period=2 * DAY)
    queue.send(0.0, message(1))
    Hand(queue).receive(0.0, wait_seconds=1)
    sim.run(seconds=DAY)
    Hand(queue).receive(float(DAY), wait_seconds=1)
    seen = [dead.visible]
    sim.run(seconds=4 * DAY - 1)
    seen.append(dead.visible)
    run = sim.run(seconds=4 * DAY + 60)
    seen.append(dead.visible)
    ages = [age for age in run.metrics["ApproximateAgeOfOldestMessage", "dead"]["Maximum"] if age is not None]
    assert (seen, max(ages)) == ([1, 1, 0], 3 * DAY - 60)


def test_a_younger_dead_letter_that_comes_first_does_not_keep_an_older_one():
    sim = ecs.Simulation(1)
    dead = ecs.Queue(sim, "dead", message_retention_period=200)
    dead.bury(0.0, message(1), 0.0)
    dead.bury(0.0, message(2), -100.0)
    sim.run(seconds=101)
    assert dead.backlog == 1


def test_a_dead_letter_queue_that_keeps_messages_no_longer_than_its_source_is_warned_of():
    sim = ecs.Simulation(1)
    dead = ecs.Queue(sim, "dead", message_retention_period=60)
    ecs.Queue(sim, "orders", redrive_policy=ecs.RedrivePolicy(dead))
    assert "give the dead-letter queue the longer retention period" in sim.log.events[-1].text


def test_redrive_sends_the_dead_letters_back_as_new_messages():
    sim, queue, dead = with_dead_letters(25, receives=1)
    hand = Hand(queue)
    for _ in range(3):
        hand.receive(0.0)
    sim.run(seconds=100)
    hand.receive(100.0)
    assert dead.visible == 25
    sim.at(150, lambda: dead.start_message_move_task(max_number_of_messages_per_second=10))
    sim.run(seconds=151.5)
    assert (dead.visible, queue.visible) == (5, 20)
    run = sim.run(minutes=4)
    assert (dead.visible, queue.visible) == (0, 25)
    hand.receive(240.0)
    assert {receipt.message.receive_count for receipt in hand.receipts} == {1}
    texts = [event.text for event in run.events("queue", "dead")][1:]
    assert texts == [
        "The messages of dead are being moved to orders, 10 a second.",
        "All visible messages of dead were moved to orders: 25.",
    ]
    assert counted(run, "NumberOfMessagesRedriven", "dead") == 25


def test_one_move_task_at_a_time_and_the_next_when_it_has_ended():
    sim, queue, dead = with_dead_letters(0)
    dead.send(0.0, message(1))
    task = dead.start_message_move_task()
    with pytest.raises(ecs.InvalidSetting, match="one task a queue"):
        dead.start_message_move_task()
    sim.run(seconds=5)
    assert (task.running, task.moved, queue.visible) == (False, 1, 1)
    assert dead.start_message_move_task(queue).destination is queue


def test_a_move_task_needs_a_destination_and_a_rate():
    sim = ecs.Simulation(1)
    lone, fifo = ecs.Queue(sim, "lone"), ecs.Queue(sim, "f.fifo", fifo_queue=True)
    with pytest.raises(ecs.InvalidSetting, match="dead-letter queue of none: say where"):
        lone.start_message_move_task()
    with pytest.raises(ecs.InvalidSetting, match="501: use a whole number from 1 to 500"):
        lone.start_message_move_task(lone, 501)
    with pytest.raises(ecs.InvalidSetting, match="both must be FIFO, or both standard"):
        lone.start_message_move_task(fifo)


# Age


def test_a_message_received_more_than_three_times_has_no_age_any_more():
    sim, queue = queue_of(1)
    sim.at(50, lambda: queue.send(50.0, message(1)))
    hand = Hand(queue)
    for moment in (1.0, 32.0, 63.0, 94.0):
        sim.at(moment, lambda moment=moment: hand.receive(moment, most=1))
    run = sim.run(minutes=2)
    assert run.metrics["ApproximateAgeOfOldestMessage", "orders"]["Maximum"] == (60.0, 120.0)
    assert hand.ids == [[0], [0], [0], [1]]
    sim.at(125, lambda: hand.receive(125.0, most=2))
    run = sim.run(minutes=3)
    assert run.metrics["ApproximateAgeOfOldestMessage", "orders"]["Maximum"][2] == 180 - 50


def test_an_empty_queue_has_no_age():
    sim, _ = queue_of(0)
    assert sim.run(minutes=1).metrics["ApproximateAgeOfOldestMessage", "orders"].statistics == {}


# Requests


@pytest.mark.parametrize(("kib", "requests"), [(0, 1), (64, 1), (64.5, 2), (256, 4), (1024, 16)])
def test_vector_115_each_64_kb_of_a_message_is_a_request(kib, requests):
    sim, queue = queue_of(0)
    queue.send(0.0, message(1, size_kib=kib))
    run = sim.run(minutes=1)
    assert (chunks(kib), counted(run, "SendRequests", "orders")) == (requests, requests)


def test_a_batch_of_ten_is_one_request_and_an_empty_receive_is_one_too():
    sim, queue = queue_of(0)
    assert queue.send_batch(0.0, [message(number) for number in range(10)]) == [""] * 10
    hand = Hand(queue)
    hand.receive(0.0)
    hand.receive(0.0)
    queue.delete(0.0, hand.got[0][1])
    run = sim.run(minutes=1)
    names = ("SendRequests", "ReceiveRequests", "DeleteRequests", "NumberOfEmptyReceives")
    assert [counted(run, name, "orders") for name in names] == [1, 2, 1, 1]


def test_the_metrics_are_those_of_cloudwatch():
    sim, queue = queue_of(3)
    queue.send(0.0, message(9), 120)
    Hand(queue).receive(0.0, most=1, visibility_timeout=600)
    run = sim.run(minutes=1)
    names = (
        "ApproximateNumberOfMessagesVisible",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
        "NumberOfMessagesSent",
        "NumberOfMessagesReceived",
        "NumberOfMessagesDeleted",
        "SentMessageSize",
    )
    found = [next(iter(run.metrics[name, "orders"].statistics.values()))[0] for name in names]
    assert found == [2, 1, 1, 4, 1, 0, 1024]
    assert run.level("ApproximateNumberOfMessagesVisible", "orders").steps[0][:2] == (60.0, 2)


# What is refused


def test_a_message_above_the_maximum_size_is_refused_and_counted():
    sim, queue = queue_of(0, maximum_message_size=2048)
    taken = []
    queue.deliver(0.0, message(1, size_kib=3), lambda *told: taken.append(told))
    run = sim.run(minutes=1)
    assert taken == [(0.0, False, "InvalidParameterValue: 3 KiB is above MaximumMessageSize, 2 KiB")]
    assert counted(run, "NumberOfMessagesRefused", "orders") == 1
    assert run.events("queue")[-1].text == "1 message refused by orders."


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"visibility_timeout": 43_201},
            "visibility_timeout=43201 is out of range: use a whole number from 0 to 43,200",
        ),
        ({"message_retention_period": 59}, "message_retention_period=59 .* from 60 to 1,209,600"),
        ({"delay_seconds": 901}, "delay_seconds=901 .* from 0 to 900"),
        ({"receive_message_wait_time_seconds": 21}, "receive_message_wait_time_seconds=21 .* from 0 to 20"),
        ({"maximum_message_size": 1_048_577}, "maximum_message_size=1048577 .* from 1,024 to 1,048,576"),
        ({"delay_seconds": True}, "delay_seconds=True"),
        ({"content_based_deduplication": True}, "deduplication .* for FIFO queues"),
        ({"duplicate_rate": 1.0}, "duplicate_rate=1.0: use a share"),
        ({"hosts": 0}, "hosts=0: use a whole number"),
        ({"fifo_queue": True}, "in .fifo: use the name 'orders.fifo'"),
        ({"name": "a b"}, "1 to 80 letters"),
        ({"name": "orders.fifo"}, "use fifo_queue=True"),
        ({"name": "o.fifo", "fifo_queue": True, "duplicate_rate": 0.1}, "0 for a FIFO queue"),
        ({"name": "o.fifo", "fifo_queue": True, "deduplication_scope": "group"}, "use one of queue, messageGroup"),
        ({"name": "o.fifo", "fifo_queue": True, "fifo_throughput_limit": "all"}, "use one of perQueue"),
        (
            {"name": "o.fifo", "fifo_queue": True, "fifo_throughput_limit": "perMessageGroupId"},
            "goes only with deduplication_scope='messageGroup'",
        ),
    ],
)
def test_attributes_out_of_their_limits_are_refused(settings, said):
    with pytest.raises(ecs.InvalidSetting, match=said):
        queue_of(0, **settings)


def test_all_faults_are_told_at_once():
    with pytest.raises(ecs.InvalidSetting) as refused:
        queue_of(0, delay_seconds=-1, visibility_timeout=1.5)
    assert len(str(refused.value).splitlines()) == 2


def test_a_dead_letter_queue_is_of_the_same_kind_and_simulation():
    sim = ecs.Simulation(1)
    dead = ecs.Queue(sim, "dead")
    with pytest.raises(ecs.InvalidSetting, match="'dead' is standard: that of a FIFO queue must be FIFO too"):
        ecs.Queue(sim, "o.fifo", fifo_queue=True, redrive_policy=ecs.RedrivePolicy(dead))
    with pytest.raises(ecs.InvalidSetting, match="max_receive_count=0: use a whole number from 1 to 1,000"):
        ecs.Queue(sim, "o", redrive_policy=ecs.RedrivePolicy(dead, 0))
    with pytest.raises(ecs.InvalidSetting, match="another simulation"):
        ecs.Queue(ecs.Simulation(2), "o", redrive_policy=ecs.RedrivePolicy(dead))


def test_traffic_arrives_in_a_queue():
    sim, queue = queue_of(0)
    ecs.Traffic(sim, ecs.constant(2)).to(queue)
    run = sim.run(minutes=1)
    assert queue.visible == counted(run, "NumberOfMessagesSent", "orders") > 80
