"""Service discovery by DNS: clients ask for a name's addresses, and keep the answer until its TTL has passed.

A task is in the answers from the moment it listens until it is deregistered. Clients that still hold its address then
go to a task that has stopped: that is what this part shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Sequence

import simpy

from ecslite.errors import InvalidSetting
from ecslite.network.chunks import requests
from ecslite.network.tally import QUANTILES
from ecslite.network.target import Registration, Target
from ecslite.sim.histogram import Histogram
from ecslite.sim.metrics import Sample
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

    Failures are "no address" (the name is empty), "stale address" (no task listens there any more), "connection lost"
    (it stopped while it served) and "refused" (its backlog was full).
    """

    # Model: `clients` connections carry the requests, each request over one drawn at random. `keep_alive_seconds` is
    # how long one is kept; None keeps it until it breaks, so that new tasks get none of the old clients' requests.
    # Model: a stale address refuses at once. One that nobody answers for would cost the client its connect timeout too.
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
    ) -> None:
        _check(record_types, ttl_seconds, routing_policy, network_mode, clients)
        super().__init__(sim, name)
        self.ttl_seconds = ttl_seconds
        self.routing_policy = routing_policy
        self.keep_alive_seconds = keep_alive_seconds
        self.kib_per_request = kib_per_request
        self.targets: list[Target] = []
        self.latency = Histogram()
        """All latencies of the run, of requests that were answered."""
        self.failed: Counter[str] = Counter()
        """All requests that failed, by reason."""
        self._minute, self._count, self._crossed, self._failed_before = Histogram(), 0, 0, 0
        zones: list[str | None] = [*client_zones] or [None]
        self._clients = [_Client(zones[place % len(zones)]) for place in range(clients)]
        self._random = sim.stream(f"discovery/{name}")
        record = sim.record("discovery", name, ttl_seconds=ttl_seconds, routing_policy=routing_policy)
        sim.enter(record, "active", None, f"The name {name} is in DNS.")
        sim.meter.read(self._read)

    def register(self, one: Registration) -> Target:
        """Add a task; it is in the answers once it listens."""
        if len(self.targets) >= MOST_TASKS:
            raise InvalidSetting(f"more than {MOST_TASKS} tasks under {self.name}: use a load balancer for so many")
        self.catch_up()
        target = Target(self.sim, self.name, one, discovery=self.name)
        self.targets.append(target)
        event = self.sim.enter(
            target.record, "initial", one.cause, f"Task {target.short} is UNHEALTHY in {self.name} at first."
        )
        self.sim.process(self._begin(target, event))
        return target

    def set_health(self, target: Target, healthy: bool, cause: int) -> None:
        """ECS reports that a task's container health check passes or fails."""
        self.catch_up()
        state = "healthy" if healthy else "unhealthy"
        event = self.sim.enter(target.record, state, cause, f"Task {target.short} is {state.upper()} in {self.name}.")
        target.told(target, event)

    def deregister(self, target: Target, cause: int) -> simpy.Event:
        """Take it out of the answers; the event comes at once, though clients may hold its address for a TTL."""
        self.catch_up()
        self.sim.enter(target.record, "unused", cause, f"Task {target.short} is taken out of {self.name}.")
        self._forget(target)
        return self.sim.sleep(0)

    def stop(self, target: Target, cause: int, *, unreachable: bool = False) -> None:
        """Its process ends now; what it was serving is lost, and whoever calls its address is refused."""
        self.catch_up()
        self._settle(target)
        self.failed["connection lost"] += len(target.workers.drop(self.sim.now))
        target.alive = False
        target.unreachable = unreachable
        target.died_by = cause
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
            if target is None or time >= client.closes or not target.alive:
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
            self.failed["refused"] += len(target.workers.serve(*batch))

    def _connect(self, client: _Client, time: float) -> Target | None:
        """Open a connection, after a look into DNS where the last answer has expired; None where that fails."""
        client.target = None
        if time >= client.expires:
            client.answer, client.expires = self.resolve(), time + self.ttl_seconds
        if not client.answer:
            self.failed["no address"] += 1
            return None
        target = client.answer[int(self._random.random() * len(client.answer))]
        if not target.alive or time < target.ready_at:
            self.failed["stale address" if not target.alive else "refused"] += 1
            return None
        keep = self.keep_alive_seconds
        client.target, client.closes = target, float("inf") if keep is None else time + keep
        return target

    def _begin(self, target: Target, event: int) -> Generator[simpy.Event, None, None]:
        yield self.sim.sleep(max(0.0, target.ready_at - self.sim.now))
        if target.alive and target.state == "initial":
            self.set_health(target, True, event)

    def _forget(self, target: Target) -> None:
        if not target.alive and target.state == "unused" and target in self.targets:
            self.targets.remove(target)

    def _settle(self, target: Target) -> None:
        latencies = target.workers.settle(self.sim.now)
        self.latency.add(latencies)
        self._minute.add(latencies)

    def _read(self) -> Iterator[Sample]:
        self.catch_up()
        for target in self.targets:
            self._settle(target)
        answered: dict[str, float] = {}
        if self._minute.count:
            values = self._minute.quantiles(list(QUANTILES.values()))
            answered = {"Average": self._minute.mean, **dict(zip(QUANTILES, values, strict=True))}
        failed = sum(self.failed.values())
        yield Sample("RequestCount", self.name, "Count", {"Sum": self._count})
        yield Sample("TargetResponseTime", self.name, "Seconds", answered)
        yield Sample("FailedRequestCount", self.name, "Count", {"Sum": failed - self._failed_before})
        yield Sample("CrossZoneBytes", self.name, "Bytes", {"Sum": round(self._crossed * self.kib_per_request * KIB)})
        self._minute, self._count, self._crossed, self._failed_before = Histogram(), 0, 0, failed


def _check(records: Sequence[str], ttl: float, policy: str, mode: str, clients: int) -> None:
    if not records or any(record not in RECORD_TYPES for record in records):
        raise InvalidSetting(f"record_types={records!r}: use A, SRV or both")
    if mode in ("bridge", "host") and tuple(records) != ("SRV",):
        raise InvalidSetting(f"record_types={records!r} with network mode {mode}: only SRV names a port; use ('SRV',)")
    if policy not in ROUTING_POLICIES:
        raise InvalidSetting(f"routing_policy={policy!r}: use one of {', '.join(ROUTING_POLICIES)}")
    if ttl < 0 or clients < 1:
        raise InvalidSetting(f"ttl_seconds={ttl}, clients={clients}: use 0 or more seconds, and 1 or more clients")
