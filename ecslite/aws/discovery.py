"""Service discovery and Service Connect as Cloud Map and ECS take them.

A name such as web.shop.local is the service web in the private DNS namespace shop.local; one without a dot is in the
namespace "local". [ECS API, ServiceRegistry, ServiceConnectConfiguration; Cloud Map API, CreateService; read
2026-11-25]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ecslite.aws.call import Call
from ecslite.aws.destination import Destination
from ecslite.ecs.service_connect import ServiceConnectConfiguration, ServiceConnectService
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.ecs.workers import application_container, container_port
from ecslite.network.discovery import Discovery

__all__ = ["name_calls", "namespace_calls", "registries", "service_connect"]

PORT = 80
"""By which clients call an endpoint, where its port mapping says no other."""


def name_calls(names: Sequence[Discovery], vpc_id: str, where: Destination) -> Iterator[Call]:
    """The private DNS namespaces of some names, and their Cloud Map services."""
    for namespace in dict.fromkeys(_namespace(name) for name in names):
        yield Call("servicediscovery", "CreatePrivateDnsNamespace", {"Name": namespace, "Vpc": vpc_id})
    for name in names:
        records = [{"Type": kind, "TTL": round(name.ttl_seconds)} for kind in name.record_types]
        said = {
            "Name": name.name.partition(".")[0],
            "NamespaceId": where.namespace_id(_namespace(name)),
            "DnsConfig": {"RoutingPolicy": name.routing_policy, "DnsRecords": records},
            "HealthCheckCustomConfig": {"FailureThreshold": 1},
        }
        yield Call("servicediscovery", "CreateService", said)


def _namespace(name: Discovery) -> str:
    return name.name.partition(".")[2] or "local"


def registries(names: Sequence[Discovery], definition: TaskDefinition, where: Destination) -> list[dict[str, Any]]:
    """serviceRegistries; an SRV record names a port, of a container where the task has no address of its own."""
    own, port = (
        application_container(definition.container_definitions),
        container_port(definition.container_definitions),
    )
    found = []
    for name in names:
        said: dict[str, Any] = {"registryArn": where.registry(name.name)}
        if "SRV" in name.record_types and definition.network_mode == "awsvpc":
            said["port"] = port
        elif "SRV" in name.record_types:
            said |= {"containerName": own.name, "containerPort": port}
        found.append(said)
    return found


def namespace_calls(asked: Sequence[ServiceConnectConfiguration]) -> Iterator[Call]:
    """The HTTP namespaces of Service Connect, each once."""
    for name in dict.fromkeys(one.namespace.name for one in asked):
        yield Call("servicediscovery", "CreateHttpNamespace", {"Name": name})


def service_connect(asked: ServiceConnectConfiguration | None, definition: TaskDefinition) -> dict[str, Any] | None:
    """serviceConnectConfiguration, with an alias for each endpoint: without one no client could call it."""
    if asked is None:
        return None
    services = [_endpoint(one, definition) for one in asked.services]
    said: dict[str, Any] = {"enabled": asked.enabled, "namespace": asked.namespace.name}
    return {**said, "services": services} if services else said


def _endpoint(one: ServiceConnectService, definition: TaskDefinition) -> dict[str, Any]:
    ports = {port.name: port.container_port for each in definition.container_definitions for port in each.port_mappings}
    return {
        "portName": one.port_name,
        "discoveryName": one.name,
        "clientAliases": [{"port": ports.get(one.port_name) or PORT, "dnsName": one.name}],
        "timeout": {
            "idleTimeoutSeconds": one.timeout.idle_timeout_seconds,
            "perRequestTimeoutSeconds": one.timeout.per_request_timeout_seconds,
        },
    }
