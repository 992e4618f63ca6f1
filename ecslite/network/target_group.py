"""A target group: targets, their health, and the algorithm that spreads requests over them.

A service's tasks register with a target group; a load balancer forwards requests to one or several. What it leaves
out: Lambda targets, anomaly mitigation, health check paths and codes, and the thresholds of target group health other
than their defaults.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from heapq import heappop, heappush
from typing import Protocol

import simpy

from ecslite.errors import InvalidSetting
from ecslite.network.chunks import at, between, requests
from ecslite.network.health import HealthChecks
from ecslite.network.passage import Passage
from ecslite.network.routing import ALGORITHMS, EvenRandom, LeastOutstanding, Ring, Rotation, Router, by_place
from ecslite.network.slow_start import SlowStart
from ecslite.network.stickiness import Stickiness
from ecslite.network.tally import Tally
from ecslite.network.target import HealthCheck, Lost, Registration, Target
from ecslite.sim.metrics import Sample
from ecslite.sim.server import Server
from ecslite.sim.simulation import Simulation
from ecslite.sim.traffic import Chunk

__all__ = ["TargetGroup"]

CONNECT_TIMEOUT = 10.0
"""Seconds that a load balancer waits for a connection to a target before it answers 504
[Application Load Balancer guide, load-balancer-troubleshooting; read 2026-11-23]."""

CLIENTS = 1_000
"""How many clients send requests, where cookies tell them apart."""


class Balancer(Protocol):
    """The load balancer that forwards to the group."""

    name: str
    client_timeout_seconds: float | None
    passage: Passage | None
    """By which its connections reach targets; None where it stands in no VPC."""
    follows: bool
    """Whether it wants to hear of each request that fails."""

    def catch_up(self) -> None:
        """Take in all that has arrived up to now."""
        ...

    def node_zones(self) -> Sequence[str | None]:
        """The zone of each node."""
        ...

    def ended(self, target: Target | None, fate: str, requests: Sequence[Lost], moments: Sequence[float]) -> None:
        """What became of requests, and when."""
        ...

    @property
    def patience(self) -> float:
        """Seconds after which a request without a reply has failed."""
        ...

    def late(self, waited: float) -> str:
        """How a request fails that has waited for so many seconds."""
        ...

    def add_zone(self, zone: str) -> None:
        """A target stands in this zone."""
        ...

    def sends_to(self, workers: Server) -> None:
        """These workers take its requests."""
        ...

    @property
    def traces(self) -> bool:
        """Whether it wants to hear of requests that were answered, too."""
        ...


class TargetGroup:
    """Targets that take turns, or whatever `algorithm` says. It is a front: a service's tasks register with it.

    A request is answered by a target, or fails for a reason that is counted: 502 (the target's process died or never
    listened), 503 (no target), 504 (no connection within 10 s, or no reply within the load balancer's idle timeout),
    460 (the client has left before),
    Target_5XX (the target's backlog was full, or it fails).
    """

    # Model: a group is checked from the start, whether or not a load balancer forwards to it yet.

    def __init__(
        self,
        sim: Simulation,
        name: str,
        *,
        algorithm: str = "round_robin",
        health_check: HealthCheck | None = None,
        deregistration_delay_seconds: float = 300.0,
        slow_start_seconds: float = 0.0,
        stickiness_seconds: float = 0.0,
        clients: int = CLIENTS,
        cross_zone: bool = True,
    ) -> None:
        _check(algorithm, deregistration_delay_seconds, slow_start_seconds, stickiness_seconds)
        self.sim = sim
        self.name = name
        self.algorithm = algorithm
        self.health_check = health_check or HealthCheck()
        self.deregistration_delay_seconds = deregistration_delay_seconds
        self.cross_zone = cross_zone
        self.slow_start = SlowStart(slow_start_seconds)
        self.stickiness = Stickiness(stickiness_seconds, clients, sim.stream(f"target_group/{name}/clients"))
        self.router: Router = _router(algorithm, sim, name)
        self.targets: list[Target] = []
        self.tally = Tally()
        """The counts since the last full minute."""
        self.zones: list[str] = []
        """The zones in which targets have been registered so far."""
        self.balancer: Balancer | None = None
        self.changed: int | None = None
        """The latest event that changed which targets there are."""
        sim.process(HealthChecks(self).run())

    # What tasks ask

    def register(self, one: Registration) -> Target:
        """Add a target, initial until its first health check."""
        self.catch_up()
        owner = self.name if self.balancer is None else self.balancer.name
        target = Target(self.sim, self.name, one, load_balancer=owner, target_group=self.name)
        self.targets.append(target)
        if self.balancer is not None:
            self.balancer.sends_to(one.workers)
        if one.zone is not None and one.zone not in self.zones:
            self.zones.append(one.zone)
            if self.balancer is not None:
                self.balancer.add_zone(one.zone)
        text = f"Target {target.short} is registered and waits for its first health check."
        event = self.move(target, "initial", one.cause, text)
        self.admit(target, event)
        return target

    def admit(self, target: Target, cause: int) -> None:
        """Ask the load balancer's security groups whether connections to a target pass."""
        if self.balancer is not None and self.balancer.passage is not None:
            self.balancer.passage.add(target, cause)

    def deregister(self, target: Target, cause: int) -> simpy.Event:
        """Send it no new request; the event returned comes when the deregistration delay is over.

        The delay runs to its end even where nothing is in flight: the target is shown as draining until then, and ECS
        waits for that [Application Load Balancer guide, edit-target-group-attributes; read 2026-11-23].
        """
        self.catch_up()
        event = self.move(target, "draining", cause, f"Target {target.short} gets no new requests.")
        self.slow_start.changed(target, self.targets, self.sim.now)
        return self.sim.process(self._drain(target, event))

    def stop(self, target: Target, cause: int, *, unreachable: bool = False) -> None:
        """The target's process ends now, and it will serve nothing more.

        Its host lives on and closes the connections: what was being served is lost at once (502), and new connections
        are refused (502). Where the host is gone as well (`unreachable`), nobody closes them: the load balancer waits
        for a reply until its idle timeout, and for a connection until the connect timeout (504).
        """
        self.catch_up()
        self.settle(target, self.sim.now)
        target.alive = False
        target.unreachable = unreachable
        target.died_by = cause
        if unreachable:
            target.silenced_by = cause
        lost = self._unanswered(target.workers.drop(self.sim.now), self.sim.now)
        if target.hung:
            lost, target.silent = [request for _, request in sorted(target.silent)], []
        if unreachable:
            for request in lost:
                heappush(target.silent, (request[0] + self._patience, request))
        else:
            self._fail(target, "502", lost, cause, [self.sim.now] * len(lost))

    def hang(self, target: Target, cause: int) -> None:
        """The target's process takes connections and requests from now on, and answers nothing.

        The load balancer waits for each reply until its idle timeout (504); what the target had in hand is lost so too.
        """
        self.catch_up()
        self.settle(target, self.sim.now)
        target.hung, target.died_by, target.silenced_by = True, cause, cause
        for request in self._unanswered(target.workers.drop(self.sim.now), self.sim.now):
            heappush(target.silent, (request[0] + self._patience, request))

    def catch_up(self) -> None:
        """Serve all that has arrived up to now."""
        if self.balancer is not None:
            self.balancer.catch_up()

    # Routing

    def accept(self, chunk: Chunk) -> None:
        """Route requests that arrive in this order, up to the present moment."""
        targets = self._routable()
        rings = self._rings(targets)
        if not rings:
            self._fail_at_once(None, "503", chunk, self.changed)
            return
        self.tally.requests += len(chunk[0])
        if isinstance(self.router, LeastOutstanding):
            self._one_by_one(targets, rings, chunk, self.router)
            return
        for place, part in self._split(targets, rings, chunk, self.router):
            self._serve(targets[place], part)

    def _split(
        self, targets: list[Target], rings: Sequence[Ring], chunk: Chunk, router: Rotation | EvenRandom
    ) -> Iterator[tuple[int, Chunk]]:
        slow = self.slow_start.any_slow(targets, chunk[0][0])
        if not slow and not self.stickiness.seconds:
            return router.split(rings, chunk)

        def choose(time: float) -> int:
            if slow:
                return self.slow_start.pick(targets, time, lambda: router.pick(rings))
            return router.pick(rings)

        pick = self._sticky(targets, choose) if self.stickiness.seconds else choose
        return by_place([pick(time) for time in chunk[0]], chunk, len(targets))

    def _sticky(self, targets: list[Target], choose: Callable[[float], int]) -> Callable[[float], int]:
        places = {target: place for place, target in enumerate(targets)}
        return lambda time: self.stickiness.pick(places, time, choose, targets)

    def _one_by_one(self, targets: list[Target], rings: Sequence[Ring], chunk: Chunk, router: LeastOutstanding) -> None:
        outstanding = [target.outstanding if target.silent else target.workers.outstanding for target in targets]

        def choose(time: float) -> int:
            return router.pick(rings, time, outstanding)

        pick = self._sticky(targets, choose) if self.stickiness.seconds else choose
        for time, cost, wait in requests(chunk):
            place = pick(time)
            target = targets[place]
            if not target.serves(time):
                self._serve(target, ([time], [cost], [wait]))
                outstanding[place] = target.outstanding
            elif not target.workers.offer(time, cost, wait):
                self._fail_at_once(target, "Target_5XX", ([time], [cost], [wait]), self.traffic_event())

    def _routable(self) -> list[Target]:
        """The healthy targets; where none is, all unhealthy ones (a load balancer fails open)."""
        # Model: targets that still wait for their first check are never routed to.
        healthy = [target for target in self.targets if target.state == "healthy"]
        return healthy or [target for target in self.targets if target.state == "unhealthy"]

    def _rings(self, targets: list[Target]) -> list[Ring]:
        """What each node spreads its requests over; a node with nothing to spread over gets none, by DNS."""
        if not targets:
            return []
        zones = self.balancer.node_zones() if self.balancer else (None,)
        if self.cross_zone:
            return [(node, range(len(targets))) for node in range(len(zones))]
        near = [[place for place, target in enumerate(targets) if target.zone == zone] for zone in zones]
        return [(node, places) for node, places in enumerate(near) if places]

    def _serve(self, target: Target, part: Chunk) -> None:
        times = part[0]
        if target.silent_now:
            for request in requests(part):
                heappush(target.silent, (request[0] + min(CONNECT_TIMEOUT, self._client_timeout), request))
        elif not target.alive:
            self._fail_at_once(target, "502", part, target.died_by)
        elif target.hung:
            for request in requests(part):
                heappush(target.silent, (request[0] + self._patience, request))
        elif times[0] < target.ready_at:
            listening = sum(time < target.ready_at for time in times)
            self._fail_at_once(target, "502", between(part, 0, listening), target.record.states[0][2])
            if listening < len(times):
                self._serve(target, between(part, listening, len(times)))
        elif target.failing_fast is not None:
            self._fail_at_once(target, "Target_5XX", part, target.failing_fast)
        else:
            refused = target.workers.serve(*part)
            if refused:
                self._fail_at_once(target, "Target_5XX", at(part, refused), self.traffic_event())

    def look_at_groups(self) -> None:
        """See whether connections pass the security groups."""
        if self.balancer is not None and self.balancer.passage is not None:
            self.balancer.passage.look_again()

    def move(self, target: Target, state: str, cause: int, text: str, **details: str) -> int:
        """A target goes to a state; the event's id."""
        self.changed = self.sim.enter(target.record, state, cause, text, **details)
        return self.changed

    def _drain(self, target: Target, event: int) -> Generator[simpy.Event, None, None]:
        yield self.sim.sleep(self.deregistration_delay_seconds)
        self.catch_up()
        now = self.sim.now
        self.settle(target, now)
        over = self.move(target, "unused", event, f"Target {target.short} is no longer used.")
        lost = self._unanswered(target.workers.drop(now), now) + [request for _, request in sorted(target.silent)]
        target.silent = []
        self._fail(target, "502", lost, over, [now] * len(lost))
        self.targets.remove(target)
        if self.balancer is not None and self.balancer.passage is not None:
            self.balancer.passage.forget(target)

    # Counting

    @property
    def healthy_count(self) -> int:
        """Targets that are healthy now."""
        return sum(target.state == "healthy" for target in self.targets)

    def settle(self, target: Target, now: float) -> None:
        """Count what a target has answered up to a moment, and what it has failed to answer in time."""
        self.time_out(target, now)
        limit = self._patience
        if self.balancer is not None and self.balancer.traces:
            ended = [pair for pair in target.workers.ended(now) if pair[1] - pair[0] <= limit]
            moments = [end for _, end in ended]
            self.balancer.ended(target, "answered", [(arrival, 0.0, 0.0) for arrival, _ in ended], moments)
        latencies = target.workers.settle(now)
        if latencies and max(latencies) > limit:
            # Model: the worker finishes a request although its client has gone.
            latencies = [latency for latency in latencies if latency <= limit]
        self.tally.latency.add(latencies)

    def time_out(self, target: Target, now: float) -> None:
        """Give up what has had no connection or no reply for too long at a moment. Before `settle`, at each."""
        limit = self._patience
        if now - limit > target.timed_out_until:
            late = target.workers.overdue(target.timed_out_until, now - limit, limit)
            target.timed_out_until = now - limit
            if late:
                self._fail(
                    target, self._late(limit), late, self.traffic_event(), [request[0] + limit for request in late]
                )
        while target.silent and target.silent[0][0] <= now:
            moment, request = heappop(target.silent)
            self._fail(target, self._late(moment - request[0]), [request], target.silenced_by, [moment])

    def next_silence(self) -> float:
        """The next moment at which a request without connection or host is given up."""
        return min((target.silent[0][0] for target in self.targets if target.silent), default=float("inf"))

    def health_samples(self) -> Iterator[Sample]:
        """How many targets are well, and how many requests came to each of them since the last full minute."""
        # Model: the healthy targets at the end of the minute count for the whole of it.
        healthy = self.healthy_count
        unhealthy = sum(target.state == "unhealthy" for target in self.targets)
        yield Sample("HealthyHostCount", self.name, "Count", {"Average": healthy})
        yield Sample("UnHealthyHostCount", self.name, "Count", {"Average": unhealthy})
        each = {"Sum": self.tally.requests / (healthy or len(self.targets))} if self.targets else {}
        yield Sample("RequestCountPerTarget", self.name, "Count", each)

    def _late(self, waited: float) -> str:
        return self.balancer.late(waited) if self.balancer is not None else "504"

    @property
    def _client_timeout(self) -> float:
        return (self.balancer.client_timeout_seconds if self.balancer is not None else None) or float("inf")

    @property
    def _patience(self) -> float:
        return self.balancer.patience if self.balancer is not None else float("inf")

    def traffic_event(self) -> int | None:
        """The latest change of the traffic: what overload is blamed on."""
        return self.sim.log.latest("traffic", self.sim.now)

    def _unanswered(self, lost: list[Lost], now: float) -> list[Lost]:
        """Of the requests that a target had in hand, those that were not given up before."""
        limit = self._patience
        return [request for request in lost if request[0] + limit > now]

    def _fail_at_once(self, target: Target | None, reason: str, part: Chunk, cause: int | None) -> None:
        if self.balancer is not None and self.balancer.follows:
            self._fail(target, reason, list(requests(part)), cause, part[0])
        else:
            self.tally.fail(reason, len(part[0]), cause)

    def _fail(
        self, target: Target | None, reason: str, lost: list[Lost], cause: int | None, moments: Sequence[float]
    ) -> None:
        if lost:
            self.tally.fail(reason, len(lost), cause)
            if self.balancer is not None and self.balancer.follows:
                self.balancer.ended(target, reason, lost, moments)


def _check(algorithm: str, delay: float, slow_start: float, stickiness: float) -> None:
    if algorithm not in ALGORITHMS:
        raise InvalidSetting(f"algorithm={algorithm!r} is not simulated: use one of {', '.join(ALGORITHMS)}")
    if not 0 <= delay <= 3600:
        raise InvalidSetting(f"deregistration_delay_seconds={delay}: use 0 to 3600")
    if slow_start and algorithm != "round_robin":
        raise InvalidSetting(
            f"slow_start_seconds={slow_start} with algorithm={algorithm!r}: slow start needs round_robin;"
            " leave out one of the two"
        )
    if stickiness and algorithm == "weighted_random":
        raise InvalidSetting(
            f"stickiness_seconds={stickiness} with algorithm='weighted_random': it cannot be sticky;"
            " use round_robin or least_outstanding_requests"
        )


def _router(algorithm: str, sim: Simulation, name: str) -> Router:
    random = sim.stream(f"target_group/{name}/routing")
    if algorithm == "round_robin":
        return Rotation(random)
    return EvenRandom(random) if algorithm == "weighted_random" else LeastOutstanding(random)
