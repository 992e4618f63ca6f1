"""CPU as Linux shares it: what a task may use of it, what it has used, and who gets what an instance has to spare.

A task-level cpu is a hard limit, on Fargate always. Without one, on EC2, CPU units are a weight: a task may use what
its instance has idle, and two busy ones get their parts in proportion to their units [ECS API,
ContainerDefinition.cpu; read 2026-11-23].
"""

from __future__ import annotations

from collections.abc import Callable, Generator

import simpy

from ecslite.capacity.container_instance import ContainerInstance
from ecslite.capacity.sizes import UNITS_PER_VCPU
from ecslite.ecs.application import Application
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.ecs.workers import application_cores, sidecar_cores
from ecslite.errors import InvalidSetting
from ecslite.sim.clock import on_grid
from ecslite.sim.fair_share import Claim, fair_shares
from ecslite.sim.server import Server
from ecslite.sim.simulation import Simulation

__all__ = ["SHARING_SECONDS", "CpuSharing", "TaskCpu"]

SHARING_SECONDS = 1.0
"""How often an instance's CPU is divided anew among tasks that may burst."""

BUSY = 0.999
"""Whoever has used this share of what it had, wants more."""


class TaskCpu:
    """One task's CPU. Figures are in cores (1,024 CPU units), times in seconds."""

    def __init__(
        self, definition: TaskDefinition, application: Application, server: Server, catch_up: Callable[[], None]
    ) -> None:
        self.units = definition.cpu_shares
        self.bursts = not definition.cpu_is_limit
        self.sidecars = sidecar_cores(definition, application)
        """What containers beside the application's use, all the time."""
        self._application = application_cores(definition, application)
        self._most = min(float(application.workers), self._application)
        """What the application can use of its share: a worker uses one core at the most."""
        self._workers = application.workers
        self._server = server
        self._catch_up = catch_up
        self._measured_at = self._measured = self._looked_at = 0.0

    @property
    def reserved(self) -> float:
        """What it gets whenever it wants it."""
        return self.units / UNITS_PER_VCPU

    @property
    def most(self) -> float:
        """What it could use if it were alone."""
        return self._workers + self.sidecars if self.bursts else self._most + self.sidecars

    def used(self, now: float, since: float) -> float:
        """Cores that were used on average since the last call, or since the moment at which the task began to run."""
        before, self._measured = self._measured, self._server.cpu_seconds(now)
        seconds = now - max(self._measured_at, since)
        self._measured_at = now
        return (self._measured - before) / seconds + self.sidecars if seconds > 0 else 0.0

    def demand(self, now: float, seconds: float) -> float:
        """What it wants, by what its application has used in the last so many seconds: all it can get if it had
        nothing to spare."""
        self._catch_up()
        before, self._looked_at = self._looked_at, self._server.cpu_seconds(now)
        used = (self._looked_at - before) / seconds
        return self.most if used >= BUSY * self._most else used + self.sidecars

    def give(self, now: float, cores: float) -> None:
        """From now on it may use so many cores."""
        if cores - self.sidecars != self._application:
            self._application = cores - self.sidecars
            self._most = min(float(self._workers), self._application)
            self._server.set_cores(now, self._application)


class CpuSharing:
    """Divides the CPU of instances among the tasks on them, where at least one may burst.

    Nothing is done, and nothing is paid for, where all tasks have a hard limit.
    """

    # Model: CPU is divided anew every `seconds`, at full multiples of it, by weighted max-min fairness over what each
    # task used since the last time. For so long a task that stood idle may use what another has borrowed from it, so
    # that an instance may give out more than it has; the longer the interval, the more.

    def __init__(self, sim: Simulation, seconds: float = SHARING_SECONDS) -> None:
        if not 0.01 <= seconds <= 60:
            raise InvalidSetting(f"cpu_sharing_seconds={seconds}: use 0.01 to 60 s")
        self.sim = sim
        self.seconds = on_grid(seconds)
        self._hosts: dict[ContainerInstance, list[TaskCpu]] = {}
        self._runs = False

    def join(self, one: TaskCpu, host: ContainerInstance) -> None:
        """A task has its place on an instance."""
        self._hosts.setdefault(host, []).append(one)
        if one.bursts and not self._runs:
            self._runs = True
            self.sim.process(self._divide_again())

    def leave(self, one: TaskCpu, host: ContainerInstance) -> None:
        """A task has given its place back."""
        self._hosts[host].remove(one)
        if not self._hosts[host]:
            del self._hosts[host]

    def _divide_again(self) -> Generator[simpy.Event, None, None]:
        while True:
            yield self.sim.sleep((self.sim.now // self.seconds + 1) * self.seconds - self.sim.now)
            shared = [host for host, tasks in self._hosts.items() if any(one.bursts for one in tasks)]
            if not shared:
                self._runs = False
                return
            for host in shared:
                self._divide(self._hosts[host], host.cpu / UNITS_PER_VCPU)

    def _divide(self, tasks: list[TaskCpu], cores: float) -> None:
        now = self.sim.now
        demands = [one.demand(now, self.seconds) for one in tasks]
        for place, one in enumerate(tasks):
            if one.bursts:
                claims = [Claim(other.units, demand) for other, demand in zip(tasks, demands, strict=True)]
                # It may need more from now on than it did: what it can have is what the others leave to it.
                claims[place] = Claim(one.units, one.most)
                one.give(now, fair_shares(cores, claims)[place])
