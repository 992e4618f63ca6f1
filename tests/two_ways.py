"""One application, two ways: the same requests to a service on Fargate, and to an API with a function and a table."""

from __future__ import annotations

import ecslite as ecs

CPU_SECONDS, TABLE_SECONDS = 0.1, 0.005
"""Of one request: work on one vCPU, and the table's answer."""

MEMORY = 1769
"""MiB of the function: one vCPU, as a task has."""


def containers(profile, *, tasks=2, minutes=20, seed=7, scaled=False, warm_up=3):
    """A service behind a load balancer; `scaled` tracks a CPU of 60 %. Traffic begins when its tasks are healthy."""
    sim = ecs.Simulation(seed)
    front = ecs.LoadBalancer(sim, "front")
    definition = ecs.TaskDefinition("web", cpu=1024, memory=2048)
    cluster = ecs.Cluster(sim, "shop")
    web = ecs.Service(cluster, definition, desired_count=tasks, load_balancer=front, backlog=10)
    if scaled:
        ecs.TargetTracking(web, target=60, min_capacity=tasks, max_capacity=40)
    source = ecs.Traffic(
        sim,
        profile,
        cpu_seconds=CPU_SECONDS,
        wait_seconds=ecs.Constant(TABLE_SECONDS),
        from_minute=warm_up,
        name="customers",
    )
    source.to(front)
    return sim.run(minutes=minutes)


def functions(profile, *, minutes=20, seed=7, warm_up=3, **settings):
    """`api >> function >> table`, with the same requests."""
    sim = ecs.Simulation(seed)
    api = ecs.Api(sim, "front", "HTTP")
    web = ecs.Function(sim, "web", memory=MEMORY, **settings)
    orders = ecs.Table(sim, "orders", operations=[ecs.Operation(name="PutItem")], latency=TABLE_SECONDS)
    api >> web >> orders
    ecs.Traffic(sim, profile, cpu_seconds=CPU_SECONDS, from_minute=warm_up, name="customers").to(api)
    return sim.run(minutes=minutes)


def column(run, name, statistic, subject):
    """A metric's values, minute by minute; 0 where there is none."""
    return [value or 0.0 for value in run.metrics[name, subject].statistics.get(statistic, ())]
