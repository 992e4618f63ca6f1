"""Topics: fan-out, filters, retries and dead letters, and what may be subscribed to what."""

from __future__ import annotations

from itertools import pairwise

import pytest
from messaging import FakeFunction, Hand, counted, message

import ecslite as ecs
from ecslite.serverless import topic as topic_module
from ecslite.serverless.delivery_policy import AWS_MANAGED, CUSTOMER_MANAGED
from ecslite.serverless.part import Part


def topics(**settings):
    sim = ecs.Simulation(1)
    return sim, ecs.Topic(sim, "news", **settings)


def test_every_subscription_gets_a_copy_of_its_own():
    sim, topic = topics()
    first, second, function = ecs.Queue(sim, "a"), ecs.Queue(sim, "b"), FakeFunction(sim)
    topic >> first
    topic >> second
    topic >> function
    topic.publish(message(1))
    run = sim.run(minutes=1)
    hands = [Hand(queue) for queue in (first, second)]
    for hand in hands:
        hand.receive(60.0, wait_seconds=1)
    copies = [hand.receipts[0].message for hand in hands]
    assert [copy.id for copy in copies] == function.handled * 2 == [1, 1]
    assert copies[0] is not copies[1]
    assert [counted(run, name, "news") for name in ("NumberOfMessagesPublished", "NumberOfNotificationsDelivered")] == [
        1,
        3,
    ]


def test_a_topic_without_a_subscription_loses_the_message_and_counts_it():
    sim, topic = topics()
    assert topic.publish(message(1)) == ""
    run = sim.run(minutes=1)
    assert counted(run, "NumberOfMessagesWithoutSubscription", "news") == 1
    assert run.events("topic")[-1].text == "1 message published to news is lost: it has no subscription."


def test_traffic_is_published():
    sim, topic = topics()
    queue = topic >> ecs.Queue(sim, "a")
    ecs.Traffic(sim, ecs.constant(5)).to(topic)
    run = sim.run(minutes=2)
    sent = counted(run, "NumberOfMessagesPublished", "news")
    assert sent - 1 <= queue.visible <= sent


def test_a_late_subscription_gets_nothing_of_what_was_published_before():
    """To the second, though the topic has not looked at its traffic since the last whole minute."""
    sim, topic = topics()
    late = ecs.Queue(sim, "late")
    sim.at(150, lambda: topic.subscribe(late))
    ecs.Traffic(sim, ecs.constant(1), arrivals="even").to(topic)
    sim.run(minutes=5)

    assert late.visible == 150


def test_what_a_filter_policy_does_not_want_is_filtered_out_and_counted():
    sim, topic = topics()
    queue = ecs.Queue(sim, "refunds")
    topic.subscribe(queue, filter_policy={"kind": ["refund"]})
    topic.subscribe(ecs.Queue(sim, "bodies"), filter_policy={"kind": ["refund"]}, filter_policy_scope="MessageBody")
    for number, kind in enumerate(["order", "refund", None]):
        topic.publish(message(number, attributes={"kind": kind} if kind else {}, body={"kind": "order"}))
    run = sim.run(minutes=1)
    name = "NumberOfNotificationsFilteredOut"
    found = [
        counted(run, f"{name}{end}", "news")
        for end in ("", "-MessageAttributes", "-NoMessageAttributes", "-MessageBody")
    ]
    assert (queue.visible, found) == (1, [5, 1, 1, 3])


# Retries


def test_vector_90_queues_and_functions_are_tried_100_015_times_over_23_days():
    phases = [AWS_MANAGED.num_no_delay_retries, AWS_MANAGED.num_min_delay_retries, AWS_MANAGED.backoff_retries]
    assert ([*phases, AWS_MANAGED.num_max_delay_retries], AWS_MANAGED.num_retries) == ([3, 2, 10, 100_000], 100_015)
    assert int(AWS_MANAGED.seconds() / 86400) == 23


def test_e_mail_is_tried_50_times_over_six_hours():
    delays = [CUSTOMER_MANAGED.delay(retry) for retry in range(1, 51)]
    assert (delays[:3], CUSTOMER_MANAGED.delay(51)) == ([10, 10, 10], None)
    assert delays[11:] == pytest.approx([600] * 39)
    assert int(CUSTOMER_MANAGED.seconds() / 3600) == 6


SAMPLE = ecs.DeliveryPolicy(
    min_delay_target=1,
    max_delay_target=60,
    num_retries=50,
    num_no_delay_retries=3,
    num_min_delay_retries=2,
    num_max_delay_retries=35,
    backoff_function="exponential",
)


def test_vector_91_the_sample_policy_makes_50_attempts():
    """3 without delay, 2 with 1 s, 10 with growing delays, 35 with 60 s."""
    delays = [SAMPLE.delay(retry) for retry in range(1, 51)]
    assert (SAMPLE.backoff_retries, SAMPLE.delay(51)) == (10, None)
    growing = [60 ** (place / 9) for place in range(10)]
    assert delays == pytest.approx([0, 0, 0, 1, 1, *growing, *[60] * 35])

    sim, topic = topics(jitter=0.0)
    endpoint = ecs.HttpEndpoint(sim, "shop", seconds=0, down=[(0, 1e6)])
    topic.subscribe(endpoint, delivery_policy=SAMPLE)
    topic.publish(message(1))
    run = sim.run(minutes=60)
    assert counted(run, "Retries", "news") == 50
    assert counted(run, "NumberOfNotificationsFailed", "news") == 51


@pytest.mark.parametrize(
    ("function", "delays"),
    [
        ("linear", [1, 4, 7, 10]),
        ("arithmetic", [1, 2.5, 5.5, 10]),
        ("exponential", [1, 2.1544, 4.6416, 10]),
        ("geometric", [1, 2, 4, 8]),
    ],
)
def test_delays_grow_from_the_least_to_the_greatest(function, delays):
    policy = ecs.DeliveryPolicy(1, 10, 4, backoff_function=function)
    assert [policy.delay(retry) for retry in range(1, 5)] == pytest.approx(delays, abs=1e-3)


def test_one_backoff_retry_has_the_least_delay():
    assert ecs.DeliveryPolicy(5, 10, 1).delay(1) == 5


def test_a_message_is_tried_until_the_endpoint_is_back():
    sim, topic = topics(jitter=0.0, delivery_seconds=0.0)
    endpoint = ecs.HttpEndpoint(sim, "shop", seconds=0.5, down=[(0, 30)])
    topic >> endpoint
    topic.publish(message(1))
    run = sim.run(minutes=2)
    assert (endpoint.taken, counted(run, "NumberOfNotificationsDelivered", "news")) == (1, 1)
    assert counted(run, "DeliveriesFailed", "shop") == counted(run, "NumberOfNotificationsFailed", "news") == 2
    assert "2 deliveries of news failed and are tried again." in [event.text for event in run.log]


def test_what_was_tried_often_enough_goes_to_the_dead_letter_queue_of_the_subscription():
    sim, topic = topics()
    dead = ecs.Queue(sim, "dead")
    endpoint = ecs.HttpEndpoint(sim, "shop", down=[(0, 1e6)])
    topic.subscribe(endpoint, dead_letter_queue=dead)
    topic.publish(message(1))
    run = sim.run(minutes=5)
    assert (dead.visible, topic.pending) == (1, 0)
    assert counted(run, "NumberOfNotificationsRedrivenToDlq", "news") == 1
    assert counted(run, "Retries", "news") == 3


def test_without_a_dead_letter_queue_it_is_lost_and_counted():
    sim, topic = topics()
    topic >> ecs.HttpEndpoint(sim, "shop", down=[(0, 1e6)])
    topic.publish(message(1))
    run = sim.run(minutes=5)
    assert counted(run, "NumberOfNotificationsDiscarded", "news") == 1
    assert "1 notification of news was given up, and is lost." in [event.text for event in run.log]


def test_a_client_side_error_is_not_tried_again():
    sim, topic = topics()
    dead = ecs.Queue(sim, "dead")
    topic.subscribe(ecs.HttpEndpoint(sim, "shop", status=404, error_rate=1.0), dead_letter_queue=dead)
    topic.publish(message(1))
    run = sim.run(minutes=5)
    assert (dead.visible, counted(run, "Retries", "news")) == (1, 0)


def test_a_queue_that_refuses_a_message_for_good_counts_it_once():
    sim, topic = topics()
    topic >> ecs.Queue(sim, "small", maximum_message_size=1024)
    dead = ecs.Queue(sim, "dead", maximum_message_size=1024)
    topic.subscribe(ecs.Queue(sim, "other", maximum_message_size=1024), dead_letter_queue=dead)
    topic.publish(message(1, size_kib=2))
    run = sim.run(minutes=1)
    names = ("Failed", "Discarded", "FailedToRedriveToDlq")
    assert [counted(run, f"NumberOfNotifications{name}", "news") for name in names] == [2, 1, 1]


def test_an_inbox_is_tried_by_the_customer_managed_policy():
    sim, topic = topics(jitter=0.0)
    topic >> ecs.Inbox(sim, "mail", seconds=0, down=[(0, 1e6)])
    topic.publish(message(1))
    run = sim.run(minutes=7 * 60)
    assert [counted(run, name, "news") for name in ("Retries", "NumberOfNotificationsFailed")] == [50, 1]


def test_jitter_spreads_the_retries():
    def moments(jitter):
        sim, topic = topics(jitter=jitter)
        endpoint, seen = ecs.HttpEndpoint(sim, "shop", seconds=0, down=[(0, 1e6)]), []
        deliver = endpoint.deliver
        endpoint.deliver = lambda time, *rest: (seen.append(time), deliver(time, *rest))
        topic >> endpoint
        topic.publish(message(1))
        sim.run(minutes=2)
        return [after - before for before, after in pairwise(seen)]

    assert moments(0.0) == [20.0] * 3
    assert all(18 <= gap <= 22 and gap != 20 for gap in moments(0.1))


# FIFO


def fifo_topic(**settings):
    sim = ecs.Simulation(1)
    return sim, ecs.Topic(sim, "news.fifo", fifo_topic=True, content_based_deduplication=True, **settings)


def test_a_fifo_topic_keeps_the_order_of_a_group_and_drops_repeats():
    sim, topic = fifo_topic()
    queue = topic >> ecs.Queue(sim, "a.fifo", fifo_queue=True, content_based_deduplication=True)
    for number in (0, 1, 2, 1):
        topic.publish(message(number, group="g"))
    run = sim.run(minutes=1)
    hand = Hand(queue)
    hand.receive(60.0)
    assert (hand.ids, counted(run, "NumberOfDeduplicatedMessages", "news.fifo")) == ([[0, 1, 2]], 1)


def test_in_a_fifo_topic_a_message_waits_for_the_one_before_it_in_its_group():
    sim, topic = fifo_topic(jitter=0.0, delivery_seconds=0.0)
    queue = topic >> ecs.Queue(sim, "a.fifo", fifo_queue=True, content_based_deduplication=True)
    for _ in range(300):
        queue.send(0.0, message(99, group="z"))
    for number in range(5):
        topic.publish(message(number, group="g"))
    sim.run(minutes=1)
    hand = Hand(queue)
    hand.receive(60.0, most=1)
    hand.receive(60.0)
    assert hand.ids == [[99], [0, 1, 2, 3, 4]]


def test_publishes_to_a_fifo_topic_are_limited():
    _, topic = fifo_topic()
    told = [topic.publish(message(number, group="g")) for number in range(301)]
    assert told[-1].startswith("RequestThrottled")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"size_kib": 257}, "InvalidParameter: 257 KiB is above the 256 KiB"),
        ({}, "MissingParameter"),
    ],
)
def test_what_a_topic_refuses_is_told_and_counted(settings, said):
    sim, topic = fifo_topic()
    told = []
    topic.deliver(0.0, message(1, **settings), lambda *each: told.append(each))
    run = sim.run(minutes=1)
    assert told[0][1] is False
    assert told[0][2].startswith(said)
    assert counted(run, "NumberOfMessagesRefused", "news.fifo") == 1


# What may be subscribed to what


def test_a_fifo_queue_behind_a_standard_topic_is_refused():
    sim, topic = topics()
    queue = ecs.Queue(sim, "a.fifo", fifo_queue=True)
    with pytest.raises(ecs.InvalidSetting, match=r"'a.fifo' cannot be subscribed to the standard .* make"):
        topic >> queue


def test_a_standard_queue_behind_a_fifo_topic_is_allowed_and_a_function_is_not():
    sim, topic = fifo_topic()
    queue = topic >> ecs.Queue(sim, "a")
    topic.publish(message(1, group="g"))
    sim.run(seconds=1)
    assert queue.visible == 1
    with pytest.raises(ecs.InvalidSetting, match="only queues can be subscribed to the FIFO topic"):
        topic >> FakeFunction(sim)


class Bucket(Part):
    kind = "bucket"

    def arrive(self, time, message):
        pass

    def read(self):
        return iter(())


def test_other_subscriptions_that_sns_does_not_have_are_refused(monkeypatch):
    sim, topic = topics()
    with pytest.raises(ecs.InvalidSetting, match="bucket 'b' cannot be subscribed to a topic: use one of queue"):
        topic.subscribe(Bucket(sim, "b"))
    with pytest.raises(ecs.InvalidSetting, match="only HTTP and HTTPS endpoints have a delivery policy of their own"):
        topic.subscribe(ecs.Queue(sim, "q"), delivery_policy=ecs.DeliveryPolicy())
    with pytest.raises(ecs.InvalidSetting, match=r"dead_letter_queue='d.fifo' .* must be standard too"):
        topic.subscribe(ecs.Queue(sim, "q2"), dead_letter_queue=ecs.Queue(sim, "d.fifo", fifo_queue=True))
    with pytest.raises(ecs.InvalidSetting, match="another simulation"):
        topic.subscribe(ecs.Queue(ecs.Simulation(2), "q3"))
    monkeypatch.setattr(topic_module, "MOST_FILTER_POLICIES", 1)
    topic.subscribe(ecs.Queue(sim, "q4"), filter_policy={"a": ["x"]})
    with pytest.raises(ecs.InvalidSetting, match="1 filter policies at the most"):
        topic.subscribe(ecs.Queue(sim, "q5"), filter_policy={"a": ["x"]})
    monkeypatch.setattr(topic_module, "MOST_FIFO_SUBSCRIPTIONS", 0)
    with pytest.raises(ecs.InvalidSetting, match="0 subscriptions at the most"):
        ecs.Topic(sim, "n.fifo", fifo_topic=True) >> ecs.Queue(sim, "q6")


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("news", {"fifo_topic": True}, "the name of a FIFO topic, and no other, ends in .fifo"),
        ("news.fifo", {}, "the name of a FIFO topic, and no other, ends in .fifo"),
        ("news", {"content_based_deduplication": True}, "use fifo_topic=True"),
        ("news", {"jitter": 1}, "jitter=1: use a share"),
        ("news", {"delivery_policy": ecs.DeliveryPolicy(num_retries=101)}, "num_retries=101: use 0 to 100"),
        ("news", {"delivery_policy": ecs.DeliveryPolicy(0)}, "use 1 ≤ least"),
        ("news", {"delivery_policy": ecs.DeliveryPolicy(num_no_delay_retries=-1)}, "cannot be below 0"),
        ("news", {"delivery_policy": ecs.DeliveryPolicy(num_no_delay_retries=4)}, "raise it to their sum"),
        ("news", {"delivery_policy": ecs.DeliveryPolicy(backoff_function="random")}, "use one of arithmetic"),
        (
            "news",
            {"delivery_policy": ecs.DeliveryPolicy(3600, 3600, 3)},
            "its retries take 10,800 s: SNS allows 3,600 s in all",
        ),
    ],
)
def test_settings_out_of_their_limits_are_refused(name, settings, said):
    with pytest.raises(ecs.InvalidSetting, match=said):
        ecs.Topic(ecs.Simulation(1), name, **settings)


def test_bare_traffic_is_refused_by_a_fifo_topic():
    sim, topic = fifo_topic()
    with pytest.raises(ecs.InvalidSetting, match="put a Producer between"):
        ecs.Traffic(sim, ecs.constant(1)).to(topic)


@pytest.mark.parametrize("settings", [{"status": 200}, {"error_rate": 2}, {"down": [(5, 1)]}, {"seconds": -1}])
def test_an_endpoint_has_sensible_settings(settings):
    with pytest.raises(ecs.InvalidSetting, match="use"):
        ecs.HttpEndpoint(ecs.Simulation(1), "shop", **settings)


def test_an_endpoint_takes_traffic_too():
    sim = ecs.Simulation(1)
    endpoint = ecs.Traffic(sim, ecs.constant(2)).to(ecs.HttpEndpoint(sim, "shop", error_rate=0.5))
    run = sim.run(minutes=5)
    taken, failed = (counted(run, f"Deliveries{end}", "shop") for end in ("Taken", "Failed"))
    assert taken == endpoint.taken
    assert 200 < failed < 400
