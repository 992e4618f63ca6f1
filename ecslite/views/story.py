"""The story of an event: its chain of causes, as numbered sentences with their moments."""

from __future__ import annotations

from ecslite.sim.run import Event, Run
from ecslite.views.words import clock, minute

__all__ = ["sentence", "why"]


def why(run: Run, event: Event | int) -> list[str]:
    """From the root cause to the event asked about: "1. At 10:00 (minute 10): Traffic goes from ..."."""
    chain = reversed(run.why(event))
    return [f"{place}. {sentence(link)}" for place, link in enumerate(chain, 1)]


def sentence(event: Event) -> str:
    """One event with its moment."""
    return f"At {clock(event.seconds)} ({minute(event.seconds)}): {event.text}"
