"""Same seed, same bytes: in this Python and in the browser's (npm's Pyodide, run by Node)."""

from __future__ import annotations

from pathlib import Path

import scenarios

from bench.pyodide import FOLDER, in_cpython, in_pyodide

RUNS = """
from hashlib import sha256
import ecslite as ecs

def digest(run):
    return sha256(run.to_json().encode()).hexdigest()

def draws():
    sim = ecs.Simulation(3)
    hello = ecs.Function(sim, "hello", warm=ecs.LogNormal(0.3, 2), cold=ecs.Uniform(0.5, 1.5), idle_seconds=30)
    ecs.Traffic(sim, ecs.diurnal(low=1, high=9), arrivals="poisson").to(hello)
    return sim.run(minutes=120)

def parts():
    sim, name = ecs.Simulation(5), ecs.ContainerDefinition
    init = ecs.ContainerDependency("init", "SUCCESS")
    check = ecs.ContainerHealthCheck(("CMD", "true"), 7)
    web = name("web", "web", depends_on=(init,), health_check=check, restart_policy=ecs.RestartPolicy(True, (), 60))
    others = name("init", "init", essential=False), name("log", "log", essential=False)
    front, cluster, well = ecs.LoadBalancer(sim, "front"), ecs.Cluster(sim, "shop"), ecs.ContainerBehaviour
    behaviours = {"init": well(exits_after_seconds=5.7), "log": well(exits_after_seconds=77.1)}
    application = ecs.Application(exits_after_seconds=200.3, memory_mib=100, containers=behaviours)
    definition = ecs.TaskDefinition("web", container_definitions=(web, *others))
    ecs.Service(cluster, definition, desired_count=3, load_balancer=front, application=application)
    ecs.Traffic(sim, ecs.constant(30), cpu_seconds=0.03).to(front)
    ecs.run_task(cluster, ecs.TaskDefinition("batch"), exits_after_seconds=100, count=2)
    return sim.run(minutes=20)

print(digest(shop()))
print(digest(shop(seed=3, base=10, peak=60, crash_at=(12, 20), stops=(3, 7.5, 11.25), minutes=60)))
print(digest(draws()))
print(digest(parts()))
"""
"""Calm and busy services, crashes, slices, containers that are checked, exit and restart, and every distribution that
calls the platform's mathematics."""


def test_pyodide_gives_the_same_bytes():
    assert (FOLDER / "pyodide.asm.wasm").exists(), "book/node_modules has no Pyodide: run `make setup`"
    code = Path(scenarios.__file__).read_text() + RUNS

    here, there = in_cpython(code).split(), in_pyodide(code).split()

    assert len(set(here)) == 4
    assert here == there
