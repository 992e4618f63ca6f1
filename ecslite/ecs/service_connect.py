"""A service in a Service Connect namespace: the endpoints it provides, and the proxies beside its tasks.

Only tasks of services have proxies; standalone tasks have none [ECS Developer Guide, service-connect-concepts-deploy;
read 2026-11-24]. What it leaves out: TLS, ports of aliases, ingressPortOverride, and the log configuration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecslite.ecs.task_definition import TaskDefinition
from ecslite.errors import InvalidSetting
from ecslite.network.namespace import Namespace
from ecslite.network.service_connect import REQUEST_TIMEOUT, ServiceConnectEndpoint
from ecslite.network.vpc import NetworkInterface

__all__ = [
    "Membership",
    "ServiceConnectConfiguration",
    "ServiceConnectService",
    "TimeoutConfiguration",
    "service_connect_proxy_size",
]

BUSY, MANY_SERVICES, MANY_TASKS = 500, 100, 2_000


def service_connect_proxy_size(*, requests_per_second: float = 0, services: int = 0, tasks: int = 0) -> tuple[int, int]:
    """CPU units and MiB that AWS recommends to add to a task's size for its proxy.

    `services` and `tasks` are those of the whole namespace [ECS Developer Guide, service-connect-concepts-deploy; read
    2026-11-24].

    >>> service_connect_proxy_size(requests_per_second=600)
    (512, 64)
    """
    return (
        512 if requests_per_second > BUSY else 256,
        128 if services > MANY_SERVICES or tasks > MANY_TASKS else 64,
    )


@dataclass(frozen=True, kw_only=True)
class TimeoutConfiguration:
    """Of one endpoint; 0 turns a timeout off [ECS API, TimeoutConfiguration; read 2026-11-24]."""

    # Model: connections are not simulated one by one, so that no idle one is closed.

    idle_timeout_seconds: int = 300
    per_request_timeout_seconds: int = int(REQUEST_TIMEOUT)

    def __post_init__(self) -> None:
        if self.idle_timeout_seconds < 0 or self.per_request_timeout_seconds < 0:
            raise InvalidSetting(
                f"idle_timeout_seconds={self.idle_timeout_seconds},"
                f" per_request_timeout_seconds={self.per_request_timeout_seconds}: both start at 0 (off)"
            )


@dataclass(frozen=True)
class ServiceConnectService:
    """An endpoint that a service provides, by the name of one of its port mappings."""

    port_name: str
    discovery_name: str | None = None
    """Its name in the namespace; that of the port if None."""
    timeout: TimeoutConfiguration = TimeoutConfiguration()

    @property
    def name(self) -> str:
        """By which clients find it."""
        return self.discovery_name or self.port_name


@dataclass(frozen=True)
class ServiceConnectConfiguration:
    """The namespace of a service; without `services` it is a client alone [ECS API, ServiceConnectConfiguration]."""

    namespace: Namespace
    services: Sequence[ServiceConnectService] = ()
    enabled: bool = True


class Membership:
    """What a service is in its namespace; nothing without a configuration."""

    def __init__(
        self, service: str, configuration: ServiceConnectConfiguration | None, definition: TaskDefinition
    ) -> None:
        self.service = service
        self._namespace = configuration.namespace if configuration is not None and configuration.enabled else None
        self._known: dict[str, frozenset[str]] = {}
        """The endpoints that each deployment knows."""
        self.endpoints: tuple[ServiceConnectEndpoint, ...] = ()
        """Those that it provides; its tasks register with them."""
        if configuration is not None and self._namespace is not None:
            _check(configuration, definition)
            self.endpoints = tuple(
                ServiceConnectEndpoint(
                    self._namespace,
                    one.name,
                    owner=service,
                    per_request_timeout_seconds=one.timeout.per_request_timeout_seconds,
                )
                for one in configuration.services
            )

    def deployed(self, deployment: str) -> None:
        """A deployment begins: its tasks will know the endpoints that are there now, and none that come later."""
        if self._namespace is not None:
            self._known.setdefault(deployment, self._namespace.known)

    def task_changed(
        self, task: str, status: str, deployment: str, *, cause: int, interface: NetworkInterface | None = None
    ) -> None:
        """A task begins to run, or is taken out of service: with it comes and goes its proxy."""
        if self._namespace is None:
            return
        if status == "RUNNING":
            self._namespace.join(task, self.service, self._known[deployment], cause=cause, interface=interface)
        elif status == "DEACTIVATING":
            self._namespace.leave(task)


def _check(configuration: ServiceConnectConfiguration, definition: TaskDefinition) -> None:
    if definition.network_mode not in ("awsvpc", "bridge"):
        raise InvalidSetting(
            f"Service Connect with network mode {definition.network_mode!r} of {definition.name}: use awsvpc or bridge"
        )
    # Model: a definition made the short way maps no port, and takes any name.
    ports = [port.name for one in definition.container_definitions for port in one.port_mappings]
    for service in configuration.services:
        if ports and service.port_name not in ports:
            have = ", ".join(name for name in ports if name) or "none"
            raise InvalidSetting(
                f"port_name={service.port_name!r} is no named port mapping of {definition.name}: it has {have}"
            )
