"""Container health checks: a command that is run inside a container, again and again, and what its answers come to.

A container is UNKNOWN until its first success (HEALTHY) or until `retries` failures in a row (UNHEALTHY); failures in
the start period do not count, unless a check has passed before [ECS API, HealthCheck; read 2026-11-24].
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass

import simpy

from ecslite.ecs.container import Container
from ecslite.sim.simulation import Simulation

__all__ = ["Answer", "health_checks", "task_health"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one check comes to."""

    passes: bool
    seconds: float = 0.0
    """How long it takes."""
    cause: int | None = None
    """The event for which it fails, where there is one."""


def health_checks(
    sim: Simulation, one: Container, ask: Callable[[Container], Answer], judged: Callable[[Container, str, int], None]
) -> Generator[simpy.Event, None, None]:
    """Check a container until it exits or is told to stop, as a process; `judged` hears of each change of its health.

    `ask` is asked at the moment at which a check begins.
    """
    # Model: as Docker does it, the first check begins one interval after the start, the next one interval after the
    # end of the one before.
    check, begun, failures = one.definition.health_check, one.started_at, 0
    assert check is not None
    assert begun is not None
    while True:
        yield sim.sleep(check.interval)
        if _gone(one, begun):
            return
        counts = sim.now - begun >= check.start_period or one.health_status != "UNKNOWN"
        answer = ask(one)
        late = answer.seconds > check.timeout
        if answer.seconds:
            yield sim.sleep(min(answer.seconds, check.timeout))
            if _gone(one, begun):
                return
        if answer.passes and not late:
            failures = 0
            if one.health_status != "HEALTHY":
                judged(one, "HEALTHY", one.event)
        elif counts:
            failures += 1
            if failures >= check.retries and one.health_status != "UNHEALTHY":
                judged(one, "UNHEALTHY", one.event if answer.cause is None else answer.cause)


def _gone(one: Container, begun: float) -> bool:
    return not one.running or one.told_to_stop or one.started_at != begun


def task_health(essential: Iterable[str]) -> str:
    """The health of a task, by that of its essential containers [ECS API, HealthCheck; read 2026-11-24].

    >>> task_health(["HEALTHY", "UNKNOWN"])
    'UNKNOWN'
    """
    seen = list(essential)
    return next((status for status in ("UNHEALTHY", "UNKNOWN") if status in seen), "HEALTHY")
