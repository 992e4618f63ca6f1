"""What AWS asks of a task definition beyond its form: sizes, network modes, and how the containers fit together.

Each rule is a function from the sound part of a document to the faults it finds; its docstring names its source.
"RTD" is the API reference of RegisterTaskDefinition and its types (botocore 1.44.5), "Guide" the ECS Developer Guide,
both read 2026-11-23. What the documentation does not forbid is let through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ecslite.capacity.sizes import fargate_fault, parse_cpu, parse_memory
from ecslite.ecs.container_rules import CONTAINER_RULES, Container
from ecslite.ecs.shapes import short
from ecslite.errors import DocumentFault

__all__ = ["MAX_BYTES", "check"]

Document = Mapping[str, Any]
Faults = Iterator[DocumentFault]

MAX_CONTAINERS = 10
MAX_LOOKED_AT = 100
"""Containers up to which each is judged; a document with more is refused for their number alone."""
MAX_BYTES = 64 * 1024
NAME = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)
CPU_ON_INSTANCES = (128, 196_608)
WINDOWS_CPU = (1024, 4096)
EPHEMERAL_GIB = (21, 200)


def check(document: Document, faulty: frozenset[str] = frozenset()) -> list[DocumentFault]:
    """Every fault that the rules find, in the order of the rules; `faulty` are the paths known to be at fault."""
    every = document.get("containerDefinitions", ())
    if len(every) > MAX_LOOKED_AT:
        return list(number_of_containers(document))
    found = [fault for rule in TASK_RULES for fault in rule(document)]
    for index, container in _containers(document):
        path = f"containerDefinitions[{index}]"
        broken = frozenset(name for name in ("name", "image") if f"{path}.{name}" in faulty)
        place = Container(path, container, document, fargate(document), broken)
        found += [fault for rule in CONTAINER_RULES for fault in rule(place)]
    return found


def fargate(document: Document) -> bool:
    """True where the document says that it must run on Fargate."""
    return "FARGATE" in document.get("requiresCompatibilities", ())


def _containers(document: Document) -> list[tuple[int, Mapping[str, Any]]]:
    return [(i, one) for i, one in enumerate(document.get("containerDefinitions", ())) if isinstance(one, Mapping)]


def size_of_document(document: Document) -> Faults:
    """A task definition has at most 64 KiB [Guide: service quotas]."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False, default=str)
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        yield DocumentFault("document", f"{size} bytes: a task definition has at most {MAX_BYTES}; move settings out")


def family(document: Document) -> Faults:
    """Up to 255 letters, digits, underscores and hyphens [RTD: family]."""
    name = document.get("family")
    if name is not None and not NAME.fullmatch(name):
        yield DocumentFault("family", f"{short(name)}: use 1 to 255 letters, digits, _ and -")


def number_of_containers(document: Document) -> Faults:
    """1 to 10 containers [Guide: service quotas], at least one of them essential [RTD: essential]."""
    every = document.get("containerDefinitions")
    if every is None:
        return
    if not 1 <= len(every) <= MAX_CONTAINERS:
        yield DocumentFault("containerDefinitions", f"{len(every)} containers: give 1 to {MAX_CONTAINERS}")
    if every and all(isinstance(one, Mapping) and one.get("essential", True) is False for one in every):
        yield DocumentFault("containerDefinitions", "no container is essential: at least one must be (essential: true)")


def names_differ(document: Document) -> Faults:
    """dependsOn, links and load balancers name a container: no two may have one name [Guide: container definitions]."""
    seen: dict[str, int] = {}
    for index, container in _containers(document):
        name = container.get("name")
        if name in seen:
            path = f"containerDefinitions[{index}].name"
            yield DocumentFault(path, f"{short(name)} is containerDefinitions[{seen[name]}] already: give another name")
        elif name is not None:
            seen[name] = index


def sizes(document: Document) -> Faults:
    """A pair that Fargate offers; elsewhere 128 to 196,608 CPU units [Guide: fargate-tasks-services; RTD: cpu]."""
    cpu, memory = (_size(document, "cpu", parse_cpu), _size(document, "memory", parse_memory))
    if "cpu" in document and cpu is None:
        yield DocumentFault("cpu", f"{short(document['cpu'])} is not a size: use CPU units (256) or vCPUs (.25 vCPU)")
    if "memory" in document and memory is None:
        yield DocumentFault("memory", f"{short(document['memory'])} is not a size: use MiB (512) or GB (0.5 GB)")
    if ("cpu" in document and cpu is None) or ("memory" in document and memory is None):
        return
    if fargate(document):
        if fault := fargate_fault(cpu, memory):
            yield DocumentFault(*fault)
        elif _windows(document) and not WINDOWS_CPU[0] <= (cpu or 0) <= WINDOWS_CPU[1]:
            yield DocumentFault("cpu", f"cpu={cpu}: Windows on Fargate has {WINDOWS_CPU[0]} to {WINDOWS_CPU[1]}")
    elif cpu is not None and not CPU_ON_INSTANCES[0] <= cpu <= CPU_ON_INSTANCES[1]:
        yield DocumentFault("cpu", f"{cpu} CPU units: a task has {CPU_ON_INSTANCES[0]} to {CPU_ON_INSTANCES[1]}")


def _windows(document: Document) -> bool:
    return str(document.get("runtimePlatform", {}).get("operatingSystemFamily", "")).startswith("WINDOWS")


def containers_fit(document: Document) -> Faults:
    """What the containers reserve together is no more than the task has [RTD: ContainerDefinition.cpu and memory]."""
    cpu, memory = _size(document, "cpu", parse_cpu), _size(document, "memory", parse_memory)
    every = [one for _, one in _containers(document)]
    for name, total, used in (
        ("cpu", cpu, sum(one.get("cpu", 0) for one in every)),
        ("memory", memory, sum(one.get("memoryReservation") or one.get("memory") or 0 for one in every)),
    ):
        if total is not None and used > total:
            yield DocumentFault(
                name, f"{total} for the task, {used} for its containers together: raise it or lower them"
            )


def fargate_network(document: Document) -> Faults:
    """Fargate knows one network mode, awsvpc [RTD: networkMode]."""
    mode = document.get("networkMode")
    if fargate(document) and mode != "awsvpc":
        seen = "missing" if mode is None else f"{short(mode)}"
        yield DocumentFault("networkMode", f"{seen}: tasks on Fargate need awsvpc")


def fargate_leaves_out(document: Document) -> Faults:
    """Fargate has no ipcMode, no pidMode host, no placement constraints [RTD; Guide: fargate-tasks-services]."""
    if not fargate(document):
        return
    if "ipcMode" in document:
        yield DocumentFault("ipcMode", "Fargate does not know it: leave it out")
    if document.get("pidMode") == "host":
        yield DocumentFault("pidMode", "host is not to be had on Fargate: use task, or leave it out")
    if document.get("placementConstraints"):
        yield DocumentFault("placementConstraints", "Fargate has none: leave them out")


def ephemeral_storage(document: Document) -> Faults:
    """21 to 200 GiB [RTD: EphemeralStorage]."""
    size = document.get("ephemeralStorage", {}).get("sizeInGiB")
    if size is not None and not EPHEMERAL_GIB[0] <= size <= EPHEMERAL_GIB[1]:
        low, high = EPHEMERAL_GIB
        yield DocumentFault("ephemeralStorage.sizeInGiB", f"{size}: give {low} to {high}; without it a task has 20")


def placement_constraints(document: Document) -> Faults:
    """At most 10 [RTD: placementConstraints]."""
    count = len(document.get("placementConstraints", ()))
    if count > 10:
        yield DocumentFault("placementConstraints", f"{count} constraints: give at most 10")


def dependencies_end(document: Document) -> Faults:
    """A container that waits for itself, straight or round about, would never start [RTD: dependsOn, links]."""
    waits: dict[str, list[str]] = {}
    for _, container in _containers(document):
        needs = [one for one in container.get("dependsOn", ()) if isinstance(one, Mapping)]
        needed = [one["containerName"] for one in needs if "containerName" in one]
        needed += [link.partition(":")[0] for link in container.get("links", ()) if isinstance(link, str)]
        waits.setdefault(container.get("name", ""), needed)
    for index, container in _containers(document):
        name = container.get("name")
        if name and (way := _way_back(name, waits)) and name == min(way):
            round_about = " → ".join([*way, name])
            path = f"containerDefinitions[{index}].dependsOn"
            yield DocumentFault(path, f"{short(round_about)} goes in a circle: take one of these dependencies out")


def _way_back(start: str, waits: Mapping[str, list[str]]) -> list[str]:
    """The names on a way from `start` to itself; empty if there is none."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop()
        for name in waits.get(way[-1], ()):
            if name == start:
                return way
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


def _size(document: Document, name: str, parse: Callable[[str], int | None]) -> int | None:
    return parse(document[name]) if name in document else None


TASK_RULES = (
    size_of_document,
    family,
    number_of_containers,
    names_differ,
    sizes,
    containers_fit,
    fargate_network,
    fargate_leaves_out,
    ephemeral_storage,
    placement_constraints,
    dependencies_end,
)
