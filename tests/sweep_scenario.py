"""A scenario that other processes can import."""

from __future__ import annotations

from scenarios import shop

import ecslite as ecs


def busiest(seed, peak=8):
    """The most tasks that ran in a short evening."""
    run = shop(seed, minutes=20, base=2, peak=peak, at_minute=3)
    return max(count for _, count, _ in run.level("RunningCount").steps)


def refused(seed):
    """Fails for one of the seeds."""
    if seed == 3:
        raise ecs.InvalidSetting("seed=3 is not for this one")
    return seed
