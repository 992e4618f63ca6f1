"""What AWS asks of each container of a task definition beyond its form.

Sources as in rules.py: "RTD" is the API reference of RegisterTaskDefinition and its types (botocore 1.44.5), "Guide"
the ECS Developer Guide, both read 2026-11-23.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ecslite.ecs.shapes import short
from ecslite.errors import DocumentFault

__all__ = ["CONTAINER_RULES", "Container"]

Faults = Iterator[DocumentFault]

NAME = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)
PORT_NAME = re.compile(r"[a-z0-9_][a-z0-9_-]{0,63}", re.ASCII)
PORTS = (0, 65_535)
RANGE = re.compile(r"(\d{1,5})-(\d{1,5})", re.ASCII)
LEAST_MEMORY_MIB = 4
HEALTH_CHECK = {"interval": (5, 300), "timeout": (2, 60), "retries": (1, 10), "startPeriod": (0, 300)}
FARGATE_TIMEOUT = (2, 120)
RESTART_PERIOD = (60, 1800)
MAX_IGNORED_CODES = 50
MAX_ENVIRONMENT_FILES = 10
NOT_ON_FARGATE = ("links", "dockerSecurityOptions", "privileged")
NOT_ON_FARGATE_LINUX = ("devices", "sharedMemorySize", "maxSwap", "swappiness", "tmpfs")


@dataclass(frozen=True, slots=True)
class Container:
    """A container where it stands: its path, what is sound of it, its document, whether that is for Fargate."""

    path: str
    this: Mapping[str, Any]
    document: Mapping[str, Any]
    fargate: bool
    faulty: frozenset[str] = frozenset()
    """Members that are there, but whose form is at fault already."""

    def fault(self, below: str, message: str) -> DocumentFault:
        return DocumentFault(f"{self.path}.{below}", message)

    def listed(self, name: str) -> list[tuple[int, Mapping[str, Any]]]:
        """The sound entries of a list of objects, each with its index."""
        return [(index, one) for index, one in enumerate(self.this.get(name, ())) if isinstance(one, Mapping)]


def has_name_and_image(at: Container) -> Faults:
    """AWS's model makes neither required, the service does [Guide: task definition parameters, name and image]."""
    if "image" not in at.faulty and not at.this.get("image"):
        yield at.fault("image", "missing or empty: name an image, such as nginx:1.29")
    name = at.this.get("name", "")
    if "name" not in at.faulty and not NAME.fullmatch(name):
        yield at.fault("name", f"{short(name) if name else 'missing or empty'}: use 1 to 255 letters, digits, _ and -")


def memory(at: Container) -> Faults:
    """memory > memoryReservation; without a task size, one of them; at least 4 MiB [RTD: memory]."""
    hard, soft = at.this.get("memory"), at.this.get("memoryReservation")
    for name, size in (("memory", hard), ("memoryReservation", soft)):
        if size is not None and size < LEAST_MEMORY_MIB and not (size == 0 and "memory" in at.document):
            yield at.fault(name, f"{size} MiB: give at least {LEAST_MEMORY_MIB}; newer Dockers want 6")
    if hard and soft and hard < soft:
        yield at.fault("memoryReservation", f"{soft} MiB reserved of at most memory={hard}: memory must be greater")
    if hard is None and soft is None and "memory" not in at.document:
        yield at.fault("memory", "missing, and the task has no memory either: give one of the two")


def cpu(at: Container) -> Faults:
    """CPU units are from 0 [RTD: ContainerDefinition.cpu]."""
    if at.this.get("cpu", 0) < 0:
        yield at.fault("cpu", f"{at.this['cpu']} CPU units: give 0 or more (1024 are one vCPU)")


def ports(at: Container) -> Faults:
    """Ports are 0 to 65,535; a mapping has containerPort or containerPortRange [RTD: PortMapping]."""
    for index, mapping in at.listed("portMappings"):
        for name in ("containerPort", "hostPort"):
            if not PORTS[0] <= (port := mapping.get(name, 0)) <= PORTS[1]:
                yield at.fault(f"portMappings[{index}].{name}", f"{port}: a port is {PORTS[0]} to {PORTS[1]}")
        if (span := mapping.get("containerPortRange")) is not None:
            yield from _range(at, f"portMappings[{index}]", span, mapping)
        label = mapping.get("name")
        if label is not None and not PORT_NAME.fullmatch(label):
            yield at.fault(f"portMappings[{index}].name", f"{short(label)}: use up to 64 of a-z 0-9 _ -; no - first")


def _range(at: Container, below: str, span: str, mapping: Mapping[str, Any]) -> Faults:
    match = RANGE.fullmatch(span)
    if not match or not 1 <= int(match[1]) < int(match[2]) <= PORTS[1]:
        yield at.fault(
            f"{below}.containerPortRange", f"{short(span)}: use first-last, such as 8000-8010, within 1 to 65535"
        )
    if "containerPort" in mapping or "hostPort" in mapping:
        yield at.fault(
            f"{below}.containerPortRange", "stands beside a port: give a range, or containerPort and hostPort"
        )


def host_ports(at: Container) -> Faults:
    """awsvpc and host: hostPort is blank or equals containerPort; none: no mappings [RTD: PortMapping.hostPort]."""
    mode = at.document.get("networkMode")
    if mode == "none" and at.this.get("portMappings"):
        yield at.fault("portMappings", "network mode none has no ports: leave them out, or use bridge or awsvpc")
    if mode not in ("awsvpc", "host"):
        return
    for index, mapping in at.listed("portMappings"):
        inside, outside = mapping.get("containerPort"), mapping.get("hostPort")
        if outside and outside != inside:
            yield at.fault(
                f"portMappings[{index}].hostPort",
                f"{outside} is not containerPort={inside}: in network mode {mode} leave it out, or make them equal",
            )


def dependencies(at: Container) -> Faults:
    """A dependency names another container, and waits for something that can come true [RTD: ContainerDependency]."""
    known = {one.get("name"): one for one in at.document.get("containerDefinitions", ()) if isinstance(one, Mapping)}
    whole = all(isinstance(one, Mapping) and "name" in one for one in at.document.get("containerDefinitions", ()))
    for index, need in at.listed("dependsOn"):
        path, name = f"dependsOn[{index}]", need.get("containerName")
        if name not in known:
            if name is not None and whole:
                yield at.fault(
                    f"{path}.containerName",
                    f"{short(name)} is no container here: {short(', '.join(map(str, known)))}",
                )
            continue
        condition, other = need.get("condition"), known[name]
        if condition in ("COMPLETE", "SUCCESS") and other.get("essential", True):
            yield at.fault(f"{path}.condition", f"{condition} waits for {short(name)} to exit, which is essential and "
                           "would end the task: make it essential: false, or use START")  # fmt: skip
        if condition == "HEALTHY" and "healthCheck" not in other:
            yield at.fault(f"{path}.condition", f"HEALTHY, but {short(name)} has no healthCheck: add one, or use START")


def links(at: Container) -> Faults:
    """A link names another container, as name or name:alias [RTD: links]."""
    known = [one.get("name") for one in at.document.get("containerDefinitions", ()) if isinstance(one, Mapping)]
    for index, link in enumerate(at.this.get("links", ())):
        if isinstance(link, str) and link.partition(":")[0] not in known:
            have = short(", ".join(map(str, known)))
            yield at.fault(f"links[{index}]", f"{short(link)} names no container here: {have}")


def timeouts(at: Container) -> Faults:
    """startTimeout and stopTimeout: 2 to 120 s on Fargate, never negative [RTD: ContainerDefinition]."""
    low, high = FARGATE_TIMEOUT if at.fargate else (0, 2**31 - 1)
    for name in ("startTimeout", "stopTimeout"):
        if (seconds := at.this.get(name)) is not None and not low <= seconds <= high:
            where = " on Fargate" if at.fargate else ""
            yield at.fault(name, f"{seconds} s: give {low} to {high}{where}")


def health_check(at: Container) -> Faults:
    """The ranges of a health check, and how its command begins [RTD: HealthCheck]."""
    check = at.this.get("healthCheck", {})
    for name, (low, high) in HEALTH_CHECK.items():
        if (value := check.get(name)) is not None and not low <= value <= high:
            yield at.fault(f"healthCheck.{name}", f"{value}: give {low} to {high}")
    command = check.get("command")
    if command is not None and (not command or command[0] not in ("CMD", "CMD-SHELL", "NONE")):
        seen = short(command[0]) if command else "nothing"
        yield at.fault("healthCheck.command", f"begins with {seen}: begin it with CMD-SHELL (for a shell) or CMD")


def restart_policy(at: Container) -> Faults:
    """restartAttemptPeriod 60 to 1,800 s, at most 50 ignored exit codes [RTD: ContainerRestartPolicy]."""
    policy = at.this.get("restartPolicy", {})
    period, codes = policy.get("restartAttemptPeriod"), policy.get("ignoredExitCodes", ())
    if period is not None and not RESTART_PERIOD[0] <= period <= RESTART_PERIOD[1]:
        yield at.fault(
            "restartPolicy.restartAttemptPeriod", f"{period} s: give {RESTART_PERIOD[0]} to {RESTART_PERIOD[1]}"
        )
    if len(codes) > MAX_IGNORED_CODES:
        yield at.fault("restartPolicy.ignoredExitCodes", f"{len(codes)} codes: give at most {MAX_IGNORED_CODES}")


def mode_leaves_out(at: Container) -> Faults:
    """links need bridge [RTD: links]; awsvpc has no hostname and no extraHosts [RTD]."""
    mode = at.document.get("networkMode")
    if mode not in (None, "bridge") and at.this.get("links") and not at.fargate:
        yield at.fault("links", f"network mode {mode} has none: use bridge, or leave them out")
    for name in ("hostname", "extraHosts"):
        if mode == "awsvpc" and at.this.get(name):
            yield at.fault(name, "network mode awsvpc does not know it: leave it out")


def fargate_leaves_out(at: Container) -> Faults:
    """What Fargate does not support [RTD: ContainerDefinition, LinuxParameters]."""
    if not at.fargate:
        return
    for name in NOT_ON_FARGATE:
        if at.this.get(name):
            yield at.fault(name, "Fargate does not know it: leave it out")
    for name in NOT_ON_FARGATE_LINUX:
        if at.this.get("linuxParameters", {}).get(name):
            yield at.fault(f"linuxParameters.{name}", "Fargate does not know it: leave it out")


def environment_files(at: Container) -> Faults:
    """Up to ten, each ending in .env [RTD: environmentFiles]."""
    files = at.listed("environmentFiles")
    if len(files) > MAX_ENVIRONMENT_FILES:
        yield at.fault("environmentFiles", f"{len(files)} files: give at most {MAX_ENVIRONMENT_FILES}")
    for index, file in files:
        if not file.get("value", ".env").endswith(".env"):
            yield at.fault(f"environmentFiles[{index}].value", f"{short(file['value'])}: its name must end in .env")


CONTAINER_RULES = (
    has_name_and_image,
    memory,
    cpu,
    ports,
    host_ports,
    dependencies,
    links,
    timeouts,
    health_check,
    restart_policy,
    mode_leaves_out,
    fargate_leaves_out,
    environment_files,
)
