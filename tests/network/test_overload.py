"""How small faults become large: a target that fails fast, clients that retry, and checks that queue like requests."""

from __future__ import annotations

import pytest

import ecslite as ecs
from ecslite.network.target import Registration
from ecslite.sim.station import Workers


def front(sim, *, targets=4, workers=1, **settings):
    balancer = ecs.LoadBalancer(sim, "front", nodes=1, **settings)
    cause = sim.log.add("task", "t", "Tasks run.")
    for number in range(targets):
        balancer.register(Registration(f"{number}" * 32, Workers(workers), 0.0, cause, lambda *_: None))
    return balancer, cause


def share_of_errors(algorithm):
    """The share of all requests that fail after one of four targets has begun to answer 5xx at once."""
    sim = ecs.Simulation(1)
    balancer, cause = front(sim, algorithm=algorithm)
    ecs.Traffic(sim, 14, cpu_seconds=0.2, from_minute=1).to(balancer)
    sim.run(seconds=300)
    event = sim.log.add("fault", "t", "A target answers each request with an error at once.", cause)
    balancer.targets[0].failing_fast = event
    before = balancer.failed["Target_5XX"]
    run = sim.run(seconds=900)
    assert run.why(run.events("errors")[-1])[1].id == event
    requests = sum(run.metrics["RequestCount", "front"]["Sum"][5:])
    return (balancer.failed["Target_5XX"] - before) / requests


def test_a_target_that_fails_fast_draws_traffic_under_least_outstanding_requests():
    """Its checks still pass. Taking turns it gets a quarter; with nothing in progress it looks like the best choice."""
    assert share_of_errors("round_robin") == pytest.approx(0.25, abs=0.01)
    assert share_of_errors("weighted_random") == pytest.approx(0.25, abs=0.02)
    assert share_of_errors("least_outstanding_requests") > 0.4


def storm(attempts, *, seconds=1800):
    """Two targets at 70 % of their capacity, and a minute in which nothing is served."""
    sim = ecs.Simulation(3)
    check = ecs.HealthCheck(interval_seconds=300, unhealthy_threshold_count=10)
    balancer, _ = front(
        sim, targets=2, client_timeout_seconds=2.0, health_check=check, deregistration_delay_seconds=3600
    )
    retries = ecs.Retries(max_attempts=attempts, backoff_seconds=0.2, max_backoff_seconds=1.0)
    ecs.Traffic(sim, 14, cpu_seconds=0.1, from_minute=5, retries=retries).to(balancer)
    sim.run(seconds=600)
    for target in balancer.targets:
        target.workers.serve([600.0], [60.0])
    run = sim.run(seconds=seconds)
    late = run.metrics["ClientFailures", "traffic"]["Sum"][-10:]
    return run, sum(late)


def test_retries_keep_an_overload_alive_after_its_cause_has_gone():
    """A retry storm: requests whose clients have left are served all the same, and each of them comes again."""
    _, once = storm(1)
    run, again = storm(10)
    sent = sum(run.metrics["RequestCount", "front"]["Sum"][-10:])
    first = sum(run.metrics["ClientRequests", "traffic"]["Sum"][-10:])
    assert once < 100
    assert again > 0.5 * first
    assert sent > 2 * first


def test_a_client_that_leaves_is_a_460_and_its_request_is_served_all_the_same():
    sim = ecs.Simulation(1)
    balancer, _ = front(sim, targets=1, client_timeout_seconds=3.0)
    ecs.Traffic(sim, 1, cpu_seconds=ecs.Constant(1.2), from_minute=1).to(balancer)
    balancer.trace(from_second=0, to_second=600)
    run = sim.run(minutes=11)

    left = [one for one in run.trace if one.fate == "460"]
    assert {round(one.end - one.arrival, 6) for one in left} == {3.0}
    assert len(left) > 200
    assert balancer.failed["460"] == sum(run.metrics["HTTPCode_ELB_4XX_Count", "front"]["Sum"]) >= len(left)
    assert balancer.latency.largest <= 3.01


@pytest.mark.parametrize(("patience", "fate", "waited"), [(None, "504", 10.0), (20.0, "504", 10.0), (4.0, "460", 4.0)])
def test_a_client_may_leave_before_the_connect_timeout(patience, fate, waited):
    sim = ecs.Simulation(1)
    balancer, cause = front(sim, targets=1, client_timeout_seconds=patience)
    ecs.Traffic(sim, 1, cpu_seconds=0.01, from_minute=1).to(balancer)
    sim.run(seconds=70)
    balancer.stop(balancer.targets[0], cause, unreachable=True)
    balancer.trace(from_second=71, to_second=100)
    run = sim.run(minutes=3)
    assert {(one.fate, round(one.end - one.arrival, 6)) for one in run.trace} == {(fate, waited)}


def test_a_client_without_patience_is_refused():
    with pytest.raises(ecs.InvalidSetting, match="client_timeout_seconds=0"):
        ecs.LoadBalancer(ecs.Simulation(1), "front", client_timeout_seconds=0)


def test_overload_fails_checks_takes_targets_out_fails_open_and_has_them_replaced():
    """The whole chain, each link with its cause: traffic, failed checks, no healthy target, new tasks."""
    sim = ecs.Simulation(1)
    check = ecs.HealthCheck(interval_seconds=10, timeout_seconds=2, healthy_threshold_count=2)
    balancer = ecs.LoadBalancer(sim, "front", health_check=check, deregistration_delay_seconds=30)
    web = ecs.Service(
        ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web"), desired_count=2, load_balancer=balancer, backlog=1000
    )
    ecs.Traffic(sim, ecs.spike(base=2, peak=40, at_minute=6, for_minutes=4), cpu_seconds=0.06).to(balancer)
    run = sim.run(minutes=30)

    traffic = next(event for event in run.events("traffic") if event.seconds == 360)
    ill = [event for event in run.events("target") if event.text.endswith("it is unhealthy.")]
    assert "a request waits" in ill[0].text and ill[0].details["reason"] == "Target.Timeout"
    assert ill[0].cause == traffic.id
    # No target is healthy, and requests still come: the load balancer fails open.
    healthy = run.metrics["HealthyHostCount", "front"]["Average"]
    requests = run.metrics["RequestCount", "front"]["Sum"]
    assert any(not well and many > 1000 for well, many in zip(healthy, requests, strict=True))
    replaced = [
        part for part in run.of_kind("task") if part.attributes.get("stopped_reason", "").startswith("Task failed")
    ]
    assert len(replaced) >= 2
    chain = [event.text for event in run.why(replaced[0].states[-1][2])]
    assert chain[-1] == traffic.text
    assert any("it is unhealthy." in text for text in chain)
    assert web.running_count == 2 and healthy[-1] == 2


def test_an_application_that_is_still_starting_is_not_the_visitors_doing():
    """Nothing listens yet: the chain of its failed checks goes back to its own start, though visitors are there."""
    sim = ecs.Simulation(7)
    front = ecs.LoadBalancer(sim, "front", health_check=ecs.HealthCheck(interval_seconds=10))
    definition = ecs.TaskDefinition("web", cpu=256, memory=512)
    web = ecs.Service(ecs.Cluster(sim, "shop"), definition, desired_count=1, load_balancer=front)
    ecs.Traffic(sim, 1, cpu_seconds=0.01, from_minute=2).to(front)
    slow = web.application.but(startup_seconds=90.0)
    sim.at(300, lambda: web.update(task_definition=definition, application=slow))
    run = sim.run(minutes=10)
    unhealthy = next(event for event in run.events("target") if "it is unhealthy" in event.text)

    assert "nothing listens there" in unhealthy.text
    assert [event.kind for event in run.why(unhealthy)][1:3] == ["target", "task"]
    assert "You deploy" in run.why(unhealthy)[-1].text
