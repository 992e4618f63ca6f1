"""An Application Load Balancer with one target group: spreads requests, checks health, drains, and counts.

What it leaves out: listeners and rules, TLS, cross-zone settings and stickiness. Requests are routed to targets in turn
(round robin), the default of a target group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator

import simpy

from ecslite.errors import InvalidSetting
from ecslite.network.target import HealthCheck, Target
from ecslite.sim.histogram import Histogram
from ecslite.sim.metrics import Sample
from ecslite.sim.simulation import Simulation
from ecslite.sim.station import Station, Workers
from ecslite.sim.traffic import CHUNK

__all__ = ["ALGORITHMS", "LoadBalancer"]

ALGORITHMS = ("round_robin",)
"""The routing algorithms that are simulated, named as in the target group attribute load_balancing.algorithm.type."""

IDLE_TIMEOUT = 60.0
"""Seconds without a reply after which the client gets a 504 [Elastic Load Balancing guide; read 2026-11-23]."""

QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


class LoadBalancer(Station):
    """Sends each request to the next healthy target.

    Every request is answered by a target, or refused or lost for a reason that is counted: 502 (the target died or
    never listened), 503 (no target), 504 (no reply within 60 s), Target_5XX (the target's backlog was full).
    """

    # Model: one rotation pointer for the whole load balancer; a real one has a pointer on each of its nodes.
    # Model: all targets are checked at the same moments, so a new one waits up to one interval for its first check.

    def __init__(
        self,
        sim: Simulation,
        name: str,
        *,
        algorithm: str = "round_robin",
        health_check: HealthCheck | None = None,
        deregistration_delay_seconds: float = 300.0,
        requests_per_connection: float = 10.0,
        kib_per_request: float = 10.0,
    ) -> None:
        if algorithm not in ALGORITHMS:
            raise InvalidSetting(f"algorithm={algorithm!r} is not simulated: use one of {', '.join(ALGORITHMS)}")
        if not 0 <= deregistration_delay_seconds <= 3600:
            raise InvalidSetting(f"deregistration_delay_seconds={deregistration_delay_seconds}: use 0 to 3600")
        super().__init__(sim, name)
        self.health_check = health_check or HealthCheck()
        self.deregistration_delay_seconds = deregistration_delay_seconds
        self.targets: list[Target] = []
        self.latency = Histogram()
        """All latencies of the run, of requests that a target answered."""
        self.failed: Counter[str] = Counter()
        """All requests that failed, by reason."""
        self._rotation = 0
        self._since_settled = 0
        self._changed: int | None = None
        """The latest event that changed which targets there are."""
        self._begin_period()
        # Model: requests_per_connection and kib_per_request shape only the bill (LCU), not the latency.
        record = sim.record(
            "load_balancer", name, requests_per_connection=requests_per_connection, kib_per_request=kib_per_request
        )
        sim.enter(record, "active", None, f"Load balancer {name} is active.")
        sim.meter.read(self._read)
        sim.process(self._check_health())

    def register(
        self, id_: str, workers: Workers, ready_at: float, cause: int, told: Callable[[Target, int], None]
    ) -> Target:
        """Add a target whose application listens from `ready_at` on; `told` hears of each change of its health."""
        self.catch_up()
        record = self.sim.record("target", f"{self.name}/{id_}", load_balancer=self.name, task=id_)
        target = Target(record, workers, ready_at, told)
        self.targets.append(target)
        self._move(target, "initial", cause, f"Target {id_[:8]} is registered and waits for its first health check.")
        return target

    def deregister(self, target: Target, cause: int) -> simpy.Event:
        """Send it no new request; the event returned comes when the deregistration delay is over."""
        self.catch_up()
        event = self._move(target, "draining", cause, f"Target {self._short(target)} gets no new requests.")
        return self.sim.process(self._drain(target, event))

    def stop(self, target: Target, cause: int) -> None:
        """The target's process ends now: what it was serving is lost (502), and it will serve nothing more."""
        self.catch_up()
        self._settle(target, self.sim.now)
        target.alive = False
        target.died_by = cause
        self._fail("502", target.workers.drop(self.sim.now), cause)

    def accept(self, times: list[float], costs: list[float]) -> None:
        targets = self._routable()
        if not targets:
            self._fail("503", len(times), self._changed)
            return
        self._requests += len(times)
        count, first = len(targets), self._rotation % len(targets)
        for place, target in enumerate(targets):
            turn = (place - first) % count
            if turn < len(times):
                self._serve(target, times[turn::count], costs[turn::count])
        self._rotation = (first + len(times)) % count
        self._since_settled += len(times)
        if self._since_settled > CHUNK:
            self._settle_all(times[-1])

    def _serve(self, target: Target, times: list[float], costs: list[float]) -> None:
        if target.alive and times[0] >= target.ready_at:
            refused = target.workers.serve(times, costs)
            if refused:
                self._fail("Target_5XX", refused, self.sim.log.latest("traffic", self.sim.now))
        elif not target.alive:
            self._fail("502", len(times), target.died_by)
        else:
            listening = sum(time < target.ready_at for time in times)
            self._fail("502", listening, target.record.states[0][2])
            if listening < len(times):
                self._serve(target, times[listening:], costs[listening:])

    def _routable(self) -> list[Target]:
        """The healthy targets; where none is, all unhealthy ones (a load balancer fails open)."""
        # Model: targets that still wait for their first check are never routed to.
        healthy = [target for target in self.targets if target.state == "healthy"]
        return healthy or [target for target in self.targets if target.state == "unhealthy"]

    def _move(self, target: Target, state: str, cause: int, text: str) -> int:
        self._changed = self.sim.enter(target.record, state, cause, text)
        return self._changed

    def _short(self, target: Target) -> str:
        return str(target.record.attributes["task"])[:8]

    def _drain(self, target: Target, event: int) -> Generator[simpy.Event, None, None]:
        yield self.sim.sleep(self.deregistration_delay_seconds)
        self.catch_up()
        self._settle(target, self.sim.now)
        over = self._move(target, "unused", event, f"Target {self._short(target)} is no longer used.")
        self._fail("502", target.workers.drop(self.sim.now), over)
        self.targets.remove(target)

    # Health

    def _check_health(self) -> Generator[simpy.Event, None, None]:
        while True:
            yield self.sim.sleep(self.health_check.interval_seconds)
            self.catch_up()
            for target in list(self.targets):
                if target.state != "draining":
                    self._check(target)

    def _check(self, target: Target) -> None:
        check = self.health_check
        in_a_row = target.count(target.answers(self.sim.now, check.timeout_seconds))
        needed = 1 if target.state == "initial" else check.healthy_threshold_count
        if target.state != "healthy" and in_a_row >= needed:
            self._judge(target, "healthy", f"passed {in_a_row} health check{'s' if in_a_row > 1 else ''} in a row")
        elif target.state != "unhealthy" and -in_a_row >= check.unhealthy_threshold_count:
            self._judge(target, "unhealthy", f"failed {-in_a_row} health checks in a row{self._reason(target)}")

    def _reason(self, target: Target) -> str:
        if not target.alive or self.sim.now < target.ready_at:
            return ": nothing listens there"
        return f": a request waits {target.workers.wait(self.sim.now):.0f} s for a worker"

    def _judge(self, target: Target, state: str, why: str) -> None:
        overloaded = state == "unhealthy" and target.alive
        cause = self.sim.log.latest("traffic", self.sim.now) if overloaded else target.died_by
        if cause is None:
            cause = target.record.states[-1][2]
        target.told(target, self._move(target, state, cause, f"Target {self._short(target)} {why}: it is {state}."))

    # Counting

    def _begin_period(self) -> None:
        self._period = Histogram()
        self._requests = 0
        self._failed: Counter[str] = Counter()
        self._blamed: int | None = None

    def _fail(self, reason: str, count: int, cause: int | None) -> None:
        if count:
            self._failed[reason] += count
            self._blamed = cause

    def _settle(self, target: Target, now: float) -> None:
        latencies = target.workers.settle(now)
        if latencies and max(latencies) > IDLE_TIMEOUT:
            # Model: the worker finishes the request although its client has gone; it counts when it ends.
            late = [latency for latency in latencies if latency > IDLE_TIMEOUT]
            self._fail("504", len(late), self.sim.log.latest("traffic", now))
            latencies = [latency for latency in latencies if latency <= IDLE_TIMEOUT]
        self._period.add(latencies)

    def _settle_all(self, now: float) -> None:
        for target in self.targets:
            self._settle(target, now)
        self._since_settled = 0

    def _read(self) -> Iterator[Sample]:
        self.catch_up()
        self._settle_all(self.sim.now)
        period, failed = self._period, self._failed
        if failed:
            self._tell_of(failed)
        answered = {}
        if period.count:
            answered = {"Average": period.mean, "Minimum": period.smallest, "Maximum": period.largest}
            answered |= zip(QUANTILES, period.quantiles(list(QUANTILES.values())), strict=True)
        yield Sample("RequestCount", self.name, "Count", {"Sum": self._requests})
        yield Sample("TargetResponseTime", self.name, "Seconds", answered)
        for code in ("502", "503", "504"):
            yield Sample(f"HTTPCode_ELB_{code}_Count", self.name, "Count", {"Sum": failed[code]})
        elb = failed["502"] + failed["503"] + failed["504"]
        yield Sample("HTTPCode_ELB_5XX_Count", self.name, "Count", {"Sum": elb})
        yield Sample("HTTPCode_Target_5XX_Count", self.name, "Count", {"Sum": failed["Target_5XX"]})
        healthy = sum(target.state == "healthy" for target in self.targets)
        yield Sample("HealthyHostCount", self.name, "Count", {"Average": healthy})
        self.latency.merge(period)
        self.failed += failed
        self._begin_period()

    def _tell_of(self, failed: Counter[str]) -> None:
        reasons = ", ".join(f"{count:,} × {reason}" for reason, count in sorted(failed.items()))
        total = sum(failed.values())
        requests = "1 request" if total == 1 else f"{total:,} requests"
        self.sim.log.add("errors", self.name, f"{requests} failed in the last minute: {reasons}.", self._blamed)
