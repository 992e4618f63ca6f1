"""When a schedule is due, as AWS writes it."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

import pytest

import ecslite as ecs
from ecslite.autoscaling.schedule import due

MONDAY = datetime(2026, 11, 23)


def hours(schedule, count, begins=MONDAY):
    return [seconds / 3600 for seconds in islice(due(schedule, begins), count)]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("at(2026-11-24T18:30:00)", [42.5]),
        ("rate(1 hour)", [1, 2, 3]),
        ("rate(90 minutes)", [1.5, 3, 4.5]),
        ("rate(2 days)", [48, 96, 144]),
        ("cron(0 18 * * ? *)", [18, 42, 66]),
        ("cron(15 10 ? * MON-FRI *)", [10.25, 34.25, 58.25]),
        ("cron(0 8 ? * SAT,SUN *)", [5 * 24 + 8, 6 * 24 + 8, 12 * 24 + 8]),
        ("cron(0/20 9-10 ? * 2 *)", [9, 9 + 1 / 3, 9 + 2 / 3, 10, 10 + 1 / 3, 10 + 2 / 3]),
        ("cron(0 0 1 DEC,jan ? *)", [8 * 24, 39 * 24]),
        ("cron(30 6 28 2 ? 2027)", [97 * 24 + 6.5]),
        ("cron(0 0 1 1 ? 2031)", []),
    ],
)
def test_when_a_schedule_is_due(schedule, expected):
    assert hours(schedule, max(len(expected), 1)) == pytest.approx(expected)


def test_what_has_passed_on_the_first_day_is_left_out():
    assert hours("cron(0 6,18 * * ? *)", 2, datetime(2026, 11, 23, 12)) == [6, 18]


@pytest.mark.parametrize(
    ("schedule", "says"),
    [
        ("every day", r"use at\(2026"),
        ("at(tomorrow)", "is no moment"),
        ("at(2026-11-22T00:00:00)", "has passed"),
        ("rate(0 minutes)", "a rate is 1 minute"),
        ("rate(1 minutes)", "a rate is 1 minute"),
        ("rate(5 minute)", "a rate is 1 minute"),
        ("rate(5 weeks)", "a rate is 1 minute"),
        ("cron(0 18 * * ?)", "has 5 fields: give 6"),
        ("cron(0 18 * * * *)", "exactly one of day of month and day of week"),
        ("cron(0 18 ? * ? *)", "exactly one of day of month and day of week"),
        ("cron(60 18 * * ? *)", "'60' is no minutes, which goes from 0 to 59"),
        ("cron(0 18 L * ? *)", "L, W and # are not simulated"),
        ("cron(0 20-8 * * ? *)", "'20-8' is no hours"),
        ("cron(0/0 8 * * ? *)", "'0/0' is no minutes"),
    ],
)
def test_what_is_no_schedule_is_refused(schedule, says):
    with pytest.raises(ecs.InvalidSetting, match=says):
        next(due(schedule, MONDAY))


def service():
    sim = ecs.Simulation(1)
    web = ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web", cpu=256, memory=512), desired_count=1)
    ecs.TargetTracking(web, target=50, min_capacity=1, max_capacity=9, disable_scale_in=True)
    return web


def test_a_scheduled_action_goes_by_cron():
    web = service()
    ecs.ScheduledAction(web, schedule="cron(0 1 * * ? *)", min_capacity=4)
    ecs.ScheduledAction(web, schedule="cron(0 2 * * ? *)", min_capacity=1, max_capacity=2)
    run = web.sim.run(minutes=150)

    assert [(seconds, value) for seconds, value, _ in run.level("DesiredCount").steps] == [(0, 1), (3600, 4), (7200, 2)]


def test_an_action_that_is_made_later_leaves_out_what_has_passed():
    web = service()
    web.sim.run(minutes=61)
    ecs.ScheduledAction(web, schedule="rate(1 hour)", min_capacity=3)
    run = web.sim.run(minutes=121)

    assert [event.seconds for event in run.events("scheduled_action")] == [7200]


def test_a_schedule_goes_without_minutes():
    with pytest.raises(ecs.InvalidSetting, match="give one of the two"):
        ecs.ScheduledAction(service(), schedule="rate(1 hour)", at_minute=5, min_capacity=1)
