"""EC2 instance types: what a container instance of each type offers to tasks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from ecslite.errors import InvalidSetting

__all__ = ["InstanceType", "instance_type", "instance_types", "registered_mib"]

UNITS_PER_VCPU = 1024
BYTES_PER_MIB = 1024**2

REGISTERED_SHARE = 7985 / 8192
"""The share of its nominal memory that an instance registers, where no figure for its type is documented."""
# Model: taken from m4.large, which registers 7,985 MiB of 8,192 [ECS Developer Guide, memory-management; read
# 2026-11-23]. Another type may offer some MiB more or less than here.


@dataclass(frozen=True, slots=True)
class InstanceType:
    """One type. `cpu` is in CPU units (1,024 to a vCPU), `memory` in MiB, as ECS registers them."""

    name: str
    vcpu: int
    nominal_mib: int
    max_enis: int
    cpu: int
    memory: int
    trunked_tasks: int | None
    architecture: str = "X86_64"
    """X86_64 or ARM64, as a task definition's runtimePlatform has it."""
    baseline_percent: int | None = None
    """Of a burstable type, the share of each vCPU that its credits pay for; None for a type that does not burst."""

    @property
    def burstable(self) -> bool:
        """Whether it earns and spends CPU credits, which are not simulated."""
        return self.baseline_percent is not None

    def task_enis(self, trunking: bool) -> int:
        """How many tasks with a network interface of their own fit: one interface is the instance's.

        With awsvpcTrunking the documented limit of the type, where it is supported.
        [ECS Developer Guide, container-instance-eni; read 2026-11-23]
        """
        if trunking and self.trunked_tasks is not None:
            return self.trunked_tasks
        return self.max_enis - 1


def registered_mib(total_bytes: int, reserved_mib: int = 0) -> int:
    """The MiB that the agent registers of the memory that the operating system reports, less ECS_RESERVED_MEMORY.

    [ECS Developer Guide, memory-management; read 2026-11-23]

    >>> registered_mib(8_373_026_816), registered_mib(8_373_026_816, reserved_mib=256)
    (7985, 7729)
    """
    return total_bytes // BYTES_PER_MIB - reserved_mib


@cache
def instance_types() -> dict[str, InstanceType]:
    """All types that are known, by name."""
    data = json.loads(files(__package__).joinpath("instance_types.json").read_text())
    return {name: _type(name, **facts) for name, facts in data["types"].items()}


def instance_type(name: str) -> InstanceType:
    """The type of that name; InvalidSetting names those that come close, or the families that are known."""
    types = instance_types()
    if name not in types:
        families = dict.fromkeys(f"{known.split('.')[0]}.*" for known in types)
        close = get_close_matches(str(name), types, n=4, cutoff=0.6) or list(families)
        raise InvalidSetting(f"instance type {name!r} is not known here: use one such as {', '.join(close)}")
    return types[name]


def _type(
    name: str,
    *,
    vcpu: int,
    memory_mib: int,
    max_enis: int,
    registered_mib: int | None = None,
    trunked_tasks: int | None = None,
    architecture: str = "X86_64",
    baseline_percent: int | None = None,
) -> InstanceType:
    return InstanceType(
        name,
        vcpu,
        memory_mib,
        max_enis,
        cpu=vcpu * UNITS_PER_VCPU,
        memory=registered_mib or int(memory_mib * REGISTERED_SHARE),
        trunked_tasks=trunked_tasks,
        architecture=architecture,
        baseline_percent=baseline_percent,
    )
