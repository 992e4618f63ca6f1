"""Bill lines of queues and topics: every call counts, also the empty ones, by pieces of 64 KB."""

from __future__ import annotations

import pytest

import ecslite as ecs


def line(run, name, **settings):
    return next(each for each in ecs.bill(run, **settings).lines if each.name == name)


def message(number, **settings):
    return ecs.Message(number, 0.0, **settings)


def idle_queue(name="orders", **settings):
    """An hour of a queue that a function is mapped to, and a hundred messages of 256 KB."""
    sim = ecs.Simulation(1)
    queue = ecs.Queue(sim, name, **settings)
    group = "g" if settings else None
    for number in range(100):
        queue.send(0.0, message(number, size_kib=256, group=group))
    for _ in range(7):
        queue.receive(0.0, lambda *came: None, visibility_timeout=1)
    return sim.run(minutes=60)


def test_requests_of_a_standard_queue():
    run = idle_queue()
    of = run.of_kind("queue")[0].attributes
    found = line(run, "orders: requests")
    assert of["send_requests"] == 400
    assert found.quantity == (of["send_requests"] + of["receive_requests"] + of["delete_requests"]) / 1e6
    assert (found.unit_price, found.usd) == (0.4, found.quantity * 0.4)
    assert found.formula.startswith("(400 sends + ")
    assert (found.category, found.read) == ("SQS", "2026-11-24")


def test_requests_of_a_fifo_queue_cost_a_quarter_more():
    found = line(idle_queue("orders.fifo", fifo_queue=True, content_based_deduplication=True), "orders.fifo: requests")
    assert found.unit_price == 0.5


def test_an_idle_queue_with_a_mapping_costs_its_empty_receives():
    sim = ecs.Simulation(1)
    queue = ecs.Queue(sim, "orders", visibility_timeout=180)
    queue >> ecs.Function(sim, "work", timeout=3, warm=0.1)
    run = sim.run(minutes=60)
    of = run.of_kind("queue")[0].attributes
    assert of["receive_requests"] == of["empty_receives"] == 6 * 55 + 5 * 15
    assert line(run, "orders: requests").usd == pytest.approx(405 * 0.4 / 1e6)


def test_the_calls_of_a_minute_that_has_not_ended_are_charged_too():
    sim = ecs.Simulation(1)
    queue = ecs.Queue(sim, "orders")
    queue.send(0.0, message(1))
    assert line(sim.run(seconds=30), "orders: requests").quantity == 1e-6


def topic_run(**settings):
    sim = ecs.Simulation(1)
    topic = ecs.Topic(sim, settings.pop("name", "news"), **settings)
    topic >> ecs.Queue(sim, "a")
    if not settings:
        topic >> ecs.HttpEndpoint(sim, "shop")
        topic >> ecs.Inbox(sim, "mail")
    for number in range(10):
        topic.publish(message(number, size_kib=128, group="g"))
    return sim.run(seconds=90)


def notifications(run):
    lines = [each for each in ecs.bill(run).lines if each.category == "SNS"]
    return {each.name: (each.quantity * 1e6, each.unit_price) for each in lines}


def test_publishes_and_notifications_of_a_topic():
    run = topic_run()
    found = {
        each.name: (each.quantity * 1e6, each.unit_price) for each in ecs.bill(run).lines if each.category == "SNS"
    }
    assert found == {
        "news: publishes": (pytest.approx(20), 0.5),
        "news: notifications by https": (pytest.approx(10), 0.6),
        "news: notifications by email": (pytest.approx(10), 20.0),
    }


def test_a_fifo_topic_has_prices_of_its_own():
    run = topic_run(name="news.fifo", fifo_topic=True, content_based_deduplication=True)
    found = {
        each.name: (each.quantity * 1e6, each.unit_price) for each in ecs.bill(run).lines if each.category == "SNS"
    }
    assert found == {
        "news.fifo: publishes": (pytest.approx(20), 0.3),
        "news.fifo: notifications": (pytest.approx(10), 0.01),
    }


def test_the_free_tier_is_a_million_requests_a_month():
    run = idle_queue()
    free = line(run, "orders: requests, free tier", free_tier=True)
    used = line(run, "orders: requests", free_tier=True)
    assert free.quantity == -min(used.quantity, 1 / 730)
    assert line(topic_run(), "news: publishes, free tier", free_tier=True).quantity == pytest.approx(-20 / 1e6)
