"""Which instance of an Auto Scaling group goes when it shrinks.

The balance of the Availability Zones comes first, then the termination policies in their order, then chance.
[EC2 Auto Scaling guide, ec2-auto-scaling-termination-policies; read 2026-11-23]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

from ecslite.capacity.ec2_instance import Ec2Instance
from ecslite.errors import InvalidSetting

__all__ = ["TERMINATION_POLICIES", "check_policies", "victim"]

HOUR = 3600.0

Preference = Callable[[Ec2Instance, float], float]
"""The lower, the sooner it goes; the second argument is the present second."""

PREFERENCES: dict[str, Preference] = {
    "NewestInstance": lambda one, now: -one.launched_at,
    "OldestInstance": lambda one, now: one.launched_at,
    "OldestLaunchTemplate": lambda one, now: one.template_version,
    "ClosestToNextInstanceHour": lambda one, now: -(now - one.launched_at) % HOUR,
    # Model: a group has one instance type, so all its instances suit its allocation strategy, and none has a launch
    # configuration: these two prefer nobody, and leave the choice to the next policy or to chance.
    "AllocationStrategy": lambda one, now: 0.0,
    "OldestLaunchConfiguration": lambda one, now: 0.0,
}

DEFAULT = ("OldestLaunchTemplate", "ClosestToNextInstanceHour")
"""What the policy Default stands for, in a group of one type; chance decides between those that are left."""

TERMINATION_POLICIES = ("Default", *PREFERENCES)
"""As CreateAutoScalingGroup spells them; the custom policy of a Lambda function is left out."""


def check_policies(policies: Sequence[str]) -> tuple[str, ...]:
    """The policies; InvalidSetting for an unknown one, and where Default is not the last."""
    for policy in policies:
        if policy not in TERMINATION_POLICIES:
            raise InvalidSetting(f"termination policy {policy!r}: use one of {', '.join(TERMINATION_POLICIES)}")
    if not policies or "Default" in policies[:-1]:
        raise InvalidSetting(f"termination policies {list(policies)}: name at least one, and Default as the last")
    return tuple(policies)


def victim(
    candidates: Sequence[Ec2Instance],
    alive: Sequence[Ec2Instance],
    policies: Sequence[str],
    now: float,
    random: Random,
) -> Ec2Instance | None:
    """The next instance to go, of `candidates` (those not protected) among all that are `alive`; None if there is none.

    It comes from the zone with the most instances that has an unprotected one.
    """
    if not candidates:
        return None
    counts = Counter(one.zone for one in alive)
    most = max(counts[one.zone] for one in candidates)
    left = [one for one in candidates if counts[one.zone] == most]
    for policy in policies:
        for name in DEFAULT if policy == "Default" else (policy,):
            left = _least(left, PREFERENCES[name], now)
    return random.choice(left)


def _least(instances: list[Ec2Instance], preference: Preference, now: float) -> list[Ec2Instance]:
    least = min(preference(one, now) for one in instances)
    return [one for one in instances if preference(one, now) == least]
