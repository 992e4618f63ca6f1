"""Which zone a task goes to, and which one it leaves, where nothing else decides."""

from __future__ import annotations

from collections.abc import Sequence

from ecslite.ecs.task import Task

__all__ = ["zone_with_fewest", "zone_with_most"]


def zone_with_fewest(zones: Sequence[str], tasks: Sequence[Task]) -> str:
    """The zone in which the fewest of these tasks run; the first of them where several have as few."""
    return min(zones, key=lambda zone: sum(task.zone == zone for task in tasks))


def zone_with_most(tasks: Sequence[Task]) -> str:
    """The zone in which the most of these tasks run; the first of them by name where several have as many."""
    zones = sorted({task.zone for task in tasks if task.zone is not None})
    return max(zones, key=lambda zone: sum(task.zone == zone for task in tasks))
