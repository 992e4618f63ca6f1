"""How many of a thing, in the words of an event."""

from __future__ import annotations

__all__ = ["counted"]


def counted(many: int, one: str, more: str) -> str:
    """One of it, or so many.

    >>> counted(1, "message is lost", "messages are lost"), counted(1200, "message is lost", "messages are lost")
    ('1 message is lost', '1,200 messages are lost')
    """
    return f"1 {one}" if many == 1 else f"{many:,} {more}"
