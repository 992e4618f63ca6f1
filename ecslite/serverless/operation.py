"""An operation on a table: its name as in DynamoDB's API, the items in it, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ecslite.errors import InvalidSetting
from ecslite.serverless import capacity_units as units

__all__ = ["READS", "WRITES", "Operation"]

READS = ("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems")
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")

SINGLE = ("GetItem", "PutItem", "UpdateItem", "DeleteItem")

EACH_BY_ITSELF = ("BatchGetItem", "BatchWriteItem", "TransactGetItems", "TransactWriteItems")
"""Operations whose items lie anywhere in the table."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One kind of request. `share` is its weight among the kinds that a table gets."""

    name: str = "GetItem"
    share: float = 1.0
    consistent_read: bool = False
    """ConsistentRead: strong instead of eventual, at twice the cost."""
    items: int = 1
    """Items in a batch or a transaction; of a Query or Scan, those that it looks at."""
    item_kib: float = 1.0
    """The size of each item; of an update, the larger of before and after. 0: the item is not there."""
    condition_fails: float = 0.0
    """The share of writes whose condition is false: they cost as much and change nothing."""

    def __post_init__(self) -> None:
        if self.name not in READS + WRITES:
            raise InvalidSetting(f"name={self.name!r}: use one of {', '.join(READS + WRITES)}")
        if not self.share > 0 or not 0 <= self.condition_fails <= 1:
            raise InvalidSetting(
                f"share={self.share}, condition_fails={self.condition_fails}: use a share above 0, and 0 to 1"
            )
        if self.items != int(self.items) or self.items < 1 or (self.name in SINGLE and self.items != 1):
            raise InvalidSetting(f"items={self.items} in one {self.name}: use {'1' if self.name in SINGLE else '1 up'}")
        if self.condition_fails and self.name not in WRITES[:3]:
            raise InvalidSetting(f"condition_fails of {self.name}: only {', '.join(WRITES[:3])} take a condition here")
        if self.consistent_read and self.name not in READS[:4]:
            raise InvalidSetting(f"consistent_read of {self.name}: only {', '.join(READS[:4])} have it")
        _ = self.units

    @cached_property
    def kind(self) -> str:
        """Read or Write, as in the names of DynamoDB's metrics."""
        return "Read" if self.name in READS else "Write"

    @cached_property
    def units(self) -> float:
        """What one costs, in read or write units."""
        consistency = "strong" if self.consistent_read else "eventual"
        sizes = [self.item_kib] * self.items
        costs = {
            "GetItem": lambda: units.get_item(self.item_kib, consistency),
            "BatchGetItem": lambda: units.batch_get_item(sizes, consistency),
            "Query": lambda: units.query(sizes, consistency),
            "Scan": lambda: units.scan(sizes, consistency),
            "TransactGetItems": lambda: units.transact_get_items(sizes),
            "BatchWriteItem": lambda: float(units.batch_write_item(sizes)),
            "TransactWriteItems": lambda: float(units.transact_write_items(sizes)),
        }
        return costs.get(self.name, lambda: float(units.put_item(self.item_kib)))()
