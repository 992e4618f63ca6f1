"""Usage: what a run consumed of one thing that has a price, before anything is priced."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil

from ecslite.sim.run import Part, Run

__all__ = ["HOUR", "HOURS_A_MONTH", "Spans", "Usage", "counted", "lasted"]

HOUR = 3600
HOURS_A_MONTH = 730
"""AWS's month in prices and calculators: 8,760 hours a year by 12; the calculator's own page was not read."""

Spans = tuple[tuple[float, int], ...]
"""(second of the run at which it began, seconds charged), one a task or an instance."""


@dataclass(frozen=True, slots=True)
class Usage:
    """A quantity of one price. What a commitment may cover also says when it was used."""

    name: str
    category: str
    """Fargate, EC2, EBS, Load balancer, NAT gateway, Data transfer, Public IPv4, API Gateway, DynamoDB, S3 or Lambda:
    what comparisons are summed by."""
    price: str
    """The price's name in the list."""
    quantity: float
    """In the unit of the price."""
    formula: str
    factor: float = 1.0
    """The share of the price that is charged, such as a fee's."""
    whole_hours: bool = False
    """Whether hours begun are charged whole."""
    covers: str = ""
    """What Savings Plans see: fargate.vcpu, fargate.gb, or an instance type such as m5.large; empty: not eligible."""
    spans: Spans = field(default=(), repr=False)
    size: float = 1.0
    """Units in each span: the vCPUs of a task, 1 for an instance."""


def lasted(part: Part, run: Run, begin: str | None, end: str, minimum: int) -> tuple[float, int] | None:
    """(start, seconds charged) from state `begin` (None: the first) to `end` or the run's end; None if never begun.

    Seconds are rounded up, and are at least `minimum`.
    """
    began = next((seconds for seconds, state, _ in part.states if begin in (None, state)), None)
    if began is None:
        return None
    ended = next((seconds for seconds, state, _ in part.states if state == end), run.seconds)
    return began, max(ceil(ended - began), minimum)


def counted(many: int, noun: str) -> str:
    """A number with its noun: "1 task", "3 tasks"."""
    return f"{many:,} {noun}{'' if many == 1 else 's'}"


def total(spans: Iterable[tuple[float, int]]) -> int:
    """All seconds charged."""
    return sum(seconds for _, seconds in spans)
