"""Small runs made by hand, for what a bill must say of them."""

from __future__ import annotations

import ecslite as ecs

HOUR = 3600.0


def part(kind, id_, attributes, *states):
    """A part with these (second, state)."""
    return ecs.Part(kind, id_, attributes, tuple((when, state, 0) for when, state in states))


def task(id_="a", *states, cpu=256, memory=512, **more):
    """A Fargate task; without states it runs from the start."""
    attributes = {"capacity_provider": "FARGATE", "cpu": cpu, "memory": memory, "architecture": "X86_64"}
    return part("task", id_, {**attributes, "service": "web", **more}, *(states or ((0.0, "ACTIVATING"),)))


def instance(id_="i-1", *states, type_="m5.large", market="on-demand", group="fleet", ebs_gib=0):
    """An instance without a volume; without states it runs from the start."""
    attributes = {"group": group, "type": type_, "market": market, "ebs_gib": ebs_gib}
    return part("instance", id_, attributes, *(states or ((0.0, "Pending"),)))


def run(*parts, hours=1.0, metrics=()):
    """A run of these parts."""
    return ecs.Run(0, hours * HOUR, (), tuple(metrics), parts, ())


def line(bill, name):
    """The only line of that name."""
    (found,) = [one for one in bill.lines if one.name == name]
    return found
