"""What tasks use of memory, what CloudWatch makes of it, and who is killed when there is no more."""

from __future__ import annotations

import pytest

import ecslite as ecs
from ecslite.ecs.container_definition import ContainerDefinition
from ecslite.ecs.memory_use import OUT_OF_MEMORY, hard_limit


def shop(*, rate=2.0, memory=512, minutes=15, stops=(), count=1, cpu_seconds=0.05, **behaviour):
    """A service on Fargate behind a load balancer."""
    sim = ecs.Simulation(3)
    front = ecs.LoadBalancer(sim, "front")
    definition = ecs.TaskDefinition("web", cpu=256, memory=memory)
    ecs.Service(ecs.Cluster(sim, "shop"), definition, desired_count=count, load_balancer=front, **behaviour)
    ecs.Traffic(sim, rate, cpu_seconds=cpu_seconds).to(front)
    for stop in stops:
        sim.run(seconds=stop)
    return sim.run(minutes=minutes)


def box(*, definitions, applications, **settings):
    """One m5.large (2 vCPUs, some 7,900 MiB) with a service of one task for each definition."""
    sim = ecs.Simulation(3)
    group = ecs.AutoScalingGroup(sim, "box", min_size=1, max_size=1, **settings)
    cluster = ecs.Cluster(sim, "shop", capacity=[ecs.CapacityProvider(group)])
    for definition, application in zip(definitions, applications, strict=True):
        ecs.Service(cluster, definition, desired_count=1, application=application)
    return sim.run(minutes=30)


def reserving(name, soft, hard=None):
    """A definition without a task size, on EC2."""
    document = {"name": name, "image": "shop/web:1", "cpu": 256, "memoryReservation": soft}
    if hard is not None:
        document["memory"] = hard
    return ecs.TaskDefinition.from_aws({"family": name, "containerDefinitions": [document]})


def stopped(run, service="web"):
    return [
        task.attributes
        for task in run.of_kind("task")
        if task.attributes["service"] == service and "stop_code" in task.attributes
    ]


def test_memory_at_rest_is_a_flat_line():
    run = shop(memory_mib=128)

    assert set(run.metrics["MemoryUtilization", "web"]["Average"][2:]) == {25.0}
    assert set(run.metrics["MemoryUtilization", "web"]["Maximum"][2:]) == {25.0}


def test_memory_that_nobody_declared_is_not_reported():
    names = {metric.name for metric in shop().metric_list}

    assert "CPUUtilization" in names
    assert not names & {"MemoryUtilization", "TaskMemoryUtilization"}


def test_each_request_in_hand_takes_memory():
    """Little's law: requests in hand are requests a second times their mean latency; 100 MiB each."""
    run = shop(memory_mib=100, memory_mib_per_request=100, minutes=120, cpu_seconds=0.025)
    in_hand = run.metrics["RequestCount", "front"]["Sum"], run.metrics["TargetResponseTime", "front"]["Average"]
    expected = [100 + 100 * count / 60 * mean for count, mean in zip(*in_hand, strict=True) if mean]
    values = [value for value in run.metrics["MemoryUtilization", "web"]["Average"] if value is not None]

    # Three samples a minute, 118 minutes: a standard error of some 4 %.
    assert 5.12 * sum(values) / len(values) == pytest.approx(sum(expected) / len(expected), rel=0.08)


def test_minimum_and_maximum_are_of_the_tasks_that_use_least_and_most():
    run = shop(memory_mib=100, memory_mib_per_request=20, count=4, rate=16.0)
    minute = {statistic: run.metrics["MemoryUtilization", "web"][statistic][-1] for statistic in ("Minimum", "Maximum")}
    tasks = [metric["Average"][-1] for metric in run.metric_list if metric.name == "TaskMemoryUtilization"]

    assert len(tasks) == 4
    assert minute == {"Minimum": min(tasks), "Maximum": max(tasks)}
    assert run.metrics["MemoryUtilization", "web"]["Average"][-1] == pytest.approx(sum(tasks) / 4)


def test_a_leak_ends_in_a_kill_with_137_and_the_service_replaces_the_task():
    """512 MiB less 212 at rest, at 3,000 MiB an hour: 360 s, looked at once a second."""
    run = shop(memory_mib=212, memory_leak_mib_per_hour=3000)
    first = run.of_kind("task")[0]
    began = next(seconds for seconds, state, _ in first.states if state == "RUNNING")
    kill = next(event for event in run.events("fault") if event.text.startswith(OUT_OF_MEMORY))

    assert kill.seconds - began == pytest.approx(360, abs=1.001)
    assert (first.attributes["exit_code"], first.attributes["reason"]) == (137, OUT_OF_MEMORY)
    assert first.attributes["stop_code"] == "EssentialContainerExited"
    assert len(run.of_kind("task")) > 1
    stop = run.events("task", first.id)[-1]
    assert kill in run.why(stop)


def test_overload_fills_the_backlog_and_the_backlog_fills_the_memory():
    calm = shop(memory_mib=200, memory_mib_per_request=5, backlog=100)
    crowd = shop(memory_mib=200, memory_mib_per_request=5, backlog=100, rate=30.0)

    assert not calm.events("fault")
    assert crowd.events("fault")
    assert stopped(crowd)[0]["reason"] == OUT_OF_MEMORY
    assert max(filter(None, crowd.metrics["MemoryUtilization", "web"]["Maximum"])) <= 100


def test_how_a_run_is_sliced_changes_nothing():
    settings = {"memory_mib": 200, "memory_mib_per_request": 5, "backlog": 100, "rate": 12.0}

    assert shop(**settings) == shop(**settings, stops=(33.3, 60, 400.5, 401.0, 640.2))


def test_vector_32_placement_subtracts_128_and_300_is_the_hard_limit():
    definition = reserving("web", 128, 300)

    assert (definition.need.memory, hard_limit(definition)) == (128, 300)


@pytest.mark.parametrize(
    ("size", "limits", "expected"),
    [(512, (None,), 512), (512, (300,), 300), (512, (400, 400), 512), (None, (128, None), None), (None, (64, 64), 128)],
)
def test_the_hard_limit_is_the_tasks_size_or_its_containers_own(size, limits, expected):
    parts = tuple(
        ContainerDefinition(f"c{place}", "image", memory=limit, memory_reservation=32)
        for place, limit in enumerate(limits)
    )
    definition = ecs.TaskDefinition(
        "web", memory=size or 512, memory_is_limit=size is not None, container_definitions=parts
    )

    assert hard_limit(definition) == expected


def test_a_soft_limit_may_be_passed_and_utilization_is_of_the_reservation():
    run = box(definitions=[reserving("web", 128)], applications=[ecs.Application(memory_mib=512)])

    assert run.metrics["MemoryUtilization", "web"]["Average"][-1] == 400.0
    assert not run.events("fault")


def test_a_hard_limit_above_the_reservation_kills_at_the_limit():
    leak = ecs.Application(memory_mib=100, memory_leak_mib_per_hour=1200)
    run = box(definitions=[reserving("web", 128, 300)], applications=[leak])

    assert "of 300." in run.events("fault")[0].text
    assert max(filter(None, run.metrics["MemoryUtilization", "web"]["Maximum"])) > 200


def test_when_the_instance_is_full_whoever_is_furthest_above_its_reservation_goes():
    leaks = ecs.Application(memory_mib=1000, memory_leak_mib_per_hour=30000)
    modest = ecs.Application(memory_mib=1500)
    definitions = [reserving("leaky", 512), reserving("modest", 1024), reserving("silent", 2048)]
    run = box(definitions=definitions, applications=[leaks, modest, ecs.Application()])

    assert {task["service"] for task in (*stopped(run, "leaky"), *stopped(run, "modest"))} == {"leaky"}
    assert "has no memory left" in run.events("fault")[0].text


def test_the_cluster_shows_memory_where_all_its_tasks_declare_it():
    declared = ecs.Application(memory_mib=1024)
    whole = box(definitions=[reserving("a", 512)], applications=[declared])
    part = box(definitions=[reserving("a", 512), reserving("b", 512)], applications=[declared, ecs.Application()])
    registered = whole.of_kind("instance")[0].attributes["memory"]

    assert whole.metrics["MemoryUtilization", "shop"]["Average"][-1] == pytest.approx(100 * 1024 / registered)
    assert "shop" not in {metric.subject for metric in part.metric_list if metric.name == "MemoryUtilization"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"memory_mib_per_request": 1}, "without memory_mib="),
        ({"memory_mib": -1}, "memory_mib=-1: use MiB from 0"),
        ({"memory_mib": 1, "memory_leak_mib_per_hour": -1}, "use numbers from 0"),
        ({"sidecar_cpu": float("inf")}, "use numbers from 0"),
        ({"discipline": "fair"}, "use one of first-come-first-served, processor-sharing"),
    ],
)
def test_an_application_that_makes_no_sense_is_refused(settings, words):
    with pytest.raises(ecs.InvalidSetting, match=words):
        ecs.Application(**settings)
