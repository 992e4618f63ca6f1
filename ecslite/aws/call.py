"""One call of an AWS API: the service and the operation as botocore spells them, and the parameters."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

__all__ = ["Call", "camel", "given", "members"]


class Call(NamedTuple):
    """What AWS would be asked to do."""

    service: str
    """As botocore and the AWS CLI name it, such as ecs, elbv2, application-autoscaling."""
    operation: str
    """As the API names it, such as CreateService."""
    parameters: dict[str, Any]

    @property
    def command(self) -> str:
        """How the AWS CLI calls the operation.

        >>> Call("ecs", "CreateService", {}).command
        'aws ecs create-service'
        """
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", self.operation).lower()
        return f"aws {'s3api' if self.service == 's3' else self.service} {words}"

    def to_json(self) -> str:
        """The parameters as a file for --cli-input-json."""
        return json.dumps(self.parameters, indent=2, default=str)


def given(**said: Any) -> dict[str, Any]:
    """What is set: neither None nor an empty list, text or mapping."""
    return {name: value for name, value in said.items() if value not in (None, [], {}, "")}


def camel(name: str) -> str:
    """A name of ours as ECS spells it.

    >>> camel("bake_time_in_minutes")
    'bakeTimeInMinutes'
    """
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def members(value: Any) -> Any:
    """A value of the run's records with its members' names as ECS spells them."""
    if isinstance(value, dict):
        return {camel(name): members(each) for name, each in value.items() if each not in (None, "")}
    return [members(each) for each in value] if isinstance(value, list | tuple) else value
