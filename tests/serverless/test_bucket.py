"""An S3 bucket: rates by prefix, reads after writes, and notifications."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stand_ins import Backend, Sink

import ecslite as ecs
from ecslite.serverless.message import Message
from ecslite.serverless.prefixes import Prefixes, rate_of


def total(run, name, subject="photos"):
    return sum(value or 0.0 for value in run.metrics[name, subject]["Sum"])


def message(operation, key, number=1):
    return Message(number, 0.0, key=key, attributes={"operation": operation})


def test_ten_prefixes_take_55_000_reads_and_35_000_writes_a_second_vector_109():
    prefixes, taken = Prefixes(1800), {"Get": 0, "Put": 0}
    for kind, offered in (("Get", 60_000), ("Put", 40_000)):
        for number in range(offered):
            # A full second's tokens, at one instant.
            taken[kind] += prefixes.take(0.0, f"p{number % 10}", kind)
    assert taken == {"Get": 55_000, "Put": 35_000} == {kind: rate_of(kind, 10) for kind in taken}


def test_a_prefix_that_is_asked_for_too_much_slows_down_until_it_is_split():
    sim = ecs.Simulation(1)
    bucket = ecs.Bucket(sim, "photos", keys=ecs.Zipf(10), split_seconds=60, latency=0.1)
    ecs.Traffic(sim, ecs.constant(4000), arrivals="even").to(bucket)
    run = sim.run(minutes=2)
    slow = run.metrics["5xxErrors"]["Sum"]
    # 500 of 4,000 a second are refused; the first second has a full bucket beside its refill.
    assert slow == (pytest.approx(30_000 - 3500, abs=1), 0)
    assert bucket.answered["503 SlowDown"] == sum(slow)
    assert run.level("Partitions", "photos/prefix-0").steps[-1][1] == 2
    split = next(event for event in run.events("bucket") if "splits" in event.text)
    assert [event.kind for event in run.why(split)] == ["bucket", "bucket", "traffic"]


def test_a_lull_begins_the_wait_for_a_split_again():
    prefixes, splits = Prefixes(120), []
    for minute in range(4):
        for _ in range(4000 if minute != 1 else 1):
            prefixes.take(minute * 60.0, "p", "Put")
        splits.append([split for _, _, split in prefixes.close_minute(minute * 60.0 + 60, 60)])
    assert splits == [[False], [], [False], [True]]


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 64), st.sampled_from("ab"), st.sampled_from(["PutObject", "DeleteObject"]))),
    st.lists(st.tuples(st.integers(0, 80), st.sampled_from("ab")), min_size=1),
)
def test_a_read_sees_the_last_write_that_succeeded_before_it(writes, reads):
    sim, ended, seen = ecs.Simulation(1), [], []
    bucket = ecs.Bucket(sim, "photos", latency=ecs.Uniform(0.05, 0.5))

    def write(number, key, operation):
        def act(time):
            request = bucket.requests + 1
            done = lambda moment, outcome: ended.append((moment, key, request if operation == "PutObject" else None))  # noqa: E731
            bucket.call(time, message(operation, key, number), done)

        return act

    def read(key):
        def act(time):
            expected = [version for moment, k, version in ended if k == key and moment <= time]
            seen.append((bucket.version(key), expected[-1] if expected else None))
            outcomes = []
            bucket.call(time, message("GetObject", key), lambda moment, outcome: outcomes.append(outcome))
            there = expected[-1:] != [] and expected[-1] is not None
            bucket.agenda.at(time + 1, lambda _: seen.append((outcomes, ["ok" if there else "404 NoSuchKey"])))

        return act

    for number, (sixteenth, key, operation) in enumerate(writes):
        bucket.agenda.at(sixteenth / 16, write(number, key, operation))
    for sixteenth, key in reads:
        bucket.agenda.at(sixteenth / 16 + 1 / 64, read(key))
    sim.run(seconds=20)
    assert [found for found, _ in seen] == [expected for _, expected in seen]


def busy(stops=()):
    sim = ecs.Simulation(5)
    mix = {"PutObject": 3, "GetObject": 2, "DeleteObject": 1, "CopyObject": 1, "HeadObject": 1, "ListObjectsV2": 1}
    bucket = ecs.Bucket(
        sim, "photos", operations=mix, keys=ecs.Zipf(100), prefixes=3, objects=10, duplicate_notifications=0.1
    )
    sink = Sink(sim)
    bucket.notify(sink, ("s3:ObjectCreated:*", "s3:ObjectRemoved:Delete"))
    ecs.Traffic(sim, ecs.constant(30)).to(bucket)
    for stop in stops:
        sim.run(seconds=stop)
    return sim.run(minutes=3), bucket, sink


@settings(max_examples=10)
@given(st.lists(st.integers(1, 179).map(float), max_size=6, unique=True))
def test_slicing_changes_nothing(stops):
    assert busy(sorted(stops))[0].to_json() == busy()[0].to_json()


def test_every_request_and_every_event_is_counted():
    run, bucket, sink = busy()
    counts = bucket.notifications.counts
    assert bucket.requests == sum(bucket.answered.values()) == total(run, "AllRequests")
    assert bucket.answered["404 NoSuchKey"] == total(run, "4xxErrors") > 0
    names = ("GetRequests", "HeadRequests", "ListRequests", "PutRequests", "DeleteRequests")
    assert sum(total(run, name) for name in names) == bucket.requests
    assert len(sink.seen) == counts["delivered"]
    assert counts["sent"] == counts["delivered"] + bucket.notifications.waiting
    assert run.level("NotificationsWaiting").steps[-1][1] == bucket.notifications.waiting
    assert run.metrics["NumberOfObjects"]["Average"][-1] == len(bucket)
    assert run.metrics["BucketSizeBytes"]["Average"][-1] == len(bucket) * 2**20


def test_events_come_at_least_once_and_in_no_order_but_the_sequencer_tells_it():
    _, bucket, sink = busy()
    by_key = defaultdict(list)
    for _, event in sink.seen:
        by_key[event.key].append(event.attributes["sequencer"])
    assert any(each != sorted(each) for each in by_key.values())
    assert any(len(each) != len(set(each)) for each in by_key.values())
    assert bucket.notifications.counts["duplicates"] / bucket.notifications.counts["sent"] == pytest.approx(
        0.09, abs=0.02
    )
    hot = max(by_key.values(), key=len)
    assert len({len(sequencer) for sequencer in hot}) == 1


def test_a_notification_says_what_happened():
    sim = ecs.Simulation(1)
    bucket = ecs.Bucket(sim, "photos", notification_delay=3.0, latency=0.5, duplicate_notifications=0)
    sink = Sink(sim)
    bucket >> sink
    for operation in ("PutObject", "CopyObject", "DeleteObject"):
        bucket.call(0.0, message(operation, "cat.jpg"), None)
    sim.run(seconds=10)
    assert [(time, event.key, event.attributes) for time, event in sink.seen] == [
        (
            3.5,
            "cat.jpg",
            {"eventName": "ObjectCreated:Put", "sequencer": "0000000000000001", "objectSize": 1048576.0},
        )
    ]


def test_what_a_destination_does_not_take_comes_again_and_is_lost_after_an_hour():
    sim = ecs.Simulation(1)
    bucket = ecs.Bucket(sim, "photos", notification_delay=0, duplicate_notifications=0)
    closed = {"until": 150.0}
    later = Sink(sim, "later", takes=lambda event: sim.the(ecs.serverless.agenda.Agenda).now > closed["until"])
    never = Sink(sim, "never", takes=lambda event: False)
    bucket.notify(later, prefix="a/")
    bucket.notify(never, prefix="b/")
    for key in ("a/1", "b/1"):
        bucket.call(0.0, message("PutObject", key), None)
    run = sim.run(minutes=70)
    assert dict(bucket.notifications.counts) == {"sent": 2, "refused": 3 + 59, "delivered": 1, "lost": 1}
    assert "1 notification of bucket photos lost" in run.events("bucket")[-1].text


def test_rules_that_overlap_are_refused():
    sim = ecs.Simulation(1)
    bucket = ecs.Bucket(sim, "photos")
    bucket >> Sink(sim, "first")
    with pytest.raises(ecs.InvalidSetting, match="bucket 'photos' tells 'first' and 'second' of the same events"):
        bucket.notify(Sink(sim, "second"), ("s3:ObjectCreated:Put",), prefix="cats/")
    bucket.notify(Sink(sim, "third"), ("s3:ObjectRemoved:*",))


def test_rules_for_different_prefixes_do_not_overlap():
    sim = ecs.Simulation(1)
    bucket = ecs.Bucket(sim, "photos", notification_delay=0)
    cats, jpegs = Sink(sim, "cats"), Sink(sim, "jpegs")
    bucket.notify(cats, prefix="cats/")
    bucket.notify(jpegs, prefix="dogs/", suffix=".jpg")
    for key in ("cats/1.png", "dogs/1.jpg", "dogs/1.png"):
        bucket.call(0.0, message("PutObject", key), None)
    sim.run(seconds=5)
    assert [[event.key for _, event in sink.seen] for sink in (cats, jpegs)] == [["cats/1.png"], ["dogs/1.jpg"]]


def test_only_receivers_of_this_simulation_that_are_not_fifo_can_be_told():
    sim = ecs.Simulation(1)
    bucket, fifo = ecs.Bucket(sim, "photos"), Sink(sim, "orders.fifo")
    fifo.attributes = SimpleNamespace(fifo_queue=True)
    with pytest.raises(ecs.InvalidSetting, match=r"'orders\.fifo' is FIFO: S3 tells only standard queues and topics"):
        bucket >> fifo
    with pytest.raises(ecs.InvalidSetting, match="backend 'backend' takes none: use a queue, a topic or a function"):
        bucket >> Backend(sim)
    with pytest.raises(ecs.InvalidSetting, match="another simulation"):
        bucket.notify(Sink(ecs.Simulation(2)))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"operations": {"GetBucket": 1}}, "'GetBucket' × 1: use GetObject"),
        ({"operations": {"GetObject": 0}}, "shares above 0"),
        ({"prefixes": 0}, "use 1 prefix at least"),
        ({"objects": 1001}, "0 to 1000 objects, as many as there are keys"),
        ({"object_kib": 6e6}, "one PutObject takes up to 5 GB"),
        ({"split_seconds": 1}, "use 60 s at least"),
        ({"duplicate_notifications": 1}, "less than 1"),
    ],
)
def test_what_s3_does_not_take_is_refused(settings, message):
    with pytest.raises(ecs.InvalidSetting, match=message):
        ecs.Bucket(ecs.Simulation(1), "photos", **settings)


def test_an_unknown_operation_or_event_is_refused():
    sim = ecs.Simulation(1)
    bucket = ecs.Bucket(sim, "photos")
    with pytest.raises(ecs.InvalidSetting, match="operation 'Get' on bucket 'photos': use one of GetObject"):
        bucket.call(0.0, message("Get", "a"), None)
    with pytest.raises(ecs.InvalidSetting, match="use some of s3:ObjectCreated"):
        bucket.notify(Sink(sim), ("s3:ObjectCreated",))
