"""Placement: which container instance gets a task, and which task goes when a service scales in.

The order is the documented one: instances with room, then constraints, then strategies one after the other, then a
pick. Constraints bind; strategies are best effort. [ECS Developer Guide, task-placement-strategies; read 2026-11-23]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import TypeVar

from ecslite.capacity.container_instance import ContainerInstance, Need, said_of
from ecslite.ecs.cluster_query import Query, parse
from ecslite.errors import InvalidSetting

__all__ = [
    "DEFAULT_STRATEGIES",
    "PlacementConstraint",
    "PlacementStrategy",
    "allowed",
    "check_placement",
    "choose_instance",
    "choose_task_to_stop",
    "unmet",
]

ZONE = "attribute:ecs.availability-zone"
INSTANCE = "instanceId"

MOST_STRATEGIES = 5
MOST_CONSTRAINTS = 10
"""In one service or call of RunTask, those of the task definition included [ECS API, CreateService, RunTask; read
2026-11-23]."""


@dataclass(frozen=True)
class PlacementStrategy:
    """One placement strategy, such as `PlacementStrategy("binpack", "memory")`."""

    type: str
    field: str = ""

    def __post_init__(self) -> None:
        if self.type == "binpack" and self.field.lower() not in ("cpu", "memory"):
            raise InvalidSetting(f"binpack on {self.field!r}: use cpu or memory")
        if self.type == "spread" and not (self.field in (INSTANCE, "host") or self.field.startswith("attribute:")):
            raise InvalidSetting(f"spread over {self.field!r}: use instanceId, host, or attribute:NAME such as {ZONE}")
        if self.type == "random" and self.field:
            raise InvalidSetting(f"random takes no field, not {self.field!r}")
        if self.type not in ("binpack", "spread", "random"):
            raise InvalidSetting(f"strategy {self.type!r}: use binpack, spread or random")


DEFAULT_STRATEGIES = (PlacementStrategy("spread", ZONE), PlacementStrategy("spread", INSTANCE))
"""A service without a strategy: the zone with the fewest of its tasks, then the instance with the fewest."""


@dataclass(frozen=True)
class PlacementConstraint:
    """One placement constraint, such as `PlacementConstraint("memberOf", expression)`."""

    type: str
    expression: str = ""

    def __post_init__(self) -> None:
        if self.type not in ("distinctInstance", "memberOf"):
            raise InvalidSetting(f"constraint {self.type!r}: use distinctInstance or memberOf")
        if (self.type == "memberOf") != bool(self.expression):
            raise InvalidSetting("memberOf needs an expression, and distinctInstance takes none")
        if self.expression:
            parse(self.expression)

    @property
    def query(self) -> Query:
        """The expression as a query; memberOf alone."""
        return parse(self.expression)


def check_placement(
    strategies: Sequence[PlacementStrategy],
    constraints: Sequence[PlacementConstraint],
    *,
    of_definition: Sequence[PlacementConstraint] = (),
    on_fargate: bool = False,
) -> None:
    """InvalidSetting unless ECS would take these, beside the constraints of the task definition (`of_definition`)."""
    if on_fargate and (strategies or constraints or of_definition):
        raise InvalidSetting("Fargate places tasks itself: leave placement strategies and constraints out")
    if len(strategies) > MOST_STRATEGIES:
        raise InvalidSetting(f"{len(strategies)} placement strategies: use {MOST_STRATEGIES} at the most")
    if len(constraints) + len(of_definition) > MOST_CONSTRAINTS:
        count = len(constraints) + len(of_definition)
        raise InvalidSetting(f"{count} placement constraints: use {MOST_CONSTRAINTS} at the most")
    if any(rule.type == "distinctInstance" for rule in of_definition):
        raise InvalidSetting("distinctInstance in a task definition: only memberOf may stand there, so move it")


def allowed(instance: ContainerInstance, group: str, constraints: Sequence[PlacementConstraint]) -> bool:
    """Whether constraints let one more task of the group onto the instance."""
    return unmet(instance, group, constraints) is None


def unmet(instance: ContainerInstance, group: str, constraints: Sequence[PlacementConstraint]) -> str | None:
    """The first constraint that keeps one more task of the group off the instance, in ECS's words; None if none does.

    [ECS Developer Guide, api_failures_messages; seen in service events of real accounts; read 2026-11-24]
    """
    for rule in constraints:
        if rule.type == "distinctInstance" and instance.tasks_of(group):
            return "DistinctInstance placement constraint unsatisfied."
        if rule.type == "memberOf" and not rule.query(instance.values()):
            return "MemberOf placement constraint unsatisfied."
    return None


def choose_instance(
    instances: Sequence[ContainerInstance],
    need: Need,
    group: str,
    *,
    strategies: Sequence[PlacementStrategy],
    constraints: Sequence[PlacementConstraint],
    random: Random,
) -> ContainerInstance | str:
    """The instance for one more task, or, as ECS's event would say it, why there is none."""
    active = [instance for instance in instances if instance.status == "ACTIVE"]
    roomy = [instance for instance in active if instance.lacks(need) is None]
    fitting = [instance for instance in roomy if allowed(instance, group, constraints)]
    if not fitting:
        return _why_none(active, roomy, need, partial(unmet, group=group, constraints=constraints))
    for strategy in strategies:
        fitting = _best(fitting, strategy, active, group)
    return random.choice(fitting)


def _why_none(
    active: list[ContainerInstance],
    roomy: list[ContainerInstance],
    need: Need,
    forbidden: Callable[[ContainerInstance], str | None],
) -> str:
    unable = "was unable to place a task because no container instance met all of its requirements"
    if not active:
        return f"{unable}. Reason: No Container Instances were found in your cluster."
    # Model: which instance AWS calls the closest is not documented; here it is the one with the most room.
    closest = max(roomy or active, key=lambda instance: (instance.remaining_cpu, instance.remaining_memory))
    lacks = closest.lacks(need)
    said = f'encountered error "{forbidden(closest)}"' if lacks is None else said_of(lacks)
    return f"{unable}. The closest matching container-instance {closest.id} {said}."


def _best(
    fitting: list[ContainerInstance], strategy: PlacementStrategy, active: list[ContainerInstance], group: str
) -> list[ContainerInstance]:
    """Those that a strategy likes best."""
    if strategy.type == "random":
        return fitting
    if strategy.type == "binpack":
        return _least(fitting, lambda one: _remaining(one, strategy.field))
    value = _field(strategy)
    tasks: dict[str, int] = {}
    for instance in active:
        tasks[value(instance)] = tasks.get(value(instance), 0) + instance.tasks_of(group)
    return _least(fitting, lambda one: tasks[value(one)])


def _remaining(instance: ContainerInstance, field: str) -> int:
    return instance.remaining_cpu if field.lower() == "cpu" else instance.remaining_memory


def _field(strategy: PlacementStrategy) -> Callable[[ContainerInstance], str]:
    if strategy.field in (INSTANCE, "host"):
        return lambda instance: instance.id
    return lambda instance: str(instance.values().get(strategy.field, ""))


Item = TypeVar("Item")


def _least(items: list[Item], key: Callable[[Item], int]) -> list[Item]:
    least = min(map(key, items))
    return [item for item in items if key(item) == least]


def choose_task_to_stop(
    tasks: Sequence[tuple[str, ContainerInstance]],
    strategies: Sequence[PlacementStrategy],
    random: Random,
    leaving: Collection[str] = (),
) -> str:
    """Which of a service's tasks, each with its instance, goes at scale-in; those in `leaving` are on their way out.

    binpack: the one whose removal leaves its instance with the most free resource. spread: one from the value with the
    most tasks, so that the balance is kept, at random within it.
    """
    left = list(tasks)
    for strategy in strategies:
        if strategy.type == "binpack":
            left = _least(left, partial(_not_free, strategy.field.lower(), leaving))
        elif strategy.type == "spread":
            value = _field(strategy)
            counts = Counter(value(instance) for _, instance in tasks)
            left = _least(left, partial(_not_many, value, counts))
    return random.choice(left)[0]


def _not_free(field: str, leaving: Collection[str], pair: tuple[str, ContainerInstance]) -> int:
    return -pair[1].free_without(field, {*leaving, pair[0]})


def _not_many(
    value: Callable[[ContainerInstance], str], counts: Counter[str], pair: tuple[str, ContainerInstance]
) -> int:
    return -counts[value(pair[1])]
