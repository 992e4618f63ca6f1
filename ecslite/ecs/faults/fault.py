"""Faults on purpose: what breaks, where, and when."""

from __future__ import annotations

from collections.abc import Generator
from math import isfinite
from random import Random

import simpy

from ecslite.capacity.auto_scaling_group import AutoScalingGroup
from ecslite.ecs.cluster import Cluster
from ecslite.ecs.faults.strikes import KINDS, PULL_ERROR, Blow, nothing_hangs, spot_markets, zones_of
from ecslite.ecs.service import Service
from ecslite.errors import InvalidSetting
from ecslite.sim.clock import MINUTE
from ecslite.sim.distributions import Distribution, as_distribution
from ecslite.sim.simulation import Simulation

__all__ = ["Fault"]

SHORTEST_PAUSE = 1.0
"""Seconds between two strikes of one fault, at the least."""

Steps = Generator[simpy.Event, None, None]


class Fault:
    """Something breaks at minute `at_minute`, or again and again with `every` between (seconds, or a distribution).

    `on` is a service, a cluster or an Auto Scaling group; `count` how many tasks or instances a strike takes, drawn at
    random among those there are. The kinds, and what else each takes:

    - crash: the essential container of running tasks exits with `exit_code`;
    - out_of_memory: it is killed, with the reason and the exit code (137) of a lack of memory;
    - hung: running tasks take requests and answer none, health checks included;
    - failing_fast: running tasks answer each request with an error at once, while their health checks pass;
    - failed_pull: the next tasks to start cannot pull their image, for the reason `pull_error`;
    - slow_start: the next tasks to start listen `slow_seconds` later than they would;
    - instance_loss: container instances end at once, and all tasks on them;
    - zone_outage: all instances and Fargate tasks of a `zone` are lost, and none is launched there for `for_minutes`;
    - spot_interruption: Spot Instances or Fargate Spot tasks get their notice of two minutes.

    With `every` alone the first strike comes after the first such pause; with both, at `at_minute`. There is none after
    `until_minute`. InvalidSetting for what cannot break, or not there.
    """

    # Model: chance picks the tasks and instances evenly; real faults often come together, which `count` imitates.

    def __init__(
        self,
        on: Service | Cluster | AutoScalingGroup,
        kind: str = "crash",
        *,
        at_minute: float | None = None,
        every: Distribution | float | None = None,
        until_minute: float | None = None,
        count: int = 1,
        exit_code: int = 137,
        zone: str | None = None,
        for_minutes: float = 10.0,
        slow_seconds: float = 60.0,
        pull_error: str = PULL_ERROR,
    ) -> None:
        _check_kind(on, kind, zone)
        _check_numbers(count, exit_code, for_minutes, slow_seconds)
        _check_times(on.sim, at_minute, every, until_minute)
        self.sim = on.sim
        self.on = on
        self.kind = kind
        self.count = count
        self._until = float("inf") if until_minute is None else until_minute * MINUTE
        name = _stream_name(on, kind, at_minute)
        self._blow = Blow(
            on,
            self._stream(name),
            count=count,
            exit_code=exit_code,
            zone=zone,
            minutes=for_minutes,
            slow_seconds=slow_seconds,
            pull_error=pull_error,
        )
        if every is None:
            assert at_minute is not None
            self.sim.at(at_minute * MINUTE, self._strike)
        else:
            pauses = self.sim.stream(f"{name}/every/{self._number}")
            self.sim.process(self._again_and_again(at_minute, as_distribution(every), pauses))

    def _stream(self, name: str) -> Random:
        """A stream of this fault's own: of two that are alike the second has another."""
        known = self.sim.the(_Names).used
        self._number = known[name] = known.get(name, 0) + 1
        return self.sim.stream(name if self._number == 1 else f"{name}/{self._number}")

    def _again_and_again(self, first_minute: float | None, pause: Distribution, random: Random) -> Steps:
        if first_minute is not None:
            yield self.sim.sleep(first_minute * MINUTE - self.sim.now)
        else:
            yield self.sim.sleep(max(pause.draw(random), SHORTEST_PAUSE))
        while self.sim.now <= self._until:
            self._strike()
            yield self.sim.sleep(max(pause.draw(random), SHORTEST_PAUSE))

    def _strike(self) -> None:
        struck = KINDS[self.kind].strike(self._blow)
        if not struck:
            what, name = self.kind.replace("_", " "), self.on.name
            text = f"A fault was due on {name} ({what}), but {name} has nothing to break."
            self.sim.log.add("fault", name, text)


class _Names:
    """How many faults of a simulation have a stream of each name."""

    def __init__(self, _sim: Simulation) -> None:
        self.used: dict[str, int] = {}


def _stream_name(on: Service | Cluster | AutoScalingGroup, kind: str, at_minute: float | None) -> str:
    return f"fault/{on.name}/{at_minute}" + ("" if kind == "crash" else f"/{kind}")


def _check_kind(on: Service | Cluster | AutoScalingGroup, kind: str, zone: str | None) -> None:
    if kind not in KINDS:
        raise InvalidSetting(f"kind={kind!r} is not a fault: use one of {', '.join(KINDS)}")
    places = KINDS[kind].places
    if not isinstance(on, places):
        may = " or ".join(place.__name__ for place in places)
        raise InvalidSetting(f"kind={kind!r} on {getattr(on, 'name', on)!r}: it strikes a {may}; give one of those")
    if kind == "spot_interruption" and not spot_markets(on):
        raise InvalidSetting(f"kind={kind!r} on {on.name!r}, which buys no Spot capacity: leave it out, or buy some")
    if kind == "hung" and nothing_hangs(on):
        raise InvalidSetting(
            f"kind={kind!r} on {on.name!r}: nobody would notice; put it behind a load balancer, or give its container a"
            " health check"
        )
    if zone is not None and kind != "zone_outage":
        raise InvalidSetting(f"zone={zone!r} with kind={kind!r}: a zone goes with kind='zone_outage'; leave it out")
    if kind == "zone_outage" and not isinstance(on, Service):
        zones = zones_of(on)
        if not zones or zone not in (None, *zones):
            raise InvalidSetting(f"zone={zone!r}: {on.name} is in {', '.join(zones) or 'no zone'}; use one of these")


def _check_numbers(count: int, exit_code: int, for_minutes: float, slow_seconds: float) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or count < 1 or not 0 <= exit_code <= 255:
        raise InvalidSetting(f"count={count}, exit_code={exit_code}: count starts at 1, exit codes go from 0 to 255")
    if not (isfinite(for_minutes) and for_minutes > 0):
        raise InvalidSetting(f"for_minutes={for_minutes}: use more than 0, such as 10")
    if not (isfinite(slow_seconds) and slow_seconds > 0):
        raise InvalidSetting(f"slow_seconds={slow_seconds}: use more than 0, such as 60")


def _check_times(
    sim: Simulation, at_minute: float | None, every: Distribution | float | None, until_minute: float | None
) -> None:
    if at_minute is None and every is None:
        raise InvalidSetting("a fault without a time never comes: give at_minute=, every=, or both")
    if at_minute is not None and not (isfinite(at_minute) and at_minute * MINUTE >= sim.now):
        raise InvalidSetting(f"at_minute={at_minute}: choose a minute that has not passed")
    if every is None and until_minute is not None:
        raise InvalidSetting(f"until_minute={until_minute} without every=: a single strike has no end; leave it out")
    if every is not None and not as_distribution(every).mean > 0:
        raise InvalidSetting(f"every={every!r}: use seconds above 0, such as ecs.Exponential(600)")
