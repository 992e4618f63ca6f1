"""How commitments cover usage, hour by hour: Reserved Instances, EC2 Instance Savings Plans, Compute Savings Plans.

Within one kind of plan the usage with the highest savings percentage is covered first, and of two alike the one with
the lower rate; what a commitment has left in an hour is lost. [Savings Plans User Guide, sp-applying; read 2026-11-23]

An hour begins with the run and every 3,600 s after. Of the last hour, or of a run shorter than an hour, a commitment is
paid for and usable in the share that was simulated, so that a run of half an hour is compared with half an hour of it.
"""

# Model: the share of the last hour; AWS knows whole clock hours only. A minimum that reaches past the run's end is
# covered in the last hour.

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, fsum

from ecslite.billing.commitments import ReservedInstances, SavingsPlan, normalization
from ecslite.billing.prices import Prices
from ecslite.billing.usage import HOUR, Usage

__all__ = ["Covered", "cover"]


@dataclass(frozen=True, slots=True)
class Covered:
    """What a commitment covered of one usage over the run, or (usage None) what it left unused."""

    usage: Usage | None
    name: str
    quantity: float
    unit: str
    unit_price: float
    formula: str
    source: str
    read: str


def cover(
    used: Sequence[Usage], commitments: Sequence[SavingsPlan | ReservedInstances], prices: Prices, seconds: float
) -> list[Covered]:
    """All that the commitments cover, and what of them stays unused, in the order in which they apply."""
    if not commitments:
        return []
    lengths = hour_lengths(seconds)
    left = {place: hourly(one, len(lengths)) for place, one in enumerate(used) if one.covers}
    reserved = [one for one in commitments if isinstance(one, ReservedInstances)]
    plans = [one for one in commitments if isinstance(one, SavingsPlan)]
    out = [part for one in reserved for part in _reserve(one, used, left, lengths, prices)]
    for kind in ("ec2_instance", "compute"):
        out += _save([plan for plan in plans if plan.kind == kind], used, left, lengths, prices)
    return out


def hour_lengths(seconds: float) -> list[float]:
    """For each hour of a run, the share of it that was simulated.

    >>> hour_lengths(5400)
    [1.0, 0.5]
    """
    return [min(HOUR, seconds - hour * HOUR) / HOUR for hour in range(ceil(seconds / HOUR))]


def hourly(one: Usage, hours: int) -> dict[int, float]:
    """A usage's quantity in each hour in which it has any."""
    seconds: dict[int, float] = defaultdict(float)
    for start, lasting in one.spans:
        at, end = start, start + lasting
        while at < end:
            hour = min(int(at // HOUR), hours - 1)
            until = end if hour == hours - 1 else min(end, (hour + 1) * HOUR)
            seconds[hour] += until - at
            at = until
    return {hour: seconds[hour] / HOUR * one.size for hour in sorted(seconds)}


Left = dict[int, dict[int, float]]


def _reserve(
    ri: ReservedInstances, used: Sequence[Usage], left: Left, lengths: Sequence[float], prices: Prices
) -> Iterator[Covered]:
    """Smallest sizes first; what is left over is paid for too."""
    discount = prices.discount(*ri.rates)
    own = normalization(ri.instance_type)
    rate = prices[f"ec2.{ri.instance_type}.on-demand.hour"].usd * (1 - discount.share)
    eligible = [place for place in left if "fargate" not in used[place].covers and ri.covers(used[place].covers)]
    eligible.sort(key=lambda place: normalization(used[place].covers))
    pool = [ri.count * own * length for length in lengths]
    for place in eligible:
        factor = normalization(used[place].covers)
        taken = []
        for hour, quantity in left[place].items():
            units = min(quantity, pool[hour] / factor)
            pool[hour] = max(pool[hour] - units * factor, 0.0)
            left[place][hour] = quantity - units
            taken.append(units)
        hours = fsum(taken)
        if hours:
            name, formula = f"{used[place].name}, {ri.name}", f"{hours:.4f} h of {used[place].covers}"
            yield Covered(
                used[place], name, hours, "hour", rate * factor / own, formula, discount.source, discount.read
            )
    unused = fsum(pool) / own
    if unused > 0:
        formula = f"{unused:.4f} h of {ri.count * fsum(lengths):.4f} h unused"
        yield Covered(None, f"{ri.name}, unused", unused, "hour", rate, formula, discount.source, discount.read)


@dataclass(frozen=True, slots=True)
class Offer:
    """What one plan asks for one usage."""

    share: float
    rate: float
    place: int
    plan: int
    source: str
    read: str


def _save(
    plans: Sequence[SavingsPlan], used: Sequence[Usage], left: Left, lengths: Sequence[float], prices: Prices
) -> Iterator[Covered]:
    offers = sorted(_offers(plans, used, left, prices), key=lambda one: (-one.share, one.rate, one.place, one.plan))
    funds = [[plan.usd_per_hour * length for length in lengths] for plan in plans]
    for offer in offers:
        taken = _take(offer, left[offer.place], funds[offer.plan])
        if taken:
            usage, plan = used[offer.place], plans[offer.plan]
            unit = prices[usage.price].per
            formula = f"{taken:.4f} {unit}s at {offer.share:.1%} off"
            name = f"{usage.name}, {plan.name}"
            yield Covered(usage, name, taken, unit, offer.rate, formula, offer.source, offer.read)
    for plan, money in zip(plans, funds, strict=True):
        unused = fsum(money)
        if unused > 0:
            formula = f"${unused:.4f} of ${plan.usd_per_hour * fsum(lengths):.4f} unused, in hours"
            hours = unused / plan.usd_per_hour
            yield Covered(
                None, f"{plan.name}, unused", hours, "hour", plan.usd_per_hour, formula, "your commitment", ""
            )


def _offers(plans: Sequence[SavingsPlan], used: Sequence[Usage], left: Left, prices: Prices) -> Iterator[Offer]:
    for place in left:
        for number, plan in enumerate(plans):
            if plan.covers(used[place].covers):
                found = prices.discount(*plan.rates(used[place].covers))
                rate = prices[used[place].price].usd * (1 - found.share)
                yield Offer(found.share, rate, place, number, found.source, found.read)


def _take(offer: Offer, left: dict[int, float], funds: list[float]) -> float:
    """Cover what the plan's money reaches in each hour; the quantity covered."""
    taken = []
    for hour, quantity in left.items():
        units = quantity if quantity * offer.rate <= funds[hour] else funds[hour] / offer.rate
        funds[hour] = max(funds[hour] - units * offer.rate, 0.0)
        left[hour] = max(quantity - units, 0.0)
        taken.append(units)
    return fsum(taken)
