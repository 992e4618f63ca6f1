"""Scheduled scaling: other limits at a known time.

[Application Auto Scaling API, PutScheduledAction; read 2026-11-23]
"""

from __future__ import annotations

from collections.abc import Generator
from math import isfinite

import simpy

from ecslite.autoscaling.scalable_target import check_limits, registered_target
from ecslite.ecs.service import Service
from ecslite.errors import InvalidSetting
from ecslite.sim.clock import MINUTE

__all__ = ["ScheduledAction"]


class ScheduledAction:
    """At `at_minute`, and then every `every_minutes`, the service's scalable target gets these limits.

    A limit that is left out stays as it is. The desired count follows at once if it is outside, whatever cooldowns say.
    The service must have a scaling policy already, whose limits these are.
    """

    # Model: at() and rate() are minutes of the run; cron() is not simulated, since a run has no calendar.

    def __init__(
        self,
        service: Service,
        *,
        at_minute: float,
        every_minutes: float | None = None,
        min_capacity: int | None = None,
        max_capacity: int | None = None,
    ) -> None:
        if min_capacity is None and max_capacity is None:
            raise InvalidSetting("a scheduled action without limits does nothing: give min_capacity or max_capacity")
        if not isfinite(at_minute) or at_minute * MINUTE < service.sim.now:
            raise InvalidSetting(f"at_minute={at_minute}: choose a minute that has not passed")
        if every_minutes is not None and not (isfinite(every_minutes) and every_minutes >= 1):
            raise InvalidSetting(f"every_minutes={every_minutes}: use 1 or more, such as 1440 for each day")
        check_limits(min_capacity or 0, max(min_capacity or 0, 0) if max_capacity is None else max_capacity)
        self.service = service
        self.sim = service.sim
        self.min_capacity, self.max_capacity = min_capacity, max_capacity
        self.scalable_target = registered_target(service)
        self.sim.process(self._run(at_minute * MINUTE, every_minutes))

    def _run(self, first: float, every: float | None) -> Generator[simpy.Event, None, None]:
        yield self.sim.sleep(first - self.sim.now)
        self._act()
        while every is not None:
            yield self.sim.sleep(every * MINUTE)
            self._act()

    def _act(self) -> None:
        given = {"minimum": self.min_capacity, "maximum": self.max_capacity}
        said = " and ".join(f"a {name} of {value}" for name, value in given.items() if value is not None)
        text = f"A scheduled action gives service {self.service.name} {said} tasks."
        self.scalable_target.limit(
            self.min_capacity, self.max_capacity, self.sim.log.add("scheduled_action", self.service.name, text)
        )
