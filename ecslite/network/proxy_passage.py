"""Whether connections of Service Connect proxies pass the security groups of the tasks behind an endpoint.

The verdict is reached when a proxy or a host joins, and again when a rule changes. As with a load balancer, a
connection that is dropped is not refused: the proxy waits for its connect timeout, and then tries another host.
"""

from __future__ import annotations

from typing import Protocol

from ecslite.network.proxy import Proxy
from ecslite.network.reachability import Endpoint, reach
from ecslite.network.target import Target
from ecslite.network.vpc import NetworkInterface
from ecslite.sim.simulation import Simulation

__all__ = ["ProxyPassage"]


class Side(Protocol):
    """The namespace."""

    def catch_up(self) -> None:
        """Serve all that has arrived up to now."""
        ...


class ProxyPassage:
    """For all proxies and all hosts of one namespace.

    A host listens on its container port [ECS API, ServiceConnectService.ingressPortOverride; read 2026-11-24].
    """

    # Model: a client or a host without an interface of its own (bridge mode, or a service without a network
    # configuration) reaches and is reached by everybody.

    def __init__(self, sim: Simulation, side: Side) -> None:
        self.sim = sim
        self.side = side
        self._clients: dict[Proxy, tuple[Endpoint, frozenset[str]]] = {}
        """Where each proxy stands, and the endpoints that it calls."""
        self._hosts: dict[Target, tuple[str, Endpoint]] = {}
        self._dropped: dict[tuple[Proxy, Target], int] = {}

    def dropped_by(self, proxy: Proxy, host: Target) -> int | None:
        """The event since which connections of that proxy to that host are dropped; None if they pass."""
        return self._dropped.get((proxy, host))

    def add_client(self, proxy: Proxy, interface: NetworkInterface | None, calls: frozenset[str], cause: int) -> None:
        """A task runs with a proxy that calls these endpoints."""
        if interface is not None:
            self._clients[proxy] = _end(proxy.name, interface), calls
            self._watch(interface)
            for host in self._hosts:
                self._judge(proxy, host, cause)

    def add_host(self, endpoint: str, host: Target, cause: int) -> None:
        """A task is behind an endpoint."""
        if host.interface is not None:
            self._hosts[host] = endpoint, _end(host.short, host.interface)
            self._watch(host.interface)
            for proxy in self._clients:
                self._judge(proxy, host, cause)

    def forget_client(self, proxy: Proxy) -> None:
        """Its task has gone."""
        if self._clients.pop(proxy, None) is not None:
            self._dropped = {pair: event for pair, event in self._dropped.items() if pair[0] is not proxy}

    def forget_host(self, host: Target) -> None:
        """It takes no new connection."""
        if self._hosts.pop(host, None) is not None:
            self._dropped = {pair: event for pair, event in self._dropped.items() if pair[1] is not host}

    def before_change(self) -> None:
        """A rule is about to change."""
        self.side.catch_up()

    def after_change(self, group: str) -> None:
        """A rule of that group has changed."""
        event = self.sim.log.add("security_group", group, f"The rules of security group {group} have changed.")
        for proxy in self._clients:
            for host in self._hosts:
                self._judge(proxy, host, event)

    def _judge(self, proxy: Proxy, host: Target, cause: int) -> None:
        source, calls = self._clients[proxy]
        endpoint, to = self._hosts[host]
        if endpoint not in calls:
            return
        verdict, standing = reach(source, to, host.port), self._dropped.get((proxy, host))
        if verdict.allowed == (standing is None):
            return
        way = f"Connections of the proxy of task {proxy.name[:8]} to task {host.short} of endpoint {endpoint}"
        names = ", ".join(group.name for group in to.security_groups)
        if verdict.allowed:
            self.sim.log.add("security_group", names, f"{way} pass again: {verdict.reason}", cause)
            del self._dropped[proxy, host]
        else:
            text = f"{way} are dropped: {verdict.reason}"
            self._dropped[proxy, host] = self.sim.log.add("security_group", names, text, cause)

    def _watch(self, interface: NetworkInterface) -> None:
        for group in interface.security_groups:
            if not any(one is self for one in group.watchers):
                group.watchers.append(self)


def _end(name: str, interface: NetworkInterface) -> Endpoint:
    return Endpoint(name, interface.subnet.vpc, interface.address, interface.security_groups)
