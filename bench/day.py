"""One simulated day at 100 requests/s: a service of tasks with a daily wave, scaled on CPU, on Fargate."""

from __future__ import annotations

import ecslite as ecs
from bench.rounds import timed
from bench.rows import Budget, Row

BUDGET = Budget("≤", 15, "s")


def day(seed: int = 1, minutes: float = 1440.0) -> ecs.Run:
    """The run: 100 requests/s on average, 40 at night and 160 in the evening, and two tasks that crash."""
    sim = ecs.Simulation(seed)
    shop = ecs.Cluster(sim, "shop")
    front = ecs.LoadBalancer(sim, "front")
    definition = ecs.TaskDefinition("web", cpu=1024, memory=2048)
    web = ecs.Service(shop, definition, desired_count=4, load_balancer=front)
    ecs.TargetTracking(web, target=60, min_capacity=4, max_capacity=40)
    ecs.Traffic(sim, ecs.diurnal(low=40, high=160), cpu_seconds=0.05).to(front)
    for minute in (300, 900):
        ecs.Fault(web, "crash", at_minute=minute)
    return sim.run(minutes=minutes)


def rows() -> list[Row]:
    runs: list[ecs.Run] = []
    seconds = timed(lambda: runs.append(day()))
    run = runs[0]
    served = sum(run.metrics["RequestCount"]["Sum"])
    note = f"{served:,.0f} requests, {len(run.events('scaling'))} scaling events, {len(run.of_kind('task'))} tasks"
    return [Row("one simulated day, 100 requests/s, scaling on", f"{seconds:.1f} s", "", seconds, BUDGET, note)]
