"""A small share of the campaign (tests/campaign.py), the seeds that once failed, and a proof that the watch can see."""

from __future__ import annotations

import pytest
from campaign import fault_of, run_whole
from hypothesis import given, settings
from hypothesis import strategies as st
from random_scenarios import build
from watch import Broken, Watch, check

from ecslite.capacity.container_instance import ContainerInstance
from ecslite.ecs.scheduler import Scheduler

ONCE_BROKEN = {
    39: "a load balancer counted the answers to requests that had come to the same tasks by name",
    494: "a task that had run for less than 40 s was stopped where its instance drained, though the minimum needed it",
    49: "so it did where no request was sent to it",
    97: "of two requests of two sources at one instant one was not counted",
}
"""Seeds whose scenarios broke an invariant, and what was wrong."""


@pytest.mark.parametrize("seed", ONCE_BROKEN)
def test_what_was_broken_once_holds(seed):
    assert fault_of(seed) is None


@settings(max_examples=8)
@given(st.integers(0, 10**9))
def test_random_scenarios_keep_the_invariants_in_one_piece_and_in_slices(seed):
    assert fault_of(seed) is None


@settings(max_examples=3)
@given(st.integers(0, 10**9))
def test_a_finished_run_is_finished(seed):
    """Nothing that is still scheduled changes it: neither to run to its end again, nor to run on."""
    scenario, run = run_whole(seed)
    text = run.to_json()
    again = scenario.sim.run(minutes=scenario.minutes)
    further = scenario.sim.run(minutes=scenario.minutes + 5)

    assert again.to_json() == text == run.to_json()
    assert further.log[: len(run.log)] == run.log
    for metric in run.metric_list:
        longer = further.metrics[metric.name, metric.subject]
        assert all(longer[name][: len(values)] == values for name, values in metric.statistics.items())


@settings(max_examples=3)
@given(st.integers(0, 10**9))
def test_the_same_seed_gives_the_same_bytes(seed):
    assert run_whole(seed)[1].to_json() == run_whole(seed)[1].to_json()


# The watch sees what is broken


def crowded():
    """A seed in whose scenario more tasks want room on instances than there is."""
    scenario = build(8)
    assert scenario.groups
    return scenario


def test_the_watch_sees_an_overbooked_instance(monkeypatch):
    monkeypatch.setattr(ContainerInstance, "lacks", lambda self, need: None)
    scenario = crowded()
    Watch(scenario)

    with pytest.raises(Broken, match=r"overbooked|taken twice"):
        scenario.sim.run(minutes=scenario.minutes)


def test_the_watch_sees_a_lost_request(monkeypatch):
    monkeypatch.setattr("ecslite.network.tally.Tally.fail", lambda self, reason, count, cause: None)
    scenario = crowded()
    run = scenario.sim.run(minutes=scenario.minutes)

    with pytest.raises(Broken, match="sent"):
        check(scenario, run)


def test_the_watch_sees_a_service_that_stops_what_its_minimum_needs(monkeypatch):
    monkeypatch.setattr(Scheduler, "counts_healthy", lambda self, task: False)

    with pytest.raises(Broken, match="healthy"):
        for seed in range(30):
            run_whole(seed)
