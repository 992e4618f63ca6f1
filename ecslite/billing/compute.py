"""What a run used of Fargate and of EC2: tasks from their image's download on, whole instances from their launch on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from ecslite.billing.prices import Prices
from ecslite.billing.usage import HOUR, HOURS_A_MONTH, Usage, counted, lasted, total
from ecslite.sim.run import Part, Run

__all__ = ["billed_seconds", "fargate", "instance_seconds", "instances", "is_fargate", "market"]

FARGATE_MINIMUM_SECONDS = 60
"""A Linux task is charged for at least a minute [AWS Fargate pricing; read 2026-11-23]."""

INSTANCE_MINIMUM_SECONDS = 60
"""A Linux instance is charged by the second, for at least a minute [EC2 Auto Scaling guide; read 2026-11-23]."""

UNITS_PER_VCPU = 1024
MIB_PER_GB = 1024

INCLUDED_STORAGE_GIB = 20
"""Ephemeral storage that a Fargate task has without charge [ECS API, EphemeralStorage; read 2026-11-23]."""

ROOT_VOLUME_GIB = 30
"""The volume of an instance whose record says nothing else: the ECS-optimized AMI's."""

ON_FARGATE = ("FARGATE", "FARGATE_SPOT")


def is_fargate(task: Part) -> bool:
    """Whether a task is paid for by itself, and not with its instance."""
    provider = task.attributes["capacity_provider"]
    return bool(task.attributes.get("launch_type", "FARGATE" if provider in ON_FARGATE else "EC2") == "FARGATE")


def market(part: Part) -> str:
    """How a task or an instance was bought: "on-demand", "spot" or (an instance) "managed"."""
    spot = part.attributes.get("capacity_provider") == "FARGATE_SPOT"
    return str(part.attributes.get("market", "spot" if spot else "on-demand"))


def billed_seconds(task: Part, run: Run) -> int:
    """The seconds a Fargate task is charged for: from the start of its image's download to its end, at least 60."""
    span = lasted(task, run, "ACTIVATING", "STOPPED", FARGATE_MINIMUM_SECONDS)
    return 0 if span is None else span[1]


def fargate(run: Run) -> Iterator[Usage]:
    """vCPUs, memory and ephemeral storage above 20 GB, for each service and shape of task."""
    # Model: Linux only; Windows has other prices and a licence.
    groups: dict[Shape, list[tuple[float, int]]] = defaultdict(list)
    for task in run.of_kind("task"):
        if is_fargate(task):
            span = lasted(task, run, "ACTIVATING", "STOPPED", FARGATE_MINIMUM_SECONDS)
            if span is not None:
                groups[_shape(task)].append(span)
    for shape, spans in groups.items():
        yield from _fargate_lines(shape, spans)


class Shape(NamedTuple):
    """What tasks on one line of the bill have in common."""

    service: str
    cpu: int
    memory: int
    architecture: str
    market: str
    storage: int


def _shape(task: Part) -> Shape:
    said = task.attributes
    storage = said.get("ephemeral_storage_gib") or INCLUDED_STORAGE_GIB
    architecture = said.get("architecture", "X86_64").lower()
    return Shape(said["service"], said["cpu"], said["memory"], architecture, market(task), storage)


def _fargate_lines(shape: Shape, spans: list[tuple[float, int]]) -> Iterator[Usage]:
    service, cpu, memory, architecture, how, storage = shape
    kind, word = ("fargate_spot", "Fargate Spot") if how == "spot" else ("fargate", "Fargate")
    seconds, when = total(spans), tuple(spans)
    tasks = f"{counted(len(spans), 'task')}, {seconds:,} s / 3,600"
    for part, size, unit, key in (
        ("vCPU", cpu / UNITS_PER_VCPU, "vCPU", "vcpu"),
        ("memory", memory / MIB_PER_GB, "GB", "gb"),
    ):
        yield Usage(
            f"{service}: {word} {part}",
            "Fargate",
            f"{kind}.linux.{architecture}.{key}_hour",
            seconds / HOUR * size,
            f"{tasks} × {size:g} {unit}",
            covers="" if how == "spot" else f"fargate.{key}",
            spans=when,
            size=size,
        )
    if storage > INCLUDED_STORAGE_GIB:
        more = storage - INCLUDED_STORAGE_GIB
        formula = f"{tasks} × ({storage} − {INCLUDED_STORAGE_GIB}) GB"
        name, price = f"{service}: {word} storage", "fargate.ephemeral_storage.gb_hour"
        yield Usage(name, "Fargate", price, seconds / HOUR * more, formula)


def instance_seconds(instance: Part, run: Run) -> int:
    """The seconds an instance is charged for: from its launch to its end, at least 60, whatever runs on it."""
    span = lasted(instance, run, None, "Terminated", INSTANCE_MINIMUM_SECONDS)
    return 0 if span is None else span[1]


def instances(run: Run, prices: Prices) -> Iterator[Usage]:
    """Instance hours, the fee of Managed Instances, and the volumes, for each group and type."""
    # Model: what burstable types pay for surplus CPU credits is left out; comparisons refuse these types.
    groups: dict[tuple[str, str, str], list[tuple[float, int]]] = defaultdict(list)
    volumes: dict[tuple[str, int], list[tuple[float, int]]] = defaultdict(list)
    for one in run.of_kind("instance"):
        span = lasted(one, run, None, "Terminated", INSTANCE_MINIMUM_SECONDS)
        if span is not None:
            group = one.attributes["group"]
            groups[group, one.attributes["type"], market(one)].append(span)
            volumes[group, one.attributes.get("ebs_gib", ROOT_VOLUME_GIB)].append(span)
    for (group, type_, how), spans in groups.items():
        yield from _instance_lines(group, type_, how, spans, prices)
    for (group, gib), spans in volumes.items():
        if gib:
            yield _volume(group, gib, spans)


def _instance_lines(
    group: str, type_: str, how: str, spans: list[tuple[float, int]], prices: Prices
) -> Iterator[Usage]:
    hours = total(spans) / HOUR
    formula = f"{counted(len(spans), 'instance')} of {type_}, {total(spans):,} s / 3,600"
    price = f"ec2.{type_}.{'spot' if how == 'spot' else 'on-demand'}.hour"
    name = f"{group}: EC2 {how}"
    covers = "" if how == "spot" else type_
    yield Usage(name, "EC2", price, hours, formula, covers=covers, spans=tuple(spans))
    if how == "managed":
        # Model: one share of the on-demand price for all types; AWS's fee has a price of its own for each type.
        fee = prices.discount(f"managed_instances.fee.{type_}", "managed_instances.fee").share
        words = f"{formula} × {fee:.2%}"
        yield Usage(f"{group}: Managed Instances fee", "EC2", price, hours, words, factor=fee, spans=tuple(spans))


def _volume(group: str, gib: int, spans: list[tuple[float, int]]) -> Usage:
    """EBS gp3, by the second of a month of 730 hours."""
    seconds = total(spans)
    formula = f"{counted(len(spans), 'volume')} of {gib} GB, {seconds:,} s / 3,600 / {HOURS_A_MONTH}"
    # Model: gp3's own 3,000 IOPS and 125 MiB/s are enough; what is provisioned above them is not simulated.
    return Usage(f"{group}: EBS gp3", "EBS", "ebs.gp3.gb_month", gib * seconds / HOUR / HOURS_A_MONTH, formula)
