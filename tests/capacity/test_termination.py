"""Who goes when a group shrinks: zones first, then the policies in their order."""

from __future__ import annotations

from random import Random

import pytest

import ecslite as ecs
from ecslite.capacity.ec2_instance import Ec2Instance
from ecslite.capacity.instance_type import instance_type
from ecslite.capacity.termination import TERMINATION_POLICIES, check_policies, victim

M5 = instance_type("m5.large")


def fleet(*specs):
    """Instances of (id, zone, second of launch, version of the launch template)."""
    sim = ecs.Simulation(1)
    made = []
    for id_, zone, launched, version in specs:
        one = Ec2Instance(sim, id_, M5, zone, group="g", market="on-demand", ebs_gib=30, template_version=version)
        one.launched_at = float(launched)
        made.append(one)
    return made


THREE = [("old", "a", 0, 2), ("middle", "a", 1000, 1), ("new", "a", 5000, 2)]


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        (["NewestInstance"], {"new"}),
        (["OldestInstance"], {"old"}),
        (["OldestLaunchTemplate"], {"middle"}),
        (["Default"], {"middle"}),
        (["AllocationStrategy"], {"old", "middle", "new"}),
        (["OldestLaunchConfiguration", "NewestInstance"], {"new"}),
    ],
)
def test_policies(policies, expected):
    three = fleet(*THREE)

    assert {victim(three, three, policies, 6000.0, Random(seed)).id for seed in range(30)} == expected


def test_closest_to_the_next_hour_uses_what_is_paid_for():
    """At second 7,100 the one launched at 0 has 100 s to its next hour, the one launched at 5,000 has 1,500."""
    three = fleet(*THREE)

    assert victim(three, three, ["ClosestToNextInstanceHour"], 7100.0, Random(1)).id == "old"


def test_default_asks_the_hour_when_templates_are_alike():
    three = fleet(*[(id_, zone, launched, 1) for id_, zone, launched, _ in THREE])

    assert victim(three, three, ["Default"], 7100.0, Random(1)).id == "old"


def test_the_fullest_zone_goes_first_whatever_the_policy():
    four = fleet(*THREE, ("oldest", "b", -500, 1))

    assert victim(four, four, ["OldestInstance"], 6000.0, Random(1)).id == "old"


def test_the_zone_needs_an_instance_that_is_not_protected():
    four = fleet(*THREE, ("only", "b", 100, 1))

    assert victim(four[3:], four, ["OldestInstance"], 6000.0, Random(1)).id == "only"
    assert victim([], four, ["OldestInstance"], 6000.0, Random(1)) is None


def test_the_policies_are_the_apis():
    expected = {
        "Default",
        "AllocationStrategy",
        "ClosestToNextInstanceHour",
        "NewestInstance",
        "OldestInstance",
        "OldestLaunchConfiguration",
        "OldestLaunchTemplate",
    }

    assert set(TERMINATION_POLICIES) == expected


@pytest.mark.parametrize("policies", [[], ["Random"], ["Default", "NewestInstance"]])
def test_what_the_api_refuses_is_refused(policies):
    with pytest.raises(ecs.InvalidSetting):
        check_policies(policies)
