"""A bucket that counts its requests by the second: the same answers as one by one, for a fraction of the work."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stand_ins import Sink

import ecslite as ecs
from ecslite.serverless.bucket_seconds import Demand, Seconds
from ecslite.serverless.message import Message
from ecslite.serverless.prefixes import Prefixes


def total(run, name):
    return sum(value or 0.0 for value in run.metrics[name, "photos"]["Sum"])


def asked(rate, minutes=2, stops=(), **more):
    sim = ecs.Simulation(1)
    bucket = ecs.Bucket(sim, "photos", by_the_second=True, **more)
    ecs.Traffic(sim, ecs.constant(rate)).to(bucket)
    for stop in stops:
        sim.run(seconds=stop)
    return sim.run(minutes=minutes), bucket


def test_it_refuses_what_the_bucket_would_refuse_one_by_one():
    """The two draw other numbers: 240,000 requests have a deviation of 490, of which the refused are the rest."""
    _, by_the_second = asked(4000, minutes=1)
    sim = ecs.Simulation(1)
    one_by_one = ecs.Bucket(sim, "photos")
    ecs.Traffic(sim, ecs.constant(4000)).to(one_by_one)
    sim.run(minutes=1)
    refused = [bucket.answered["503 SlowDown"] for bucket in (by_the_second, one_by_one)]
    assert refused == [pytest.approx(500 * 60, abs=1500), pytest.approx(500 * 60 - 3500, abs=1500)]


def test_the_requests_of_a_second_vary_as_poissons_do():
    """Ten minutes of a rate of 400: the mean within 3 deviations of the mean, the variance within a fifth."""
    sim, seen = ecs.Simulation(1), []
    demands = {"GetObject": [Demand("a", "Get", 0.25), Demand("b", "Get", 0.75)]}
    seconds = Seconds(sim, "photos", demands, Prefixes(1800), lambda operation, *many: seen.append(sum(many)))
    ecs.Traffic(sim, ecs.constant(400)).to(seconds)
    sim.run(minutes=10)
    mean = sum(seen) / len(seen)
    variance = sum((many - mean) ** 2 for many in seen) / (len(seen) - 1)
    assert (len(seen), mean, variance) == (600, pytest.approx(400, abs=2.5), pytest.approx(400, rel=0.2))


@settings(max_examples=10)
@given(st.lists(st.floats(0.5, 119), max_size=6, unique=True))
def test_slicing_changes_nothing(stops):
    stops = sorted(round(stop, 2) for stop in stops)
    assert asked(5000, stops=stops, prefixes=2)[0].to_json() == asked(5000, prefixes=2)[0].to_json()


def test_every_request_is_counted_and_charged_unless_it_was_slowed_down():
    run, bucket = asked(8000, operations={"GetObject": 3, "PutObject": 1, "DeleteObject": 1})
    assert bucket.requests == sum(bucket.answered.values()) == total(run, "AllRequests")
    assert bucket.requests == sum(total(run, name) for name in ("GetRequests", "PutRequests", "DeleteRequests"))
    assert bucket.answered["503 SlowDown"] == total(run, "5xxErrors") == 0
    assert total(run, "Requests-Tier1") + total(run, "Requests-Tier2") == pytest.approx(8000 * 120 * 4 / 5, rel=0.01)


def test_keys_that_are_asked_for_more_make_their_prefix_busier():
    """Of two keys the first is asked for twice as often: 6,000 of 9,000 a second, to a prefix that takes 5,500."""
    run, _ = asked(9000, operations={"GetObject": 1}, keys=ecs.Zipf(2, 1.0), prefixes=2)
    loads = [run.level("PrefixLoad", f"photos/prefix-{number}").steps[-1][1] for number in (1, 0)]
    assert loads == [pytest.approx(100 * 6000 / 5500, abs=1), pytest.approx(100 * 3000 / 5500, abs=1)]


def test_the_load_of_a_prefix_falls_when_it_is_split():
    run, bucket = asked(8000, minutes=4, operations={"GetObject": 1}, split_seconds=120)
    assert bucket.prefixes.partitions("prefix-0") == 2
    assert [value for _, value, _ in run.level("PrefixLoad", "photos/prefix-0").steps][-1] == pytest.approx(73, abs=1)
    [grown] = [event for _, many, event in run.level("Partitions", "photos/prefix-0").steps if many == 2]
    assert "splits prefix-0" in run.log[grown].text


def test_prefixes_without_keys_are_asked_for_nothing():
    run, _ = asked(1000, keys=ecs.Zipf(2), prefixes=4)
    assert [level.subject for level in run.levels if level.name == "PrefixLoad"] == [
        "photos/prefix-1",
        "photos/prefix-2",
    ]


def test_traffic_begins_in_its_minute_and_single_requests_are_taken_too():
    sim = ecs.Simulation(1)
    bucket = ecs.Bucket(sim, "photos", by_the_second=True, objects=1)
    ecs.Traffic(sim, ecs.constant(1000), from_minute=1).to(bucket)
    bucket.call(0.0, Message(1, 0.0, key="prefix-0/key-1"), None)
    assert sim.run(minutes=2).metrics["AllRequests"]["Sum"] == (1, pytest.approx(60_000, rel=0.02))


def test_it_tells_nobody_of_objects_and_takes_traffic_of_its_own_simulation_only():
    _, bucket = asked(10)
    with pytest.raises(ecs.InvalidSetting, match="counted by_the_second, and tells 'sink' of nothing: leave it out"):
        bucket >> Sink(bucket.sim)
    with pytest.raises(ecs.InvalidSetting, match="another simulation"):
        ecs.Traffic(ecs.Simulation(2), 10).to(bucket)
