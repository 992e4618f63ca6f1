"""A container of a task definition, with AWS's names in snake_case.

What a design is about has a field of its own; TaskDefinition.not_simulated names what a run does not go by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

__all__ = [
    "ContainerDefinition",
    "ContainerDependency",
    "ContainerHealthCheck",
    "PortMapping",
    "RestartPolicy",
    "host_ports",
    "start_order",
    "to_aws",
]

DEFAULT_STOP_TIMEOUT = 30
"""Seconds from the stop signal to SIGKILL, on Fargate and by the agent's default [RTD: stopTimeout]."""


@dataclass(frozen=True, slots=True)
class PortMapping:
    """A port of the container (0 to 65,535); `host_port` None where it is left blank."""

    container_port: int | None = None
    host_port: int | None = None
    protocol: str = "tcp"
    name: str | None = None
    app_protocol: str | None = None
    container_port_range: str | None = None

    @property
    def container_ports(self) -> range:
        """All container ports: the one, or those of the range."""
        if self.container_port_range is None:
            return range(self.container_port, self.container_port + 1) if self.container_port else range(0)
        first, _, last = self.container_port_range.partition("-")
        return range(int(first), int(last or first) + 1)


@dataclass(frozen=True, slots=True)
class ContainerDependency:
    """Wait for another container: START, COMPLETE, SUCCESS or HEALTHY."""

    container_name: str
    condition: str


@dataclass(frozen=True, slots=True)
class ContainerHealthCheck:
    """A command run in the container; all times in seconds, defaults as AWS has them [RTD: HealthCheck]."""

    command: tuple[str, ...]
    interval: int = 30
    timeout: int = 5
    retries: int = 3
    start_period: int = 0


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """Restart a container in place; `restart_attempt_period` in seconds [RTD: ContainerRestartPolicy]."""

    enabled: bool
    ignored_exit_codes: tuple[int, ...] = ()
    restart_attempt_period: int = 300


@dataclass(frozen=True, slots=True)
class ContainerDefinition:
    """cpu in CPU units (0: no share of its own), memory in MiB, timeouts in seconds; None where nothing is set."""

    name: str
    image: str
    cpu: int = 0
    memory: int | None = None
    memory_reservation: int | None = None
    essential: bool = True
    port_mappings: tuple[PortMapping, ...] = ()
    depends_on: tuple[ContainerDependency, ...] = ()
    health_check: ContainerHealthCheck | None = None
    start_timeout: int | None = None
    stop_timeout: int | None = None
    restart_policy: RestartPolicy | None = None
    links: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()

    @property
    def checked(self) -> bool:
        """Whether it has a health check; the command NONE turns one off."""
        return self.health_check is not None and self.health_check.command[:1] != ("NONE",)

    @property
    def needs(self) -> tuple[ContainerDependency, ...]:
        """What must come true before it starts; a link is START of the other one [RTD: ContainerDependency]."""
        linked = [ContainerDependency(link.partition(":")[0], "START") for link in self.links]
        return (*self.depends_on, *linked)

    @property
    def reserved_memory(self) -> int | None:
        """MiB that placement subtracts: the reservation if there is one, else the limit."""
        return self.memory_reservation or self.memory


def start_order(containers: Sequence[ContainerDefinition]) -> tuple[ContainerDefinition, ...]:
    """The containers, each after those that it waits for; as they stand in the definition where nothing else decides.

    The rules of task definitions see to it that they wait for containers that are there, and for none in a circle.
    """
    ordered: list[ContainerDefinition] = []
    left = list(containers)
    while left:
        done = {one.name for one in ordered}
        free = next(one for one in left if all(need.container_name in done for need in one.needs))
        ordered.append(free)
        left.remove(free)
    return tuple(ordered)


def host_ports(containers: Sequence[ContainerDefinition], network_mode: str) -> tuple[frozenset[int], int]:
    """The static host ports that a task needs on its instance, and how many dynamic ones.

    In host mode ports map one to one; in bridge mode a host port that is 0 or blank is a dynamic one; in the others
    nothing is taken of the instance [ECS API, PortMapping; read 2026-11-23].
    """
    mappings = [mapping for one in containers for mapping in one.port_mappings]
    if network_mode == "host":
        return frozenset(port for mapping in mappings for port in mapping.container_ports), 0
    if network_mode != "bridge":
        return frozenset(), 0
    static = frozenset(mapping.host_port for mapping in mappings if mapping.host_port)
    return static, sum(len(mapping.container_ports) for mapping in mappings if not mapping.host_port)


def from_aws(document: Mapping[str, Any]) -> ContainerDefinition:
    """The container that a sound document describes."""
    check, policy = document.get("healthCheck"), document.get("restartPolicy")
    return ContainerDefinition(
        name=document.get("name", ""),
        image=document.get("image", ""),
        cpu=document.get("cpu", 0),
        memory=document.get("memory") or None,
        memory_reservation=document.get("memoryReservation") or None,
        essential=document.get("essential", True),
        port_mappings=tuple(PortMapping(**snake(one)) for one in document.get("portMappings", ())),
        depends_on=tuple(ContainerDependency(**snake(one)) for one in document.get("dependsOn", ())),
        health_check=ContainerHealthCheck(**snake(check)) if check else None,
        start_timeout=document.get("startTimeout"),
        stop_timeout=document.get("stopTimeout"),
        restart_policy=RestartPolicy(**snake(policy)) if policy else None,
        links=tuple(document.get("links", ())),
        environment=tuple((one.get("name", ""), one.get("value", "")) for one in document.get("environment", ())),
    )


def to_aws(container: ContainerDefinition) -> dict[str, Any]:
    """The document of a container, so that one that was built by hand is judged like one that was read.

    >>> to_aws(ContainerDefinition("web", "nginx", memory=64, stop_timeout=5))
    {'name': 'web', 'image': 'nginx', 'cpu': 0, 'memory': 64, 'essential': True, 'stopTimeout': 5}
    """
    said = _camel(asdict(container))
    del said["environment"]
    return {name: value for name, value in said.items() if value not in (None, [], {})}


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {_camel_name(name): _camel(each) for name, each in value.items() if each is not None}
    return [_camel(each) for each in value] if isinstance(value, tuple) else value


def _camel_name(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def snake(document: Mapping[str, Any]) -> dict[str, Any]:
    """The members of an object under Python's names, lists as tuples.

    >>> snake({"containerPort": 80})
    {'container_port': 80}
    """
    return {
        "".join(f"_{c.lower()}" if c.isupper() else c for c in key): tuple(value) if isinstance(value, list) else value
        for key, value in document.items()
    }
