"""Producers: what they give to messages, how they send, and what they do when they are throttled."""

from __future__ import annotations

import pytest
from messaging import FakeFunction, counted

import ecslite as ecs


def produced(minutes=1, rate=10, queue=None, **settings):
    sim = ecs.Simulation(1)
    target = ecs.Queue(sim, **{"name": "orders", **(queue or {})})
    producer = ecs.Producer(sim, "shop", **settings)
    producer >> target
    ecs.Traffic(sim, ecs.constant(rate)).to(producer)
    run = sim.run(minutes=minutes)
    messages = target.draw_for_moving(10**6)
    return run, messages, producer


def test_messages_get_a_size_attributes_and_their_share_of_poison():
    run, messages, _ = produced(5, size_kib=100, attributes={"kind": {"order": 3, "refund": 1}}, poison_rate=0.1)
    shares = [
        sum(test(each) for each in messages) / len(messages)
        for test in (lambda each: each.attributes["kind"] == "refund", lambda each: each.poison)
    ]
    assert shares == pytest.approx([0.25, 0.1], abs=0.03)
    assert counted(run, "SendRequests", "orders") == 2 * counted(run, "NumberOfMessagesSent", "orders")


def test_batches_of_ten_are_a_tenth_of_the_calls():
    run, _, _ = produced(batch_size=10)
    assert counted(run, "NumberOfMessagesSent", "orders") == 10 * counted(run, "SendRequests", "orders") > 500


FIFO = {"name": "orders.fifo", "fifo_queue": True}


def test_a_fifo_queue_gets_groups_and_drops_what_was_sent_twice():
    run, messages, _ = produced(5, queue=FIFO, message_groups=7, resend_rate=0.2)
    assert {each.group for each in messages} == {f"group-{number}" for number in range(7)}
    sent, twice = (
        counted(run, f"NumberOf{name}", "orders.fifo") for name in ("MessagesSent", "DeduplicatedSentMessages")
    )
    assert twice / (sent - twice) == pytest.approx(0.2, abs=0.03)
    assert len({each.id for each in messages}) == len(messages) == sent - twice


def test_a_standard_queue_takes_what_was_sent_twice_as_two_messages():
    _, messages, _ = produced(5, resend_rate=0.2)
    assert len(messages) / len({id(each) for each in messages}) == pytest.approx(1.2, abs=0.03)


def test_a_throttled_message_is_sent_again_and_then_lost():
    run, _, producer = produced(1, 400, queue=FIFO, message_groups=7)
    assert counted(run, "MessagesSentAgain", "shop") > counted(run, "MessagesLost", "shop") > 0
    assert producer.lost >= counted(run, "MessagesLost", "shop")
    assert "messages of shop were refused for good, and lost." in run.events("producer")[-1].text


def test_what_is_too_large_is_lost_at_once():
    run, messages, producer = produced(size_kib=2000)
    assert (messages, counted(run, "MessagesSentAgain", "shop")) == ([], 0)
    assert producer.lost == counted(run, "MessagesLost", "shop") > 0


def test_a_producer_publishes_to_a_topic():
    sim = ecs.Simulation(1)
    producer, topic = ecs.Producer(sim, "shop", attributes={"kind": {"refund": 1}}), ecs.Topic(sim, "news")
    queue = ecs.Queue(sim, "refunds")
    topic.subscribe(queue, filter_policy={"kind": ["refund"]})
    producer >> topic
    ecs.Traffic(sim, ecs.constant(1)).to(producer)
    run = sim.run(minutes=5)
    assert queue.visible == counted(run, "NumberOfMessagesPublished", "news") > 200


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"batch_size": 11}, "batch_size=11: use a whole number from 1 to 10"),
        ({"poison_rate": 2}, "use shares from 0 to 1"),
        ({"message_groups": 0}, "message_groups=0: use a whole number from 1"),
        ({"retries": -1}, "retries=-1"),
        ({"attributes": {"kind": {}}}, "give values with shares"),
        ({"attributes": {"kind": {"a": 0}}}, "give values with shares"),
    ],
)
def test_settings_out_of_their_limits_are_refused(settings, said):
    with pytest.raises(ecs.InvalidSetting, match=said):
        ecs.Producer(ecs.Simulation(1), "shop", **settings)


def test_a_producer_sends_to_one_queue_or_topic_that_fits():
    sim = ecs.Simulation(1)
    producer = ecs.Producer(sim, "shop", batch_size=2)
    with pytest.raises(ecs.InvalidSetting, match="'work' is a function"):
        producer >> FakeFunction(sim)
    with pytest.raises(ecs.InvalidSetting, match="is FIFO and needs message groups"):
        producer >> ecs.Queue(sim, "a.fifo", fifo_queue=True)
    with pytest.raises(ecs.InvalidSetting, match="is FIFO and needs message groups"):
        producer >> ecs.Topic(sim, "n.fifo", fifo_topic=True)
    with pytest.raises(ecs.InvalidSetting, match="batch_size=2 is for queues"):
        producer >> ecs.Topic(sim, "n")
    producer >> ecs.Queue(sim, "a")
    with pytest.raises(ecs.InvalidSetting, match="sends to one queue or topic"):
        producer >> ecs.Queue(sim, "b")


def test_a_producer_that_is_wired_to_nobody_says_so():
    sim = ecs.Simulation(1)
    ecs.Traffic(sim, ecs.constant(1)).to(ecs.Producer(sim, "shop"))
    with pytest.raises(ecs.InvalidSetting, match="wire it, as in producer >> queue"):
        sim.run(minutes=1)
