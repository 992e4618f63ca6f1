"""Where a service's next task goes, and which of its tasks goes first when there are too many.

Capacity providers take turns by base and weight. On instances, placement strategies and constraints decide; on Fargate
the zone with the fewest of the service's tasks gets the next one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ecslite.capacity.container_instance import ContainerInstance, Need
from ecslite.capacity.fargate import Fargate
from ecslite.capacity.instance_capacity import InstanceCapacity
from ecslite.capacity.strategy import CapacityProviderStrategyItem, next_provider
from ecslite.ecs.awsvpc import in_its_zones, zones_for
from ecslite.ecs.cluster import Capacity, Cluster
from ecslite.ecs.launch_type import instances_for, strategy_of
from ecslite.ecs.placement import (
    DEFAULT_STRATEGIES,
    PlacementConstraint,
    PlacementStrategy,
    allowed,
    check_placement,
    choose_instance,
    choose_task_to_stop,
)
from ecslite.ecs.task import Task
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.ecs.zones import zone_with_most
from ecslite.errors import InvalidSetting
from ecslite.network.vpc import AwsvpcConfiguration

__all__ = ["Places", "check_definition"]


class Places:
    """The capacity of one service, and how its tasks are placed on it."""

    def __init__(
        self,
        cluster: Cluster,
        service: str,
        definition: TaskDefinition,
        *,
        capacity_provider_strategy: Sequence[CapacityProviderStrategyItem] | None,
        launch_type: str | None = None,
        placement_strategy: Sequence[PlacementStrategy] | None,
        placement_constraints: Sequence[PlacementConstraint],
        network_configuration: AwsvpcConfiguration | None = None,
    ) -> None:
        self.cluster = cluster
        self.group = f"service:{service}"
        """The task group, by which placement counts."""
        self.capacity_provider_strategy = strategy_of(cluster, capacity_provider_strategy, launch_type)
        self.launch_type = launch_type
        check_definition(definition, self.providers)
        of_definition = tuple(PlacementConstraint("memberOf", one) for one in definition.placement_constraints)
        check_placement(
            placement_strategy or (), placement_constraints, of_definition=of_definition, on_fargate=self.on_fargate
        )
        self.asked_strategies = tuple(placement_strategy or ())
        """The placement strategies that were asked for."""
        self.own_constraints = tuple(placement_constraints)
        """The service's own, without the task definition's."""
        self.strategies = DEFAULT_STRATEGIES if placement_strategy is None else tuple(placement_strategy)
        self.asked = (*of_definition, *placement_constraints)
        """The placement constraints of the task definition and of the service."""
        self.network_configuration = network_configuration
        self.constraints = (*self.asked, *in_its_zones(network_configuration))
        self.random = cluster.sim.stream(f"service/{service}")

    @property
    def providers(self) -> list[Capacity]:
        """The capacity providers of its strategy."""
        return [self.cluster.providers[item.capacity_provider] for item in self.capacity_provider_strategy]

    @property
    def on_fargate(self) -> bool:
        """Whether its tasks run on Fargate: a strategy has one kind of capacity."""
        return any(isinstance(provider, Fargate) for provider in self.providers)

    @property
    def zones(self) -> list[str]:
        """The zones in which its tasks may run now: Fargate's, or those with an ACTIVE instance that may have them."""
        if self.on_fargate:
            of = [zone for kind in self.providers if isinstance(kind, Fargate) for zone in self.fargate_zones(kind)]
            return list(dict.fromkeys(of))
        active = [one for one in self.all_instances if one.status == "ACTIVE"]
        return sorted({one.zone for one in active if allowed(one, "", self.constraints)})

    def fargate_zones(self, provider: Fargate) -> tuple[str, ...]:
        """The zones of Fargate in which a task can be started now."""
        return self.cluster.zones_up(provider, zones_for(self.network_configuration, provider))

    def next_provider(self, live: Sequence[Task]) -> Capacity:
        """The capacity provider that gets one more task, beside those that live."""
        counts = [sum(task.provider is kind for task in live) for kind in self.providers]
        return self.providers[next_provider(self.capacity_provider_strategy, counts)]

    def room_for(self, provider: Capacity, need: Need) -> ContainerInstance | str:
        """The instance of a provider on which one more task would go, or why there is none."""
        return self.choose(self.instances([provider]), need)

    def choose(self, instances: Sequence[ContainerInstance], need: Need) -> ContainerInstance | str:
        """The one of some instances on which one more task would go, or why there is none."""
        return choose_instance(
            instances,
            need,
            self.group,
            strategies=self.strategies,
            constraints=self.constraints,
            random=self.random,
        )

    @property
    def all_instances(self) -> list[ContainerInstance]:
        """Where its tasks may go: on launch type EC2 to the instances of all providers."""
        return instances_for(self.cluster) if self.launch_type == "EC2" else self.instances(self.providers)

    def instances(self, providers: Sequence[Capacity]) -> list[ContainerInstance]:
        """The registered instances of some providers."""
        kinds = [kind for kind in providers if isinstance(kind, InstanceCapacity)]
        return [one for kind in kinds for one in self.cluster.instances(kind)]

    def surplus(self, tasks: Sequence[Task], count: int, leaving: Collection[str]) -> list[Task]:
        """Which tasks go: those not running yet, those not healthy yet, then as the placement strategy says.

        Never protected ones. `leaving` are the ids of tasks that are on their way out already.
        """
        left = [task for task in tasks if not task.protected]
        chosen: list[Task] = []
        for _ in range(min(count, len(left))):
            task = self._one_to_stop(left, {*leaving, *(one.id for one in chosen)})
            left.remove(task)
            chosen.append(task)
        return chosen

    def _one_to_stop(self, left: list[Task], leaving: Collection[str]) -> Task:
        running = [task for task in left if task.last_status == "RUNNING"]
        unready = [task for task in running if not task.ready]
        candidates = [task for task in left if task not in running] or unready or left
        placed = {task.id: (task, task.instance) for task in candidates if task.instance is not None}
        if len(placed) == len(candidates):
            pairs = [(id_, instance) for id_, (_, instance) in placed.items() if instance is not None]
            return placed[choose_task_to_stop(pairs, self.strategies, self.random, leaving)][0]
        zoned = [task for task in candidates if task.zone is not None]
        if len(zoned) < len(candidates):
            return next(task for task in candidates if task.zone is None)
        zone = zone_with_most(candidates)
        return self.random.choice([task for task in candidates if task.zone == zone])


def check_definition(definition: TaskDefinition, providers: Sequence[Capacity]) -> None:
    """InvalidSetting for a definition that a service's capacity cannot run."""
    fault = definition.fargate_fault
    if fault and any(isinstance(provider, Fargate) for provider in providers):
        raise InvalidSetting(f"task definition {definition.name} cannot run on Fargate: {fault}")
