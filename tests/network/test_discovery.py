"""Service discovery by DNS: stale answers, connections that are kept, health and zones."""

from __future__ import annotations

from functools import partial

import botocore.session
import pytest

import ecslite as ecs
from ecslite.network.discovery import RECORD_TYPES, ROUTING_POLICIES, Discovery
from ecslite.network.target import Registration
from ecslite.sim.station import Workers


def name(tasks=2, **settings):
    sim = ecs.Simulation(1)
    web = Discovery(sim, "web.shop.local", **settings)
    cause = sim.log.add("task", "t", "A task runs.")
    zones = ("us-east-1a", "us-east-1b")
    for n in range(tasks):
        web.register(Registration(f"{n}" * 32, Workers(4), 0.0, cause, lambda *_: None, zone=zones[n % 2]))
    return sim, web, cause


def end_one(sim, web, cause, at=90):
    def end():
        target = web.targets[0]
        web.deregister(target, cause)
        web.stop(target, cause)

    sim.at(at, end)


def stale(ttl, keep=0.0, seconds=600):
    sim, web, cause = name(ttl_seconds=ttl, keep_alive_seconds=keep)
    ecs.Traffic(sim, 20, cpu_seconds=0.01).to(web)
    end_one(sim, web, cause)
    sim.run(seconds=seconds)
    return web.failed["stale address"]


def test_a_stopped_tasks_address_is_called_until_the_ttl_has_passed():
    assert 0 == stale(0) < stale(15) < stale(60)
    assert stale(60, seconds=156) == stale(60) > stale(60, seconds=94)


def test_a_new_task_gets_nothing_from_connections_that_are_kept():
    for keep, least in ((None, False), (0.0, True)):
        sim, web, cause = name(1, keep_alive_seconds=keep)
        ecs.Traffic(sim, 20, cpu_seconds=0.01).to(web)
        new = Workers(4)
        late = Registration("n" * 32, new, 120.0, cause, lambda *_: None)
        sim.at(120, partial(web.register, late))
        sim.run(seconds=600)
        assert (new.accepted_seconds > 0) is least


def test_an_answer_has_eight_healthy_tasks_or_unhealthy_ones_where_none_is_healthy():
    sim, web, cause = name(12)
    sim.run(seconds=1)
    assert len(web.resolve()) == 8
    for target in web.targets[1:]:
        web.set_health(target, False, cause)
    assert web.resolve() == [web.targets[0]]
    web.set_health(web.targets[0], False, cause)
    assert len(web.resolve()) == 8
    sim, web, _ = name(3, routing_policy="WEIGHTED")
    sim.run(seconds=1)
    assert len(web.resolve()) == 1


def test_slices_change_no_number():
    def run(ends):
        sim, web, cause = name(keep_alive_seconds=5.0, client_zones=("us-east-1a", "us-east-1b"))
        ecs.Traffic(sim, 20, cpu_seconds=0.01).to(web)
        end_one(sim, web, cause)
        for second in ends:
            result = sim.run(seconds=second)
        return web.failed, [result.metrics[n, web.name] for n in ("RequestCount", "CrossZoneBytes")]

    assert run([600]) == run([7.3, 119.9, 121, 333, 600])


def test_settings_are_those_of_cloud_map():
    model = botocore.session.get_session().get_service_model("servicediscovery")
    assert list(ROUTING_POLICIES) == model.shape_for("RoutingPolicy").enum
    assert set(RECORD_TYPES) <= set(model.shape_for("RecordType").enum)
    for wrong in ({"record_types": ()}, {"network_mode": "bridge"}, {"routing_policy": "X"}, {"clients": 0}):
        with pytest.raises(ecs.InvalidSetting):
            name(**wrong)


def test_a_stale_address_costs_the_client_its_connect_timeout():
    sim, web, cause = name(ttl_seconds=60, connect_timeout_seconds=3)
    ecs.Traffic(sim, 20, cpu_seconds=0.01).to(web)
    end_one(sim, web, cause)
    sim.run(seconds=600)
    assert set(web.failed) == {"stale address"}
    assert web.failed_seconds == 3 * web.failed["stale address"] > 0


@pytest.mark.parametrize(
    ("how", "reason"), [("crash", "refused"), ("lost", "connect timeout"), ("hung", "connect timeout")]
)
def test_a_task_that_is_still_registered_refuses_unless_nothing_is_there_to_refuse(how, reason):
    sim, web, cause = name(1)
    ecs.Traffic(sim, 20, cpu_seconds=0.01).to(web)

    def strike():
        if how == "hung":
            web.hang(web.targets[0], cause)
        else:
            web.stop(web.targets[0], cause, unreachable=how == "lost")

    sim.at(90, strike)
    run = sim.run(seconds=200)
    assert set(web.failed) - {"connection lost"} == {reason}
    assert run.events("errors")[-1].cause == cause


def test_a_kept_connection_never_resolves_again():
    sim, web, cause = name(2, keep_alive_seconds=None, ttl_seconds=1)
    ecs.Traffic(sim, 20, cpu_seconds=0.01).to(web)
    sim.at(90, partial(web.deregister, web.targets[0], cause))
    sim.run(seconds=100)
    served = web.targets[0].workers.accepted_seconds
    sim.run(seconds=200)
    assert web.targets[0].workers.accepted_seconds > served


def test_a_failed_container_check_deregisters_and_one_that_has_not_passed_is_unhealthy():
    sim, web, cause = name(1)
    late = web.register(Registration("c" * 32, Workers(4), 0.0, cause, lambda *_: None, checked=True))
    sim.run(seconds=10)
    assert (late.state, web.resolve()) == ("initial", [web.targets[0]])
    web.check_says(late, True, cause)
    sim.run(seconds=11)
    assert late.state == "healthy"
    web.check_says(late, True, cause)
    web.check_says(late, False, cause)
    web.check_says(late, True, cause)
    assert (late.state, web.resolve()) == ("unused", [web.targets[0]])
    web.deregister(late, cause)
    assert [state for _, state, _ in late.record.states].count("unused") == 1


def shop(*, checks=False, network=None, group=None, **application):
    sim = ecs.Simulation(1)
    orders = Discovery(sim, "orders.shop.local", ttl_seconds=15, client_network=network)
    container = {"name": "app", "image": "orders:1"}
    if checks:
        container["healthCheck"] = {"command": ["CMD", "curl"], "interval": 5, "retries": 2}
    document = {
        "family": "orders",
        "cpu": "256",
        "memory": "512",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": [container],
    }
    service = ecs.Service(
        ecs.Cluster(sim, "shop"),
        ecs.TaskDefinition.from_aws(document),
        desired_count=2,
        service_registries=[orders],
        network_configuration=group,
        **application,
    )
    return sim, orders, service


def test_tasks_of_a_service_are_found_once_they_listen():
    sim, orders, service = shop()
    ecs.Traffic(sim, 5, cpu_seconds=0.01, from_minute=2).to(orders)
    sim.run(minutes=4)
    assert [target.state for target in orders.targets] == ["healthy", "healthy"]
    assert orders.latency.count > 400 and not orders.failed
    service.update(desired_count=1)
    sim.run(minutes=6)
    assert len(orders.targets) == 1


def test_a_service_whose_container_checks_fail_is_taken_out_of_its_name():
    sim, orders, _ = shop(checks=True, fails_health_checks=True)
    run = sim.run(minutes=4)
    assert "healthy" not in {state for part in run.of_kind("target") for _, state, _ in part.states}
    assert "unused" in {state for part in run.of_kind("target") for _, state, _ in part.states}
    sim, orders, _ = shop(checks=True)
    sim.run(minutes=4)
    assert [target.state for target in orders.targets] == ["healthy", "healthy"]


def test_security_groups_stand_between_the_clients_of_a_name_and_its_tasks():
    vpc = ecs.Vpc("shop")
    subnets = [ecs.Subnet(vpc, "10.0.1.0/24", public=True)]
    web, orders_group = ecs.SecurityGroup("web"), ecs.SecurityGroup("orders")
    sim, orders, service = shop(
        network=ecs.AwsvpcConfiguration(subnets, (web,)),
        group=ecs.AwsvpcConfiguration(subnets, (orders_group,), "ENABLED"),
    )
    ecs.Traffic(sim, 5, cpu_seconds=0.01, from_minute=2).to(orders)
    run = sim.run(minutes=4)
    assert set(orders.failed) == {"connect timeout"}
    texts = [event.text for event in run.events("security_group", "orders")]
    assert all("No inbound rule of orders allows tcp 80" in text for text in texts) and texts
    orders_group.allow_inbound(web, 80)
    before = orders.latency.count
    sim.run(minutes=5)
    assert orders.latency.count > before
    service.update(desired_count=0)
    sim.run(minutes=7)
    assert orders.passage.targets == []


def test_what_discovery_cannot_register_is_refused_before_the_run():
    sim = ecs.Simulation(1)
    cluster = ecs.Cluster(sim, "shop", capacity=[ecs.CapacityProvider(ecs.AutoScalingGroup(sim, "fleet", max_size=1))])
    first, second = Discovery(sim, "a.local"), Discovery(sim, "b.local")

    def service(registries, mode="awsvpc", count=1):
        definition = ecs.TaskDefinition("web", network_mode=mode, requires_compatibilities=("EC2",))
        return ecs.Service(cluster, definition, desired_count=count, service_registries=registries)

    for registries, settings, says in (
        ([first, second], {}, "2 service registries"),
        ([first], {"mode": "bridge"}, "only SRV names a port"),
        ([first], {"mode": "none"}, "it has no address to find"),
        ([first], {"count": 1001}, "1,000 tasks at the most"),
    ):
        with pytest.raises(ecs.InvalidSetting, match=says):
            service(registries, **settings)
    srv = Discovery(sim, "c.local", record_types=("SRV",), network_mode="bridge")
    assert service([srv], "bridge").fronts == (srv,)
    with pytest.raises(ecs.InvalidSetting, match="connect_timeout_seconds=0"):
        Discovery(sim, "d.local", connect_timeout_seconds=0)


def test_more_than_a_thousand_tasks_under_a_name_are_refused():
    sim, web, cause = name(1000)
    with pytest.raises(ecs.InvalidSetting, match="more than 1000 tasks"):
        web.register(Registration("z" * 32, Workers(1), 0.0, cause, lambda *_: None))
    sim.run(seconds=1)
    assert len(web.resolve()) == 8


def test_a_name_without_tasks_has_no_address():
    sim, web, _ = name(0)
    ecs.Traffic(sim, 5).to(web)
    sim.run(minutes=1)
    assert set(web.failed) == {"no address"}
