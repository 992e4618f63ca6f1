"""Processor sharing against queueing theory. Arrivals are Poisson, work has a mean of one second, utilisation is 0.8.

Each mean is over some 380,000 requests. In M/M/1 the standard error of the mean time in the system is about
√(2 (1 + ρ) / (1 - ρ)² / N) of it, 1.5 % here; tolerances are three of those. All seeds are fixed.
"""

from __future__ import annotations

from math import log

import pytest

import ecslite as ecs
from ecslite.sim.histogram import Histogram
from ecslite.sim.processor_sharing import ProcessorSharing
from ecslite.sim.station import Workers

UTILISATION = 0.8
MANY = 10**6
"""Workers enough that nobody ever waits for one."""


def sojourn(server, work=1.0, rate=UTILISATION, minutes=8000, seed=3):
    """The times in the system (seconds), as a histogram."""
    traffic, latencies = ecs.Traffic(ecs.Simulation(seed), ecs.constant(rate), cpu_seconds=work), Histogram()
    for times, costs, waits in traffic.take(minutes * 60.0):
        server.serve(times, costs, waits)
        latencies.add(server.settle(times[-1]))
    return latencies


def test_one_server_has_the_same_mean_either_way_and_another_99th_percentile():
    """M/M/1 at 0.8: 5 service times both ways. First come, first served is exponential: its p99 is 5 × ln 100 = 23.0.
    Shared, a long request pays for all the short ones that come and go, and its tail is longer."""
    queueing, sharing = sojourn(Workers(1)), sojourn(ProcessorSharing(MANY))

    assert [queueing.mean, sharing.mean] == pytest.approx([5.0, 5.0], rel=0.05)
    assert queueing.quantile(0.99) == pytest.approx(5 * log(100), rel=0.08)
    assert sharing.quantile(0.99) > 1.3 * queueing.quantile(0.99)
    assert sharing.quantile(0.5) < 0.7 * queueing.quantile(0.5)


@pytest.mark.parametrize(
    "work",
    [ecs.Constant(1.0), ecs.Uniform(0.0, 2.0), ecs.LogNormal(1.0, variation=2.0)],
    ids=["constant", "uniform", "log-normal"],
)
def test_shared_the_mean_depends_on_the_mean_work_alone(work):
    """M/G/1-PS is insensitive: 1 / (1 - ρ) for any work. First come, first served is not: see the next test."""
    assert sojourn(ProcessorSharing(MANY), work).mean == pytest.approx(5.0, rel=0.06)


def test_first_come_first_served_depends_on_how_work_varies():
    """Pollaczek and Khinchine: 1 + ρ (1 + c²) / 2 / (1 - ρ); 3 for constant work, 11 for a variation of 2."""
    constant, varied = (sojourn(Workers(1), work).mean for work in (ecs.Constant(1.0), ecs.LogNormal(1.0, variation=2)))

    assert constant == pytest.approx(3.0, rel=0.05)
    assert varied > 8


def test_a_request_of_given_work_takes_as_many_times_as_long():
    """E[T | x] = x / (1 - ρ): who brings twice the work stays twice as long."""
    sim = ecs.Simulation(9)
    server, work, took = ProcessorSharing(MANY), {}, {1.0: [], 4.0: []}
    random = sim.stream("mix")
    traffic = ecs.Traffic(sim, ecs.constant(UTILISATION / 2.5), cpu_seconds=ecs.Constant(0))
    for times, *_ in traffic.take(16000 * 60.0):
        costs = [random.choice((1.0, 4.0)) for _ in times]
        work.update(zip(times, costs, strict=True))
        server.serve(times, costs)
        for arrival, end in server.ended(times[-1]):
            took[work.pop(arrival)].append(end - arrival)
        server.settle(times[-1])

    assert [sum(took[cost]) / len(took[cost]) for cost in (1.0, 4.0)] == pytest.approx([5.0, 20.0], rel=0.06)


def test_several_cores_shared_wait_as_erlang_c_says():
    """M/M/c with exponential work: as many requests in the system as first come, first served, so the same mean."""
    expected = 1 + 0.5964 / (4 - 3.2)

    assert sojourn(ProcessorSharing(MANY, cores=4.0), rate=3.2, minutes=2000).mean == pytest.approx(expected, rel=0.05)


def test_waiting_for_others_adds_itself_and_nothing_more():
    """A delay in which a request uses no CPU: 5 service times and the wait, with workers enough."""
    sim = ecs.Simulation(3)
    traffic = ecs.Traffic(sim, ecs.constant(UTILISATION), cpu_seconds=1.0, wait_seconds=ecs.Constant(10.0))
    server, latencies = ProcessorSharing(MANY), Histogram()
    for times, costs, waits in traffic.take(8000 * 60.0):
        server.serve(times, costs, waits)
        latencies.add(server.settle(times[-1]))

    assert latencies.mean == pytest.approx(15.0, rel=0.02)


@pytest.mark.parametrize("server", [Workers(2), ProcessorSharing(4, cores=2.0)], ids=["first come", "shared"])
def test_littles_law_holds(server):
    """L = λ W: in hand, looked at every 7 s, against throughput times mean latency."""
    traffic = ecs.Traffic(ecs.Simulation(4), ecs.constant(1.6), cpu_seconds=1.0)
    seen, latencies, seconds = [], Histogram(), 8000 * 60
    for look in range(0, seconds, 7):
        for times, costs, waits in traffic.take(float(look)):
            server.serve(times, costs, waits)
        seen.append(server.outstanding(float(look)))
        latencies.add(server.settle(float(look)))

    # Both sides see the same busy spells, so that their difference is far smaller than either's error.
    assert sum(seen) / len(seen) == pytest.approx(latencies.count / seconds * latencies.mean, rel=0.02)


def test_the_share_of_time_without_work_is_what_utilisation_leaves():
    """1 - ρ of the CPU is idle, however it is shared: work is conserved."""
    server = ProcessorSharing(MANY)
    sojourn(server, minutes=4000)

    assert server.cpu_seconds(4000 * 60.0) / (4000 * 60) == pytest.approx(UTILISATION, rel=0.01)
