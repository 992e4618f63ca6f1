"""What the chapter on load balancers says is so: each claim of its text, asserted on its own scenario."""

from __future__ import annotations

import pytest

SEEDS = [7, 8, 9]


@pytest.fixture(scope="module")
def codes(chapter):
    """Requests that failed, by status code, of a shop in which a fault strikes at minute 5."""

    def run(fault, tasks, seed):
        sim, web, _ = chapter["open_shop"](seed, tasks=tasks, rate=5 if tasks > 1 else 1)
        chapter["ecs"].Fault(web, fault, at_minute=5)
        ran = sim.run(minutes=10)
        found = {code: sum(ran.metrics[f"HTTPCode_ELB_{code}_Count"]["Sum"]) for code in (502, 503, 504)}
        return {**found, 500: sum(ran.metrics["HTTPCode_Target_5XX_Count"]["Sum"])}

    return run


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hung_task_gets_every_fourth_visitor_until_it_is_unhealthy_and_is_replaced(chapter, seed):
    sim, web, _ = chapter["open_shop"](seed)
    chapter["ecs"].Fault(web, "hung", at_minute=5)
    run = sim.run(minutes=10)
    sick = next(target for target in run.of_kind("target") if "unhealthy" in [state for _, state, _ in target.states])
    at = {state: seconds for seconds, state, _ in sick.states}

    assert 0 < at["unhealthy"] - 300 <= 60
    assert len(run.of_kind("task")) == 5


@pytest.mark.parametrize("seed", SEEDS)
def test_a_target_that_fails_fast_takes_a_quarter_by_turns_and_far_more_by_least_outstanding(chapter, seed):
    share = {
        name: chapter["failed_share"](chapter["sick_one"](name, "failing_fast", 5, seed))
        for name in ("round_robin", "weighted_random", "least_outstanding_requests")
    }

    assert share["round_robin"] == pytest.approx(25, abs=1)
    # 3,000 requests: four standard errors of a quarter are 4 × √(0.25 × 0.75 / 3,000) = 3.2 %.
    assert share["weighted_random"] == pytest.approx(25, abs=3.2)
    assert share["least_outstanding_requests"] > 35


@pytest.mark.parametrize("seed", SEEDS)
def test_its_check_passes_so_that_no_task_is_replaced(chapter, seed):
    run = chapter["sick_one"]("least_outstanding_requests", "failing_fast", 5, seed)

    assert len(run.of_kind("task")) == 4


@pytest.mark.parametrize("seed", SEEDS)
def test_when_all_is_well_least_outstanding_requests_is_the_quickest(chapter, seed):
    slow = [
        chapter["slow"](chapter["sick_one"](name, "none", 5, seed))
        for name in ("least_outstanding_requests", "round_robin", "weighted_random")
    ]

    assert slow == sorted(slow)


@pytest.mark.parametrize("seed", SEEDS)
def test_with_one_that_hangs_least_outstanding_requests_loses_fewer(chapter, seed):
    turns, least = (
        chapter["failed_share"](chapter["sick_one"](name, "hung", 5, seed))
        for name in ("round_robin", "least_outstanding_requests")
    )

    assert least < turns


@pytest.mark.parametrize("seed", SEEDS)
def test_a_short_delay_cuts_orders_with_502_and_a_long_one_none(chapter, seed):
    lost = [chapter["lost"](chapter["one_ending"]("stop", delay, 5, seed)) for delay in (0, 5, 60)]
    run = chapter["one_ending"]("stop", 5, 5, seed)

    assert lost[0] > lost[1] > lost[2] == 0
    assert chapter["counted"](run, "HTTPCode_ELB_502_Count") == lost[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_delay_helps_where_a_task_crashes(chapter, seed):
    lost = [chapter["lost"](chapter["one_ending"]("crash", delay, 5, seed)) for delay in (0, 60)]

    assert lost[0] == lost[1] > 5


def test_draining_lasts_for_the_whole_delay(chapter):
    phases = chapter["anatomy_view"](chapter["one_ending"]("stop", 60, 1, 7))["anatomy"]["phases"]

    assert next(one["end"] - one["begin"] for one in phases if one["state"] == "DEACTIVATING") == 60


@pytest.mark.parametrize("seed", SEEDS)
def test_three_codes_are_three_stories(codes, seed):
    alone, crash, hung, errors = (
        codes(fault, tasks, seed) for fault, tasks in (("crash", 1), ("crash", 4), ("hung", 4), ("failing_fast", 4))
    )

    assert alone[503] > 20
    assert crash[502] > 0 == crash[503] == crash[504]
    assert hung[504] > 0 == hung[502] == hung[503]
    assert errors[500] > 100
    assert {errors[502], errors[503], errors[504]} == {0}


@pytest.mark.parametrize("seed", SEEDS)
def test_overload_fails_checks_and_has_well_tasks_replaced_and_the_balancer_fails_open(chapter, seed):
    ecs = chapter["ecs"]

    def overload(backlog):
        sim = ecs.Simulation(seed)
        check = ecs.HealthCheck(interval_seconds=10, timeout_seconds=2)
        front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=30, health_check=check)
        cluster, tea = ecs.Cluster(sim, "shop"), ecs.TaskDefinition("tea")
        ecs.Service(cluster, tea, desired_count=2, load_balancer=front, backlog=backlog)
        visitors = ecs.spike(base=2, peak=40, at_minute=6, for_minutes=4)
        ecs.Traffic(sim, visitors, cpu_seconds=0.06, from_minute=2).to(front)
        return sim.run(minutes=20)

    def condemned(run):
        reasons = [task.attributes.get("stopped_reason") for task in run.of_kind("task")]
        return reasons.count("Task failed ELB health checks")

    patient = overload(1000)
    healthy, requests = patient.metrics["HealthyHostCount"]["Average"], patient.metrics["RequestCount"]["Sum"]
    assert condemned(patient) >= 2
    assert any(not well and many > 1000 for well, many in zip(healthy, requests, strict=True))
    assert condemned(overload(5)) < condemned(patient)
