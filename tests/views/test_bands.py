"""A band holds the middle eight tenths of many runs, minute by minute."""

from __future__ import annotations

import plotly.graph_objects as go
from scenarios import shop

from ecslite.views import bands, figures
from ecslite.views.palette import BLUE
from ecslite.views.panels import Line, Panel, stacked


def figure(points, shape="linear", **more):
    line = Line(name="Tasks", points=points, colour=BLUE, word="tasks", shape=shape, **more)
    return stacked([Panel(name="tasks", title="Tasks", unit="tasks", lines=[line])], 3)


def test_a_quantile_lies_between_two_values_by_proportion():
    assert [bands.quantile([4, 1, 3, 2], share) for share in (0, 0.5, 1)] == [1, 2.5, 4]


def test_a_band_runs_from_the_low_to_the_high_tenth_of_the_runs():
    runs = [figure(([0.5, 1.5, 2.5], [value, 10 * value, 5])) for value in range(11)]
    low, high = bands.band(runs)
    assert (low["y"], high["y"]) == ([1, 10, 5], [9, 90, 5])


def test_a_level_holds_until_its_next_step():
    runs = [figure(([0.0, at, 3.0], [2, 6, 6]), "hv") for at in (1.2, 1.2, 2.2)]
    _, high = bands.band(runs)
    assert high["y"] == [2, 6, 6]


def test_before_its_first_point_a_line_has_no_band():
    runs = [figure(([1.5, 2.5], [value, value])) for value in (1, 2)]
    assert bands.band(runs)[0]["y"] == [None, 1.1, 1.1]


def test_what_is_equal_in_all_runs_has_no_band():
    assert bands.band([figure(([0.0, 3.0], [60, 60]))] * 3) == []


def test_a_line_that_one_run_lacks_has_none_either():
    other = figure(([0.5], [1]))
    other["data"][0]["name"] = "Instances"
    assert bands.band([figure(([0.5], [1])), other]) == []


def test_a_line_in_milliseconds_here_and_in_seconds_there_has_none_and_the_others_keep_theirs():
    quick, slow = figure(([0.5], [900])), figure(([0.5], [3]))
    slow["layout"]["yaxis"]["title"]["text"] = "s"
    assert bands.band([quick, slow]) == []
    assert [trace["name"] for trace in bands.band([quick, figure(([0.5], [800]))])] == ["Tasks, lower", "Tasks, upper"]


def test_plotly_accepts_a_figure_with_bands():
    runs = [figures.service(shop(seed, minutes=20)) for seed in (1, 2, 3)]
    spec = {**runs[0], "data": [*bands.band(runs), *runs[0]["data"]]}
    assert go.Figure(spec).data[0].name == "Requests, lower"
