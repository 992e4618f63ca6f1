"""Asynchronous invocation: retries, backoff, age, dead letters and destinations."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lambda_parts import Given, Sink, Stone, total

import ecslite as ecs
from ecslite.serverless.agenda import Agenda
from ecslite.serverless.message import Message


def function(sim, **settings):
    return ecs.Function(sim, "f", **{"warm": 1.0, "init": 0.0, **settings})


def send(function, *times, **message):
    """Send an event at each of these seconds."""
    agenda = function.sim.the(Agenda)
    for number, time in enumerate(times):
        one = Message(number, time, **message)
        agenda.at(time, lambda moment, one=one: function.deliver(moment, one, lambda *told: None))


def starts(function):
    """A list into which the moments of all attempts come, throttled or not."""
    attempts, begin = [], function.dispatcher.begin

    def noted(time, *args, **settings):
        attempts.append(time)
        return begin(time, *args, **settings)

    function.dispatcher.begin = noted
    return attempts


def test_vector_87_a_failing_event_is_tried_after_one_minute_and_after_two_more_and_then_given_up():
    sim = ecs.Simulation(1)
    letters, failures = Sink(sim, "letters"), Sink(sim, "failures")
    hello = function(sim, dead_letter_queue=letters, on_failure=failures)
    attempts = starts(hello)
    send(hello, 10.0, poison=True)
    run = sim.run(minutes=10)

    # Each attempt takes a second; the waits begin when it has failed.
    assert attempts == [10.0, 11.0 + 60, 72.0 + 120]
    assert [time for time, _ in letters.got] == [193.0]
    assert [time for time, _ in failures.got] == [193.0]
    assert (total(run, "AsyncEventsReceived"), total(run, "AsyncEventsDropped"), total(run, "Errors")) == (1, 1, 3)
    assert any(event.details.get("condition") == "RetriesExhausted" for event in run.events("function"))


def test_retries_may_be_fewer():
    sim = ecs.Simulation(1)
    letters = Sink(sim)
    hello = function(sim, dead_letter_queue=letters, maximum_retry_attempts=0)
    send(hello, 10.0, poison=True)
    sim.run(minutes=5)

    assert [time for time, _ in letters.got] == [11.0]


def test_a_success_goes_to_its_destination_and_so_does_one_after_a_retry():
    sim = ecs.Simulation(1)
    good = Sink(sim)
    hello = function(sim, warm=Given(1.0, 5.0, 1.0), on_success=good)
    send(hello, 10.0, 20.0)
    run = sim.run(minutes=5)

    # The second event runs into the timeout of 3 s, and succeeds a minute later.
    assert [time for time, _ in good.got] == [11.0, 23.0 + 60 + 1]
    assert total(run, "AsyncEventAge", statistic="Maximum") == 63_000
    assert hello.events.waiting == 0


def test_a_throttled_event_comes_back_after_1_2_4_seconds_and_so_on_up_to_five_minutes():
    sim = ecs.Simulation(1)
    hello = function(sim, warm=3000.0, cold=ecs.Constant(3000.0), reserved_concurrency=1)
    attempts = starts(hello)
    send(hello, 1.0, 2.0)
    sim.run(minutes=30)
    delays = [after - before for before, after in pairwise(attempts[1:])]

    assert delays[:11] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert hello.events.waiting == 2


def test_an_event_that_is_throttled_for_longer_than_its_age_is_given_up():
    sim = ecs.Simulation(1)
    letters = Sink(sim)
    hello = function(
        sim,
        cold=ecs.Constant(3000.0),
        reserved_concurrency=1,
        maximum_event_age_seconds=100,
        dead_letter_queue=letters,
    )
    send(hello, 1.0, 2.0)
    run = sim.run(minutes=5)

    assert [time for time, _ in letters.got] == [102.0]
    assert any(event.details.get("condition") == "EventAgeExceeded" for event in run.events("function"))


def test_with_a_reservation_of_nothing_events_go_to_the_dead_letters_at_once():
    sim = ecs.Simulation(1)
    letters = Sink(sim)
    hello = function(sim, reserved_concurrency=0, dead_letter_queue=letters)
    send(hello, 1.0)
    sim.run(minutes=1)

    assert [time for time, _ in letters.got] == [1.0]


def test_letters_and_records_that_nobody_takes_are_counted():
    sim = ecs.Simulation(1)
    hello = function(
        sim,
        maximum_retry_attempts=0,
        dead_letter_queue=Sink(sim, "letters", taken=False),
        on_failure=Sink(sim, "failures", taken=False),
    )
    send(hello, 1.0, poison=True)
    run = sim.run(minutes=1)

    assert (total(run, "DeadLetterErrors"), total(run, "DestinationDeliveryFailures")) == (1, 1)


def test_events_are_not_limited_in_requests_a_second():
    sim = ecs.Simulation(1)
    hello = function(sim, warm=0.001, reserved_concurrency=1)
    send(hello, *[1.0 + index / 64 for index in range(60)])
    run = sim.run(minutes=1)

    assert (hello.invocations, total(run, "Throttles")) == (60, 0)


def test_a_source_may_send_events():
    sim = ecs.Simulation(1)
    hello = function(sim, warm=0.1)
    ecs.Traffic(sim, 5).to(hello.events)
    run = sim.run(minutes=10)

    assert total(run, "AsyncEventsReceived") == hello.invocations == pytest.approx(3000, abs=200)


def test_a_destination_has_to_take_messages():
    sim = ecs.Simulation(1)
    with pytest.raises(ecs.InvalidSetting, match="dead_letter_queue='stone' is a stone: use a queue"):
        function(sim, dead_letter_queue=Stone(sim, "stone"))


@given(
    moments=st.lists(st.integers(1, 600), min_size=1, max_size=30),
    failing=st.floats(0, 1),
    reserved=st.integers(1, 3),
    age=st.sampled_from([60, 600, 21_600]),
)
def test_no_event_is_lost_each_is_done_or_given_up_or_waits(moments, failing, reserved, age):
    sim = ecs.Simulation(1)
    good, bad = Sink(sim, "good"), Sink(sim, "bad")
    hello = function(
        sim,
        warm=ecs.Exponential(2.0),
        error_rate=failing,
        reserved_concurrency=reserved,
        maximum_event_age_seconds=age,
        on_success=good,
        on_failure=bad,
    )
    send(hello, *map(float, moments))
    sim.run(seconds=700)

    assert len(good.got) + len(bad.got) + hello.events.waiting == len(moments)
    assert len({id(message) for _, message in good.got + bad.got}) == len(good.got) + len(bad.got)
    sim.run(minutes=60 * 7)
    assert (len(good.got) + len(bad.got), hello.events.waiting) == (len(moments), 0)
