"""What the chapter on queues and topics says is so: each claim of its text, asserted on its own scenarios."""

from __future__ import annotations

import pytest

SEEDS = [7, 8, 9]


@pytest.fixture(scope="module")
def printer(chapter):
    """The launch before a printer that can do two jobs: an order a second for ten minutes, four seconds for each."""

    def run(**settings):
        return chapter["printer"](
            **{"reserved": 2, "tables": 0, "receives": 3, "visibility": 60, "seed": 7, **settings}
        )

    return run


@pytest.mark.parametrize("seed", SEEDS)
def test_a_backlog_is_what_came_minus_what_was_done(chapter, seed):
    """Two a second come for 600 s and one is packed; then it shrinks by 0.9 a second."""
    run = chapter["rush"](2, 2, 2, seed)

    assert max(chapter["waiting"](run)) == pytest.approx(600, rel=0.15)
    assert chapter["minutes_to_empty"](run) == pytest.approx(600 / 0.9 / 60, abs=2.5)


def test_a_third_table_ends_the_rush_much_sooner(chapter):
    two, three = (chapter["minutes_to_empty"](chapter["rush"](2, tables, 2, 7)) for tables in (2, 3))

    assert three < two - 5


def test_where_more_comes_than_is_packed_the_backlog_outlives_the_hour(chapter):
    assert chapter["minutes_to_empty"](chapter["rush"](3, 2, 4, 7)) == 40


@pytest.mark.parametrize("seed", SEEDS)
def test_a_queue_gives_no_customer_an_error(chapter, seed):
    run = chapter["rush"](2, 2, 2, seed)

    assert chapter["total"](run, "NumberOfMessagesRefused", "orders") == 0
    assert chapter["dead_letters"](run) == 0


@pytest.mark.parametrize(("visibility", "twice"), [(10, True), (20, True), (30, True), (60, False)])
def test_a_visibility_timeout_below_the_work_hands_orders_out_twice(chapter, visibility, twice):
    """With five workers a task, an order waits for none: 30 s are just what the slowest takes, and a little too few."""
    ecs = chapter["ecs"]
    sim = ecs.Simulation(7)
    orders = ecs.Queue(sim, "orders", visibility_timeout=visibility)
    packer = ecs.TaskDefinition("packer", cpu=256, memory=512)
    packers = ecs.Service(ecs.Cluster(sim, "shop"), packer, desired_count=2)
    ecs.QueueConsumer(packers, orders, workers=5)
    ecs.Traffic(sim, 0.2, cpu_seconds=0.01, wait_seconds=ecs.Uniform(10, 30)).to(orders)
    run = sim.run(minutes=30)
    sent, received = (chapter["total"](run, f"NumberOfMessages{what}", "orders") for what in ("Sent", "Received"))

    assert (received > sent) is twice


@pytest.mark.parametrize("seed", SEEDS)
def test_only_poison_ends_among_the_dead_letters(chapter, seed):
    ecs = chapter["ecs"]
    sim, till = chapter["packing"](seed, poison=0.02, tables=10, receives=3)
    ecs.Traffic(sim, ecs.spike(base=0, peak=0.5, at_minute=1, for_minutes=25)).to(till)
    run = sim.run(minutes=40)

    assert 0 < chapter["dead_letters"](run) < 0.05 * chapter["total"](run, "NumberOfMessagesSent", "orders")
    assert chapter["total"](run, "Errors", "pack") == 3 * chapter["dead_letters"](run)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_reservation_below_the_pollers_loses_orders_that_no_code_has_seen(chapter, printer, seed):
    run = printer(seed=seed)

    assert chapter["total"](run, "Errors", "pack") == 0
    assert 70 < chapter["dead_letters"](run) < 150


@pytest.mark.parametrize("seed", SEEDS)
def test_more_receives_lose_fewer_and_maximum_concurrency_loses_none(chapter, printer, seed):
    three, five, ten = (chapter["dead_letters"](printer(receives=many, seed=seed)) for many in (3, 5, 10))
    mended = printer(tables=2, seed=seed)

    assert three > five > ten
    assert (chapter["dead_letters"](mended), chapter["total"](mended, "Throttles", "pack")) == (0, 0)


def test_a_longer_visibility_timeout_still_loses_some(chapter, printer):
    assert 20 < chapter["dead_letters"](printer(visibility=180)) < chapter["dead_letters"](printer())


def test_exercise_3_poison_moves_after_three_visibility_timeouts(chapter):
    ecs = chapter["ecs"]
    sim, till = chapter["packing"](7, poison=1.0, tables=2, receives=3)
    till.target.send_message(ecs.Message(1, 0.0, poison=True))
    run = sim.run(minutes=6)
    gone = next(minute for minute, many in enumerate(chapter["waiting"](run, "letters"), 1) if many)

    assert 180 <= gone * 60 <= 240


@pytest.mark.parametrize("subscribed_at", [None, 600])
def test_a_topic_keeps_nothing_for_those_who_come_later(chapter, subscribed_at):
    ecs = chapter["ecs"]
    sim = ecs.Simulation(7)
    sold, pack, points = ecs.Topic(sim, "sold"), ecs.Queue(sim, "pack"), ecs.Queue(sim, "points")
    sold >> pack
    if subscribed_at is not None:
        sim.at(subscribed_at, lambda: sold.subscribe(points))
    ecs.Traffic(sim, ecs.constant(1)).to(sold)
    sim.run(minutes=20)

    assert pack.backlog == pytest.approx(1200, abs=100)
    assert points.backlog == (0 if subscribed_at is None else pytest.approx(600, abs=100))


def test_a_message_without_any_subscription_is_lost_without_an_error(chapter):
    ecs = chapter["ecs"]
    sim = ecs.Simulation(7)
    sold = ecs.Topic(sim, "sold")
    ecs.Traffic(sim, ecs.constant(1)).to(sold)
    run = sim.run(minutes=5)

    published, lost = (
        chapter["total"](run, name, "sold")
        for name in ("NumberOfMessagesPublished", "NumberOfMessagesWithoutSubscription")
    )
    assert published == lost > 200


def test_a_standard_queue_may_hand_a_message_out_twice_though_it_was_deleted_in_time(chapter):
    ecs = chapter["ecs"]

    def received_more_than_sent(rate):
        sim = ecs.Simulation(7)
        orders = ecs.Queue(sim, "orders", visibility_timeout=60, duplicate_rate=rate)
        packer = ecs.TaskDefinition("packer", cpu=256, memory=512)
        ecs.QueueConsumer(ecs.Service(ecs.Cluster(sim, "shop"), packer, desired_count=2), orders, workers=5)
        ecs.Traffic(sim, 0.2, cpu_seconds=0.01, wait_seconds=ecs.Uniform(10, 30)).to(orders)
        run = sim.run(minutes=60)
        sent, got = (chapter["total"](run, f"NumberOfMessages{what}", "orders") for what in ("Sent", "Received"))
        return got > sent

    assert [received_more_than_sent(rate) for rate in (0.0, 0.05)] == [False, True]
