"""A Run: what a simulation leaves behind, as immutable records.

Bills, views and widgets read a Run and nothing else. It holds the events (each with the event that caused it), the
metrics (CloudWatch's periods and statistics), the parts with the states they went through, and the levels (numbers
such as a desired count, with the moments they changed). It goes to JSON and back without loss, so that a page can
carry a finished run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ecslite.errors import InvalidSetting, NotInThisRun

__all__ = ["SCHEMA", "Event", "Level", "Metric", "Part", "Run", "TracedRequest"]

SCHEMA = 1
"""The number of the JSON form; a reader refuses any other."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, and the id of the event that caused it (None for a root: your act, or the traffic's)."""

    id: int
    seconds: float
    kind: str
    """traffic, scaling, alarm, service, task, target, fault ..."""
    subject: str
    """The part it happened to: a task id, a service name, an alarm name."""
    text: str
    """What happened, as one sentence."""
    cause: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Metric:
    """A CloudWatch metric of one part: for each statistic one value a period, None where no sample fell into it.

    The value at index i covers the time from i × period to (i + 1) × period, in seconds.
    """

    name: str
    subject: str
    unit: str
    period: int
    statistics: Mapping[str, tuple[float | None, ...]]
    """Average, Sum, Minimum, Maximum, SampleCount, p50, p95, p99: those that make sense for the metric."""

    def __getitem__(self, statistic: str) -> tuple[float | None, ...]:
        try:
            return self.statistics[statistic]
        except KeyError:
            have = ", ".join(self.statistics)
            raise NotInThisRun(f"{self.name} has no statistic {statistic!r}: use one of {have}") from None


@dataclass(frozen=True, slots=True)
class Part:
    """A thing that lived in the run: a task, a target, a load balancer, with the states it went through."""

    kind: str
    id: str
    attributes: Mapping[str, Any]
    states: tuple[tuple[float, str, int], ...]
    """(seconds, state, id of the event that says so), in order."""


@dataclass(frozen=True, slots=True)
class Level:
    """A whole number that changed by steps, such as a service's desired count."""

    name: str
    subject: str
    steps: tuple[tuple[float, int, int | None], ...]
    """(seconds, value from then on, id of the event that set it), in order."""


@dataclass(frozen=True, slots=True)
class TracedRequest:
    """What became of one request; kept only where a trace was asked for."""

    arrival: float
    """Seconds."""
    end: float
    """When it was answered, or given up."""
    target: str | None
    """The task it was sent to; None where there was none."""
    fate: str
    """answered, 502, 503, 504 or Target_5XX."""


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run of `seconds` simulated seconds, from one seed."""

    seed: int
    seconds: float
    log: tuple[Event, ...]
    metric_list: tuple[Metric, ...]
    parts: tuple[Part, ...]
    levels: tuple[Level, ...]
    trace: tuple[TracedRequest, ...] = ()
    """Single requests, by their arrival; empty unless a trace was asked for (see LoadBalancer.trace)."""

    @property
    def metrics(self) -> Metrics:
        """The metrics by name, or by (name, subject) where several parts have one of that name."""
        return Metrics(self.metric_list)

    def events(self, kind: str | None = None, subject: str | None = None) -> list[Event]:
        """The events in order of time, all or those of one kind or subject."""
        return [
            event
            for event in self.log
            if (kind is None or event.kind == kind) and (subject is None or event.subject == subject)
        ]

    def why(self, event: Event | int) -> list[Event]:
        """The chain of causes, from the event asked about back to its root."""
        number = event if isinstance(event, int) else event.id
        if not 0 <= number < len(self.log):
            raise NotInThisRun(f"event {number} is not in this run: ids go from 0 to {len(self.log) - 1}")
        chain = [self.log[number]]
        while (cause := chain[-1].cause) is not None:
            chain.append(self.log[cause])
        return chain

    def of_kind(self, kind: str) -> list[Part]:
        """The parts of one kind ("task", "target", "load_balancer"), in order of appearance."""
        return [part for part in self.parts if part.kind == kind]

    def level(self, name: str, subject: str | None = None) -> Level:
        """The level of that name ("DesiredCount"); the subject is needed where several parts have one."""
        found = [level for level in self.levels if level.name == name and subject in (None, level.subject)]
        if len(found) != 1:
            have = ", ".join(f"{level.name} of {level.subject}" for level in self.levels) or "none"
            raise NotInThisRun(f"{len(found)} levels named {name!r} of {subject!r}: this run has {have}")
        return found[0]

    def to_json(self) -> str:
        """This run as compact JSON: the same run, the same bytes."""
        data = {"schema": SCHEMA, **asdict(self)}
        if not self.trace:
            del data["trace"]
        return json.dumps(data, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Run:
        """The run that `to_json` wrote; InvalidSetting where the schema's number is another."""
        data = json.loads(text)
        if data.pop("schema", None) != SCHEMA:
            raise InvalidSetting(
                f"this run was not written by schema {SCHEMA}: run the scenario again to make a new one"
            )
        return cls(
            seed=data["seed"],
            seconds=data["seconds"],
            log=tuple(Event(**event) for event in data["log"]),
            metric_list=tuple(
                Metric(**{**metric, "statistics": {k: tuple(v) for k, v in metric["statistics"].items()}})
                for metric in data["metric_list"]
            ),
            parts=tuple(Part(**{**part, "states": tuple(map(tuple, part["states"]))}) for part in data["parts"]),
            levels=tuple(Level(**{**level, "steps": tuple(map(tuple, level["steps"]))}) for level in data["levels"]),
            trace=tuple(TracedRequest(**request) for request in data.get("trace", ())),
        )


class Metrics(Mapping[str | tuple[str, str], Metric]):
    """A run's metrics: `metrics["CPUUtilization"]`, or `metrics["CPUUtilization", "web"]` where several parts have
    it."""

    def __init__(self, metrics: tuple[Metric, ...]) -> None:
        self._metrics = metrics

    def __getitem__(self, key: str | tuple[str, str]) -> Metric:
        name, subject = key if isinstance(key, tuple) else (key, None)
        found = [m for m in self._metrics if m.name == name and subject in (None, m.subject)]
        if len(found) == 1:
            return found[0]
        have = ", ".join(sorted({f"{m.name} of {m.subject}" for m in self._metrics})) or "no metric"
        raise NotInThisRun(
            f"{len(found)} metrics for {key!r}: this run has {have}; name one, as in metrics[name, subject]"
        )

    def __iter__(self) -> Iterator[str | tuple[str, str]]:
        return iter([(metric.name, metric.subject) for metric in self._metrics])

    def __len__(self) -> int:
        return len(self._metrics)
