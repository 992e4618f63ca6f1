"""Security groups: stateful allow lists around network interfaces.

A group only allows. It is stateful: the answer to a request that was let in goes out without a rule of its own.
[VPC guide, security-group-rules]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Protocol

from ecslite.errors import InvalidSetting

__all__ = ["SecurityGroup", "SecurityGroupRule"]

PROTOCOLS = ("tcp", "udp", "-1")
"""What a rule may name; "-1" stands for all [EC2 API, IpPermission]."""


@dataclass(frozen=True)
class SecurityGroupRule:
    """Allows a protocol on a range of ports from (inbound) or to (outbound) a block of addresses or a group's members.

    InvalidSetting where a port is outside 0 to 65535 or `source` is no block of addresses.
    """

    protocol: str
    from_port: int
    to_port: int
    source: str | SecurityGroup

    def __post_init__(self) -> None:
        if self.protocol not in PROTOCOLS:
            raise InvalidSetting(f"protocol={self.protocol!r}: use one of {', '.join(PROTOCOLS)}")
        if not 0 <= self.from_port <= self.to_port <= 65535:
            raise InvalidSetting(f"ports {self.from_port} to {self.to_port}: use a rising range within 0 to 65535")
        if isinstance(self.source, str):
            try:
                ip_network(self.source)
            except ValueError as error:
                raise InvalidSetting(f"source={self.source!r} is no block of addresses ({error})") from error

    def allows(self, protocol: str, port: int, address: str, groups: Sequence[SecurityGroup]) -> bool:
        """Whether it covers this port of a peer with this address and these groups."""
        if self.protocol not in ("-1", protocol):
            return False
        if self.protocol != "-1" and not self.from_port <= port <= self.to_port:
            return False
        if isinstance(self.source, str):
            return ip_address(address) in ip_network(self.source)
        return any(group is self.source for group in groups)

    def __str__(self) -> str:
        peer = self.source if isinstance(self.source, str) else f"group {self.source.name}"
        if self.protocol == "-1":
            return f"all traffic with {peer}"
        ports = str(self.from_port) if self.from_port == self.to_port else f"{self.from_port}-{self.to_port}"
        return f"{self.protocol} {ports} with {peer}"


class Watcher(Protocol):
    """Who wants to know of changed rules."""

    def before_change(self) -> None:
        """A rule is about to change."""
        ...

    def after_change(self, group: str) -> None:
        """A rule of that group has changed."""
        ...


class SecurityGroup:
    """Lets nothing in and everything out until rules are added."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.watchers: list[Watcher] = []
        self.inbound: list[SecurityGroupRule] = []
        self.outbound: list[SecurityGroupRule] = [SecurityGroupRule("-1", 0, 65535, "0.0.0.0/0")]

    def allow_inbound(
        self, source: str | SecurityGroup, from_port: int, to_port: int | None = None, *, protocol: str = "tcp"
    ) -> SecurityGroupRule:
        """Let a peer in on a port, or on a range of ports; the rule."""
        return self._add(self.inbound, _rule(source, from_port, to_port, protocol))

    def allow_outbound(
        self, destination: str | SecurityGroup, from_port: int, to_port: int | None = None, *, protocol: str = "tcp"
    ) -> SecurityGroupRule:
        """Let requests out to a peer; revoke the first rule of `outbound`, since a new group lets everything out."""
        return self._add(self.outbound, _rule(destination, from_port, to_port, protocol))

    def revoke(self, rule: SecurityGroupRule) -> None:
        """Take a rule away. Connections that are open stay so. InvalidSetting where the group has no such rule."""
        rules = next((rules for rules in (self.inbound, self.outbound) if rule in rules), None)
        if rules is None:
            raise InvalidSetting(f"security group {self.name} has no rule {rule}: revoke one of its own")
        self._tell_before()
        rules.remove(rule)
        self._tell_after()

    def _add(self, rules: list[SecurityGroupRule], rule: SecurityGroupRule) -> SecurityGroupRule:
        self._tell_before()
        rules.append(rule)
        self._tell_after()
        return rule

    def _tell_before(self) -> None:
        for watcher in self.watchers:
            watcher.before_change()

    def _tell_after(self) -> None:
        for watcher in self.watchers:
            watcher.after_change(self.name)


def _rule(peer: str | SecurityGroup, from_port: int, to_port: int | None, protocol: str) -> SecurityGroupRule:
    return SecurityGroupRule(protocol, from_port, from_port if to_port is None else to_port, peer)
