"""The load balancer: turns, health checks with the documented thresholds, draining, and counted failures."""

from __future__ import annotations

import pytest

import ecslite as ecs
from ecslite.network.target import Registration
from ecslite.sim.station import Workers


def balancer(seed=1, **settings):
    sim = ecs.Simulation(seed)
    return sim, ecs.LoadBalancer(sim, "front", **settings)


def register(front, name="a" * 32, *, stretch=1.0, ready_at=0.0, backlog=None):
    cause = front.sim.log.add("task", name, "A task runs.")
    workers = Workers(1, stretch=stretch, backlog=backlog)
    return front.register(Registration(name, workers, ready_at, cause, lambda *_: None))


def states(target):
    return [(seconds, state) for seconds, state, _ in target.record.states]


def test_vector_63_a_new_target_is_healthy_after_one_success():
    """Vector 63."""
    sim, front = balancer()
    target = register(front)
    sim.run(seconds=31)

    assert states(target) == [(0, "initial"), (30, "healthy")]


@pytest.mark.parametrize(("interval", "threshold", "seconds"), [(30, 5, 150), (5, 2, 10)])
def test_vector_62_an_unhealthy_target_recovers_after_interval_times_threshold(interval, threshold, seconds):
    """Vector 62: 150 s by default, 10 s with an interval of 5 and a threshold of 2."""
    check = ecs.HealthCheck(interval_seconds=interval, timeout_seconds=2, healthy_threshold_count=threshold)
    sim, front = balancer(health_check=check)
    target = register(front, ready_at=interval * 3 - 1)
    sim.run(seconds=interval * 2)
    assert target.state == "unhealthy"

    sim.run(seconds=1000)

    # The checks before the last failing one are at 1 and 2 intervals; counted from there, `seconds` later.
    assert states(target)[-1] == (interval * 2 + seconds, "healthy")


def test_requests_take_turns():
    sim, front = balancer()
    targets = [register(front, letter * 32) for letter in "abc"]
    sim.run(seconds=30)
    front.accept([31.0, 32.0, 33.0, 34.0], [0.5] * 4)
    front.accept([35.0, 36.0], [0.5] * 2)

    assert [target.workers.accepted_seconds for target in targets] == [1.0, 1.0, 1.0]


def test_without_targets_the_answer_is_503():
    sim, front = balancer()
    ecs.Traffic(sim, ecs.constant(5)).to(front)
    run = sim.run(minutes=2)

    assert run.metrics["RequestCount"]["Sum"] == (0, 0)
    assert sum(run.metrics["HTTPCode_ELB_503_Count"]["Sum"]) == front.failed["503"] > 500


def test_when_all_targets_are_unhealthy_it_fails_open():
    sim, front = balancer()
    register(front, ready_at=1e6)
    ecs.Traffic(sim, ecs.constant(5)).to(front)
    run = sim.run(minutes=3)

    assert run.metrics["RequestCount"]["Sum"][2] > 200
    assert run.metrics["HTTPCode_ELB_502_Count"]["Sum"][2] == run.metrics["RequestCount"]["Sum"][2]


def test_a_reply_after_the_idle_timeout_is_a_504():
    sim, front = balancer()
    register(front, stretch=61.0)
    sim.run(seconds=30)
    front.accept([31.0], [1.0])
    run = sim.run(minutes=3)

    assert sum(run.metrics["HTTPCode_ELB_504_Count"]["Sum"]) == 1
    assert run.metrics["TargetResponseTime"].statistics == {}


def test_what_is_in_flight_after_the_deregistration_delay_is_a_502():
    sim, front = balancer(deregistration_delay_seconds=10)
    target = register(front)
    sim.run(seconds=30)
    front.accept([30.5, 30.75], [1.0, 55.0])
    front.deregister(target, 0)
    run = sim.run(minutes=2)

    assert run.metrics["HTTPCode_ELB_502_Count"]["Sum"] == (1, 0)
    assert front.latency.count == 1
    assert states(target)[-1] == (40, "unused")


@pytest.mark.parametrize(
    "settings",
    [
        {"algorithm": "hash"},
        {"deregistration_delay_seconds": 3601},
        {"health_check": {"interval_seconds": 4}},
        {"health_check": {"timeout_seconds": 30}},
    ],
)
def test_a_setting_outside_its_range_is_refused(settings):
    if isinstance(settings.get("health_check"), dict):
        with pytest.raises(ecs.InvalidSetting):
            ecs.HealthCheck(**settings["health_check"])
    else:
        with pytest.raises(ecs.InvalidSetting):
            balancer(**settings)
