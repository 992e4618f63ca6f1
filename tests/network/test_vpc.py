"""Subnets' pools of addresses, tasks' interfaces and the ways out."""

from __future__ import annotations

import botocore.session
import pytest

import ecslite as ecs
from ecslite.network.image_pull import can_pull_image
from ecslite.network.nat_gateway import NatGateway
from ecslite.network.vpc import AwsvpcConfiguration, NetworkInterface, Subnet, Vpc, room_in


def test_a_subnet_keeps_five_addresses_and_runs_out():
    subnet = Subnet(Vpc("shop"), "10.0.1.0/28")
    taken = [subnet.attach(str(number)) for number in range(11)]
    assert [one.address for one in taken] == [f"10.0.1.{last}" for last in range(4, 15)]
    assert "InsufficientFreeAddressesInSubnet" in subnet.attach("late")
    subnet.detach(taken[3])
    assert subnet.attach("late").address == "10.0.1.7"
    with pytest.raises(ecs.InvalidSetting, match="not attached"):
        subnet.detach(taken[3])


def test_the_zone_comes_from_the_subnet_and_tasks_spread():
    vpc = Vpc("shop")
    config = AwsvpcConfiguration((Subnet(vpc, "10.0.1.0/24"), Subnet(vpc, "10.0.2.0/24", zone="us-east-1b")))
    assert [config.attach(task).zone for task in "abc"] == ["us-east-1a", "us-east-1b", "us-east-1a"]
    b = config.attach("d", "us-east-1b")
    assert b.zone == "us-east-1b" and b.public_address is None
    assert config.attach("e", "us-east-1c") == "No subnet of the configuration is in us-east-1c."


def test_only_fargate_tasks_get_a_public_address():
    config = AwsvpcConfiguration((Subnet(Vpc("shop"), "10.0.1.0/24", public=True),), (), "ENABLED")
    interface = config.attach("a")
    assert isinstance(interface, NetworkInterface) and interface.public_address == "203.0.113.1"
    assert isinstance(config.attach("b", launch_type="EC2"), str)
    model = botocore.session.get_session().get_service_model("ecs")
    assert model.shape_for("AssignPublicIp").enum == ["ENABLED", "DISABLED"]


def test_a_pull_needs_a_way_out():
    sim = ecs.Simulation(1)
    vpc = Vpc("shop")
    public = Subnet(vpc, "10.0.1.0/24", public=True)
    closed = Subnet(vpc, "10.0.2.0/24")
    private = Subnet(vpc, "10.0.3.0/24", nat=NatGateway(sim, "nat"))
    config = AwsvpcConfiguration((public, closed, private))
    assert "no public address" in can_pull_image(public, config)
    assert "ResourceInitializationError" in can_pull_image(closed, config)
    assert can_pull_image(private, config) is None
    assert can_pull_image(public, AwsvpcConfiguration((public,), (), "ENABLED")) is None
    vpc.endpoints = ("ecr.api", "ecr.dkr", "s3")
    assert can_pull_image(closed, config) is None


def test_a_nat_gateway_counts_the_bytes_of_each_minute():
    sim = ecs.Simulation(1)
    nat = NatGateway(sim, "nat")
    sim.at(30, lambda: nat.download(700))
    sim.at(30, lambda: nat.upload(11, zone="us-east-1b"))
    run = sim.run(minutes=2)
    names = ("BytesInFromDestination", "BytesOutToSource", "BytesInFromSource", "BytesOutToDestination")
    sums = [run.metrics[name, "nat"]["Sum"] for name in (*names, "CrossZoneBytes")]
    assert sums == [(700, 0), (700, 0), (11, 0), (11, 0), (11, 0)]
    with pytest.raises(ecs.InvalidSetting, match="0 or more"):
        nat.download(-1)


def test_blocks_and_configurations_that_cannot_be_are_refused():
    vpc = Vpc("shop")
    subnet = Subnet(vpc, "10.0.1.0/28")
    for cidr, says in (("10.1.0.0/24", "is not in"), ("10.0.1.0/24", "overlaps"), ("10.0.9.0/29", "from /16")):
        with pytest.raises(ecs.InvalidSetting, match=says):
            Subnet(vpc, cidr)
    with pytest.raises(ecs.InvalidSetting, match="no block"):
        Vpc("x", "ten")
    assert room_in([subnet]) == 11
    for settings, says in (
        (((),), "1 to 16"),
        (((subnet,), (None,) * 6), "5 at the most"),
        (((subnet,) * 17,), "1 to 16"),
        (((subnet,), (), "YES"), "ENABLED"),
        (((subnet, Subnet(Vpc("other"), "10.0.1.0/28")),), "two VPCs"),
    ):
        with pytest.raises(ecs.InvalidSetting, match=says):
            AwsvpcConfiguration(*settings)
