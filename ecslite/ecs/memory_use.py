"""Memory: what tasks use of it, and who is killed when there is no more.

A container that reaches its hard limit (the task's size, or its own `memory`) is killed. One with a soft limit alone
(`memoryReservation`) may use what its instance has left, until that is used up as well [ECS API,
ContainerDefinition.memory, memoryReservation; read 2026-11-23]. Only tasks whose application declares its memory are
looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from math import fsum

import simpy

from ecslite.capacity.container_instance import ContainerInstance
from ecslite.ecs.application import Application
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.sim.server import Server
from ecslite.sim.simulation import Simulation

__all__ = ["LOOK_SECONDS", "OUT_OF_MEMORY", "SAMPLE_SECONDS", "MemoryWatch", "TaskMemory"]

OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"
"""The container's reason, as DescribeTasks has it [ECS Developer Guide, out-of-memory; read 2026-11-24]."""

SAMPLE_SECONDS = 20
"""Between two samples of what a task uses; a minute's data point is made of three
[ECS Developer Guide, service_utilization; read 2026-11-24]."""

LOOK_SECONDS = 1
"""Between two looks for who is out of memory."""
# Model: memory is looked at once a second. A peak between two looks kills nobody, and a kill is late by a second at
# the most.

HOUR = 3600.0


class TaskMemory:
    """The memory of one task, from the start of its containers. Sizes are MiB."""

    # Model: a request needs its memory from its arrival to its end, and gives all of it back.

    def __init__(
        self,
        definition: TaskDefinition,
        application: Application,
        server: Server,
        *,
        id_: str,
        host: ContainerInstance | None,
        since: float,
        catch_up: Callable[[], None],
        kill: Callable[[str], None],
    ) -> None:
        self.id = id_
        self.host = host
        self.reserved = definition.memory
        """What CloudWatch's percentages are of: the task's size, or what its containers reserve, the soft limit where
        there is one [ECS Developer Guide, service_utilization; read 2026-11-24]."""
        self.limit = hard_limit(definition)
        self.kill = kill
        """Called with one sentence when it is out of memory."""
        self._application = application
        self._server = server
        self._since = since
        self._catch_up = catch_up
        self._samples: list[float] = []

    def used(self, now: float) -> float:
        """What it uses now."""
        self._catch_up()
        app = self._application
        assert app.memory_mib is not None
        leaked = app.memory_leak_mib_per_hour * (now - self._since) / HOUR
        return app.memory_mib + app.memory_mib_per_request * self._server.outstanding(now) + leaked

    def sample(self, mib: float) -> None:
        """Note what it uses, for the next data point."""
        self._samples.append(mib)

    def measured(self) -> float | None:
        """What it used on average since the last call; None if there was no sample."""
        samples, self._samples = self._samples, []
        return fsum(samples) / len(samples) if samples else None


def hard_limit(definition: TaskDefinition) -> int | None:
    """The MiB that a task cannot go beyond: its size, or all its containers' own limits; None where one has none."""
    # Model: memory is declared for the task as a whole, so that the limits of its containers count together.
    limits = [one.memory for one in definition.container_definitions]
    own = None if None in limits else sum(limit or 0 for limit in limits)
    if not definition.memory_is_limit:
        return own
    return definition.memory if own is None else min(definition.memory, own)


class MemoryWatch:
    """Looks at all tasks of a simulation that declare their memory, and at the instances under them."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self._watched: list[TaskMemory] = []

    def watch(self, one: TaskMemory) -> None:
        """The containers of a task have started."""
        self._watched.append(one)
        if len(self._watched) == 1:
            self.sim.process(self._look_again())

    def forget(self, one: TaskMemory) -> None:
        """The containers of a task have ended; a second call changes nothing."""
        if one in self._watched:
            self._watched.remove(one)

    def _look_again(self) -> Generator[simpy.Event, None, None]:
        while True:
            yield self.sim.sleep((self.sim.now // LOOK_SECONDS + 1) * LOOK_SECONDS - self.sim.now)
            if not self._watched:
                return
            self._look(self.sim.now)

    def _look(self, now: float) -> None:
        uses = [(one, one.used(now)) for one in self._watched]
        hosts = dict.fromkeys(one.host for one in self._watched if one.host is not None)
        for one, mib in uses:
            if now % SAMPLE_SECONDS == 0:
                one.sample(mib)
            if one.limit is not None and mib > one.limit:
                self._kill(one, f"it uses {mib:,.0f} MiB of {one.limit:,}")
        for host in hosts:
            self._relieve(host, [(one, mib) for one, mib in uses if one.host is host and one in self._watched])

    def _relieve(self, host: ContainerInstance, uses: list[tuple[TaskMemory, float]]) -> None:
        """Kill on an instance whose memory is used up, until it is enough."""
        # Model: tasks that do not declare their memory use what they reserve; the one furthest above its reservation
        # goes first. Linux weighs it by a score of its own.
        others = host.reserved_mib - sum(one.reserved for one, _ in uses)
        total = others + fsum(mib for _, mib in uses)
        for one, mib in sorted(uses, key=lambda use: use[0].reserved - use[1]):
            if total <= host.memory:
                return
            self._kill(one, f"instance {host.id} has no memory left, and it uses {mib:,.0f} MiB")
            total -= mib

    def _kill(self, one: TaskMemory, why: str) -> None:
        self.forget(one)
        one.kill(why)
