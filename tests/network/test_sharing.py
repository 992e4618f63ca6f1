"""A service may be registered with several fronts; requests come to it through one station."""

from __future__ import annotations

import pytest

import ecslite as ecs

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
