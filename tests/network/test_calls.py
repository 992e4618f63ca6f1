"""Calls from one service to another: the first one's answers are the second one's arrivals."""

from __future__ import annotations

import pytest

import ecslite as ecs
from ecslite.network.target import Registration
from ecslite.sim.station import Workers


def front(sim, name, **settings):
    """A load balancer with one target that has served from the start."""
    balancer = ecs.LoadBalancer(sim, name, **settings)
    fill(sim, balancer)
    return balancer


def fill(sim, place, count=2, workers=4):
    cause = sim.log.add("task", place.name, "Tasks run.")
    for number in range(count):
        who = f"{number}" * 32
        place.register(Registration(who, Workers(workers), 0.0, cause, lambda *_: None))


def pair(seed=1, **calls):
    sim = ecs.Simulation(seed)
    web, orders = front(sim, "web"), front(sim, "orders")
    ecs.Traffic(sim, 20, cpu_seconds=0.02, from_minute=1).to(web)
    return sim, web, orders, ecs.Calls(web, cpu_seconds=0.01, **calls)


def test_each_answer_is_a_call_at_its_moment():

    def traced(which):
        sim, web, orders, calls = pair()
        calls.to(orders)
        (web, orders)[which].trace(from_second=0, to_second=200, most=10_000)
        return sim.run(minutes=6).trace

    answered = sorted(one.end for one in traced(0) if one.fate == "answered" and one.end < 200)
    assert answered == [one.arrival for one in traced(1)][: len(answered)]
    assert len(answered) > 2_000


@pytest.mark.parametrize(("per_request", "low", "high"), [(2, 2, 2), (0.25, 0.2, 0.3), (1.5, 1.45, 1.55)])
def test_a_request_makes_as_many_calls_as_it_says(per_request, low, high):
    sim, web, orders, calls = pair(per_request=per_request, wait_seconds=0.01)
    calls.to(orders)
    run = sim.run(minutes=6)
    assert low <= sum(run.metrics["RequestCount", "orders"]["Sum"]) / web.latency.count <= high


def test_a_request_that_fails_makes_no_call():
    sim = ecs.Simulation(1)
    web, orders = ecs.LoadBalancer(sim, "web"), front(sim, "orders")
    ecs.Traffic(sim, 20).to(web)
    ecs.Calls(web).to(orders)
    run = sim.run(minutes=3)
    assert web.failed["503"] > 1000
    assert sum(run.metrics["RequestCount", "orders"]["Sum"]) == 0


def test_slices_change_no_number():
    def run(ends):
        sim, web, orders, calls = pair(per_request=3, wait_seconds=ecs.Constant(0.01))
        calls.to(orders)
        name = ecs.Discovery(sim, "stock.local")
        fill(sim, name)
        ecs.Calls(orders, name="stock", per_request=0.5).to(name)
        for second in ends:
            result = sim.run(seconds=second)
        return web.failed, orders.latency.mean, name.latency.mean, result.metrics["RequestCount", "stock.local"]

    assert run([300]) == run([7.3, 60.0001, 61, 61.5, 119.9, 300])


def test_calls_that_fail_are_tried_again_at_a_load_balancer():
    sim, _, _, calls = pair(retries=ecs.Retries())
    empty = ecs.LoadBalancer(sim, "empty")
    calls.to(empty)
    run = sim.run(minutes=4)
    assert sum(run.metrics["ClientRetries", "calls of web"]["Sum"]) > 1000


def test_names_may_call_names():
    sim = ecs.Simulation(1)
    web, orders = ecs.Discovery(sim, "web.local"), ecs.Discovery(sim, "orders.local")
    fill(sim, web)
    fill(sim, orders)
    ecs.Traffic(sim, 10, cpu_seconds=0.01).to(web)
    ecs.Calls(web).to(orders)
    run = sim.run(minutes=3)
    assert sum(run.metrics["RequestCount", "orders.local"]["Sum"]) == web.latency.count > 1000


def test_calls_that_cannot_be_are_refused():
    sim, web, orders, calls = pair()
    with pytest.raises(ecs.InvalidSetting, match="per_request=0"):
        ecs.Calls(web, per_request=0)
    with pytest.raises(ecs.InvalidSetting, match="come back to 'web'"):
        calls.to(web)
    calls.to(orders)
    with pytest.raises(ecs.InvalidSetting, match="come back to 'orders'"):
        ecs.Calls(orders, name="back").to(web)
    with pytest.raises(ecs.InvalidSetting, match="only a load balancer"):
        ecs.Calls(web, retries=ecs.Retries(), name="more").to(ecs.Discovery(sim, "x.local"))
