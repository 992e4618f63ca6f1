"""Lab 4: what it predicts holds for other seeds, and its design has a reason for each of its six numbers."""

import pytest
from played import KEYS, names_of, play

pytestmark = pytest.mark.lab

LAB = 4

EACH = pytest.mark.parametrize("number", [0, 1, 2])
SEEDS = pytest.mark.parametrize("seed", [3, 19])


@EACH
@SEEDS
def test_batches_ceiling_and_floor_are_as_predicted(number, seed):
    names = names_of(LAB, number)
    tasks, rules = names["tasks"], {"maximum_percent": names["maximum"]}
    run = names["deploy"](seed=seed, tasks=tasks, rules=rules)
    starts = [event for event in run.events("service") if event.seconds > 600 and " starts " in event.text]
    at_night = names["ecs"].DeploymentConfiguration(minimum_healthy_percent=70)

    assert len(starts) == names["batches"]
    assert max(count for _, count, _ in run.level("RunningCount").steps) == names["at_most"]
    assert at_night.lower(tasks) == names["floor_at_night"]


SHORTCUTS = {
    "all": "max(one.end - one.arrival for one in run.trace)",
    "average": "sum(one.end - one.arrival for one in run.trace) / len(run.trace)",
    "p95": "sorted(one.end - one.arrival for one in run.trace)[int(0.95 * len(run.trace))]",
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("name", SHORTCUTS)
def test_neither_the_average_nor_all_orders_say_how_long_a_delay_must_be(name, key):
    answer = f"from math import ceil\n\ndef needed_delay(run):\n    return ceil({SHORTCUTS[name]})"
    found = play(LAB, "4.2", answer, key=key)

    assert "your seconds is" in found.check
    assert found.judge.startswith("4.2 wrong:")


@EACH
def test_two_clocks_run_one_after_the_other(number):
    names = names_of(LAB, number)
    writes, deaf = names["ending"](shutdown_seconds=45), names["ending"](ignores_sigterm=True)
    cut = names["count"](writes, "HTTPCode_ELB_502_Count") > 0
    code = stopped(writes).attributes["containers"][0]["exit_code"]
    span = stopped(deaf).attributes["execution_stopped_at"] - stopped(deaf).attributes["stopping_at"]

    assert (names["order"], names["receipts"]) == ("lost" if cut else "saved", "killed" if code == 137 else "done")
    assert span == pytest.approx(names["deaf_seconds"])


def stopped(run):
    return next(task for task in run.of_kind("task") if task.states[-1][1] == "STOPPED")


@SEEDS
def test_each_bad_afternoon_is_well_with_its_number_changed(seed):
    names = names_of(LAB)
    deploy, lost, until = names["deploy"], names["lost"], names["minutes_until"]
    mended = {
        "D": {"delay": 25},
        "Z": {"rules": {"minimum_healthy_percent": 100, "maximum_percent": 200}},
        "G": {"version": {"startup_seconds": 90.0}, "grace": 180},
    }
    before = {which: deploy(seed=seed, **how) for which, how in names["AFTERNOONS"].items()}
    after = {which: deploy(seed=seed, **how) for which, how in mended.items()}

    assert [lost(before["D"]) > 0, lost(before["Z"]) > 0, lost(before["G"])] == [True, True, 0]
    assert [until(run, "COMPLETED") < 20 for run in before.values()] == [True, True, False]
    assert [(lost(run), until(run, "COMPLETED") < 20) for run in after.values()] == [(0, True)] * 3


@EACH
@SEEDS
def test_the_breaker_sees_the_version_without_an_image_and_not_the_one_that_exits(number, seed):
    names = names_of(LAB, number)
    how = {"seed": seed, "tasks": names["wanted"], "rate": 1, "grace": 120, "rules": names["BREAKER"]}
    no_image = names["deploy"](version={"pull_error": "manifest not found"}, **how)
    exits = names["deploy"](version={"exits_after_seconds": 20.0, "startup_seconds": 25.0}, minutes=30, **how)
    threshold = names["ecs"].ThresholdConfiguration().threshold(names["wanted"])

    assert threshold == names["failed_tasks"]
    assert [run.of_kind("deployment")[-1].states[-1][1] for run in (no_image, exits)] == ["FAILED", names["state"]]
    assert [names["lost"](run) for run in (no_image, exits)] == [0, 0]


def design(*, minimum=100, maximum=140, delay=25, stop_timeout=60, grace=150, breaker=True):
    return (
        "minimum_percent, maximum_percent, deregistration_delay, stop_timeout_seconds, grace_seconds, breaker = "
        f"{minimum}, {maximum}, {delay}, {stop_timeout}, {grace}, {breaker}"
    )


MISSED = {
    "too few tasks": (design(minimum=50), "lost"),
    "a delay under the longest order": (design(delay=10), "lost"),
    "the default stopTimeout": (design(stop_timeout=30), "killed"),
    "a ceiling that is rounded down to seven": (design(maximum=133), "minutes"),
    "no time to start": (design(grace=60), "minutes"),
    "the default maximum": (design(maximum=200), "at_once"),
    "the default delay": (design(delay=300), "at_once"),
    "a long grace period": (design(grace=300), "given_up"),
    "no breaker": (design(breaker=False), "given_up"),
}


@pytest.mark.parametrize("name", MISSED)
def test_a_design_that_misses_a_demand_is_told_which(name):
    answer, measure = MISSED[name]
    found = play(LAB, "4.7", answer)

    assert f"your {measure} is" in found.check
    assert found.judge.startswith("4.7 wrong:")


@pytest.mark.parametrize(
    "answer", [design(maximum=134, delay=40, stop_timeout=45, grace=130), design(minimum=83, maximum=117)]
)
def test_other_designs_than_the_reference_meet_all_demands(answer):
    found = [play(LAB, "4.7", answer, key=key) for key in KEYS]

    assert found[0].check == "4.7: that is right.\n"
    assert [one.judge for one in found] == ["4.7 right\n"] * len(KEYS)


@SEEDS
def test_without_a_grace_period_the_failed_checks_of_the_version_that_exits_count(seed):
    names = names_of(LAB)
    version = {"exits_after_seconds": 20.0, "startup_seconds": 25.0}
    run = names["deploy"](seed=seed, tasks=4, rate=1, rules=names["BREAKER"], version=version)

    assert run.of_kind("deployment")[-1].states[-1][1] == "FAILED"
