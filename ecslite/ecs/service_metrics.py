"""What a service's tasks use, as CloudWatch shows it once a minute.

Average is over all tasks; Minimum and Maximum are of the task that uses least and of the one that uses most
[ECS Developer Guide, service_utilization; read 2026-11-24].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import fsum

from ecslite.ecs.task import Task
from ecslite.sim.metrics import Sample

__all__ = ["use_samples"]


def use_samples(service: str, tasks: Sequence[Task]) -> Iterator[Sample]:
    """CPUUtilization of a service, in per cent of what its running tasks reserve, and of each task beside it.

    MemoryUtilization is there only where the application of a task declares what it uses.
    """
    # Model: CPU is the mean over the whole minute, where ECS takes three samples of it.
    running = [task for task in tasks if task.last_status in ("RUNNING", "DEACTIVATING")]
    yield from _samples(service, "Cpu", {task.id: task.cpu_percent() for task in running})
    if any(task.application.memory_mib is not None for task in tasks):
        measured = {task.id: task.memory_percent() for task in running}
        yield from _samples(service, "Memory", {id_: use for id_, use in measured.items() if use is not None})


def _samples(service: str, what: str, uses: Mapping[str, float]) -> Iterator[Sample]:
    name = "CPUUtilization" if what == "Cpu" else "MemoryUtilization"
    yield Sample(name, service, "Percent", _statistics(list(uses.values())))
    for task_id, use in uses.items():
        yield Sample(f"Task{what}Utilization", task_id, "Percent", {"Average": use})


def _statistics(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {}
    # fsum, since sum rounds otherwise in Python 3.12 and later, and the same seed means the same bytes.
    return {"Average": fsum(values) / len(values), "Minimum": min(values), "Maximum": max(values)}
