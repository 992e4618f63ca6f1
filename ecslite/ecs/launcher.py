"""Starting and stopping a service's tasks, and saying why a task has no place."""

from __future__ import annotations

from collections.abc import Sequence

from ecslite.capacity.container_instance import ContainerInstance, said_of
from ecslite.capacity.fargate import Fargate
from ecslite.ecs.cluster import Capacity
from ecslite.ecs.deployment import Deployment
from ecslite.ecs.launch_type import capacity_of
from ecslite.ecs.owner import Owner
from ecslite.ecs.places import Places
from ecslite.ecs.task import Task
from ecslite.ecs.zones import zone_with_fewest

__all__ = ["Launcher"]


class Launcher:
    """Knows all tasks of a service that are not STOPPED (`tasks`)."""

    def __init__(self, service: Owner, places: Places) -> None:
        self.service = service
        self.sim = service.sim
        self.places = places
        self.tasks: list[Task] = []
        self.unplaced = ""
        """The last reason why a task could not be placed; empty when there was room."""
        self._started = 0

    @property
    def live(self) -> list[Task]:
        """Tasks that ECS wants to run."""
        return [task for task in self.tasks if task.desired_status == "RUNNING"]

    # Start

    def start(self, deployment: Deployment, count: int, cause: int, *, zone: str | None = None) -> None:
        """Start tasks of a deployment, as many as find a place; in a zone, if one is named.

        None starts while throttling holds the deployment back, or once it has failed.
        """
        held = self.sim.now < deployment.held_until
        if count <= 0 or held or deployment.rollout_state == "FAILED":
            return
        event = self.say(f"starts {count} task{'s' if count > 1 else ''}.", cause, count=count)
        for _ in range(count):
            if not self._start_one(deployment, event, zone):
                return

    def start_on(self, deployment: Deployment, instance: ContainerInstance, cause: int) -> bool:
        """Start a DAEMON task on an instance, unless something is missing there; whether it was started."""
        if self.sim.now < deployment.held_until or deployment.rollout_state == "FAILED":
            return False
        if lacks := instance.lacks(deployment.definition.need):
            reason = f"was unable to place a task on container instance {instance.id}, which {said_of(lacks)}."
            return self.no_room(reason, cause)
        provider = next(kind for kind in self.places.providers if instance in self.places.instances([kind]))
        event = self.say(f"starts its task on instance {instance.id}.", cause, count=1)
        task = self._add(deployment, provider, event, None)
        task.daemon = True
        task.place(instance)
        return True

    def _start_one(self, deployment: Deployment, event: int, zone: str | None) -> bool:
        """Start one task, or say why there is no room for it; whether it was started."""
        if self.places.launch_type == "EC2":
            return self._start_on_any_instance(deployment, event, zone)
        provider = self.places.next_provider(self.live)
        if isinstance(provider, Fargate):
            zones = self.places.fargate_zones(provider)
            if refused := self.service.cluster.no_capacity(provider, zones):
                return self.no_room(refused, event)
            self.unplaced = ""
            self._add(deployment, provider, event, zone or zone_with_fewest(zones, self.live))
            return True
        instances = [one for one in self.places.instances([provider]) if zone is None or one.zone == zone]
        found = self.places.choose(instances, deployment.definition.need)
        if isinstance(found, str) and (refused := self.service.cluster.cannot_wait(provider, found)):
            return self.no_room(refused, event)
        self.unplaced = ""
        task = self._add(deployment, provider, event, None)
        if isinstance(found, str):
            self.service.cluster.wait(task)
        else:
            task.place(found)
        return True

    def _start_on_any_instance(self, deployment: Deployment, event: int, zone: str | None) -> bool:
        instances = [one for one in self.places.all_instances if zone is None or one.zone == zone]
        found = self.places.choose(instances, deployment.definition.need)
        if isinstance(found, str):
            return self.no_room(found, event)
        self.unplaced = ""
        self._add(deployment, capacity_of(self.service.cluster, found), event, None).place(found)
        return True

    def no_room(self, reason: str, event: int) -> bool:
        """Say once why a task cannot be placed; the service tries again when there may be room."""
        if reason != self.unplaced:
            self.sim.log.add("service", self.service.name, f"(service {self.service.name}) {reason}", event)
        self.unplaced = reason
        return False

    def _add(self, deployment: Deployment, provider: Capacity, event: int, zone: str | None) -> Task:
        self._started += 1
        task = Task(
            self.service,
            deployment.definition,
            deployment.application,
            provider,
            number=self._started,
            cause=event,
            zone=zone,
            need=deployment.definition.need,
            deployment=deployment.id,
            fronts=deployment.fronts,
            network_configuration=self.places.network_configuration,
        )
        if self.places.launch_type is not None:
            task.record.attributes["capacity_provider"] = None
        self.tasks.append(task)
        return task

    # Stop

    def surplus(self, tasks: Sequence[Task], count: int) -> list[Task]:
        """Which of some tasks go, `count` of them or as many as are not protected."""
        leaving = {task.id for task in self.tasks if task.desired_status == "STOPPED"}
        return self.places.surplus(tasks, count, leaving)

    def stop(self, tasks: Sequence[Task], cause: int, reason: str) -> None:
        """Stop tasks, by one event."""
        if not tasks:
            return
        count = len(tasks)
        event = self.say(f"stops {count} task{'s' if count > 1 else ''}: {reason}.", cause, count=count)
        for task in tasks:
            task.stop(event, "ServiceSchedulerInitiated", reason)

    def say(self, what: str, cause: int, **details: int) -> int:
        """Log what the service does; the event's id."""
        return self.sim.log.add("service", self.service.name, f"Service {self.service.name} {what}", cause, **details)
