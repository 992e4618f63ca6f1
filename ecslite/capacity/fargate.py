"""Fargate: AWS finds a place for each task, in a micro virtual machine of its own.

FARGATE always has a place (account quotas of vCPUs are left out), FARGATE_SPOT only while there is spare capacity,
which EC2 may take back. Both launch no faster than their launch rate allows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from ecslite.capacity.launch_rate import LaunchRate, TokenBucket
from ecslite.capacity.launch_times import LaunchTimes
from ecslite.capacity.spot import NOTICE_SECONDS, SpotInterruptions, SpotMarket
from ecslite.sim.distributions import Distribution, Uniform
from ecslite.sim.simulation import Simulation

__all__ = ["NO_CAPACITY", "Fargate", "FargatePool", "FargateSpot", "Guest"]

NO_CAPACITY = (
    "was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different"
    " availability zone."
)
"""How a service's event says it, after the service's name [ECS Developer Guide, service-event-messages-list; read
2026-11-23]."""


@dataclass(frozen=True, kw_only=True)
class Fargate(LaunchTimes):
    """The capacity provider FARGATE. Images are pulled anew for every task: a micro virtual machine has no cache."""

    # Model: launch times are not documented. These add up to some 30 to 45 s for a small image.
    provisioning: Distribution = field(default_factory=lambda: Uniform(8.0, 14.0))
    pending: Distribution = field(default_factory=lambda: Uniform(4.0, 8.0))
    deprovisioning: Distribution = field(default_factory=lambda: Uniform(8.0, 12.0))

    name: str = "FARGATE"
    zones: tuple[str, ...] = ("us-east-1a", "us-east-1b", "us-east-1c")
    launch_rate: LaunchRate = field(default_factory=LaunchRate)

    launch_type: ClassVar[str] = "FARGATE"
    market: ClassVar[str] = "on-demand"

    @property
    def interruptions(self) -> SpotInterruptions:
        """When its capacity is taken back: never."""
        return SpotInterruptions()


@dataclass(frozen=True, kw_only=True)
class FargateSpot(Fargate):
    """The capacity provider FARGATE_SPOT: cheaper, and each task may be interrupted, two minutes after its notice.

    ECS goes on trying to launch on Spot, and never falls back to FARGATE by itself [ECS Developer Guide,
    fargate-capacity-providers; read 2026-11-23].
    """

    name: str = "FARGATE_SPOT"
    spot: SpotInterruptions = field(default_factory=SpotInterruptions)

    market: ClassVar[str] = "spot"

    @property
    def interruptions(self) -> SpotInterruptions:
        """When its capacity is taken back."""
        return self.spot


class Guest(Protocol):
    """A task on Fargate, as its capacity sees it."""

    id: str
    zone: str | None

    def host_lost(self, cause: int) -> None:
        """Its host is gone, and it with it."""

    def interrupted(self, cause: int, seconds: float) -> None:
        """The capacity is taken back; so many seconds are left."""


class FargatePool:
    """What of a Fargate capacity provider changes during a run: its launch rate's tokens, and the Spot market."""

    def __init__(self, sim: Simulation, cluster: str, provider: Fargate, changed: Callable[[int], None]) -> None:
        self.sim = sim
        self.name = f"{cluster}/{provider.name}"
        self.provider = provider
        self._guests: dict[str, Guest] = {}
        self._dark: dict[str, int] = {}
        """Zones that are down, with the event that says so."""
        self._changed = changed
        self._bucket = TokenBucket(provider.launch_rate)
        # Model: each cluster draws from a bucket of its own; in AWS all clusters of an account share one.
        self.market: SpotMarket[Guest] = SpotMarket(sim, self.name, provider.interruptions, self._interrupt, changed)

    @property
    def refusal(self) -> str | None:
        """Why nothing can be launched now, in the words of a service's event; None if there is capacity."""
        return None if self.market.available else NO_CAPACITY

    @property
    def zones(self) -> tuple[str, ...]:
        """All its zones."""
        return self.provider.zones

    def is_down(self, zone: str) -> bool:
        """Whether the zone has failed."""
        return zone in self._dark

    def zone_fails(self, zone: str, cause: int) -> None:
        """Lose all tasks of a zone now, and launch none there until `zone_recovers`."""
        self._dark[zone] = cause
        for guest in [one for one in self._guests.values() if one.zone == zone]:
            guest.host_lost(cause)

    def zone_recovers(self, zone: str) -> None:
        """Launch in a zone again that had failed."""
        text = f"Availability Zone {zone} is there again for {self.provider.name}."
        self._changed(self.sim.log.add("fault", self.name, text, self._dark.pop(zone)))

    def launch(self, guest: Guest) -> float:
        """One more task is launched; seconds until its launch begins."""
        self.market.enter(guest.id, guest)
        self._guests[guest.id] = guest
        return self._bucket.delay(self.sim.now)

    def leave(self, id_: str) -> None:
        """A task has ended."""
        self.market.leave(id_)
        del self._guests[id_]

    def _interrupt(self, guest: Guest, cause: int) -> None:
        text = f"Task {guest.id[:8]} gets its Spot interruption notice: {NOTICE_SECONDS:g} seconds are left."
        guest.interrupted(self.sim.log.add("capacity", self.provider.name, text, cause), NOTICE_SECONDS)
