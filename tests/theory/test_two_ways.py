"""One application, two ways: latency, errors, scaling lag and the bill, over a range of load."""

from __future__ import annotations

import pytest
from two_ways import CPU_SECONDS, MEMORY, TABLE_SECONDS, column, containers, functions

import ecslite as ecs

LIKE = {
    "cpu_seconds": CPU_SECONDS,
    "wait_seconds": TABLE_SECONDS,
    "function_memory": MEMORY,
    "task_cpu": 1024,
    "task_memory": 2048,
}


def test_both_ways_get_the_same_requests():
    counts = [
        column(run, name, "Sum", "front")
        for run, name in (
            (containers(ecs.constant(8), minutes=8), "RequestCount"),
            (functions(ecs.constant(8), minutes=8), "Count"),
        )
    ]
    # A request counts where it is answered, which may be in the next minute.
    assert counts[0] == pytest.approx(counts[1], abs=5)
    assert sum(counts[0]) > 2000


def hourly(run, minutes, *left_out):
    """US dollars an hour of what is not left out, from a run's bill; its first 3 minutes had no traffic."""
    bill = run if isinstance(run, ecs.Bill) else ecs.bill(run)
    return (
        bill.per_month().total / 730
        - sum(usd for name, usd in bill.per_month().by_category().items() if name in left_out) / 730
    )


@pytest.mark.parametrize("rate", [2, 8, 30])
def test_bills_of_both_runs_are_what_the_formula_says(rate):
    found = ecs.break_even_serverless(**LIKE)
    tasks, minutes = found.tasks_at(rate), 20
    served = hourly(functions(ecs.constant(rate), warm_up=0), minutes, "DynamoDB")
    # Durations are exponential and rounded up to a millisecond, and the first of them are cold.
    assert served == pytest.approx(found.functions_usd_at(rate), rel=0.06)
    stood = hourly(containers(ecs.constant(rate), tasks=tasks, warm_up=0), minutes, "Public IPv4", "Data transfer")
    assert stood == pytest.approx(found.containers_usd_at(rate), rel=0.03)


def test_below_break_even_functions_cost_less_and_above_containers():
    found = ecs.break_even_serverless(**LIKE)
    cheaper = []
    for factor in (0.5, 0.8, 1.25, 2.0):
        rate = factor * found.requests_per_second
        served = hourly(functions(ecs.constant(rate), warm_up=0), 20, "DynamoDB")
        tasks = found.tasks_at(rate)
        stood = hourly(containers(ecs.constant(rate), tasks=tasks, warm_up=0), 20, "Public IPv4", "Data transfer")
        cheaper.append("functions" if served < stood else "containers")
    assert cheaper == ["functions", "functions", "containers", "containers"]


def test_a_peak_finds_functions_ready_and_containers_late():
    """10 requests a second become 40 in minute 10. New tasks come minutes later, and what the two there cannot take is
    refused until then; new environments come within their INIT."""
    peak = ecs.spike(base=10, peak=40, at_minute=10, for_minutes=12)
    stood, served = containers(peak, scaled=True, minutes=22), functions(peak, minutes=22)
    refused = column(stood, "HTTPCode_Target_5XX_Count", "Sum", "front")
    # 2,400 requests a minute; the scaling lag ends where less than 2 % of them are refused for good.
    lag = next(minute for minute in range(10, 22) if max(refused[minute:]) < 48) - 10
    assert (4 <= lag <= 10, sum(refused[:10]), sum(refused[10:]) > 1000) == (True, 0, True)
    assert sum(column(served, "5xx", "Sum", "front")) == 0
    cold = column(served, "ColdStarts", "Sum", "web")
    assert (max(cold[6:10]), cold[10] > 5) == (0, True)
    slow, quick = column(stood, "TargetResponseTime", "p95", "front"), column(served, "Latency", "p95", "front")
    assert max(slow[10 : 10 + lag]) > 1.5 * max(slow[5:10])
    assert max(quick[10:]) < 1.5 * max(quick[5:10])


def test_an_idle_night_costs_functions_nothing():
    stood, served = (ecs.bill(run(ecs.constant(0), minutes=10)).total for run in (containers, functions))
    assert (stood > 0, served) == (True, 0.0)


def test_both_bills_stand_side_by_side():
    rows = ecs.compare(containers(ecs.constant(8)), functions(ecs.constant(8)), names=("Fargate", "Lambda")).rows()
    of = {row["category"]: (row["first"] > 0, row["second"] > 0) for row in rows}
    assert of["Fargate"] == of["Load balancer"] == (True, False)
    assert of["Lambda"] == of["API Gateway"] == of["DynamoDB"] == (False, True)
