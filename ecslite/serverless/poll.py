"""A call of ReceiveMessage: what it asks for, and whom to tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ecslite.serverless.held import Receipt

__all__ = ["Poll", "Received"]

Received = Callable[[float, Sequence[Receipt], str], None]
"""Called with the moment, the receipts (none where nothing came), and the error, such as "OverLimit", or nothing."""


class Poll:
    """One call. It may wait for messages, and is then known by this object."""

    __slots__ = ("most", "one_group", "told", "visibility")

    def __init__(self, told: Received, most: int, visibility: float, one_group: bool) -> None:
        self.told = told
        self.most = most
        self.visibility = visibility
        self.one_group = one_group
