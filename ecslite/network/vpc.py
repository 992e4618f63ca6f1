"""A VPC, its subnets with their pools of addresses, and the network interfaces of tasks.

Nothing here knows of time: an interface is attached and detached by whoever runs the task.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

from ecslite.errors import InvalidSetting
from ecslite.network.nat_gateway import NatGateway
from ecslite.network.security_group import SecurityGroup, SecurityGroupRule

__all__ = ["AwsvpcConfiguration", "NetworkInterface", "Subnet", "Vpc", "room_in"]

RESERVED = 5
"""Addresses of each subnet that AWS keeps: the first four and the last [VPC guide, subnet-sizing]."""

PREFIXES = (16, 28)
"""The largest and the smallest block of a VPC or a subnet [VPC guide, subnet-sizing]."""

MOST_SUBNETS, MOST_GROUPS = 16, 5
"""In one configuration [ECS API, AwsVpcConfiguration]."""

IMAGE_ENDPOINTS = ("ecr.api", "ecr.dkr", "s3")
"""The VPC endpoints that a pull from ECR needs where there is no way out [ECR guide, vpc-endpoints]."""


class Vpc:
    """A network of private addresses; all its subnets route to each other."""

    # Model: a task that cannot reach its registry gives up after `pull_timeout_seconds`; AWS does not document when.

    def __init__(
        self,
        name: str,
        cidr: str = "10.0.0.0/16",
        *,
        endpoints: Sequence[str] = (),
        pull_timeout_seconds: float = 120.0,
    ) -> None:
        if pull_timeout_seconds < 0:
            raise InvalidSetting(f"pull_timeout_seconds={pull_timeout_seconds}: seconds start at 0")
        self.name = name
        self.network = _block(cidr)
        self.endpoints = tuple(endpoints)
        self.pull_timeout_seconds = pull_timeout_seconds
        self.subnets: list[Subnet] = []
        self.default_security_group = SecurityGroup(f"default of {name}")
        """Of whatever names no group: its members reach each other, and nobody else reaches them
        [VPC guide, default-security-group; read 2026-11-24]."""
        self.default_security_group.inbound.append(SecurityGroupRule("-1", 0, 65535, self.default_security_group))

    @property
    def has_image_endpoints(self) -> bool:
        """Whether images are pulled from ECR without leaving the VPC."""
        return all(endpoint in self.endpoints for endpoint in IMAGE_ENDPOINTS)


@dataclass(frozen=True, eq=False)
class NetworkInterface:
    """An elastic network interface: a task's address, where it stands and the groups around it."""

    id: str
    owner_id: str
    subnet: Subnet
    address: str
    security_groups: tuple[SecurityGroup, ...] = ()
    public_address: str | None = None

    @property
    def zone(self) -> str:
        """The Availability Zone, which is the subnet's."""
        return self.subnet.zone


class Subnet:
    """A block of a VPC's addresses in one zone. `public` routes to an internet gateway; else out by `nat`, or not."""

    # Model: the lowest free address is given out. AWS does not say which one it takes.

    def __init__(
        self, vpc: Vpc, cidr: str, *, zone: str = "us-east-1a", public: bool = False, nat: NatGateway | None = None
    ) -> None:
        self.network = _block(cidr)
        if not self.network.subnet_of(vpc.network):
            raise InvalidSetting(f"subnet {cidr} is not in {vpc.network} of {vpc.name}: choose a block of that")
        for other in vpc.subnets:
            if other.network.overlaps(self.network):
                raise InvalidSetting(f"subnet {cidr} overlaps {other.network}: choose a block that is free")
        self.vpc, self.zone, self.public, self.nat = vpc, zone, public, nat
        self.interfaces: dict[str, NetworkInterface] = {}
        """The interfaces by private address."""
        self._made = 0
        vpc.subnets.append(self)

    @property
    def name(self) -> str:
        """Its block of addresses, which no other subnet of the VPC has."""
        return str(self.network)

    @property
    def size(self) -> int:
        """Addresses that interfaces may have."""
        return self.network.num_addresses - RESERVED

    @property
    def available_ip_address_count(self) -> int:
        """Addresses that are free now."""
        return self.size - len(self.interfaces)

    def attach(
        self, owner_id: str, security_groups: Sequence[SecurityGroup] = (), *, public: bool = False
    ) -> NetworkInterface | str:
        """A new interface, or in the words of a stopped task why there is none.

        [ECS Developer Guide, failed-to-start-error; read 2026-11-24]
        """
        if self.available_ip_address_count < 1:
            with_public = "with public IP assignment enabled " if public else ""
            return (
                f"Unexpected EC2 error while attempting to Create Network Interface {with_public}in subnet"
                f" '{self.name}': InsufficientFreeAddressesInSubnet"
            )
        address = next(text for text in self._addresses() if text not in self.interfaces)
        self._made += 1
        # Model: public addresses are of the block for documentation (RFC 5737), in the order of attachment.
        shown = f"203.0.113.{1 + (self._made - 1) % 254}" if public else None
        id_ = f"eni-{self.name}-{self._made}"
        interface = NetworkInterface(id_, owner_id, self, address, tuple(security_groups), shown)
        self.interfaces[address] = interface
        return interface

    def detach(self, interface: NetworkInterface) -> None:
        """Give the address back. InvalidSetting where the interface is not attached here."""
        if self.interfaces.get(interface.address) is not interface:
            raise InvalidSetting(f"{interface.id} is not attached to subnet {self.name}: detach it once, where it is")
        del self.interfaces[interface.address]

    def _addresses(self) -> list[str]:
        """The lowest addresses, one more than are taken: one of them is free."""
        return [str(self.network[place]) for place in range(4, 5 + len(self.interfaces))]


@dataclass(frozen=True)
class AwsvpcConfiguration:
    """Where a service's tasks get their interfaces [ECS API, AwsVpcConfiguration]."""

    # Model: a task goes to the subnet with the most free addresses, among those of the zone asked for; at a tie to the
    # first. AWS promises only to spread over zones.

    subnets: Sequence[Subnet]
    security_groups: Sequence[SecurityGroup] = ()
    assign_public_ip: str = "DISABLED"

    def __post_init__(self) -> None:
        object.__setattr__(self, "subnets", tuple(self.subnets))
        object.__setattr__(self, "security_groups", tuple(self.security_groups))
        for subnet in self.subnets:
            if not isinstance(subnet, Subnet):
                raise InvalidSetting(f"subnet {subnet!r} is not known: make it with ecs.Subnet(vpc, cidr)")
        if not 1 <= len(self.subnets) <= MOST_SUBNETS:
            raise InvalidSetting(f"{len(self.subnets)} subnets: use 1 to {MOST_SUBNETS}")
        if len(self.security_groups) > MOST_GROUPS:
            raise InvalidSetting(f"{len(self.security_groups)} security groups: use {MOST_GROUPS} at the most")
        if self.assign_public_ip not in ("ENABLED", "DISABLED"):
            raise InvalidSetting(f"assign_public_ip={self.assign_public_ip!r}: use 'ENABLED' or 'DISABLED'")
        if any(subnet.vpc is not self.subnets[0].vpc for subnet in self.subnets):
            raise InvalidSetting("the subnets are of two VPCs: use subnets of one")

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones of its subnets, in their order."""
        return tuple(dict.fromkeys(subnet.zone for subnet in self.subnets))

    @property
    def zones_with_room(self) -> tuple[str, ...]:
        """The zones in which an address is free; all where none is."""
        # Model: a task goes to a zone with a free address while there is one. AWS does not promise that.
        free = dict.fromkeys(subnet.zone for subnet in self.subnets if subnet.available_ip_address_count > 0)
        return tuple(free) or self.zones

    def attach(self, task_id: str, zone: str | None = None, *, launch_type: str = "FARGATE") -> NetworkInterface | str:
        """An interface for a task, or in a sentence why there is none. Tasks on EC2 get no public address."""
        if launch_type == "EC2" and self.assign_public_ip == "ENABLED":
            return "Assign public IP is not supported for this launch type."
        near = [subnet for subnet in self.subnets if zone in (None, subnet.zone)]
        if not near:
            return f"No subnet of the configuration is in {zone}."
        best = max(near, key=lambda subnet: subnet.available_ip_address_count)
        groups = self.security_groups or (best.vpc.default_security_group,)
        return best.attach(task_id, groups, public=self.assign_public_ip == "ENABLED")


def room_in(subnets: Sequence[Subnet]) -> int:
    """How many interfaces there may be in these subnets, each of which AWS keeps five addresses of."""
    return sum(subnet.size for subnet in subnets)


def _block(cidr: str) -> IPv4Network:
    try:
        block = IPv4Network(cidr)
    except ValueError as error:
        raise InvalidSetting(f"cidr={cidr!r} is no block of addresses ({error}): use one like 10.0.0.0/16") from error
    if not PREFIXES[0] <= block.prefixlen <= PREFIXES[1]:
        raise InvalidSetting(f"cidr={cidr!r}: use a block from /{PREFIXES[0]} to /{PREFIXES[1]}")
    return block
