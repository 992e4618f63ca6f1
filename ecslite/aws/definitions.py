"""Task definitions as RegisterTaskDefinition takes them.

One that was read from a document gives this document back, without the members that only AWS writes.
"""

from __future__ import annotations

from typing import Any

from ecslite.aws.call import given
from ecslite.ecs.container_definition import ContainerDefinition, to_aws
from ecslite.ecs.shapes import members
from ecslite.ecs.task_definition import TaskDefinition

__all__ = ["register_task_definition"]

REGISTER = "RegisterTaskDefinitionRequest"


def register_task_definition(
    definition: TaskDefinition, *, port: int | None = None, port_name: str | None = None
) -> dict[str, Any]:
    """The parameters. `port`, under `port_name`, is mapped where the definition maps none: load balancers and Service
    Connect need one.

    >>> web = TaskDefinition("web", cpu=256, memory=512)
    >>> TaskDefinition.from_aws(register_task_definition(web)) == web
    True
    """
    said = _document(definition)
    containers = said["containerDefinitions"]
    if port is not None and not any(one.get("portMappings") for one in containers):
        first = next(one for one in containers if one.get("essential", True))
        first["portMappings"] = [given(containerPort=port, name=port_name)]
    return said


def _document(definition: TaskDefinition) -> dict[str, Any]:
    if definition.document:
        known = members(REGISTER)
        said = {name: value for name, value in definition.document.items() if name in known}
        return {**said, "containerDefinitions": [dict(one) for one in said["containerDefinitions"]]}
    return given(
        family=definition.family,
        taskRoleArn=definition.task_role_arn,
        executionRoleArn=definition.execution_role_arn,
        networkMode=definition.network_mode,
        containerDefinitions=[_container(one) for one in definition.container_definitions],
        placementConstraints=[{"type": "memberOf", "expression": one} for one in definition.placement_constraints],
        requiresCompatibilities=list(definition.requires_compatibilities),
        cpu=str(definition.cpu) if definition.cpu and definition.cpu_is_limit else None,
        memory=str(definition.memory) if definition.memory and definition.memory_is_limit else None,
        runtimePlatform={
            "cpuArchitecture": definition.cpu_architecture,
            "operatingSystemFamily": definition.operating_system_family,
        },
        ephemeralStorage=_storage(definition),
    )


def _container(container: ContainerDefinition) -> dict[str, Any]:
    environment = [{"name": name, "value": value} for name, value in container.environment]
    return {**to_aws(container), **given(environment=environment)}


def _storage(definition: TaskDefinition) -> dict[str, int] | None:
    size = definition.ephemeral_storage_gib
    return None if size == 20 else {"sizeInGiB": size}
