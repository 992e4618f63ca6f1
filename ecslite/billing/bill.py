"""The bill of a run: line items, each with its quantity, its price and the formula that made it.

It reads a Run and nothing else, so that the same run can be priced again with other prices.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, fsum

from ecslite.billing.prices import Prices, default_prices
from ecslite.sim.run import Part, Run

__all__ = ["Bill", "Line", "bill"]

HOUR = 3600
FARGATE_MINIMUM_SECONDS = 60
"""A Linux task is charged for at least a minute [AWS Fargate pricing; read 2026-11-23]."""

INSTANCE_MINIMUM_SECONDS = 60
"""A Linux instance is charged by the second, for at least a minute [EC2 Auto Scaling guide; read 2026-11-23]."""

UNITS_PER_VCPU = 1024
MIB_PER_GB = 1024

CONNECTIONS_PER_LCU = 25
"""New connections a second in one load balancer capacity unit [Elastic Load Balancing pricing; read 2026-11-23]."""

GB_PER_LCU_HOUR = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill: `usd` = `quantity` × `unit_price`."""

    name: str
    quantity: float
    unit: str
    unit_price: float
    usd: float
    formula: str


@dataclass(frozen=True, slots=True)
class Bill:
    """What a run cost in US dollars."""

    lines: tuple[Line, ...]
    region: str
    prices_read: str
    """The date on which the prices were read."""

    @property
    def total(self) -> float:
        """The sum of all lines, in US dollars."""
        return fsum(line.usd for line in self.lines)

    def __str__(self) -> str:
        rows = [f"{line.name:<28} {line.formula:<64} ${line.usd:>10.4f}" for line in self.lines]
        return "\n".join([*rows, f"{'Total':<93} ${self.total:>10.4f}"])


def bill(run: Run, prices: Prices | None = None) -> Bill:
    """Price a run: Fargate tasks and EC2 instances by the second, load balancers by the hour and by capacity unit."""
    prices = prices or default_prices()
    lines = (*_fargate(run, prices), *_instances(run, prices), *_load_balancers(run, prices))
    return Bill(lines, prices.region, prices.read)


def _line(name: str, quantity: float, prices: Prices, price: str, formula: str) -> Line:
    unit = prices[price]
    return Line(name, quantity, unit.per, unit.usd, quantity * unit.usd, f"{formula} × ${unit.usd:g}")


def billed_seconds(task: Part, run: Run) -> int:
    """The seconds a Fargate task is charged for: from the start of its image's download to its end, at least 60."""
    began = next((seconds for seconds, state, _ in task.states if state == "ACTIVATING"), None)
    if began is None:
        return 0
    ended = next((seconds for seconds, state, _ in task.states if state == "STOPPED"), run.seconds)
    return max(ceil(ended - began), FARGATE_MINIMUM_SECONDS)


def _fargate(run: Run, prices: Prices) -> Iterator[Line]:
    seconds: dict[tuple[str, int, int, str], list[int]] = defaultdict(list)
    for task in run.of_kind("task"):
        if task.attributes["capacity_provider"] == "FARGATE":
            shape = task.attributes["cpu"], task.attributes["memory"], task.attributes["architecture"]
            seconds[(task.attributes["service"], *shape)].append(billed_seconds(task, run))
    for (service, cpu, memory, architecture), each in seconds.items():
        vcpu, gb, hours = cpu / UNITS_PER_VCPU, memory / MIB_PER_GB, sum(each) / HOUR
        kind = f"fargate.linux.{architecture.lower()}"
        tasks = f"{len(each)} task{'s' if len(each) > 1 else ''}, {sum(each):,} s / 3,600"
        yield _line(f"{service}: Fargate vCPU", hours * vcpu, prices, f"{kind}.vcpu_hour", f"{tasks} × {vcpu:g} vCPU")
        yield _line(f"{service}: Fargate memory", hours * gb, prices, f"{kind}.gb_hour", f"{tasks} × {gb:g} GB")


def instance_seconds(instance: Part, run: Run) -> int:
    """The seconds an instance is charged for: from its launch to its end, at least 60, whatever runs on it."""
    # Model: EBS volumes and burstable types' surplus credits are left out.
    ended = next((seconds for seconds, state, _ in instance.states if state == "Terminated"), run.seconds)
    return max(ceil(ended - instance.states[0][0]), INSTANCE_MINIMUM_SECONDS)


def _instances(run: Run, prices: Prices) -> Iterator[Line]:
    seconds: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for one in run.of_kind("instance"):
        kind = one.attributes["group"], one.attributes["type"], one.attributes["market"]
        seconds[kind].append(instance_seconds(one, run))
    for (group, type_, market), each in seconds.items():
        count = f"{len(each)} instance{'s' if len(each) > 1 else ''}"
        formula = f"{count} of {type_}, {sum(each):,} s / 3,600"
        yield _line(f"{group}: EC2 {market}", sum(each) / HOUR, prices, f"ec2.{type_}.{market}.hour", formula)


def _load_balancers(run: Run, prices: Prices) -> Iterator[Line]:
    for balancer in run.of_kind("load_balancer"):
        hours = ceil(run.seconds / HOUR)
        yield _line(f"{balancer.id}: hours", hours, prices, "alb.hour", f"{hours} h begun")
        units = fsum(_capacity_units(run, balancer))
        yield _line(f"{balancer.id}: capacity units", units, prices, "alb.lcu_hour", f"{units:.4f} LCU-hours")


def _capacity_units(run: Run, balancer: Part) -> Iterator[float]:
    """LCU-hours of each hour: the larger of new connections and bytes. Active connections and rules stay below them."""
    # Model: active connections and rule evaluations are not simulated; for short requests the other two are larger.
    requests = run.metrics["RequestCount", balancer.id]["Sum"] if run.seconds >= MINUTES_MEASURED else ()
    for hour in range(0, len(requests), 60):
        count = fsum(value or 0.0 for value in requests[hour : hour + 60])
        connections = count / balancer.attributes["requests_per_connection"] / HOUR / CONNECTIONS_PER_LCU
        gigabytes = count * balancer.attributes["kib_per_request"] / 1024**2 / GB_PER_LCU_HOUR
        yield max(connections, gigabytes)


MINUTES_MEASURED = 60
"""Seconds before the first data point of a metric exists."""
