"""How fast a function may take more requests a second."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecslite as ecs
from ecslite.serverless.request_scaling import RequestScaling, scales_requests
from ecslite.sim.clock import STEP, on_grid


def second(begin, count):
    """So many moments within a second."""
    return [on_grid(begin + index / count) for index in range(count)]


def taken(scaling, moments):
    return sum(scaling.take(moment) for moment in moments)


def test_ten_thousand_requests_a_second_are_taken_at_once_and_a_thousand_more_each_second():
    """In the first second the refill of the seconds' fractions comes on top, as refused requests try it on."""
    scaling = RequestScaling()
    counts = [taken(scaling, second(begin, 30_000)) for begin in range(12)]
    assert counts == [pytest.approx(11_000 + 1000 * begin, abs=2) for begin in range(12)]


def test_what_was_not_used_is_not_added():
    scaling = RequestScaling()
    assert taken(scaling, second(3600.0, 30_000)) == pytest.approx(11_000, abs=1)


def test_what_was_reached_is_taken_at_once_and_ten_thousand_more():
    """And what comes back in the nine tenths of the second that are left after the first 4,000."""
    scaling = RequestScaling()
    assert [taken(scaling, second(begin, count)) for begin, count in ((0, 4000), (60, 40_000))] == [
        4000,
        pytest.approx(4000 + 10_900, abs=2),
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9000)), min_size=1, max_size=6),
    st.lists(st.integers(1, 5000), min_size=1, max_size=5),
)
def test_a_batch_counts_as_its_requests_one_by_one(plan, sizes):
    """Batches end anywhere in a second; one that is not surely admitted goes one by one."""
    moments, begin = [], 0
    for gap, count in plan:
        begin += 1 + gap
        moments += second(float(begin), count)
    plain, batched, served, place, turn = RequestScaling(), RequestScaling(), 0, 0, 0
    while place < len(moments):
        batch = moments[place : place + sizes[turn % len(sizes)]]
        place, turn = place + len(batch), turn + 1
        if batched.admits(batch):
            batched.note(batch)
            served += len(batch)
        else:
            served += taken(batched, batch)
    assert (taken(plain, moments), vars(plain)) == (served, vars(batched))


def test_an_account_of_a_thousand_never_meets_it():
    assert [scales_requests(1000), scales_requests(1001)] == [False, True]


def short(concurrency, others=0, **settings):
    """A function of 20 ms that is asked 30,000 times a second from one moment to the next: 600 environments do."""
    sim = ecs.Simulation(1)
    ecs.Account(sim, concurrency)
    busy = ecs.Function(sim, "f", warm=0.02 - STEP, init=0.0, **settings)
    for _ in range(others):
        ecs.Function(sim, "other")
    return sim, busy


def test_thirty_thousand_requests_a_second_at_once_are_throttled_for_twenty_seconds():
    sim, busy = short(3000)
    moments = [index / 30_000 for index in range(30_000 * 2)]
    busy.accept(moments, [0.0] * len(moments))
    run = sim.run(minutes=1)
    assert busy.invocations == pytest.approx(11_000 + 12_000, abs=3)
    assert "FunctionInvocationRateLimitExceeded" in str(run.events("function"))
    assert "10,000 more requests a second" in str(run.events("function"))


def test_batches_and_single_requests_are_throttled_alike():
    """Another function on the pool makes requests go one by one."""
    seen = []
    for others in (0, 1):
        sim, busy = short(2000, others)
        ecs.Traffic(sim, ecs.constant(12_000), from_minute=1).to(busy)
        run = sim.run(seconds=62)
        seen.append((busy.invocations, [event.text for event in run.events("function")]))
    assert seen[0][0] == seen[1][0] > 20_000


def test_events_that_nobody_waits_for_are_not_limited():
    """15,000 within a second, and not the 11,000 that callers who wait would get."""
    sim, busy = short(3000)
    for moment in second(1.0, 15_000):
        busy.agenda.at(moment, lambda now: busy.invoke_event(now, ecs.Message(1, now), lambda *reply: None))
    sim.run(seconds=3)
    assert busy.invocations == 15_000
