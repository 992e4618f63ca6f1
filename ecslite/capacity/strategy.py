"""A capacity provider strategy: how a service's tasks are shared among kinds of capacity, by base and weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ecslite.errors import InvalidSetting

__all__ = ["CapacityProviderStrategyItem", "check_strategy", "next_provider"]

MOST_PROVIDERS = 20
"""In one strategy [ECS Developer Guide, fargate-capacity-providers; read 2026-11-23]."""


@dataclass(frozen=True, slots=True)
class CapacityProviderStrategyItem:
    """`base` tasks first, then a share of the rest in proportion to `weight`."""

    capacity_provider: str
    weight: int = 1
    base: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.weight <= 1000 or not 0 <= self.base <= 100_000:
            raise InvalidSetting(f"weight={self.weight}, base={self.base}: use 0 to 1,000 and 0 to 100,000")


def check_strategy(
    strategy: Sequence[CapacityProviderStrategyItem], launch_types: Mapping[str, str] | None = None
) -> None:
    """InvalidSetting unless ECS would take the strategy; `launch_types` says of what kind each provider's capacity is.

    One strategy has one kind: Fargate, Auto Scaling groups, or Managed Instances.
    [ECS Developer Guide, ManagedInstances; read 2026-11-23]
    """
    if not 1 <= len(strategy) <= MOST_PROVIDERS:
        raise InvalidSetting(f"a strategy of {len(strategy)} capacity providers: use 1 to {MOST_PROVIDERS}")
    if sum(item.weight for item in strategy) == 0:
        raise InvalidSetting("all weights are 0, so no task could be placed: give one provider a weight of at least 1")
    if sum(item.base > 0 for item in strategy) > 1:
        raise InvalidSetting("more than one provider has a base: only one may")
    names = dict.fromkeys(item.capacity_provider for item in strategy)
    if len(names) < len(strategy):
        raise InvalidSetting(f"a capacity provider stands twice among {[item.capacity_provider for item in strategy]}")
    known = launch_types or {}
    kinds = {known.get(name, "FARGATE" if name.startswith("FARGATE") else "EC2"): name for name in names}
    if len(kinds) > 1:
        raise InvalidSetting(f"a strategy over {', '.join(names)} mixes {' and '.join(kinds)} capacity: use one kind")


def next_provider(strategy: Sequence[CapacityProviderStrategyItem], counts: Sequence[int]) -> int:
    """The index of the provider that gets the next task, `counts` being the tasks that each has now.

    The base comes first; then the one that lies furthest behind its share; the first of them where several do.
    """
    # Model: rounding and order are not documented; this is the largest remainder, one task at a time.
    for index, item in enumerate(strategy):
        if counts[index] < item.base:
            return index
    beyond = [count - item.base for count, item in zip(counts, strategy, strict=True)]
    candidates = [index for index, item in enumerate(strategy) if item.weight]
    return min(candidates, key=lambda index: ((beyond[index] + 1) / strategy[index].weight, index))
