"""An Application Load Balancer: forwards requests to target groups by weight, and counts what becomes of them.

What it leaves out: listener rules, TLS, clients that send nothing (408), stickiness to
a target group. Cross-zone load balancing is on, and may be turned off for a target group.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

import simpy

from ecslite.errors import InvalidSetting
from ecslite.network.calls import Calls
from ecslite.network.chunks import one_by_one
from ecslite.network.feedback import Feedback
from ecslite.network.passage import Passage
from ecslite.network.routing import by_place
from ecslite.network.scheme import Standing
from ecslite.network.security_group import SecurityGroup
from ecslite.network.tally import Tally, merged
from ecslite.network.target import Lost, Registration, Target
from ecslite.network.target_group import TargetGroup
from ecslite.network.vpc import Subnet
from ecslite.sim.clock import on_grid
from ecslite.sim.histogram import Histogram
from ecslite.sim.metrics import Sample
from ecslite.sim.retries import Clients
from ecslite.sim.server import Server
from ecslite.sim.shared_workers import View, core
from ecslite.sim.simulation import Simulation
from ecslite.sim.station import Source, Station
from ecslite.sim.trace import Trace
from ecslite.sim.traffic import CHUNK, Chunk

__all__ = ["LoadBalancer"]

IDLE_TIMEOUT = (1.0, 4000.0)
"""The range of idle_timeout.timeout_seconds; 60 by default
[Elastic Load Balancing API, LoadBalancerAttribute; read 2026-11-23]."""

HEAVIEST = 999
"""The largest weight of a target group in a forward action [Elastic Load Balancing API, TargetGroupTuple; read
2026-11-23]."""

MOST_GROUPS = 5
"""Target groups in one forward action [Elastic Load Balancing guide, load-balancer-limits; read 2026-11-23]."""


class LoadBalancer(Station):
    """Sends each request to one of its target groups, which sends it to one of its targets.

    The short way has one target group, the load balancer's own, named as the load balancer is and made with the
    settings in `target_group`, which are those of `TargetGroup`, such as algorithm="weighted_random". A service
    registers with the load balancer itself then. `forward` brings other groups in.
    """

    # In a VPC (`subnets`), its security groups and those of its targets decide whether connections pass.
    # Model: `nodes`, each with a rotation pointer of its own, is one for each zone in which a target has been
    # registered. nodes=1 is strict rotation; more nodes spread requests less evenly.

    hears_of_failures = True
    """Sources with retries may be wired to it."""

    def __init__(
        self,
        sim: Simulation,
        name: str,
        *,
        nodes: int | None = None,
        scheme: str | None = None,
        subnets: Sequence[Subnet] = (),
        security_groups: Sequence[SecurityGroup] = (),
        idle_timeout_seconds: float = 60.0,
        client_timeout_seconds: float | None = None,
        requests_per_connection: float = 10.0,
        kib_per_request: float = 10.0,
        **target_group: Any,
    ) -> None:
        _check(nodes, idle_timeout_seconds)
        if client_timeout_seconds is not None and client_timeout_seconds <= 0:
            raise InvalidSetting(
                f"client_timeout_seconds={client_timeout_seconds}: use more than 0 seconds, or None for clients that"
                " wait for any answer"
            )
        self.standing = standing = Standing(name, scheme, subnets, security_groups)
        self.default_group = TargetGroup(sim, name, **target_group)
        super().__init__(sim, name)
        self.nodes = nodes
        self.idle_timeout_seconds = idle_timeout_seconds
        self.client_timeout_seconds = None if client_timeout_seconds is None else on_grid(client_timeout_seconds)
        """How long clients wait for an answer; then they close the connection, and the load balancer notes 460."""
        self.groups: list[TargetGroup] = []
        """All target groups that it has forwarded to, its own first."""
        self.weights: dict[TargetGroup, int] = {self.default_group: 1}
        self.latency = Histogram()
        """All latencies of the run, of requests that a target answered."""
        self.failed: Counter[str] = Counter()
        """All requests that failed, by reason."""
        self.follows = False
        """Whether somebody wants to hear what becomes of each request that fails."""
        self._zones: list[str] = list(standing.zones)
        self._in_vpc = standing.endpoint is not None
        self.passage = None if standing.endpoint is None else Passage(sim, self, standing.endpoint)
        """By which its connections reach targets; None where it stands in no VPC."""
        self._since_settled = 0
        self._feedback: Feedback | None = None
        self._trace: Trace | None = None
        self._calls: list[Calls] = []
        self._random = sim.stream(f"load_balancer/{name}/forward")
        self._attach(self.default_group)
        # Model: requests_per_connection and kib_per_request shape only the bill (LCU), not the latency.
        record = sim.record(
            "load_balancer",
            name,
            requests_per_connection=requests_per_connection,
            kib_per_request=kib_per_request,
            **standing.attributes,
        )
        sim.enter(record, "active", None, f"Load balancer {name} is active.")
        sim.declared.append(self)
        sim.meter.read(self._read)

    def forward(self, weights: Mapping[TargetGroup, int], *, cause: int | None = None) -> int:
        """Spread requests over target groups by weight (whole numbers from 0 to 999) from now on; the event's id.

        A group of weight 0 gets no new requests; what is in flight in it is finished. Each request's group is drawn
        anew [Elastic Load Balancing API, ForwardActionConfig; read 2026-11-23].
        """
        self._check_weights(weights)
        self.catch_up()
        total = sum(weights.values())
        shares = " and ".join(f"{100 * weight / total:.4g} % to {group.name}" for group, weight in weights.items())
        text = f"Load balancer {self.name} forwards {shares}."
        by_name = {group.name: weight for group, weight in weights.items()}
        event = self.sim.log.add("forward", self.name, text, cause, weights=by_name)
        for group in weights:
            if group not in self.groups:
                self._attach(group)
                self._enter(group, event)
        for group in self.groups:
            self.sim.level("Weight", f"{self.name}/{group.name}", weights.get(group, 0), event)
        self.weights = dict(weights)
        return event

    def trace(self, *, from_second: float, to_second: float, every: int = 1, most: int = 1000) -> None:
        """Keep what becomes of single requests in the run: of those that arrive between two moments each `every`-th,
        `most` at the most. They are in `Run.trace` once they have ended."""
        if self._trace is not None:
            raise InvalidSetting(f"load balancer {self.name} has a trace already: give one period that covers both")
        self._trace = Trace(self.sim, from_second, to_second, every, most)
        self.follows = True

    # It is a front: its own target group's

    @property
    def targets(self) -> list[Target]:
        """The targets of its own group."""
        return self.default_group.targets

    def register(self, one: Registration) -> Target:
        """See TargetGroup.register."""
        return self.default_group.register(one)

    def deregister(self, target: Target, cause: int) -> simpy.Event:
        """See TargetGroup.deregister."""
        return self.default_group.deregister(target, cause)

    def stop(self, target: Target, cause: int, *, unreachable: bool = False) -> None:
        """See TargetGroup.stop."""
        self.default_group.stop(target, cause, unreachable=unreachable)

    def hang(self, target: Target, cause: int) -> None:
        """See TargetGroup.hang."""
        self.default_group.hang(target, cause)

    # Requests

    def wire(self, source: Source) -> None:
        """Let a source's requests arrive here, and come again if its clients retry."""
        super().wire(source)
        if source.clients is not None:
            if self._feedback is None:
                self._feedback = Feedback(self.sources, self.patience, self._take, self._time_out, self._next_silence)
                self.follows = True
            clients = source.clients
            self.sim.meter.read(lambda: self._read_clients(clients))

    def advance(self, now: float) -> None:
        """See Station."""
        if self._feedback is None:
            super().advance(now)
        else:
            self._feedback.advance(now)
            self._caught_up = now

    def begin(self, now: float) -> None:
        """See Station."""
        if self._feedback is not None:
            self._feedback.begin(now)

    def horizon(self, now: float) -> float:
        """See Station."""
        return now if self._feedback is None else self._feedback.horizon(now)

    def collect(self, end: float) -> Sequence[tuple[Any, ...]]:
        """See Station."""
        return super().collect(end) if self._feedback is None else self._feedback.collect(end)

    def take_in(self, items: Sequence[tuple[Any, ...]]) -> None:
        """See Station."""
        if self._feedback is None:
            super().take_in(items)
        else:
            self._feedback.take([(time, cpu, wait, number, clients) for time, cpu, wait, number, clients in items])

    def conclude(self, end: float) -> None:
        """See Station."""
        if self._feedback is not None:
            self._feedback.hear(end)
        super().conclude(end)

    def sends_to(self, workers: Server) -> None:
        """These workers take its requests; others may send to them, too."""
        if isinstance(workers, View):
            workers.shared.meet(self)

    def accept(self, times: list[float], costs: list[float], waits: list[float] | None = None) -> None:
        """Take in requests that arrive at these moments (rising), with their CPU seconds and seconds of waiting."""
        self._take((times, costs, waits))

    def _take(self, chunk: Chunk) -> None:
        if self._trace is not None:
            self._trace.watch(chunk[0])
        for group, part in self._by_weight(chunk):
            group.accept(part)
        self._since_settled += len(chunk[0])
        if self._since_settled > CHUNK:
            self._settle(chunk[0][-1])

    def _by_weight(self, chunk: Chunk) -> Iterator[tuple[TargetGroup, Chunk]]:
        groups = [group for group, weight in self.weights.items() if weight]
        if len(groups) == 1:
            return iter([(groups[0], chunk)])
        if _share_workers(groups):
            # One by one, since workers that stand in two groups must see all their requests in the order of arrival.
            return (drawn for one in one_by_one(chunk) for drawn in self._drawn(groups, one))
        return self._drawn(groups, chunk)

    def _drawn(self, groups: list[TargetGroup], chunk: Chunk) -> Iterator[tuple[TargetGroup, Chunk]]:
        bounds = list(accumulate(self.weights[group] for group in groups))
        uniform, total = self._random.random, bounds[-1]
        chosen = [bisect_right(bounds, uniform() * total) for _ in chunk[0]]
        return ((groups[place], part) for place, part in by_place(chosen, chunk, len(groups)))

    # What its target groups ask

    def node_zones(self) -> Sequence[str | None]:
        """The zone of each node; None where a node stands for no zone."""
        if self.nodes is not None:
            return (None,) * self.nodes
        return self._zones or (None,)

    def add_zone(self, zone: str) -> None:
        """A target stands in this zone: there is a node for it."""
        if zone not in self._zones and not self._in_vpc:
            self._zones.append(zone)

    @property
    def patience(self) -> float:
        """Seconds after which a request without a reply has failed."""
        return min(self.idle_timeout_seconds, self.client_timeout_seconds or float("inf"))

    def late(self, waited: float) -> str:
        """How a request fails that has waited for so many seconds: 460 where its client has left, else 504
        [Application Load Balancer guide, load-balancer-troubleshooting; read 2026-11-24]."""
        left = self.client_timeout_seconds is not None and waited >= self.client_timeout_seconds
        return "460" if left else "504"

    @property
    def traces(self) -> bool:
        """Whether somebody wants to hear of each request that was answered, too."""
        return self._trace is not None or bool(self._calls)

    def tell_of_answers(self, told: Calls) -> None:
        """See Calls."""
        self.catch_up()
        self._settle(self.sim.now)
        self._calls.append(told)

    def settle_answers(self) -> None:
        """See Calls."""
        self.catch_up()
        self._settle(self.sim.now)

    def ended(self, target: Target | None, fate: str, requests: Sequence[Lost], moments: Sequence[float]) -> None:
        """What became of requests, and when."""
        if fate == "answered":
            for each in self._calls:
                each.note(list(moments))
        if self._trace is not None:
            id_ = None if target is None else str(target.record.attributes["task"])
            self._trace.note(id_, fate, requests, moments)
        if self._feedback is not None and fate != "answered":
            self._feedback.failed(fate, requests, moments)

    def _attach(self, group: TargetGroup) -> None:
        if not group.cross_zone and self.nodes is not None:
            raise InvalidSetting(
                f"cross_zone=False of {group.name!r} with nodes={self.nodes}: a node must stand in a zone to keep"
                " to it; leave nodes= out"
            )
        group.balancer = self
        self.groups.append(group)
        for zone in group.zones:
            self.add_zone(zone)
        for target in group.targets:
            self.sends_to(target.workers)
            group.admit(target, target.record.states[-1][2])

    def _enter(self, group: TargetGroup, cause: int) -> None:
        record = self.sim.record(
            "target_group", group.name, load_balancer=self.name, algorithm=group.algorithm, targets=len(group.targets)
        )
        text = f"Target group {group.name} belongs to load balancer {self.name}."
        event = self.sim.enter(record, "active", cause, text)
        if group.changed is None:
            group.changed = event

    def _check_weights(self, weights: Mapping[TargetGroup, int]) -> None:
        if not 1 <= len(weights) <= MOST_GROUPS:
            raise InvalidSetting(f"{len(weights)} target groups: forward to 1 to {MOST_GROUPS}")
        for group, weight in weights.items():
            if isinstance(weight, bool) or not isinstance(weight, int) or not 0 <= weight <= HEAVIEST:
                raise InvalidSetting(f"the weight of {group.name}, {weight!r}: use a whole number from 0 to {HEAVIEST}")
            if group.sim is not self.sim or group.balancer not in (None, self):
                raise InvalidSetting(f"target group {group.name!r} belongs to another load balancer: make one for each")
            if any(other.name == group.name and other is not group for other in (*self.groups, *weights)):
                raise InvalidSetting(f"two target groups of {self.name} are named {group.name!r}: rename one")
        if not any(weights.values()):
            names = ", ".join(group.name for group in weights)
            raise InvalidSetting(
                f"all weights are 0 ({names}), so that no request could be forwarded: give one group a weight from 1"
            )

    # Counting

    def _settle(self, now: float) -> None:
        for group in self.groups:
            for target in group.targets:
                group.settle(target, now)
        self._since_settled = 0

    def _time_out(self, now: float) -> None:
        for group in self.groups:
            for target in group.targets:
                group.time_out(target, now)

    def _next_silence(self) -> float:
        return min(group.next_silence() for group in self.groups)

    def _read(self) -> Iterator[Sample]:
        self.catch_up()
        self._settle(self.sim.now)
        total = merged([group.tally for group in self.groups])
        if total.failed:
            self.sim.log.add("errors", self.name, total.told, total.blamed)
        yield from total.samples(self.name)
        if self.client_timeout_seconds is not None:
            yield Sample("HTTPCode_ELB_4XX_Count", self.name, "Count", {"Sum": total.failed["460"]})
        for group in self.groups:
            if group is not self.default_group:
                yield from group.tally.samples(group.name)
            if group in self.weights or group.targets:
                yield from group.health_samples()
            group.tally = Tally()
        self.latency.merge(total.latency)
        self.failed += total.failed

    def _read_clients(self, clients: Clients) -> Iterator[Sample]:
        self.catch_up()
        return clients.read()


def _check(nodes: int | None, idle_timeout: float) -> None:
    if nodes is not None and (isinstance(nodes, bool) or not isinstance(nodes, int) or nodes < 1):
        raise InvalidSetting(f"nodes={nodes!r}: use a whole number from 1, or leave it out for one a zone")
    low, high = IDLE_TIMEOUT
    if not low <= idle_timeout <= high:
        raise InvalidSetting(f"idle_timeout_seconds={idle_timeout}: use {low:g} to {high:g}")


def _share_workers(groups: Sequence[TargetGroup]) -> bool:
    """Whether some workers are targets of two groups, as those of a service with several target groups are."""
    workers = [id(core(target.workers)) for group in groups for target in group.targets]
    return len(set(workers)) < len(workers)
