"""How long each step of a task's life takes on a kind of capacity. AWS documents the steps, not their durations."""

from __future__ import annotations

from dataclasses import dataclass, field

from ecslite.sim.distributions import Constant, Distribution, LogNormal, Uniform

__all__ = ["LaunchTimes"]


@dataclass(frozen=True, kw_only=True)
class LaunchTimes:
    """Distributions in seconds, and the speed of image pulls. The defaults are those of a task on an instance."""

    # Model: none of these is documented; they are parameters.
    provisioning: Distribution = field(default_factory=lambda: Uniform(4.0, 8.0))
    """Attaching the task's network interface (PROVISIONING)."""
    pending: Distribution = field(default_factory=lambda: Uniform(0.5, 2.0))
    """Until the agent has taken the task (PENDING)."""
    container_start: Distribution = field(default_factory=lambda: LogNormal(2.0, 0.3))
    """Creating and starting the containers, once their images are there (the end of ACTIVATING)."""
    deprovisioning: Distribution = field(default_factory=lambda: Uniform(2.0, 5.0))
    """Detaching the network interface (DEPROVISIONING)."""
    notice: Distribution = field(default_factory=lambda: Constant(2.0))
    """From the end of a container to the moment at which ECS knows of it."""
    image_pull_mib_per_second: float = 25.0

    def pull_seconds(self, image_mib: float) -> float:
        """How long an image of that compressed size takes to arrive."""
        return image_mib / self.image_pull_mib_per_second
