"""A CloudWatch alarm: compares the newest data points of a metric with a threshold, once a minute."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

import simpy

from ecslite.sim.metrics import PERIOD
from ecslite.sim.simulation import Simulation

__all__ = ["Alarm", "Condition"]

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
}
"""Those that target tracking uses, spelled as in PutMetricAlarm."""


@dataclass(frozen=True)
class Condition:
    """What an alarm watches for: `evaluation_periods` data points in a row on the wrong side of the threshold."""

    metric: str
    subject: str
    statistic: str
    comparison: str
    threshold: float
    evaluation_periods: int

    def breached_by(self, value: float) -> bool:
        return COMPARISONS[self.comparison](value, self.threshold)


class Alarm:
    """OK, ALARM or INSUFFICIENT_DATA; `act` is called with the alarm in each minute in which it stands in ALARM.

    That an alarm goes on acting each minute is how alarms drive scaling policies; other actions come once.
    """

    # Model: a data point is seen by alarms `publishing_delay_seconds` after the end of its minute.

    def __init__(
        self,
        sim: Simulation,
        name: str,
        condition: Condition,
        act: Callable[[Alarm], None],
        *,
        publishing_delay_seconds: float = 15.0,
        unit: str = "%",
    ) -> None:
        self.sim = sim
        self.name = name
        self.condition = condition
        self.state = "INSUFFICIENT_DATA"
        self.datapoints: list[float] = []
        """The data points of the last evaluation, oldest first."""
        self.event: int | None = None
        """The event that says when it went into its present state."""
        self._act = act
        self._delay = publishing_delay_seconds
        self._unit = unit
        sim.meter.subscribe(self._period_ended)

    def _period_ended(self, period: int) -> None:
        self.sim.process(self._evaluate_later(period))

    def _evaluate_later(self, period: int) -> Generator[simpy.Event, None, None]:
        yield self.sim.sleep(self._delay)
        condition = self.condition
        # With a delay of more than a minute, newer periods have been measured that the alarm cannot see yet.
        unseen = self.sim.meter.periods - 1 - period
        wanted = condition.evaluation_periods + unseen
        values = self.sim.meter.values(condition.metric, condition.subject, condition.statistic, wanted)
        self._evaluate(values[: len(values) - unseen], period)
        if self.state == "ALARM":
            self._act(self)

    def _evaluate(self, values: list[float | None], period: int) -> None:
        condition = self.condition
        self.datapoints = [value for value in values if value is not None]
        if not self.datapoints:
            return self._go("INSUFFICIENT_DATA", period)
        # Model: a minute without data counts as neither side, so that the alarm keeps its state.
        breaches = [condition.breached_by(value) for value in self.datapoints]
        if len(breaches) == condition.evaluation_periods and all(breaches):
            return self._go("ALARM", period)
        if not breaches[-1]:
            return self._go("OK", period)
        return None

    def _go(self, state: str, period: int) -> None:
        if state == self.state:
            return
        self.state = state
        if state != "ALARM":
            self.event = self.sim.log.add("alarm", self.name, f"Alarm {self.name} is {state}.", self.event, state=state)
            return
        points = ", ".join(f"{value:.3g}" for value in self.datapoints)
        count, side = len(self.datapoints), "above" if self.condition.comparison.startswith("Greater") else "below"
        self.event = self.sim.log.add(
            "alarm",
            self.name,
            f"Alarm {self.name} goes off: {self.condition.metric} was {side} {self.condition.threshold:g} {self._unit}"
            f" in {count} minutes of {count} ({points}).",
            self._reason(period),
            state=state,
            datapoints=tuple(self.datapoints),
        )

    def _reason(self, period: int) -> int | None:
        """The last change of traffic, or loss of a task, before the end of the first data point that breached."""
        # Model: CloudWatch knows no causes. We name the last thing that moved the load before the metric moved.
        until = (period - self.condition.evaluation_periods + 2) * PERIOD
        found = [self.sim.log.latest(kind, until) for kind in ("traffic", "fault")]
        return max((event for event in found if event is not None), default=None)
