"""Parts wired together: what comes in at one end is found at the other, or is counted where it went."""

from __future__ import annotations

import pytest
from lambda_parts import total

import ecslite as ecs


def test_requests_pass_an_api_and_a_function_to_a_table():
    sim = ecs.Simulation(1)
    api, table = ecs.Api(sim, "api"), ecs.Table(sim, "orders")
    hello = ecs.Function(sim, "hello", warm=0.05, init=0.2)
    api >> hello >> table
    ecs.Traffic(sim, 5).to(api)
    run = sim.run(minutes=10)

    # The last request is still on its way.
    assert total(run, "Count", "api") == hello.invocations - 1 == pytest.approx(3000, abs=200)
    assert total(run, "Errors", "hello") == 0
    # The function's time holds the table's.
    assert total(run, "Duration", "hello", "Minimum") > 50
    assert ecs.bill(run).by_category()["Lambda"] > 0


def test_a_message_that_a_function_never_handles_ends_in_the_dead_letter_queue():
    sim = ecs.Simulation(1)
    letters = ecs.Queue(sim, "letters")
    orders = ecs.Queue(sim, "orders", redrive_policy=ecs.RedrivePolicy(letters, max_receive_count=5))
    hello = ecs.Function(sim, "hello", warm=0.1, init=0.2, fails=lambda message: message.id % 50 == 0)
    ecs.EventSourceMapping(orders, hello, batch_size=1)
    ecs.Traffic(sim, 1, name="shop").to(orders)
    sim.run(minutes=30)

    handled = hello.invocations
    assert letters.backlog == pytest.approx(1800 / 50, abs=6)
    assert handled > 1800


@pytest.mark.parametrize(("most", "lost"), [(None, 137), (2, 0)])
def test_a_reservation_below_the_pollers_sends_messages_that_no_one_tried_to_the_dead_letters(most, lost):
    """Every message is handled once or lies there; as many concurrent batches as the reservation has lose none."""
    sim = ecs.Simulation(1)
    letters = ecs.Queue(sim, "letters")
    orders = ecs.Queue(sim, "orders", redrive_policy=ecs.RedrivePolicy(letters, max_receive_count=3))
    slow = ecs.Function(sim, "slow", warm=5.0, timeout=6, init=0.2, reserved_concurrency=2)
    ecs.EventSourceMapping(orders, slow, batch_size=1, maximum_concurrency=most)
    ecs.Traffic(sim, ecs.spike(base=0, peak=2, at_minute=1, for_minutes=5)).to(orders)
    run = sim.run(minutes=60)

    assert letters.backlog == lost
    assert slow.invocations + letters.backlog == total(run, "NumberOfMessagesSent", "orders") == 568
    assert (total(run, "Throttles", "slow") > 0) == (lost > 0)
