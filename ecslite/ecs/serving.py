"""How a task serves: its application's workers, its registration with fronts, the memory that its process uses.

The process lives as long as the application's container runs. Fronts know it as a target of their own each.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from math import inf

import simpy

from ecslite.capacity.container_instance import ContainerInstance
from ecslite.ecs.application import Application
from ecslite.ecs.container_health import Answer
from ecslite.ecs.memory_use import MemoryWatch, TaskMemory
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.ecs.workers import container_port, new_workers
from ecslite.network.front import Breakable, Front, Hears
from ecslite.network.target import Registration, Target
from ecslite.network.vpc import NetworkInterface
from ecslite.sim.clock import on_grid
from ecslite.sim.shared_workers import SharedWorkers
from ecslite.sim.simulation import Simulation

__all__ = ["Serving"]


class Serving:
    """What of one task takes requests."""

    def __init__(
        self,
        sim: Simulation,
        task_id: str,
        fronts: Sequence[Front],
        definition: TaskDefinition,
        application: Application,
    ) -> None:
        self.sim = sim
        self.id = task_id
        self.fronts = fronts
        self.definition = definition
        self.application = application
        self.workers = new_workers(definition, application)
        self.targets: list[Target] = []
        """What it is registered as, one a front, from the moment at which all containers have started."""
        self.memory: TaskMemory | None = None
        """What it uses, while its process runs, if its application declares it."""
        self.listens_at = float("inf")
        self.hangs = False
        """Its application answers nothing, by a fault."""
        self._begun = False
        self._shared: SharedWorkers | None = None
        """What several fronts send to, if there are several."""
        self._host: ContainerInstance | None = None
        self.out_of_memory: Callable[[str], None] = lambda why: None
        """Called with one sentence when it uses more memory than it may."""
        self._failing: int | None = None
        """The event since which its application answers health checks with an error."""

    def catch_up(self) -> None:
        """Serve all that has arrived up to now."""
        for front in self.fronts:
            front.catch_up()

    def begin(
        self,
        cause: int,
        *,
        since: float,
        told: Callable[[Target, int], None],
        host: ContainerInstance | None,
        zone: str | None,
        interface: NetworkInterface | None,
        checked: bool,
    ) -> None:
        """Register: the process has run `since` that second, and listens when its application has started up."""
        self._begun, self._host = True, host
        self._take_memory(since)
        self.listens_at = since + on_grid(self.application.startup_seconds)
        port = container_port(self.definition.container_definitions)
        me = Registration(
            self.id, self.workers, self.listens_at, cause, told, zone, interface=interface, port=port, checked=checked
        )
        if len(self.fronts) > 1:
            self._shared = SharedWorkers(self.workers)
        for front in self.fronts:
            mine = me if self._shared is None else replace(me, workers=self._shared.view())
            self.targets.append(front.register(mine))
        if self.application.fails_health_checks:
            text = f"The application in task {self.id[:8]} answers its health checks with an error."
            self._failing = self.sim.log.add("application", self.id, text, cause)
            for target in self.targets:
                target.failing_check = self._failing
        if self.application.fails_requests:
            text = f"The application in task {self.id[:8]} answers its requests with an error."
            self.fail_fast(self.sim.log.add("application", self.id, text, cause))
        for begin, end in self.application.fails_checks if self.targets else ():
            self.sim.process(self._fail_checks(since + begin, since + end, cause))

    def begin_again(self) -> None:
        """The process runs again, after a restart of its container: it is at the same addresses."""
        if not self._begun:
            return
        self.listens_at = self.sim.now + on_grid(self.application.startup_seconds)
        self.catch_up()
        for target in self.targets:
            target.alive, target.died_by, target.ready_at = True, None, self.listens_at
        self._take_memory(self.sim.now)

    def _fail_checks(self, begin: float, end: float, cause: int) -> Generator[simpy.Event, None, None]:
        """Answer the fronts' health checks with an error for a time."""
        yield self.sim.sleep(max(begin - self.sim.now, 0.0))
        if not any(target.alive for target in self.targets):
            return
        text = f"The application in task {self.id[:8]} begins to answer its health checks with an error."
        event = self.sim.log.add("application", self.id, text, cause)
        for target in self.targets:
            target.failing_check = event
        if end < inf:
            yield self.sim.sleep(max(end - self.sim.now, 0.0))
            for target in self.targets:
                target.failing_check = self._failing

    def end(self, cause: int, *, unreachable: bool = False) -> None:
        """The process is gone: what it had in hand is lost, and nothing listens any more."""
        if self.memory is not None:
            self.sim.the(MemoryWatch).forget(self.memory)
        for front, target in self._registered:
            if target.alive:
                front.stop(target, cause, unreachable=unreachable)
        if self._shared is not None:
            self._shared.forget(self.sim.now)

    def hang(self, cause: int) -> None:
        """The process takes requests from now on and answers none, nor does it heed SIGTERM."""
        self.hangs, self._failing = True, cause
        for front, target in self._registered:
            if isinstance(front, Breakable):
                front.hang(target, cause)

    def fail_fast(self, cause: int) -> None:
        """The process answers each request with an error at once from now on, and passes its checks."""
        self.catch_up()
        for target in self.targets:
            target.failing_fast = cause

    def check_says(self, healthy: bool, cause: int) -> None:
        """Its container health checks pass, or have failed: discovery names hear of it."""
        for front, target in self._registered:
            if isinstance(front, Hears):
                front.check_says(target, healthy, cause)

    def deregister(self, cause: int) -> simpy.Event | None:
        """Take it out of all fronts; the event comes when every target is unused. None where there is none."""
        if not self.targets:
            return None
        return self.sim.env.all_of([front.deregister(target, cause) for front, target in self._registered])

    @property
    def _registered(self) -> list[tuple[Front, Target]]:
        return list(zip(self.fronts, self.targets, strict=False))

    def done_at(self, now: float) -> float:
        """When the process would exit after SIGTERM: with its last request, which is never for one that hangs."""
        return float("inf") if self.hangs else self.workers.last_end(now)

    def answer_check(self) -> Answer:
        """How the application answers a container's health check now: it waits for a worker like any request."""
        # Model: the command asks the application itself, as curl does, and costs no CPU.
        if self.hangs:
            # It takes the check and never answers, so that the check's own timeout ends it.
            return Answer(False, inf, self._failing)
        if self.application.fails_health_checks:
            return Answer(False, cause=self._failing)
        self.catch_up()
        now = self.sim.now
        return Answer(True, self.workers.wait(now), self.sim.log.latest("traffic", now))

    def _take_memory(self, since: float) -> None:
        if self.application.memory_mib is not None:
            self.memory = TaskMemory(
                self.definition,
                self.application,
                self.workers,
                id_=self.id,
                host=self._host,
                since=since,
                catch_up=self.catch_up,
                kill=self.out_of_memory,
            )
            self.sim.the(MemoryWatch).watch(self.memory)
