"""A message: what travels between serverless parts, be it a request, an event, a queue's message or a change of an
item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Message"]


@dataclass(slots=True, eq=False)
class Message:
    """One message. It is the same object wherever it goes, so that its way can be followed and its end counted."""

    id: int
    """Counts up within the part that made it."""
    sent_at: float
    """Seconds from the start of the run; also after it has moved to a dead-letter queue."""
    cpu_seconds: float = 0.0
    """CPU seconds of work that whoever handles it has with it."""
    wait_seconds: float = 0.0
    """Seconds for which whoever handles it waits for others."""
    size_kib: float = 1.0
    """KiB of its body."""
    key: str = ""
    """What it is about: an item's partition key in a table, an object's key in a bucket."""
    group: str | None = None
    """The message group of a FIFO queue, within which order is kept."""
    deduplication_id: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """What filter policies look at: texts, numbers, or lists of them."""
    body: Mapping[str, Any] | None = None
    """What it says, where somebody looks into it: filter policies of the body, and content-based deduplication."""
    poison: bool = False
    """Whether code that handles it fails, each time anew."""
    batch: tuple[Message, ...] = ()
    """The messages in it, where it is the one event with which a function is invoked for many."""
    receive_count: int = 0
    """How often a queue has handed it out (ApproximateReceiveCount)."""
