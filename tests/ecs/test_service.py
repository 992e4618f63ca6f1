"""A service keeps its promise: the desired count, replacement, zones, and the documented life-cycle."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenarios import shop

import ecslite as ecs

LIFE_CYCLE = [
    "PROVISIONING",
    "PENDING",
    "ACTIVATING",
    "RUNNING",
    "DEACTIVATING",
    "STOPPING",
    "DEPROVISIONING",
    "STOPPED",
]


def test_a_service_starts_its_desired_count_and_holds_it():
    run = shop(target=None, peak=4, minutes=10, desired_count=3)

    assert run.level("RunningCount").steps[-1][1] == 3
    assert len(run.of_kind("task")) == 3


def test_a_task_goes_through_the_documented_states():
    run = shop(target=None, peak=4, minutes=20, crash_at=[5])
    stopped = next(task for task in run.of_kind("task") if "stop_code" in task.attributes)

    assert [state for _, state, _ in stopped.states] == LIFE_CYCLE
    assert stopped.attributes["stop_code"] == "EssentialContainerExited"


def test_a_dead_task_is_replaced_and_the_chain_says_why():
    run = shop(target=None, peak=4, minutes=20, crash_at=[5])
    replacement = run.of_kind("task")[2]
    running = next(event for _, state, event in replacement.states if state == "RUNNING")

    chain = run.why(running)

    assert [event.kind for event in chain][-1] == "fault"
    assert "crashes" in chain[-1].text
    assert any("starts 1 task" in event.text for event in chain)
    assert chain[-1].seconds == 300 < chain[0].seconds < 360


def test_a_dead_task_costs_the_requests_it_had_and_those_sent_before_it_was_noticed():
    run = shop(target=None, base=6, peak=6, minutes=20, crash_at=[5])

    lost = sum(run.metrics["HTTPCode_ELB_502_Count"]["Sum"])

    # Two seconds of notice at half of six requests a second, and what the task had in hand.
    assert 1 <= lost <= 25
    assert run.metrics["HTTPCode_ELB_502_Count"]["Sum"][5] == lost


def test_tasks_spread_over_the_zones():
    run = shop(target=None, peak=4, minutes=5, desired_count=6)

    zones = [task.attributes["zone"] for task in run.of_kind("task")]

    assert {zone: zones.count(zone) for zone in zones} == {"us-east-1a": 2, "us-east-1b": 2, "us-east-1c": 2}


def test_scale_in_takes_from_the_zone_with_most():
    """Vector 16: with zones of 1, 2 and 2 tasks, the one that stops is in the second or the third."""
    sim = ecs.Simulation(1)
    web = ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web", cpu=256, memory=512), desired_count=5)
    sim.run(minutes=3)
    counts = {zone: sum(task.zone == zone for task in web.tasks) for zone in ecs.Fargate().zones}
    web.update(desired_count=4)
    sim.run(minutes=6)

    gone = {zone: counts[zone] - sum(task.zone == zone for task in web.tasks) for zone in counts}

    assert counts == {"us-east-1a": 2, "us-east-1b": 2, "us-east-1c": 1}
    assert gone["us-east-1c"] == 0


def test_a_stopping_task_waits_for_its_target_to_drain():
    run = shop(target=None, peak=4, minutes=3, desired_count=2)
    sim = ecs.Simulation(1)
    front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=120)
    web = ecs.Service(
        ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web", cpu=256, memory=512), desired_count=1, load_balancer=front
    )
    sim.run(minutes=3)
    web.update(desired_count=0)
    run = sim.run(minutes=10)
    states = {state: seconds for seconds, state, _ in run.of_kind("task")[0].states}

    assert states["STOPPING"] - states["DEACTIVATING"] == 120


def test_an_overload_with_a_long_backlog_turns_health_checks_against_the_service():
    """Requests wait longer than the health check's timeout, so that healthy tasks are replaced for being slow."""
    patient, shedding = shop(backlog=100), shop(backlog=15)

    replaced = [
        sum(task.attributes.get("stopped_reason") == "Task failed ELB health checks" for task in run.of_kind("task"))
        for run in (patient, shedding)
    ]

    assert replaced[0] > 5
    assert replaced[1] == 0


def test_an_unhealthy_task_is_replaced_before_it_is_stopped():
    run = shop(backlog=100, target=None)
    level = run.level("RunningCount")

    after_start = [value for seconds, value, _ in level.steps if seconds > 120]

    assert min(after_start) >= 2


def test_events_are_caused_by_earlier_events():
    run = shop(crash_at=[5, 20])

    assert all(event.cause is None or event.cause < event.id for event in run.log)
    assert all(earlier.seconds <= later.seconds for earlier, later in pairwise(run.log))


def test_the_same_seed_gives_the_same_bytes():
    assert shop(crash_at=[5]).to_json() == shop(crash_at=[5]).to_json()
    assert shop(seed=8).to_json() != shop().to_json()


@settings(max_examples=15)
@given(st.lists(st.floats(0.01, 39.9), max_size=5), st.integers(0, 1000))
def test_a_run_in_slices_is_the_run_in_one_piece(stops, seed):
    whole = shop(seed, crash_at=[5, 12], backlog=60)

    assert whole.to_json() == shop(seed, crash_at=[5, 12], backlog=60, stops=sorted(stops)).to_json()


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    crashes=st.lists(st.floats(2, 35), max_size=4),
    peak=st.integers(1, 40),
    backlog=st.integers(1, 120),
)
def test_every_request_is_answered_refused_lost_or_in_hand(seed, crashes, peak, backlog):
    sim = ecs.Simulation(seed)
    front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=30)
    web = ecs.Service(
        ecs.Cluster(sim, "shop"),
        ecs.TaskDefinition("web", cpu=256, memory=512),
        desired_count=2,
        load_balancer=front,
        backlog=backlog,
    )
    profile = ecs.spike(base=3, peak=peak, at_minute=5, for_minutes=10)
    ecs.Traffic(sim, profile, cpu_seconds=0.06).to(front)
    for minute in crashes:
        ecs.Fault(web, "crash", at_minute=minute)
    sim.run(minutes=40)
    arrived = sum(len(times) for times, *_ in ecs.Traffic(ecs.Simulation(seed), profile).take(2400.0))

    in_hand = sum(target.workers.outstanding(sim.now) for target in front.targets)

    assert arrived == front.latency.count + sum(front.failed.values()) + in_hand


def test_a_service_refuses_what_ecs_would_refuse():
    sim = ecs.Simulation(1)
    cluster, definition = ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web", cpu=256, memory=512)

    with pytest.raises(ecs.InvalidSetting, match="from 0 to 5,000"):
        ecs.Service(cluster, definition, desired_count=-1)
    with pytest.raises(ecs.InvalidSetting, match="has no capacity"):
        ecs.Service(ecs.Cluster(sim, "empty", capacity=[]), definition, desired_count=1)
    with pytest.raises(ecs.InvalidSetting, match="use one of crash"):
        ecs.Fault(ecs.Service(cluster, definition, desired_count=1), "fire", at_minute=1)


def test_a_definition_for_instances_is_refused_on_fargate_with_the_reason():
    bridge = ecs.TaskDefinition.from_aws(
        {
            "family": "web",
            "networkMode": "bridge",
            "containerDefinitions": [{"name": "web", "image": "shop/web", "memory": 300, "cpu": 100}],
        }
    )

    with pytest.raises(ecs.InvalidSetting, match=r"web:1 cannot run on Fargate: "):
        ecs.Service(ecs.Cluster(ecs.Simulation(1), "shop"), bridge, desired_count=1)


def test_a_surplus_task_that_is_not_healthy_yet_goes_before_a_healthy_one():
    sim = ecs.Simulation(1)
    front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=0)
    definition = ecs.TaskDefinition("web", cpu=256, memory=512)
    web = ecs.Service(ecs.Cluster(sim, "shop"), definition, desired_count=2, load_balancer=front, startup_seconds=0)
    sim.run(minutes=3)
    web.update(desired_count=3)
    while web.running_count < 3:
        sim.run(seconds=sim.now + 1)
    unready = [task for task in web.tasks if not task.ready]
    web.update(desired_count=2)
    sim.run(seconds=sim.now + 2)

    assert [task for task in web.tasks if task.desired_status == "STOPPED"] == unready
    assert len(unready) == 1
