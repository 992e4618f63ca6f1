"""Requests per second of one station, M/M/10 at 80 %, against Ciw and against a SimPy process per request.

Ours runs with everything on: a load balancer with one target of ten workers, all metrics, latencies in a histogram.
Theirs do less: SimPy appends each latency to a list, Ciw keeps its records, and neither counts anything by the minute.
"""

from __future__ import annotations

from collections.abc import Generator
from random import Random
from typing import Any

import ciw
import simpy

import ecslite as ecs
from bench.rounds import Lap, run, timed
from bench.rows import Budget, Row
from ecslite.network.target import Registration
from ecslite.sim.processor_sharing import ProcessorSharing
from ecslite.sim.server import Server
from ecslite.sim.station import Workers

RATE = 160.0
SERVICE_SECONDS = 0.05
WORKERS = 10
MANY = 100_000
"""Workers where the CPU alone limits how many requests are served at a time."""

ROUNDS = 7

EXPECTED = 0.0602
"""The mean time in the system in seconds, by Erlang's C: 0.05 × (1 + 0.4092 / (10 × 0.2))."""

TOLERANCE = 0.03
"""Relative, of an average over all rounds of the shortest runs."""


def ours(seed: int, requests: int = 400_000) -> Lap:
    return _ours(seed, requests, Workers(WORKERS))


def ours_shared(seed: int, requests: int = 400_000) -> Lap:
    return _ours(seed, requests, ProcessorSharing(MANY, cores=WORKERS))


def _ours(seed: int, requests: int, server: Server) -> Lap:
    sim = ecs.Simulation(seed)
    front = ecs.LoadBalancer(sim, "front")
    cause = sim.log.add("task", "one", "One task runs.")
    front.register(Registration("one", server, 0.0, cause, lambda *_: None))
    ecs.Traffic(sim, ecs.constant(RATE), cpu_seconds=SERVICE_SECONDS).to(front)
    seconds = timed(lambda: sim.run(seconds=requests / RATE))
    # The first health check is at 30 s: what came before was refused, and is not counted as served.
    return Lap(front.latency.count / seconds, front.latency.mean)


def simpy_processes(seed: int, requests: int = 60_000) -> Lap:
    random, env, latencies = Random(seed), simpy.Environment(), list[float]()
    workers = simpy.Resource(env, WORKERS)

    def request() -> Generator[simpy.Event, Any, None]:
        arrived = env.now
        with workers.request() as turn:
            yield turn
            yield env.timeout(random.expovariate(1 / SERVICE_SECONDS))
        latencies.append(env.now - arrived)

    def source() -> Generator[simpy.Event, Any, None]:
        while True:
            yield env.timeout(random.expovariate(RATE))
            env.process(request())

    env.process(source())
    seconds = timed(lambda: env.run(until=requests / RATE))
    return Lap(len(latencies) / seconds, sum(latencies) / len(latencies))


def ciw_nodes(seed: int, requests: int = 30_000) -> Lap:
    return _ciw(seed, requests, ciw.Node, number_of_servers=[WORKERS])


def ciw_shared(seed: int, requests: int = 30_000) -> Lap:
    return _ciw(seed, requests, ciw.PSNode, number_of_servers=[float("inf")], ps_thresholds=[WORKERS])


def _ciw(seed: int, requests: int, node: type[Any], **servers: Any) -> Lap:
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=RATE)],
        service_distributions=[ciw.dists.Exponential(rate=1 / SERVICE_SECONDS)],
        **servers,
    )
    queue = ciw.Simulation(network, node_class=node)
    seconds = timed(lambda: queue.simulate_until_max_time(requests / RATE))
    latencies = [record.waiting_time + record.service_time for record in queue.get_all_records()]
    return Lap(len(latencies) / seconds, sum(latencies) / len(latencies))


def rows() -> list[Row]:
    rounds, shared = run([ours, ciw_nodes, simpy_processes], ROUNDS), run([ours_shared, ciw_shared], ROUNDS)
    means = [*rounds.means, *shared.means]
    note = f"mean time in the system, ms: {_list(rounds.means)} (theory {1000 * EXPECTED:.1f})"
    if any(abs(mean / EXPECTED - 1) > TOLERANCE for mean in means):
        raise SystemExit(f"station: they are not the same model, means of {_list(means)} ms: no ratio means anything")
    ours_, ciw_, simpy_, shared_, ciw_shared_ = (f"{each:,.0f}/s" for each in rounds.per_second + shared.per_second)
    return [
        Row("station against Ciw, M/M/10", ours_, ciw_, rounds.ratios[1], Budget("≥", 20, "×"), note),
        Row("station against a SimPy process per request", ours_, simpy_, rounds.ratios[2], Budget("≥", 8, "×")),
        Row(
            "the same with processor sharing, against Ciw's",
            shared_,
            ciw_shared_,
            shared.ratios[1],
            Budget("≥", 20, "×"),
            f"mean time in the system, ms: {_list(shared.means)}",
        ),
    ]


def _list(means: list[float]) -> str:
    return ", ".join(f"{1000 * mean:.1f}" for mean in means)
