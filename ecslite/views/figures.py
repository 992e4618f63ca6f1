"""A service's figure as a Plotly spec: a plain dict that plotly.js draws and `plotly.graph_objects.Figure` accepts."""

from __future__ import annotations

from ecslite.sim.run import Run
from ecslite.views import measures
from ecslite.views.palette import BLUE, GREEN, PURPLE, VERMILION
from ecslite.views.panels import Line, Panel, Spec, by_minute, ghost, stacked, steps

__all__ = ["Spec", "service", "service_panels"]


def service(
    run: Run, *, service: str | None = None, target: float | None = None, prediction: tuple[str, float] | None = None
) -> Spec:
    """A service's minute-by-minute story: requests, CPU with its target, tasks desired and running, p95 latency.

    `target` is the CPU per cent that target tracking aims at (the scaling policy's own where not given);
    `prediction` is a panel's name (requests, cpu, tasks, latency) and the value a reader expected there, drawn as a
    dashed line.
    """
    spec = stacked(service_panels(run, service=service, target=target), run.seconds / 60)
    if prediction is not None:
        spec["data"].append(ghost(spec, *prediction))
    return spec


def service_panels(run: Run, *, service: str | None = None, target: float | None = None) -> list[Panel]:
    """The panels of `service`, to be stacked with others."""
    seen = measures.service(run, service)
    target = seen.target if target is None else target
    return [_requests(seen), _cpu(seen, target), _tasks(seen), _latency(seen)]


def _requests(seen: measures.Service) -> Panel:
    rates = by_minute(seen.requests, 1 / 60, 2)
    lines = [Line(name="Requests", points=rates, colour=GREEN, word="per second", shape="hvh", filled=True)]
    if any(seen.errors):
        failed = by_minute([value or None for value in seen.errors], 1 / 60, 2)
        lines.append(
            Line(name="Failed (5XX)", points=failed, colour=VERMILION, word="failed", crosses=True, said="failed/s")
        )
    return Panel(name="requests", title="Requests", unit="requests/s", lines=lines)


def _cpu(seen: measures.Service, target: float | None) -> Panel:
    points = by_minute(seen.cpu)
    lines = [Line(name="CPU, average", points=points, colour=BLUE, word="average", marks="circle")]
    if target is not None:
        level = [0.0, seen.minutes], [target, target]
        word = f"target {target:g} %" if target else ""
        lines.append(Line(name="CPU target", points=level, colour=VERMILION, word=word, dash="dash", constant=True))
    return Panel(name="cpu", title="CPU", unit="%", lines=lines)


def _tasks(seen: measures.Service) -> Panel:
    running, desired = (steps(changes, seen.minutes) for changes in (seen.running, seen.desired))
    lines = [
        Line(name="Running", points=running, colour=BLUE, word="running", shape="hv", filled=True),
        Line(name="Desired", points=desired, colour=VERMILION, word="desired", dash="dash", shape="hv", width=2.5),
    ]
    return Panel(name="tasks", title="Tasks", unit="tasks", lines=lines, whole=True)


def _latency(seen: measures.Service) -> Panel:
    in_seconds = max((value for value in seen.p95 if value is not None), default=0.0) >= 2
    points, unit = (by_minute(seen.p95, 1, 2), "s") if in_seconds else (by_minute(seen.p95, 1000, 0), "ms")
    word = "p95: 95 % of requests are faster"
    line = Line(name="p95 latency", points=points, colour=PURPLE, word=word, marks="diamond")
    return Panel(name="latency", title="Latency", unit=unit, lines=[line])
