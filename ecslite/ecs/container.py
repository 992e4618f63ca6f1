"""One container of a running task: PENDING, RUNNING, STOPPED, and back to RUNNING where it is restarted in place.

`last_status`, `exit_code`, `reason` and `health_status` are those of DescribeTasks [ECS API, Container; read
2026-11-24].
"""

from __future__ import annotations

from ecslite.ecs.container_behaviour import ContainerBehaviour
from ecslite.ecs.container_definition import DEFAULT_STOP_TIMEOUT, ContainerDefinition

__all__ = ["Container"]


class Container:
    """What becomes of a container; `Containers` moves it."""

    def __init__(self, definition: ContainerDefinition, behaviour: ContainerBehaviour, cause: int) -> None:
        self.definition = definition
        self.behaviour = behaviour
        self.last_status = "PENDING"
        self.exit_code: int | None = None
        self.reason: str | None = None
        self.health_status = "UNKNOWN"
        """UNKNOWN until its check has given an answer, and for ever where its definition has none."""
        self.restart_count = 0
        self.started_at: float | None = None
        """The second of the run of its latest start."""
        self.ended_at: float | None = None
        """The second of its latest end; None while it runs."""
        self.told_to_stop = False
        """Whether it has got SIGTERM."""
        self.event = cause
        """The latest event that says what became of it."""

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self.last_status == "RUNNING"

    @property
    def stop_timeout(self) -> float:
        """Seconds from SIGTERM to SIGKILL."""
        seconds = self.definition.stop_timeout
        return float(DEFAULT_STOP_TIMEOUT if seconds is None else seconds)

    def started(self, now: float, event: int) -> None:
        """It runs, for the first time or again."""
        self.last_status, self.health_status = "RUNNING", "UNKNOWN"
        self.started_at, self.ended_at, self.event = now, None, event

    def ended(self, now: float, exit_code: int | None, reason: str | None, event: int) -> None:
        """It does not run, or never will."""
        self.ended_at = now
        self.last_status, self.exit_code, self.reason, self.event = "STOPPED", exit_code, reason, event

    def meets(self, condition: str) -> bool:
        """Whether a container that waits for this condition of it may start [ECS API, ContainerDependency]."""
        # Model: START holds from its start on, even if it has exited since.
        if condition == "START":
            return self.started_at is not None
        if condition == "HEALTHY":
            return self.running and self.health_status == "HEALTHY"
        exited = self.last_status == "STOPPED" and self.started_at is not None
        return exited and (condition == "COMPLETE" or self.exit_code == 0)

    def cannot_meet(self, condition: str) -> bool:
        """Whether it will never come to that condition, since it has stopped."""
        return self.last_status == "STOPPED" and not self.meets(condition)

    def restarts(self, now: float) -> bool:
        """Whether its restart policy starts it again, now that it has exited.

        It must have run for the policy's period [ECS API, ContainerRestartPolicy; read 2026-11-24].
        """
        policy = self.definition.restart_policy
        if policy is None or not policy.enabled or self.exit_code in policy.ignored_exit_codes:
            return False
        return self.started_at is not None and now - self.started_at >= policy.restart_attempt_period

    def described(self) -> dict[str, str | int | None]:
        """As DescribeTasks shows it; what says nothing is left out."""
        said: dict[str, str | int | None] = {"name": self.name, "last_status": self.last_status}
        if self.definition.checked:
            said["health_status"] = self.health_status
        for name in ("exit_code", "reason"):
            if (value := getattr(self, name)) is not None:
                said[name] = value
        if self.restart_count:
            said["restart_count"] = self.restart_count
        return said
