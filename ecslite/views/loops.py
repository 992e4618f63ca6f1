"""Two loops, one bill: tasks follow the traffic, instances follow the tasks, and the instances are what is paid for.

The panels stand under one another because the loops do not know each other: what the upper one gives back at once, the
lower one keeps for a while, for a reason that the log names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ecslite.billing.compute import instances
from ecslite.billing.prices import Prices, default_prices
from ecslite.billing.usage import Usage
from ecslite.errors import NotInThisRun
from ecslite.sim.run import Event, Run
from ecslite.views import measures
from ecslite.views.palette import BLUE, MUTED, PURPLE, VERMILION
from ecslite.views.panels import Line, Panel, Spec, by_minute, stacked, steps
from ecslite.views.words import listed, minute, number

__all__ = ["REASONS", "alt", "dollars_since", "figure", "reasons"]

REASONS = {
    "minimum": "the group's minimum",
    "scattered": "tasks scattered so that no instance is empty",
    "countdown": "the 15 data points",
    "spare": "a target capacity below 100 %",
    "warming": "instances still warming up",
}
"""Why a capacity provider keeps its instances, by the reason in its events."""


def figure(run: Run, *, service: str | None = None, prices: Prices | None = None) -> Spec:
    """Three panels: tasks desired and running; instances there (N), needed (M) and empty; dollars since the peak."""
    seen, provider = measures.service(run, service), _provider(run)
    return stacked([_tasks(seen), _instances(run, provider), _dollars(run, seen, prices)], seen.minutes)


def alt(run: Run, *, service: str | None = None, prices: Prices | None = None) -> str:
    """What `figure` shows, in sentences computed from the run."""
    seen, provider = measures.service(run, service), _provider(run)
    peak, most = _peak(seen)
    there = _of(run, "InstancesRunning", provider)
    packed = _of(run, "InstancesPacked", provider)
    paid = dollars_since(run, peak, prices)
    parts = [
        f"Desired tasks peak at {most} at {minute(peak)} and end at {seen.desired[-1][1]}.",
        f"Instances peak at {number(max(there))} and end at {number(there[-1])},"
        f" where {number(packed[-1])} could hold the tasks.",
        f"Since the peak the instances cost ${paid[-1]:.3f}.",
    ]
    why = [f"{REASONS[key]} from {minute(event.seconds)}" for key, event in reasons(run)]
    return " ".join([*parts, f"They stay because of {listed(why)}." if why else "Nothing holds them back."])


def reasons(run: Run) -> list[tuple[str, Event]]:
    """Why instances stayed, each reason once with the event that first gave it, in order of time."""
    first: dict[str, Event] = {}
    for event in run.events("capacity"):
        if (key := event.details.get("reason")) in REASONS:
            first.setdefault(key, event)
    return list(first.items())


def dollars_since(run: Run, begin: float, prices: Prices | None = None) -> list[float]:
    """US dollars for instances, without their volumes, from a moment on, at the end of each minute of the run."""
    prices = prices or default_prices()
    rates = [(span, rate) for usage in instances(run, prices) for span, rate in _rates(usage, prices)]
    ends = [60.0 * place for place in range(1, int(run.seconds // 60) + 1)]
    return [
        sum(rate * max(0.0, min(end, start + length) - max(begin, start)) for (start, length), rate in rates)
        for end in ends
    ]


def _rates(usage: Usage, prices: Prices) -> Iterator[tuple[tuple[float, int], float]]:
    """Each instance's time with its dollars a second; what is charged otherwise than by time is left out."""
    for span in usage.spans:
        yield span, prices[usage.price].usd * usage.factor * usage.size / 3600


def _tasks(seen: measures.Service) -> Panel:
    running, desired = (steps(changes, seen.minutes) for changes in (seen.running, seen.desired))
    lines = [
        Line(name="Running tasks", points=running, colour=BLUE, word="running", shape="hv", filled=True),
        Line(name="Desired tasks", points=desired, colour=VERMILION, word="desired", dash="dash", shape="hv"),
    ]
    return Panel(name="tasks", title="Tasks", unit="tasks", lines=lines, whole=True)


def _instances(run: Run, provider: str) -> Panel:
    there, empty, packed = (
        by_minute(_of(run, name, provider)) for name in ("InstancesRunning", "InstancesEmpty", "InstancesPacked")
    )
    lines = [
        Line(name="Instances there (N)", points=there, colour=BLUE, word="there N", shape="hvh", filled=True),
        Line(name="Could hold all tasks", points=packed, colour=PURPLE, word="would do", dash="dot", shape="hvh"),
        Line(name="Empty", points=empty, colour=MUTED, word="empty", dash="dashdot", shape="hvh"),
    ]
    if (needed := _of(run, "InstancesNeeded", provider)) != ():
        points = by_minute(needed)
        lines.insert(
            1, Line(name="Needed (M)", points=points, colour=VERMILION, word="needed M", dash="dash", shape="hvh")
        )
    return Panel(name="instances", title="Instances", unit="instances", lines=lines, whole=True)


def _dollars(run: Run, seen: measures.Service, prices: Prices | None) -> Panel:
    peak, _ = _peak(seen)
    paid = dollars_since(run, peak, prices)
    points = [float(place) for place in range(1, len(paid) + 1)], [round(usd, 4) for usd in paid]
    line = Line(name="Paid since the peak", points=points, colour=PURPLE, word="since the peak", filled=True)
    return Panel(name="dollars", title="Paid for instances", unit="US dollars", lines=[line])


def _peak(seen: measures.Service) -> tuple[float, int]:
    """When the desired count was last at its highest, and how high."""
    most = max(value for _, value, _ in seen.desired)
    after = [seconds for seconds, value, _ in seen.desired if value < most and seconds > _first(seen, most)]
    return (after[0] if after else _first(seen, most)), most


def _first(seen: measures.Service, wanted: int) -> float:
    return next(seconds for seconds, value, _ in seen.desired if value == wanted)


def _provider(run: Run) -> str:
    """The first capacity provider on EC2; NotInThisRun where there is none."""
    for metric in run.metric_list:
        if metric.name == "InstancesRunning":
            return metric.subject
    raise NotInThisRun("this run has no capacity provider on EC2, so there is one loop only: give the cluster one")


def _of(run: Run, name: str, provider: str) -> tuple[Any, ...]:
    found = [metric for metric in run.metric_list if (metric.name, metric.subject) == (name, provider)]
    return tuple(value or 0 for value in found[0]["Average"]) if found else ()
