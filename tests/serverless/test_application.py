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
