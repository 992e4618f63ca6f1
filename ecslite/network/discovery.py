"""Service discovery by DNS: clients ask for a name's addresses, and keep the answer until its TTL has passed.

A task is in the answers from the moment it listens (or its container health checks pass) until it is deregistered.
Clients that still hold its address then go to a task that has stopped: that is what this part shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from heapq import heappop, heappush

import simpy

from ecslite.errors import InvalidSetting
from ecslite.network.calls import Calls
from ecslite.network.chunks import requests
from ecslite.network.passage import Passage
from ecslite.network.reachability import Endpoint
from ecslite.network.tally import QUANTILES, Tally
from ecslite.network.target import Registration, Target
from ecslite.network.vpc import AwsvpcConfiguration
from ecslite.sim.clock import on_grid
from ecslite.sim.histogram import Histogram
from ecslite.sim.metrics import Sample
from ecslite.sim.shared_workers import View
from ecslite.sim.simulation import Simulation
from ecslite.sim.station import Station

__all__ = ["RECORD_TYPES", "ROUTING_POLICIES", "Discovery"]

ROUTING_POLICIES = ("MULTIVALUE", "WEIGHTED")
"""[Cloud Map API, RoutingPolicy]"""

RECORD_TYPES = ("A", "SRV")
"""Those that ECS registers, of Cloud Map's four [Cloud Map API, RecordType]."""

MOST_ANSWERS, MOST_TASKS = 8, 1000
"""Addresses in one MULTIVALUE answer, and tasks of a service with discovery."""

KIB = 1024


class _Client:
    """What one client remembers: its DNS answer, and its open connection."""

    def __init__(self, zone: str | None) -> None:
        self.zone = zone
        self.answer: Sequence[Target] = ()
        self.expires = -1.0
        self.target: Target | None = None
        self.closes = -1.0


class Discovery(Station):
    """A Cloud Map name that a service's tasks register with, and the clients that use it.

    Failures are "no address" (the name is empty), "stale address" (the task has gone, and nobody answers at its address
    until the connect timeout), "connect timeout" (its host is lost or a security group drops it: the same wait),
    "connection lost" (it stopped while it served) and "refused" (nothing listens yet, or its backlog was full).
    """

    # In a VPC (`client_network`), security groups decide whether connections of the clients pass.

    # Model: `clients` connections carry the requests, each request over one drawn at random. `keep_alive_seconds` is
    # how long one is kept; None keeps it until it breaks, so that new tasks get none of the old clients' requests.
    # Model: a client waits `connect_timeout_seconds` for a connection and gives up; the next request tries again.
    # Model: a request in hand of a lost host is lost at once; its client would wait for its own timeout first.
    # Model: health is what ECS reports; a name learns it at once, and deregistration waits for no answer to expire.

    def __init__(
        self,
        sim: Simulation,
        name: str,
        *,
        record_types: Sequence[str] = ("A",),
        ttl_seconds: float = 60.0,
        routing_policy: str = "MULTIVALUE",
        network_mode: str = "awsvpc",
        clients: int = 20,
        keep_alive_seconds: float | None = 0.0,
        client_zones: Sequence[str] = (),
        kib_per_request: float = 10.0,
        connect_timeout_seconds: float = 5.0,
        client_network: AwsvpcConfiguration | None = None,
    ) -> None:
        _check(record_types, ttl_seconds, routing_policy, network_mode, clients)
        if connect_timeout_seconds <= 0:
            raise InvalidSetting(f"connect_timeout_seconds={connect_timeout_seconds}: use more than 0 seconds")
        super().__init__(sim, name)
        self.record_types = tuple(record_types)
        self.ttl_seconds = ttl_seconds
        self.connect_timeout_seconds = on_grid(connect_timeout_seconds)
        self.routing_policy = routing_policy
        self.keep_alive_seconds = keep_alive_seconds
        self.kib_per_request = kib_per_request
        self.targets: list[Target] = []
        self.latency = Histogram()
        """All latencies of the run, of requests that were answered."""
        self.failed: Counter[str] = Counter()
        """All requests that failed, by reason."""
        self.failed_seconds = 0.0
        """Seconds that clients have waited for connections in vain."""
        self.passage = None if client_network is None else Passage(sim, self, _clients_end(name, client_network))
        self._waiting: list[tuple[float, int, str, int | None]] = []
        """A heap of connections that will never come: when they are given up, a number, why, and what is to blame."""
        self._tally = Tally()
        """The failures since the last full minute."""
        self._tries = 0
        self._calls: list[Calls] = []
        self._minute, self._count, self._crossed = Histogram(), 0, 0
        zones: list[str | None] = [*client_zones] or [None]
        self._clients = [_Client(zones[place % len(zones)]) for place in range(clients)]
        self._random = sim.stream(f"discovery/{name}")
        record = sim.record("discovery", name, ttl_seconds=ttl_seconds, routing_policy=routing_policy)
        self._changed = sim.enter(record, "active", None, f"The name {name} is in DNS.")
        """The latest event that changed which tasks are in the answers."""
        sim.meter.read(self._read)

    def register(self, one: Registration) -> Target:
        """Add a task; it is in the answers once it listens."""
        if len(self.targets) >= MOST_TASKS:
            raise InvalidSetting(f"more than {MOST_TASKS} tasks under {self.name}: use a load balancer for so many")
        self.catch_up()
        target = Target(self.sim, self.name, one, discovery=self.name)
        self.targets.append(target)
        if isinstance(one.workers, View):
            one.workers.shared.meet(self)
        event = self.sim.enter(
            target.record, "initial", one.cause, f"Task {target.short} is UNHEALTHY in {self.name} at first."
        )
        if self.passage is not None:
            self.passage.add(target, event)
        if not one.checked:
            self.sim.process(self._begin(target, event))
        return target

    def check_says(self, target: Target, healthy: bool, cause: int) -> None:
        """The container health checks of a task pass, or have failed: then it is deregistered
        [ECS Developer Guide, service-discovery; read 2026-11-24]."""
        if target.state == "unused":
            return
        if not healthy:
            self.deregister(target, cause)
        elif target.state != "healthy":
            self.sim.process(self._begin(target, cause))

    def set_health(self, target: Target, healthy: bool, cause: int) -> None:
        """Set a task's status as UpdateInstanceCustomHealthStatus does."""
        self.catch_up()
        state = "healthy" if healthy else "unhealthy"
        event = self.sim.enter(target.record, state, cause, f"Task {target.short} is {state.upper()} in {self.name}.")
        if healthy:
            target.told(target, event)

    def deregister(self, target: Target, cause: int) -> simpy.Event:
        """Take it out of the answers; the event comes at once, though clients may hold its address for a TTL."""
        self.catch_up()
        if target.state != "unused":
            self._changed = self.sim.enter(
                target.record, "unused", cause, f"Task {target.short} is taken out of {self.name}."
            )
            self._forget(target)
        return self.sim.sleep(0)

    def stop(self, target: Target, cause: int, *, unreachable: bool = False) -> None:
        """Its process ends now; what it was serving is lost. A new connection is refused while its host stands and it
        is registered, and gets no answer after."""
        self.catch_up()
        self._settle(target)
        self._fail("connection lost", len(target.workers.drop(self.sim.now)), cause)
        target.alive = False
        target.unreachable = unreachable
        target.died_by = cause
        if unreachable:
            target.silenced_by = cause
        self._forget(target)

    def resolve(self) -> list[Target]:
        """One DNS answer: up to eight healthy tasks, or up to eight unhealthy ones where none is healthy; one task
        with WEIGHTED. [ECS Developer Guide, service-discovery; Cloud Map API, RoutingPolicy]"""
        listed = [target for target in self.targets if target.state == "healthy"]
        listed = listed or [target for target in self.targets if target.state in ("initial", "unhealthy")]
        most = MOST_ANSWERS if self.routing_policy == "MULTIVALUE" else 1
        return self._random.sample(listed, min(most, len(listed)))

    def accept(self, times: list[float], costs: list[float], waits: list[float] | None = None) -> None:
        """Take in requests that arrive at these moments (rising), with their CPU seconds and seconds of waiting."""
        uniform, clients, count = self._random.random, self._clients, len(self._clients)
        batches: dict[Target, tuple[list[float], list[float], list[float]]] = {}
        for time, cost, wait in requests((times, costs, waits)):
            client = clients[int(uniform() * count)]
            target = client.target
            if target is None or time >= client.closes or not (target.alive and not target.hung):
                target = self._connect(client, time)
            if target is None:
                continue
            batch = batches.setdefault(target, ([], [], []))
            batch[0].append(time)
            batch[1].append(cost)
            batch[2].append(wait)
            self._crossed += client.zone is not None and target.zone is not None and client.zone != target.zone
        self._count += len(times)
        for target, batch in batches.items():
            self._fail("refused", len(target.workers.serve(*batch)), self.sim.log.latest("traffic", self.sim.now))

    def conclude(self, end: float) -> None:
        """See Station; connections that have been waited for in vain up to a moment are given up."""
        super().conclude(end)
        self._give_up(end)

    def _connect(self, client: _Client, time: float) -> Target | None:
        """Open a connection, after a look into DNS where the last answer has expired; None where that fails."""
        client.target = None
        if time >= client.expires:
            client.answer, client.expires = self.resolve(), time + self.ttl_seconds
        if not client.answer:
            self._fail("no address", 1, self._changed)
            return None
        target = client.answer[int(self._random.random() * len(client.answer))]
        if not target.serves(time):
            self._cannot_connect(target, time)
            return None
        keep = self.keep_alive_seconds
        client.target, client.closes = target, float("inf") if keep is None else time + keep
        return target

    def _cannot_connect(self, target: Target, time: float) -> None:
        gone = not target.alive and target.state == "unused"
        if gone or target.silent_now or target.hung:
            self._tries += 1
            why = "stale address" if gone else "connect timeout"
            blamed = target.record.states[-1][2] if gone else target.silenced_by
            heappush(self._waiting, (time + self.connect_timeout_seconds, self._tries, why, blamed))
        else:
            self._fail("refused", 1, target.died_by if not target.alive else target.record.states[0][2])

    def _give_up(self, now: float) -> None:
        while self._waiting and self._waiting[0][0] <= now:
            _, _, why, blamed = heappop(self._waiting)
            self._fail(why, 1, blamed)
            self.failed_seconds += self.connect_timeout_seconds

    def _fail(self, reason: str, count: int, cause: int | None) -> None:
        if count:
            self.failed[reason] += count
            self._tally.fail(reason, count, cause)

    def hang(self, target: Target, cause: int) -> None:
        """Its process takes requests from now on and answers none; what it had in hand is lost."""
        self.catch_up()
        self._settle(target)
        self._fail("connection lost", len(target.workers.drop(self.sim.now)), cause)
        target.hung, target.died_by, target.silenced_by = True, cause, cause

    def _begin(self, target: Target, event: int) -> Generator[simpy.Event, None, None]:
        yield self.sim.sleep(max(0.0, target.ready_at - self.sim.now))
        if target.alive and target.state in ("initial", "unhealthy"):
            self.set_health(target, True, event)

    def _forget(self, target: Target) -> None:
        if not target.alive and target.state == "unused" and target in self.targets:
            self.targets.remove(target)
            if self.passage is not None:
                self.passage.forget(target)

    def tell_of_answers(self, told: Calls) -> None:
        """See Calls."""
        self.settle_answers()
        self._calls.append(told)

    def settle_answers(self) -> None:
        """See Calls."""
        self.catch_up()
        for target in self.targets:
            self._settle(target)

    def _settle(self, target: Target) -> None:
        if self._calls:
            moments = [end for _, end in target.workers.ended(self.sim.now)]
            for each in self._calls:
                each.note(moments)
        latencies = target.workers.settle(self.sim.now)
        self.latency.add(latencies)
        self._minute.add(latencies)

    def _read(self) -> Iterator[Sample]:
        self.settle_answers()
        if self.passage is not None:
            self.passage.look_again()
        answered: dict[str, float] = {}
        if self._minute.count:
            values = self._minute.quantiles(list(QUANTILES.values()))
            answered = {"Average": self._minute.mean, **dict(zip(QUANTILES, values, strict=True))}
        failed = self._tally.failed.total()
        if failed:
            self.sim.log.add("errors", self.name, self._tally.told, self._tally.blamed)
        yield Sample("RequestCount", self.name, "Count", {"Sum": self._count})
        yield Sample("TargetResponseTime", self.name, "Seconds", answered)
        yield Sample("FailedRequestCount", self.name, "Count", {"Sum": failed})
        yield Sample("CrossZoneBytes", self.name, "Bytes", {"Sum": round(self._crossed * self.kib_per_request * KIB)})
        self._minute, self._count, self._crossed, self._tally = Histogram(), 0, 0, Tally()


def _clients_end(name: str, network: AwsvpcConfiguration) -> Endpoint:
    """Where the clients stand: for security groups, the first address of their first subnet stands for all."""
    vpc = network.subnets[0].vpc
    groups = tuple(network.security_groups) or (vpc.default_security_group,)
    return Endpoint(f"clients of {name}", vpc, str(network.subnets[0].network[4]), groups)


def _check(records: Sequence[str], ttl: float, policy: str, mode: str, clients: int) -> None:
    if not records or any(record not in RECORD_TYPES for record in records):
        raise InvalidSetting(f"record_types={records!r}: use A, SRV or both")
    if mode in ("bridge", "host") and tuple(records) != ("SRV",):
        raise InvalidSetting(f"record_types={records!r} with network mode {mode}: only SRV names a port; use ('SRV',)")
    if policy not in ROUTING_POLICIES:
        raise InvalidSetting(f"routing_policy={policy!r}: use one of {', '.join(ROUTING_POLICIES)}")
    if ttl < 0 or clients < 1:
        raise InvalidSetting(f"ttl_seconds={ttl}, clients={clients}: use 0 or more seconds, and 1 or more clients")
