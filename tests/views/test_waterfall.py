"""The waterfall accounts for every second between a change of traffic and the help that came of it."""

from __future__ import annotations

import json

import pytest

import ecslite as ecs
from ecslite.views import waterfall


def shop(on_instances, trace=False):
    sim = ecs.Simulation(7)
    capacity = [ecs.Fargate()]
    if on_instances:
        group = ecs.AutoScalingGroup(sim, "fleet", max_size=10, desired_capacity=1)
        capacity = [ecs.CapacityProvider(group)]
    front = ecs.LoadBalancer(sim, "front")
    if trace:
        front.trace(from_second=600, to_second=1200, most=20_000)
    tea = ecs.TaskDefinition("web", cpu=256, memory=512)
    web = ecs.Service(ecs.Cluster(sim, "shop", capacity=capacity), tea, desired_count=2, load_balancer=front, backlog=5)
    ecs.TargetTracking(web, target=60, min_capacity=2, max_capacity=30)
    ecs.Traffic(sim, ecs.spike(base=2, peak=20, at_minute=10, for_minutes=25), cpu_seconds=0.12).to(front)
    return sim.run(minutes=25)


@pytest.fixture(scope="module")
def on_instances():
    return shop(on_instances=True)


def seconds(view, kind):
    return sum(bar["end"] - bar["begin"] for bar in view["bars"] if bar["kind"] == kind)


def test_the_spans_lie_end_to_end_from_the_spike_to_the_help(on_instances):
    view = waterfall.waterfall(on_instances)
    ends = [view["begin"], *(bar["end"] for bar in view["bars"])]
    assert [bar["begin"] for bar in view["bars"]] == ends[:-1]
    assert (view["begin"], ends[-1]) == (600.0, round(view["end"], 1))


def test_the_alarm_is_divided_into_a_minute_two_more_and_the_publishing(on_instances):
    view = waterfall.waterfall(on_instances)
    assert [seconds(view, kind) for kind in ("metric", "datapoints", "publishing")] == [60, 120, 15]


def test_on_instances_the_boot_is_part_of_the_time_and_on_fargate_it_is_not(on_instances):
    kinds = [{bar["kind"] for bar in waterfall.waterfall(run)["bars"]} for run in (on_instances, shop(False))]
    assert ["boot" in each for each in kinds] == [True, False]


def test_with_a_trace_it_ends_with_the_first_request_that_the_new_task_answers():
    run = shop(on_instances=False, trace=True)
    view = waterfall.waterfall(run)
    task = run.log[waterfall.first_help(run)].subject.rsplit("/", 1)[-1]
    assert view["end"] == min(one.arrival for one in run.trace if one.target == task)


def test_every_span_is_of_a_kind_that_says_what_shortens_it(on_instances):
    view = waterfall.waterfall(on_instances)
    assert all(bar["shortened_by"] == waterfall.SPANS[bar["kind"]][1] for bar in view["bars"])


def test_it_explains_any_event_also_one_without_a_cause(on_instances):
    assert waterfall.waterfall(on_instances, 0)["alt"] == "No time passed."


def test_a_span_may_be_asked_for_by_its_event(on_instances):
    decision = on_instances.events("scaling")[0]
    assert waterfall.waterfall(on_instances, decision)["bars"][-1]["kind"] == "publishing"


def test_it_is_plain_json_and_says_the_whole_in_words(on_instances):
    view = waterfall.waterfall(on_instances)
    assert json.loads(json.dumps(view)) == view
    assert view["alt"].startswith("6.5 minutes, from 10:00 to 16:30. By length: more data points 120 seconds; ")


def test_where_nothing_came_to_help_it_says_so():
    sim = ecs.Simulation(1)
    ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web", cpu=256, memory=512), desired_count=1)
    with pytest.raises(ecs.NotInThisRun, match="nothing came to help"):
        waterfall.waterfall(sim.run(minutes=5))
