"""Mappings from DynamoDB streams to functions: order in a lane, blocking, giving up, and what is refused."""

from __future__ import annotations

import pytest
from messaging import FakeFunction, counted, message

import ecslite as ecs
from ecslite.serverless.part import Part
from ecslite.serverless.stream import RECORD_SECONDS, Stream


def streamed(count=0, *, shards=1, function=None, poison=(), gap=0.0, **settings):
    """A stream with so many changes from second 1 on, a function, and a mapping between them."""
    sim = ecs.Simulation(1)
    stream, work = Stream(sim, "orders", shards), FakeFunction(sim, **(function or {}))
    mapping = ecs.EventSourceMapping(stream, work, **{"starting_position": "LATEST", **settings})
    for number in range(count):
        change = message(number, key=f"item {number % 20}", poison=number in poison)
        mapping.agenda.at(1 + gap * number, lambda time, change=change: stream.put(time, change))
    return sim, stream, work, mapping


def batches(function):
    return [[each.id for each in event.batch] for _, event in function.calls]


def test_a_batch_is_read_at_the_next_poll_four_a_second():
    sim, _, function, _ = streamed(3)
    sim.run(seconds=10)
    assert ([time for time, _ in function.calls], batches(function)) == ([1.25], [[0, 1, 2]])


def test_a_lane_has_one_batch_at_a_time_of_100_at_the_most():
    sim, _, function, _ = streamed(250)
    sim.run(seconds=10)
    assert [len(batch) for batch in batches(function)] == [100, 100, 50]
    assert ([time for time, _ in function.calls], function.most) == ([1.25, 2.25, 3.25], 1)
    assert function.handled == list(range(250))


def test_vector_86_shards_times_factor_are_the_most_concurrent_invocations():
    """100 shards with ParallelizationFactor 2: 200."""
    sim = ecs.Simulation(1)
    stream, function = Stream(sim, "orders", 100), FakeFunction(sim, seconds=5.0)
    ecs.EventSourceMapping(stream, function, starting_position="LATEST", parallelization_factor=2)
    for number in range(20_000):
        stream.put(0.0, message(number, key=f"item {number}"))
    sim.run(seconds=2)
    assert function.most == 200


def test_the_changes_of_one_item_keep_their_order_in_every_lane():
    sim, _, function, mapping = streamed(2000, parallelization_factor=10, gap=0.001, batch_size=7)
    sim.run(minutes=5)
    assert len(function.handled) == 2000
    assert 1 < function.most <= mapping.pollers == 10
    for item in range(20):
        mine = [number for number in function.handled if number % 20 == item]
        assert mine == sorted(mine)


def test_a_window_gathers_records():
    sim, _, function, _ = streamed(10, gap=1.0, maximum_batching_window_seconds=5)
    sim.run(seconds=30)
    assert [time for time, _ in function.calls] == [6.25, 12.25]
    assert [len(batch) for batch in batches(function)] == [6, 4]


def test_a_full_batch_does_not_wait_for_the_window_to_end():
    sim, _, function, _ = streamed(10, gap=1.0, maximum_batching_window_seconds=300, batch_size=4)
    sim.run(seconds=60)
    assert [(time, len(event.batch)) for time, event in function.calls] == [(4.0, 4), (8.0, 4)]


def test_a_batch_that_fails_blocks_its_lane_until_it_succeeds():
    attempts = []

    def answers(event):
        attempts.append(event)
        return "ok" if len(attempts) > 3 else "error"

    sim, _, function, _ = streamed(20, function={"answers": answers}, batch_size=10)
    sim.run(minutes=1)
    first, second = list(range(10)), list(range(10, 20))
    assert batches(function) == [first, first, first, first, second]
    assert [time for time, _ in function.calls] == [1.25, 3.25, 6.25, 11.25, 12.25]


def test_other_lanes_go_on():
    sim, _, function, mapping = streamed(200, poison={0}, parallelization_factor=10)
    sim.run(minutes=5)
    done = {number for number in function.handled if number % 20}
    assert len(done) > 100
    assert counted(sim.run(minutes=6), "DroppedEventCount", mapping.name) == 0


class Shelf(Part):
    """Keeps what is delivered to it."""

    kind = "queue"

    def __init__(self, sim, name="failed"):
        self.kept = []
        super().__init__(sim, name)

    def deliver(self, time, message, told):
        self.kept.append((time, message.id))
        told(time, True, "")

    def arrive(self, time, message):
        self.kept.append((time, message.id))

    def read(self):
        return iter(())


def given_up(**settings):
    sim = ecs.Simulation(1)
    stream, function, shelf = Stream(sim, "orders"), FakeFunction(sim), Shelf(sim)
    mapping = ecs.EventSourceMapping(stream, function, starting_position="LATEST", on_failure=shelf, **settings)
    for number in range(8):
        stream.put(0.0, message(number, poison=number == 5))
    run = sim.run(minutes=5)
    return run, function, [id_ for _, id_ in shelf.kept], mapping


def test_a_batch_that_was_tried_often_enough_goes_to_the_destination():
    run, function, kept, mapping = given_up(maximum_retry_attempts=2)
    assert (batches(function), kept) == ([list(range(8))] * 3, list(range(8)))
    names = ("DroppedEventCount", "OnFailureDestinationDeliveredEventCount")
    assert [counted(run, name, mapping.name) for name in names] == [8, 8]
    assert "8 records of orders were given up: tried too often, or too old." in [event.text for event in run.log]


def test_without_a_destination_what_was_given_up_is_counted_and_gone():
    sim, _, function, mapping = streamed(3, poison={1}, maximum_retry_attempts=1)
    run = sim.run(minutes=2)
    assert (batches(function), counted(run, "DroppedEventCount", mapping.name)) == ([[0, 1, 2]] * 2, 3)


def test_bisecting_leaves_only_the_bad_record_behind_and_uses_no_attempt():
    _, function, kept, _ = given_up(maximum_retry_attempts=1, bisect_batch_on_function_error=True)
    assert kept == [5]
    assert batches(function) == [
        [0, 1, 2, 3, 4, 5, 6, 7],
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [4, 5],
        [4],
        [5],
        [5],
        [6, 7],
    ]


def test_a_partial_failure_resumes_at_the_lowest_sequence_that_failed():
    _, function, kept, _ = given_up(
        maximum_retry_attempts=1, function_response_types=["ReportBatchItemFailures"], batch_size=4
    )
    assert batches(function) == [[0, 1, 2, 3], [4, 5, 6, 7], [5, 6, 7]]
    assert kept == [5, 6, 7]


def test_a_record_that_is_too_old_is_given_up():
    _, function, kept, _ = given_up(maximum_record_age_in_seconds=60)
    assert kept == list(range(8))
    assert max(time for time, _ in function.calls) < 120


def test_a_record_age_of_minus_one_has_no_end_but_24_hours():
    sim, _, _, mapping = streamed(3, poison={0}, maximum_record_age_in_seconds=-1, maximum_retry_attempts=-1)
    sim.run(seconds=RECORD_SECONDS - 60)
    assert counted(sim.run(seconds=RECORD_SECONDS), "DroppedEventCount", mapping.name) == 0
    assert counted(sim.run(seconds=RECORD_SECONDS + 300), "DroppedEventCount", mapping.name) == 3


def test_a_throttle_is_no_attempt():
    sim, _, function, mapping = streamed(3, maximum_retry_attempts=0, function={"concurrency": 0})
    run = sim.run(minutes=2)
    assert counted(run, "ThrottledInvocations", mapping.name) > 3
    assert counted(run, "DroppedEventCount", mapping.name) == 0
    function.concurrency = 1
    sim.run(minutes=4)
    assert function.handled == [0, 1, 2]


def test_a_batch_carries_six_mb_at_the_most():
    sim = ecs.Simulation(1)
    stream, function = Stream(sim, "orders"), FakeFunction(sim)
    ecs.EventSourceMapping(stream, function, starting_position="TRIM_HORIZON")
    for number in range(40):
        stream.put(0.0, message(number, size_kib=400))
    sim.run(seconds=10)
    assert [len(batch) for batch in batches(function)] == [15, 15, 10]


def test_the_age_of_the_iterator_grows_with_the_lag():
    sim, _, _, mapping = streamed(1000, gap=0.1, function={"seconds": 20.0}, batch_size=10)
    ages = sim.run(minutes=3).metrics["IteratorAge", mapping.name]["Maximum"]
    assert ages[0] < ages[1] < ages[2]
    assert sim.run(minutes=120).metrics["IteratorAge", mapping.name]["Maximum"][-1] is None


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"starting_position": None}, "starting_position=None: a stream needs one of TRIM_HORIZON, LATEST"),
        ({"parallelization_factor": 11}, "parallelization_factor=11 is out of range: use a whole number from 1 to 10"),
        ({"maximum_retry_attempts": -2}, "from -1 to 10,000"),
        ({"maximum_record_age_in_seconds": 604_801}, "from -1 to 604,800"),
        ({"maximum_concurrency": 5}, "maximum_concurrency is for queues"),
        ({"provisioned_poller_config": ecs.ProvisionedPollerConfig()}, "provisioned_poller_config is for queues"),
        ({"batch_size": 10_001}, "batch_size=10001"),
    ],
)
def test_settings_out_of_their_limits_are_refused(settings, said):
    with pytest.raises(ecs.InvalidSetting, match=said):
        streamed(0, **settings)


def test_the_destination_takes_messages():
    sim = ecs.Simulation(1)
    stream, function = Stream(sim, "orders"), FakeFunction(sim)

    class Deaf(Part):
        kind = "bucket"

        def arrive(self, time, message):
            pass

        def read(self):
            return iter(())

    with pytest.raises(ecs.InvalidSetting, match="on_failure='deaf' is a bucket: use a queue or a topic"):
        ecs.EventSourceMapping(stream, function, starting_position="LATEST", on_failure=Deaf(sim, "deaf"))
