"""Streams: order in a shard, a place for every reader, and 24 hours for every record."""

import pytest

import ecslite as ecs
from ecslite.serverless.message import Message
from ecslite.serverless.stream import RECORD_SECONDS, Shard, Stream


def ids(records):
    return [record.message.id for record in records]


def test_each_reader_has_a_place_of_its_own():
    shard, told = Shard("s"), []
    first, second = shard.open(told.append), shard.open(told.append)
    for number in range(3):
        shard.put(float(number), Message(number, float(number)))
    first.advance(first.read(3.0, 2)[-1].sequence)
    assert (ids(first.read(3.0, 10)), ids(second.read(3.0, 10))) == ([2], [0, 1, 2])
    assert told == [0.0, 0.0, 1.0, 1.0, 2.0, 2.0]


def test_a_reader_gets_only_what_it_takes():
    shard = Shard("s")
    even = shard.open(lambda time: None, lambda message: message.id % 2 == 0)
    for number in range(5):
        shard.put(0.0, Message(number, 0.0))
    assert ids(even.read(0.0, 10)) == [0, 2, 4]


def test_a_record_is_gone_after_24_hours():
    shard = Shard("s")
    reader = shard.open(lambda time: None)
    shard.put(0.0, Message(1, 0.0))
    shard.put(10.0, Message(2, 10.0))
    assert ids(reader.read(RECORD_SECONDS - 1, 10)) == [1, 2]
    assert (ids(reader.read(RECORD_SECONDS, 10)), reader.expired, len(reader)) == ([2], 1, 1)


def test_all_changes_of_one_key_are_in_one_shard():
    stream = Stream(ecs.Simulation(1), "orders", shards=4)
    readers = [shard.open(lambda time: None) for shard in stream.shards]
    for number in range(100):
        stream.put(float(number), Message(number, float(number), key=f"item {number % 10}"))
    found = [{record.message.key for record in reader.read(100.0, 100)} for reader in readers]
    assert sum(map(len, found)) == 10
    assert sum(map(len, readers)) == 100


@pytest.mark.parametrize("shards", [0, 1.5])
def test_a_stream_has_a_whole_number_of_shards(shards):
    with pytest.raises(ecs.InvalidSetting, match=r"shards=.*: use a whole number from 1"):
        Stream(ecs.Simulation(1), "orders", shards=shards)
