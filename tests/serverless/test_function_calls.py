"""What a function calls while it runs, and how it is called."""

from __future__ import annotations

import pytest
from lambda_parts import Given, Shelf, Sink, Stone, call, total

import ecslite as ecs


def function(sim, name="f", **settings):
    return ecs.Function(sim, name, **{"warm": 1.0, "init": 0.0, **settings})


def test_a_function_waits_for_what_it_calls_and_is_billed_for_it():
    sim = ecs.Simulation(1)
    hello, shelf = function(sim), Shelf(sim, seconds=0.5)
    hello >> shelf
    answers = call(hello, 1.0)
    run = sim.run(minutes=1)

    assert [time for time, _ in shelf.called] == [2.0]
    assert answers == [(2.5, "ok")]
    assert total(run, "Duration", statistic="Maximum") == 1500
    assert run.of_kind("function")[0].attributes["billed_milliseconds"] == 1500


def test_calls_are_made_in_turn_and_sends_take_no_time():
    sim = ecs.Simulation(1)
    hello, first, sink, last = function(sim), Shelf(sim, "first"), Sink(sim), Shelf(sim, "last", 0.25)
    for part in (first, sink, last):
        hello >> part
    answers = call(hello, 1.0)
    sim.run(minutes=1)

    assert [first.called[0][0], sink.got[0][0], last.called[0][0]] == [2.0, 2.5, 2.5]
    assert answers == [(2.75, "ok")]


def test_the_message_is_the_same_wherever_it_goes():
    sim = ecs.Simulation(1)
    hello, sink = function(sim), Sink(sim)
    hello >> sink
    call(hello, 1.0, key="item")
    sim.run(minutes=1)

    assert sink.got[0][1].key == "item"


@pytest.mark.parametrize(
    "broken", [lambda sim: Shelf(sim, outcome="ThrottlingException"), lambda sim: Sink(sim, taken=False)]
)
def test_a_call_that_fails_fails_the_function_and_those_after_it_are_not_made(broken):
    sim = ecs.Simulation(1)
    hello, part, after = function(sim), broken(sim), Shelf(sim, "after")
    hello >> part
    hello >> after
    answers = call(hello, 1.0)
    run = sim.run(minutes=1)

    assert answers[0][1] == "Unhandled"
    assert after.called == []
    assert total(run, "Errors") == 1


def test_a_reply_after_the_timeout_is_lost():
    sim = ecs.Simulation(1)
    hello, slow = function(sim), Shelf(sim, seconds=5)
    hello >> slow
    answers = call(hello, 1.0)
    run = sim.run(minutes=1)

    assert answers == [(4.0, "Unhandled")]
    assert (total(run, "Errors"), total(run, "Invocations")) == (1, 1)


def test_what_fails_or_times_out_by_itself_calls_nobody():
    sim = ecs.Simulation(1)
    hello, shelf = function(sim, warm=Given(5.0, 1.0)), Shelf(sim)
    hello >> shelf
    call(hello, 1.0)
    call(hello, 10.0, poison=True)
    sim.run(minutes=1)

    assert shelf.called == []


def test_an_environment_is_in_use_while_its_function_waits():
    sim = ecs.Simulation(1)
    hello, shelf = function(sim, timeout=60, reserved_concurrency=1), Shelf(sim, seconds=10)
    hello >> shelf
    answers = call(hello, 1.0, 5.0, 30.0)
    run = sim.run(minutes=1)

    assert answers == [(5.0, "429"), (12.0, "ok"), (41.0, "ok")]
    assert total(run, "ConcurrentExecutions", statistic="Maximum") == 1


def test_a_request_in_flight_at_the_end_of_a_minute_is_still_in_use():
    sim = ecs.Simulation(1)
    hello, shelf = function(sim, timeout=300), Shelf(sim, seconds=100)
    hello >> shelf
    call(hello, 50.0)
    run = sim.run(minutes=3)

    assert run.metrics["ConcurrentExecutions", "f"]["Maximum"] == (1, 1, 1)
    assert run.level("Environments/busy", "f").steps[0][:2] == (60.0, 1)


def test_a_function_calls_a_function_and_both_are_billed_meanwhile():
    sim = ecs.Simulation(1)
    outer, inner = function(sim), function(sim, "inner", warm=0.5)
    outer >> inner
    answers = call(outer, 1.0)
    sim.run(minutes=1)

    assert answers == [(2.5, "ok")]
    assert inner.invocations == 1


def test_calls_and_a_source_are_served_in_the_order_of_time():
    """A call finds busy what requests of the source before it, and at its moment, have taken."""
    sim = ecs.Simulation(1)
    hello = function(sim, reserved_concurrency=1, warm=0.5)
    ecs.Traffic(sim, 1, arrivals="even").to(hello)
    answers = call(hello, 0.75, 1.25, 1.5)
    sim.run(minutes=1)

    assert answers == [(0.75, "429"), (1.5, "429"), (1.75, "ok")]


def test_two_sources_are_served_in_the_order_of_time():
    sim = ecs.Simulation(1)
    hello = function(sim, warm=0.01)
    for name in ("a", "b"):
        ecs.Traffic(sim, 5, name=name).to(hello)
    run = sim.run(minutes=10)

    assert hello.invocations == pytest.approx(6000, abs=250)
    assert total(run, "Throttles") == 0


def test_a_part_that_takes_nothing_cannot_be_wired():
    sim = ecs.Simulation(1)
    with pytest.raises(ecs.InvalidSetting, match="can neither be called nor be sent to"):
        function(sim) >> Stone(sim, "stone")
