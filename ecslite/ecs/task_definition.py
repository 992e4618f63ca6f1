"""A task definition: what a task is made of, and how large it is.

`from_aws` reads AWS's own documents, both what `aws ecs register-task-definition --cli-input-json` takes and what
`aws ecs describe-task-definition` returns, and names every fault by its path. `TaskDefinition("web", cpu=256,
memory=512)` is the short way to one container.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any

from ecslite.capacity.container_instance import Need
from ecslite.capacity.sizes import UNITS_PER_VCPU, fargate_fault, parse_cpu, parse_memory
from ecslite.ecs import container_definition
from ecslite.ecs.container_definition import ContainerDefinition, host_ports, to_aws
from ecslite.ecs.document import WHAT, sound, unused_paths
from ecslite.ecs.rules import check
from ecslite.errors import DocumentFault, InvalidSetting

__all__ = ["LEAST_SHARES", "TaskDefinition"]

LEAST_SHARES = 2
"""CPU shares of a container with less, or none, in Linux [ECS API, ContainerDefinition.cpu; read 2026-11-23]."""


@dataclass(frozen=True)
class TaskDefinition:
    """One revision of a family.

    `cpu` (CPU units, 1,024 are one vCPU) and `memory` (MiB) are the task's size; a document without a task size has
    what its containers reserve together, 0 where they reserve nothing. `not_simulated` holds the paths of what was
    read and checked but shapes nothing in a run.
    """

    family: str
    cpu: int = 256
    memory: int = 512
    image: InitVar[str | None] = None
    container_definitions: tuple[ContainerDefinition, ...] = ()
    revision: int = 1
    network_mode: str = "awsvpc"
    requires_compatibilities: tuple[str, ...] = ("FARGATE",)
    execution_role_arn: str | None = None
    task_role_arn: str | None = None
    cpu_architecture: str = "X86_64"
    operating_system_family: str = "LINUX"
    ephemeral_storage_gib: int = 20
    placement_constraints: tuple[str, ...] = ()
    cpu_is_limit: bool = True
    """Whether `cpu` is a task size, and so a hard limit; False where it is what containers on EC2 reserve: they may use
    more while their instance has CPU to spare [ECS API, ContainerDefinition.cpu; read 2026-11-23]."""
    memory_is_limit: bool = True
    """The same of `memory`; where False, the containers' own hard limits (memory) bind, if they have any."""
    not_simulated: tuple[str, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What it was read from, whole: whatever is not simulated stands there. Empty where it was not read."""

    def __post_init__(self, image: str | None) -> None:
        if not self.container_definitions:
            one = ContainerDefinition(name=str(self.family), image=image or f"{self.family}:latest")
            object.__setattr__(self, "container_definitions", (one,))
        _check_settings(self)

    @classmethod
    def from_aws(cls, document: Mapping[str, Any] | str) -> TaskDefinition:
        """The definition that a document (a mapping, or JSON text) describes.

        Raises InvalidDocument with all faults of the document, each by its path.

        >>> container = {"name": "app", "image": "shop/web:1", "memory": 64}
        >>> TaskDefinition.from_aws({"family": "web", "containerDefinitions": [container]}).memory
        64
        """
        body = sound(document)
        containers = tuple(container_definition.from_aws(one) for one in body["containerDefinitions"])
        platform = body.get("runtimePlatform", {})
        return cls(
            family=body["family"],
            cpu=parse_cpu(body.get("cpu", "")) or sum(one.cpu for one in containers),
            memory=parse_memory(body.get("memory", "")) or sum(one.reserved_memory or 0 for one in containers),
            container_definitions=containers,
            revision=body.get("revision", 1),
            # Linux on EC2 has bridge where nothing is said [RTD: networkMode].
            network_mode=body.get("networkMode", "bridge"),
            requires_compatibilities=tuple(body.get("requiresCompatibilities", ())),
            execution_role_arn=body.get("executionRoleArn"),
            task_role_arn=body.get("taskRoleArn"),
            cpu_architecture=platform.get("cpuArchitecture", "X86_64"),
            operating_system_family=platform.get("operatingSystemFamily", "LINUX"),
            ephemeral_storage_gib=body.get("ephemeralStorage", {}).get("sizeInGiB", 20),
            placement_constraints=tuple(one.get("expression", "") for one in body.get("placementConstraints", ())),
            cpu_is_limit=bool(parse_cpu(body.get("cpu", ""))),
            memory_is_limit=bool(parse_memory(body.get("memory", ""))),
            not_simulated=unused_paths(body),
            document=body,
        )

    @property
    def name(self) -> str:
        """family:revision, as AWS writes it."""
        return f"{self.family}:{self.revision}"

    @property
    def vcpu(self) -> float:
        """CPU units as vCPUs."""
        return self.cpu / UNITS_PER_VCPU

    @property
    def cpu_shares(self) -> int:
        """CPU units by which its CPU is weighted: one that reserves none has the least that Linux knows."""
        return max(self.cpu, LEAST_SHARES)

    @property
    def need(self) -> Need:
        """What one task takes of a container instance."""
        # Model: TCP and UDP ports of one number exclude each other.
        # Model: without runtimePlatform a task is X86_64, as on Fargate, and goes to no Graviton instance.
        static, dynamic = host_ports(self.container_definitions, self.network_mode)
        return Need(
            cpu=self.cpu,
            memory=self.memory,
            own_interface=self.network_mode == "awsvpc",
            ports=static,
            dynamic_ports=dynamic,
            architecture=self.cpu_architecture,
        )

    @property
    def fargate_fault(self) -> str | None:
        """Why Fargate would not run this task, by its size or its network mode; None if it would."""
        if fault := fargate_fault(self.cpu, self.memory):
            return fault[1]
        if self.network_mode != "awsvpc":
            return f"network_mode={self.network_mode!r}: tasks on Fargate need awsvpc"
        return None


def _check_settings(definition: TaskDefinition) -> None:
    """Refuse settings that AWS would refuse in a document."""
    for name, least in (("cpu", 0), ("memory", 0), ("revision", 1)):
        value = getattr(definition, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise InvalidSetting(f"{name}={value!r}: use a whole number from {least}")
    document: dict[str, Any] = {
        "family": str(definition.family),
        "networkMode": definition.network_mode,
        "requiresCompatibilities": definition.requires_compatibilities,
        **({"cpu": str(definition.cpu)} if definition.cpu and _on_fargate(definition) else {}),
        **({"memory": str(definition.memory)} if definition.memory else {}),
    }
    if not definition.document:
        document["containerDefinitions"] = [to_aws(one) for one in definition.container_definitions]
    if faults := check(document):
        raise InvalidSetting(f"{WHAT} {definition.family!r}: " + "; ".join(_said(fault) for fault in faults))


def _said(fault: DocumentFault) -> str:
    return str(fault) if fault.path.startswith("containerDefinitions") else fault.message


def _on_fargate(definition: TaskDefinition) -> bool:
    return "FARGATE" in definition.requires_compatibilities
