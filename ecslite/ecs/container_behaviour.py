"""How one container of a task behaves, where its definition is silent: it exits, ignores SIGTERM, fails its checks.

A task definition says what is started, and in which order; whether an init container comes to its end, and a sidecar
lives, is a matter of what is in the image.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite

from ecslite.errors import InvalidSetting

__all__ = ["SIGKILLED", "ContainerBehaviour"]

SIGKILLED = 137
"""The exit code of a process that SIGKILL ended: 128 and the signal's number, 9."""


@dataclass(frozen=True, kw_only=True)
class ContainerBehaviour:
    """One container, in every copy of its task. None of it is AWS's to document, so all of it is yours to set."""

    # Model: a container that is restarted behaves as it did the first time, with its seconds counted anew.

    exits_after_seconds: float | None = None
    """From its start to the moment at which it exits by itself; None if it stays."""
    exit_code: int = 0
    """With which it then exits."""
    startup_seconds: float = 0.0
    """From its start to the moment from which its health check can pass."""
    ignores_sigterm: bool = False
    """Whether SIGTERM does nothing to it, as to a shell that runs as process 1 and does not pass signals on: SIGKILL
    ends it when its stopTimeout is over, with exit code 137."""
    shutdown_seconds: float = 0.0
    """From SIGTERM to its exit; more than its stopTimeout, and SIGKILL comes first."""
    sigterm_exit_code: int = 0
    """With which it exits after SIGTERM: 0 for one that shuts down in order, 143 for one that the signal ends."""
    fails_checks: Sequence[tuple[float, float]] = ()
    """Spans (from, until), in seconds after its start, in which its health check fails; several for one that flaps."""
    start_error: str = ""
    """Why it cannot be started, such as "failed to create task for container"; empty if it can."""

    def __post_init__(self) -> None:
        if self.exits_after_seconds is not None and not 0 <= self.exits_after_seconds < inf:
            raise InvalidSetting(
                f"exits_after_seconds={self.exits_after_seconds}: seconds start at 0; None never exits"
            )
        for name in ("exit_code", "sigterm_exit_code"):
            if not 0 <= getattr(self, name) <= 255:
                raise InvalidSetting(f"{name}={getattr(self, name)}: exit codes go from 0 to 255")
        for name in ("startup_seconds", "shutdown_seconds"):
            if not (getattr(self, name) >= 0 and isfinite(getattr(self, name))):
                raise InvalidSetting(f"{name}={getattr(self, name)}: use seconds from 0")
        for begin, end in self.fails_checks:
            if not 0 <= begin < end:
                raise InvalidSetting(f"fails_checks: from {begin} until {end} is no span of seconds from 0")

    def fails_at(self, seconds: float) -> bool:
        """Whether a check so many seconds after its start fails because it is told to."""
        return any(begin <= seconds < end for begin, end in self.fails_checks)
