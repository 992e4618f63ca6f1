"""Which settings are one move away, and which results are kept."""

from __future__ import annotations

from ecslite.widgets import Choice, Range
from ecslite.widgets.ahead import Kept, one_move

PEAK = Range("peak", "Peak", 4, 8, 4)
METRIC = Choice("metric", "Metric", {"cpu": "CPU", "memory": "Memory", "requests": "Requests"}, "cpu")


def moves(settings, last=None):
    return [(each["peak"], each["metric"]) for each in one_move([PEAK, METRIC], settings, last)]


def test_every_setting_that_differs_in_one_control_is_one_move_away():
    found = moves({"peak": 6, "metric": "cpu"})
    assert sorted(found) == [(4, "cpu"), (5, "cpu"), (6, "memory"), (6, "requests"), (7, "cpu"), (8, "cpu")]


def test_near_values_of_every_control_come_before_far_ones():
    assert moves({"peak": 4, "metric": "requests"}) == [
        *((5, "requests"), (4, "memory"), (6, "requests"), (4, "cpu"), (7, "requests"), (8, "requests")),
    ]


def test_the_control_that_was_moved_last_comes_first():
    assert moves({"peak": 8, "metric": "cpu"}, "peak")[:4] == [(7, "cpu"), (6, "cpu"), (5, "cpu"), (4, "cpu")]


def test_a_slider_with_small_steps_has_the_numbers_that_the_page_sends():
    assert Range("share", "Share", 0.1, 0.5, 0.1, step=0.1).values == [0.1, 0.2, 0.3, 0.4, 0.5]


def test_the_newest_results_are_kept():
    made_for = []
    kept = Kept(lambda settings, seed: made_for.append((settings["x"], seed)), most=2)
    for x, seed in [(1, 7), (1, 7), (2, 7), (1, 8), (1, 7)]:
        kept.of({"x": x}, seed)
    assert made_for == [(1, 7), (2, 7), (1, 8), (1, 7)]
