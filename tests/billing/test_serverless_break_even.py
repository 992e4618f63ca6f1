"""Functions or containers: the rate at which both cost the same."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecslite as ecs

FLAT = ecs.default_prices().replace(
    {
        "fargate.linux.x86_64.vcpu_hour": 0.1,
        "fargate.linux.x86_64.gb_hour": 0.0,
        "alb.hour": 0.16,
        "alb.lcu_hour": 0.0,
        "lambda.million_requests": 0.0,
        "lambda.x86_64.gb_second": 1e-5,
        "api.http.million_requests": 0.0,
    }
)
"""A task of one vCPU costs $0.10 an hour, the load balancer 0.16, and a function of 1 GB $0.036 for an hour's work."""


def test_by_hand():
    """One request a second of 1 s at 2 GB costs 3,600 × 2 × $0.00001 = $0.072 an hour. Two tasks and the balancer cost
    0.36, so they meet at 5 a second; but two tasks of 60 % take 1.2. Seven take 4.2, for 0.86: 11.9 a second. Each
    task more costs 0.1667 for one a second, more than a function: containers never win."""
    never = ecs.break_even_serverless(1.0, function_memory=2048, prices=FLAT)
    assert (never.requests_per_second, never.tasks) == (inf, 0)
    assert "containers never cost less" in never.formula
    # A tenth of the CPU for the same billed time: 2 tasks take 12 a second.
    found = ecs.break_even_serverless(0.1, wait_seconds=0.9, function_memory=2048, prices=FLAT)
    assert found.requests_per_second == pytest.approx(0.36 / 0.072)
    assert (found.tasks, found.tasks_at(12.0), found.tasks_at(12.1)) == (2, 2, 3)
    assert str(found).endswith("(2 × 0.10000 + 0.16) / (0.072000 − 0.000000) = 5.00 requests a second.")


def test_more_tasks_may_be_needed_before_containers_win():
    """A function of 0.2 s of CPU and 2 GB: 0.0144 an hour for one a second; three requests a second fit a task."""
    found = ecs.break_even_serverless(0.2, wait_seconds=0.6, function_memory=2048, prices=FLAT)
    # 0.8 s: 0.0576 an hour. n tasks: (0.1 n + 0.16) / 0.0576 must be 3 n at most: n = 3, 7.99 a second.
    assert (found.tasks, found.requests_per_second) == (3, pytest.approx(0.46 / 0.0576))


@settings(max_examples=60)
@given(
    st.floats(0.002, 0.5),
    st.floats(0, 1),
    st.integers(128, 10240),
    st.integers(1, 5),
    st.sampled_from(["REST", "HTTP"]),
)
def test_at_break_even_both_cost_the_same_and_below_it_functions_cost_less(cpu, wait, memory, tasks, protocol):
    found = ecs.break_even_serverless(
        cpu, wait_seconds=wait, function_memory=memory, min_tasks=tasks, protocol=protocol
    )
    rate = found.requests_per_second
    if rate < inf:
        assert found.functions_usd_at(rate) == pytest.approx(found.containers_usd_at(rate))
        below = [rate * tenth / 10 for tenth in range(1, 10)]
        assert all(found.functions_usd_at(each) < found.containers_usd_at(each) for each in below)
        assert found.tasks_at(rate) == found.tasks
    else:
        rates = [each * found.requests_per_task for each in (0.5, 3, 100, 2000)]
        assert all(found.functions_usd_at(each) < found.containers_usd_at(each) for each in rates)


def test_a_function_with_less_memory_takes_longer_and_costs_as_much_for_cpu():
    """Half of the memory, half of a vCPU, twice the time."""
    whole, half = (ecs.break_even_serverless(0.1, function_memory=memory) for memory in (1768, 884))
    assert half.function_seconds == pytest.approx(2 * whole.function_seconds, abs=0.002)
    assert half.usd_per_million_requests == pytest.approx(whole.usd_per_million_requests, rel=0.01)


def test_above_one_vcpu_memory_is_paid_for_in_vain():
    costs = [ecs.break_even_serverless(0.1, function_memory=memory).usd_per_million_requests for memory in (1769, 3538)]
    assert costs[1] > 1.6 * costs[0]


def test_waiting_makes_functions_dearer_and_containers_not():
    quick, slow = (ecs.break_even_serverless(0.05, wait_seconds=wait) for wait in (0.0, 1.0))
    assert slow.requests_per_second < quick.requests_per_second
    assert slow.containers_usd_at(50) == quick.containers_usd_at(50)


def test_its_rows_are_for_tables():
    rows = ecs.break_even_serverless(0.1).rows()
    assert [row["name"] for row in rows] == ["Functions", "Task", "Load balancer", "Break-even"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cpu_seconds": 0}, "use more than 0 s of CPU"),
        ({"cpu_seconds": 1, "wait_seconds": 901}, "a function's 900 s"),
        ({"cpu_seconds": 1, "function_memory": 64}, "function_memory=64 MiB: use 128 to 10240"),
        ({"cpu_seconds": 1, "task_cpu": 0}, "use more than 0 of both"),
        ({"cpu_seconds": 1, "utilization": 0}, "use a share above 0 up to 1"),
        ({"cpu_seconds": 1, "protocol": "SOAP"}, "and REST or HTTP"),
    ],
)
def test_values_that_nothing_can_run_with_are_refused(settings, message):
    with pytest.raises(ecs.InvalidSetting, match=message):
        ecs.break_even_serverless(**settings)
