"""Task scale-in protection: a protected task is stopped neither by scale-in nor by a deployment.

It is by a failed health check, by the draining of its instance, and by its own end. [ECS API, UpdateTaskProtection; ECS
Developer Guide, task-scale-in-protection; read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Sequence

from ecslite.ecs.task import Task
from ecslite.errors import InvalidSetting

__all__ = ["DEFAULT_MINUTES", "check_protection"]

# Model: a drain stops protected tasks, since AWS names scale-in and deployments alone.

DEFAULT_MINUTES = 120
"""For which a task is protected if nothing else is said."""

MOST_MINUTES = 2_880
"""48 hours."""

MOST_TASKS = 10
"""In one call."""


def check_protection(
    tasks: Sequence[str], enabled: bool, minutes: int | None, running: Sequence[Task], desired_count: int
) -> list[Task]:
    """The tasks that a call names; InvalidSetting unless ECS would take it."""
    if not 1 <= len(tasks) <= MOST_TASKS:
        raise InvalidSetting(f"{len(tasks)} tasks: name 1 to {MOST_TASKS}")
    if minutes is not None and not enabled:
        raise InvalidSetting(f"expires_in_minutes={minutes} with protection_enabled=False: leave the minutes out")
    if minutes is not None and (isinstance(minutes, bool) or not 1 <= minutes <= MOST_MINUTES):
        raise InvalidSetting(f"expires_in_minutes={minutes!r}: use 1 to {MOST_MINUTES:,} (48 hours)")
    known = {task.id: task for task in running}
    for id_ in tasks:
        if id_ not in known:
            have = ", ".join(known) or "none"
            raise InvalidSetting(f"{id_!r} is no task of this service that runs: it has {have}")
    protected = {task.id for task in running if task.protected} | set(tasks)
    if enabled and len(protected) > desired_count:
        raise InvalidSetting(
            f"DEPLOYMENT_BLOCKED: {len(protected)} protected tasks with a desired count of {desired_count}: end some"
            " protection, wait for it to expire, or raise the desired count"
        )
    return [known[id_] for id_ in tasks]
