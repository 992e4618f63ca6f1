"""A front: whatever a service's tasks register with so that requests find them.

Load balancers' target groups and service-discovery names are fronts.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import simpy

from ecslite.network.target import Registration, Target

__all__ = ["Breakable", "Front", "Hears"]


class Front(Protocol):
    """What a task asks of it."""

    name: str

    def register(self, one: Registration) -> Target:
        """Add a target."""
        ...

    def deregister(self, target: Target, cause: int) -> simpy.Event:
        """Send it no new request; the event comes when the target is unused."""
        ...

    def stop(self, target: Target, cause: int, *, unreachable: bool = False) -> None:
        """Its process ends now, and what it was serving is lost; with its host (`unreachable`), nothing even refuses a
        connection."""
        ...

    def catch_up(self) -> None:
        """Serve all that has arrived up to now."""
        ...


@runtime_checkable
class Breakable(Protocol):
    """A front at which a target may hang, as well as end."""

    def hang(self, target: Target, cause: int) -> None:
        """Its process takes requests from now on, and answers none."""
        ...


@runtime_checkable
class Hears(Protocol):
    """A front that is told what a task's container health checks say, as Cloud Map is."""

    def check_says(self, target: Target, healthy: bool, cause: int) -> None:
        """They pass, or have failed."""
        ...
