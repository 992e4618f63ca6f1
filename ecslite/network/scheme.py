"""Where a load balancer stands: its scheme, its subnets with a node in each, and its security groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecslite.errors import InvalidSetting
from ecslite.network.reachability import Endpoint
from ecslite.network.security_group import SecurityGroup
from ecslite.network.vpc import NetworkInterface, Subnet

__all__ = ["SCHEMES", "Standing"]

SCHEMES = ("internet-facing", "internal")
"""[Elastic Load Balancing API, LoadBalancerSchemeEnum; read 2026-11-24]"""

LEAST_ZONES = 2
LONGEST_PREFIX, LEAST_FREE = 27, 8
"""Subnets in two zones at least, one a zone, each a /27 or larger with eight free addresses
[Application Load Balancer guide, application-load-balancers; read 2026-11-24]."""


class Standing:
    """A load balancer without subnets stands nowhere: everything reaches it, and it reaches every target."""

    # Model: a node takes one address in its subnet and keeps it; a real load balancer takes more under load.
    # Model: security groups are asked for the first node's address; a rule for a block must hold all nodes.

    def __init__(
        self, name: str, scheme: str | None, subnets: Sequence[Subnet], security_groups: Sequence[SecurityGroup]
    ) -> None:
        _check(scheme, subnets, security_groups)
        self.scheme = scheme or ("internet-facing" if subnets else None)
        self.subnets, self.security_groups = tuple(subnets), tuple(security_groups)
        self.zones = [subnet.zone for subnet in subnets]
        self.endpoint: Endpoint | None = None
        if subnets:
            groups = tuple(security_groups) or (subnets[0].vpc.default_security_group,)
            nodes = [subnet.attach(name, groups, public=self.scheme == "internet-facing") for subnet in subnets]
            first = next(node for node in nodes if isinstance(node, NetworkInterface))
            self.endpoint = Endpoint(name, subnets[0].vpc, first.address, groups)

    @property
    def attributes(self) -> dict[str, Any]:
        """What the run's record says of it; nothing where it was not said."""
        said = {} if self.scheme is None else {"scheme": self.scheme}
        return said | ({"nodes": len(self.zones), "zones": list(self.zones)} if self.zones else {})


def _check(scheme: str | None, subnets: Sequence[Subnet], groups: Sequence[SecurityGroup]) -> None:
    if scheme is not None and scheme not in SCHEMES:
        raise InvalidSetting(f"scheme={scheme!r}: use {' or '.join(map(repr, SCHEMES))}")
    if groups and not subnets:
        raise InvalidSetting("security_groups= without subnets=: say in which subnets the load balancer stands")
    if not subnets:
        return
    zones = {subnet.zone for subnet in subnets}
    if len(zones) < LEAST_ZONES or len(zones) < len(subnets):
        raise InvalidSetting(f"{len(subnets)} subnets in {len(zones)} zones: use one a zone, in two zones at least")
    if any(subnet.vpc is not subnets[0].vpc for subnet in subnets):
        raise InvalidSetting("the subnets are of two VPCs: use subnets of one")
    for subnet in subnets:
        if subnet.network.prefixlen > LONGEST_PREFIX or subnet.available_ip_address_count < LEAST_FREE:
            raise InvalidSetting(
                f"subnet {subnet.name} has {subnet.available_ip_address_count} free addresses: a load balancer needs a"
                f" /{LONGEST_PREFIX} or larger with {LEAST_FREE} free ones"
            )
        if scheme != "internal" and not subnet.public:
            raise InvalidSetting(
                f"subnet {subnet.name} is private: clients on the internet cannot connect to a load balancer there;"
                " use public subnets, or scheme='internal'"
            )
