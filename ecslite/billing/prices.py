"""Prices: what AWS charges, each with its unit, its source and the date on which it was read.

A price is dollars for a unit. A discount is a share of a price: what a commitment takes off, or what a fee adds. Both
are yours to replace; a name that is not in the list is refused, never priced at nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from math import isfinite

from ecslite.errors import InvalidSetting

__all__ = ["Discount", "Price", "Prices", "default_prices"]

YOURS = "set by you"


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for one unit, such as a vCPU-hour."""

    usd: float
    per: str
    source: str
    read: str = ""
    """The date on which it was read, as 2026-11-23; empty for a price of your own."""


@dataclass(frozen=True, slots=True)
class Discount:
    """A share of a price, from 0 to 1: 0.2 is 20 % off, or a fee of 20 %."""

    share: float
    source: str
    read: str = ""


@dataclass(frozen=True)
class Prices:
    """A price list for one region. `replace`, `add` and `discounted` make another with prices of your own."""

    region: str
    read: str
    """The date on which the prices were read."""
    prices: Mapping[str, Price]
    discounts: Mapping[str, Discount] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Price:
        """The price of that name; InvalidSetting names those that begin alike, and the fix."""
        try:
            return self.prices[name]
        except KeyError:
            alike = [known for known in sorted(self.prices) if known.startswith(name.partition(".")[0])]
            raise InvalidSetting(
                f"no price named {name!r}: there are {', '.join(alike or sorted(self.prices))}; give your own with"
                f" prices.add({name!r}, usd=..., per=...)"
            ) from None

    def discount(self, *names: str) -> Discount:
        """The first of these that is in the list: the most exact name comes first."""
        for name in names:
            if name in self.discounts:
                return self.discounts[name]
        raise InvalidSetting(
            f"no rate named {names[0]!r}: this list has none for that term and payment; give your own with"
            f" prices.discounted({{{names[0]!r}: share}}), a share from 0 to 1 off the on-demand price"
        )

    def replace(self, usd: Mapping[str, float]) -> Prices:
        """The same list with other dollars for some names: `prices.replace({"alb.hour": 0.03})`."""
        changed = {name: Price(_dollars(name, dollars), self[name].per, YOURS) for name, dollars in usd.items()}
        return replace(self, prices={**self.prices, **changed})

    def add(self, name: str, usd: float, per: str, source: str = YOURS, read: str = "") -> Prices:
        """The same list with one more price: `prices.add("ec2.m4.large.on-demand.hour", 0.1, "hour")`."""
        return replace(self, prices={**self.prices, name: Price(_dollars(name, usd), per, source, read)})

    def discounted(self, shares: Mapping[str, float], source: str = YOURS, read: str = "") -> Prices:
        """The same list with some shares of your own: `{"compute_savings_plan.1yr.no_upfront.fargate": 0.2}`."""
        for name, share in shares.items():
            if not 0 <= share <= 1:
                raise InvalidSetting(f"{name}={share} is not a share: use 0 to 1, such as 0.2 for 20 %")
        changed = {name: Discount(float(share), source, read) for name, share in shares.items()}
        return replace(self, discounts={**self.discounts, **changed})

    def scale(self, factor: float) -> Prices:
        """The same list with all dollars times `factor`; shares stay as they are."""
        return self.replace({name: price.usd * factor for name, price in self.prices.items()})


def _dollars(name: str, usd: float) -> float:
    if not (usd >= 0 and isfinite(usd)):
        raise InvalidSetting(f"{name}={usd} is not a price: use dollars from 0")
    return float(usd)


@cache
def default_prices() -> Prices:
    """The list in prices.json: us-east-1, Linux."""
    data = json.loads(files(__package__).joinpath("prices.json").read_text())
    prices = {name: Price(**price) for name, price in data["prices"].items()}
    return Prices(data["region"], data["read"], prices, {name: Discount(**d) for name, d in data["discounts"].items()})
