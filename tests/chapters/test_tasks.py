"""What the chapter on tasks says is so: each claim of its text, asserted on its own scenarios."""

from __future__ import annotations

import pytest

import ecslite as ecs

SEEDS = [7, 8, 9]


@pytest.fixture(scope="module")
def lost(chapter):
    """How many requests are lost with these settings."""

    def count(how="stop", length=20, delay=5, timeout=30, seed=7):
        return chapter["lost"](chapter["farewell"](how, length, delay, timeout, seed))

    return count


@pytest.fixture(scope="module")
def ending(chapter):
    """Stop code and exit code of a worker that ends so."""

    def codes(ends, **settings):
        run = chapter["worker"](ends, **settings)
        return run.of_kind("task")[0].attributes["stop_code"], chapter["exit_code"](run)

    return codes


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_while_nothing_stops(lost, seed):
    assert [lost("nothing", length, 5, 30, seed) for length in (1, 20, 30)] == [0, 0, 0]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_delay_of_five_seconds_suits_requests_of_one_second_and_cuts_off_those_of_twenty(lost, seed):
    assert lost(length=1, delay=5, seed=seed) == 0
    assert lost(length=20, delay=5, seed=seed) > 5


@pytest.mark.parametrize("seed", SEEDS)
def test_a_delay_longer_than_the_longest_request_loses_none(lost, seed):
    assert [lost(length=length, delay=30, seed=seed) for length in (1, 20, 29)] == [0, 0, 0]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("how", ["stop", "deaf"])
def test_a_longer_stop_timeout_saves_no_request(lost, how, seed):
    assert lost(how, timeout=2, seed=seed) == lost(how, timeout=30, seed=seed) == lost(how, timeout=120, seed=seed) > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_crash_waits_for_nothing(lost, seed):
    counts = {lost("crash", delay=delay, seed=seed) for delay in (0, 30, 60)}

    assert len(counts) == 1
    assert counts.pop() > 5


@pytest.mark.parametrize("seed", SEEDS)
def test_one_that_ignores_sigterm_is_killed_after_stop_timeout(chapter, seed):
    heeds, deaf = (chapter["ended"](chapter["farewell"](how, 1, 5, 60, seed)) for how in ("stop", "deaf"))
    longer = chapter["seconds_to_stop"](deaf) - chapter["seconds_to_stop"](heeds)

    assert longer == pytest.approx(60, abs=5)  # the network interface takes 8 to 12 s to give back


@pytest.mark.parametrize("seed", SEEDS)
def test_exercise_2_a_delay_of_thirty_seconds_is_the_shortest_for_requests_of_thirty(lost, seed):
    assert lost(length=30, delay=25, seed=seed) > 0 == lost(length=30, delay=30, seed=seed)


def test_exercise_3_with_the_defaults_the_two_waits_come_to_330_seconds(chapter):
    task = chapter["ended"](chapter["farewell"]("deaf", 1, 300, 30, 7))
    at = {state: seconds for seconds, state, _ in task.states}

    assert at["DEPROVISIONING"] - at["DEACTIVATING"] == pytest.approx(330, abs=1)


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ("done", ("EssentialContainerExited", 0)),
        ("error", ("EssentialContainerExited", 1)),
        ("memory", ("EssentialContainerExited", 137)),
        ("stop", ("UserInitiated", 0)),
        ("scale-in", ("ServiceSchedulerInitiated", 0)),
        ("image", ("TaskFailedToStart", None)),
    ],
)
def test_the_table_of_endings(ending, ends, expected):
    assert ending(ends) == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_forty_five_seconds_of_work_do_not_fit_into_thirty(ending, seed):
    codes = [ending("stop", needs=45, timeout=timeout, seed=seed)[1] for timeout in (30, 44, 46, 60)]

    assert codes == [137, 137, 0, 0]


@pytest.mark.parametrize("timeout", [2, 30, 120])
def test_who_does_not_handle_sigterm_is_killed_whatever_the_timeout(ending, timeout):
    assert ending("scale-in", handles="no", timeout=timeout) == ("ServiceSchedulerInitiated", 137)


def test_out_of_memory_says_so_beside_its_137(chapter):
    killed = chapter["worker"]("memory").of_kind("task")[0].attributes["containers"][0]
    late = chapter["worker"]("stop", needs=45).of_kind("task")[0].attributes["containers"][0]

    assert (killed["exit_code"], late["exit_code"]) == (137, 137)
    assert killed["reason"].startswith("OutOfMemoryError")
    assert "reason" not in late


def test_exercise_1_a_service_starts_work_again_that_has_ended_and_run_task_does_not():
    definition = ecs.TaskDefinition("labels", cpu=256, memory=512)
    kept, once = ecs.Simulation(7), ecs.Simulation(7)
    ecs.Service(ecs.Cluster(kept, "shop"), definition, desired_count=1, exits_after_seconds=120, exit_code=0)
    ecs.run_task(ecs.Cluster(once, "shop"), definition, exits_after_seconds=120, exit_code=0)

    assert 20 <= len(kept.run(minutes=60).of_kind("task")) <= 28
    assert len(once.run(minutes=60).of_kind("task")) == 1
