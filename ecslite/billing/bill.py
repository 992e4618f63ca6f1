"""The bill of a run: line items, each with its quantity, its price and the formula that made it.

It reads a Run and nothing else, so that the same run can be priced again with other prices or other commitments. It
leaves out what the internet's side of the traffic costs, and logs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, fsum
from typing import Any

from ecslite.billing.api_gateway import api_gateway
from ecslite.billing.commitments import ReservedInstances, SavingsPlan
from ecslite.billing.compute import billed_seconds, fargate, instance_seconds, instances
from ecslite.billing.cover import Covered, cover
from ecslite.billing.dynamodb import dynamodb
from ecslite.billing.functions import functions
from ecslite.billing.messaging import queues, topics
from ecslite.billing.networking import load_balancers, nat_gateways, public_addresses, zone_transfer
from ecslite.billing.prices import Prices, default_prices
from ecslite.billing.s3 import s3
from ecslite.billing.usage import HOUR, HOURS_A_MONTH, Usage
from ecslite.errors import InvalidSetting
from ecslite.sim.run import Run

__all__ = ["Bill", "Line", "bill", "billed_seconds", "instance_seconds"]

HOURS_A_YEAR = 12 * HOURS_A_MONTH

NAME_WIDTH, FORMULA_WIDTH = 28, 64
"""Characters of the first two columns of a printed bill, at the least."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill: `usd` = `quantity` × `unit_price`."""

    name: str
    quantity: float
    unit: str
    unit_price: float
    usd: float
    formula: str
    category: str = ""
    """Fargate, EC2, EBS, Load balancer, NAT gateway, Data transfer, Public IPv4, Lambda or Commitment."""
    source: str = ""
    """Where the price comes from."""
    read: str = ""
    """The date on which the price was read."""
    whole_hours: bool = False
    """Whether hours begun are charged whole."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a run cost in US dollars."""

    lines: tuple[Line, ...]
    region: str
    prices_read: str
    """The date on which the prices were read."""
    seconds: float = 0.0
    """The simulated time that it covers."""

    @property
    def total(self) -> float:
        """The sum of all lines, in US dollars."""
        return fsum(line.usd for line in self.lines)

    def by_category(self) -> dict[str, float]:
        """US dollars by category, in the order of the lines."""
        names = dict.fromkeys(line.category for line in self.lines)
        return {name: fsum(line.usd for line in self.lines if line.category == name) for name in names}

    def rows(self) -> list[dict[str, Any]]:
        """The lines as plain dicts, with their fields' names as keys: for tables and widgets."""
        return [{name: getattr(line, name) for name in Line.__slots__} for line in self.lines]

    def per_month(self) -> Bill:
        """What a month of 730 hours costs if it goes on like this run; each formula says how it was scaled.

        Hours that are charged whole become 730, the rest is multiplied by 730 h over the run's length.
        """
        return self._scaled(HOURS_A_MONTH)

    def per_year(self) -> Bill:
        """What a year of 8,760 hours costs if it goes on like this run."""
        return self._scaled(HOURS_A_YEAR)

    def _scaled(self, hours: int) -> Bill:
        if not self.seconds > 0:
            raise InvalidSetting(
                f"a bill of {self.seconds:g} s cannot be scaled to {hours} h: simulate some time first"
            )
        ran = self.seconds / HOUR
        lines = tuple(_scaled(line, hours, ceil(ran) if line.whole_hours else ran) for line in self.lines)
        return replace(self, lines=lines, seconds=float(hours * HOUR))

    def __str__(self) -> str:
        name = max(NAME_WIDTH, *(len(line.name) for line in self.lines), 0)
        formula = max(FORMULA_WIDTH, *(len(line.formula) for line in self.lines), 0)
        rows = [f"{line.name:<{name}} {line.formula:<{formula}} ${line.usd:>10.4f}" for line in self.lines]
        return "\n".join([*rows, f"{'Total':<{name + 1 + formula}} ${self.total:>10.4f}"])


def _scaled(line: Line, hours: int, ran: float) -> Line:
    quantity = line.quantity * hours / ran
    usd, formula = quantity * line.unit_price, f"({line.formula}) × {hours:,} h / {ran:g} h"
    return replace(line, quantity=quantity, usd=usd, formula=formula)


def bill(
    run: Run,
    prices: Prices | None = None,
    *,
    commitments: Sequence[SavingsPlan | ReservedInstances] = (),
    load_balancer_addresses: int | None = None,
    free_tier: bool = False,
) -> Bill:
    """Price a run: tasks and instances by the second, load balancers and NAT gateways by the hour, data by the GB.

    `commitments` cover what they may, hour by hour, Reserved Instances first; what they leave unused is a line too.
    `load_balancer_addresses`: public IPv4 addresses of each load balancer; None takes what the run's records say.
    `free_tier` takes off what AWS gives for nothing each month, in the run's share of a month.
    InvalidSetting where the list has no price for something that the run used.
    """
    prices = prices or default_prices()
    used = (
        *fargate(run),
        *instances(run, prices),
        *load_balancers(run),
        *nat_gateways(run),
        *zone_transfer(run),
        *public_addresses(run, load_balancer_addresses),
        *queues(run, free_tier),
        *topics(run, free_tier),
        *api_gateway(run, free_tier),
        *dynamodb(run, free_tier),
        *s3(run, free_tier),
        *functions(run, free_tier),
    )
    lines = tuple(_lines(used, cover(used, commitments, prices, run.seconds), prices))
    return Bill(lines, prices.region, prices.read, run.seconds)


def _lines(used: Sequence[Usage], covered: Sequence[Covered], prices: Prices) -> Iterator[Line]:
    for one in used:
        mine = [part for part in covered if part.usage is one]
        left = one.quantity - fsum(part.quantity for part in mine)
        if not mine:
            yield _line(one, one.quantity, one.formula, prices)
        elif left > one.quantity * DUST:
            yield _line(one, left, f"{left:.4f} of {one.quantity:.4f} not covered", prices)
    yield from (_committed(part) for part in covered)


DUST = 1e-12
"""A share of a quantity that is nothing but rounding."""


def _line(one: Usage, quantity: float, formula: str, prices: Prices) -> Line:
    price = prices[one.price]
    unit_price = price.usd * one.factor
    return Line(
        one.name,
        quantity,
        price.per,
        unit_price,
        quantity * unit_price,
        f"{formula} × ${price.usd:g}",
        one.category,
        price.source,
        price.read,
        one.whole_hours,
    )


def _committed(part: Covered) -> Line:
    usd = part.quantity * part.unit_price
    formula = f"{part.formula} × ${part.unit_price:g}"
    return Line(
        part.name, part.quantity, part.unit, part.unit_price, usd, formula, "Commitment", part.source, part.read
    )
