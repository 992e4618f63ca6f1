"""Break-even of functions and containers: at how many requests a second does a service on Fargate cost less?

Functions cost by the request and nothing while idle. Containers cost by the hour: a load balancer and a smallest number
of tasks, whether anybody comes or not, and then a task more for so many requests a second. So functions win below some
rate, and containers above it, if their price for one more request is lower. What both use alike (a table, the internet)
is left out: it moves neither.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, inf
from typing import Any

from ecslite.billing.compute import MIB_PER_GB, UNITS_PER_VCPU
from ecslite.billing.networking import CONNECTIONS_PER_LCU, KIB_PER_GB
from ecslite.billing.prices import Prices, default_prices
from ecslite.billing.usage import HOUR
from ecslite.errors import InvalidSetting

__all__ = ["ServerlessBreakEven", "break_even_serverless"]

MIB_PER_VCPU = 1769.0
"""A function's memory with which it has one vCPU [Lambda Developer Guide, configuration-memory; read 2026-11-24]."""

MILLION = 1e6

MOST_TASKS = 5000
"""Tasks of one service: no break-even is sought beyond."""


@dataclass(frozen=True, slots=True)
class ServerlessBreakEven:
    """Functions against containers for one kind of request. Costs are US dollars."""

    requests_per_second: float
    """The first rate at which containers cost no more; infinite where there is none. Right above a step, where one
    task more begins, functions may cost less again for a while."""
    tasks: int
    """How many of them run at that rate."""
    requests_per_task: float
    """Requests a second that one task takes at its target utilization."""
    min_tasks: int
    usd_per_task_hour: float
    usd_per_balancer_hour: float
    usd_per_rate_hour: float
    """The load balancer's capacity units, for one request a second through an hour."""
    usd_per_million_requests: float
    """Functions and their API."""
    function_seconds: float
    """Billed for one request, to the millisecond."""
    formula: str

    def containers_usd_at(self, rate: float) -> float:
        """What an hour costs at so many requests a second."""
        tasks = self.tasks_at(rate)
        return tasks * self.usd_per_task_hour + self.usd_per_balancer_hour + rate * self.usd_per_rate_hour

    def functions_usd_at(self, rate: float) -> float:
        """What an hour costs at so many requests a second."""
        return rate * HOUR * self.usd_per_million_requests / MILLION

    def tasks_at(self, rate: float) -> int:
        """Tasks that so many requests a second take."""
        return max(self.min_tasks, ceil(rate / self.requests_per_task - 1e-9))

    def rows(self) -> list[dict[str, Any]]:
        """The numbers as plain dicts (name, value, unit), for tables and widgets."""
        return [
            {"name": "Functions", "value": self.usd_per_million_requests, "unit": "USD a million requests"},
            {"name": "Task", "value": self.usd_per_task_hour, "unit": "USD an hour"},
            {"name": "Load balancer", "value": self.usd_per_balancer_hour, "unit": "USD an hour"},
            {"name": "Break-even", "value": self.requests_per_second, "unit": "requests a second"},
        ]

    def __str__(self) -> str:
        return self.formula


def break_even_serverless(
    cpu_seconds: float,
    *,
    wait_seconds: float = 0.0,
    function_memory: int = 1769,
    task_cpu: int = 1024,
    task_memory: int = 2048,
    architecture: str = "X86_64",
    utilization: float = 0.6,
    min_tasks: int = 2,
    protocol: str = "HTTP",
    requests_per_connection: float = 10.0,
    kib_per_request: float = 10.0,
    prices: Prices | None = None,
) -> ServerlessBreakEven:
    """The steady rate at which a service on Fargate costs no more than `api >> function` for the same requests.

    A request needs `cpu_seconds` of one vCPU and waits for others for `wait_seconds`: a function is billed for both,
    and for more CPU time the less memory it has; a task only needs room for the CPU part. `utilization` is the CPU
    share that the service is scaled to. InvalidSetting for values that nothing can run with.
    """
    # Model: a steady rate, warm environments, no free tier. Traffic that comes and goes leaves containers idle more.
    # Model: a task waits for others without using CPU, and takes as many requests meanwhile as come.
    _check(cpu_seconds, wait_seconds, function_memory, task_cpu, task_memory)
    if not 0 < utilization <= 1 or min_tasks < 1 or protocol not in ("REST", "HTTP"):
        raise InvalidSetting(
            f"utilization={utilization}, min_tasks={min_tasks}, protocol={protocol!r}: use a share above 0 up to 1,"
            " at least 1 task, and REST or HTTP"
        )
    prices = prices or default_prices()
    kind = f"fargate.linux.{architecture.lower()}"
    task = task_cpu / UNITS_PER_VCPU * prices[f"{kind}.vcpu_hour"].usd
    task += task_memory / MIB_PER_GB * prices[f"{kind}.gb_hour"].usd
    units = max(1 / requests_per_connection / CONNECTIONS_PER_LCU, HOUR * kib_per_request / KIB_PER_GB)
    seconds = ceil(1000 * (cpu_seconds / min(1.0, function_memory / MIB_PER_VCPU) + wait_seconds) - 1e-6) / 1000
    gb_second = prices[f"lambda.{architecture.lower()}.gb_second"].usd
    duration = seconds * function_memory / MIB_PER_GB * gb_second * MILLION
    million = prices[f"api.{protocol.lower()}.million_requests"].usd + prices["lambda.million_requests"].usd + duration
    found = ServerlessBreakEven(
        inf,
        0,
        utilization * task_cpu / UNITS_PER_VCPU / cpu_seconds,
        min_tasks,
        task,
        prices["alb.hour"].usd,
        units * prices["alb.lcu_hour"].usd,
        million,
        seconds,
        "",
    )
    return _explained(found)


def _explained(costs: ServerlessBreakEven) -> ServerlessBreakEven:
    """With the first rate at which containers cost no more, and the formula for it.

    With n tasks both cost the same at (n × task + balancer) / (functions − capacity units), each for an hour; the first
    n that can take that rate is the answer.
    """
    of_functions = costs.functions_usd_at(1.0)
    gain = of_functions - costs.usd_per_rate_hour
    head = (
        f"Functions: ${costs.usd_per_million_requests:.4f} a million requests, ${of_functions:.6f} an hour for one a"
        f" second. Load balancer: ${costs.usd_per_rate_hour:.6f} an hour for one a second"
    )
    for tasks in range(costs.min_tasks, MOST_TASKS + 1) if gain > 0 else ():
        fixed = tasks * costs.usd_per_task_hour + costs.usd_per_balancer_hour
        rate = fixed / gain
        if costs.tasks_at(rate) <= tasks:
            formula = (
                f"{head}, and ${costs.usd_per_balancer_hour:g} in any case. {tasks} tasks:"
                f" {tasks} × ${costs.usd_per_task_hour:.5f}. Break-even: ({tasks} × {costs.usd_per_task_hour:.5f} +"
                f" {costs.usd_per_balancer_hour:g}) / ({of_functions:.6f} − {costs.usd_per_rate_hour:.6f})"
                f" = {rate:.2f} requests a second."
            )
            return replace(costs, requests_per_second=rate, tasks=tasks, formula=formula)
    each = costs.usd_per_task_hour / costs.requests_per_task + costs.usd_per_rate_hour
    formula = f"{head}; with the tasks that it takes, ${each:.6f}: containers never cost less."
    return replace(costs, formula=formula)


def _check(cpu_seconds: float, wait_seconds: float, memory: int, task_cpu: int, task_memory: int) -> None:
    if not 0 < cpu_seconds <= 900 or not 0 <= wait_seconds <= 900:
        raise InvalidSetting(
            f"cpu_seconds={cpu_seconds}, wait_seconds={wait_seconds}: use more than 0 s of CPU, and no more than a"
            " function's 900 s"
        )
    if not 128 <= memory <= 10_240:
        raise InvalidSetting(f"function_memory={memory} MiB: use 128 to 10240")
    if task_cpu <= 0 or task_memory <= 0:
        raise InvalidSetting(f"a task of {task_cpu} units and {task_memory} MiB: use more than 0 of both")
