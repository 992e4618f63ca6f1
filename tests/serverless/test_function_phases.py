"""INIT and INVOKE: cold starts, timeouts and resets, memory and CPU, SnapStart, errors."""

from __future__ import annotations

import pytest
from lambda_parts import Given, call, total

import ecslite as ecs
from ecslite.serverless.function import STATES
from ecslite.serverless.function_rules import cpu_share
from ecslite.serverless.function_tally import billed_milliseconds
from ecslite.serverless.message import Message


def function(sim, **settings):
    return ecs.Function(sim, "f", **{"warm": 1.0, "init": 0.5, **settings})


def billed(run):
    return run.of_kind("function")[0].attributes["billed_milliseconds"]


def test_vector_80_each_invocation_is_rounded_up_to_a_millisecond_with_its_init():
    """Vector 80: 933.59 ms are billed as 934; 3004.92 ms and an INIT of 111.23 ms as 3117."""
    assert billed_milliseconds([0.93359]) == 934
    assert billed_milliseconds([3.00492 + 0.11123]) == 3117
    assert billed_milliseconds([0.1] * 10) == 1000


def test_a_whole_number_of_milliseconds_is_billed_as_it_is():
    sim = ecs.Simulation(1)
    answers = call(function(sim, warm=0.1, init=0.2), 1.0, 2.0)
    run = sim.run(minutes=1)

    assert [(round(end, 6), what) for end, what in answers] == [(1.3, "ok"), (2.1, "ok")]
    assert billed(run) == 400


def test_duration_has_no_init_in_it_and_init_stands_by_itself():
    sim = ecs.Simulation(1)
    call(function(sim), 1.0)
    run = sim.run(minutes=1)

    assert total(run, "Duration", statistic="Maximum") == 1000
    assert total(run, "InitDuration", statistic="Maximum") == 500
    assert total(run, "ColdStarts") == 1


def test_a_timeout_cuts_off_resets_the_environment_and_the_next_request_initialises_it_again():
    """The suppressed init counts as part of the next invocation."""
    sim = ecs.Simulation(1)
    answers = call(function(sim, warm=Given(5.0, 1.0, 1.0)), 1.0, 10.0, 20.0)
    run = sim.run(minutes=1)

    assert answers == [(1.0 + 0.5 + 3, "Unhandled"), (10.0 + 0.5 + 1, "ok"), (20.0 + 1, "ok")]
    assert (total(run, "ColdStarts"), total(run, "Errors"), total(run, "Invocations")) == (1, 1, 3)
    assert billed(run) == 3500 + 1500 + 1000
    assert any("cut off, and its environment reset" in event.text for event in run.events("function"))


def test_a_suppressed_init_counts_towards_the_timeout():
    sim = ecs.Simulation(1)
    answers = call(function(sim, warm=Given(5.0, 2.75)), 1.0, 10.0)
    sim.run(minutes=1)

    assert answers[1] == (13.0, "Unhandled")


def test_an_init_above_ten_seconds_is_tried_again_within_the_invocation():
    sim = ecs.Simulation(1)
    answers = call(function(sim, init=12.0, timeout=20), 1.0, 40.0)
    run = sim.run(minutes=1)

    assert answers == [(1.0 + 10 + 12 + 1, "ok"), (41.0, "ok")]
    assert total(run, "Duration", statistic="Maximum") == 13_000
    assert total(run, "InitDuration", statistic="Maximum") == 10_000


def test_an_environment_that_is_reset_and_then_expires_is_gone():
    sim = ecs.Simulation(1)
    hello = function(sim, warm=Given(5.0, 1.0), idle_seconds=10)
    call(hello, 1.0, 30.0)
    sim.run(minutes=1)

    assert hello.cold_starts == 2
    assert hello.dispatcher.environments.resets == 0


def test_memory_sets_the_cpu_one_vcpu_at_1769_mib_and_nearly_six_at_the_most():
    assert cpu_share(1769) == 1
    assert round(cpu_share(10_240), 1) == 5.8


@pytest.mark.parametrize(
    ("memory", "threads", "seconds"), [(1769, 1, 1.0), (3538, 1, 1.0), (3538, 2, 0.5), (10_240, 6, 1769 / 10_240)]
)
def test_cpu_bound_work_shrinks_with_memory_up_to_the_threads_it_has(memory, threads, seconds):
    sim = ecs.Simulation(1)
    hello = function(sim, warm=None, cpu_seconds=1.0, memory=memory, threads=threads, init=0.0)
    answers = call(hello, 1.0)
    sim.run(minutes=1)

    assert answers[0][0] == pytest.approx(1 + seconds)


def test_half_the_memory_doubles_the_work_but_not_the_rest():
    sim = ecs.Simulation(1)
    answers = call(function(sim, warm=0.25, cpu_seconds=0.5, memory=884, timeout=10, init=0.0), 1.0)
    sim.run(minutes=1)

    assert answers[0][0] == pytest.approx(1 + 0.25 + 0.5 * 1769 / 884)


def test_without_durations_of_its_own_a_request_brings_its_work_and_its_waiting():
    sim = ecs.Simulation(1)
    hello = ecs.Function(sim, "f", memory=1769, init=0.0)
    ecs.Traffic(sim, 1, cpu_seconds=ecs.Constant(0.25), wait_seconds=ecs.Constant(0.5), arrivals="even").to(hello)
    answers = call(hello, 1.0, cpu_seconds=0.5)
    waiting = call(hello, 3.0, cpu_seconds=0.5, wait_seconds=1.0)
    run = sim.run(minutes=1)

    assert answers == [(1.5, "ok")]
    assert waiting == [(4.5, "ok")]
    assert total(run, "Duration", statistic="p50") == pytest.approx(750, rel=0.004)


def test_a_function_with_cpu_work_of_its_own_ignores_the_requests():
    sim = ecs.Simulation(1)
    answers = call(function(sim, warm=None, cpu_seconds=0.5, memory=1769, init=0.0), 1.0, wait_seconds=7.0)
    sim.run(minutes=1)

    assert answers == [(1.5, "ok")]


def test_snap_start_restores_in_place_of_initialising():
    sim = ecs.Simulation(1)
    hello = function(sim, init=5.0, restore=0.25, snap_start="PublishedVersions")
    answers = call(hello, 1.0)
    run = sim.run(minutes=1)

    assert answers == [(2.25, "ok")]
    assert run.of_kind("function")[0].attributes["version"] == "1"


def test_of_a_restore_only_a_share_is_billed_and_init_once_for_the_snapshot():
    """Five seconds at publication; then a quarter of 400 ms, and one second of work, twice."""
    sim = ecs.Simulation(1)
    hello = function(sim, init=5.0, restore=0.4, snap_start="PublishedVersions")
    call(hello, 1.0, 5.0)
    run = sim.run(minutes=1)

    assert billed(run) == 5000 + (100 + 1000) + 1000
    assert total(run, "RestoreDuration", statistic="Maximum") == pytest.approx(400)


def test_the_snapshots_init_is_cut_off_at_130_seconds():
    sim = ecs.Simulation(1)
    function(sim, init=200.0, snap_start="PublishedVersions")

    assert billed(sim.run(minutes=1)) == 130_000


@pytest.mark.parametrize("stop", [0.5, 30.0])
def test_a_batch_bills_restores_as_single_requests_do(stop):
    """A second function on the same pool makes both of them serve one by one."""
    bills = []
    for others in (0, 1):
        sim = ecs.Simulation(1)
        hello = function(sim, warm=0.3, restore=ecs.Uniform(0.1, 0.4), init=0.0, snap_start="PublishedVersions")
        for _ in range(others):
            ecs.Function(sim, "other")
        ecs.Traffic(sim, 20).to(hello)
        sim.run(seconds=stop)
        bills.append(billed(sim.run(minutes=3)))

    assert bills[0] == bills[1] > 0


def test_a_cold_start_may_be_given_as_a_whole():
    sim = ecs.Simulation(1)
    answers = call(function(sim, cold=ecs.Constant(4.0)), 1.0, 10.0)
    run = sim.run(minutes=1)

    assert answers == [(5.0, "ok"), (11.0, "ok")]
    assert total(run, "Duration", statistic="Maximum") == 4000


def test_errors_come_at_their_rate_and_keep_the_environment():
    sim = ecs.Simulation(1)
    hello = function(sim, warm=0.01, error_rate=0.25)
    ecs.Traffic(sim, 20).to(hello)
    run = sim.run(minutes=60)

    # 72,000 invocations: the standard error of the share is 0.16 %.
    assert total(run, "Errors") / hello.invocations == pytest.approx(0.25, abs=0.007)
    assert hello.cold_starts < 20
    assert "its code failed" in run.events("function")[3].text


def test_a_rule_says_which_messages_fail_and_a_poisoned_one_always_does():
    sim = ecs.Simulation(1)
    hello = function(sim, fails=lambda message: message.key == "bad")
    bad, good = call(hello, 1.0, key="bad"), call(hello, 10.0, key="good")
    poisoned = call(hello, 20.0, poison=True)
    sim.run(minutes=1)

    assert [bad[0][1], good[0][1], poisoned[0][1]] == ["Unhandled", "ok", "Unhandled"]


def test_a_rule_holds_for_requests_of_a_source_too():
    sim = ecs.Simulation(1)
    hello = function(sim, fails=lambda message: message.id % 2 == 0)
    ecs.Traffic(sim, 1, arrivals="even").to(hello)

    assert total(sim.run(minutes=1), "Errors") == 30


def test_a_batch_fails_where_the_rule_fails_on_one_of_its_messages():
    sim = ecs.Simulation(1)
    hello = function(sim, fails=lambda message: message.key == "bad")
    items = tuple(Message(number, 0.0, key=key) for number, key in enumerate(["good", "bad"]))
    answers = [*call(hello, 1.0, batch=items[:1]), call(hello, 10.0, batch=items)]
    sim.run(minutes=1)

    assert (hello.invocations, answers[-1]) == (2, [(11.0, "Unhandled")])


def test_an_environment_is_recycled_at_its_age_however_busy_it_is():
    sim = ecs.Simulation(1)
    hello = function(sim, recycle_seconds=100)
    ecs.Traffic(sim, 0.5, arrivals="even").to(hello)
    sim.run(minutes=10)

    assert hello.cold_starts == 6


def test_environments_ahead_of_requests_spare_the_second_its_cold_start():
    def started(ahead):
        sim = ecs.Simulation(1)
        hello = function(sim, environments_ahead=ahead)
        answers = call(hello, 1.0, 1.25, 20.0, 20.0)
        run = sim.run(minutes=1)
        return hello.cold_starts, answers[1], billed(run)

    assert started(0) == (2, (2.75, "ok"), 4000 + 2 * 500)
    # The second request comes while its environment initialises, and waits for the rest of it.
    assert started(1) == (1, (1.5 + 1, "ok"), 4000 + 3 * 500)


def test_what_environments_do_is_noted_each_minute():
    """One is busy from 59.5 to 261.5 s; another initialises from 59.75 to 60.25 s, is busy until 62.25 s, then idle,
    and gone 90 s later."""
    sim = ecs.Simulation(1)
    call(function(sim, warm=Given(200.0, 2.0), timeout=900, idle_seconds=90), 59.5, 59.75)
    run = sim.run(minutes=4)
    found = {state: [step[:2] for step in run.level(f"Environments/{state}").steps] for state in STATES}

    assert found == {
        "init": [(60.0, 1), (120.0, 0)],
        "busy": [(60.0, 1)],
        "idle": [],
        "expiring": [(120.0, 1), (180.0, 0)],
    }


def test_provisioned_environments_are_among_those_that_are_noted():
    """Three stand ready after 90 s, and one of them serves from 119.5 to 121.5 s."""
    sim = ecs.Simulation(1)
    call(function(sim, warm=2.0, provisioned_concurrency=3), 119.5)
    run = sim.run(minutes=4)
    found = {state: [step[:2] for step in run.level(f"Environments/{state}").steps] for state in STATES}

    assert found == {"init": [], "busy": [(120.0, 1), (180.0, 0)], "idle": [(120.0, 2), (180.0, 3)], "expiring": []}


def test_a_source_of_another_simulation_is_refused():
    hello = function(ecs.Simulation(1))
    with pytest.raises(ecs.InvalidSetting, match="another simulation"):
        ecs.Traffic(ecs.Simulation(2), 1).to(hello)
