"""A task: one running copy of a task definition, from PROVISIONING to STOPPED.

The states and their order are those of the ECS Developer Guide (page task-lifecycle-explanation, read 2026-11-23):

    PROVISIONING → PENDING → ACTIVATING → RUNNING → DEACTIVATING → STOPPING → DEPROVISIONING → STOPPED

A stop may be asked for in any state; the task then goes on to DEACTIVATING from wherever it stands. `desired_status`
says where ECS wants it (RUNNING or STOPPED), `last_status` where it was last seen.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

import simpy

from ecslite.capacity.container_instance import ContainerInstance, Need
from ecslite.capacity.fargate import Fargate
from ecslite.ecs.application import Application
from ecslite.ecs.cluster import Capacity, Tenant
from ecslite.ecs.container_behaviour import SIGKILLED
from ecslite.ecs.containers import Containers
from ecslite.ecs.cpu_share import TaskCpu
from ecslite.ecs.memory_use import OUT_OF_MEMORY
from ecslite.ecs.owner import Owner
from ecslite.ecs.serving import Serving
from ecslite.ecs.stopped import ESSENTIAL_EXITED, FAILED_CONTAINER_CHECKS, FAILED_ELB_CHECKS, FAILED_TO_START
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.ecs.task_launch import TaskLaunch
from ecslite.ecs.workers import application_container
from ecslite.network.attachment import Attachment
from ecslite.network.front import Front
from ecslite.network.target import Target
from ecslite.network.vpc import AwsvpcConfiguration

__all__ = ["Task"]

Steps = Generator[simpy.Event, None, None]

# Model: an application that gets SIGTERM finishes the requests it has and exits; SIGKILL ends it after stopTimeout.


class Task(Tenant):
    """One task, on a micro virtual machine of its own (`instance` is None) or on a container instance."""

    cpu: TaskCpu
    displaced: bool = False
    """Its instance drains: it serves on until another can take its place."""
    protected_until: float = 0.0
    """The second of the run up to which neither scale-in nor a deployment stops it."""

    def __init__(
        self,
        owner: Owner,
        definition: TaskDefinition,
        application: Application,
        provider: Capacity,
        *,
        number: int,
        cause: int,
        zone: str | None,
        need: Need,
        deployment: str = "",
        fronts: Sequence[Front] | None = None,
        network_configuration: AwsvpcConfiguration | None = None,
    ) -> None:
        self.sim = owner.sim
        self.owner = owner
        self.definition = definition
        self.application = application
        self.provider = provider
        self.deployment = deployment
        """The id of the deployment that started it."""
        self.group = owner.group
        self.times = provider if isinstance(provider, Fargate) else provider.times
        self.need: Need = need
        self.instance: ContainerInstance | None = None
        self.random = self.sim.stream(f"task/{owner.name}/{number}")
        self.id = f"{self.random.getrandbits(128):032x}"
        self.zone = zone
        """None while a task waits for an instance."""
        self.desired_status = "RUNNING"
        self.condemned: str | None = None
        """Why the service must replace it, from the moment at which a health check says so."""
        self.began = self.sim.now
        self.serving = Serving(self.sim, self.id, owner.fronts if fronts is None else fronts, definition, application)
        self.serving.out_of_memory = self._out_of_memory
        self.workers = self.serving.workers
        self.targets = self.serving.targets
        """What it is registered as, one a front, from the moment at which its containers have started."""
        self.cpu = TaskCpu(definition, application, self.workers, self.serving.catch_up)
        self.running_since: float | None = None
        self.record = self.sim.record(
            "task",
            self.id,
            cluster=owner.cluster.name,
            service=owner.name,
            task_definition=definition.name,
            cpu=definition.cpu,
            memory=definition.memory,
            network_mode=definition.network_mode,
            zone=zone,
            capacity_provider=provider.name,
            launch_type=provider.launch_type,
            market=provider.market,
            architecture=definition.cpu_architecture,
            deployment=deployment,
            created_at=self.sim.now,
        )
        self.containers = Containers(self, definition, application, cause)
        image = application_container(definition.container_definitions).image
        self.attachment = Attachment(network_configuration, launch_type=provider.launch_type, image=image)
        """Its network interface, from PROVISIONING to DEPROVISIONING."""
        self._launch = TaskLaunch(self)
        self._stopped_by: int | None = None
        self.crashed = False
        """An essential container has exited, or never started: nothing is waited for."""
        self._hurry = self.sim.env.event()
        """Comes with a Spot interruption's notice: from then on nothing is waited for."""
        self._ends_at = float("inf")
        self.stop_asked = self.sim.env.event()
        """Comes when its end is asked for."""
        self.placed = self.sim.env.event()
        """Comes when it has its place: at once on Fargate, on an instance as soon as one has room."""
        self.last_event = self.waiting_event = cause
        """The event that the next one of its life names as its cause; and the one since which it waits for room."""
        if zone is not None:
            self.record.attributes |= self.attachment.take(self.id, zone)
            self._launch.held_back = owner.cluster.settle(self, None)
            self.placed.succeed()
        self.sim.process(self._live())

    @property
    def last_status(self) -> str:
        return self.record.state

    @property
    def stop_code(self) -> str | None:
        """As DescribeTasks gives it; None before a stop is asked for."""
        return self.record.attributes.get("stop_code")

    @property
    def short(self) -> str:
        """The first eight characters of the id, enough to tell tasks apart."""
        return self.id[:8]

    @property
    def ready(self) -> bool:
        """RUNNING and well by all that is asked: a healthy target of each front, HEALTHY by its container checks."""
        if self.last_status != "RUNNING" or (self.containers.checked and not self.containers.passed):
            return False
        return not self.targets or all(target.state == "healthy" for target in self.targets)

    @property
    def health_status(self) -> str:
        """HEALTHY, UNHEALTHY or UNKNOWN, by the health checks of its essential containers."""
        return self.containers.health

    @property
    def checked(self) -> bool:
        """Whether anything says of it that it is well: a front, or a container health check."""
        return bool(self.targets or self.containers.checked)

    @property
    def fault(self) -> str | None:
        """The health check that it fails now, in ECS's words; None if it fails none."""
        if any(target.state == "unhealthy" for target in self.targets):
            return FAILED_ELB_CHECKS
        return FAILED_CONTAINER_CHECKS if self.health_status == "UNHEALTHY" else None

    @property
    def healthy(self) -> bool:
        """False once the service must replace it."""
        return self.condemned is None

    @property
    def protected(self) -> bool:
        """Whether scale-in protection is on for it."""
        return self.sim.now < self.protected_until

    def place(self, instance: ContainerInstance) -> None:
        """Take room on a container instance."""
        instance.reserve(self.id, self.need, self.group, daemon=self.daemon)
        self.instance, self.zone = instance, instance.zone
        self.record.attributes |= {"zone": instance.zone, "instance": instance.id, "placed_at": self.sim.now}
        self.record.attributes |= self.attachment.take(self.id, instance.zone)
        self.owner.cluster.settle(self, instance)
        self.placed.succeed()

    def room_found(self) -> ContainerInstance | None:
        found = self.owner.room_for(self.provider, self.need)
        if isinstance(found, str):
            return None
        self.place(found)
        return found

    def host_drains(self, cause: int) -> None:
        self.owner.displace(self, "its container instance is draining", cause)

    def host_lost(self, cause: int) -> None:
        """The host has ended, and the task with it: nothing drains, nothing answers at its address any more.

        ECS hears of it a moment later; until then requests and health checks go to an address where nobody is.
        """
        self.cut_off(cause)
        self._hurry_up()
        self.sim.process(self._be_missed(cause))

    def cut_off(self, cause: int) -> None:
        """Nothing reaches it from now on, as in the outage of a zone. ECS learns it by failed health checks alone."""
        if not self.crashed:
            self.crashed = True
            self.containers.lost(cause)
            self.serving.end(cause, unreachable=True)

    def _be_missed(self, cause: int) -> Steps:
        yield self.sim.sleep(self.times.notice.draw(self.random))
        if self.instance is not None:
            self.stop(cause, "TerminationNotice", f"Host EC2 (instance {self.instance.id}) terminated.")
        else:
            # Model: AWS documents no words for a Fargate task whose zone fails.
            self.stop(cause, "InfrastructureHealth", f"The task's host in {self.zone} is not available.")

    def interrupted(self, cause: int, seconds: float) -> None:
        """Fargate Spot takes the capacity back: SIGTERM comes at once, while the targets still drain."""
        if self._hurry_up():
            self._ends_at = self.sim.now + seconds
        self.stop(cause, "SpotInterruption", "Your Spot Task was interrupted.")

    def _hurry_up(self) -> bool:
        """Wait for nothing from now on; whether that is new."""
        if self._hurry.triggered:
            return False
        self._hurry.succeed()
        return True

    def stop(self, cause: int, stop_code: str, reason: str) -> None:
        """Ask for the task's end: its target drains, then its containers get SIGTERM. A second call changes nothing."""
        if self.desired_status == "STOPPED":
            return
        self.desired_status = "STOPPED"
        self.record.attributes |= {"stop_code": stop_code, "stopped_reason": reason, "stopping_at": self.sim.now}
        self._stopped_by = cause
        self.stop_asked.succeed()

    def crash(self, cause: int, exit_code: int, reason: str | None = None) -> None:
        """The container of its application ends by itself now; ECS hears of it a moment later."""
        own = self.containers.own
        if own.running and not own.told_to_stop and self.last_status in ("ACTIVATING", "RUNNING", "DEACTIVATING"):
            self.containers.exited(own, cause, exit_code, reason)

    def hang(self, cause: int) -> None:
        """Its application takes requests from now on and answers none, nor does it heed SIGTERM."""
        self.serving.hang(cause)

    def cpu_percent(self) -> float:
        """CPU used since the last call, in per cent of what the task definition reserves for the time it has run."""
        used = self.cpu.used(self.sim.now, self.running_since or 0.0)
        self.cpu_used = 1024 * used
        return 100 * used / self.cpu.reserved

    def memory_percent(self) -> float | None:
        """Memory used since the last call, in per cent of what is reserved; None where nobody measures it."""
        memory = self.serving.memory
        used = None if memory is None else memory.measured()
        self.memory_used = used
        return None if used is None else 100 * used / self.definition.memory

    def measure(self) -> None:
        """Bring cpu_used and memory_used up to date."""
        self.cpu_percent()
        self.memory_percent()

    def enter(self, state: str, text: str) -> None:
        """Go on to a state; the sentence says what happens in it."""
        self.last_event = self.sim.enter(self.record, state, self.last_event, text)

    # The life-cycle, as one process

    def _live(self) -> Steps:
        yield from self._start()
        if not self.stop_asked.triggered:
            self.enter("RUNNING", f"Task {self.short} is running.")
            self.running_since = self.record.attributes["started_at"] = self.sim.now
            self.owner.task_changed(self, self.last_event)
            yield self.stop_asked
        yield from self._end()

    def _start(self) -> Steps:
        yield from self._launch.steps()
        if not self.stop_asked.triggered:
            self.containers.start(self.last_event)
            if not self.containers.all_up.triggered or self.crashed:
                yield self.containers.all_up | self.stop_asked
        if self.crashed and not self.stop_asked.triggered:
            yield self.stop_asked
        if not self.stop_asked.triggered:
            self._begin_to_serve()

    def _begin_to_serve(self) -> None:
        self.serving.begin(
            self.last_event,
            since=self.containers.own.started_at or 0.0,
            told=self._target_changed,
            host=self.instance,
            zone=self.zone,
            interface=self.attachment.interface,
            checked=not self.containers.passed,
        )
        if not self.containers.own.running:
            # It has exited while others were starting, and is about to be restarted.
            self.serving.end(self.containers.own.event)

    def _end(self) -> Steps:
        if self._stopped_by is not None:
            self.last_event = self._stopped_by
        self.enter("DEACTIVATING", f"Task {self.short} is taken out of service.")
        self.owner.task_changed(self, self.last_event)
        drained = self.serving.deregister(self.last_event)
        if drained is not None and not self.crashed:
            # ECS waits for the target to be unused before it sends the stop signal, if it has the time.
            yield drained | self._hurry
        self.enter("STOPPING", f"Task {self.short} is told to stop (SIGTERM).")
        yield from self.containers.stop(self.last_event, self._ends_at, self.serving.done_at)
        self.record.attributes["execution_stopped_at"] = self.sim.now
        self.enter("DEPROVISIONING", f"Task {self.short} gives its {self._launch.place} back.")
        yield self.sim.sleep(self.times.deprovisioning.draw(self.random) * self.need.own_interface)
        self.attachment.give_back()
        reason = self.record.attributes["stopped_reason"]
        self.enter("STOPPED", f"Task {self.short} is stopped: {reason}")
        self.record.attributes["stopped_at"] = self.sim.now
        self.owner.cluster.leave(self, self.last_event)
        self.owner.task_changed(self, self.last_event)

    # What others tell

    def _target_changed(self, target: Target, event: int) -> None:
        self.owner.target_changed(self, target, event)

    def _out_of_memory(self, why: str) -> None:
        text = f"{OUT_OF_MEMORY}: task {self.short}, {why}."
        cause = self.sim.log.latest("traffic", self.sim.now)
        self.record.attributes["reason"] = OUT_OF_MEMORY
        self.crash(self.sim.log.add("fault", self.id, text, cause), SIGKILLED, OUT_OF_MEMORY)

    def essential_exited(self, cause: int, exit_code: int) -> None:
        """An essential container has exited for good, and takes the task down once ECS knows."""
        if not self.crashed:
            self.crashed = True
            self.sim.process(self._be_noticed(cause, exit_code))

    def cannot_start(self, cause: int) -> None:
        """A container that the task needs will never run."""
        self.crashed = True
        self.stop(cause, "TaskFailedToStart", FAILED_TO_START)

    def health_changed(self, event: int) -> None:
        """Its container health checks say something else than before."""
        self.record.attributes["health_status"] = self.health_status
        if self.health_status == "UNHEALTHY" or self.containers.passed:
            self.serving.check_says(self.containers.passed, event)
        if self.desired_status == "RUNNING":
            self.owner.health_changed(self, event)

    def _be_noticed(self, cause: int, exit_code: int) -> Steps:
        yield self.sim.sleep(self.times.notice.draw(self.random))
        self.record.attributes["exit_code"] = exit_code
        event = self.sim.log.add(
            "task",
            self.id,
            f"ECS sees that an essential container of task {self.short} has exited ({exit_code}).",
            cause,
        )
        self.stop(event, "EssentialContainerExited", ESSENTIAL_EXITED)
