"""The launch of a task: PROVISIONING, PENDING and ACTIVATING, up to the moment at which its image is there.

A launch ends early where somebody asks for the task's end, and where it fails: no address, no secrets, no image.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import simpy

from ecslite.ecs.faults.at_start import StartTroubles
from ecslite.sim.clock import on_grid

if TYPE_CHECKING:
    from ecslite.ecs.task import Task

__all__ = ["TaskLaunch"]

Steps = Generator[simpy.Event, None, None]


class TaskLaunch:
    """One task's."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.held_back = 0.0
        """Seconds by which Fargate's launch rate delays it."""

    @property
    def place(self) -> str:
        """What the task takes at PROVISIONING and gives back at DEPROVISIONING."""
        return "network interface" if self.task.need.own_interface else "place on its instance"

    def steps(self) -> Steps:
        """All of it, as a part of the task's process."""
        yield from self._enter_states()
        yield from self._pull()

    def _enter_states(self) -> Steps:
        task = self.task
        draw, random = task.times, task.random
        pull = draw.pull_seconds(task.application.image_mib)
        # Without awsvpc a task has no network interface of its own to wait for.
        interface = draw.provisioning.draw(random) * task.need.own_interface
        steps = (
            ("PROVISIONING", self.held_back + interface, f"gets its {self.place}"),
            ("PENDING", draw.pending.draw(random), "gets its place to run"),
            ("ACTIVATING", pull + draw.container_start.draw(random), "pulls its image and starts its containers"),
        )
        for state, seconds, what in steps:
            if task.stop_asked.triggered:
                return
            if not task.placed.triggered:
                yield from self._wait_for_room(state)
            else:
                task.enter(state, f"Task {task.short} in {task.zone} {what}.")
            if state == "ACTIVATING" and not self._may_pull(pull):
                return
            yield task.sim.sleep(seconds) | task.stop_asked
            if task.attachment.fault:
                self._fail(task.attachment.fault)

    def _wait_for_room(self, state: str) -> Steps:
        task = self.task
        task.enter(state, f"Task {task.short} waits for room on an instance.")
        task.waiting_event = task.last_event
        yield task.placed | task.stop_asked
        if task.instance is not None:
            text = f"Task {task.short} gets room on instance {task.instance.id} in {task.zone}."
            # Model: the cause of the room is the instance's arrival or a task's departure; the chain keeps the wait.
            task.last_event = task.sim.log.add("task", task.id, text, task.last_event)

    def _may_pull(self, seconds: float) -> bool:
        """Whether what a task needs before its images is there; notes when these are pulled."""
        task = self.task
        if task.application.initialization_error:
            self._fail(f"ResourceInitializationError: {task.application.initialization_error}")
            return False
        now = task.sim.now
        task.record.attributes |= {"pull_started_at": now, "pull_stopped_at": now + on_grid(seconds)}
        return True

    def _pull(self) -> Steps:
        task = self.task
        if task.stop_asked.triggered:
            return
        if (trouble := task.sim.the(StartTroubles).meet(task)) is not None:
            task.application, task.last_event = trouble
            task.serving.application = task.containers.own.behaviour = task.application
        if fault := task.attachment.pull_fault():
            why, seconds = fault
            yield task.sim.sleep(seconds) | task.stop_asked
            self._fail(why)
        elif task.application.pull_error:
            self._fail(f"CannotPullContainerError: {task.application.pull_error}")
        else:
            task.attachment.pulled(task.application.image_mib)

    def _fail(self, text: str) -> None:
        task = self.task
        if task.stop_asked.triggered:
            return
        event = task.sim.log.add("task", task.id, f"Task {task.short} fails to start. {text}", task.last_event)
        task.crashed = True
        task.stop(event, "TaskFailedToStart", text)
