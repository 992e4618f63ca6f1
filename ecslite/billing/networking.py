"""What a run used of load balancers, NAT gateways, public addresses, and traffic between zones: idle or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from math import ceil, fsum

from ecslite.billing.usage import HOUR, Usage, counted, lasted, total
from ecslite.sim.run import Metric, Part, Run

__all__ = ["capacity_units", "load_balancers", "nat_gateways", "public_addresses", "zone_transfer"]

CONNECTIONS_PER_LCU = 25
"""New connections a second in one load balancer capacity unit [Elastic Load Balancing pricing; read 2026-11-23]."""

ACTIVE_PER_LCU = 3000
"""Active connections, sampled each minute [same page]."""

GB_PER_LCU_HOUR = 1.0
"""GB processed an hour, for targets that are instances or addresses [same page]."""

EVALUATIONS_PER_LCU = 1000
"""Rule evaluations a second: requests a second × rules beyond the ten that are free [same page]."""

FREE_RULES = 10
BYTES_PER_GB = 1024**3
KIB_PER_GB = 1024**2
MINUTES_AN_HOUR = 60

ADDRESS_MINIMUM_SECONDS = 60
# Model: an address of a task is charged by the second, for at least a minute, as instances are.

ZONES_OF_A_LOAD_BALANCER = 2
"""An Application Load Balancer is in two zones at least, with a node in each [ECS and ELB guides; read 2026-11-23]."""

Values = Sequence[float | None]


def values(run: Run, name: str, subject: str, statistic: str) -> Values:
    """One statistic of a metric, by period; nothing where the run has no such metric."""
    metric = next((one for one in run.metric_list if (one.name, one.subject) == (name, subject)), None)
    return metric.statistics.get(statistic, ()) if metric else ()


def hours_begun(part: Part, run: Run) -> int:
    """Hours charged for something that stands from its start to the run's end: each hour begun is charged whole."""
    start = part.states[0][0] if part.states else 0.0
    return ceil((run.seconds - start) / HOUR)


def load_balancers(run: Run) -> Iterator[Usage]:
    """Hours begun, and capacity units (LCU) of each hour."""
    for balancer in run.of_kind("load_balancer"):
        hours = hours_begun(balancer, run)
        category = "Load balancer"
        yield Usage(f"{balancer.id}: hours", category, "alb.hour", hours, f"{hours} h begun", whole_hours=True)
        units = fsum(max(hour) for hour in capacity_units(run, balancer))
        formula = f"{units:.4f} LCU-hours{_largest(run, balancer)}"
        yield Usage(f"{balancer.id}: capacity units", category, "alb.lcu_hour", units, formula)


DIMENSIONS = ("new connections", "active connections", "bytes", "rule evaluations")


def _largest(run: Run, balancer: Part) -> str:
    sums = [fsum(each) for each in zip(*capacity_units(run, balancer), strict=True)]
    most = max(sums, default=0.0)
    return f", by {DIMENSIONS[sums.index(most)]}" if most else ""


def capacity_units(run: Run, balancer: Part) -> Iterator[tuple[float, float, float, float]]:
    """LCU-hours of each hour by its four dimensions; the largest of them is charged."""
    # Model: active connections are the requests in progress (Little's law); a connection kept open without a request
    # is not counted, so for thousands of idle clients the real bill is higher.
    said = balancer.attributes
    requests = values(run, "RequestCount", balancer.id, "Sum")
    response = values(run, "TargetResponseTime", balancer.id, "Average")
    minutes = [(count or 0.0, seconds or 0.0) for count, seconds in zip_longest(requests, response, fillvalue=0.0)]
    rules = max(said.get("rules", 0) - FREE_RULES, 0)
    for first in range(0, len(minutes), MINUTES_AN_HOUR):
        hour = minutes[first : first + MINUTES_AN_HOUR]
        count = fsum(many for many, _ in hour)
        active = fsum(many / 60 * seconds for many, seconds in hour) / MINUTES_AN_HOUR
        yield (
            count / said["requests_per_connection"] / HOUR / CONNECTIONS_PER_LCU,
            active / ACTIVE_PER_LCU,
            count * said["kib_per_request"] / KIB_PER_GB / GB_PER_LCU_HOUR,
            count / HOUR * rules / EVALUATIONS_PER_LCU,
        )


def nat_gateways(run: Run) -> Iterator[Usage]:
    """Hours begun, and every GB that passes in either direction."""
    for gateway in run.of_kind("nat_gateway"):
        hours = hours_begun(gateway, run)
        category = "NAT gateway"
        yield Usage(f"{gateway.id}: hours", category, "nat.hour", hours, f"{hours} h begun", whole_hours=True)
        ways = ("BytesOutToDestination", "BytesOutToSource")
        gigabytes = fsum(value or 0.0 for way in ways for value in values(run, way, gateway.id, "Sum")) / BYTES_PER_GB
        yield Usage(f"{gateway.id}: data", category, "nat.gb", gigabytes, f"{gigabytes:.4f} GB processed")


def zone_transfer(run: Run) -> Iterator[Usage]:
    """Bytes between zones, charged on both sides. From a load balancer to its targets they are free."""
    for metric in run.metric_list:
        if metric.name == "CrossZoneBytes":
            gigabytes = _sum(metric) / BYTES_PER_GB
            formula = f"{gigabytes:.4f} GB × 2 sides"
            yield Usage(f"{metric.subject}: between zones", "Data transfer", "zone_transfer.gb", gigabytes * 2, formula)


def _sum(metric: Metric) -> float:
    return fsum(value or 0.0 for value in metric["Sum"])


def public_addresses(run: Run, load_balancer_addresses: int | None) -> Iterator[Usage]:
    """Public IPv4 addresses of tasks, NAT gateways and internet-facing load balancers, in use or not."""
    spans: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for task in run.of_kind("task"):
        if task.attributes.get("public_address"):
            # Model: from PROVISIONING, when the network interface is made, until the task is STOPPED.
            span = lasted(task, run, None, "STOPPED", ADDRESS_MINIMUM_SECONDS)
            if span is not None:
                spans[str(task.attributes["service"])].append(span)
    for service, each in spans.items():
        seconds = total(each)
        yield _addresses(service, seconds / HOUR, f"{counted(len(each), 'task')}, {seconds:,} s / 3,600")
    for gateway in run.of_kind("nat_gateway"):
        yield _standing(gateway, run, 1)
    for balancer in run.of_kind("load_balancer"):
        many = _of_load_balancer(balancer) if load_balancer_addresses is None else load_balancer_addresses
        if many:
            yield _standing(balancer, run, many)


def _of_load_balancer(balancer: Part) -> int:
    """One a node where it is internet-facing; none where its record does not say so."""
    if balancer.attributes.get("scheme") != "internet-facing":
        return 0
    return int(balancer.attributes.get("nodes") or ZONES_OF_A_LOAD_BALANCER)


def _standing(part: Part, run: Run, many: int) -> Usage:
    start = part.states[0][0] if part.states else 0.0
    seconds = ceil(run.seconds - start)
    return _addresses(part.id, many * seconds / HOUR, f"{many} × {seconds:,} s / 3,600")


def _addresses(of: str, hours: float, formula: str) -> Usage:
    return Usage(f"{of}: public IPv4", "Public IPv4", "public_ipv4.hour", hours, formula)
