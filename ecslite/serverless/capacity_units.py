"""DynamoDB's capacity units: what each operation costs, as plain arithmetic on the sizes of items.

A read unit is a strongly consistent read of up to 4 KB, or two eventually consistent ones; a transactional read takes
two. A write unit is a write of up to 1 KB; a transactional one takes two. Sizes are KiB (AWS's KB is 1,024 bytes), and
each is rounded up. What is read or written in vain costs as well.
[DynamoDB Developer Guide, read-write-operations; read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from ecslite.errors import InvalidSetting

__all__ = [
    "CONSISTENCIES",
    "LARGEST_ITEM_KIB",
    "batch_get_item",
    "batch_write_item",
    "delete_item",
    "get_item",
    "put_item",
    "query",
    "scan",
    "transact_get_items",
    "transact_write_items",
    "update_item",
]

LARGEST_ITEM_KIB = 400
"""An item's most, attribute names included [DynamoDB Developer Guide, Constraints; read 2026-11-24]."""

LARGEST_PAGE_KIB = 1024
"""What one Query or Scan looks through before it returns a page [Query API; read 2026-11-24]."""

READ_BLOCK_KIB, WRITE_BLOCK_KIB = 4, 1

CONSISTENCIES = {"eventual": 0.5, "strong": 1.0, "transactional": 2.0}
"""Read units for each 4 KB."""

MOST_ITEMS = {"BatchGetItem": 100, "BatchWriteItem": 25, "TransactGetItems": 100, "TransactWriteItems": 100}
"""Items in one request [DynamoDB API; read 2026-11-24]."""


def get_item(item_kib: float, consistency: str = "eventual") -> float:
    """Read units of one item; 0 KiB stands for an item that is not there, which costs as much as the smallest.

    >>> [get_item(8, consistency) for consistency in ("eventual", "strong", "transactional")]
    [1.0, 2.0, 4.0]
    """
    if consistency not in CONSISTENCIES:
        raise InvalidSetting(f"consistency={consistency!r}: use one of {', '.join(CONSISTENCIES)}")
    return _blocks(_item(item_kib), READ_BLOCK_KIB) * CONSISTENCIES[consistency]


def batch_get_item(items_kib: Sequence[float], consistency: str = "eventual") -> float:
    """Read units of a batch: every item is rounded up by itself."""
    return sum(get_item(item, consistency) for item in _at_most("BatchGetItem", items_kib))


def transact_get_items(items_kib: Sequence[float]) -> float:
    """Read units of a transaction: two for every 4 KB of every item."""
    return sum(get_item(item, "transactional") for item in _at_most("TransactGetItems", items_kib))


def query(items_kib: Sequence[float], consistency: str = "eventual") -> float:
    """Read units of a query: the items' sizes are added up, and the sum is rounded up. Finding nothing costs too.

    >>> query([4.08] * 10, "strong")
    11.0
    """
    if consistency not in ("eventual", "strong"):
        raise InvalidSetting(f"consistency={consistency!r}: Query and Scan are eventual or strong, never transactional")
    total = round(sum(_item(item) for item in items_kib), 9)
    if total > LARGEST_PAGE_KIB:
        raise InvalidSetting(f"{total:g} KiB in one page: it ends at {LARGEST_PAGE_KIB} KiB (1 MB); ask page by page")
    return _blocks(total, READ_BLOCK_KIB) * CONSISTENCIES[consistency]


def scan(evaluated_kib: Sequence[float], consistency: str = "eventual") -> float:
    """Read units of a scan: by the items that it looks at, not by those that its filter lets through."""
    return query(evaluated_kib, consistency)


def put_item(item_kib: float, replaced_kib: float = 0.0, *, transactional: bool = False) -> int:
    """Write units: by the larger of the new item and the one it replaces. A condition that fails costs the same.

    >>> put_item(1.6), put_item(310, replaced_kib=300), put_item(2, transactional=True)
    (2, 310, 4)
    """
    units = _blocks(max(_item(item_kib), _item(replaced_kib)), WRITE_BLOCK_KIB)
    return 2 * units if transactional else units


def update_item(before_kib: float, after_kib: float) -> int:
    """Write units: by the larger size, whatever part of the item changed. A condition that fails costs the same."""
    return put_item(after_kib, before_kib)


def delete_item(item_kib: float) -> int:
    """Write units: by the size of what is deleted; of an item that is not there (0 KiB), one."""
    return put_item(item_kib)


def batch_write_item(items_kib: Sequence[float]) -> int:
    """Write units of a batch: every item is rounded up by itself."""
    return sum(put_item(item) for item in _at_most("BatchWriteItem", items_kib))


def transact_write_items(items_kib: Sequence[float]) -> int:
    """Write units of a transaction: two for every KB of every item, also where it is canceled."""
    return sum(put_item(item, transactional=True) for item in _at_most("TransactWriteItems", items_kib))


def _blocks(size_kib: float, block_kib: int) -> int:
    return max(1, ceil(size_kib / block_kib))


def _item(size_kib: float) -> float:
    if not 0 <= size_kib <= LARGEST_ITEM_KIB:
        raise InvalidSetting(
            f"an item of {size_kib:g} KiB: DynamoDB takes 0 to {LARGEST_ITEM_KIB} KiB; put what is larger into a"
            " bucket, and its key into the table"
        )
    return size_kib


def _at_most(operation: str, items: Sequence[float]) -> Sequence[float]:
    if not 1 <= len(items) <= MOST_ITEMS[operation]:
        raise InvalidSetting(f"{len(items)} items in one {operation}: use 1 to {MOST_ITEMS[operation]}")
    return items
