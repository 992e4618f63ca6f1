"""Traffic: what a request costs, and clients that try again."""

from __future__ import annotations

import pytest

import ecslite as ecs
from ecslite.sim.distributions import Exponential
from ecslite.sim.retries import Clients, Failure, Retries
from ecslite.sim.traffic import Traffic


def requests(traffic, cuts):
    out = []
    for cut in cuts:
        for times, costs, waits in traffic.take(cut):
            out += zip(times, costs, waits or [0.0] * len(times), strict=True)
    return out


def test_waiting_is_drawn_beside_the_work_and_changes_neither_work_nor_arrivals():
    plain = requests(Traffic(ecs.Simulation(3), 50), [60.0])
    waiting = requests(Traffic(ecs.Simulation(3), 50, wait_seconds=0.2), [60.0])

    assert [request[:2] for request in waiting] == [request[:2] for request in plain]
    # 3,000 exponential draws: four standard errors of their mean are 4 × 0.2 / √3000 = 7.3 %.
    assert sum(wait for *_, wait in waiting) / len(waiting) == pytest.approx(0.2, rel=0.073)


def test_waits_are_taken_the_same_in_any_slices():
    whole = requests(Traffic(ecs.Simulation(3), 50, wait_seconds=Exponential(0.2)), [180.0])
    sliced = requests(Traffic(ecs.Simulation(3), 50, wait_seconds=Exponential(0.2)), [0.5, 59.0, 60.0, 61.5, 180.0])

    assert sliced == whole


def test_a_pause_doubles_up_to_its_limit_and_jitter_takes_off_a_share():
    retries = Retries(max_attempts=9, backoff_seconds=1.0, max_backoff_seconds=5.0, jitter=0.5)

    assert [retries.pause(attempt, 0.0) for attempt in (1, 2, 3, 4, 5)] == [1.0, 2.0, 4.0, 5.0, 5.0]
    assert [retries.pause(attempt, 1.0) for attempt in (1, 2)] == [0.5, 1.0]
    assert retries.smallest_pause == 0.5


def test_failures_are_taken_up_in_their_own_order_whenever_they_became_known():
    failures = [Failure(float(second), float(second), 1, 0.0, 0.0, "502") for second in range(9)]
    retries = Retries(max_attempts=2)
    one, other = (Clients(ecs.Simulation(1), "web", retries) for _ in range(2))
    for failure in failures:
        one.fail(failure)
        one.hear(failure.seconds)
    for failure in reversed(failures):
        other.fail(failure)
    other.hear(9.0)

    assert sorted(one.due) == sorted(other.due)
    assert one.given_up == other.given_up == {}


def test_a_request_is_given_up_after_its_last_attempt_or_for_another_reason():
    clients = Clients(ecs.Simulation(1), "web", Retries(max_attempts=2, on=("503",)))
    clients.fail(Failure(1.0, 1.0, 2, 0.0, 0.0, "503"))
    clients.fail(Failure(1.0, 1.5, 1, 0.0, 0.0, "502"))
    clients.hear(1.0)

    assert clients.given_up == {"503": 1, "502": 1}
    assert clients.next_moment() == float("inf")


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"max_attempts": 0}, "from 1"),
        ({"max_attempts": 2.5}, "whole number"),
        ({"jitter": 1.0}, "less than 1"),
        ({"backoff_seconds": 30.0}, "lower the first"),
        ({"backoff_seconds": 0.0}, "longer backoff"),
        ({"on": ("404",)}, "Target_5XX"),
    ],
)
def test_retries_outside_their_range_are_refused_with_the_fix(settings, says):
    with pytest.raises(ecs.InvalidSetting, match=says):
        Retries(**settings)


def test_only_a_station_that_tells_of_failures_takes_traffic_with_retries():
    class Sink:
        def wire(self, source):
            raise AssertionError("it must not come to this")

    with pytest.raises(ecs.InvalidSetting, match="only a load balancer"):
        Traffic(ecs.Simulation(1), 5, retries=Retries()).to(Sink())
