"""What the chapter on the bill says is so: each claim of its text, asserted on its own scenarios."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def month(chapter):
    """US dollars a month of the first experiment."""
    return lambda where, **settings: chapter["month"](chapter["hour"](where, **settings))


@pytest.fixture(scope="module")
def busy_day(chapter):
    """Runs of the second experiment, by (where, busy hours, fleet)."""
    return lambda where, busy=8, fleet="fixed": chapter["day"](where, busy=busy, fleet=fleet)


def instances(run):
    """Instances that are there at the end."""
    return [one for one in run.of_kind("instance") if one.states[-1][1] != "Terminated"]


def test_two_full_instances_cost_what_eight_tasks_cost_on_fargate(chapter, month):
    assert len(instances(chapter["hour"]("ec2"))) == 2
    assert month("ec2") == pytest.approx(month("fargate"), rel=0.02)


def test_without_trunking_ec2_costs_nearly_twice_as_much(month):
    assert month("ec2", trunking=False) == pytest.approx(2 * month("ec2"), rel=0.05)
    assert month("fargate", trunking=False) == month("fargate")


def test_the_ninth_task_needs_a_third_instance_and_twelve_fill_it(chapter, month):
    assert len(instances(chapter["hour"]("ec2", tasks=9))) == 3
    assert month("ec2", tasks=9) > month("fargate", tasks=9)
    assert month("ec2", tasks=12) < month("fargate", tasks=12)


def test_a_task_of_four_gigabytes_has_an_instance_to_itself(chapter):
    assert len(instances(chapter["hour"]("ec2", memory=4096))) == 8


def test_only_where_a_task_fills_an_instance_in_every_direction_does_ec2_win_on_demand(chapter):
    ecs = chapter["ecs"]
    even = {
        name: ecs.break_even(512, 2048, ecs.instance_type(name), trunking=True).utilisation
        for name in ("r5.large", "m5.2xlarge")
    }

    assert even["m5.2xlarge"] < 0.95
    assert even["r5.large"] > 1


def test_a_fleet_for_the_busiest_hour_is_less_than_half_full_with_eight_busy_hours(chapter, busy_day):
    """(16 × 8 + 2 × 16) of 16 × 24 task-hours, and a moment to start."""
    assert chapter["taken"](busy_day("ec2")) == pytest.approx(100 * 160 / 384, abs=1)
    assert chapter["taken"](busy_day("fargate")) == 100


def test_the_busier_the_day_the_fuller_the_fleet_at_the_same_price(chapter, busy_day):
    shares = [chapter["taken"](busy_day("ec2", busy)) for busy in (2, 8, 15)]
    months = {round(chapter["month"](busy_day("ec2", busy))) for busy in (2, 8, 15)}

    assert shares == sorted(shares)
    assert len(months) == 1


def test_with_eight_busy_hours_fargate_costs_least_and_the_standing_fleet_most(chapter, busy_day):
    follows, managed = (busy_day("ec2", fleet=fleet) for fleet in ("ec2", "managed"))
    months = [chapter["month"](run) for run in (busy_day("fargate"), follows, busy_day("ec2"))]

    assert months == sorted(months)
    assert months[0] < chapter["month"](managed) < months[2]


def test_at_night_two_tasks_stand_on_two_instances_of_the_group_that_follows(chapter, busy_day):
    run = busy_day("ec2", fleet="ec2")
    places = chapter["ecs"].views.costs.places(run)

    assert max(many for seconds, many in places if 3600 < seconds < 8 * 3600 or seconds < 3600) == 8
    assert len(instances(run)) >= 2


def test_a_year_promised_on_both_sides_is_cheaper_on_full_instances(chapter):
    ec2, fargate = (chapter["committed"](where, 1).per_month().total for where in ("ec2", "fargate"))

    assert ec2 < 0.9 * fargate
    assert all(
        chapter["committed"](where, years).total < chapter["committed"](where, 0).total
        for where in ("ec2", "fargate")
        for years in (1, 3)
    )


def test_for_eight_tasks_the_year_saves_less_a_month_than_an_hour_of_an_engineer_costs(chapter):
    ec2, fargate = (chapter["committed"](where, 1).per_month().total for where in ("ec2", "fargate"))

    assert 0 < fargate - ec2 < 60


def test_more_reserved_than_runs_is_paid_for_all_the_same(chapter):
    ecs, run = chapter["ecs"], chapter["hour"]("ec2")
    two, four = (
        ecs.bill(run, commitments=[ecs.ReservedInstances(instance_type="m5.large", count=many)]).total
        for many in (2, 4)
    )

    assert four > 1.8 * two


def test_unlike_promises_are_not_compared(chapter):
    ecs = chapter["ecs"]
    reserved = [ecs.ReservedInstances(instance_type="m5.large", count=2, term_years=3)]

    with pytest.raises(ecs.InvalidSetting, match="compares terms, not designs"):
        ecs.compare(chapter["hour"]("fargate"), chapter["hour"]("ec2"), commitments=((), reserved))
