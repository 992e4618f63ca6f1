"""A deployment: one revision of a service on its way to be all of it.

It is IN_PROGRESS until the service is in a steady state, then COMPLETED; or FAILED, and then it starts no more tasks
[ECS API, Deployment; ECS Developer Guide, deployment-circuit-breaker; read 2026-11-24].
"""

from __future__ import annotations

from collections.abc import Sequence

from ecslite.ecs.application import Application
from ecslite.ecs.deployment_configuration import DeploymentConfiguration
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.ecs.workers import application_container, container_port
from ecslite.network.front import Front
from ecslite.sim.clock import MINUTE
from ecslite.sim.simulation import Simulation

__all__ = ["Deployment"]

LONGEST_THROTTLE = 27 * MINUTE
"""Between two attempts to start tasks that fail to start [ECS Developer Guide, service-throttle-logic; read
2026-11-24]."""


class Deployment:
    """What a service runs, or is to run: a task definition, and how the application in it behaves."""

    # Model: image tags are not resolved to digests. All tasks of a deployment run the same application, as they do in
    # AWS since the first task's digest holds for the others; what is left out is the deployment whose tag could not be
    # resolved in three attempts, and which may mix two images if the tag is moved meanwhile
    # [ECS Developer Guide, deployment-type-ecs; read 2026-11-24].

    def __init__(
        self,
        sim: Simulation,
        service: str,
        number: int,
        definition: TaskDefinition,
        application: Application,
        *,
        fronts: Sequence[Front] = (),
        cause: int,
    ) -> None:
        self.sim = sim
        self.service = service
        self.definition = definition
        self.application = application
        self.id = f"ecs-svc/{sim.stream(f'deployment/{service}/{number}').randrange(10**19):019d}"
        self.fronts = tuple(fronts)
        """What its tasks register with."""
        self.began = sim.now
        self.failed_tasks = 0
        """Failures that the circuit breaker counts."""
        self.has_run = False
        """Whether one of its tasks has been RUNNING: from then on only failed health checks count."""
        self.held_until = 0.0
        """The second of the run before which throttling starts no task."""
        self._failed_starts = 0
        self._well: set[str] = set()
        own = application_container(definition.container_definitions)
        self.record = sim.record(
            "deployment",
            self.id,
            service=service,
            task_definition=definition.name,
            network_mode=definition.network_mode,
            container=own.name,
            port=container_port(definition.container_definitions),
            images={one.name: one.image for one in definition.container_definitions},
        )
        text = f"(service {service}) (deployment {self.id}) deployment of {definition.name} is in progress."
        self.event = sim.enter(self.record, "IN_PROGRESS", cause, text)

    @property
    def rollout_state(self) -> str:
        """IN_PROGRESS, COMPLETED or FAILED."""
        return self.record.state

    def started(self) -> None:
        """One of its tasks is RUNNING."""
        self.has_run = True
        self._failed_starts = 0

    def healthy(self, task_id: str, resets: bool) -> None:
        """One of its tasks counts as healthy; at the first time this may clear the count of failures."""
        if task_id not in self._well:
            self._well.add(task_id)
            if resets:
                self.failed_tasks = 0

    def failed_to_start(self, configuration: DeploymentConfiguration) -> float:
        """One of its tasks has stopped without having been RUNNING; the seconds until the next may be started."""
        if not self.has_run:
            self.failed_tasks += 1
        delay = min(configuration.first_throttle_seconds * 2.0 ** min(self._failed_starts, 20), LONGEST_THROTTLE)
        self._failed_starts += 1
        self.held_until = self.sim.now + delay
        return delay

    def failed_check(self) -> None:
        """One of its tasks is replaced because it failed health checks."""
        if self.has_run:
            self.failed_tasks += 1

    def complete(self, cause: int) -> int:
        """The service is in a steady state; the event's id."""
        return self._enter("COMPLETED", cause, "deployment completed.")

    def fail(self, cause: int, why: str) -> int:
        """Give it up: it starts no more tasks."""
        return self._enter("FAILED", cause, f"deployment failed: {why}.")

    def resume(self, cause: int) -> int:
        """It becomes the service's revision again, by a rollback."""
        return self._enter("IN_PROGRESS", cause, "is rolled back to.")

    def stage(self, lifecycle_stage: str, cause: int, what: str = "") -> int:
        """It is in a stage of its lifecycle; the event's id."""
        text = f"(service {self.service}) (deployment {self.id}) is in stage {lifecycle_stage}{what}."
        self.event = self.sim.log.add("deployment", self.id, text, cause, lifecycle_stage=lifecycle_stage)
        self.record.attributes["lifecycle_stage"] = lifecycle_stage
        return self.event

    def _enter(self, state: str, cause: int, what: str) -> int:
        text = f"(service {self.service}) (deployment {self.id}) {what}"
        self.event = self.sim.enter(self.record, state, cause, text)
        return self.event
