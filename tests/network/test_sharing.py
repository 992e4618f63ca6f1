"""A service may be registered with several fronts; requests come to it through one station."""

from __future__ import annotations

import pytest

import ecslite as ecs
from ecslite.network.sharing import as_seen_by
from ecslite.sim.station import Workers

SAYS = "requests are sent to .* and .*, and both come to the tasks of web: only one station"


def service(*fronts):
    sim = fronts[0].sim
    return ecs.Service(
        ecs.Cluster(sim, "shop"),
        ecs.TaskDefinition("web", cpu=256, memory=512),
        desired_count=1,
        load_balancer=fronts,
    )


def fronts():
    sim = ecs.Simulation(1)
    return sim, ecs.LoadBalancer(sim, "front"), ecs.Discovery(sim, "web.shop")


def test_a_second_station_of_a_service_takes_no_requests():
    sim, front, name = fronts()
    service(front, name)
    ecs.Traffic(sim, 1).to(front)

    with pytest.raises(ecs.InvalidSetting, match=SAYS):
        ecs.Traffic(sim, 1, name="others").to(name)


def test_nor_does_it_where_the_service_is_built_last():
    sim, front, name = fronts()
    ecs.Traffic(sim, 1).to(front)
    ecs.Traffic(sim, 1, name="others").to(name)

    with pytest.raises(ecs.InvalidSetting, match=SAYS):
        service(front, name)


def test_nor_where_a_target_group_is_brought_in_last():
    sim, front, name = fronts()
    group = ecs.TargetGroup(sim, "blue")
    service(group, name)
    ecs.Traffic(sim, 1).to(front)
    ecs.Traffic(sim, 1, name="others").to(name)

    with pytest.raises(ecs.InvalidSetting, match=SAYS):
        front.forward({group: 1})


def test_target_groups_of_one_load_balancer_are_one_station():
    sim, front, _ = fronts()
    group = ecs.TargetGroup(sim, "blue")
    service(front, group)
    ecs.Traffic(sim, 1, cpu_seconds=0.01).to(front)
    front.forward({front.default_group: 1, group: 1})
    sim.run(minutes=5)

    assert front.latency.count > 100


def test_a_front_without_requests_counts_none_and_sees_how_busy_the_tasks_are():
    """The name's requests overload the one task: the load balancer's checks time out, and it has answered nothing."""
    sim, front, name = fronts()
    service(front, name)
    ecs.Traffic(sim, 20, cpu_seconds=0.1).to(name)
    run = sim.run(minutes=5)

    assert front.latency.count == 0
    assert front.failed.total() == 0
    assert name.latency.count > 100
    assert "a request waits" in " ".join(event.text for event in run.events("target"))


def test_slices_change_nothing_where_one_front_only_looks_on():
    def evening():
        sim, front, name = fronts()
        web = service(front, name)
        ecs.Traffic(sim, 12, cpu_seconds=0.1).to(name)
        ecs.Fault(web, "crash", every=200)
        return sim

    whole, sliced = evening(), evening()
    for minute in (0.3, 1.7, 2.001, 9):
        sliced.run(minutes=minute)

    assert whole.run(minutes=15).to_json() == sliced.run(minutes=15).to_json()


def test_requests_that_come_to_the_other_front_during_the_run_are_refused():
    sim, front, name = fronts()
    service(front, name)
    source = ecs.Traffic(sim, 1, cpu_seconds=0.01)
    source.to(front)
    sim.run(minutes=3)
    front.sources.clear()
    ecs.Traffic(sim, 1, name="others", from_minute=4).to(name)

    with pytest.raises(ecs.InvalidSetting, match="wire all traffic before the run, to one of them"):
        sim.run(minutes=6)


def test_an_onlooker_has_nothing_there_and_asks_the_workers_themselves():
    sim, front, name = fronts()
    ecs.Traffic(sim, 1, arrivals="even").to(front)
    workers = Workers(1)
    own, view = as_seen_by((front, name), workers)
    workers.serve([0.0, 0.5], [1.0, 1.0])

    assert own is workers
    assert (view.outstanding(0.6), view.ended(5.0), view.settle(5.0), view.drop(0.6)) == (0, [], [], [])
    assert view.overdue(0.0, 1.0, 0.1) == []
    assert (view.wait(0.6), view.last_end(0.6), view.cpu_seconds(1.5)) == (1.4, 2.0, 1.5)
    view.set_cores(1.0, 0.5)
    assert workers.last_end(1.0) == 3.0
    with pytest.raises(ecs.InvalidSetting, match="wire all traffic before the run"):
        view.offer(1.0, 1.0)
