"""EC2 instance types: what a container instance of each type offers to tasks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ecslite.errors import InvalidSetting

__all__ = ["InstanceType", "instance_type", "instance_types"]

UNITS_PER_VCPU = 1024

REGISTERED_SHARE = 7985 / 8192
"""The share of its nominal memory that an instance registers, where no figure for its type is documented."""
# Model: taken from m4.large, which registers 7,985 MiB of 8,192 [ECS Developer Guide, memory management].


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

    def task_enis(self, trunking: bool) -> int:
        """How many tasks with a network interface of their own fit: one interface is the instance's.

        With awsvpcTrunking the documented limit of the type, where it is supported.
        """
        if trunking and self.trunked_tasks is not None:
            return self.trunked_tasks
        return self.max_enis - 1


@cache
def instance_types() -> dict[str, InstanceType]:
    """All types that are known, by name."""
    data = json.loads(files(__package__).joinpath("instance_types.json").read_text())
    return {name: _type(name, **facts) for name, facts in data["types"].items()}


def instance_type(name: str) -> InstanceType:
    """The type of that name; InvalidSetting lists those that are known."""
    types = instance_types()
    if name not in types:
        raise InvalidSetting(f"instance type {name!r} is not known here: use one of {', '.join(types)}")
    return types[name]


def _type(
    name: str,
    *,
    vcpu: int,
    memory_mib: int,
    max_enis: int,
    registered_mib: int | None = None,
    trunked_tasks: int | None = None,
) -> InstanceType:
    registered = registered_mib or int(memory_mib * REGISTERED_SHARE)
    return InstanceType(name, vcpu, memory_mib, max_enis, vcpu * UNITS_PER_VCPU, registered, trunked_tasks)
