"""What a run used of DynamoDB: units provisioned by the hour or requested one by one, and storage.

[DynamoDB pricing; read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from ecslite.billing.monthly import FreeTier, month_share
from ecslite.billing.networking import values
from ecslite.billing.usage import HOUR, HOURS_A_MONTH, Usage
from ecslite.sim.run import Level, Part, Run

__all__ = ["dynamodb"]

CATEGORY = "DynamoDB"
MILLION = 1e6
PERIOD = 60

UNITS = {"Read": "rcu", "Write": "wcu"}
REQUESTS = {"Read": "rru", "Write": "wru"}

FREE_UNITS, FREE_GB = 25.0, 25.0
"""Provisioned units of either kind, and GB, of each account for ever."""


def dynamodb(run: Run, free_tier: bool) -> Iterator[Usage]:
    """Capacity and storage of each table."""
    # Model: provisioned units are charged by the second, AWS charges by the hour.
    gratis = FreeTier(run, free_tier)
    for table in run.of_kind("table"):
        for kind in UNITS:
            yield from _capacity(table, kind, run, gratis)
        gigabytes = float(table.attributes["size_gb"])
        if gigabytes:
            months = month_share(run)
            formula = f"{gigabytes:g} GB × {months:.6f} months"
            usage = Usage(f"{table.id}: storage", CATEGORY, "dynamodb.gb_month", gigabytes * months, formula)
            yield from gratis.take(usage, "storage", FREE_GB)


def _capacity(table: Part, kind: str, run: Run, gratis: FreeTier) -> Iterator[Usage]:
    level = run.level(f"Provisioned{kind}CapacityUnits", table.id)
    hours = _unit_hours(level, run)
    if hours:
        name, formula = f"{table.id}: {kind.lower()} capacity", f"{hours:.4f} unit-hours provisioned"
        usage = Usage(name, CATEGORY, f"dynamodb.{UNITS[kind]}_hour", hours, formula)
        yield from gratis.take(usage, kind, FREE_UNITS * HOURS_A_MONTH)
    consumed = values(run, f"Consumed{kind}CapacityUnits", table.id, "Sum")
    on_demand = [units or 0.0 for minute, units in enumerate(consumed) if not _at(level, minute * PERIOD)]
    if on_demand:
        millions = fsum(on_demand) / MILLION
        formula = f"{fsum(on_demand):,.1f} {kind.lower()} request units / 1,000,000"
        yield Usage(f"{table.id}: {kind.lower()}s", CATEGORY, f"dynamodb.million_{REQUESTS[kind]}", millions, formula)


def _unit_hours(level: Level, run: Run) -> float:
    ends = [seconds for seconds, _, _ in level.steps[1:]] + [run.seconds]
    return fsum((end - begin) * units for (begin, units, _), end in zip(level.steps, ends, strict=True)) / HOUR


def _at(level: Level, seconds: float) -> int:
    """The level's value at a second."""
    return next((value for begin, value, _ in reversed(level.steps) if begin <= seconds), 0)
