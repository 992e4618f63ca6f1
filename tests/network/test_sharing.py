"""A service may be registered with several fronts, and get requests through each of them."""

from __future__ import annotations

import ecslite as ecs


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


def test_a_target_group_that_is_brought_in_last_shares_with_the_name_from_then_on():
    sim, front, name = fronts()
    group = ecs.TargetGroup(sim, "blue")
    service(group, name)
    ecs.Traffic(sim, 1, cpu_seconds=0.01).to(front)
    ecs.Traffic(sim, 1, cpu_seconds=0.01, name="others").to(name)
    sim.run(minutes=3)
    assert front.together is None
    front.forward({group: 1})
    sim.run(minutes=8)

    assert front.together is name.together is not None
    assert front.latency.count > 200 and name.latency.count > 300


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
