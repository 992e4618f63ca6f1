"""A task: one running copy of a task definition, from PROVISIONING to STOPPED.

The states and their order are those of the ECS Developer Guide (page task-lifecycle-explanation, read 2026-11-23):

    PROVISIONING → PENDING → ACTIVATING → RUNNING → DEACTIVATING → STOPPING → DEPROVISIONING → STOPPED

A stop may be asked for in any state; the task then goes on to DEACTIVATING from wherever it stands. `desired_status`
says where ECS wants it (RUNNING or STOPPED), `last_status` where it was last seen.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Protocol

import simpy

from ecslite.capacity.container_instance import ContainerInstance, Need
from ecslite.capacity.fargate import Fargate
from ecslite.ecs.application import Application
from ecslite.ecs.cluster import Capacity, Cluster, Tenant
from ecslite.ecs.cpu_share import TaskCpu
from ecslite.ecs.faults.at_start import StartTroubles
from ecslite.ecs.memory_use import OUT_OF_MEMORY, MemoryWatch, TaskMemory
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.ecs.workers import application_container, container_port, new_workers
from ecslite.network.attachment import Attachment
from ecslite.network.front import Breakable, Front
from ecslite.network.target import Registration, Target
from ecslite.network.vpc import AwsvpcConfiguration
from ecslite.sim.simulation import Simulation

__all__ = ["Task"]

Steps = Generator[simpy.Event, None, None]

# Model: a process that gets SIGTERM finishes the requests it has and exits; SIGKILL ends it after stopTimeout.


class Owner(Protocol):
    """Whoever started a task and is told what becomes of it: a service."""

    sim: Simulation
    cluster: Cluster
    name: str

    @property
    def group(self) -> str:
        """The task group, by which placement counts: "service:NAME"."""
        ...

    @property
    def fronts(self) -> Sequence[Front]:
        """What its tasks register with."""
        ...

    def room_for(self, provider: Capacity, need: Need) -> ContainerInstance | str:
        """The instance on which one more task would go, or why there is none."""
        ...

    def task_changed(self, task: Task, event: int) -> None:
        """It has begun to run, is being taken out of service, or has stopped."""
        ...

    def target_changed(self, task: Task, target: Target, event: int) -> None:
        """A front has changed its mind about the task's health."""
        ...

    def condemn(self, task: Task, reason: str, cause: int) -> None:
        """Have the task replaced, or let it be."""
        ...


class Task(Tenant):
    """One task, on a micro virtual machine of its own (`instance` is None) or on a container instance."""

    cpu: TaskCpu

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
        self.targets: list[Target] = []
        """What it is registered as, one a front, from the moment at which its containers have started."""
        self.condemned: str | None = None
        """Why the service must replace it, from the moment at which a health check or a draining instance says so."""
        self.workers = new_workers(definition, application)
        self.cpu = TaskCpu(definition, application, self.workers, self._catch_up)
        self.memory: TaskMemory | None = None
        """What it uses, while its containers run, if its application declares it."""
        self.running_since: float | None = None
        self.listens_at = float("inf")
        self.record = self.sim.record(
            "task",
            self.id,
            cluster=owner.cluster.name,
            service=owner.name,
            task_definition=definition.name,
            cpu=definition.cpu,
            memory=definition.memory,
            zone=zone,
            capacity_provider=provider.name,
            launch_type=provider.launch_type,
            market=provider.market,
            architecture=definition.cpu_architecture,
            deployment=deployment,
        )
        image = application_container(definition.container_definitions).image
        self.attachment = Attachment(network_configuration, launch_type=provider.launch_type, image=image)
        """Its network interface, from PROVISIONING to DEPROVISIONING."""
        self._held_back = 0.0
        """Seconds by which Fargate's launch rate delays it."""
        self._stopped_by: int | None = None
        self._crashed = False
        self.hangs = False
        """Its application answers nothing, by a fault."""
        self._hurry = self.sim.env.event()
        """Comes with a Spot interruption's notice: from then on nothing is waited for."""
        self._ends_at = float("inf")
        self._stop_asked = self.sim.env.event()
        self._placed = self.sim.env.event()
        self._last_event = self.waiting_event = cause
        if zone is not None:
            self.record.attributes |= self.attachment.take(self.id, zone)
            self._held_back = owner.cluster.settle(self, None)
            self._placed.succeed()
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
        """RUNNING and, behind load balancers, a healthy target of each."""
        return self.last_status == "RUNNING" and all(target.state == "healthy" for target in self.targets)

    @property
    def healthy(self) -> bool:
        """False once the service must replace it."""
        return self.condemned is None

    def place(self, instance: ContainerInstance) -> None:
        """Take room on a container instance."""
        instance.reserve(self.id, self.need, self.group, daemon=self.daemon)
        self.instance, self.zone = instance, instance.zone
        self.record.attributes |= {"zone": instance.zone, "instance": instance.id}
        self.record.attributes |= self.attachment.take(self.id, instance.zone)
        self.owner.cluster.settle(self, instance)
        self._placed.succeed()

    def room_found(self) -> ContainerInstance | None:
        found = self.owner.room_for(self.provider, self.need)
        if isinstance(found, str):
            return None
        self.place(found)
        return found

    def host_drains(self, cause: int) -> None:
        self.owner.condemn(self, "its container instance is draining", cause)

    def host_lost(self, cause: int) -> None:
        """The host has ended, and the task with it: nothing drains, nothing answers at its address any more.

        ECS hears of it a moment later; until then requests and health checks go to an address where nobody is.
        """
        self.cut_off(cause)
        self._hurry_up()
        self.sim.process(self._be_missed(cause))

    def cut_off(self, cause: int) -> None:
        """Nothing reaches it from now on, as in the outage of a zone. ECS learns it by failed health checks alone."""
        if not self._crashed:
            self._crashed = True
            self._end_process(cause, unreachable=True)

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
        self.record.attributes |= {"stop_code": stop_code, "stopped_reason": reason}
        self._stopped_by = cause
        self._stop_asked.succeed()

    def crash(self, cause: int, exit_code: int) -> None:
        """Its essential container ends by itself now; ECS hears of it a moment later."""
        if self._crashed or self.last_status not in ("RUNNING", "DEACTIVATING"):
            return
        self._crashed = True
        self._end_process(cause)
        self.sim.process(self._be_noticed(cause, exit_code))

    def hang(self, cause: int) -> None:
        """Its application takes requests from now on and answers none, nor does it heed SIGTERM."""
        self.hangs = True
        for front, target in self._registered:
            if isinstance(front, Breakable):
                front.hang(target, cause)

    def cpu_percent(self) -> float:
        """CPU used since the last call, in per cent of what the task definition reserves for the time it has run."""
        used = self.cpu.used(self.sim.now, self.running_since or 0.0)
        self.cpu_used = 1024 * used
        return 100 * used / self.definition.vcpu

    def memory_percent(self) -> float | None:
        """Memory used since the last call, in per cent of what is reserved; None where nobody measures it."""
        used = None if self.memory is None else self.memory.measured()
        self.memory_used = used
        return None if used is None else 100 * used / self.definition.memory

    def _catch_up(self) -> None:
        for front in self.owner.fronts:
            front.catch_up()

    # The life-cycle, as one process

    def _live(self) -> Steps:
        yield from self._start()
        if not self._stop_asked.triggered:
            self._enter("RUNNING", f"Task {self.short} is running.")
            self.running_since = self.sim.now
            self.owner.task_changed(self, self._last_event)
            yield self._stop_asked
        yield from self._end()

    def _start(self) -> Steps:
        draw, random = self.times, self.random
        pull = draw.pull_seconds(self.application.image_mib)
        steps = (
            ("PROVISIONING", self._held_back + draw.provisioning.draw(random), "gets its network interface"),
            ("PENDING", draw.pending.draw(random), "gets its place to run"),
            ("ACTIVATING", pull + draw.container_start.draw(random), "pulls its image and starts its containers"),
        )
        for state, seconds, what in steps:
            if self._stop_asked.triggered:
                return
            if not self._placed.triggered:
                yield from self._wait_for_room(state)
            else:
                self._enter(state, f"Task {self.short} in {self.zone} {what}.")
            yield self.sim.sleep(seconds) | self._stop_asked
            if self.attachment.fault:
                self._fail_to_start(self.attachment.fault)
        yield from self._pull()
        if not self._stop_asked.triggered:
            self._listen()

    def _pull(self) -> Steps:
        if not self._stop_asked.triggered and (trouble := self.sim.the(StartTroubles).meet(self)) is not None:
            self.application, self._last_event = trouble
        if not self._stop_asked.triggered and (fault := self.attachment.pull_fault()):
            why, seconds = fault
            yield self.sim.sleep(seconds) | self._stop_asked
            self._fail_to_start(why)
        elif not self._stop_asked.triggered and self.application.pull_error:
            self._fail_to_start(f"CannotPullContainerError: {self.application.pull_error}")
        elif not self._stop_asked.triggered:
            self.attachment.pulled(self.application.image_mib)

    def _fail_to_start(self, text: str) -> None:
        if self._stop_asked.triggered:
            return
        event = self.sim.log.add("task", self.id, f"Task {self.short} fails to start. {text}", self._last_event)
        self._crashed = True
        self.stop(event, "TaskFailedToStart", text)

    def _wait_for_room(self, state: str) -> Steps:
        self._enter(state, f"Task {self.short} waits for room on an instance.")
        self.waiting_event = self._last_event
        yield self._placed | self._stop_asked
        if self.instance is not None:
            text = f"Task {self.short} gets room on instance {self.instance.id} in {self.zone}."
            # Model: the cause of the room is the instance's arrival or a task's departure; the chain keeps the wait.
            self._last_event = self.sim.log.add("task", self.id, text, self._last_event)

    def _listen(self) -> None:
        self._take_memory()
        self.listens_at = self.sim.now + self.application.startup_seconds
        me = Registration(
            self.id,
            self.workers,
            self.listens_at,
            self._last_event,
            self._target_changed,
            zone=self.zone,
            interface=self.attachment.interface,
            port=container_port(self.definition.container_definitions),
        )
        for front in self.owner.fronts:
            self.targets.append(front.register(me))
        if self.application.fails_health_checks:
            text = f"The application in task {self.short} answers its health checks with an error."
            event = self.sim.log.add("application", self.id, text, self._last_event)
            for target in self.targets:
                target.failing_check = event
        if self.application.exits_after_seconds is not None:
            self.sim.process(self._exit_by_itself(self.application.exits_after_seconds))

    def _take_memory(self) -> None:
        if self.application.memory_mib is not None:
            self.memory = TaskMemory(
                self.definition,
                self.application,
                self.workers,
                id_=self.id,
                host=self.instance,
                since=self.sim.now,
                catch_up=self._catch_up,
                kill=self._out_of_memory,
            )
            self.sim.the(MemoryWatch).watch(self.memory)

    def _out_of_memory(self, why: str) -> None:
        text = f"{OUT_OF_MEMORY}: task {self.short}, {why}."
        cause = self.sim.log.latest("traffic", self.sim.now)
        self.record.attributes["reason"] = OUT_OF_MEMORY
        self.crash(self.sim.log.add("fault", self.id, text, cause), 137)

    def _exit_by_itself(self, seconds: float) -> Steps:
        yield self.sim.sleep(seconds)
        if self._crashed or self.last_status in ("STOPPING", "DEPROVISIONING", "STOPPED"):
            return
        code = self.application.exit_code
        text = f"The application in task {self.short} exits by itself (exit code {code})."
        self.crash(self.sim.log.add("application", self.id, text, self._last_event), code)

    def _target_changed(self, target: Target, event: int) -> None:
        self.owner.target_changed(self, target, event)

    def _end(self) -> Steps:
        if self._stopped_by is not None:
            self._last_event = self._stopped_by
        self._enter("DEACTIVATING", f"Task {self.short} is taken out of service.")
        self.owner.task_changed(self, self._last_event)
        drained = self._deregister()
        if drained is not None and not self._crashed:
            # ECS waits for the target to be unused before it sends the stop signal, if it has the time.
            yield drained | self._hurry
        self._enter("STOPPING", f"Task {self.short} is told to stop (SIGTERM).")
        if not self._crashed:
            yield self.sim.sleep(self._grace())
            self._end_process(self._last_event)
        self._enter("DEPROVISIONING", f"Task {self.short} gives its network interface back.")
        yield self.sim.sleep(self.times.deprovisioning.draw(self.random))
        self.attachment.give_back()
        reason = self.record.attributes["stopped_reason"]
        self._enter("STOPPED", f"Task {self.short} is stopped: {reason}")
        self.owner.cluster.leave(self, self._last_event)
        self.owner.task_changed(self, self._last_event)

    def _deregister(self) -> simpy.Event | None:
        if not self.targets:
            return None
        return self.sim.env.all_of([front.deregister(target, self._last_event) for front, target in self._registered])

    @property
    def _registered(self) -> list[tuple[Front, Target]]:
        return list(zip(self.owner.fronts, self.targets, strict=False))

    def _grace(self) -> float:
        """Seconds from SIGTERM to the process's end: the requests in hand, at the most stopTimeout."""
        left = float("inf") if self.hangs else self.workers.last_end(self.sim.now) - self.sim.now
        return min(left, float(self.definition.stop_timeout), self._ends_at - self.sim.now)

    def _end_process(self, cause: int, *, unreachable: bool = False) -> None:
        if self.memory is not None:
            self.sim.the(MemoryWatch).forget(self.memory)
        for front, target in self._registered:
            if target.alive:
                front.stop(target, cause, unreachable=unreachable)

    def _be_noticed(self, cause: int, exit_code: int) -> Steps:
        yield self.sim.sleep(self.times.notice.draw(self.random))
        self.record.attributes["exit_code"] = exit_code
        event = self.sim.log.add(
            "task",
            self.id,
            f"ECS sees that an essential container of task {self.short} has exited ({exit_code}).",
            cause,
        )
        self.stop(event, "EssentialContainerExited", "Essential container in task exited")

    def _enter(self, state: str, text: str) -> None:
        self._last_event = self.sim.enter(self.record, state, self._last_event, text)
