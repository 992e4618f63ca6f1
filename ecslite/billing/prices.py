"""Prices: what AWS charges, each with its unit, its source and the date on which it was read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ecslite.errors import InvalidSetting

__all__ = ["Price", "Prices", "default_prices"]


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for one unit, such as a vCPU-hour."""

    usd: float
    per: str
    source: str


@dataclass(frozen=True)
class Prices:
    """A price list for one region. `replace` makes another with some prices of your own."""

    region: str
    read: str
    """The date on which the prices were read."""
    prices: Mapping[str, Price]

    def __getitem__(self, name: str) -> Price:
        try:
            return self.prices[name]
        except KeyError:
            raise InvalidSetting(f"no price named {name!r}: there are {', '.join(sorted(self.prices))}") from None

    def replace(self, usd: Mapping[str, float]) -> Prices:
        """The same list with other dollars for some names: `prices.replace({"alb.hour": 0.03})`."""
        changed = dict(self.prices)
        for name, dollars in usd.items():
            if not dollars >= 0:
                raise InvalidSetting(f"{name}={dollars} is not a price: use dollars from 0")
            changed[name] = Price(float(dollars), self[name].per, "set by you")
        return Prices(self.region, self.read, changed)


@cache
def default_prices() -> Prices:
    """The list in prices.json: us-east-1, on demand."""
    data = json.loads(files(__package__).joinpath("prices.json").read_text())
    return Prices(data["region"], data["read"], {name: Price(**price) for name, price in data["prices"].items()})
