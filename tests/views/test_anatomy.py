"""The anatomy of a 502: which requests of a stopping task are answered, and which are lost to what."""

from __future__ import annotations

import json

import pytest

import ecslite as ecs
from ecslite.views import anatomy


def shop(delay=60, crash=False, traced=True):
    sim = ecs.Simulation(7)
    front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=delay)
    if traced:
        front.trace(from_second=280, to_second=420, most=5000)
    web = ecs.Service(
        ecs.Cluster(sim, "shop"),
        ecs.TaskDefinition("web", cpu=1024, memory=2048),
        desired_count=2,
        load_balancer=front,
        workers=50,
    )
    ecs.Traffic(sim, ecs.constant(4), cpu_seconds=0.01, wait_seconds=ecs.Constant(4.0)).to(front)
    if crash:
        ecs.Fault(web, "crash", at_minute=5)
    else:
        sim.at(300, lambda: web.update(desired_count=1))
    return sim.run(minutes=8)


def states(view):
    return [phase["state"] for phase in view["phases"]]


def test_a_delay_longer_than_the_requests_loses_none():
    view = anatomy.anatomy(shop())
    assert (states(view), list(view["fates"])) == (["DEACTIVATING", "STOPPING", "DEPROVISIONING"], ["answered"])


def test_a_delay_shorter_than_the_requests_loses_those_in_hand():
    view = anatomy.anatomy(shop(delay=1))
    assert view["fates"]["502"] > 0


def test_a_crash_drains_nothing():
    view = anatomy.anatomy(shop(crash=True))
    assert (states(view)[0], set(view["fates"])) == ("RUNNING", {"502"})


def test_the_phases_lie_end_to_end_and_every_request_is_in_the_picture():
    view = anatomy.anatomy(shop())
    assert [phase["begin"] for phase in view["phases"]][1:] == [phase["end"] for phase in view["phases"]][:-1]
    assert all(view["begin"] < end and arrival < view["end"] for arrival, end, _ in view["requests"])


def test_it_is_plain_json_and_says_in_words_what_was_lost():
    view = anatomy.anatomy(shop(crash=True))
    assert json.loads(json.dumps(view)) == view
    assert view["alt"].endswith(f"{view['fates']['502']} requests lost with 502.")


def test_a_task_may_be_named():
    run = shop()
    stopped = next(part.id for part in run.of_kind("task") if "stop_code" in part.attributes)
    assert anatomy.anatomy(run, stopped)["task"] == stopped


def test_without_a_trace_it_says_how_to_get_one():
    with pytest.raises(ecs.NotInThisRun, match=r"call trace\(\) of its load balancer"):
        anatomy.anatomy(shop(traced=False))


def test_a_task_that_did_not_end_has_no_anatomy():
    with pytest.raises(ecs.NotInThisRun, match="task 'nobody' is none that ended"):
        anatomy.anatomy(shop(), "nobody")
