"""SimFaaS's own example of a Lambda function (its README), on SimFaaS and on ours."""

from __future__ import annotations

from random import seed as seed_random

import numpy
from simfaas.ServerlessSimulator import ServerlessSimulator

import ecslite as ecs
from bench.rounds import Lap, run, timed
from bench.rows import Budget, Row

RATE = 0.9
WARM_SECONDS = 1.991
COLD_SECONDS = 2.244
IDLE_SECONDS = 600
ROUNDS = 7

TOLERANCE = 0.03
"""Relative, between the mean numbers of environments, averaged over all rounds."""


def ours(seed: int, seconds: float = 480_000) -> Lap:
    sim = ecs.Simulation(seed)
    hello = ecs.Function(
        sim,
        "hello",
        timeout=900,
        warm=ecs.Exponential(WARM_SECONDS),
        cold=ecs.Exponential(COLD_SECONDS),
        idle_seconds=IDLE_SECONDS,
    )
    ecs.Traffic(sim, ecs.constant(RATE), cpu_seconds=ecs.Constant(0)).to(hello)
    took = timed(lambda: sim.run(seconds=seconds))
    return Lap(hello.invocations / took, hello.mean_environments)


def simfaas(seed: int, seconds: float = 100_000) -> Lap:
    seed_random(seed)
    numpy.random.seed(seed)
    example = ServerlessSimulator(
        arrival_rate=RATE,
        warm_service_rate=1 / WARM_SECONDS,
        cold_service_rate=1 / COLD_SECONDS,
        expiration_threshold=IDLE_SECONDS,
        max_time=seconds,
    )
    took = timed(lambda: example.generate_trace(debug_print=False, progress=False))
    example.calculate_time_lengths()
    return Lap(example.total_req_count / took, float(example.get_average_server_count()))


def rows() -> list[Row]:
    rounds = run([ours, simfaas], ROUNDS)
    note = "mean environments: {:.2f}, {:.2f}".format(*rounds.means)
    if abs(rounds.means[0] / rounds.means[1] - 1) > TOLERANCE:
        raise SystemExit(f"function: the two are not the same model, {note}: no ratio means anything")
    ours_, theirs = (f"{each:,.0f}/s" for each in rounds.per_second)
    return [
        Row("function against SimFaaS, its Lambda example", ours_, theirs, rounds.ratios[1], Budget("≥", 10, "×"), note)
    ]
