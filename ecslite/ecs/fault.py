"""Faults on purpose: what breaks, and when."""

from __future__ import annotations

from ecslite.ecs.service import Service
from ecslite.errors import InvalidSetting
from ecslite.sim.clock import MINUTE

__all__ = ["KINDS", "Fault"]

KINDS = ("crash",)
"""What can break in this version: "crash" ends the essential container of running tasks."""


class Fault:
    """At minute `at_minute`, `count` running tasks of a service break. Which of them is drawn at random."""

    def __init__(
        self, service: Service, kind: str = "crash", *, at_minute: float, count: int = 1, exit_code: int = 137
    ) -> None:
        if kind not in KINDS:
            raise InvalidSetting(f"kind={kind!r} is not a fault: use one of {', '.join(KINDS)}")
        if count < 1 or not 0 <= exit_code <= 255:
            raise InvalidSetting(
                f"count={count}, exit_code={exit_code}: count starts at 1, exit codes go from 0 to 255"
            )
        self.service = service
        self.count = count
        self.exit_code = exit_code
        self._random = service.sim.stream(f"fault/{service.name}/{at_minute}")
        service.sim.at(at_minute * MINUTE, self._strike)

    def _strike(self) -> None:
        running = [task for task in self.service.tasks if task.last_status == "RUNNING"]
        chosen = self._random.sample(running, min(self.count, len(running)))
        for task in chosen:
            event = self.service.sim.log.add(
                "fault", task.id, f"The application in task {task.short} crashes (exit code {self.exit_code})."
            )
            task.crash(event, self.exit_code)
        if not chosen:
            name = self.service.name
            self.service.sim.log.add("fault", name, f"A crash was due, but service {name} has no running task.")
