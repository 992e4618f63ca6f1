"""Retries: failed requests come again, all are accounted for, and slices change nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecslite as ecs
from ecslite.network.target import Registration
from ecslite.sim.station import Workers


def shop(seed=1, *, rate=20.0, cpu=0.05, tasks=2, backlog=5, retries=None, wait=0.0, **balancer):
    """A load balancer with targets that are healthy at second 10, and traffic whose clients retry."""
    sim = ecs.Simulation(seed)
    check = ecs.HealthCheck(interval_seconds=10, timeout_seconds=5)
    front = ecs.LoadBalancer(sim, "front", health_check=check, **balancer)
    cause = sim.log.add("task", "tasks", "Tasks run.")
    targets = [
        front.register(Registration(letter * 32, Workers(1, backlog=backlog), 0.0, cause, lambda *_: None))
        for letter in "abcdefgh"[:tasks]
    ]
    source = ecs.Traffic(sim, rate, cpu_seconds=cpu, wait_seconds=wait, retries=retries)
    source.to(front)
    return sim, front, targets, source.clients


def accounted(front, clients, targets, now):
    """Requests answered, given up, waiting to be sent again, and in hand."""
    in_hand = sum(target.workers.outstanding(now) for target in targets)
    return front.latency.count + clients.given_up.total() + len(clients.due) + len(clients.failed) + in_hand


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 99),
    rate=st.sampled_from([4.0, 30.0]),
    backlog=st.integers(1, 6),
    pause=st.sampled_from([0.2, 0.7]),
    jitter=st.sampled_from([0.0, 0.9]),
    algorithm=st.sampled_from(["round_robin", "weighted_random", "least_outstanding_requests"]),
    patience=st.sampled_from([None, 0.3, 5.0]),
    cuts=st.lists(st.integers(1, 16 * 120), max_size=6),
)
def test_slices_change_no_number_of_a_retry_storm(*, seed, rate, backlog, pause, jitter, algorithm, patience, cuts):
    def run(moments):
        retries = ecs.Retries(backoff_seconds=pause, jitter=jitter)
        sim, front, targets, clients = shop(
            seed,
            rate=rate,
            backlog=backlog,
            retries=retries,
            algorithm=algorithm,
            nodes=2,
            client_timeout_seconds=patience,
        )
        cause = sim.log.add("fault", "a", "It crashes.")
        sim.at(47.5, lambda: front.stop(targets[0], cause))
        for moment in moments:
            sim.run(seconds=moment)
        return sim.run(seconds=120), front, targets, clients

    whole, front, targets, clients = run([])
    sliced, *_ = run(sorted({cut / 16 for cut in cuts}))

    assert whole.to_json() == sliced.to_json()
    assert accounted(front, clients, targets, 120.0) == clients.requests


def test_a_storm_multiplies_the_load_and_without_retries_it_does_not():
    sim, _front, _targets, clients = shop(rate=60.0, retries=ecs.Retries(max_attempts=4, jitter=0.2))
    run = sim.run(minutes=5)

    sent = [sum(run.metrics[name]["Sum"]) for name in ("ClientRequests", "ClientRetries", "ClientFailures")]
    assert sent == [clients.requests, clients.attempts - clients.requests, clients.given_up.total()]
    # Two workers serve 40 requests/s of 60. A third and more of all attempts fail, so that each request is sent
    # 1 + f + f² + f³ times, f being the share that fails: above 1.8 for f from 0.45.
    assert clients.attempts / clients.requests > 1.8


def test_retries_hide_a_short_fault_from_the_clients():
    outcome = {}
    for name, retries in (("without", ecs.Retries(max_attempts=1)), ("with", ecs.Retries(max_attempts=5, jitter=0.0))):
        sim, _front, targets, clients = shop(rate=8.0, backlog=50, retries=retries)
        sim.run(seconds=30)
        failed_before = clients.given_up.total()
        targets[0].failing_fast = sim.log.add("fault", "a", "It answers 500.")
        sim.run(seconds=40)
        targets[0].failing_fast = None
        sim.run(minutes=2)
        outcome[name] = clients.given_up.total() - failed_before

    assert outcome["without"] > 25
    assert outcome["with"] < outcome["without"] / 5


def test_a_request_that_times_out_comes_again_after_the_idle_timeout():
    sim, front, _targets, clients = shop(
        rate=0.2, cpu=ecs.Constant(8.0), tasks=1, backlog=None, retries=ecs.Retries(jitter=0.0), idle_timeout_seconds=6
    )
    run = sim.run(minutes=3)

    assert front.failed["504"] > 0
    assert clients.given_up["504"] > 0
    # A 504 is counted when the client gets it, 6 s after the request, though the worker is busy for longer.
    assert front.latency.count == 0
    assert sum(run.metrics["HTTPCode_ELB_504_Count"]["Sum"]) == front.failed["504"]


def test_only_the_clients_that_retry_send_again():
    sim, front, _targets, clients = shop(rate=30.0, retries=ecs.Retries())
    ecs.Traffic(sim, 30.0, name="batch").to(front)
    run = sim.run(minutes=2)

    assert ("ClientRequests", "traffic") in set(run.metrics)
    assert ("ClientRequests", "batch") not in set(run.metrics)
    assert clients.attempts > clients.requests > 30 * 110


def test_what_waits_waits_again():
    sim, front, _targets, clients = shop(rate=30.0, wait=0.2, retries=ecs.Retries())
    sim.run(minutes=2)

    assert any(attempt.wait > 0 for attempt in clients.due)
    assert front.latency.mean > 0.2


@pytest.mark.parametrize("retries", [None, ecs.Retries(max_attempts=1)])
def test_one_attempt_is_the_same_as_no_retries(retries):
    sim, _front, _targets, _ = shop(rate=60.0, retries=retries)
    run = sim.run(minutes=3)

    names = ("RequestCount", "TargetResponseTime", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_503_Count")
    plain, _, _, _ = shop(rate=60.0)
    expected = plain.run(minutes=3)
    assert [run.metrics[name] for name in names] == [expected.metrics[name] for name in names]
