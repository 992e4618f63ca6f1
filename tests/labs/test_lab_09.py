"""Lab 9: each learner's launch is as hard as the others', lazy pipelines fail for their reason, and the nights are bad
for the causes that the lab names."""

from __future__ import annotations

from functools import cache

import pytest
from designs import names_of

from labs.lab import LABS, read_lab

pytestmark = pytest.mark.lab

LAB = read_lab(LABS / "source/09-a-pipeline-with-a-poison-message.md")

VARIANTS = pytest.mark.parametrize("number", range(3))


@cache
def rush(number):
    return names_of(LAB, number, "given-counts", "given-rush", "given-launch", "given-measures")


@cache
def outcome(number, *design):
    """Whether no good order is lost, whether the printer is whole, and whether nobody waits too long."""
    names = rush(number)
    run = names["launch"](7, *design)
    lost, jobs, late = (names[each](run) for each in ("good_orders_lost", "jobs_at_once", "minutes_late"))
    return lost <= 0, jobs <= 4, late <= 3


@VARIANTS
def test_the_same_designs_pass_for_every_learner(number):
    designs = [(batch, True, most, 30, 180) for batch in (1, 2, 5, 8, 10) for most in (3, 4, None)]
    passing = [design for design in designs if outcome(number, *design) == (True, True, True)]

    assert [(batch, most) for batch, _, most, *_ in passing] == [
        (2, 4),
        (5, 3),
        (5, 4),
        (8, 3),
        (8, 4),
        (10, 3),
        (10, 4),
    ]


@VARIANTS
def test_what_is_lazy_fails_for_its_reason(number):
    lazy = {
        "no reports": outcome(number, 8, False, 4, 30, 180),
        "no limit on the pollers": outcome(number, 8, True, None, 30, 180),
        "one order for each login": outcome(number, 1, True, 4, 30, 180),
        "the default timeout": outcome(number, 8, True, 4, 3, 30),
    }

    assert lazy == {
        "no reports": (False, True, True),
        "no limit on the pollers": (True, False, True),
        "one order for each login": (True, True, False),
        "the default timeout": (False, True, True),
    }


@VARIANTS
def test_most_of_the_dead_letters_of_an_unreported_morning_are_good_orders(number):
    names = names_of(LAB, number, "given-counts", "given-share", "given-morning")
    letters = [
        names["dead_letters"](names["morning"](7, function_response_types=told))
        for told in ((), ("ReportBatchItemFailures",))
    ]

    assert letters[0] > 2 * letters[1] > 0


@VARIANTS
def test_an_order_is_packed_as_often_as_it_may_be_received(number):
    """Where a visibility timeout is shorter than the work: the run that the learner sees says what is due."""
    names = names_of(LAB, number, "given-counts", "given-slow")
    cells = {cell.id: cell.released for cell in LAB.cells}
    exec(cells["given-two-kitchens"].replace("(hidden_for, 3 * work)", "(hidden_for,)"), names)
    received = names["total"](names["slow"], "NumberOfMessagesReceived", "orders")

    assert (received, names["dead_letters"](names["slow"])) == (names["most_receives"], 1)


@VARIANTS
def test_topics_and_groups_do_what_is_predicted(number):
    names = names_of(LAB, number, "given-topic", "given-fan-out", "given-groups")
    published, joins = names["published"], names["joins"]
    queues = [names["mail_queue"].backlog, names["points_queue"].backlog]

    assert queues == [60 * published, 60 * (published - joins)]
    assert names["packed"] == pytest.approx(names["groups"] / names["pack_seconds"], rel=0.02)
