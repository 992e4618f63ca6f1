"""Provisioned concurrency follows its utilization, in minutes with requests."""

from __future__ import annotations

import botocore.session
import pytest

import ecslite as ecs
from ecslite.autoscaling import provisioned_concurrency_tracking as tracking


def tracked(rate, *, start=10, minutes=20, most=100, account=1000, **settings):
    """A function with half a second a request, its tracking from 5 to `most`, and the run."""
    sim = ecs.Simulation(1)
    ecs.Account(sim, account)
    hello = ecs.Function(sim, "hello", warm=0.5, init=0.2, provisioned_concurrency=start, provisioning_seconds=60)
    ecs.ProvisionedConcurrencyTracking(hello, min_capacity=5, max_capacity=most, **settings)
    ecs.Traffic(sim, rate, arrivals="even").to(hello)
    return hello, sim.run(minutes=minutes)


def numbers(run):
    return [value for _, value, _ in run.level("ProvisionedConcurrency").steps]


def test_it_scales_out_until_seventy_percent_are_in_use():
    """Twenty in progress at all times: all of 10 are in use, so 15 are asked for, and so on; 20 of 29 are 0.69."""
    _, run = tracked(40)

    assert numbers(run)[:2] == [10, 15]
    assert numbers(run)[-1] == 29
    assert numbers(run) == sorted(numbers(run))
    scaling = run.events("scaling")[0]
    assert (scaling.seconds, scaling.details["wanted"]) == (4 * 60 + 15, 15)
    assert [event.kind for event in run.why(run.events("provisioned_concurrency")[2])][1:3] == ["scaling", "alarm"]


def test_it_scales_in_below_ninety_percent_of_the_target():
    _, run = tracked(20, start=40)

    assert numbers(run) == [40, 15]


def test_an_idle_function_is_not_scaled_in_and_goes_on_costing():
    _, run = tracked(ecs.spike(base=0, peak=40, at_minute=0, for_minutes=10), minutes=60)
    last, count, _ = run.level("ProvisionedConcurrency").steps[-1]

    assert last < 11 * 60
    assert count > 20


def test_it_stays_within_its_limits():
    assert numbers(tracked(40, most=20)[1]) == [10, 15, 20]
    assert numbers(tracked(0.5, start=12)[1])[-1] == 5


def test_without_scale_in_it_only_grows():
    assert numbers(tracked(20, start=40, disable_scale_in=True)[1]) == [40]


def test_a_cooldown_holds_the_next_step_back():
    assert numbers(tracked(40, minutes=12, scale_out_cooldown=600)[1]) == [10, 15]


def test_what_the_account_has_not_is_held_and_said():
    _, run = tracked(40, account=114)

    assert numbers(run) == [10]
    held = run.events("scaling_held")[0]
    assert "hello keeps 10" in held.text and "14 can still be set aside" in held.text


def test_a_maximum_sees_bursts_that_an_average_hides():
    def run(statistic):
        sim = ecs.Simulation(1)
        hello = ecs.Function(sim, "hello", warm=0.05, init=0, provisioned_concurrency=10, provisioning_seconds=0)
        ecs.ProvisionedConcurrencyTracking(hello, min_capacity=5, max_capacity=50, statistic=statistic)
        ecs.Traffic(sim, 0.15, arrivals="burst", name="bursts").to(hello)
        ecs.Traffic(sim, 10, arrivals="even", name="steady").to(hello)
        return numbers(sim.run(minutes=8))

    assert run("Maximum")[1] > 10
    assert run("Average")[1] == 5


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"target": 0.95}, "Lambda takes 0.1 to 0.9"),
        ({"statistic": "p99"}, "use one of Average, Maximum"),
        ({"scale_in_cooldown": -1}, "seconds start at 0"),
        ({"start": 0}, "needs one at least from the start"),
    ],
)
def test_what_lambda_would_not_track_is_refused(settings, says):
    with pytest.raises(ecs.InvalidSetting, match=says):
        tracked(1, **settings)


def test_the_metric_is_the_apis():
    service = botocore.session.get_session().get_service_model("application-autoscaling")

    assert tracking.METRIC in service.shape_for("MetricType").enum
    assert "lambda:function:ProvisionedConcurrency" in service.shape_for("ScalableDimension").enum
