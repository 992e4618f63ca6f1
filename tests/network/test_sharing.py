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


def connected(*, seed=1, count=2, rate=12, cpu_seconds=0.1, retries=None):
    """Tasks that get requests through a load balancer and as hosts of a Service Connect endpoint."""
    sim = ecs.Simulation(seed)
    front, namespace = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=10), ecs.Namespace(sim, "shop")
    web = ecs.Service(
        ecs.Cluster(sim, "shop"),
        ecs.TaskDefinition("web", cpu=512, memory=1024),
        desired_count=count,
        load_balancer=front,
        service_connect_configuration=ecs.ServiceConnectConfiguration(namespace, [ecs.ServiceConnectService("http")]),
        workers=2,
        backlog=20,
    )
    endpoint = namespace.endpoints["http"]
    cost = ecs.Exponential(cpu_seconds)
    ecs.Traffic(sim, rate, cpu_seconds=cost, from_minute=3, retries=retries).to(front)
    ecs.Traffic(sim, rate, cpu_seconds=cost, from_minute=3, name="others").to(endpoint)
    return sim, front, endpoint, web


def test_requests_through_an_endpoint_wait_for_those_through_the_load_balancer():
    """Each alone keeps the tasks busy for 0.6 of the time; together they are more than the tasks can take."""
    sim, front, endpoint, _ = connected(rate=6)
    sim.run(minutes=20)
    busy, calm = (front.latency.mean, endpoint.latency.mean), []
    for silent in (0, 1):
        sim, front, endpoint, _ = connected(rate=6)
        (front, endpoint)[silent].sources.clear()
        sim.run(minutes=20)
        calm.append((front, endpoint)[1 - silent].latency.mean)

    assert front.together is endpoint.together is not None
    assert [both > 2 * alone for both, alone in zip(busy, reversed(calm), strict=True)] == [True, True]


def lively(slices, *, retries=None):
    """A crash, a lost zone, a task that hangs and a deployment, while requests come both ways."""
    sim, front, endpoint, web = connected(count=4, rate=10, retries=retries)
    sim.at(300.3, lambda: web.tasks[0].crash(sim.log.add("fault", "x", "A crash."), 137))
    sim.at(400.7, lambda: web.tasks[1].cut_off(sim.log.add("fault", "x", "A host is lost.")))
    sim.at(500.1, lambda: web.tasks[2].hang(sim.log.add("fault", "x", "A task hangs.")))
    sim.at(700, lambda: web.update(force_new_deployment=True))
    for second in slices:
        sim.run(seconds=second)
    return sim.run(minutes=20), front, endpoint


def test_slices_change_nothing_where_proxies_try_again_at_tasks_that_a_load_balancer_shares():
    whole, front, endpoint = lively([])
    sliced, *_ = lively([180.5, 300.31, 301, 400.71, 402.2, 405.6, 500.11, 515.3, 700.01, 800])

    assert (endpoint.retried > 0, endpoint.failed["504"] > 0, front.failed["504"] > 0) == (True, True, True)
    assert whole.to_json() == sliced.to_json()


def test_every_request_through_an_endpoint_is_answered_or_fails_for_a_counted_reason():
    run, _, endpoint = lively([])
    sent = sum(run.metrics["RequestCount", "http"]["Sum"])
    in_hand = sum(len(each) for each in endpoint._in_hand.values()) + len(endpoint._held) + len(endpoint._due)

    assert sent == endpoint.latency.count + endpoint.failed.total() + in_hand


def test_slices_change_nothing_where_clients_try_again_too():
    retries = ecs.Retries(max_attempts=3)
    whole, front, _ = lively([], retries=retries)
    sliced, *_ = lively([180.5, 300.31, 400.71, 402.2, 500.11, 515.3, 700.01, 800], retries=retries)

    assert front.failed.total() > 0
    assert whole.to_json() == sliced.to_json()
