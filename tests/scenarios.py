"""One small shop, used by many tests."""

from __future__ import annotations

import ecslite as ecs


def shop(
    seed=7,
    *,
    minutes=40,
    base=4,
    peak=16,
    at_minute=10,
    for_minutes=15,
    desired_count=2,
    backlog=15,
    target=60,
    max_capacity=10,
    crash_at=(),
    stops=(),
    delay=60,
    arrivals="poisson",
):
    """The shop's run: a service behind a load balancer, tracked on CPU, with a spike of traffic and crashes at will."""
    sim = ecs.Simulation(seed)
    cluster = ecs.Cluster(sim, "shop")
    front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=delay)
    definition = ecs.TaskDefinition("web", cpu=256, memory=512)
    web = ecs.Service(cluster, definition, desired_count=desired_count, load_balancer=front, backlog=backlog)
    if target:
        ecs.TargetTracking(web, target=target, min_capacity=desired_count, max_capacity=max_capacity)
    profile = ecs.spike(base=base, peak=peak, at_minute=at_minute, for_minutes=for_minutes)
    ecs.Traffic(sim, profile, cpu_seconds=0.06, arrivals=arrivals).to(front)
    for minute in crash_at:
        ecs.Fault(web, "crash", at_minute=minute)
    for minute in stops:
        sim.run(minutes=minute)
    return sim.run(minutes=minutes)
