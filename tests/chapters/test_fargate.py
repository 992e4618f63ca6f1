"""What the chapter on Fargate says is so: each claim of its text, asserted on its own scenario."""

from __future__ import annotations

import pytest

SEEDS = [1, 2, 7, 8, 9]


@pytest.mark.parametrize("seed", SEEDS)
def test_four_times_the_visitors_cost_the_same(chapter, seed):
    calm, full = (chapter["an_hour"](visitors, 4, "quarter", seed) for visitors in (2, 8))

    assert chapter["cents"](calm) == chapter["cents"](full)
    assert chapter["busy"](calm) < 30
    assert chapter["busy"](full) > 80


def test_a_size_twice_as_large_costs_twice_as_much(chapter):
    cents = [chapter["cents"](chapter["an_hour"](2, 4, size, 7)) for size in chapter["SIZES"]]

    assert [pytest.approx(one / cents[0], rel=0.01) for one in cents] == [1, 2, 4, 8]


def test_four_quarters_cost_what_one_whole_costs(chapter):
    four, one = chapter["an_hour"](2, 4, "quarter", 7), chapter["an_hour"](2, 1, "one", 7)

    assert chapter["cents"](four) == pytest.approx(chapter["cents"](one), rel=0.01)


@pytest.mark.parametrize(
    ("image_mib", "seconds", "low", "high"),
    [(100, 10, 60, 60), (100, 40, 60, 60), (1500, 10, 70, 100), (1500, 40, 100, 130), (5000, 10, 200, 250)],
)
def test_a_report_is_charged_for_a_minute_or_for_its_pull_and_its_work(chapter, image_mib, seconds, low, high):
    ecs = chapter["ecs"]
    sim = ecs.Simulation(seed=7)
    report = ecs.TaskDefinition("report", cpu=1024, memory=2048)
    ecs.run_task(ecs.Cluster(sim, "shop"), report, image_mib=image_mib, exits_after_seconds=seconds, exit_code=0)
    hours = ecs.bill(sim.run(minutes=10)).lines[0].quantity

    assert low <= hours * 3600 <= high + 1e-6


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("base", [0, 2, 4, 6])
def test_when_all_spot_is_taken_back_the_base_is_what_is_left(chapter, base, seed):
    run = chapter["taken_back"](base, 100, 10, seed)

    assert chapter["at_minute_20"](run) == base
    assert run.level("RunningCount").steps[-1][1] == 6


@pytest.mark.parametrize("seed", SEEDS)
def test_no_task_falls_back_to_fargate(chapter, seed):
    tasks = chapter["taken_back"](2, 100, 10, seed).of_kind("task")

    assert sum(task.attributes["capacity_provider"] == "FARGATE" for task in tasks) == 2


def test_ecs_says_that_capacity_is_unavailable(chapter):
    said = [event.text for event in chapter["taken_back"](2, 100, 10, 7).events("service")]

    assert any("Capacity is unavailable at this time" in text for text in said)


@pytest.mark.parametrize("seed", SEEDS)
def test_exercise_3_four_on_fargate_are_enough_and_three_are_not(chapter, seed):
    few, enough = (chapter["failed"](chapter["taken_back"](base, 100, 10, seed)) for base in (3, 4))

    assert enough < 0.02 < few


def test_spot_saves_more_than_a_third_of_these_forty_minutes(chapter):
    mixed, safe = (chapter["cents"](chapter["taken_back"](base, 0, 10, 7)) for base in (2, 6))

    assert mixed < 0.67 * safe
