"""Lab 10: a sound design passes for every learner, and lazy ones fail each for the reason that the lab names."""

from __future__ import annotations

from functools import cache

import pytest
from designs import names_of

import ecslite as ecs
from labs.lab import LABS, read_lab

pytestmark = pytest.mark.lab

LAB = read_lab(LABS / "source/10-launch-day.md")

VARIANTS = pytest.mark.parametrize("number", range(3))

SOUND = {
    "cpu": 512,
    "tasks": 3,
    "ready": 9,
    "ahead": 5,
    "target": 60,
    "algorithm": "least_outstanding_requests",
    "minimum_healthy": 100,
    "maximum": 200,
    "orders_by": "queue",
    "report": True,
    "pollers": 5,
    "where": "FARGATE ARM64",
    "drain": 30,
    "kept": 10,
}

GIVEN = ("announced", "web", "places", "packing", "buyers", "day", "measures", "errors")


@cache
def names(number):
    return names_of(LAB, number, *(f"given-{name}" for name in GIVEN))


@cache
def fails(number, **change):
    """By which of the three grades the largest day's run does not pass: latency, errors, dollars."""
    has = names(number)
    run = has["day"](7, {**SOUND, **change})
    return [
        grade
        for grade, failed in (
            ("latency", has["slowest_p95"](run) > has["p95_limit"]),
            ("errors", has["errors"](run) > 0.2 or has["lost_orders"](run) > 0 or not has["version_is_out"](run)),
            ("dollars", ecs.bill(run).total > 0.2),
        )
        if failed
    ]


@VARIANTS
def test_more_than_one_design_passes_for_every_learner(number):
    sound = {
        "as the reference": fails(number),
        "round robin": fails(number, algorithm="round_robin"),
        "a task more": fails(number, tasks=4),
        "larger and fewer tasks": fails(number, cpu=1024, tasks=2, ready=5),
        "x86, and lean": fails(number, where="FARGATE", ready=8, kept=8, drain=15),
    }

    assert sound == {key: [] for key in sound}


@VARIANTS
def test_what_is_lazy_fails_for_its_reason(number):
    lazy = {
        "nothing ready before": fails(number, ready=3),
        "orders packed by the web": fails(number, orders_by="web"),
        "tasks too small": fails(number, cpu=256),
        "everything stopped at once": fails(number, minimum_healthy=0, maximum=100),
        "no room for a deployment": fails(number, maximum=110),
        "no reports": fails(number, report=False),
        "no limit on the pollers": fails(number, pollers=None),
        "instances that stand all day": fails(number, where="EC2"),
        "the peak's tasks all day": fails(number, tasks=9, ready=12),
        "defaults for leaving": fails(number, drain=300, kept=20),
    }

    assert lazy == {
        "nothing ready before": ["latency", "errors"],
        "orders packed by the web": ["latency"],
        "tasks too small": ["latency"],
        "everything stopped at once": ["errors"],
        "no room for a deployment": ["errors"],
        "no reports": ["errors"],
        "no limit on the pollers": ["errors"],
        "instances that stand all day": ["dollars"],
        "the peak's tasks all day": ["dollars"],
        "defaults for leaving": ["dollars"],
    }


def test_a_shop_that_is_closed_is_neither_quick_nor_cheap():
    """The judges ask first whether the visitors were let in."""
    run = names(0)["day"](7, {**SOUND, "tasks": 1, "ready": 1, "target": 100})

    assert ecs.bill(run).total < 0.2
    assert names(0)["errors"](run) > 2
