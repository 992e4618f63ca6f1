"""The metrics of a cluster with container instances: what tasks reserve of what is registered, and what they use.

Only instances count, ACTIVE and DRAINING; tasks on Fargate do not. [ECS Developer Guide, cloudwatch-metrics; read
2026-11-23]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import fsum
from typing import Protocol

from ecslite.capacity.container_instance import ContainerInstance
from ecslite.sim.metrics import Sample

__all__ = ["cluster_samples"]


class User(Protocol):
    """A task, by what it uses of its instance."""

    cpu_used: float
    memory_used: float | None


def cluster_samples(name: str, instances: Sequence[ContainerInstance], tasks: Sequence[User]) -> Iterator[Sample]:
    """CPUReservation, MemoryReservation, CPUUtilization and MemoryUtilization of a cluster, in per cent.

    MemoryUtilization is there only where the applications of all tasks declare what they use.

    Without a registered instance there is nothing to measure, and no data.
    """
    active = [one for one in instances if one.status in ("ACTIVE", "DRAINING")]
    cpu, memory = sum(one.cpu for one in active), sum(one.memory for one in active)
    if not cpu or not memory:
        return
    shares = {
        "CPUReservation": sum(one.reserved_cpu for one in active) / cpu,
        "MemoryReservation": sum(one.reserved_mib for one in active) / memory,
        "CPUUtilization": fsum(task.cpu_used for task in tasks) / cpu,
    }
    used = [task.memory_used for task in tasks if task.memory_used is not None]
    if used and len(used) == len(tasks):
        shares["MemoryUtilization"] = fsum(used) / memory
    for metric, share in shares.items():
        yield Sample(metric, name, "Percent", {"Average": 100 * share})
