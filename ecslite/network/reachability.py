"""Can A reach B? The verdict names, in a sentence, the rule that let the request pass or dropped it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ecslite.errors import InvalidSetting
from ecslite.network.security_group import SecurityGroup, SecurityGroupRule
from ecslite.network.vpc import Vpc

__all__ = ["Endpoint", "Verdict", "reach"]

NETWORK_MODES = ("awsvpc", "bridge", "host", "none")
"""[ECS API, NetworkMode]"""


@dataclass(frozen=True)
class Endpoint:
    """One end of a question. `address` and `security_groups` are the task's own in awsvpc mode; in bridge and host mode
    they are its instance's. `host_ports` says on which port of the instance a container's port is found (bridge)."""

    task: str
    vpc: Vpc
    address: str
    security_groups: tuple[SecurityGroup, ...] = ()
    network_mode: str = "awsvpc"
    host_ports: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        if self.network_mode not in NETWORK_MODES:
            raise InvalidSetting(f"network_mode={self.network_mode!r}: use one of {', '.join(NETWORK_MODES)}")


class Verdict(NamedTuple):
    """Whether a request passes, why in a sentence, and the rule that decided, where one did."""

    allowed: bool
    reason: str
    rule: SecurityGroupRule | None = None


def reach(a: Endpoint, b: Endpoint, port: int, *, protocol: str = "tcp") -> Verdict:
    """Whether a container of A reaches B's container port."""
    if a.task == b.task:
        return _within(b, port)
    for end in (a, b):
        if end.network_mode == "none":
            return Verdict(False, f"{end.task} has network mode none, which has no way to or from the outside.")
    if a.vpc is not b.vpc:
        return Verdict(False, f"{a.vpc.name} has no route to {b.vpc.name}: the VPCs are not peered.")
    if b.network_mode != "bridge":
        return _groups(a, b, port, protocol)
    outside = dict(b.host_ports).get(port)
    if outside is None:
        return Verdict(False, f"Port {port} of {b.task} is mapped to no port of its instance.")
    return _groups(a, b, outside, protocol)


def _within(b: Endpoint, port: int) -> Verdict:
    # Containers share localhost in awsvpc and host mode; a bridge gives each container a network of its own.
    if b.network_mode in ("awsvpc", "host"):
        return Verdict(True, f"Both are in task {b.task} and share localhost: port {port} passes no security group.")
    return Verdict(False, f"In network mode {b.network_mode} the containers of a task do not share localhost.")


def _groups(a: Endpoint, b: Endpoint, port: int, protocol: str) -> Verdict:
    out = _find([r for g in a.security_groups for r in g.outbound], protocol, port, b)
    if out is None:
        return Verdict(False, f"No outbound rule of {_names(a)} allows {protocol} {port} to {b.address}.")
    into = _find([r for g in b.security_groups for r in g.inbound], protocol, port, a)
    if into is None:
        return Verdict(False, f"No inbound rule of {_names(b)} allows {protocol} {port} from {a.address}.")
    return Verdict(True, f"An inbound rule of {_names(b)} allows {into}; the answer needs no rule.", into)


def _find(rules: Sequence[SecurityGroupRule], protocol: str, port: int, peer: Endpoint) -> SecurityGroupRule | None:
    return next((rule for rule in rules if rule.allows(protocol, port, peer.address, peer.security_groups)), None)


def _names(end: Endpoint) -> str:
    return ", ".join(group.name for group in end.security_groups) or f"{end.task} (which has no security group)"
