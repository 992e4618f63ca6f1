"""The log of a simulation: what happened, when, to what, and which event caused it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ecslite.sim.run import Event

__all__ = ["Log"]


class Log:
    """Events in the order in which they happen. An event's id is its place in the log."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.events: list[Event] = []
        self._of_kind: dict[str, list[Event]] = {}

    def add(self, kind: str, subject: str, text: str, cause: int | None = None, **details: Any) -> int:
        """Write one event down, at the present moment; its id, which later events name as their cause."""
        event = Event(len(self.events), self._now(), kind, subject, text, cause, details)
        self.events.append(event)
        self._of_kind.setdefault(kind, []).append(event)
        return event.id

    def latest(self, kind: str, before: float) -> int | None:
        """The id of the last event of a kind that happened earlier than that second, or None."""
        for event in reversed(self._of_kind.get(kind, [])):
            if event.seconds < before:
                return event.id
        return None
