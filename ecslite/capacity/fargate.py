"""Fargate: AWS finds a place for each task, in a micro virtual machine of its own.

There is nothing to run out of here (account quotas are left out), so a task always gets its place, after the time that
the steps before it take. AWS documents the steps but not their durations; these are assumptions, all parameters.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ecslite.sim.distributions import Constant, Distribution, LogNormal, Uniform

__all__ = ["Fargate"]


@dataclass(frozen=True)
class Fargate:
    """The capacity provider FARGATE. Every duration is a distribution in seconds."""

    # Model: launch times are not documented. These add up to some 30 to 45 s for a small image, the range often
    # reported.
    provisioning: Distribution = field(default_factory=lambda: Uniform(8.0, 14.0))
    """Attaching the network interface (PROVISIONING)."""
    pending: Distribution = field(default_factory=lambda: Uniform(4.0, 8.0))
    """Starting the micro virtual machine and its agent (PENDING)."""
    container_start: Distribution = field(default_factory=lambda: LogNormal(2.0, 0.3))
    """Creating and starting the containers, once their images are there (the end of ACTIVATING)."""
    deprovisioning: Distribution = field(default_factory=lambda: Uniform(8.0, 12.0))
    """Detaching and deleting the network interface (DEPROVISIONING)."""
    notice: Distribution = field(default_factory=lambda: Constant(2.0))
    """From the end of a container to the moment at which ECS knows of it."""
    image_pull_mib_per_second: float = 25.0
    """Images are pulled anew for every task: a micro virtual machine has no cache [ECS Developer Guide]."""

    name: str = "FARGATE"
    zones: tuple[str, ...] = ("us-east-1a", "us-east-1b", "us-east-1c")

    def pull_seconds(self, image_mib: float) -> float:
        """How long an image of that compressed size takes to arrive."""
        return image_mib / self.image_pull_mib_per_second
