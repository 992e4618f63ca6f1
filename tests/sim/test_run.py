"""A Run answers for what it holds, and says what it has where it is asked for something else."""

from __future__ import annotations

import pytest

import ecslite as ecs

PERIODS = ecs.Metric("CPUUtilization", "web", "Percent", 60, {"Average": (1.0, None)})
OTHER = ecs.Metric("CPUUtilization", "api", "Percent", 60, {"Average": (2.0, 3.0)})


def run(*metrics, trace=()):
    return ecs.Run(7, 120.0, (), metrics, (), (), trace)


def test_a_metric_has_its_statistics_and_says_which():
    assert PERIODS["Average"] == (1.0, None)
    with pytest.raises(ecs.NotInThisRun, match="no statistic 'Sum': use one of Average"):
        PERIODS["Sum"]


def test_metrics_are_a_mapping_by_name_and_subject():
    metrics = run(PERIODS, OTHER).metrics

    assert (len(metrics), list(metrics)) == (2, [("CPUUtilization", "web"), ("CPUUtilization", "api")])
    assert metrics["CPUUtilization", "api"] is OTHER
    with pytest.raises(ecs.NotInThisRun, match="2 metrics for 'CPUUtilization'"):
        metrics["CPUUtilization"]


def test_a_trace_goes_to_json_and_back():
    traced = run(trace=(ecs.TracedRequest(1.0, 2.0, None, "503"),))

    assert ecs.Run.from_json(traced.to_json()) == traced
    assert '"trace"' not in run().to_json()


def test_a_run_of_another_schema_is_refused():
    with pytest.raises(ecs.InvalidSetting, match="not written by schema 1"):
        ecs.Run.from_json('{"schema": 0}')


def test_an_event_that_is_not_there_is_refused():
    with pytest.raises(ecs.NotInThisRun, match="event 0 is not in this run"):
        run().why(0)
    with pytest.raises(ecs.NotInThisRun, match="0 levels named 'DesiredCount'"):
        run().level("DesiredCount")


def test_a_moment_that_has_passed_is_refused():
    sim = ecs.Simulation(1)
    sim.run(minutes=1)

    with pytest.raises(ecs.InvalidSetting, match="second 5 has passed: it is 60"):
        sim.at(5, lambda: None)


def test_a_custom_metric_that_reads_no_number_is_refused():
    sim = ecs.Simulation(1)
    ecs.CustomMetric(sim, "Backlog", "Count", lambda: float("nan"))

    with pytest.raises(ecs.InvalidSetting, match="metric Backlog read nan: return a finite number"):
        sim.run(minutes=1)


def test_a_lognormal_of_no_time_is_always_none():
    assert ecs.LogNormal(0.0).draw_many(ecs.Simulation(1).stream("x"), 3) == [0.0] * 3


@pytest.mark.parametrize(
    ("settings", "says"), [({"arrivals": "tidal"}, "use one of poisson"), ({"from_minute": 0.5}, "use a whole minute")]
)
def test_traffic_that_cannot_come_is_refused(settings, says):
    with pytest.raises(ecs.InvalidSetting, match=says):
        ecs.Traffic(ecs.Simulation(1), 1, **settings)
