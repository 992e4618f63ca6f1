"""Fargate: AWS finds a place for each task, in a micro virtual machine of its own.

There is nothing to run out of here (account quotas are left out), so a task always gets its place, after the time that
the steps before it take.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ecslite.capacity.launch_times import LaunchTimes
from ecslite.sim.distributions import Distribution, Uniform

__all__ = ["Fargate"]


@dataclass(frozen=True, kw_only=True)
class Fargate(LaunchTimes):
    """The capacity provider FARGATE. Images are pulled anew for every task: a micro virtual machine has no cache."""

    # Model: launch times are not documented. These add up to some 30 to 45 s for a small image.
    provisioning: Distribution = field(default_factory=lambda: Uniform(8.0, 14.0))
    pending: Distribution = field(default_factory=lambda: Uniform(4.0, 8.0))
    deprovisioning: Distribution = field(default_factory=lambda: Uniform(8.0, 12.0))

    name: str = "FARGATE"
    zones: tuple[str, ...] = ("us-east-1a", "us-east-1b", "us-east-1c")
