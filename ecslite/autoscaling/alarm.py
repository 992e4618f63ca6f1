"""A CloudWatch alarm: compares the newest data points of a metric with a threshold, once a period."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from math import fsum, isfinite

import simpy

from ecslite.autoscaling.evaluation import COMPARISONS, TREAT_MISSING_DATA, evaluation_range, next_state
from ecslite.errors import InvalidSetting
from ecslite.sim.metrics import PERIOD
from ecslite.sim.simulation import Simulation

__all__ = ["PUBLISHING_DELAY", "Alarm", "Condition"]

PUBLISHING_DELAY = 15.0
"""Seconds from the end of a period to the moment at which alarms see its data point."""
# Model: not documented; with more, everything that alarms start comes so much later.

AGGREGATES: dict[str, Callable[[list[float]], float]] = {
    "Average": lambda values: fsum(values) / len(values),
    "Sum": fsum,
    "SampleCount": fsum,
    "Minimum": min,
    "Maximum": max,
}
"""How minutes make a longer period."""


@dataclass(frozen=True)
class Condition:
    """What an alarm watches for: `datapoints_to_alarm` of `evaluation_periods` data points beyond the threshold."""

    metric: str
    subject: str
    statistic: str
    comparison: str
    threshold: float
    evaluation_periods: int
    datapoints_to_alarm: int
    treat_missing_data: str = "missing"
    period: int = PERIOD

    def __post_init__(self) -> None:
        if self.comparison not in COMPARISONS:
            raise InvalidSetting(f"comparison={self.comparison!r}: use one of {', '.join(COMPARISONS)}")
        if self.treat_missing_data not in TREAT_MISSING_DATA:
            raise InvalidSetting(
                f"treat_missing_data={self.treat_missing_data!r}: use one of {', '.join(TREAT_MISSING_DATA)}"
            )
        if not isfinite(self.threshold):
            raise InvalidSetting(f"threshold={self.threshold}: use a number, such as 60")
        if not 1 <= self.datapoints_to_alarm <= self.evaluation_periods:
            raise InvalidSetting(
                f"datapoints_to_alarm={self.datapoints_to_alarm} of evaluation_periods={self.evaluation_periods}:"
                " use 1 ≤ datapoints_to_alarm ≤ evaluation_periods"
            )
        if self.period < PERIOD or self.period % PERIOD or self.period * self.evaluation_periods > 86400:
            raise InvalidSetting(
                f"period={self.period} s, {self.evaluation_periods} times: use a multiple of 60 s, a day in all at most"
            )
        if self.period > PERIOD and self.statistic not in AGGREGATES:
            raise InvalidSetting(
                f"statistic={self.statistic!r} over {self.period} s: minutes cannot be put together for it;"
                f" use period=60 or one of {', '.join(AGGREGATES)}"
            )

    def breached_by(self, value: float) -> bool:
        """Whether a data point is beyond the threshold."""
        return COMPARISONS[self.comparison](value, self.threshold)

    def joined(self, minutes: list[float | None]) -> list[float | None]:
        """One value for each period, from one for each minute."""
        size = self.period // PERIOD
        if size == 1:
            return minutes
        # Model: the Average of a longer period weighs its minutes alike, whatever their sample counts.
        groups = [[v for v in minutes[i : i + size] if v is not None] for i in range(0, len(minutes), size)]
        return [AGGREGATES[self.statistic](group) if group else None for group in groups]


class Alarm:
    """OK, ALARM or INSUFFICIENT_DATA [CloudWatch API, PutMetricAlarm; read 2026-11-23].

    `told` holds functions called with the alarm at each change of state. `evaluated` holds functions called after each
    evaluation: alarms go on calling scaling policies for as long as they stand in ALARM, other actions come once.
    InvalidSetting if the condition cannot be evaluated.
    """

    # Model: a data point is seen by alarms `publishing_delay_seconds` after the end of its period.

    def __init__(
        self,
        sim: Simulation,
        name: str,
        *,
        metric: str,
        subject: str,
        comparison: str,
        threshold: float,
        statistic: str = "Average",
        period: int = PERIOD,
        evaluation_periods: int = 1,
        datapoints_to_alarm: int | None = None,
        treat_missing_data: str = "missing",
        publishing_delay_seconds: float = PUBLISHING_DELAY,
        unit: str = "",
    ) -> None:
        if not isfinite(publishing_delay_seconds) or publishing_delay_seconds < 0:
            raise InvalidSetting(f"publishing_delay_seconds={publishing_delay_seconds}: seconds start at 0")
        needed = evaluation_periods if datapoints_to_alarm is None else datapoints_to_alarm
        self.sim = sim
        self.name = name
        self.condition = Condition(
            metric, subject, statistic, comparison, threshold, evaluation_periods, needed, treat_missing_data, period
        )
        self.state = "INSUFFICIENT_DATA"
        self.datapoints: list[float] = []
        """The data points of the last evaluation that are there, oldest first."""
        self.minute = 0
        """The minute of the run that ended with the newest of them, counted from 0."""
        self.event: int | None = None
        """The event that says when it went into its present state."""
        self.told: list[Callable[[Alarm], None]] = []
        self.evaluated: list[Callable[[Alarm], None]] = []
        self._delay = publishing_delay_seconds
        self._unit = unit and f" {unit}"
        sim.meter.subscribe(self._period_ended)
        sim.declared.append(self)

    def _period_ended(self, minute: int) -> None:
        if not (minute + 1) * PERIOD % self.condition.period:
            self.sim.process(self._evaluate_later(minute))

    def _evaluate_later(self, minute: int) -> Generator[simpy.Event, None, None]:
        yield self.sim.sleep(self._delay)
        self._evaluate(self._values(minute), minute)
        for act in self.evaluated:
            act(self)

    def _values(self, minute: int) -> list[float | None]:
        """The data points up to that minute, oldest first."""
        condition = self.condition
        # With a delay of more than a minute, newer periods have been measured that the alarm cannot see yet.
        unseen = self.sim.meter.periods - 1 - minute
        size = condition.period // PERIOD
        seen = min(evaluation_range(condition.evaluation_periods) * size, minute + 1)
        values = self.sim.meter.values(condition.metric, condition.subject, condition.statistic, seen + unseen)
        return condition.joined(values[: len(values) - unseen])

    def _evaluate(self, values: list[float | None], minute: int) -> None:
        condition = self.condition
        there = [place for place, value in enumerate(reversed(values)) if value is not None]
        self.minute = minute - (there[0] if there else 0) * condition.period // PERIOD
        self.datapoints = [value for value in values if value is not None][-condition.evaluation_periods :]
        breaches = [None if value is None else condition.breached_by(value) for value in values]
        needed, treat = condition.datapoints_to_alarm, condition.treat_missing_data
        self._go(next_state(breaches, condition.evaluation_periods, needed, treat, self.state), minute)

    def _go(self, state: str, minute: int) -> None:
        if state == self.state:
            return
        self.state = state
        cause = self._reason(minute) if state == "ALARM" else self.event
        text = self._goes_off() if state == "ALARM" else f"Alarm {self.name} is {state}."
        self.event = self.sim.log.add(
            "alarm",
            self.name,
            text,
            cause,
            state=state,
            datapoints=tuple(self.datapoints),
            period=self.condition.period,
            measured_until=(self.minute + 1) * PERIOD,
        )
        for tell in self.told:
            tell(self)

    def _goes_off(self) -> str:
        condition, points = self.condition, ", ".join(f"{value:.3g}" for value in self.datapoints)
        breaching = sum(condition.breached_by(value) for value in self.datapoints)
        side = "above" if condition.comparison.startswith("Greater") else "below"
        side = f"at or {side}" if condition.comparison.endswith("OrEqualToThreshold") else side
        minutes = "minutes" if condition.period == PERIOD else f"periods of {condition.period} s"
        return (
            f"Alarm {self.name} goes off: {condition.metric} was {side} {condition.threshold:g}{self._unit}"
            f" in {breaching} {minutes} of {condition.evaluation_periods} ({points or 'no data'})."
        )

    def _reason(self, minute: int) -> int | None:
        """The last change of traffic, or loss of a task, before the end of the first data point that breached."""
        # Model: CloudWatch knows no causes. We name the last thing that moved the load before the metric moved.
        until = (minute + 1) * PERIOD - (self.condition.evaluation_periods - 1) * self.condition.period
        found = [self.sim.log.latest(kind, until) for kind in ("traffic", "fault")]
        return max((event for event in found if event is not None), default=None)
