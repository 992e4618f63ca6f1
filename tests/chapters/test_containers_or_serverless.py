"""What the chapter on the choice says is so: each claim of its text, asserted on its own scenarios."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def month(chapter):
    """US dollars a month of the first experiment."""
    return lambda way, rate, wait=0, tasks=2: chapter["month"](chapter["steady"](way, rate, wait, tasks, 7))


@pytest.fixture(scope="module")
def weeks(chapter):
    """A week of each workload both ways."""
    return {
        (workload, way): chapter["week"](workload, way) for workload in chapter["WORKLOADS"] for way in chapter["WAYS"]
    }


@pytest.fixture(scope="module")
def year(chapter, weeks):
    """US dollars of a year of such weeks."""
    return {key: chapter["ecs"].bill(run).per_year().total for key, run in weeks.items()}


def refused(run):
    """Requests that containers turned away or lost, once the first tasks were there."""
    return sum(sum(run.metrics[name]["Sum"][3:]) for name in ("HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"))


def test_two_requests_a_second_cost_a_fraction_as_functions(month):
    assert month("functions", 2) < month("containers", 2) / 3


def test_the_runs_cross_where_the_formula_says(chapter, month):
    found = chapter["ecs"].break_even_serverless(cpu_seconds=0.1, function_memory=chapter["ONE_VCPU"])

    assert 8 < found.requests_per_second < 9
    assert month("functions", 7) < month("containers", 7)
    assert month("functions", 12) > month("containers", 12)


@pytest.mark.parametrize("rate", [4, 12])
def test_the_runs_cost_what_the_formula_says(chapter, month, rate):
    """The first requests are cold, and the hour of a load balancer is begun: within a tenth."""
    found = chapter["ecs"].break_even_serverless(cpu_seconds=0.1, function_memory=chapter["ONE_VCPU"])

    assert month("functions", rate) == pytest.approx(730 * found.functions_usd_at(rate), rel=0.1)
    assert month("containers", rate) == pytest.approx(730 * found.containers_usd_at(rate), rel=0.1)


def test_waiting_makes_functions_dearer_and_containers_not(month):
    assert month("functions", 4, wait=400) > 3 * month("functions", 4)
    assert month("containers", 4, wait=400) == pytest.approx(month("containers", 4), rel=0.01)


@pytest.mark.parametrize("rate", [8, 20])
def test_tasks_take_requests_that_wait(chapter, rate):
    assert refused(chapter["steady"]("containers", rate, 400, 2, 7)) < 0.02 * rate * 900


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_the_fewer_visitors_the_more_of_them_meet_a_cold_start(chapter, seed):
    cold = [chapter["cold"](chapter["quiet"]("functions", many, 0, 1, seed)) for many in (60, 10, 2)]

    assert cold[0] < 5 < cold[1] < 40 < cold[2]


def test_what_stands_ready_has_no_cold_starts_and_is_paid_for(chapter):
    none, one = (chapter["quiet"]("functions", 10, ready, 1, 7) for ready in (0, 1))
    stood = chapter["quiet"]("containers", 10, 0, 1, 7)

    assert chapter["cold"](one) < 2
    assert chapter["cold"](stood) == 0
    assert chapter["month"](none) < 0.1
    assert 10 < chapter["month"](one) < chapter["month"](stood)


def test_seldom_and_bursty_work_is_cheaper_as_functions_and_steady_work_as_containers(chapter, year):
    cheaper = {workload: min(chapter["WAYS"], key=lambda way: year[workload, way]) for workload in chapter["WORKLOADS"]}

    assert cheaper == {"callbacks": "functions", "newsletter": "functions", "search": "containers"}


def test_two_tasks_cannot_take_the_first_minutes_of_the_newsletter(weeks):
    run = weeks["newsletter", "functions"]

    assert refused(weeks["newsletter", "containers"]) > 100
    assert sum(run.metrics["Throttles"]["Sum"]) == 0


def test_nothing_is_refused_in_the_other_weeks(weeks):
    for workload in ("callbacks", "search"):
        assert refused(weeks[workload, "containers"]) < 100


def test_most_of_a_rolling_update_is_draining(chapter):
    ecs, sim = chapter["ecs"], chapter["ecs"].Simulation(7)
    tea = ecs.TaskDefinition("shop", cpu=1024, memory=2048)
    shop = ecs.Service(ecs.Cluster(sim, "tea"), tea, desired_count=2, load_balancer=ecs.LoadBalancer(sim, "front"))
    sim.run(minutes=5)
    shop.update(force_new_deployment=True)
    done = sim.run(minutes=20).events("deployment")[-1]

    assert "completed" in done.text
    assert 300 < done.seconds - 300 < 600
