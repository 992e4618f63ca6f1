"""Services in a Service Connect namespace, wired by their configuration."""

from __future__ import annotations

import re

import botocore.session
import pytest

import ecslite as ecs


def service(sim, cluster, name, namespace, *, provides=False, count=1, **settings):
    services = [ecs.ServiceConnectService(name)] if provides else []
    return ecs.Service(
        cluster,
        ecs.TaskDefinition(name, cpu=512, memory=1024),
        desired_count=count,
        service_connect_configuration=ecs.ServiceConnectConfiguration(namespace, services),
        **settings,
    )


def shop(*, client_first):
    sim = ecs.Simulation(1)
    cluster, namespace = ecs.Cluster(sim, "shop"), ecs.Namespace(sim, "shop")
    made = {}
    for name in ("web", "orders") if client_first else ("orders", "web"):
        made[name] = service(sim, cluster, name, namespace, provides=name == "orders")
    orders = namespace.endpoints["orders"]
    ecs.Traffic(sim, 5, cpu_seconds=0.01, from_minute=3).to(orders)
    return sim, orders, made


def test_a_client_that_is_deployed_after_the_endpoint_finds_it():
    sim, orders, _ = shop(client_first=False)
    sim.run(minutes=6)
    assert not orders.failed
    assert orders.latency.count > 700


def test_a_client_that_was_deployed_before_finds_it_only_after_its_next_deployment():
    sim, orders, made = shop(client_first=True)
    sim.run(minutes=5)
    assert set(orders.failed) == {"unknown endpoint"}
    assert orders.latency.count == 0
    made["web"].update(force_new_deployment=True)
    sim.run(minutes=10)
    unknown = orders.failed["unknown endpoint"]
    sim.run(minutes=12)
    assert orders.failed == {"unknown endpoint": unknown}
    assert orders.latency.count > 500


def test_a_task_that_takes_a_place_in_the_same_deployment_knows_no_more_than_it():
    sim, orders, made = shop(client_first=True)
    ecs.Fault(made["web"], at_minute=4)
    sim.run(minutes=8)
    assert set(orders.failed) == {"unknown endpoint"}


def test_an_endpoint_outlives_its_tasks():
    """A rolling update of the server loses no request: its hosts come and go, and what dies is tried again."""
    sim, orders, made = shop(client_first=False)
    sim.at(240, lambda: made["orders"].update(force_new_deployment=True))
    sim.run(minutes=10)
    assert not orders.failed


def test_a_fault_of_one_task_is_hidden_by_retries():
    sim = ecs.Simulation(1)
    cluster, namespace = ecs.Cluster(sim, "shop"), ecs.Namespace(sim, "shop")
    server = service(sim, cluster, "orders", namespace, provides=True, count=3)
    ecs.Traffic(sim, 20, cpu_seconds=0.01, from_minute=3).to(namespace.endpoints["orders"])
    ecs.Fault(server, at_minute=5)
    sim.run(minutes=8)
    assert not namespace.endpoints["orders"].failed
    assert namespace.endpoints["orders"].retried > 0


def guarded(allow, *, count=1, at=None):
    """A client and a server whose tasks have a security group each; the server's lets the client's in, or not."""
    sim = ecs.Simulation(1)
    cluster, namespace = ecs.Cluster(sim, "shop"), ecs.Namespace(sim, "shop")
    subnets = [ecs.Subnet(ecs.Vpc("shop"), "10.0.1.0/24", public=True)]
    groups = {name: ecs.SecurityGroup(name) for name in ("web", "orders")}
    if allow:
        groups["orders"].allow_inbound(groups["web"], 80)
    made = []
    for name, tasks in (("orders", count), ("web", 1)):
        network = ecs.AwsvpcConfiguration(subnets, (groups[name],), "ENABLED")
        provides = name == "orders"
        one = service(sim, cluster, name, namespace, provides=provides, count=tasks, network_configuration=network)
        made.append(one)
    orders = namespace.endpoints["orders"]
    ecs.Traffic(sim, 5, cpu_seconds=0.01, from_minute=3).to(orders)
    return sim, orders, groups, made


def test_a_group_that_lets_the_client_in_lets_its_proxy_in():
    sim, orders, *_ = guarded(True)
    sim.run(minutes=6)
    assert (dict(orders.failed), orders.latency.count > 700) == ({}, True)


def test_without_a_rule_the_proxy_waits_in_vain_and_why_names_the_rule_that_is_missing():
    """Three attempts of 5 s each are 15 s, the request timeout: 504."""
    sim, orders, *_ = guarded(False)
    run = sim.run(minutes=6)
    chain = [event.text for event in run.why(run.events("errors")[-1])]
    assert (set(orders.failed), orders.latency.count) == ({"504"}, 0)
    assert any("No inbound rule of orders allows tcp 80 from 10.0.1.5." in text for text in chain)


def test_a_rule_that_is_added_or_revoked_holds_for_proxies_from_that_moment_on():
    def run(ends):
        sim, orders, groups, _ = guarded(False, count=2)
        sim.at(240, lambda: groups["orders"].allow_inbound(groups["web"], 80))
        sim.at(300, lambda: groups["orders"].revoke(groups["orders"].inbound[0]))
        for second in ends:
            result = sim.run(seconds=second)
        told = [event.text for event in result.events("security_group", "orders") if event.text.startswith("Conn")]
        return (
            result.metrics["TargetResponseTime", "orders"]["Average"],
            orders.latency.count,
            dict(orders.failed),
            told,
        )

    answered, count, failed, told = run([420])
    assert [seconds is not None for seconds in answered] == [False] * 4 + [True] + [False] * 2
    assert 240 < count < 420
    assert [text.split(": ")[0].split(" of endpoint orders ")[1] for text in told] == [
        "are dropped",
        "are dropped",
        "pass again",
        "pass again",
        "are dropped",
        "are dropped",
    ]
    assert run([241.5, 259, 300.1, 420]) == (answered, count, failed, told)


def test_tasks_of_the_next_deployment_are_judged_anew_and_those_that_ended_forgotten():
    sim, orders, _, made = guarded(False, count=2)
    sim.run(minutes=4)
    for one in made:
        one.update(force_new_deployment=True)
    sim.run(minutes=20)
    after = orders.namespace.passage
    pairs = {(proxy.name, host.record.attributes["task"]) for proxy, host in after._dropped}
    server, client = made

    assert pairs == {(client.tasks[0].id, host.id) for host in server.tasks}


def test_the_proxy_needs_what_aws_recommends():
    assert ecs.service_connect_proxy_size() == (256, 64)
    assert ecs.service_connect_proxy_size(requests_per_second=501) == (512, 64)
    assert ecs.service_connect_proxy_size(services=101) == (256, 128)
    assert ecs.service_connect_proxy_size(tasks=2001) == (256, 128)


def test_a_configuration_that_is_not_enabled_is_none():
    sim = ecs.Simulation(1)
    namespace = ecs.Namespace(sim, "shop")
    off = ecs.ServiceConnectConfiguration(namespace, [ecs.ServiceConnectService("http")], enabled=False)
    web = ecs.Service(
        ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web"), desired_count=1, service_connect_configuration=off
    )
    assert (web.fronts, namespace.endpoints) == ((), {})


def document(name, mode="awsvpc"):
    return {
        "family": "orders",
        "cpu": "256",
        "memory": "512",
        "networkMode": mode,
        "containerDefinitions": [
            {"name": "app", "image": "orders:1", "portMappings": [{"containerPort": 80, "name": name}]}
        ],
    }


def test_a_port_must_have_the_name_and_the_mode_an_interface():
    sim = ecs.Simulation(1)
    group = ecs.AutoScalingGroup(sim, "fleet", max_size=1)
    cluster = ecs.Cluster(sim, "shop", capacity=[ecs.CapacityProvider(group)])
    namespace = ecs.Namespace(sim, "shop")
    configuration = ecs.ServiceConnectConfiguration(namespace, [ecs.ServiceConnectService("http", "orders")])

    def make(name, mode="awsvpc"):
        definition = ecs.TaskDefinition.from_aws(document(name, mode))
        return ecs.Service(cluster, definition, desired_count=1, service_connect_configuration=configuration)

    with pytest.raises(ecs.InvalidSetting, match="port_name='http' is no named port mapping of orders:1: it has web"):
        make("web")
    with pytest.raises(ecs.InvalidSetting, match="network mode 'host'"):
        make("http", "host")
    assert make("http").fronts == (namespace.endpoints["orders"],)
    with pytest.raises(ecs.InvalidSetting, match="both start at 0"):
        ecs.TimeoutConfiguration(per_request_timeout_seconds=-1)


def camel(name):
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def test_names_are_those_of_the_api():
    model = botocore.session.get_session().get_service_model("ecs")
    for shape in (ecs.ServiceConnectConfiguration, ecs.ServiceConnectService, ecs.TimeoutConfiguration):
        members = set(model.shape_for(shape.__name__).members)
        assert {camel(name) for name in shape.__dataclass_fields__} <= members
    configuration = model.shape_for("AwsVpcConfiguration").members
    assert {camel(name) for name in ecs.AwsvpcConfiguration.__dataclass_fields__} == set(configuration)
    for parameter in ("network_configuration", "service_registries", "service_connect_configuration"):
        assert camel(parameter) in model.shape_for("CreateServiceRequest").members
