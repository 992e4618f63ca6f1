"""The batch station against theory, against an event-by-event oracle, and against itself in slices."""

from __future__ import annotations

import heapq
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecslite as ecs
from ecslite.sim.clock import on_grid
from ecslite.sim.station import Workers

MOMENTS = st.integers(0, 2000).map(lambda tick: tick / 16)
COSTS = st.integers(0, 400).map(lambda tick: tick / 16)


def event_by_event(arrivals, services, workers, backlog):
    """The plain version: one event at a time, with a queue of people standing in line. Latencies by arrival."""
    events = [(moment, 1, index) for index, moment in enumerate(arrivals)]
    heapq.heapify(events)
    idle, waiting, ends = workers, [], {}
    while events:
        now, kind, index = heapq.heappop(events)
        if kind == 0:
            idle += 1
        elif idle or len(waiting) < backlog:
            waiting.append(index)
        while idle and waiting:
            first = waiting.pop(0)
            idle -= 1
            ends[first] = now + services[first]
            heapq.heappush(events, (ends[first], 0, first))
    return ends


@settings(max_examples=300, deadline=None)
@given(
    requests=st.lists(st.tuples(MOMENTS, COSTS), max_size=60),
    workers=st.integers(1, 4),
    backlog=st.sampled_from([1, 2, 5, 1000]),
)
def test_the_batch_agrees_with_the_oracle_exactly(requests, workers, backlog):
    arrivals = sorted({moment for moment, _ in requests})
    services = [cost + 1 / 64 for _, cost in requests][: len(arrivals)]
    ends = event_by_event(arrivals, services, workers, backlog)
    batch = Workers(workers, backlog=backlog)

    refused = batch.serve(arrivals, services)

    assert len(refused) == len(arrivals) - len(ends)
    assert sorted(batch.settle(1e6)) == sorted(end - arrivals[index] for index, end in ends.items())


@settings(max_examples=200, deadline=None)
@given(
    requests=st.lists(st.tuples(MOMENTS, COSTS, COSTS), min_size=1, max_size=40),
    workers=st.integers(1, 3),
    backlog=st.sampled_from([1, 5, 1000]),
    stretch=st.sampled_from([1.0, 2.0, 4.0]),
    cut=MOMENTS,
)
def test_waiting_holds_a_worker_and_uses_no_cpu(requests, workers, backlog, stretch, cut):
    arrivals = sorted({moment for moment, *_ in requests})
    cpu = [cost + 1 / 64 for _, cost, _ in requests][: len(arrivals)]
    waits = [wait for *_, wait in requests][: len(arrivals)]
    services = [cost * stretch + wait for cost, wait in zip(cpu, waits, strict=True)]
    ends = event_by_event(arrivals, services, workers, backlog)
    worked = [min(cpu[i], max(0.0, cut - (end - services[i])) / stretch) for i, end in ends.items()]
    batch = Workers(workers, stretch=stretch, backlog=backlog)

    batch.serve(arrivals, cpu, waits)

    assert batch.cpu_seconds(cut) == sum(worked)
    assert sorted(batch.settle(cut)) == sorted(end - arrivals[i] for i, end in ends.items() if end <= cut)
    assert batch.cpu_seconds(cut) == sum(worked)
    assert batch.drop(cut) == sorted((arrivals[i], cpu[i], waits[i]) for i, end in ends.items() if end > cut)
    assert batch.cpu_seconds(cut) == sum(worked)


def test_requests_with_and_without_waits_come_to_the_same_workers():
    mixed = Workers(1)
    mixed.serve([0.0], [1.0])
    mixed.serve([0.5], [1.0], [3.0])
    mixed.offer(0.75, 2.0)

    assert mixed.cpu_seconds(10.0) == 1.0 + 1.0 + 2.0
    assert mixed.overdue(0.0, 1.0, 4.0) == [(0.5, 1.0, 3.0), (0.75, 2.0, 0.0)]


@settings(max_examples=200, deadline=None)
@given(
    requests=st.lists(st.tuples(MOMENTS, COSTS), min_size=1, max_size=60),
    workers=st.integers(1, 3),
    cuts=st.lists(MOMENTS, max_size=8),
)
def test_slices_change_no_latency_and_no_second_of_cpu(requests, workers, cuts):
    arrivals = sorted({moment for moment, _ in requests})
    services = [cost for _, cost in requests][: len(arrivals)]
    whole, sliced = Workers(workers), Workers(workers)
    whole.serve(arrivals, services)
    latencies = []
    begin = 0
    for cut in [*sorted(cuts), 1e5]:
        end = sum(moment <= cut for moment in arrivals)
        sliced.serve(arrivals[begin:end], services[begin:end])
        latencies += sliced.settle(cut)
        begin = end

    assert sorted(latencies) == sorted(whole.settle(1e5))
    assert whole.cpu_seconds(1e5) == sliced.cpu_seconds(1e5) == sum(services)


def test_the_dead_keep_the_seconds_they_worked():
    workers = Workers(1)
    workers.serve([0.0, 1.0], [4.0, 4.0])

    lost = workers.drop(3.0)

    assert (len(lost), workers.cpu_seconds(10.0)) == (2, 3.0)


def sojourn(rate, mean, workers, minutes, seed=3):
    """The mean time in the system (seconds) of Poisson arrivals at exponential workers."""
    sim = ecs.Simulation(seed)
    traffic = ecs.Traffic(sim, ecs.constant(rate), cpu_seconds=mean)
    pool, total, count = Workers(workers), 0.0, 0
    for times, costs, *_ in traffic.take(minutes * 60.0):
        pool.serve(times, costs)
        latencies = pool.settle(times[-1])
        total, count = total + sum(latencies), count + len(latencies)
    return total / count


def erlang_c(load, workers):
    """The probability that an arrival waits, in M/M/c, by Erlang's recursion for the loss probability."""
    loss = 1.0
    for servers in range(1, workers + 1):
        loss = load * loss / (servers + load * loss)
    return loss / (1 - load / workers * (1 - loss))


@pytest.mark.parametrize(("workers", "rate"), [(1, 0.8), (4, 3.2), (10, 9.0)])
def test_a_station_waits_as_erlang_c_says(workers, rate):
    expected = 1 + erlang_c(rate, workers) / (workers - rate)

    actual = sojourn(rate, 1.0, workers, minutes=8000)

    # 480,000 × rate requests; the standard error of the mean, with its autocorrelation, is below 1.5 %.
    assert actual == pytest.approx(expected, rel=0.05)


def test_strict_turns_make_erlang_arrivals_at_each_target():
    """Round robin over 4 at utilisation 0.8: E_4/M/1, 3.267 service times in the system, where M/M/1 gives 5."""
    sim = ecs.Simulation(11)
    traffic = ecs.Traffic(sim, ecs.constant(3.2), cpu_seconds=1.0)
    pools, turn, total, count = [Workers(1) for _ in range(4)], 0, 0.0, 0
    for times, costs, *_ in traffic.take(8000 * 60.0):
        for place, pool in enumerate(pools):
            first = (place - turn) % 4
            pool.serve(times[first::4], costs[first::4])
            latencies = pool.settle(times[-1])
            total, count = total + sum(latencies), count + len(latencies)
        turn = (turn + len(times)) % 4

    assert total / count == pytest.approx(3.267, rel=0.03)


def test_no_two_requests_arrive_at_one_instant():
    for arrivals in ("poisson", "even", "burst"):
        traffic = ecs.Traffic(ecs.Simulation(1), ecs.constant(500), arrivals=arrivals)
        times = [time for chunk, *_ in traffic.take(120.0) for time in chunk]
        assert all(earlier < later for earlier, later in pairwise(times)), arrivals


def test_even_arrivals_hide_the_queue_and_a_burst_invents_one():
    waits = {}
    for arrivals in ("even", "poisson", "burst"):
        traffic = ecs.Traffic(ecs.Simulation(5), ecs.constant(8), cpu_seconds=ecs.Constant(0.1), arrivals=arrivals)
        pool = Workers(1)
        for times, costs, *_ in traffic.take(600.0):
            pool.serve(times, costs)
        latencies = pool.settle(1e6)
        waits[arrivals] = sum(latencies) / len(latencies)

    assert waits["even"] == pytest.approx(0.1)
    # M/D/1 at 0.8: 0.1 × (1 + 0.8 / (2 × 0.2)).
    assert waits["poisson"] == pytest.approx(0.3, rel=0.25)
    assert waits["burst"] > 20


def test_traffic_is_taken_the_same_in_any_slices():
    random = Random(2)
    whole = ecs.Traffic(ecs.Simulation(9), ecs.spike(base=5, peak=300, at_minute=1, for_minutes=1))
    sliced = ecs.Traffic(ecs.Simulation(9), ecs.spike(base=5, peak=300, at_minute=1, for_minutes=1))
    cuts = sorted(on_grid(random.uniform(0, 180)) for _ in range(40))

    expected = [pair for chunk in whole.take(180.0) for pair in zip(*chunk[:2], strict=True)]
    actual = [pair for cut in [*cuts, 180.0] for chunk in sliced.take(cut) for pair in zip(*chunk[:2], strict=True)]

    assert expected == actual
    assert len(expected) == pytest.approx(5 * 120 + 300 * 60, rel=0.03)


def test_two_sources_merge_in_the_order_of_time():
    sim = ecs.Simulation(4)
    front = ecs.LoadBalancer(sim, "front")
    for name in ("web", "mobile"):
        ecs.Traffic(sim, ecs.constant(20), name=name).to(front)
    alone = ecs.Simulation(4)
    expected = sorted(
        time
        for name in ("web", "mobile")
        for times, *_ in ecs.Traffic(alone, ecs.constant(20), name=name).take(60.0)
        for time in times
    )

    assert expected == [time for times, *_ in front._arrivals(60.0) for time in times]


def test_traffic_may_begin_later_without_shifting_its_profile():
    sim = ecs.Simulation(4)
    profile = ecs.spike(base=5, peak=50, at_minute=3, for_minutes=1)
    late = ecs.Traffic(sim, profile, from_minute=2)
    times = [time for chunk, *_ in late.take(300.0) for time in chunk]

    assert min(times) >= 120
    assert sum(180 <= time < 240 for time in times) > 2000
