"""What the chapter on networking says is so: each claim of its text, asserted on its own scenarios."""

from __future__ import annotations

import pytest

SEEDS = [7, 8, 9]


@pytest.fixture(scope="module")
def reached(chapter):
    """Which of the six places are reached, by their numbers."""

    def places(rule, out="all", caller="web"):
        events = chapter["six_places"](rule, out, caller, 7).events("reach")
        return [int(event.subject[0]) for event in events if event.details["allowed"]]

    return places


@pytest.fixture(scope="module")
def failures(chapter):
    """Calls that failed."""

    def count(how, event, remember=60, seed=7):
        return chapter["failures"](chapter["calls"](how, event, remember, seed))

    return count


def deployed(chapter, prefix):
    """Eight tasks of orders in one subnet, deployed anew at minute 5: the run."""
    ecs = chapter["ecs"]
    sim = ecs.Simulation(7)
    orders = chapter["order_service"](sim, prefix, tasks=8)
    sim.at(300, lambda: orders.update(force_new_deployment=True))
    return sim.run(minutes=30)


def without_address(run):
    reasons = [task.attributes.get("stopped_reason", "") for task in run.of_kind("task")]
    return sum("InsufficientFreeAddresses" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("rule", "places"),
    [("nothing", [1]), ("group", [1, 2, 3]), ("subnet", [1, 2, 3]), ("vpc", [1, 2, 3]), ("all", [1, 2, 3, 6])],
)
def test_what_web_reaches_by_each_rule(reached, rule, places):
    assert reached(rule) == places


@pytest.mark.parametrize(("rule", "places"), [("group", [1]), ("subnet", [1]), ("vpc", [1, 2, 3])])
def test_a_group_keeps_others_out_and_a_block_of_addresses_lets_them_in(reached, rule, places):
    assert reached(rule, caller="tools") == places


def test_what_may_not_go_out_arrives_nowhere_but_in_its_own_task(reached):
    assert reached("all", out="https") == [1]


def test_each_verdict_that_drops_has_its_stage(chapter):
    def stages(*settings):
        return [
            chapter["STAGES"][chapter["stage"](event)] for event in chapter["six_places"](*settings, 7).events("reach")
        ]

    assert stages("group", "all", "web") == ["B", "B", "B", "route", "B's rules", "B's rules"]
    assert stages("group", "https", "web") == ["B", "A's rules", "A's rules", "route", "A's rules", "A's rules"]


def test_the_figure_of_the_six_places_says_each_verdict(chapter):
    shown = chapter["how_far"](chapter["six_places"]("group", "all", "web", 7))

    assert [row[1] for row in shown["table"]["rows"]] == ["yes", "yes", "yes", "no", "no", "no"]
    assert "not peered" in shown["alt"]
    assert [trace["mode"] for trace in shown["figure"]["data"]].count("markers") == 3


def test_a_replacement_has_another_address(chapter):
    ecs = chapter["ecs"]
    sim = ecs.Simulation(7)
    orders = chapter["order_service"](sim, 24, 24)
    ecs.Fault(orders, "crash", at_minute=5)
    tasks = sim.run(minutes=10).of_kind("task")

    assert len({task.attributes["private_ipv4_address"] for task in tasks}) == len(tasks) == 5


def test_a_small_subnet_makes_a_deployment_slow_and_a_larger_one_does_not(chapter):
    small, large = deployed(chapter, 28), deployed(chapter, 27)
    took = [run.events("deployment")[-1].seconds - 300 for run in (small, large)]

    assert without_address(small) > 5
    assert without_address(large) == 0
    assert took[0] > 3 * took[1]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("event", ["nothing", "in", "deploy", "crash"])
def test_service_connect_loses_no_call(failures, event, seed):
    assert failures("connect", event, seed=seed) == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_longer_an_answer_is_remembered_the_more_calls_fail(failures, seed):
    short, long, ever = (failures("dns", "deploy", remember, seed) for remember in (10, 60, 86400))

    assert 20 < short < 100
    assert 250 < long < 450
    assert ever > 5000


@pytest.mark.parametrize("seed", SEEDS)
def test_a_calm_name_and_a_scale_in(failures, seed):
    assert failures("dns", "nothing", seed=seed) == 0
    assert failures("dns", "in", seed=seed) > 10


@pytest.mark.parametrize("seed", SEEDS)
def test_a_crash_is_tried_again_by_the_proxies_and_fails_by_the_name(chapter, failures, seed):
    assert failures("dns", "crash", seed=seed) > 10
    assert chapter["retried"](chapter["calls"]("connect", "crash", 60, seed)) > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_exercise_3_an_address_that_is_never_asked_again_fails_a_quarter_for_ever(chapter, seed):
    run = chapter["calls"]("dns", "crash", 86400, seed)
    made, lost = (sum(chapter["of_calls"](run, name)[10:]) for name in ("RequestCount", "FailedRequestCount"))

    assert lost / made == pytest.approx(0.25, abs=0.03)
