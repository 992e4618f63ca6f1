"""Spot capacity may be taken back: when, of whom, and for how long there is none afterwards.

EC2 gives a notice of two minutes before it takes back an instance or a Fargate Spot task, and says neither when that
will be nor how often. [ECS Developer Guide, fargate-capacity-providers; Amazon EC2 User Guide,
spot-instance-termination-notices; read 2026-11-23]
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from math import ceil
from typing import Generic, TypeVar

import simpy

from ecslite.errors import InvalidSetting
from ecslite.sim.clock import MINUTE
from ecslite.sim.distributions import Distribution
from ecslite.sim.simulation import Simulation

__all__ = ["NOTICE_SECONDS", "SpotInterruptions", "SpotMarket"]

NOTICE_SECONDS = 120.0
"""From the interruption notice to the end, for an EC2 Spot Instance and for a Fargate Spot task."""


@dataclass(frozen=True, kw_only=True)
class SpotInterruptions:
    """When Spot capacity is taken back. The default is never, which is not a promise AWS makes."""

    # Model: how often Spot is interrupted is not documented and changes with the market; each setting is yours.
    after: Distribution | None = None
    """Seconds from the launch of a task or an instance to its notice. Exponential(6 * 3600) means once in six hours
    of running, whatever happened before. None: no interruptions but those at given minutes."""
    at_minutes: tuple[float, ...] = ()
    """Minutes of the run at which EC2 wants capacity back from many at a time."""
    share: float = 1.0
    """The share of what runs then that gets its notice, rounded up; 0 only makes capacity unavailable."""
    unavailable_minutes: float = 5.0
    """For so long after such a minute nothing can be launched on Spot."""
    recommended_minutes_before: float = 0.0
    """How long before its notice an EC2 Spot Instance gets a rebalance recommendation; `after` and `at_minutes` then
    mean the recommendation. 0: none comes earlier than the notice. Fargate Spot has no such thing."""

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise InvalidSetting(f"share={self.share}: use 0 to 1, such as 0.5 for half of what runs")
        for minutes in (*self.at_minutes, self.unavailable_minutes, self.recommended_minutes_before):
            if minutes < 0:
                raise InvalidSetting(f"{minutes} minutes: use minutes from 0 on")
        if list(self.at_minutes) != sorted(self.at_minutes):
            raise InvalidSetting(f"at_minutes={self.at_minutes}: give them in the order of time")


Lodger = TypeVar("Lodger")


class SpotMarket(Generic[Lodger]):
    """One pool of Spot capacity during a run: who is in it, who gets a notice, and whether it has any more.

    `notice` is told each lodger that is to be interrupted, with the id of the event that says so; `changed` is told
    when capacity is there again.
    """

    def __init__(
        self,
        sim: Simulation,
        name: str,
        interruptions: SpotInterruptions,
        notice: Callable[[Lodger, int], None],
        changed: Callable[[int], None],
    ) -> None:
        self.sim = sim
        self.name = name
        self.interruptions = interruptions
        self._notice = notice
        self._changed = changed
        self._random = sim.stream(f"interruptions/{name}")
        self._lodgers: dict[str, Lodger] = {}
        self._dry_until = 0.0
        self.dry_event: int | None = None
        """The event that says why there is no capacity."""
        for minute in interruptions.at_minutes:
            sim.at(minute * MINUTE, self._want_back)

    @property
    def available(self) -> bool:
        """Whether anything can be launched now."""
        return self.sim.now >= self._dry_until

    def enter(self, id_: str, lodger: Lodger) -> None:
        """Something was launched on Spot."""
        self._lodgers[id_] = lodger
        if self.interruptions.after is not None:
            # A stream of its own for each, so that one more task does not move the interruptions of the others.
            seconds = self.interruptions.after.draw(self.sim.stream(f"interruptions/{self.name}/{id_}"))
            self.sim.process(self._interrupt_later(id_, seconds))

    def leave(self, id_: str) -> None:
        """It has ended."""
        self._lodgers.pop(id_, None)

    def _interrupt_later(self, id_: str, seconds: float) -> Generator[simpy.Event, None, None]:
        yield self.sim.sleep(seconds)
        if id_ in self._lodgers:
            cause = self.sim.log.add("fault", self.name, "EC2 needs Spot capacity back.")
            self.interrupt(id_, cause)

    def _want_back(self) -> None:
        share, minutes = self.interruptions.share, self.interruptions.unavailable_minutes
        count = ceil(share * len(self._lodgers))
        cause = self.sim.log.add(
            "fault",
            self.name,
            f"EC2 needs Spot capacity back: {count} of {len(self._lodgers)} get their notice,"
            f" and there is none to launch for {minutes:g} minutes.",
            count=count,
        )
        if minutes:
            self._dry_until, self.dry_event = self.sim.now + minutes * MINUTE, cause
            self.sim.process(self._come_back(cause))
        for id_ in self._random.sample(list(self._lodgers), count):
            self.interrupt(id_, cause)

    @property
    def ids(self) -> list[str]:
        """What is in it and has no notice yet, in the order of the launches."""
        return list(self._lodgers)

    def interrupt(self, id_: str, cause: int) -> None:
        """Give one of `ids` its notice now."""
        self._notice(self._lodgers.pop(id_), cause)

    def _come_back(self, cause: int) -> Generator[simpy.Event, None, None]:
        yield self.sim.sleep(self.interruptions.unavailable_minutes * MINUTE)
        if self.available:
            self._changed(self.sim.log.add("capacity", self.name, "Spot capacity is available again.", cause))
