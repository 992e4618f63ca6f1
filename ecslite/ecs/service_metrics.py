"""What a service's tasks use, as CloudWatch shows it once a minute.

Average is over all tasks; Minimum and Maximum are of the task that uses least and of the one that uses most
[ECS Developer Guide, service_utilization; read 2026-11-24].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import fsum

from ecslite.ecs.task import Task
from ecslite.sim.metrics import Meter

__all__ = ["ServiceMetrics"]

RUNS = ("RUNNING", "DEACTIVATING")
"""The states in which a task's use is measured."""


class ServiceMetrics:
    """A service's counts and use, and the use of each task beside them, told to the meter once a minute.

    MemoryUtilization is there only where the application of a task declares what it uses.
    """

    # Model: CPU is the mean over the whole minute, where ECS takes three samples of it.

    def __init__(self, meter: Meter, service: str) -> None:
        self._meter = meter
        self._service = service
        self._columns: dict[tuple[str, str], Callable[[float | None], None]] = {}

    def note(self, desired: int, tasks: Sequence[Task]) -> None:
        """A minute has ended, with so many tasks wanted and these not STOPPED."""
        self._note("DesiredTaskCount", self._service, "Count", desired)
        running = sum(task.last_status == "RUNNING" for task in tasks)
        self._note("RunningTaskCount", self._service, "Count", running)
        measured = [task for task in tasks if task.last_status in RUNS]
        self._use("Cpu", [(task, task.cpu_percent()) for task in measured])
        if any(task.application.memory_mib is not None for task in tasks):
            self._use("Memory", [(task, task.memory_percent()) for task in measured])

    def _use(self, what: str, uses: Sequence[tuple[Task, float | None]]) -> None:
        name = "CPUUtilization" if what == "Cpu" else "MemoryUtilization"
        self._meter.series(name, self._service, "Percent")(_statistics([use for _, use in uses if use is not None]))
        name = f"Task{what}Utilization"
        for task, use in uses:
            self._note(name, task.id, "Percent", use)

    def _note(self, name: str, subject: str, unit: str, value: float | None) -> None:
        column = self._columns.get((name, subject))
        if column is None:
            if value is None:
                return
            column = self._columns[name, subject] = self._meter.column(name, subject, unit, "Average")
        column(value)


def _statistics(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {}
    # fsum, since sum rounds otherwise in Python 3.12 and later, and the same seed means the same bytes.
    return {"Average": fsum(values) / len(values), "Minimum": min(values), "Maximum": max(values)}
