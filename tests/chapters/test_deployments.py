"""What the chapter on deployments says is so: each claim of its text, asserted on its own scenario."""

from __future__ import annotations

import pytest

SEEDS = [7, 8, 9]


def state(run):
    """The state in which the second deployment ends."""
    return run.of_kind("deployment")[1].states[-1][1]


def revisions_serving(run):
    """The pairs of revisions that have healthy targets at the same moment."""
    spans = {}
    for target in run.of_kind("target"):
        task = next(one for one in run.of_kind("task") if one.id == target.attributes["task"])
        at = {name: seconds for seconds, name, _ in target.states}
        spans.setdefault(task.attributes["task_definition"], []).append(
            (at["healthy"], at.get("draining", run.seconds))
        )
    return spans


@pytest.mark.parametrize("seed", SEEDS)
def test_both_revisions_serve_at_once_while_the_ceiling_leaves_room_for_half(chapter, seed):
    spans = revisions_serving(chapter["roll"](100, 150, 4, seed))

    assert set(spans) == {"tea:1", "tea:2"}
    assert min(begin for begin, _ in spans["tea:2"]) < max(end for _, end in spans["tea:1"])


@pytest.mark.parametrize("seed", SEEDS)
def test_less_room_under_the_ceiling_takes_longer_and_loses_nobody(chapter, seed):
    runs = [chapter["roll"](100, maximum, 4, seed) for maximum in (200, 150, 125)]
    times = [chapter["takes"](run) for run in runs]

    assert times == sorted(times)
    assert times[-1] > 2 * times[0]
    assert [chapter["fewest"](run) for run in runs] == [4, 4, 4]
    assert [chapter["failures"](run) for run in runs] == [0, 0, 0]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_floor_of_zero_is_the_fastest_and_a_minute_of_errors(chapter, seed):
    run = chapter["roll"](0, 100, 4, seed)

    assert chapter["takes"](run) < chapter["takes"](chapter["roll"](100, 200, 4, seed))
    assert chapter["fewest"](run) == 0
    # Four a second, and about a minute without a healthy target.
    assert 180 < chapter["failures"](run) < 300


@pytest.mark.parametrize("seed", SEEDS)
def test_a_floor_of_half_keeps_two_of_four_and_some_requests_fail(chapter, seed):
    run = chapter["roll"](50, 100, 4, seed)

    assert chapter["fewest"](run) == 2
    assert 0 < chapter["failures"](run) < 100


def test_100_and_100_stand_still(chapter):
    run = chapter["roll"](100, 100, 4, 7)

    assert state(run) == "IN_PROGRESS"
    assert chapter["launched"](run) == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("way", "resets", "expected"),
    [
        ("well", "yes", "COMPLETED"),
        ("image", "yes", "FAILED"),
        ("image", "no", "FAILED"),
        ("exits", "yes", "IN_PROGRESS"),
        ("exits", "no", "IN_PROGRESS"),
        ("check", "yes", "FAILED"),
        ("check", "no", "FAILED"),
        ("flaps", "yes", "COMPLETED"),
        ("flaps", "no", "FAILED"),
    ],
)
def test_which_bad_versions_trip_the_breaker(chapter, way, resets, expected, seed):
    assert state(chapter["break_it"](way, resets, 2, seed)) == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_the_one_that_exits_starts_task_after_task_and_no_visitor_notices(chapter, seed):
    run = chapter["break_it"]("exits", "yes", 2, seed)

    assert chapter["launched"](run) > 80
    assert chapter["failures"](run) == 0
    assert not any("unable to consistently start" in event.text for event in run.log)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("resets", ["yes", "no"])
def test_with_four_tasks_flapping_trips_it_either_way(chapter, resets, seed):
    assert state(chapter["break_it"]("flaps", resets, 4, seed)) == "FAILED"


@pytest.mark.parametrize("seed", SEEDS)
def test_flapping_tasks_live_for_some_two_minutes_each(chapter, seed):
    run = chapter["break_it"]("flaps", "yes", 2, seed)
    new = run.of_kind("deployment")[1].id
    lives = []
    for task in run.of_kind("task"):
        at = {name: seconds for seconds, name, _ in task.states}
        if task.attributes["deployment"] == new and "DEACTIVATING" in at:
            lives.append(at["DEACTIVATING"] - at["RUNNING"])

    assert len(lives) > 10
    assert 60 < sum(lives) / len(lives) < 180


@pytest.mark.parametrize("seed", SEEDS)
def test_the_fewer_visitors_a_strategy_shows_a_bad_version_the_fewer_requests_fail(chapter, seed):
    lost = [
        chapter["failures"](chapter["release"](strategy, "bad", "yes", seed))
        for strategy in ("ROLLING", "BLUE_GREEN", "LINEAR", "CANARY")
    ]

    assert lost == sorted(lost, reverse=True)
    assert lost[0] > 10 * lost[-1] > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_canary_that_nobody_watches_deploys_the_error(chapter, seed):
    run = chapter["release"]("CANARY", "bad", "no", seed)

    assert state(run) == "COMPLETED"
    assert chapter["failures"](run) > 1000


@pytest.mark.parametrize("strategy", ["ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"])
def test_a_good_version_is_completed_and_no_request_fails(chapter, strategy):
    run = chapter["release"](strategy, "good", "yes", 7)

    assert state(run) == "COMPLETED"
    assert chapter["failures"](run) == 0


def test_no_task_starts_for_the_way_back_of_blue_green_and_some_do_for_a_rolling_update(chapter):
    started = {}
    for strategy in ("ROLLING", "BLUE_GREEN"):
        run = chapter["release"](strategy, "bad", "yes", 7)
        failed = next(at for at, name, _ in run.of_kind("deployment")[1].states if name == "FAILED")
        started[strategy] = sum(task.states[0][0] > failed for task in run.of_kind("task"))

    assert started == {"ROLLING": 4, "BLUE_GREEN": 0}


def test_two_revisions_cost_more_the_longer_both_run(chapter):
    ecs = chapter["ecs"]
    cost = {
        strategy: ecs.bill(chapter["release"](strategy, "good", "yes", 7)).total
        for strategy in ("ROLLING", "BLUE_GREEN", "CANARY", "LINEAR")
    }

    assert list(cost.values()) == sorted(cost.values())
    assert cost["ROLLING"] < cost["BLUE_GREEN"]
