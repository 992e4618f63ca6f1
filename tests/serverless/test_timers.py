"""Timers: they go off in the order of time, are called off for good, and leave nothing behind."""

from hypothesis import given
from hypothesis import strategies as st

import ecslite as ecs
from ecslite.serverless.timers import SWEEP, Timers

STEPS = st.lists(st.tuples(st.integers(1, 50), st.booleans()), max_size=200)


@given(STEPS)
def test_exactly_the_timers_that_were_not_called_off_go_off_in_order(steps):
    sim = ecs.Simulation(1)
    timers, seen = sim.the(Timers), []
    for number, (moment, called_off) in enumerate(steps):
        timer = timers.set(moment, lambda time, number=number: seen.append((time, number)))
        if called_off:
            timer.cancel()
            timer.cancel()
    sim.run(seconds=60)
    kept = [(float(moment), number) for number, (moment, called_off) in enumerate(steps) if not called_off]
    assert seen == sorted(kept)
    assert len(timers) == 0


def test_timers_that_were_called_off_are_swept_out():
    timers = ecs.Simulation(1).the(Timers)
    kept = [timers.set(1e6, print) for _ in range(10)]
    most = 0
    for _ in range(10_000):
        timers.set(1e5, print).cancel()
        most = max(most, len(timers))
    assert most <= 2 * len(kept) + SWEEP
    assert all(timer.pending for timer in kept)


def test_a_timer_set_by_a_timer_goes_off_in_its_turn():
    sim = ecs.Simulation(1)
    timers, seen = sim.the(Timers), []

    def again(time):
        seen.append(time)
        timers.set(time + 2, seen.append)
        timers.set(time + 0.5, seen.append)

    timers.set(5, seen.append)
    timers.set(1, again)
    timers.set(1, seen.append).cancel()
    sim.run(seconds=10)
    assert seen == [1.0, 1.5, 3.0, 5.0]


def test_a_timer_that_has_gone_off_cannot_be_called_off():
    sim = ecs.Simulation(1)
    timers = sim.the(Timers)
    timer = timers.set(1, lambda time: None)
    sim.run(seconds=2)
    timer.cancel()
    assert (timer.pending, len(timers)) == (False, 0)
