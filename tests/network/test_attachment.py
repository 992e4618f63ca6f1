"""Tasks in a VPC: interfaces taken and given back, subnets that run out, pulls with and without a way out."""

from __future__ import annotations

import pytest

import ecslite as ecs

A, B = "us-east-1a", "us-east-1b"
BYTES_PER_MIB = 1024**2


def service(subnets, *, count=2, seed=1, capacity=None, definition=None, **settings):
    sim = ecs.Simulation(seed)
    cluster = ecs.Cluster(sim, "shop", capacity=capacity)
    network = ecs.AwsvpcConfiguration(subnets, settings.pop("groups", ()), settings.pop("assign_public_ip", "ENABLED"))
    definition = definition or ecs.TaskDefinition("web")
    return sim, ecs.Service(cluster, definition, desired_count=count, network_configuration=network, **settings)


def public(*blocks, zones=(A, B)):
    vpc = ecs.Vpc("shop")
    return [ecs.Subnet(vpc, cidr, zone=zones[place % len(zones)], public=True) for place, cidr in enumerate(blocks)]


def tasks(run):
    return [part.attributes for part in run.of_kind("task")]


def test_each_task_has_an_address_of_a_subnet_and_stands_in_its_zone():
    subnets = public("10.0.1.0/24", "10.0.2.0/24")
    sim, _ = service(subnets, count=3)
    run = sim.run(minutes=3)

    seen = [(one["zone"], one["subnet"], one["private_ipv4_address"]) for one in tasks(run)]
    assert seen == [
        (A, "10.0.1.0/24", "10.0.1.4"),
        (B, "10.0.2.0/24", "10.0.2.4"),
        (A, "10.0.1.0/24", "10.0.1.5"),
    ]


def test_an_address_comes_back_when_deprovisioning_is_over():
    subnets = public("10.0.1.0/24")
    sim, web = service(subnets, count=1)
    sim.run(minutes=3)
    (task,) = web.tasks
    web.update(desired_count=0)
    free = []
    while task.last_status != "STOPPED":
        free.append((task.last_status, subnets[0].available_ip_address_count))
        sim.run(seconds=sim.now + 1)

    assert {count for status, count in free if status == "DEPROVISIONING"} == {250}
    assert subnets[0].available_ip_address_count == 251


def test_a_subnet_that_has_run_out_fails_the_task_in_the_words_of_ecs():
    """A /28 has 11 addresses: the rolling update of 8 tasks would take 16."""
    sim, web = service(public("10.0.1.0/28"), count=8)
    sim.run(minutes=3)
    web.update(force_new_deployment=True)
    run = sim.run(minutes=4)

    failed = [one["stopped_reason"] for one in tasks(run) if one.get("stop_code") == "TaskFailedToStart"]
    assert set(failed) == {
        "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet"
        " '10.0.1.0/28': InsufficientFreeAddressesInSubnet"
    }
    says = [event.text for event in run.events("service")]
    assert "(service web) is unable to consistently start tasks successfully." in says
    assert [text for text in says if "its subnets have 11 addresses for tasks, but a rolling update may run 16" in text]


def test_a_task_goes_to_a_zone_with_a_free_address_while_there_is_one():
    sim, _ = service(public("10.0.1.0/28", "10.0.2.0/24"), count=30)
    run = sim.run(minutes=3)

    zones = [one["zone"] for one in tasks(run)]
    assert (zones.count(A), zones.count(B)) == (11, 19)


def test_tasks_on_instances_stand_where_a_subnet_is():
    sim = ecs.Simulation(1)
    group = ecs.AutoScalingGroup(sim, "fleet", max_size=4, zones=(A, B), min_size=2, desired_capacity=2)
    vpc = ecs.Vpc("shop")
    only_b = [ecs.Subnet(vpc, "10.0.2.0/24", zone=B)]
    cluster = ecs.Cluster(sim, "shop", capacity=[ecs.CapacityProvider(group)])
    network = ecs.AwsvpcConfiguration(only_b)
    definition = ecs.TaskDefinition("web", requires_compatibilities=("EC2",))
    ecs.Service(cluster, definition, desired_count=2, network_configuration=network)
    run = sim.run(minutes=15)

    assert {(one["zone"], one["subnet"]) for one in tasks(run)} == {(B, "10.0.2.0/24")}


def reason_of(subnet, *, image=None, **network):
    sim, _ = service([subnet], count=1, definition=ecs.TaskDefinition("web", image=image), **network)
    return tasks(sim.run(minutes=5))[0].get("stopped_reason", "")


def test_a_private_subnet_without_a_way_out_cannot_pull():
    closed = ecs.Subnet(ecs.Vpc("shop"), "10.0.1.0/24")
    ecr = reason_of(closed)
    assert ecr.startswith("ResourceInitializationError: unable to pull secrets or registry auth")
    assert "Subnet 10.0.1.0/24 has no route to a NAT gateway." in ecr
    hub = reason_of(closed, image="docker.io/library/nginx:1")
    assert hub.startswith("CannotPullContainerError: pull image manifest has been retried 5 time(s)")
    assert "i/o timeout" in hub and "docker.io/library/nginx:1" in hub


def test_endpoints_open_the_way_to_ecr_and_to_nothing_else():
    closed = ecs.Subnet(ecs.Vpc("shop", endpoints=("ecr.api", "ecr.dkr", "s3")), "10.0.1.0/24")
    assert reason_of(closed, image="111122223333.dkr.ecr.us-east-1.amazonaws.com/web:1") == ""
    assert reason_of(closed, image="public.ecr.aws/nginx/nginx:1").startswith("CannotPullContainerError")
    without_s3 = ecs.Subnet(ecs.Vpc("shop", endpoints=("ecr.api", "ecr.dkr")), "10.0.1.0/24")
    assert reason_of(without_s3).startswith("CannotPullContainerError")


def test_a_public_subnet_needs_a_public_address_and_a_group_that_lets_out():
    (subnet,) = public("10.0.1.0/24")
    assert reason_of(subnet) == ""
    assert "no public address" in reason_of(subnet, assign_public_ip="DISABLED")
    shut = ecs.SecurityGroup("shut")
    shut.outbound.clear()
    assert "No outbound rule of shut allows tcp 443." in reason_of(subnet, groups=(shut,))


def test_a_public_address_is_billed_for_as_long_as_the_task_has_it():
    sim, _ = service(public("10.0.1.0/24"), count=2)
    bill = ecs.bill(sim.run(minutes=30))
    (line,) = [one for one in bill.lines if one.category == "Public IPv4"]
    assert line.name == "web: public IPv4"
    assert line.quantity == pytest.approx(2 * 0.5, rel=0.01)


def test_a_nat_gateway_carries_each_pull_and_is_paid_for_it():
    sim = ecs.Simulation(1)
    vpc = ecs.Vpc("shop")
    nat = ecs.NatGateway(sim, "nat", zone=A)
    subnets = [ecs.Subnet(vpc, "10.0.1.0/24", zone=A, nat=nat), ecs.Subnet(vpc, "10.0.2.0/24", zone=B, nat=nat)]
    network = ecs.AwsvpcConfiguration(subnets)
    cluster = ecs.Cluster(sim, "shop")
    ecs.Service(cluster, ecs.TaskDefinition("web"), desired_count=2, network_configuration=network, image_mib=300)
    run = sim.run(minutes=5)

    pulled = 2 * 300 * BYTES_PER_MIB
    sums = {name: sum(run.metrics[name, "nat"]["Sum"]) for name in ("BytesInFromDestination", "BytesOutToSource")}
    assert sums == {"BytesInFromDestination": pulled, "BytesOutToSource": pulled}
    assert sum(run.metrics["BytesOutToDestination", "nat"]["Sum"]) == 0
    assert sum(run.metrics["CrossZoneBytes", "nat"]["Sum"]) == pulled / 2
    (data,) = [one for one in ecs.bill(run).lines if one.name == "nat: data"]
    assert data.quantity == pytest.approx(pulled / 1024**3)


def test_what_can_be_known_before_the_run_is_refused_before_it():
    subnets = public("10.0.1.0/28")
    bridge = ecs.TaskDefinition("web", network_mode="bridge", requires_compatibilities=("EC2",))
    sim = ecs.Simulation(1)
    group = ecs.AutoScalingGroup(sim, "fleet", max_size=4, min_size=1)
    on_instances = {"capacity": [ecs.CapacityProvider(group)]}
    for settings, says in (
        ({"count": 12}, "12 tasks in subnets with 11 addresses"),
        ({"definition": bridge, **on_instances}, "with network mode 'bridge'"),
        (on_instances, "assign_public_ip='ENABLED' on instances"),
    ):
        cluster = ecs.Cluster(sim, f"shop {says}", capacity=settings.pop("capacity", None))
        network = ecs.AwsvpcConfiguration(subnets, (), "ENABLED")
        definition = settings.pop("definition", ecs.TaskDefinition("web"))
        with pytest.raises(ecs.InvalidSetting, match=says):
            ecs.Service(cluster, definition, desired_count=settings.get("count", 1), network_configuration=network)
    with pytest.raises(ecs.InvalidSetting, match="subnet 'subnet-1' is not known"):
        ecs.AwsvpcConfiguration(["subnet-1"])
    with pytest.raises(ecs.InvalidSetting, match="pull_timeout_seconds=-1"):
        ecs.Vpc("shop", pull_timeout_seconds=-1)


def test_a_task_that_is_cut_off_does_not_answer_so_that_clients_wait_for_the_connect_timeout():
    """504 after 10 s for each connection until the check has failed; nothing is refused (502). ECS replaces it then."""
    sim = ecs.Simulation(1)
    front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=0)
    web = ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web"), desired_count=2, load_balancer=front)
    ecs.Traffic(sim, 10, cpu_seconds=0.005).to(front)
    front.trace(from_second=600, to_second=660, most=600)
    sim.run(minutes=10)
    before, gone = front.failed.copy(), web.tasks[0]
    outage = sim.log.add("fault", gone.zone, f"The zone {gone.zone} goes dark.")
    gone.cut_off(outage)
    run = sim.run(minutes=14)

    assert set(front.failed - before) == {"504"}
    waited = [round(one.end - one.arrival, 6) for one in run.trace if one.fate == "504"]
    assert waited and set(waited) == {10.0}
    (unhealthy,) = [event for event in run.events("target") if event.text.endswith("it is unhealthy.")]
    for event in (run.events("errors")[-1], unhealthy):
        assert outage in [one.id for one in run.why(event)]
    assert gone.record.attributes["stopped_reason"] == "Task failed ELB health checks"


def test_requests_in_hand_of_an_instance_that_ends_are_given_up_at_the_idle_timeout():
    sim = ecs.Simulation(1)
    group = ecs.AutoScalingGroup(sim, "fleet", max_size=1, min_size=1)
    cluster = ecs.Cluster(sim, "shop", capacity=[ecs.CapacityProvider(group)])
    front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=120)
    definition = ecs.TaskDefinition("web", requires_compatibilities=("EC2",))
    web = ecs.Service(cluster, definition, desired_count=1, load_balancer=front)
    ecs.Traffic(sim, 4, cpu_seconds=0.05).to(front)
    sim.run(minutes=10)
    before, task = front.failed.copy(), web.tasks[0]
    task.host_lost(sim.log.add("instance", task.instance.id, "The instance ends."))
    sim.run(seconds=601)
    assert front.failed["502"] == before["502"]
    sim.run(minutes=12)

    assert (front.failed - before)["504"] > 0
    assert front.failed["502"] == before["502"]
    assert task.stop_code == "TerminationNotice"
