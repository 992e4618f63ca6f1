"""The containers of one task: which starts when, what becomes of the task when one exits, and who is stopped first.

A container starts when all that it waits for (dependsOn) has come true; at the end the order is reversed [ECS API,
ContainerDependency; read 2026-11-24]. An essential one takes its task down when it exits, another one does not.
A task of one plain container costs no event and no process of its own here.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from random import Random
from typing import Protocol

import simpy

from ecslite.capacity.launch_times import LaunchTimes
from ecslite.ecs.application import Application
from ecslite.ecs.container import Container
from ecslite.ecs.container_behaviour import SIGKILLED
from ecslite.ecs.container_definition import start_order
from ecslite.ecs.container_health import Answer, health_checks, task_health
from ecslite.ecs.serving import Serving
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.ecs.workers import application_container
from ecslite.errors import InvalidSetting
from ecslite.sim.simulation import Record, Simulation

__all__ = ["Containers", "check_behaviours"]

Steps = Generator[simpy.Event, None, None]


def check_behaviours(definition: TaskDefinition, application: Application) -> None:
    """InvalidSetting where an application says how a container behaves that its definition does not have."""
    own = application_container(definition.container_definitions).name
    others = [one.name for one in definition.container_definitions if one.name != own]
    for name in application.containers:
        if name == own:
            raise InvalidSetting(f"containers={{{name!r}: ...}}: that is the application's own; say it of Application")
        if name not in others:
            have = ", ".join(others) or "none"
            raise InvalidSetting(
                f"containers={{{name!r}: ...}}: {definition.name} has no such container beside {own}: it has {have}"
            )


class Home(Protocol):
    """A task, as its containers see it."""

    sim: Simulation
    id: str
    random: Random
    times: LaunchTimes
    record: Record
    serving: Serving

    @property
    def short(self) -> str:
        """How events name it."""
        ...

    def essential_exited(self, cause: int, exit_code: int) -> None:
        """An essential container has exited for good."""
        ...

    def cannot_start(self, cause: int) -> None:
        """A container that it needs will never run."""
        ...

    def health_changed(self, event: int) -> None:
        """The health of the task as a whole is another one."""
        ...


class Containers:
    """Those of one task, in the order of their starts."""

    def __init__(self, home: Home, definition: TaskDefinition, application: Application, cause: int) -> None:
        self.home = home
        self.sim = home.sim
        own = application_container(definition.container_definitions)
        self.all = [
            Container(one, application if one is own else application.behaviour_of(one.name), cause)
            for one in start_order(definition.container_definitions)
        ]
        self.own = next(one for one in self.all if one.definition is own)
        """The application's: it serves the requests."""
        self.checked = [one for one in self.all if one.definition.essential and one.definition.checked]
        """Those whose health checks decide about the task."""
        self.all_up = home.sim.env.event()
        """Comes when none is PENDING any more."""
        self.stopping = False
        plain = len(self.all) == 1 and not own.checked and own.restart_policy is None
        self._tells = not plain
        self._note()

    @property
    def health(self) -> str:
        """HEALTHY, UNHEALTHY or UNKNOWN, as DescribeTasks has it for the task."""
        return task_health(one.health_status for one in self.all if one.definition.essential)

    @property
    def passed(self) -> bool:
        """Whether all health checks of essential containers say HEALTHY; true where there is none."""
        return all(one.health_status == "HEALTHY" for one in self.checked)

    # Starting

    def start(self, cause: int) -> None:
        """Start what waits for nothing; the rest follows when its time has come."""
        self._advance(cause)

    def _advance(self, cause: int) -> None:
        for one in self.all:
            if self.stopping:
                return
            if one.last_status == "PENDING" and (event := self._may_start(one, cause)) is not None:
                self._start(one, event)
        if not self.all_up.triggered and all(one.last_status != "PENDING" for one in self.all):
            self.all_up.succeed()

    def _may_start(self, one: Container, cause: int) -> int | None:
        """The event because of which it may start now; None if it must wait."""
        for need in one.definition.needs:
            other = self._named(need.container_name)
            if other.cannot_meet(need.condition):
                ended = "did not exit successfully" if need.condition == "SUCCESS" else "has stopped"
                self._give_up(one, other, need.condition, f"as the dependency {ended}")
                return None
            if not other.meets(need.condition):
                return None
            cause = max(cause, other.event)
        return cause

    def _named(self, name: str) -> Container:
        return next(one for one in self.all if one.name == name)

    def _give_up(self, one: Container, other: Container, condition: str, why: str) -> None:
        """A container whose dependency cannot come true never starts, and its task stops."""
        reason = f"dependency of container {one.name} on {other.name} ({condition}) could not be resolved, {why}"
        self._cannot_start(one, reason, other.event)
        self.home.cannot_start(one.event)

    def _cannot_start(self, one: Container, why: str, cause: int) -> None:
        reason = f"CannotStartContainerError: {why}"
        one.ended(self.sim.now, None, reason, self._say(one, f"does not start. {reason}", cause))
        self._note()

    def _start(self, one: Container, cause: int) -> None:
        if one.behaviour.start_error:
            self._cannot_start(one, one.behaviour.start_error, cause)
            if one.definition.essential:
                self.home.cannot_start(one.event)
            return
        self._run(one, self._say(one, "is started.", cause) if self._tells else cause)
        if one.definition.start_timeout is not None:
            self.sim.process(self._give_up_after(one, one.definition.start_timeout))

    def _run(self, one: Container, event: int) -> None:
        one.started(self.sim.now, event)
        self._note()
        if one.behaviour.exits_after_seconds is not None:
            self.sim.process(self._exit_by_itself(one, one.behaviour.exits_after_seconds))
        if one.definition.checked:
            self.sim.process(health_checks(self.sim, one, self._ask, self._judged))

    def _give_up_after(self, other: Container, seconds: int) -> Steps:
        """startTimeout: what waits for COMPLETE, SUCCESS or HEALTHY of it gives up [ECS API, ContainerDefinition]."""
        yield self.sim.sleep(seconds)
        for one in self.all:
            for need in one.definition.needs:
                if need.container_name != other.name or self.stopping or one.last_status != "PENDING":
                    continue
                if other.running and not other.meets(need.condition):
                    self._give_up(one, other, need.condition, f"as it has timed out after {seconds} s")

    # Health

    def _ask(self, one: Container) -> Answer:
        assert one.started_at is not None
        since = self.sim.now - one.started_at
        if since < one.behaviour.startup_seconds:
            return Answer(False)
        if one.behaviour.fails_at(since):
            known = one.health_status == "UNHEALTHY"
            return Answer(False, cause=None if known else self._say(one, "fails its health check.", one.event))
        return self.home.serving.answer_check() if one is self.own else Answer(True)

    def _judged(self, one: Container, health: str, cause: int) -> None:
        before = self.health, self.passed
        one.health_status = health
        one.event = self._say(one, f"is {health}.", cause, health_status=health, task_health_status=self.health)
        self._note()
        if (self.health, self.passed) != before:
            self.home.health_changed(one.event)
        self._advance(one.event)

    # Exits

    def _exit_by_itself(self, one: Container, seconds: float) -> Steps:
        begun = one.started_at
        yield self.sim.sleep(seconds)
        if one.running and not one.told_to_stop and one.started_at == begun:
            code, who = one.behaviour.exit_code, f"Container {one.name}"
            if one is self.own:
                who = "The application"
            text = f"{who} in task {self.home.short} exits by itself (exit code {code})."
            event = self.sim.log.add("application", self.home.id, text, one.event)
            self.exited(one, event, code)

    def exited(self, one: Container, cause: int, exit_code: int, reason: str | None = None) -> None:
        """A running container has come to its end without being told to."""
        one.ended(self.sim.now, exit_code, reason, cause)
        self._note()
        if one is self.own:
            self.home.serving.end(cause)
        if not self.stopping and one.restarts(self.sim.now):
            self.sim.process(self._restart(one))
        elif one.definition.essential:
            self.home.essential_exited(cause, exit_code)
        self._advance(cause)

    def _restart(self, one: Container) -> Steps:
        # Model: a restart takes as long as a start, and waits for no other container.
        yield self.sim.sleep(self.home.times.container_start.draw(self.home.random))
        if self.stopping:
            return
        one.restart_count += 1
        self._run(one, self._say(one, f"is restarted (restart {one.restart_count}).", one.event))
        if one is self.own:
            self.home.serving.begin_again()

    # The end

    def lost(self, cause: int) -> None:
        """The host has ended, and all of them with it; ECS has not heard of it yet."""
        self.stopping = True
        for one in self.all:
            if one.running:
                one.ended(self.sim.now, None, None, cause)

    def stop(self, cause: int, ends_at: float, last_end: Callable[[float], float]) -> Steps:
        """Tell all that run to stop, those first that others were started for, as a process.

        `ends_at` is when the capacity goes at the latest; `last_end` says when the application has no request in hand.
        """
        self.stopping = True
        ends: dict[Container, tuple[float, int | None]] = {}
        left = [one for one in reversed(self.all) if one.running]
        while left:
            for one in left:
                if not one.told_to_stop and not self._needed(one, left):
                    one.told_to_stop = True
                    ends[one] = self._end_of(one, ends_at, last_end)
                    if self._tells:
                        one.event = self._say(one, "gets SIGTERM.", cause)
            one = min((other for other in left if other in ends), key=lambda other: ends[other][0])
            yield self.sim.sleep(ends[one][0] - self.sim.now)
            self._stopped(one, ends[one][1], cause)
            left.remove(one)
        self._note()

    def _needed(self, one: Container, left: list[Container]) -> bool:
        """Whether a container that still runs was started after this one, for its sake."""
        return any(need.container_name == one.name for other in left for need in other.definition.needs)

    def _end_of(self, one: Container, ends_at: float, last_end: Callable[[float], float]) -> tuple[float, int | None]:
        """When it ends if it gets SIGTERM now, and its exit code."""
        now, behaviour = self.sim.now, one.behaviour
        killed_at = min(now + one.stop_timeout, max(ends_at, now))
        done_at = now + behaviour.shutdown_seconds
        if one is self.own:
            done_at = max(done_at, last_end(now))
        if behaviour.ignores_sigterm:
            done_at = float("inf")
        code = SIGKILLED if done_at > killed_at else behaviour.sigterm_exit_code
        moment = min(done_at, killed_at)
        if behaviour.exits_after_seconds is not None and one.started_at is not None:
            by_itself = one.started_at + behaviour.exits_after_seconds
            if by_itself <= moment:
                return max(by_itself, now), behaviour.exit_code
        return moment, code

    def _stopped(self, one: Container, exit_code: int | None, cause: int) -> None:
        event = cause
        if exit_code == SIGKILLED:
            event = self._say(one, f"is killed (SIGKILL, exit code {exit_code}): it did not exit in time.", cause)
        elif self._tells:
            event = self._say(one, f"has stopped (exit code {exit_code}).", one.event)
        one.ended(self.sim.now, exit_code, None, event)
        self._note()
        if one is self.own:
            self.home.serving.end(event)

    # What is told

    def _say(self, one: Container, what: str, cause: int, **details: str) -> int:
        text = f"Container {one.name} of task {self.home.short} {what}"
        return self.sim.log.add("container", self.home.id, text, cause, container=one.name, **details)

    def _note(self) -> None:
        self.home.record.attributes["containers"] = [one.described() for one in self.all]
        self.home.record.attributes["container_times"] = [[one.started_at, one.ended_at] for one in self.all]
