"""Text alternatives: what a figure shows, in sentences computed from the data."""

from __future__ import annotations

from itertools import pairwise

from ecslite.sim.run import Run
from ecslite.views import measures
from ecslite.views.words import count, latency, listed, minute, number

__all__ = ["service"]


def service(run: Run, *, service: str | None = None, target: float | None = None) -> str:
    """What `figures.service` shows of the same run: four sentences or so."""
    seen = measures.service(run, service)
    target = seen.target if target is None else target
    parts = [_requests(seen), _cpu(seen, target), _tasks(seen), _latency(seen), _failed(seen)]
    return " ".join(part for part in parts if part)


def _peak(values: measures.Values) -> tuple[float, int] | None:
    """The largest value and its index, or None where there is none."""
    known = [(value, index) for index, value in enumerate(values) if value is not None]
    return max(known, key=lambda pair: (pair[0], -pair[1])) if known else None


def _requests(seen: measures.Service) -> str:
    peak = _peak(seen.requests)
    if peak is None or not peak[0]:
        return f"No requests in {count(seen.minutes, 'minute')}."
    known = [value / 60 for value in seen.requests if value is not None]
    return (
        f"Requests run from {number(min(known))} to {number(max(known))} a second, with the peak in minute {peak[1]}."
    )


def _cpu(seen: measures.Service, target: float | None) -> str:
    peak = _peak(seen.cpu)
    if peak is None:
        return ""
    said = f"Average CPU peaks at {number(peak[0])} % in minute {peak[1]}"
    if target is None:
        return f"{said}."
    above = sum(value is not None and value > target for value in seen.cpu)
    if not above:
        return f"{said} and never goes above its target of {number(target)} %."
    return f"{said} and is above its target of {number(target)} % in {above} of {count(len(seen.cpu), 'minute')}."


def _tasks(seen: measures.Service) -> str:
    """How the desired count moved, and the fewest tasks that ran once the service had come up."""
    (_, first, _), *changes = seen.desired
    if not changes:
        moved = f"Desired tasks stay at {first}"
    else:
        moves = [f"{value} at {minute(seconds)}" for seconds, value, _ in changes]
        moved = f"Desired tasks go from {first} to {listed(moves)}"
    highest = max(value for _, value, _ in seen.running)
    return f"{moved}; {count(highest, 'task')} run at the most{_short_of_tasks(seen)}."


def _short_of_tasks(seen: measures.Service) -> str:
    seconds = _seconds_below(seen.running, seen.desired, seen.run.seconds)
    return f", and fewer than desired for {count(round(seconds / 60, 1), 'minute')}" if seconds else ""


def _seconds_below(running: measures.Steps, desired: measures.Steps, end: float) -> float:
    """Seconds in which fewer tasks ran than were desired."""
    moments = sorted({step[0] for step in (*running, *desired)} | {end})
    short = 0.0
    for begin, until in pairwise(moments):
        if measures.at(running, begin) < measures.at(desired, begin):
            short += until - begin
    return short


def _latency(seen: measures.Service) -> str:
    peak = _peak(seen.p95)
    if peak is None:
        return ""
    lowest = min(value for value in seen.p95 if value is not None)
    return f"p95 latency is {latency(lowest)} at its best and {latency(peak[0])} at its worst, in minute {peak[1]}."


def _failed(seen: measures.Service) -> str:
    failed = sum(value or 0 for value in seen.errors)
    return f"{count(failed, 'request')} failed." if failed else ""
