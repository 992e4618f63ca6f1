"""Sweeps: the same trials on any executor, reports as they go, and an end when somebody asks for it."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from asynchronous import finish
from sweep_scenario import busiest, refused

import ecslite as ecs


def double(seed):
    return 2 * seed


def test_a_grid_has_all_combinations_and_the_last_name_changes_first():
    expected = [{"tasks": 1, "seed": 1}, {"tasks": 1, "seed": 2}, {"tasks": 2, "seed": 1}, {"tasks": 2, "seed": 2}]
    assert expected == ecs.grid(tasks=[1, 2], seed=range(1, 3))


def test_twenty_seeds_are_twenty_points():
    assert [{"seed": seed} for seed in range(1, 21)] == ecs.seeds()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ecs.seeds(0), r"seeds\(count=0\).*at least 1"),
        (lambda: ecs.grid(tasks=[]), r"grid\(tasks=\[\]\)"),
        (lambda: ecs.Sweep(double, []), "no points"),
    ],
)
def test_a_wrong_sweep_says_value_rule_and_fix(call, words):
    with pytest.raises(ecs.InvalidSetting, match=words):
        call()


def test_trials_come_in_the_order_of_the_points_and_are_reported_one_by_one():
    told = []
    trials = ecs.sweep(double, ecs.seeds(3), progress=lambda done, total: told.append((done, total)))
    assert [ecs.Trial({"seed": seed}, 2 * seed) for seed in (1, 2, 3)] == trials
    assert told == [(1, 3), (2, 3), (3, 3)]


def pool(kind: str) -> Executor:
    """Two workers."""
    return ThreadPoolExecutor(2) if kind == "threads" else ProcessPoolExecutor(2, mp_context=get_context("spawn"))


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_an_executor_gives_the_same_trials_as_a_loop(kind: str, monkeypatch: pytest.MonkeyPatch):
    here = str(Path(__file__).parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([here, str(Path(__file__).parent.parent)]))
    points = ecs.grid(peak=[8, 16], seed=[1, 2])
    with pool(kind) as executor:
        assert ecs.sweep(busiest, points) == ecs.sweep(busiest, points, executor=executor)


def test_a_cluster_of_dask_gives_the_same_trials_as_a_loop():
    """Where dask.distributed is installed; the book needs it for nothing else."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert ecs.sweep(busiest, ecs.seeds(4), executor=client.get_executor()) == ecs.sweep(busiest, ecs.seeds(4))


@pytest.mark.parametrize("threads", [False, True])
def test_a_run_that_fails_names_its_settings(threads: bool):
    with ThreadPoolExecutor(1) as executor, pytest.raises(ecs.InvalidSetting, match="seed=3 is not") as failure:
        ecs.sweep(refused, ecs.seeds(5), executor=executor if threads else None)
    assert failure.value.__notes__ == ["in run 3 of 5 of a sweep, with seed=3"]


@pytest.mark.parametrize("threads", [False, True])
def test_a_sweep_that_is_stopped_keeps_what_was_made(threads: bool):
    with ThreadPoolExecutor(1) as executor:
        made = ecs.Sweep(double, ecs.seeds(5), executor if threads else None)
        for trial in made:
            if trial.value == 4:
                made.stop()
    assert [trial.value for trial in made.trials] == [2, 4]
    assert (made.done, made.total, made.stopped) == (2, 5, True)


def test_another_task_can_stop_a_sweep_that_gives_way():
    """As the page's Stop button does, whose message is heard between two runs."""
    made = ecs.Sweep(double, ecs.seeds(1000))
    seen: list[int] = []

    async def stop_soon() -> None:
        while made.done < 5:
            await asyncio.sleep(0)
        made.stop()

    async def both() -> None:
        await asyncio.gather(made.run(lambda sweep: seen.append(sweep.done)), stop_soon())

    finish(both())
    assert made.done < 10
    assert seen == list(range(made.done + 1))
