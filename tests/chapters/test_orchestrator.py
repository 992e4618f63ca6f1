"""What the chapter on orchestrators says is so: each claim of its text, asserted on its own scenarios."""

from __future__ import annotations

import pytest

SEEDS = [7, 8, 9]


@pytest.fixture(scope="module")
def closed(chapter):
    """For how many minutes the shop is closed in a night with these settings."""

    def minutes(who, servers, deaths, seed):
        return chapter["closed_minutes"](chapter["night"](who, servers, deaths, seed))

    return minutes


@pytest.fixture(scope="module")
def unlucky(chapter):
    """The same of the shop on Fargate."""

    def minutes(tasks, zones, breaks, seed):
        return chapter["closed_minutes"](chapter["bad_luck"](tasks, zones, breaks, seed))

    return minutes


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("servers", [1, 2, 3])
def test_a_calm_night_is_open_with_any_number_of_servers(closed, servers, seed):
    assert [closed(who, servers, 0, seed) for who in ("ecs", "you")] == [0, 0]


@pytest.mark.parametrize("seed", SEEDS)
def test_one_server_by_hand_is_half_an_hour_and_with_ecs_two_minutes_or_so(closed, seed):
    assert 30 <= closed("you", 1, 1, seed) <= 31
    assert 1 <= closed("ecs", 1, 1, seed) <= 3


@pytest.mark.parametrize("seed", SEEDS)
def test_two_servers_survive_the_first_death_whoever_is_awake(closed, seed):
    assert [closed(who, 2, 1, seed) for who in ("ecs", "you")] == [0, 0]


@pytest.mark.parametrize("seed", SEEDS)
def test_exercises_1_and_2_the_second_death_is_the_difference(closed, seed):
    assert closed("ecs", 2, 2, seed) == 0 < closed("ecs", 1, 2, seed)
    assert 15 <= closed("you", 2, 2, seed) <= 15.6


@pytest.mark.parametrize("seed", SEEDS)
def test_hardly_a_visitor_of_a_night_with_two_servers_and_ecs_notices(chapter, seed):
    assert chapter["turned_away"](chapter["night"]("ecs", 2, 2, seed)) < 10


def test_the_new_task_starts_on_the_server_that_is_left_and_later_each_has_one_again(chapter):
    run = chapter["night"]("ecs", 2, 1, 7)
    tasks = run.of_kind("task")
    host = [task.attributes["instance"] for task in tasks]
    left = {host[place] for place in (0, 1) if tasks[place].states[-1][1] == "RUNNING"}
    running = [task for task in tasks if task.states[-1][1] == "RUNNING"]

    assert {host[2]} == left
    assert len({task.attributes["instance"] for task in running}) == len(running) == 2


@pytest.mark.parametrize("seed", SEEDS)
def test_each_server_has_a_task_again_some_two_minutes_after_the_death(chapter, seed):
    run = chapter["night"]("ecs", 2, 1, seed)
    back = next(at for at, state, _ in run.of_kind("instance")[2].states if state == "InService")
    apart = next(at for at, state, _ in run.of_kind("target")[3].states if state == "healthy")

    assert 660 < back < apart < 780


@pytest.mark.parametrize("seed", SEEDS)
def test_spares_in_one_zone_fail_together(unlucky, seed):
    assert 20 <= unlucky(2, 1, "zone", seed) <= 22
    assert 20 <= unlucky(4, 1, "zone", seed) <= 22


@pytest.mark.parametrize("seed", SEEDS)
def test_one_task_that_may_go_elsewhere_is_closed_for_a_minute_or_two_and_two_in_two_zones_never(unlucky, seed):
    assert 0 < unlucky(1, 3, "zone", seed) < 2
    assert unlucky(2, 2, "zone", seed) == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_crash_of_the_only_task_is_felt_and_of_one_of_two_is_not(unlucky, seed):
    assert 0 < unlucky(1, 3, "container", seed) < 2
    assert unlucky(2, 3, "container", seed) == 0
