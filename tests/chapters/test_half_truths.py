"""Each of the ten corrections, asserted on the scenario that shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

CHAPTER = Path(__file__).parents[2] / "chapters" / "half-truths.md"


@pytest.fixture(scope="module")
def burst(chapter):
    """Per cent of requests that fail, by way, minutes and peak."""
    return lambda way, minutes, peak=20, seed=7: chapter["failed"](chapter["burst"](way, minutes, peak, seed))


@pytest.fixture(scope="module")
def update(chapter):
    """Requests that fail around an update."""

    def run(room="100-200", delay=60, revision="fine", seed=7):
        return chapter["lost"](chapter["update"](room, delay, revision, seed))

    return run


def test_there_are_ten_and_each_asks_a_question_and_names_a_source():
    sections = CHAPTER.read_text().split("\n## ")[1:11]

    assert [section.split(".")[0] for section in sections] == [str(number) for number in range(1, 11)]
    for section in sections:
        assert "*What is true:*" in section
        assert "*What is missing:*" in section
        assert "**Ask:**" in section
        assert "```{code-cell}" in section
    # The third rests on no page of AWS's, but on the minutes of the chapter on services.
    assert [section.split(".")[0] for section in sections if "[^" not in section] == ["3"]


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_1_the_desired_count_stays_until_there_is_a_policy(chapter, seed):
    steps = [len(chapter["evening"](policy, seed).level("DesiredCount").steps) for policy in (False, True)]

    assert steps[0] == 1 < steps[1]


def test_2_an_idle_task_costs_what_a_busy_one_costs(chapter):
    ecs, paid = chapter["ecs"], []
    for rate in (0.01, 3):
        sim, _, front = chapter["shop"]()
        chapter["visitors"](front, ecs.constant(rate))
        paid.append(ecs.bill(sim.run(minutes=60)).by_category()["Fargate"])

    assert paid[0] == paid[1]


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_3_a_short_burst_is_over_before_scaling_helps(burst, seed):
    assert burst("scaled", 2, 4, seed) == 0
    assert burst("scaled", 2, 20, seed) > 15
    assert burst("headroom", 2, 20, seed) == burst("function", 2, 20, seed) == 0


def test_3_the_longer_the_burst_the_smaller_the_share_that_scaling_misses(burst):
    assert burst("scaled", 15) < burst("scaled", 6)


def test_3_what_scaling_misses_of_a_long_burst_it_misses_in_the_first_minutes(chapter):
    run = chapter["burst"]("scaled", 15, 20, 7)
    names = ("HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count")
    missed = [sum(minute) for minute in zip(*(run.metrics[name]["Sum"] for name in names), strict=True)]

    assert sum(missed[10:14]) > 0.9 * sum(missed)


def test_4_instances_come_and_go_without_a_hand(chapter):
    there = [value or 0 for value in chapter["on_servers"]().metrics["InstancesRunning"]["Average"]]

    assert there[0] == 0
    assert max(there) > there[14] > 0
    assert there[-1] < max(there)


def test_5_an_instance_registers_by_itself(chapter):
    run = chapter["on_servers"]()
    instance = run.of_kind("instance")[0]
    in_service = next(event for _, state, event in instance.states if state == "InService")
    chain = [event.text for event in run.why(in_service)]

    assert "is in service and registered with the cluster" in chain[0]
    assert "is launched" in chain[1]


def test_6_the_replacement_has_another_id_and_another_address(chapter):
    tasks = chapter["crashed"]().of_kind("task")

    assert len({task.id for task in tasks}) == len({task.attributes["private_ipv4_address"] for task in tasks}) == 3
    assert [task.states[-1][1] for task in tasks].count("STOPPED") == 1


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_7_requests_are_spread_evenly_and_load_is_not(chapter, seed):
    robin, fewest = (chapter["uneven"](algorithm, seed) for algorithm in ("round_robin", "least_outstanding_requests"))

    assert chapter["busiest"](robin) > 4
    assert chapter["slowest"](fewest) < 0.8 * chapter["slowest"](robin)


def test_8_a_month_without_a_visitor_is_not_for_nothing(chapter):
    month = chapter["ecs"].bill(chapter["idle"]()).per_month()
    dear = {line.name for line in month.lines if line.usd >= 0.01}

    assert {"web: provisioned concurrency", "front: cache 0.5 GB", "orders: storage", "mail: requests"} <= dear
    assert 40 < month.total < 100


def test_9_a_topic_lets_go_and_a_queue_keeps(chapter):
    """The endpoint is down for ten of twenty minutes, and gets back what was sent in the last minute of them."""
    run, warehouse, archive = chapter["orders"]()
    published = sum(run.metrics["NumberOfMessagesPublished"]["Sum"])

    assert archive.visible == published
    assert 0.5 < warehouse.taken / published < 0.6


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_10_with_room_checks_and_draining_nobody_notices(update, seed):
    assert update(seed=seed) == 0


@pytest.mark.parametrize("change", [{"room": "0-100"}, {"delay": 0}, {"revision": "blind"}])
def test_10_without_one_of_them_somebody_does(update, change):
    assert update(**change) > 0


def test_10_a_check_that_looks_at_nothing_is_the_worst_and_one_that_looks_stops_the_revision(update):
    assert update(revision="blind") > 10 * update(room="0-100") > 0
    assert update(revision="seen") == 0
