"""Scheduled scaling: other limits at a known time.

[Application Auto Scaling API, PutScheduledAction; read 2026-11-23]
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import datetime
from itertools import count
from math import isfinite

import simpy

from ecslite.autoscaling.scalable_target import check_limits, registered_target
from ecslite.autoscaling.schedule import due
from ecslite.ecs.service import Service
from ecslite.errors import InvalidSetting
from ecslite.sim.clock import MINUTE

__all__ = ["ScheduledAction"]


BEGINS = datetime(2026, 11, 23)
"""The moment at which runs begin, where nothing else is said: midnight UTC before a Monday."""


class ScheduledAction:
    """At `at_minute`, and then every `every_minutes`, the service's scalable target gets these limits.

    Or by `schedule`, as AWS writes it: at(2026-11-24T18:00:00), rate(2 hours), cron(0 18 ? * MON-FRI *), in UTC; the
    run then begins at `begins`.

    A limit that is left out stays as it is. The desired count follows at once if it is outside, whatever cooldowns say.
    The service must have a scalable target already: its scaling policy's, or one of register_scalable_target.
    """

    # Model: a run has no calendar of its own; `begins` gives it one, for this action.

    def __init__(
        self,
        service: Service,
        *,
        at_minute: float | None = None,
        every_minutes: float | None = None,
        schedule: str | None = None,
        begins: datetime = BEGINS,
        min_capacity: int | None = None,
        max_capacity: int | None = None,
    ) -> None:
        if min_capacity is None and max_capacity is None:
            raise InvalidSetting("a scheduled action without limits does nothing: give min_capacity or max_capacity")
        check_limits(min_capacity or 0, max(min_capacity or 0, 0) if max_capacity is None else max_capacity)
        self.service = service
        self.sim = service.sim
        self.min_capacity, self.max_capacity = min_capacity, max_capacity
        self.at_minute, self.every_minutes, self.schedule = at_minute, every_minutes, schedule
        self.scalable_target = registered_target(service)
        if schedule is None:
            times = _minutes(at_minute, every_minutes, self.sim.now)
        elif at_minute is None and every_minutes is None:
            times = due(schedule, begins)
        else:
            raise InvalidSetting(f"schedule={schedule!r} beside at_minute= or every_minutes=: give one of the two")
        self.sim.process(self._run(times))
        self.sim.declared.append(self)

    def _run(self, times: Iterator[float]) -> Generator[simpy.Event, None, None]:
        for seconds in times:
            if seconds >= self.sim.now:
                yield self.sim.sleep(seconds - self.sim.now)
                self._act()

    def _act(self) -> None:
        given = {"minimum": self.min_capacity, "maximum": self.max_capacity}
        said = " and ".join(f"a {name} of {value}" for name, value in given.items() if value is not None)
        text = f"A scheduled action gives service {self.service.name} {said} tasks."
        self.scalable_target.limit(
            self.min_capacity, self.max_capacity, self.sim.log.add("scheduled_action", self.service.name, text)
        )


def _minutes(first: float | None, every: float | None, now: float) -> Iterator[float]:
    """The seconds of the run for minutes of it; InvalidSetting for minutes that cannot come."""
    if first is None or not isfinite(first) or first * MINUTE < now:
        raise InvalidSetting(f"at_minute={first}: choose a minute that has not passed, or give schedule=")
    if every is not None and not (isfinite(every) and every >= 1):
        raise InvalidSetting(f"every_minutes={every}: use 1 or more, such as 1440 for each day")
    if every is None:
        return iter([first * MINUTE])
    return ((first + number * every) * MINUTE for number in count())
