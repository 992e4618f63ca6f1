"""The anatomy of a 502: one task that stops, at the level of the requests that it has in hand.

It needs a run with a trace (`LoadBalancer.trace(...)`). The phases are the task's own states: as a target it drains,
then its containers get SIGTERM and have their stopTimeout, or it crashes and drains nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ecslite.errors import NotInThisRun
from ecslite.sim.run import Part, Run, TracedRequest
from ecslite.views.words import clock, count, listed

__all__ = ["ANSWERED", "MOST_REQUESTS", "PHASES", "anatomy"]

ANSWERED = "answered"

MOST_REQUESTS = 120
"""Requests that are drawn; of more, those nearest to the task's end."""

CRASHES = ("fault", "application")
"""Kinds of events at which a process ends by itself."""

PHASES = {
    "RUNNING": ("It has crashed, and ECS does not know yet", "nothing of yours: a second or two"),
    "DEACTIVATING": ("Deregistration delay: no new requests", "the target group's deregistration delay"),
    "STOPPING": ("SIGTERM, then SIGKILL after stopTimeout", "the container's stopTimeout"),
    "DEPROVISIONING": ("The network interface goes", "nothing of yours"),
}
"""The states of a task that ends: what happens in each, and which setting is behind it. RUNNING is that of a crash."""

ENDING = tuple(PHASES)[1:]

BEFORE = 10.0
"""Seconds before the end began that are shown."""


def anatomy(run: Run, task: str | None = None) -> dict[str, Any]:
    """Phases and requests of a task that ends, as one plain dict; without an id, of the one that lost most requests.

    Times are seconds of the run. Every request says how it ended: "answered", or a status code of its error.
    NotInThisRun where there is no trace, or no task has ended.
    """
    part = _one(run, task)
    phases = list(_phases(run, part))
    begin, end = phases[0]["begin"] - BEFORE, phases[-1]["end"]
    mine = [one for one in run.trace if one.target == part.id and one.end > begin and one.arrival < end]
    shown = sorted(sorted(mine, key=lambda one: one.arrival)[-MOST_REQUESTS:], key=lambda one: one.arrival)
    fates = Counter(one.fate for one in mine if one.end >= phases[0]["begin"])
    return {
        "title": "One task stops",
        "task": part.id,
        "begin": round(begin, 1),
        "end": round(end, 1),
        "phases": phases,
        "requests": [[round(one.arrival, 2), round(one.end, 2), one.fate] for one in shown],
        "fates": dict(sorted(fates.items())),
        "alt": _alt(part, phases, fates),
        "table": _table(shown),
    }


def _one(run: Run, task: str | None) -> Part:
    if not run.trace:
        raise NotInThisRun("this run kept no trace of single requests: call trace() of its load balancer")
    ended = [part for part in run.of_kind("task") if any(state in ENDING for _, state, _ in part.states)]
    if task is not None:
        ended = [part for part in ended if part.id == task]
    if not ended:
        which = "no task" if task is None else f"task {task!r} is none that"
        raise NotInThisRun(f"{which} ended in this run: run it for longer, or stop a task")
    lost = Counter(one.target for one in run.trace if one.fate != ANSWERED)
    return max(ended, key=lambda part: lost[part.id])


def _phases(run: Run, part: Part) -> Iterator[dict[str, Any]]:
    states = [step for step in part.states if step[1] in (*ENDING, "STOPPED")]
    crash = next((one for one in run.why(states[0][2]) if one.kind in CRASHES and one.subject == part.id), None)
    if crash is not None:
        states.insert(0, (crash.seconds, "RUNNING", crash.id))
    for place, (begin, state, event) in enumerate(states):
        if state == "STOPPED":
            continue
        end = states[place + 1][0] if place + 1 < len(states) else run.seconds
        label, setting = PHASES[state]
        times = {"begin": round(begin, 2), "end": round(end, 2)}
        yield {"state": state, "label": label, "shortened_by": setting, **times, "event": event}


def _alt(part: Part, phases: Sequence[dict[str, Any]], fates: Counter[str]) -> str:
    """How long each phase took, and what became of the requests in hand."""
    spans = [f"{phase['state']} for {count(round(phase['end'] - phase['begin'], 1), 'second')}" for phase in phases]
    ends = [f"{count(many, 'request')} {_ended(fate)}" for fate, many in sorted(fates.items())]
    said = listed(ends) if ends else "no request was in hand"
    return f"Task {part.id[:8]} is {listed(spans)}. From its end's beginning on, {said}."


def _ended(fate: str) -> str:
    return "answered" if fate == ANSWERED else f"lost with {fate}"


def _table(requests: Sequence[TracedRequest]) -> dict[str, Any]:
    rows = [[clock(one.arrival), round(one.end - one.arrival, 2), one.fate] for one in requests]
    return {"caption": "The requests of the task", "columns": ["Arrival", "Seconds", "How it ended"], "rows": rows}
