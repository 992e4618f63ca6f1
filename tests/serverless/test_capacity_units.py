"""Capacity units: the arithmetic that DynamoDB documents."""

from __future__ import annotations

import pytest

import ecslite as ecs
from ecslite.serverless import capacity_units as units
from ecslite.serverless.operation import READS, WRITES, Operation

HALF_KB = 500 / 1024


def test_a_read_of_8_kb_vector_95():
    costs = [units.get_item(8, consistency) for consistency in ("strong", "eventual", "transactional")]
    assert costs == [2, 1, 4]


def test_sizes_of_reads_are_rounded_up_to_4_kb_vector_96():
    assert [4 * units.get_item(size, "strong") for size in (3.5, 10)] == [4, 12]


def test_a_batch_of_reads_rounds_each_item_vector_97():
    assert 4 * units.batch_get_item([1.5, 6.5], "strong") == 12


@pytest.mark.parametrize(
    ("items", "size_kb"), [([4.08] * 10, 44), ([64 / 1024] * 1500, 96), ([1.5, 6.5], 8)], ids=["10", "1500", "2"]
)
def test_a_query_and_a_scan_round_the_sum(items, size_kb):
    """The three examples of the guide; the third is what a batch does not do."""
    costs = [4 * cost(items, "strong") for cost in (units.query, units.scan)]
    assert costs == [size_kb, size_kb]


def test_a_batch_of_writes_rounds_each_item_vector_99():
    assert units.batch_write_item([HALF_KB, 3.5]) == 5


def test_writes_vector_100():
    assert (units.put_item(1.6), units.put_item(2, transactional=True)) == (2, 4)


def test_80_strong_reads_of_3_kb_and_100_writes_of_512_bytes_vector_102():
    assert (80 * units.get_item(3, "strong"), 100 * units.put_item(0.5)) == (80, 100)


def test_what_6_units_carry_in_a_second_vector_104():
    """KB a second = units / cost of one block × its size."""
    reads = [6 / units.get_item(4, consistency) * 4 for consistency in ("strong", "eventual", "transactional")]
    writes = [6 / units.put_item(1, transactional=both) for both in (False, True)]
    assert (reads, writes) == ([24, 48, 12], [6, 3])


def test_a_write_pays_for_the_larger_of_old_and_new():
    """Also where its condition fails: the guide's example has an item of 300 KB and a new one of 310 KB."""
    assert (units.put_item(310, 300), units.put_item(1, 7), units.update_item(6.5, 2)) == (310, 7, 7)


def test_what_is_not_there_costs_as_much_as_the_smallest_item():
    reads = [units.get_item(0, consistency) for consistency in ("strong", "eventual", "transactional")]
    assert (reads, units.query([], "eventual"), units.delete_item(0)) == ([1, 0.5, 2], 0.5, 1)


def test_a_transaction_pays_twice_for_every_item():
    assert (units.transact_get_items([3.5, 5]), units.transact_write_items([0.5, 2.5])) == (6, 8)


def test_eventual_reads_of_80_kb_cost_10_units():
    assert units.query([40, 40]) == 10


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: units.put_item(401), "an item of 401 KiB: DynamoDB takes 0 to 400 KiB; put what is larger into a"),
        (lambda: units.get_item(-1), "an item of -1 KiB"),
        (lambda: units.get_item(1, "linearizable"), "use one of eventual, strong, transactional"),
        (lambda: units.query([1], "transactional"), "never transactional"),
        (lambda: units.scan([300] * 4), "1200 KiB in one page: it ends at 1024 KiB"),
        (lambda: units.batch_get_item([1] * 101), "101 items in one BatchGetItem: use 1 to 100"),
        (lambda: units.batch_write_item([1] * 26), "26 items in one BatchWriteItem: use 1 to 25"),
        (lambda: units.transact_write_items([]), "0 items in one TransactWriteItems: use 1 to 100"),
        (lambda: Operation(name="Get"), "name='Get': use one of GetItem"),
        (lambda: Operation(name="GetItem", share=0), "use a share above 0"),
        (lambda: Operation(name="PutItem", condition_fails=2), "and 0 to 1"),
        (lambda: Operation(name="PutItem", items=2), "items=2 in one PutItem: use 1$"),
        (lambda: Operation(name="Query", items=0), "items=0 in one Query: use 1 up"),
        (lambda: Operation(name="Query", condition_fails=0.5), "only PutItem, UpdateItem, DeleteItem take a condition"),
        (lambda: Operation(name="PutItem", consistent_read=True), "consistent_read of PutItem: only GetItem"),
        (lambda: Operation(name="PutItem", item_kib=401), "an item of 401 KiB"),
    ],
)
def test_what_dynamodb_does_not_take_is_refused(act, message):
    with pytest.raises(ecs.InvalidSetting, match=message):
        act()


def test_each_operation_costs_what_its_function_says():
    costs = {
        name: Operation(name=name, item_kib=4.5, items=1 if name in ("GetItem", *WRITES[:3]) else 3).units
        for name in READS + WRITES
    }
    assert costs == {
        "GetItem": 1.0,
        "BatchGetItem": 3.0,
        "Query": 2.0,
        "Scan": 2.0,
        "TransactGetItems": 12.0,
        "PutItem": 5.0,
        "UpdateItem": 5.0,
        "DeleteItem": 5.0,
        "BatchWriteItem": 15.0,
        "TransactWriteItems": 30.0,
    }


def test_a_consistent_read_costs_twice_as_much():
    costs = [Operation(name="Query", items=2, item_kib=3, consistent_read=strong).units for strong in (False, True)]
    assert costs == [1.0, 2.0]
