"""Service Connect: the endpoints of a namespace, and the requests that proxies beside client tasks take to their hosts.

A proxy takes turns over an endpoint's tasks (round robin), tries a failed connection again on another host, twice at
the most, avoids a host that fails often, and gives up after the request timeout. What it leaves out: TLS, TCP without
HTTP, idle timeouts, and test traffic of blue/green deployments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush, merge
from itertools import repeat
from operator import itemgetter
from typing import Any

import simpy

from ecslite.errors import InvalidSetting
from ecslite.network.calls import Calls
from ecslite.network.namespace import Namespace
from ecslite.network.proxy import Ejection, Proxy
from ecslite.network.tally import QUANTILES, Tally
from ecslite.network.target import Registration, Target
from ecslite.sim.clock import STEP, on_grid
from ecslite.sim.histogram import Histogram
from ecslite.sim.metrics import Sample
from ecslite.sim.shared_workers import View
from ecslite.sim.station import Station
from ecslite.sim.traffic import CHUNK

__all__ = ["RETRIES", "ServiceConnectEndpoint"]

RETRIES = 2
"""After the first attempt [ECS Developer Guide, service-connect-concepts-deploy; read 2026-11-24]."""

REQUEST_TIMEOUT = 15.0
"""Seconds for a whole answer by default; 0 turns it off [ECS API, TimeoutConfiguration; read 2026-11-24]."""

NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A request on its way to a host."""

    first: float
    """When the client sent it."""
    cpu: float
    wait: float
    proxy: Proxy
    number: int = 1
    avoid: Target | None = None
    """The host of the last attempt."""
    silent: bool = False
    """The connection of that attempt has been waited for in vain, and fails when this is due."""


class ServiceConnectEndpoint(Station):
    """A name in a namespace, the tasks behind it, and the requests that proxies bring them.

    Failures are 503 (no host, or three connections that failed), 504 (no answer within the request timeout) and
    "unknown endpoint" (the client's last deployment is older than the endpoint).
    """

    # Model: each request comes from a client task drawn evenly.
    # Model: two proxies add `proxy_seconds` to each request's latency, and its host spends `proxy_cpu_seconds` more of
    # CPU on it: 256 CPU units, which AWS recommends for up to 500 requests a second, are 0.5 ms a request.
    # Model: a connection without an answer fails after `connect_timeout_seconds`, Envoy's default.
    # Model: a request whose host dies is tried again elsewhere, as one whose connection fails is.

    def __init__(
        self,
        namespace: Namespace,
        name: str,
        *,
        owner: str = "",
        per_request_timeout_seconds: float = REQUEST_TIMEOUT,
        connect_timeout_seconds: float = 5.0,
        proxy_seconds: float = 0.001,
        proxy_cpu_seconds: float = 0.0005,
    ) -> None:
        if per_request_timeout_seconds < 0 or connect_timeout_seconds <= 0:
            raise InvalidSetting(
                f"per_request_timeout_seconds={per_request_timeout_seconds},"
                f" connect_timeout_seconds={connect_timeout_seconds}: the first starts at 0 (off), the second above 0"
            )
        if proxy_seconds < 0 or proxy_cpu_seconds < 0:
            raise InvalidSetting(
                f"proxy_seconds={proxy_seconds}, proxy_cpu_seconds={proxy_cpu_seconds}: both start at 0"
            )
        super().__init__(namespace.sim, name)
        self.namespace = namespace
        self.owner = owner
        """The service behind it."""
        self.timeout = on_grid(per_request_timeout_seconds) or NEVER
        self.connect_timeout = on_grid(connect_timeout_seconds)
        self.proxy_seconds = on_grid(proxy_seconds)
        self.proxy_cpu_seconds = on_grid(proxy_cpu_seconds)
        self.targets: list[Target] = []
        self.failed: Counter[str] = Counter()
        """All requests that failed, by reason."""
        self.retried = 0
        """Attempts beyond the first."""
        self._told = 0
        self.latency = Histogram()
        """All latencies of the run, of requests that were answered."""
        self._tally = Tally()
        self._due: list[tuple[float, int, _Attempt]] = []
        """A heap of attempts to come."""
        self._made = 0
        self.hosts: list[Target] = []
        """The tasks that proxies send requests to: those that listen and whose checks pass."""
        self.ejections: list[Ejection] = []
        """Those since the last full minute."""
        self._in_hand: dict[Target, dict[float, _Attempt]] = {}
        """What each host has in hand by its arrival there; those that were given up are gone."""
        self._held: list[tuple[float, int, _Attempt, Target]] = []
        """A heap of requests that a host took and never answers, by the moment of their timeout."""
        self._since_settled = 0
        self._calls: list[Calls] = []
        self._random = namespace.sim.stream(f"service_connect/{namespace.name}/{name}")
        namespace.add(self)
        record = self.sim.record("service_connect", name, namespace=namespace.name)
        self._changed = self.sim.enter(record, "active", None, f"Endpoint {name} is in namespace {namespace.name}.")
        self.sim.meter.read(self._read)

    # What tasks ask

    def register(self, one: Registration) -> Target:
        """Add a task: proxies that know the endpoint send it requests once it listens."""
        self.catch_up()
        target = Target(self.sim, self.name, one, service_connect=self.name)
        self.targets.append(target)
        self._in_hand[target] = {}
        if isinstance(one.workers, View):
            one.workers.shared.meet(self)
        text = f"Task {target.short} is a host of endpoint {self.name}."
        self._changed = self.sim.enter(target.record, "initial", one.cause, text)
        self.namespace.passage.add_host(self.name, target, self._changed)
        if not one.checked:
            self.sim.process(self._begin(target, self._changed))
        return target

    def check_says(self, target: Target, healthy: bool, cause: int) -> None:
        """The container health checks of a task pass, or have failed."""
        if not healthy:
            self.deregister(target, cause)
        elif target in self.targets and target not in self.hosts:
            self.sim.process(self._begin(target, cause))

    def _begin(self, target: Target, event: int) -> Generator[simpy.Event, None, None]:
        yield self.sim.sleep(max(0.0, target.ready_at - self.sim.now))
        if target.alive and target.state == "initial":
            self.catch_up()
            self.hosts.append(target)
            text = f"Task {target.short} listens behind endpoint {self.name}."
            target.told(target, self.sim.enter(target.record, "healthy", event, text))

    def deregister(self, target: Target, cause: int) -> simpy.Event:
        """Send it nothing new; the event comes at once. What it has in hand is finished."""
        self.catch_up()
        if target in self.targets:
            self.targets.remove(target)
            if target in self.hosts:
                self.hosts.remove(target)
            text = f"Task {target.short} is no host of endpoint {self.name} any more."
            self._changed = self.sim.enter(target.record, "unused", cause, text)
            self.namespace.forget(target)
        return self.sim.sleep(0)

    def stop(self, target: Target, cause: int, *, unreachable: bool = False) -> None:
        """Its process ends now: what it has in hand is tried again on other hosts. Where its host is lost nobody closes
        the connections, and proxies wait for their timeout."""
        self.catch_up()
        self._settle(target)
        target.alive, target.unreachable, target.died_by = False, unreachable, cause
        lost = [self._in_hand[target].pop(arrival, None) for arrival, _, _ in target.workers.drop(self.sim.now)]
        if unreachable:
            target.silenced_by = cause
        for place, attempt in enumerate(each for each in lost if each is not None):
            if unreachable:
                self._hold(attempt, target)
            else:
                # Later by a step each, since no two requests arrive at one instant.
                self._again(attempt, target, self.sim.now + place * STEP)

    def hang(self, target: Target, cause: int) -> None:
        """Its process takes requests from now on and answers none, nor those that it has in hand."""
        self.catch_up()
        self._settle(target)
        target.hung, target.died_by, target.silenced_by = True, cause, cause
        for arrival, _, _ in target.workers.drop(self.sim.now):
            attempt = self._in_hand[target].pop(arrival, None)
            if attempt is not None:
                self._hold(attempt, target)

    # Requests

    def horizon(self, now: float) -> float:
        """See Station: what fails later than at once fails after the connect timeout."""
        return min(self._caught_up + self.connect_timeout, now)

    def collect(self, end: float) -> Sequence[tuple[Any, ...]]:
        """See Station; an attempt that is due is an item without cost."""
        due = sorted((moment, None, None) for moment, _, _ in self._due if moment <= end)
        return list(merge(super().collect(end), due, key=itemgetter(0)))

    def take_in(self, items: Sequence[tuple[Any, ...]]) -> None:
        """See Station."""
        proxies = self.namespace.proxies_of(self)
        for time, cpu, wait in items:
            self._retry_until(time)
            if cpu is not None:
                self._arrive(time, cpu, wait, proxies)

    def conclude(self, end: float) -> None:
        """See Station."""
        self._retry_until(end)
        self._give_up(end)
        super().conclude(end)

    def accept(self, times: list[float], costs: list[float], waits: list[float] | None = None) -> None:
        """Take in requests that arrive at these moments (rising), with their CPU seconds and seconds of waiting."""
        proxies = self.namespace.proxies_of(self)
        for time, cpu, wait in zip(times, costs, waits or repeat(0.0), strict=False):
            self._retry_until(time)
            self._arrive(time, cpu, wait, proxies)

    def _arrive(self, time: float, cpu: float, wait: float, proxies: Sequence[Proxy | None]) -> None:
        self._tally.requests += 1
        proxy = proxies[int(self._random.random() * len(proxies))] if proxies else None
        if proxy is None:
            self._fail("unknown endpoint", self._changed)
            return
        self._try(_Attempt(time, cpu, wait, proxy), time)
        self._since_settled += 1
        if self._since_settled > CHUNK:
            self._settle_all(time)

    def _retry_until(self, time: float) -> None:
        while self._due and self._due[0][0] <= time:
            moment, _, attempt = heappop(self._due)
            if attempt.silent and attempt.avoid is not None:
                self._again(replace(attempt, silent=False), attempt.avoid, moment)
            else:
                self._try(attempt, moment)

    def _try(self, attempt: _Attempt, time: float) -> None:
        host = attempt.proxy.pick(self.name, self.hosts, time, attempt.avoid)
        if host is None:
            self._fail("503", self._changed)
        elif host.silent_now or self.namespace.passage.dropped_by(attempt.proxy, host) is not None:
            self._later(replace(attempt, avoid=host, silent=True), time + self.connect_timeout)
        elif host.hung:
            self._hold(attempt, host)
        elif not host.serves(time) or not self._serve(attempt, host, time):
            self._again(attempt, host, time)

    def _serve(self, attempt: _Attempt, host: Target, time: float) -> bool:
        in_hand = self._in_hand[host]
        while time in in_hand:
            time += STEP
        if not host.workers.offer(time, attempt.cpu + self.proxy_cpu_seconds, attempt.wait):
            return False
        in_hand[time] = attempt
        return True

    def _again(self, attempt: _Attempt, host: Target, time: float) -> None:
        """A connection has failed at a moment: another host gets the request, if an attempt is left."""
        attempt.proxy.failed(host, time, self.hosts)
        dropped = self.namespace.passage.dropped_by(attempt.proxy, host)
        blamed = host.blamed if dropped is None else dropped
        if time - attempt.first >= self.timeout:
            self._fail("504", blamed)
        elif attempt.number > RETRIES:
            self._fail("503", blamed)
        else:
            self.retried += 1
            again = replace(attempt, number=attempt.number + 1, avoid=host)
            if time > self.sim.now:
                self._later(again, time)
            else:
                self._try(again, time)

    def _later(self, attempt: _Attempt, time: float) -> None:
        self._made += 1
        heappush(self._due, (min(time, attempt.first + self.timeout), self._made, attempt))

    def _hold(self, attempt: _Attempt, host: Target) -> None:
        self._made += 1
        heappush(self._held, (attempt.first + self.timeout, self._made, attempt, host))

    def _fail(self, reason: str, cause: int | None) -> None:
        self.failed[reason] += 1
        self._tally.fail(reason, 1, cause)

    # Counting

    def _give_up(self, now: float) -> None:
        """Count what has had no answer for too long."""
        while self._held and self._held[0][0] <= now:
            _, _, _, host = heappop(self._held)
            self._fail("504", host.blamed)

    def _settle_all(self, now: float) -> None:
        for target in [*self._in_hand]:
            self._settle(target, now)
        self._since_settled = 0

    def _settle(self, target: Target, now: float | None = None) -> None:
        """Count what a host has answered, and what it has failed to answer in time."""
        now = self.sim.now if now is None else now
        in_hand = self._in_hand[target]
        late = [arrival for arrival, attempt in in_hand.items() if attempt.first + self.timeout <= now]
        ended = target.workers.ended(now)
        target.workers.settle(now)
        latencies, moments = [], []
        for arrival, end in ended:
            attempt = in_hand.get(arrival)
            if attempt is not None and end - attempt.first <= self.timeout:
                del in_hand[arrival]
                latencies.append(end - attempt.first + self.proxy_seconds)
                moments.append(end)
        for arrival in late:
            if in_hand.pop(arrival, None) is not None:
                # Model: the host finishes a request although its client has gone.
                self._fail("504", self.sim.log.latest("traffic", now))
        self._tally.latency.add(latencies)
        for each in self._calls:
            each.note(moments)
        if target not in self.targets and not in_hand and not target.alive:
            del self._in_hand[target]

    def tell_of_answers(self, told: Calls) -> None:
        """See Calls."""
        self.settle_answers()
        self._calls.append(told)

    def settle_answers(self) -> None:
        """See Calls."""
        self.catch_up()
        self._settle_all(self.sim.now)

    def _read(self) -> Iterator[Sample]:
        self.settle_answers()
        for ejection in self.ejections:
            text = self.namespace.told(ejection)
            self.sim.log.add("outlier", self.name, text, ejection.host.blamed, seconds=ejection.seconds)
        self.ejections = []
        tally, self._tally = self._tally, Tally()
        self.latency.merge(tally.latency)
        if tally.failed:
            self.sim.log.add("errors", self.name, tally.told, tally.blamed)
        answered = {}
        if tally.latency.count:
            values = tally.latency.quantiles(list(QUANTILES.values()))
            answered = {"Average": tally.latency.mean, **dict(zip(QUANTILES, values, strict=True))}
        yield Sample("RequestCount", self.name, "Count", {"Sum": tally.requests})
        yield Sample("TargetResponseTime", self.name, "Seconds", answered)
        yield Sample("FailedRequestCount", self.name, "Count", {"Sum": tally.failed.total()})
        yield Sample("RetriedRequestCount", self.name, "Count", {"Sum": self.retried - self._told})
        self._told = self.retried
