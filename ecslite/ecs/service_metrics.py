"""What a service's tasks use, as CloudWatch shows it once a minute."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import fsum

from ecslite.ecs.task import Task
from ecslite.sim.metrics import Sample

__all__ = ["use_samples"]


def use_samples(service: str, tasks: Sequence[Task]) -> Iterator[Sample]:
    """CPUUtilization of a service, in per cent of what its running tasks reserve, and of each task beside it."""
    running = [task for task in tasks if task.last_status in ("RUNNING", "DEACTIVATING")]
    uses = {task.id: task.cpu_percent() for task in running}
    yield Sample("CPUUtilization", service, "Percent", _statistics(list(uses.values())))
    for task_id, use in uses.items():
        yield Sample("TaskCpuUtilization", task_id, "Percent", {"Average": use})


def _statistics(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {}
    # fsum, since sum rounds otherwise in Python 3.12 and later, and the same seed means the same bytes.
    return {"Average": fsum(values) / len(values), "Minimum": min(values), "Maximum": max(values)}
