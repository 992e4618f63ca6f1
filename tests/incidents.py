"""Shops in which something goes wrong, each by a fault of its own; shared by the tests of what AWS would print."""

from __future__ import annotations

import ecslite as ecs

BREAKER = ecs.DeploymentConfiguration(deployment_circuit_breaker=ecs.DeploymentCircuitBreaker())


def open_shop(*, capacity=None, definition=None, network=None, desired_count=2, balancer=None, seed=7, **service):
    """A simulation, its cluster and a service behind a load balancer, with visitors from minute 2 on."""
    sim = ecs.Simulation(seed)
    front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=30, **(balancer or {}))
    cluster = ecs.Cluster(sim, "shop", capacity=capacity(sim) if capacity else None)
    web = ecs.Service(
        cluster,
        definition or ecs.TaskDefinition("web"),
        desired_count=desired_count,
        load_balancer=front,
        network_configuration=network,
        **service,
    )
    ecs.Traffic(sim, ecs.constant(4), cpu_seconds=0.05, from_minute=2).to(front)
    return sim, cluster, web


def deployed(application, **service):
    """At minute 5 another application is deployed."""
    sim, _, web = open_shop(**service)
    sim.at(300, lambda: web.update(application=ecs.Application(**application)))
    return sim.run(minutes=12)


def on_instances(desired_count, memory, *, managed=False, fault=None):
    """Two m5.large, and tasks of that much memory with interfaces of their own."""
    scaling = ecs.ManagedScaling() if managed else None
    sim, cluster, _ = open_shop(
        capacity=lambda sim: [
            ecs.CapacityProvider(ecs.AutoScalingGroup(sim, "box", min_size=2, max_size=2), managed_scaling=scaling)
        ],
        definition=ecs.TaskDefinition("web", cpu=256, memory=memory, requires_compatibilities=("EC2",)),
        desired_count=desired_count,
    )
    if fault:
        ecs.Fault(cluster, fault, at_minute=8)
    return sim.run(minutes=12)


def subnets(*, public):
    vpc = ecs.Vpc("shop")
    return [ecs.Subnet(vpc, f"10.0.{n}.0/24", zone=f"us-east-1{zone}", public=public) for n, zone in enumerate("ab")]


def without_a_way_out():
    """Private subnets, no NAT gateway, no endpoint."""
    sim, _, _ = open_shop(network=ecs.AwsvpcConfiguration(subnets(public=False)))
    return sim.run(minutes=12)


def blocked_by_a_security_group():
    """The tasks' group lets nobody in, the load balancer's checks included."""
    inner, outer = ecs.SecurityGroup("web"), ecs.SecurityGroup("front")
    outer.allow_inbound("0.0.0.0/0", 80)
    at = subnets(public=True)
    sim, _, _ = open_shop(
        network=ecs.AwsvpcConfiguration(at, [inner], "ENABLED"), balancer={"subnets": at, "security_groups": [outer]}
    )
    return sim.run(minutes=12)


def interrupted():
    """Fargate Spot takes one task's capacity back at minute 8."""
    sim, _, web = open_shop(capacity=lambda sim: [ecs.FargateSpot()])
    ecs.Fault(web, "spot_interruption", at_minute=8)
    return sim.run(minutes=12)
