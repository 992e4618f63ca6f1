"""Lab 8's launch: each learner's is as hard as the others', and lazy designs fail for the reason that the lab names."""

from __future__ import annotations

from functools import cache

import pytest
from designs import names_of

from labs.lab import LABS, read_lab

pytestmark = pytest.mark.lab

LAB = read_lab(LABS / "source/08-lambda-concurrency-and-cold-starts.md")

VARIANTS = pytest.mark.parametrize("number", range(3))


@cache
def launch(number):
    return names_of(LAB, number, "given-function", "given-launch", "given-measures")


@cache
def outcome(number, memory, share, before):
    """(whether it is fast enough, whether it is within the money); `share` environments for each card a second."""
    names = launch(number)
    run = names["launch"](7, memory, round(names["cards_a_second"] * share), before)
    return names["worst_p99"](run) <= 1.2, names["dollars"](run) <= names["limit_usd"]


@VARIANTS
def test_the_same_designs_pass_for_every_learner(number):
    designs = [(1769, share, before) for share in (0, 0.5, 0.6, 2) for before in (0, 3)]
    passing = [design for design in designs if outcome(number, *design) == (True, True)]

    assert passing == [(1769, 0.5, 3), (1769, 0.6, 3)]


@VARIANTS
def test_what_is_lazy_fails_for_its_reason(number):
    lazy = {
        "nothing stands ready": outcome(number, 1769, 0, 3),
        "asked for as the launch begins": outcome(number, 1769, 0.6, 0),
        "too little memory": outcome(number, 512, 0.6, 3),
        "many more than can be needed": outcome(number, 1769, 2, 3),
        "memory that one thread cannot use": outcome(number, 3008, 0.6, 3),
    }

    assert lazy == {
        "nothing stands ready": (False, True),
        "asked for as the launch begins": (False, False),
        "too little memory": (False, True),
        "many more than can be needed": (True, False),
        "memory that one thread cannot use": (True, False),
    }
