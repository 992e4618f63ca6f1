"""What the chapter on scaling says is so: each claim of its text, asserted on its own scenarios."""

from __future__ import annotations

import math
from pathlib import Path

import jupytext
import pytest

CHAPTER = Path(__file__).parents[2] / "chapters" / "scaling.md"
SEEDS = [7, 8, 9]


@pytest.fixture(scope="module")
def climb(chapter):
    """The desired counts of the front page with these settings."""

    def counts(metric, seed, peak=30, full=60, cooldown=300):
        return chapter["climb"](chapter["front_page"](metric, peak, full, cooldown, seed))

    return counts


@pytest.fixture(scope="module")
def left(chapter):
    """Of a metric, the per cent that the doubling leaves."""

    def share(kind, load, which, seed=7):
        return chapter["left_of"](chapter["doubled"](kind, load, seed), which)

    return share


@pytest.mark.parametrize("seed", SEEDS)
def test_cpu_climbs_the_front_page_in_several_steps_and_requests_in_one_or_two(climb, seed):
    cpu, requests = climb("cpu", seed), climb("requests", seed)

    assert (len(cpu) >= 5, requests[1] >= 12, len(requests) <= 3) == (True, True, True)
    assert cpu[-1] >= 12


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_step_of_cpu_is_the_same_for_five_and_for_ten_times_the_visitors(climb, seed):
    assert climb("cpu", seed, peak=15)[:2] == climb("cpu", seed, peak=30)[:2] == [2, 4]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_calm_day_has_no_step(climb, seed):
    assert climb("cpu", seed, peak=3) == climb("requests", seed, peak=3) == [2]


@pytest.mark.parametrize("seed", SEEDS)
def test_both_alarms_go_off_three_minutes_and_a_quarter_after_the_spike(chapter, seed):
    for metric in ("cpu", "requests"):
        assert chapter["front_page"](metric, 30, 60, 300, seed).events("scaling")[0].seconds == 13 * 60 + 15


@pytest.mark.parametrize("seed", SEEDS)
def test_a_shorter_cooldown_turns_fewer_away_and_requests_fewer_still(chapter, seed):
    away = chapter["turned_away"]
    slow, quick = (away(chapter["front_page"]("cpu", 30, 60, cooldown, seed)) for cooldown in (300, 60))

    assert slow > quick > away(chapter["front_page"]("requests", 30, 60, 300, seed)) > 0.05


@pytest.mark.parametrize("seed", SEEDS)
def test_new_tasks_that_still_start_turn_the_alarm_off_for_a_while(chapter, seed):
    run = chapter["front_page"]("cpu", 30, 60, 300, seed)
    states = [(event.seconds / 60, event.details["state"]) for event in run.events("alarm", "web-AlarmHigh")]

    assert states[1:4] == [(13.25, "ALARM"), (14.25, "OK"), (17.25, "ALARM")]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_known_in_advance_turns_nobody_away_and_a_table_fewer_than_tracking(chapter, seed):
    tracking, steps, schedule = (
        chapter["turned_away"](chapter["launch"](way, seed)) for way in ("tracking", "steps", "schedule")
    )

    assert tracking > 3 * steps > 0
    assert schedule < 0.001


@pytest.mark.parametrize("seed", SEEDS)
def test_the_steps_add_eight_after_one_data_point(chapter, seed):
    (_, _, _), (seconds, count, _), *_ = chapter["launch"]("steps", seed).level("DesiredCount").steps

    assert (seconds, count) == (11 * 60 + 15, 10)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("kind", "which"),
    [
        ("search", "CPU"),
        ("checkout", "CPU"),
        ("tracker", "Requests in hand per task"),
        ("photos", "Requests in hand per task"),
        ("photos", "CPU"),
        ("checkout", "Requests per task and minute"),
    ],
)
def test_on_a_busy_evening_these_halve(left, kind, which, seed):
    assert 44 <= left(kind, 70, which, seed) <= 56


@pytest.mark.parametrize("seed", SEEDS)
def test_memory_at_rest_does_not_halve(left, seed):
    assert left("search", 70, "Memory", seed) == left("checkout", 70, "Memory", seed) == 100
    assert left("tracker", 70, "Memory", seed) > 90
    assert 50 < left("photos", 70, "Memory", seed) < 65


@pytest.mark.parametrize("seed", SEEDS)
def test_the_overrun_checkout_has_an_idle_cpu_that_stays_so(chapter, left, seed):
    run = chapter["doubled"]("checkout", 200, seed)

    assert chapter["before_and_after"](run, "CPU")[0] < 20
    assert chapter["turned_away"](run) > 0.2
    assert 90 < left("checkout", 200, "CPU", seed) < 105


@pytest.mark.parametrize("seed", SEEDS)
def test_the_overrun_photo_upload_runs_out_of_memory(chapter, seed):
    assert chapter["killed"](chapter["doubled"]("photos", 200, seed)) > 2


@pytest.mark.parametrize("seed", SEEDS)
def test_backlog_swings_to_its_minimum_once_the_queue_is_empty(chapter, seed):
    counts = chapter["climb"](chapter["labels"](1, 1, seed))

    assert counts[::2] == [1, 1, 1]
    assert min(counts[1::2]) >= 5


@pytest.mark.parametrize("seed", SEEDS)
def test_a_minimum_for_the_ordinary_stream_ends_the_swing_and_costs_less(chapter, seed):
    calm, swung = (chapter["labels"](low, 1, seed) for low in (4, 1))
    bill = chapter["ecs"].bill

    assert chapter["climb"](calm) == [4]
    assert bill(calm).total < bill(swung).total
    assert chapter["oldest"](calm) < 30
    assert chapter["oldest"](swung) > 120


@pytest.mark.parametrize(("needed", "minutes"), [(3, [7, 8]), (1, [3, 5])])
def test_an_alarm_of_one_data_point_acts_two_minutes_earlier_and_on_the_peak_that_meant_nothing(
    needed, minutes, capsys
):
    cells = (cell.source for cell in jupytext.read(CHAPTER).cells)
    alarm = next(source for source in cells if source.startswith("datapoints = "))
    exec(alarm.replace("needed, running, target = 3", f"needed, running, target = {needed}"), {"ceil": math.ceil})
    acted = [int(line.split()[1].rstrip(":")) for line in capsys.readouterr().out.splitlines()]

    assert acted[:2] == minutes
