"""A task definition's document: unwrapped, judged whole, and what of it a run does not use.

Two forms are read: what register-task-definition takes, and what describe-task-definition returns, which is wrapped
in "taskDefinition", with "tags" beside it, and has members that only AWS writes (its ARN, revision, status ...).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ecslite.ecs.rules import MAX_BYTES, check
from ecslite.ecs.shapes import Reader, members, shapes
from ecslite.errors import DocumentFault, InvalidDocument
from ecslite.sim.json_text import read_json, too_deep

__all__ = ["WHAT", "sound", "unused_paths"]

WHAT = "The task definition"
REGISTER = "RegisterTaskDefinitionRequest"
DESCRIBE = "DescribeTaskDefinitionResponse"

MAX_CHARACTERS = 16 * MAX_BYTES
"""Of a text, indented as it may be and with what only AWS writes."""

MAX_FAULTS = 100
"""Faults that a message lists; whoever has more has another kind of file."""

USED = frozenset(
    {"family", "cpu", "memory", "networkMode", "placementConstraints", "requiresCompatibilities", "runtimePlatform"}
)
USED_OF_CONTAINER = frozenset(
    {
        *("name", "image", "cpu", "memory", "memoryReservation", "essential", "portMappings"),
        *("dependsOn", "links", "startTimeout", "stopTimeout", "healthCheck", "restartPolicy"),
    }
)
"""Members that a run goes by. Whoever makes a part go by another one adds it here."""


def sound(document: Mapping[str, Any] | str) -> dict[str, Any]:
    """The document's body, without a fault; raises InvalidDocument with all of them otherwise."""
    if isinstance(document, str) and len(document) > MAX_CHARACTERS:
        raise _refused(f"{len(document)} characters: a task definition has at most {MAX_BYTES} bytes")
    value = read_json(document, WHAT) if isinstance(document, str) else document
    if not isinstance(value, Mapping):
        raise _refused(f"a {_kind(value)}, where AWS has an object: give what register-task-definition takes")
    if too_deep(value):
        raise _refused("nested too deep: no document of AWS's is")
    reader = Reader()
    body, prefix = _body(value, reader)
    known = frozenset(fault.path.removeprefix(prefix) for fault in reader.faults)
    faults = reader.faults + [_below(prefix, fault) for fault in check(body, known)]
    if not _known(value) and any(name not in value for name in ("family", "containerDefinitions")):
        faults.insert(0, DocumentFault("document", _not_one(value)))
    if faults:
        raise InvalidDocument(WHAT, _limited(list(dict.fromkeys(faults))))
    return body


def _limited(faults: list[DocumentFault]) -> list[DocumentFault]:
    more = len(faults) - MAX_FAULTS
    return faults if more <= 0 else [*faults[:MAX_FAULTS], DocumentFault("document", f"and {more} more faults")]


def _body(value: Mapping[str, Any], reader: Reader) -> tuple[dict[str, Any], str]:
    """The sound part of the definition itself, and the path before it."""
    known = {**members("TaskDefinition"), **members(REGISTER)}
    if "taskDefinition" in value:
        outer = reader.structure(value, members(DESCRIBE), {}, "")
        body = outer.get("taskDefinition")
        if body is None:
            return {}, ""
        for name in shapes()[REGISTER]["required"]:
            if name not in value["taskDefinition"]:
                reader.faults.append(DocumentFault(f"taskDefinition.{name}", f"missing: AWS requires {name} here"))
        return body, "taskDefinition."
    return reader.structure(value, known, shapes()[REGISTER], ""), ""


def _known(value: Mapping[str, Any]) -> bool:
    known = {**members("TaskDefinition"), **members(REGISTER), **members(DESCRIBE)}
    return not value or any(name in known for name in value)


def _not_one(value: Mapping[str, Any]) -> str:
    if "Resources" in value or "AWSTemplateFormatVersion" in value:
        return "this is a CloudFormation template: give the task definition as register-task-definition takes it"
    first = ", ".join(str(name)[:40] for name in list(value)[:4])
    return f"this is not a task definition (its members are {first}): it has family and containerDefinitions"


def _below(prefix: str, fault: DocumentFault) -> DocumentFault:
    return fault if fault.path == "document" else DocumentFault(prefix + fault.path, fault.message)


def unused_paths(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths of what was read and checked, but shapes nothing in a run; members that only AWS writes aside."""
    return tuple(_unused(body))


def _unused(body: Mapping[str, Any]) -> Iterator[str]:
    for name, value in body.items():
        if name in members(REGISTER) and name not in USED | {"containerDefinitions"} and value not in ([], {}):
            yield name
    for index, container in enumerate(body["containerDefinitions"]):
        for name, value in container.items():
            if name not in USED_OF_CONTAINER and value not in ([], {}):
                yield f"containerDefinitions[{index}].{name}"


def _kind(value: object) -> str:
    return {list: "list", str: "text", bool: "truth value", type(None): "null"}.get(type(value), "number")


def _refused(message: str) -> InvalidDocument:
    return InvalidDocument(WHAT, [DocumentFault("document", message)])
