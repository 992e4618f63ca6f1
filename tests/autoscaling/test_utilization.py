"""What a service scales on: CPU that saturates, requests that do not, and memory."""

from __future__ import annotations

import pytest

import ecslite as ecs

REQUESTS = 60.0
"""A minute, for each task: 1 request/s of 0.1 CPU seconds is 40 % of a quarter of a vCPU."""


def spiked(metric, target, **more):
    """A service of two tasks on Fargate, when ten times as many requests come from minute 10 on."""
    sim = ecs.Simulation(5)
    front = ecs.LoadBalancer(sim, "front")
    definition = ecs.TaskDefinition("web", cpu=256, memory=512)
    web = ecs.Service(
        ecs.Cluster(sim, "shop"),
        definition,
        desired_count=2,
        load_balancer=front,
        backlog=10,
        discipline="processor-sharing",
        workers=8,
    )
    label = {"resource_label": "front"} if metric == "ALBRequestCountPerTarget" else {}
    ecs.TargetTracking(web, metric, target=target, min_capacity=2, max_capacity=40, **label, **more)
    ecs.Traffic(sim, ecs.spike(base=2, peak=20, at_minute=10, for_minutes=60), cpu_seconds=0.1, arrivals="even").to(
        front
    )
    return sim.run(minutes=60)


def steps(run):
    return [event for event in run.events("scaling") if event.details["wanted"] > event.details["running"]]


def test_on_fargate_cpu_saturates_so_that_a_tenfold_spike_is_climbed_in_steps_of_100_over_target():
    target = 50
    run = spiked("ECSServiceAverageCPUUtilization", target)

    assert max(filter(None, run.metrics["CPUUtilization", "web"]["Maximum"])) <= 100 + 1e-6
    assert len(steps(run)) >= 3
    assert all(event.details["wanted"] <= event.details["running"] * 100 / target for event in steps(run))


def test_requests_per_target_do_not_saturate_so_that_the_first_step_is_tenfold():
    run = spiked("ALBRequestCountPerTarget", REQUESTS)
    first = steps(run)[0]

    assert first.details["wanted"] >= 9 * first.details["running"]
    assert len(steps(run)) == 1


def test_the_publishing_delay_is_how_much_later_a_policy_acts():
    soon, late = (
        steps(spiked("ALBRequestCountPerTarget", REQUESTS, publishing_delay_seconds=delay))[0].seconds
        for delay in (15.0, 45.0)
    )

    assert late - soon == 30


def memory_bound(per_request=40.0, **more):
    """Requests that wait for others and use no CPU to speak of: 10 a second, of 2 s each, are 20 in hand."""
    sim = ecs.Simulation(5)
    front = ecs.LoadBalancer(sim, "front")
    definition = ecs.TaskDefinition("web", cpu=256, memory=1024)
    web = ecs.Service(
        ecs.Cluster(sim, "shop"),
        definition,
        desired_count=2,
        load_balancer=front,
        workers=50,
        memory_mib=100,
        memory_mib_per_request=per_request,
        **more,
    )
    ecs.TargetTracking(web, "ECSServiceAverageMemoryUtilization", target=40, min_capacity=2, max_capacity=20)
    ecs.Traffic(sim, ecs.constant(10), cpu_seconds=0.001, wait_seconds=ecs.Constant(2.0)).to(front)
    return sim.run(minutes=60)


def test_a_memory_bound_service_scales_on_memory():
    """800 MiB in all requests, and 100 in each task, of 1,024: 31 % with four tasks, 36 % with three, 49 % with two."""
    run = memory_bound()
    desired = [value for _, value, _ in run.level("DesiredCount", "web").steps]
    late = run.metrics["MemoryUtilization", "web"]["Average"][-20:]

    assert desired[-1] in (3, 4)
    assert max(late) <= 40 * 1.15
    assert max(filter(None, run.metrics["CPUUtilization", "web"]["Average"])) < 10
    assert any("MemoryUtilization was above 40 %" in event.text for event in run.events("alarm"))
    assert [event.kind for event in run.why(steps(run)[0])] == ["scaling", "alarm", "traffic"]


def test_tracking_memory_that_nobody_declared_is_refused():
    sim = ecs.Simulation(1)
    definition = ecs.TaskDefinition("web", cpu=256, memory=512)
    web = ecs.Service(ecs.Cluster(sim, "shop"), definition, desired_count=1)

    with pytest.raises(ecs.InvalidSetting, match="give its application a memory_mib"):
        ecs.TargetTracking(web, "ECSServiceAverageMemoryUtilization", target=60, min_capacity=1, max_capacity=2)
