"""Processor sharing against plain oracles, against first come, first served, and against itself in slices."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecslite.errors import InvalidSetting
from ecslite.sim.clock import on_grid
from ecslite.sim.processor_sharing import ProcessorSharing
from ecslite.sim.station import Workers

MOMENTS = st.integers(0, 2000).map(lambda tick: tick / 16)
COSTS = st.integers(0, 400).map(lambda tick: tick / 16)
REQUESTS = st.lists(st.tuples(MOMENTS, COSTS, st.just(0.0) | COSTS), min_size=1, max_size=40) | st.lists(
    st.tuples(MOMENTS, COSTS, st.just(0.0)), min_size=1, max_size=40
)
CORES = st.sampled_from([0.25, 0.5, 1.0, 1.5, 2.0, 3.0])
BACKLOGS = st.sampled_from([1, 2, 5, None])


def event_by_event(requests, workers, cores, backlog, changes=(), *, round_=on_grid, parts=None):
    """The plain version: each request's own work, taken down a little at each event. Ends by index, and who was
    refused; `changes` are (moment, cores); `parts` is into how many parts the CPU is divided, if not as many as needed.
    """
    todo = [(moment, 0, number) for moment, number in changes] + [(one[0], 1, i) for i, one in enumerate(requests)]
    todo.sort()
    now, working, waiting, line, ends, refused = 0, {}, {}, [], {}, []
    while todo or working or waiting:
        rate = min(1, Fraction(cores) / (parts or len(working))) if working else 1
        first = min(working, key=lambda i: (working[i], requests[i])) if working else None
        end = now + round_(working[first] / rate) if working else inf
        back = min(waiting.values(), default=inf)
        moment = todo[0][0] if todo else inf
        then = min(end, back, moment)
        if moment < min(end, back) and todo[0][1] and len(working) + len(waiting) == workers:
            # Who does not get in changes nothing for the others, not even by a rounding.
            value = todo.pop(0)[2]
            (line if backlog is None or len(line) < backlog else refused).append(value)
            continue
        done = round_((then - now) * rate)
        if then == end and not back <= end:
            done = working[first]
        done = min(done, *working.values()) if working else 0
        working = {i: left - done for i, left in working.items()}
        now = then
        if back == then:
            gone = min(waiting, key=lambda i: (waiting[i], requests[i]))
            del waiting[gone]
            ends[gone] = now
        elif end == then:
            del working[first]
            if requests[first][2]:
                waiting[first] = now + requests[first][2]
            else:
                ends[first] = now
        else:
            _, kind, value = todo.pop(0)
            if kind == 0:
                cores = value
            else:
                working[value] = requests[value][1]
        if line and len(working) + len(waiting) < workers:
            following = line.pop(0)
            working[following] = requests[following][1]
    return ends, refused


def in_order(requests):
    """With no two at one moment."""
    return sorted({one[0]: one for one in requests}.values())


def lists(requests):
    """The columns of a chunk: without waits where there are none, as traffic has it."""
    times, costs, waits = (list(column) for column in zip(*requests, strict=True))
    return times, costs, waits if any(waits) else None


@settings(max_examples=400, deadline=None)
@given(requests=REQUESTS, workers=st.integers(1, 6), cores=CORES, backlog=BACKLOGS)
def test_the_batch_agrees_with_the_oracle_exactly(requests, workers, cores, backlog):
    requests = in_order(requests)
    ends, refused = event_by_event(requests, workers, cores, backlog)
    batch = ProcessorSharing(workers, cores=cores, backlog=backlog)

    assert batch.serve(*lists(requests)) == refused
    assert sorted(batch.ended(1e6)) == sorted((requests[i][0], float(end)) for i, end in ends.items())
    assert sorted(batch.settle(1e6)) == sorted(end - requests[i][0] for i, end in ends.items())


@settings(max_examples=100, deadline=None)
@given(requests=REQUESTS, workers=st.integers(1, 6), cores=CORES)
def test_rounding_to_the_grid_moves_no_end_by_a_microsecond(requests, workers, cores):
    requests = in_order(requests)
    exactly = [tuple(map(Fraction, one)) for one in requests]
    ends, _ = event_by_event(exactly, workers, cores, None, round_=lambda seconds: seconds)
    batch = ProcessorSharing(workers, cores=cores)
    batch.serve(*lists(requests))

    measured = sorted(batch.ended(1e6))
    expected = sorted((float(requests[i][0]), float(end)) for i, end in ends.items())
    assert [end for _, end in measured] == pytest.approx([end for _, end in expected], abs=1e-6)


@settings(max_examples=200, deadline=None)
@given(
    requests=REQUESTS,
    workers=st.integers(1, 6),
    cores=CORES,
    backlog=BACKLOGS,
    changes=st.dictionaries(MOMENTS.map(lambda moment: moment + 1 / 32), CORES, max_size=5),
)
def test_a_new_number_of_cores_counts_for_what_is_in_hand_as_well(requests, workers, cores, backlog, changes):
    requests, changes = in_order(requests), sorted(changes.items())
    ends, refused = event_by_event(requests, workers, cores, backlog, changes)
    batch, turned_away = ProcessorSharing(workers, cores=cores, backlog=backlog), 0
    for moment, number in [*changes, (1e5, 1.0)]:
        part = [one for one in requests if one[0] <= moment]
        requests = requests[len(part) :]
        if part:
            turned_away += len(batch.serve(*lists(part)))
        batch.set_cores(moment, number)

    assert turned_away == len(refused)
    assert sorted(end for _, end in batch.ended(1e6)) == sorted(map(float, ends.values()))


@settings(max_examples=300, deadline=None)
@given(
    requests=REQUESTS,
    workers=st.sampled_from([1, 2, 4]),
    backlog=BACKLOGS,
    changes=st.dictionaries(MOMENTS.map(lambda moment: moment + 1 / 32), st.sampled_from([0.5, 1.0, 2.0]), max_size=5),
    stop=MOMENTS,
)
def test_workers_with_even_parts_of_the_cpu_change_their_speed_as_the_oracle_does(
    requests, workers, backlog, changes, stop
):
    requests, changes = in_order(requests), sorted(changes.items())
    ends, refused = event_by_event(requests, workers, 1.0, backlog, changes, parts=workers)
    batch, turned_away, asked = Workers(workers, stretch=workers, backlog=backlog), 0, 0
    for moment, number in [*changes, (1e5, 1.0)]:
        part = [one for one in requests if one[0] <= moment]
        asked, requests = asked + len(part), requests[len(part) :]
        if part:
            turned_away += len(batch.serve(*lists(part)))
        batch.outstanding(moment if moment < 1e5 else 0.0)
        batch.set_cores(moment, number)
        in_hand = sum(end > moment for end in batch._ends)
        assert moment == 1e5 or batch.outstanding(moment) == in_hand

    assert turned_away == len(refused)
    assert sorted(end for _, end in batch.ended(1e6)) == sorted(map(float, ends.values()))


@settings(max_examples=200, deadline=None)
@given(requests=REQUESTS, backlog=BACKLOGS, looks=st.lists(MOMENTS, max_size=6))
def test_one_worker_with_a_core_is_first_come_first_served(requests, backlog, looks):
    requests = in_order(requests)
    sharing, queueing = ProcessorSharing(1, backlog=backlog), Workers(1, backlog=backlog)
    for moment in [*sorted(looks), 1e5]:
        part = [one for one in requests if one[0] <= moment]
        requests = requests[len(part) :]
        columns = lists(part) if part else ([], [])
        assert sharing.serve(*columns) == queueing.serve(*columns)
        assert sharing.overdue(0.0, moment - 9, 9.0) == queueing.overdue(0.0, moment - 9, 9.0)
        assert sharing.wait(moment) == queueing.wait(moment)
        assert sharing.last_end(moment) == queueing.last_end(moment)
        assert sharing.outstanding(moment) == queueing.outstanding(moment)
        assert sharing.cpu_seconds(moment) == queueing.cpu_seconds(moment)


@settings(max_examples=200, deadline=None)
@given(
    requests=REQUESTS,
    workers=st.integers(1, 5),
    cores=CORES,
    cuts=st.lists(MOMENTS, max_size=8),
    last=st.integers(0, 2000).map(lambda tick: tick / 8),
)
def test_slices_change_no_end_and_no_second_of_cpu(requests, workers, cores, cuts, last):
    requests = in_order(requests)
    whole, sliced = (ProcessorSharing(workers, cores=cores) for _ in range(2))
    before = [one for one in requests if one[0] <= last]
    if before:
        whole.serve(*lists(before))
    latencies = []
    for cut in [*sorted(cut for cut in cuts if cut < last), last]:
        part = [one for one in requests if one[0] <= cut]
        requests = requests[len(part) :]
        if part:
            sliced.serve(*lists(part))
        sliced.outstanding(cut), sliced.wait(cut), sliced.last_end(cut), sliced.cpu_seconds(cut)
        latencies += sliced.settle(cut)

    assert whole.cpu_seconds(last) == sliced.cpu_seconds(last)
    assert sorted(whole.settle(last)) == sorted(latencies)
    assert whole.drop(last) == sliced.drop(last)
    assert whole.cpu_seconds(last) == sliced.cpu_seconds(last) == whole.cpu_seconds(1e6)
    assert whole.outstanding(1e6) == 0


def test_two_requests_on_one_core_take_turns_and_three_on_two_get_two_thirds():
    one = ProcessorSharing(10)
    one.serve([0.0, 1.0], [2.0, 2.0])
    two = ProcessorSharing(10, cores=2.0)
    two.serve([0.0, 0.0, 0.0], [2.0, 2.0, 2.0])

    assert one.settle(10.0) == [3.0, 3.0]
    assert two.settle(10.0) == [3.0, 3.0, 3.0]


def test_waiting_is_not_stretched_and_leaves_the_cpu_to_others():
    both = ProcessorSharing(2, cores=0.5)
    both.serve([0.0, 2.0], [1.0, 1.0], [5.0, 0.0])

    # The first is done with the CPU at 2 and waits until 7; the second has it for itself.
    assert both.ended(10.0) == [(2.0, 4.0), (0.0, 7.0)]


def test_requests_with_and_without_waits_come_to_the_same_server():
    mixed = ProcessorSharing(10)
    mixed.serve([0.0], [1.0], [5.0])
    mixed.serve([0.5, 3.0], [1.0, 1.0])

    assert mixed.ended(10.0) == [(0.5, 2.0), (3.0, 4.0), (0.0, 6.5)]


@settings(max_examples=200, deadline=None)
@given(requests=REQUESTS, workers=st.integers(1, 6), cores=CORES, cuts=st.lists(MOMENTS, max_size=5))
def test_it_is_all_the_same_one_by_one_and_in_chunks(requests, workers, cores, cuts):
    requests = in_order(requests)
    chunks, single = (ProcessorSharing(workers, cores=cores, backlog=5) for _ in range(2))
    for cut in [*sorted(cuts), 1e5]:
        part = [one for one in requests if one[0] <= cut]
        requests = requests[len(part) :]
        refused = chunks.serve(*lists(part)) if part else []
        assert [place for place, one in enumerate(part) if not single.offer(*one)] == refused

    assert chunks.ended(1e6) == single.ended(1e6)


def test_a_late_arrival_is_overdue_when_it_takes_too_long():
    sharing = ProcessorSharing(10)
    sharing.serve([0.0, 0.5], [1.0, 3.0], None)

    assert sharing.overdue(-1.0, 8.0, 2.0) == [(0.5, 3.0, 0.0)]


def test_what_makes_no_sense_is_refused():
    for settings_ in ({"count": 0}, {"count": 1, "backlog": 0}, {"count": 1, "cores": 0.0}):
        with pytest.raises(InvalidSetting, match="whole numbers from 1, and there must be some CPU"):
            ProcessorSharing(**settings_)
