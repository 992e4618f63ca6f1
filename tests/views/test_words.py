"""Stories, tables and the board say the run's own numbers."""

from __future__ import annotations

import json

import pytest
from scenarios import shop

import ecslite as ecs
from ecslite.views import board, story, tables, words

LIMIT = 60_000
"""Bytes of JSON that an explorer's result may have; what is measured here is most of it."""


@pytest.fixture(scope="module")
def run():
    return shop(crash_at=(5,))


def test_a_why_chain_reads_from_its_root_to_the_event_asked_about(run):
    first = run.events("scaling")[0]
    assert story.why(run, first) == [
        "1. At 10:00 (minute 10): Traffic goes from 4 to 16 requests/s.",
        f"2. At 13:15 (minute 13.3): {run.why(first)[1].text}",
        f"3. At 13:15 (minute 13.3): {first.text}",
    ]


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0:00"), (59.9, "0:59"), (750, "12:30"), (3599, "59:59"), (3750, "1:02:30")]
)
def test_a_moment_is_said_as_a_clock_says_it(seconds, said):
    assert words.clock(seconds) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(1, "servers", "1 server"), (3, "servers", "3 servers"), (1, "requests/s", "1 requests/s"), (4, "", "4")],
)
def test_one_of_a_unit_has_no_s(value, unit, said):
    assert words.amount(value, unit) == said


@pytest.mark.parametrize(("value", "said"), [(0.8421, "0.842"), (84.25, "84.2"), (1250, "1,250"), (3, "3")])
def test_a_number_has_three_digits(value, said):
    assert words.number(value) == said


@pytest.mark.parametrize(("seconds", "said"), [(0.0842, "84 ms"), (0.84, "840 ms"), (1.234, "1.23 s")])
def test_a_latency_has_its_unit(seconds, said):
    assert words.latency(seconds) == said


def test_the_table_has_a_row_a_minute_under_as_many_columns(run):
    table = tables.minutes(run)
    assert [len(row) for row in table["rows"]] == [len(table["columns"])] * 40


def test_the_table_of_a_minute_is_what_the_run_measured(run):
    row = dict(zip(tables.minutes(run)["columns"], tables.minutes(run)["rows"][12], strict=True))
    assert row["Requests/s"] == round(run.metrics["RequestCount"]["Sum"][12] / 60, 2)
    assert (row["Desired tasks"], row["Running tasks"]) == (2, 2)


def test_the_bills_last_row_is_the_total(run):
    bill = ecs.bill(run)
    assert tables.bill(bill.lines)["rows"][-1] == ["Total", "", "", f"{bill.total:.4f}"]


def test_the_event_table_of_a_kind_holds_that_kind(run):
    assert {row[1] for row in tables.events(run, "scaling")["rows"]} == {"scaling"}


def test_every_change_on_the_board_names_the_event_that_says_why(run):
    data = board.board(run)
    texts = {task["id"]: [run.log[event].text for _, _, event in task["states"]] for task in data["tasks"]}
    assert all(task[:8] in text for task, said in texts.items() for text in said)


def test_the_boards_counts_are_the_runs_levels(run):
    desired = [[seconds, value, event] for seconds, value, event in run.level("DesiredCount").steps]
    assert board.board(run)["services"][0]["desired"] == desired


def test_a_service_without_a_load_balancer_has_a_board_without_one():
    sim = ecs.Simulation(1)
    ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition("job", cpu=256, memory=512), desired_count=1)
    assert board.board(sim.run(minutes=5))["load_balancers"] == []


def test_an_events_place_in_the_list_is_its_id(run):
    assert [event["id"] for event in board.events(run)] == list(range(len(run.log)))


def test_what_a_page_must_carry_stays_small(run):
    parts = [board.board(run), board.events(run), tables.minutes(run)]
    assert len(json.dumps(parts)) < LIMIT
