"""What is paid for against what is used: tasks that run, tasks that instances could hold, and dollars so far.

On Fargate a task is paid for by itself. On instances the room is paid for, taken or not: so the figure shows both.
"""

from __future__ import annotations

from itertools import accumulate

from ecslite.billing.compute import fargate, instances
from ecslite.billing.prices import Prices, default_prices
from ecslite.billing.usage import Usage
from ecslite.sim.run import Part, Run
from ecslite.views import measures
from ecslite.views.palette import BLUE, PURPLE, VERMILION
from ecslite.views.panels import Line, Panel, Spec, stacked, steps
from ecslite.views.words import number

__all__ = ["alt", "dollars", "figure", "places"]

HOUR = 3600
POINTS = 96
"""Of the line of dollars: enough for a curve, few enough for a page."""


def figure(run: Run, *, service: str | None = None, prices: Prices | None = None) -> Spec:
    """Two panels: tasks that run and places for them on instances; US dollars paid for compute so far."""
    seen, rooms = measures.service(run, service), places(run, service)
    lines = [
        Line(
            name="Tasks running",
            points=steps(seen.running, seen.minutes),
            colour=BLUE,
            word="running",
            shape="hv",
            filled=True,
        )
    ]
    if run.of_kind("instance"):
        points = steps([(seconds, value, None) for seconds, value in rooms], seen.minutes)
        lines.append(
            Line(name="Places paid for", points=points, colour=VERMILION, word="paid for", dash="dash", shape="hv")
        )
    paid = dollars(run, prices)
    curve = [minute for minute, _ in paid], [round(usd, 4) for _, usd in paid]
    spent = Line(name="Paid so far", points=curve, colour=PURPLE, word="so far", filled=True)
    return stacked(
        [
            Panel(name="places", title="Tasks", unit="tasks", lines=lines, whole=True),
            Panel(name="dollars", title="Paid for compute", unit="US dollars", lines=[spent]),
        ],
        seen.minutes,
    )


def alt(run: Run, *, service: str | None = None, prices: Prices | None = None) -> str:
    """What `figure` shows, in sentences computed from the run."""
    seen, rooms = measures.service(run, service), places(run, service)
    most = max((value for _, value, _ in seen.running), default=0)
    said = [f"At most {number(most)} tasks run, and {number(seen.running[-1][1] if seen.running else 0)} at the end."]
    if run.of_kind("instance"):
        largest = max(value for _, value in rooms)
        said.append(f"Instances with places for {number(largest)} are paid for at the most.")
    return " ".join([*said, f"Compute costs ${dollars(run, prices)[-1][1]:.2f} in all."])


def places(run: Run, service: str | None = None) -> list[tuple[float, int]]:
    """Tasks like the service's that the instances launched so far could hold, as (seconds, tasks) at each change."""
    # Model: of the shape of the service's first task, each with a network interface of its own (awsvpc), as if the
    # instances were empty; in another network mode an instance may hold more.
    one = next((task for task in run.of_kind("task") if service in (None, task.attributes["service"])), None)
    changes = sorted(change for part in run.of_kind("instance") for change in _changes(part, one))
    there = accumulate(many for _, many in changes)
    return [(0.0, 0), *((seconds, many) for (seconds, _), many in zip(changes, there, strict=True))]


def _changes(instance: Part, task: Part | None) -> list[tuple[float, int]]:
    """An instance's places as it is launched, and less them as it ends."""
    many = 0 if task is None else _holds(instance, task)
    ended = [(seconds, -many) for seconds, state, _ in instance.states if state == "Terminated"]
    return [(instance.states[0][0], many), *ended]


def _holds(instance: Part, task: Part) -> int:
    """Tasks of one shape that an empty instance holds."""
    has, needs = instance.attributes, task.attributes
    return int(min(has["cpu"] // needs["cpu"], has["memory"] // needs["memory"], has["task_enis"]))


def dollars(run: Run, prices: Prices | None = None) -> list[tuple[float, float]]:
    """(minute, US dollars paid for tasks on Fargate and for instances so far), without volumes."""
    prices = prices or default_prices()
    paid = [(span, _rate(usage, prices)) for usage in (*fargate(run), *instances(run, prices)) for span in usage.spans]
    ends = [run.seconds * place / POINTS for place in range(POINTS + 1)]
    return [
        (round(end / 60, 2), sum(rate * max(0.0, min(end - begin, length)) for (begin, length), rate in paid))
        for end in ends
    ]


def _rate(usage: Usage, prices: Prices) -> float:
    """US dollars a second of one of its spans."""
    return prices[usage.price].usd * usage.factor * usage.size / HOUR
