"""The load balancer against queueing theory. Work is exponential with a mean of one second; arrivals are Poisson.

Each mean is taken over some 90,000 to 300,000 requests. The relative standard error of the mean time in a single-server
queue at utilisation 0.8 is about √(2 (1 + ρ) / (1 - ρ)² / N): 1.4 % for N = 450,000 and 2.5 % for N = 140,000; four
queues, with arrivals that are split between them, have as much data each as a quarter of the run. Tolerances below are
two to three of those errors; all seeds are fixed.
"""

from __future__ import annotations

import pytest

import ecslite as ecs
from ecslite.network.target import Registration
from ecslite.sim.station import Workers

UTILISATION = 0.8
TARGETS = 4

PATIENT = ecs.HealthCheck(interval_seconds=300, timeout_seconds=120, unhealthy_threshold_count=10)
"""Checks that a queue of minutes does not fail: theory has no health checks."""


def balanced(algorithm, *, targets=TARGETS, workers=1, rate=UTILISATION * TARGETS, hours=14, seed=5, **settings):
    """The mean time in the system (seconds), and the load balancer, after so many hours."""
    sim = ecs.Simulation(seed)
    front = ecs.LoadBalancer(
        sim, "front", algorithm=algorithm, health_check=PATIENT, idle_timeout_seconds=4000, **settings
    )
    cause = sim.log.add("task", "tasks", "Tasks run.")
    for place in range(targets):
        front.register(Registration(f"{place:032x}", Workers(workers), 0.0, cause, lambda *_: None))
    ecs.Traffic(sim, rate, cpu_seconds=1.0, from_minute=6).to(front)
    run = sim.run(minutes=60 * hours)
    return front.latency.mean, front, run


def erlang_c_sojourn(load, servers):
    """The mean time in the system of M/M/c, in service times."""
    loss = 1.0
    for busy in range(1, servers + 1):
        loss = load * loss / (busy + load * loss)
    waits = loss / (1 - load / servers * (1 - loss))
    return 1 + waits / (servers - load)


def erlang_arrivals_sojourn(stages, utilisation):
    """The mean time in the system of E_c/M/1, in service times: 1 / (1 - σ), σ = A*(μ (1 - σ)) by iteration."""
    sigma = utilisation
    for _ in range(200):
        sigma = (stages * utilisation / (stages * utilisation + 1 - sigma)) ** stages
    return 1 / (1 - sigma)


def test_even_random_weights_make_each_target_a_queue_of_its_own():
    """M/M/1 at 0.8: 5 service times."""
    mean, _, _ = balanced("weighted_random", hours=30)

    assert mean == pytest.approx(1 / (1 - UTILISATION), rel=0.06)


def test_strict_rotation_makes_erlang_arrivals_at_each_target():
    """E_4/M/1 at 0.8: 3.267 service times, where M/M/1 gives 5."""
    expected = erlang_arrivals_sojourn(TARGETS, UTILISATION)
    mean, _, _ = balanced("round_robin", nodes=1)

    assert expected == pytest.approx(3.267, abs=0.001)
    assert mean == pytest.approx(expected, rel=0.04)


def test_nodes_that_turn_by_themselves_lie_between_rotation_and_chance():
    mean, _, _ = balanced("round_robin", nodes=3)

    assert erlang_arrivals_sojourn(TARGETS, UTILISATION) * 1.04 < mean < 5.0 * 0.96


def test_least_outstanding_requests_lie_between_one_queue_for_all_and_chance():
    mean, _, _ = balanced("least_outstanding_requests", hours=4)

    # No policy that sends a request to a target at once does better than one queue for all targets (M/M/4).
    assert erlang_c_sojourn(UTILISATION * TARGETS, TARGETS) * 1.02 < mean < erlang_arrivals_sojourn(4, UTILISATION)


def test_one_target_with_many_workers_waits_as_erlang_c_says():
    mean, _, _ = balanced("round_robin", targets=1, workers=10, rate=8.0, hours=8)

    assert mean == pytest.approx(erlang_c_sojourn(8.0, 10), rel=0.03)


@pytest.mark.parametrize("algorithm", ["round_robin", "weighted_random", "least_outstanding_requests"])
def test_littles_law_holds_at_the_load_balancer(algorithm):
    """L = λ W: requests in progress, looked at each minute, against throughput times mean latency."""
    sim = ecs.Simulation(8)
    front = ecs.LoadBalancer(sim, "front", algorithm=algorithm, health_check=PATIENT, idle_timeout_seconds=4000)
    cause = sim.log.add("task", "tasks", "Tasks run.")
    for place in range(TARGETS):
        front.register(Registration(f"{place:032x}", Workers(1), 0.0, cause, lambda *_: None))
    ecs.Traffic(sim, 2.4, cpu_seconds=1.0, from_minute=6).to(front)
    seen = []

    def look():
        while True:
            yield sim.sleep(10.0)
            front.catch_up()
            seen.append(sum(target.outstanding(sim.now) for target in front.targets))

    sim.process(look())
    sim.run(minutes=300)

    in_progress = sum(seen[40:]) / len(seen[40:])
    through = front.latency.count / (294 * 60)
    # 1,760 looks, ten service times apart and so nearly independent; their standard error is about 3 %.
    assert in_progress == pytest.approx(through * front.latency.mean, rel=0.08)
