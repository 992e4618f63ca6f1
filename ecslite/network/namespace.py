"""A Cloud Map namespace of Service Connect: its endpoints by name, and the proxies of the tasks that are in it.

A proxy knows the endpoints that its task's deployment has found, and no later ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslite.errors import InvalidSetting
from ecslite.network.proxy import Ejection, OutlierDetection, Proxy
from ecslite.network.proxy_passage import ProxyPassage
from ecslite.network.target import Target
from ecslite.network.vpc import NetworkInterface
from ecslite.sim.simulation import Simulation

if TYPE_CHECKING:
    from ecslite.network.service_connect import ServiceConnectEndpoint

__all__ = ["Namespace"]


class Namespace:
    """A Cloud Map namespace: endpoints by name, and the proxies of the tasks that are in it."""

    # Model: while no other service is in it, an endpoint gets its requests from `proxies` proxies that know it.

    def __init__(
        self, sim: Simulation, name: str, *, proxies: int = 2, outlier_detection: OutlierDetection | None = None
    ) -> None:
        if isinstance(proxies, bool) or not isinstance(proxies, int) or proxies < 1:
            raise InvalidSetting(f"proxies={proxies!r}: use a whole number from 1")
        self.sim = sim
        self.name = name
        self.endpoints: dict[str, ServiceConnectEndpoint] = {}
        self._detection = outlier_detection or OutlierDetection()
        self._members: dict[str, tuple[str, frozenset[str], Proxy]] = {}
        """The tasks in it by id: their service, the endpoints they know, and their proxy."""
        self._always = [self._proxy(f"{name}/{number}") for number in range(proxies)]
        self._services: dict[str, None] = {}
        """All services that have had a task in it."""
        self.passage = ProxyPassage(sim, self)
        """By which connections of its proxies reach hosts."""

    @property
    def known(self) -> frozenset[str]:
        """The endpoints that a deployment beginning now would know."""
        return frozenset(self.endpoints)

    def add(self, endpoint: ServiceConnectEndpoint) -> None:
        """An endpoint is created. InvalidSetting where its name is taken."""
        if endpoint.name in self.endpoints:
            raise InvalidSetting(
                f"namespace {self.name} has an endpoint {endpoint.name!r} already: choose another name"
            )
        self.endpoints[endpoint.name] = endpoint

    def join(
        self,
        task_id: str,
        service: str,
        known: frozenset[str],
        *,
        cause: int,
        interface: NetworkInterface | None = None,
    ) -> None:
        """A task runs with a proxy that knows these endpoints, and will know no other."""
        self.catch_up()
        self._services[service] = None
        proxy = self._proxy(task_id)
        self._members[task_id] = (service, known, proxy)
        calls = frozenset(name for name in known if self.endpoints[name].owner != service)
        self.passage.add_client(proxy, interface, calls, cause)

    def leave(self, task_id: str) -> None:
        """A task has been taken out of service."""
        self.catch_up()
        gone = self._members.pop(task_id, None)
        if gone is not None:
            self.passage.forget_client(gone[2])

    def proxies_of(self, endpoint: ServiceConnectEndpoint) -> list[Proxy | None]:
        """One for each task that may call the endpoint; None for one whose proxy does not know it."""
        if not any(service != endpoint.owner for service in self._services):
            return [*self._always]
        callers = [member for member in self._members.values() if member[0] != endpoint.owner]
        return [proxy if endpoint.name in known else None for _, known, proxy in callers]

    def forget(self, host: Target) -> None:
        """A host has gone for good."""
        self.passage.forget_host(host)
        for _, _, proxy in self._members.values():
            proxy.forget(host)
        for proxy in self._always:
            proxy.forget(host)

    def catch_up(self) -> None:
        """Serve all that has arrived at any endpoint up to now."""
        for endpoint in self.endpoints.values():
            endpoint.catch_up()

    def _proxy(self, name: str) -> Proxy:
        return Proxy(name, self._detection, self._ejected)

    def _ejected(self, ejection: Ejection) -> None:
        self.endpoints[ejection.host.record.attributes["service_connect"]].ejections.append(ejection)

    def told(self, ejection: Ejection) -> str:
        """An ejection in a sentence."""
        why = f"{self._detection.failures} connections to it failed within {self._detection.within_seconds:.0f} s"
        return (
            f"From second {ejection.moment:.1f} on the proxy of task {ejection.proxy[:8]} avoids task"
            f" {ejection.host.short} for {ejection.seconds:.0f} s: {why}."
        )
