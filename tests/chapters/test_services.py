"""What the chapter on services says is so: each claim of its text, asserted on its own scenario."""

from __future__ import annotations

from itertools import pairwise

import pytest


@pytest.fixture(scope="module")
def evening(chapter):
    """The chapter's scenario, with the settings of its start and the peak of its question."""

    def run(**settings):
        return chapter["evening"](**{"tasks": 2, "peak": 8, "target": 60, "crash": 0, "seed": 7, **settings})

    return run


def failed(run):
    """Requests that failed, as a share of all."""
    lost = sum(run.metrics["HTTPCode_Target_5XX_Count"]["Sum"]) + sum(run.metrics["HTTPCode_ELB_5XX_Count"]["Sum"])
    return lost / (sum(run.metrics["RequestCount"]["Sum"]) + sum(run.metrics["HTTPCode_ELB_503_Count"]["Sum"]))


def replaced(run):
    """Tasks that health checks condemned."""
    return sum(task.attributes.get("stopped_reason") == "Task failed ELB health checks" for task in run.of_kind("task"))


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_help_comes_after_four_minutes_or_so(chapter, evening, seed):
    assert 3.5 <= chapter["minutes_to_help"](evening(seed=seed)) <= 5


def test_the_alarm_takes_most_of_the_time(evening):
    first = evening().events("scaling")[0]

    assert first.seconds == 13 * 60 + 15


def test_a_spike_for_seven_tasks_is_climbed_in_steps(evening):
    counts = [value for _, value, _ in evening().level("DesiredCount").steps]

    assert counts[-1] == 7
    assert len(counts) >= 4


def test_the_pull_is_the_smaller_part_and_the_data_points_the_largest(chapter, evening):
    bars = chapter["waterfall_view"](evening())["waterfall"]["bars"]
    lasts = {bar["kind"]: bar["end"] - bar["begin"] for bar in bars}

    assert max(lasts, key=lasts.get) == "datapoints"
    assert lasts["pull"] < 0.05 * sum(lasts.values())


def test_without_reaching_the_target_the_desired_count_stays(evening):
    """The half-truth: Fargate scales automatically."""
    assert len(evening(target=90, peak=3).level("DesiredCount").steps) == 1


def test_exercise_1_a_lower_target_brings_help_no_sooner(chapter, evening):
    times = [chapter["minutes_to_help"](evening(target=target)) for target in (60, 30)]

    assert times[0] == times[1]


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_exercise_2_four_tasks_turn_away_more_than_one_in_a_hundred_and_five_do_not(evening, seed):
    assert failed(evening(tasks=4, seed=seed)) > 0.01 > failed(evening(tasks=5, seed=seed))


def test_exercise_3_a_single_task_that_crashes_is_a_minute_of_503(evening):
    run = evening(tasks=1, crash=1)
    silent = [minute for minute, count in enumerate(run.metrics["HTTPCode_ELB_503_Count"]["Sum"]) if count]

    assert silent
    assert set(silent) <= {5, 6}


@pytest.mark.parametrize(("backlog", "expected"), [(5, False), (100, True)])
def test_patience_makes_health_checks_fail(chapter, backlog, expected):
    ecs = chapter["ecs"]
    sim, _, front = chapter["open_shop"](backlog=backlog)
    visitors = ecs.spike(base=2, peak=8, at_minute=10, for_minutes=15)
    ecs.Traffic(sim, visitors, cpu_seconds=0.12, from_minute=2).to(front)

    assert (replaced(sim.run(minutes=30)) > 5) is expected


@pytest.mark.parametrize("tasks", [1, 2, 3])
def test_a_task_that_cannot_start_is_tried_less_and_less_often_and_one_that_crashes_is_not(chapter, tasks):
    counts = [chapter["starts"](chapter["stumble"](how, tasks, 7)) for how in ("fine", "image", "crash")]

    assert counts[0] == tasks
    assert counts[0] < counts[1] < 10 * tasks < 50 * tasks < counts[2]


def test_the_wait_between_attempts_grows_to_27_minutes(chapter):
    begun = [task.states[0][0] for task in chapter["stumble"]("image", 1, 7).of_kind("task")]
    waits = [after - before for before, after in pairwise(begun)]

    assert waits == sorted(waits)
    assert waits[-1] < 27 * 60 + 60
