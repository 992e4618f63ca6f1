"""A DynamoDB table: answers what its capacity allows, and throttles the rest.

Each request pays for the items that it touches, from the table's capacity and from that of the partition which holds
the key (see `throughput` and `capacity_units`). It keeps no items: their sizes are part of the operation. Left out:
indexes, global tables, time to live, and the retries of the SDKs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace

import simpy

from ecslite.errors import InvalidSetting
from ecslite.serverless.event_source import EventSourceMapping
from ecslite.serverless.keys import Draws, Shares, Zipf
from ecslite.serverless.message import Message
from ecslite.serverless.operation import EACH_BY_ITSELF, Operation
from ecslite.serverless.part import Done, Part
from ecslite.serverless.replication import copies_of
from ecslite.serverless.statistics import Durations
from ecslite.serverless.stream import Shard, Stream
from ecslite.serverless.table_quotas import TableQuotas
from ecslite.serverless.table_rules import BILLING_MODES, STREAM_VIEW_TYPES, check_maximum, check_mode, check_model
from ecslite.serverless.throughput import (
    BURST_SECONDS,
    Throughput,
    on_demand_start,
    partition_of,
    partitions_for,
)
from ecslite.sim.distributions import Distribution, LogNormal, as_distribution
from ecslite.sim.metrics import PERIOD, Sample
from ecslite.sim.simulation import Simulation

__all__ = ["BILLING_MODES", "STREAM_VIEW_TYPES", "Table"]

LATENCY = LogNormal(0.005, 0.5)
"""Seconds of a request: AWS promises single-digit milliseconds."""
# Model: the distribution is ours; a refused request takes as long as one that is answered.

UPDATE_SECONDS = 120.0
# Model: AWS says that new capacity takes several minutes; until then the old holds.

EVENT_NAMES = {"UpdateItem": "MODIFY", "DeleteItem": "REMOVE"}
"""What a record of the stream says of a change [DynamoDB Streams API, Record, eventName]; of any other, INSERT."""

LIMITS = {
    "ProvisionedThroughputExceeded": "ProvisionedThroughputThrottleEvents",
    "KeyRangeThroughputExceeded": "KeyRangeThroughputThrottleEvents",
    "AccountLimitExceeded": "AccountLimitThrottleEvents",
    "MaxOnDemandThroughputExceeded": "MaxOnDemandThroughputThrottleEvents",
}
"""Why a request is throttled, as ThrottlingReason spells it, and what CloudWatch calls it after Read or Write."""

WORDS = {
    "ProvisionedThroughputExceeded": "more than its {rate:g} provisioned units a second, and nothing saved was left",
    "KeyRangeThroughputExceeded": "more than one partition takes in a second, or than it has grown to",
    "AccountLimitExceeded": "more than the account's quota of {rate:g} units a second for a table",
    "MaxOnDemandThroughputExceeded": "more than the maximum of {rate:g} units a second that it was given",
}


class Table(Part):
    """A table in on-demand mode, or with provisioned capacity.

    `operations` are the kinds of request that it gets, by their shares; a message may name another of them in its
    attribute "operation". `keys` says which keys are asked for where a message names none. `stream_view_type` turns
    its stream of changes on. With a `replication_lag`, in seconds, eventually consistent reads may give what was before
    the last write (see `replication`). CREATING is left out: it is ACTIVE ⇄ UPDATING.
    """

    kind = "table"
    first_state = "ACTIVE"

    def __init__(
        self,
        sim: Simulation,
        name: str,
        *,
        billing_mode: str = "PAY_PER_REQUEST",
        read_capacity_units: int | None = None,
        write_capacity_units: int | None = None,
        max_read_request_units: int | None = None,
        max_write_request_units: int | None = None,
        operations: Sequence[Operation] = (Operation(name="GetItem"),),
        keys: Zipf | None = None,
        size_gb: float = 0.0,
        partitions: int | None = None,
        adaptive_capacity: bool = True,
        burst_seconds: float = BURST_SECONDS,
        latency: Distribution | float = LATENCY,
        stream_view_type: str | None = None,
        update_seconds: float = UPDATE_SECONDS,
        replication_lag: Distribution | float | None = None,
    ) -> None:
        check_mode(name, billing_mode, read_capacity_units, write_capacity_units)
        check_maximum(billing_mode, max_read_request_units, max_write_request_units)
        if not operations:
            raise InvalidSetting(f"operations of table {name!r}: give one at least, such as Operation(name='GetItem')")
        check_model(burst_seconds, update_seconds, size_gb, partitions, stream_view_type)
        super().__init__(sim, name, billing_mode=billing_mode, size_gb=size_gb, stream=stream_view_type)
        self.billing_mode = billing_mode
        self.capacity = {"Read": read_capacity_units or 0, "Write": write_capacity_units or 0}
        """Provisioned units a second; 0 in on-demand mode."""
        self.asked_capacity = dict(self.capacity)
        """The same, as the table was built."""
        self.maxima = {"Read": max_read_request_units, "Write": max_write_request_units}
        self.operations = {operation.name: operation for operation in operations}
        self.keys = keys or Zipf(1000, 0.0)
        self.size_gb = size_gb
        self.answered: Counter[str] = Counter()
        """Requests by what became of them: "ok", ConditionalCheckFailedException, or the reason of their throttling."""
        self.requests = 0
        self._kinds, self._shares = list(operations), Shares([operation.share for operation in operations])
        self._draw_kind, self._draw_key, self._draw_condition = (
            sim.stream(f"table/{name}/{what}") for what in ("operations", "keys", "conditions")
        )
        self._latency = Draws(as_distribution(latency), sim.stream(f"table/{name}/latency"))
        self.copies = copies_of(sim, name, replication_lag)
        self._given_partitions = partitions
        self._highest = {"Read": 0, "Write": 0}
        self._update_seconds = update_seconds
        self._quotas = TableQuotas()
        self._minute = 0
        self.throughput = {kind: Throughput(kind, 1, burst_seconds, adaptive_capacity) for kind in ("Read", "Write")}
        self._apply(sim.now, self.created)
        shards = len(self.throughput["Write"].heat)
        self.stream = Stream(sim, f"{name}/stream", shards) if stream_view_type else None
        self._told_partitions = self.partitions
        sim.level("Partitions", name, self.partitions, self.created)
        self._begin_period()

    @property
    def partitions(self) -> int:
        """How many it has; they split as it grows, and never merge."""
        return len(self.throughput["Read"].heat)

    @property
    def shards(self) -> Sequence[Shard]:
        """The shards of its stream, for a mapping to read."""
        if self.stream is None:
            raise InvalidSetting(
                f"table {self.name!r} has no stream: build it with stream_view_type='NEW_IMAGE', or another"
            )
        return self.stream.shards

    def connect(self, other: Part) -> None:
        """Hand its stream's records to a function, from the newest on: an EventSourceMapping with its defaults."""
        if self.shards:
            EventSourceMapping(self, other, starting_position="LATEST")

    # Requests

    def arrive(self, time: float, message: Message) -> None:
        """Take a request from outside."""
        self.call(time, message, _nobody)

    def call(self, time: float, message: Message, done: Done) -> None:
        """Answer an operation: "ok", or the name of DynamoDB's exception."""
        self.requests += 1
        if time // PERIOD != self._minute:
            self._new_minute(time)
        operation = self._operation(message)
        keys = self._keys(operation, message.key)
        reason = self.throughput[operation.kind].charge(time, self._costs(operation, keys))
        latency = self._latency.next()
        if reason:
            self._throttled[operation.kind, reason] += 1
            outcome = self._exception
        elif operation.condition_fails and self._draw_condition.random() < operation.condition_fails:
            self._failed_conditions += 1
            outcome = "ConditionalCheckFailedException"
        else:
            outcome = "ok"
            self._period.add(latency)
            if self.copies is not None and operation.kind == "Read":
                self.copies.read(time, operation, keys)
            elif operation.kind == "Write":
                self._record_changes(time, operation, keys, message)
        self.answered[f"Table{operation.kind}{reason}" if reason else outcome] += 1
        if done is not _nobody:
            self.agenda.at(time + latency, lambda moment: done(moment, outcome))

    @property
    def _exception(self) -> str:
        provisioned = self.billing_mode == "PROVISIONED"
        return "ProvisionedThroughputExceededException" if provisioned else "ThrottlingException"

    def _operation(self, message: Message) -> Operation:
        named = message.attributes.get("operation")
        if named is None:
            return self._kinds[self._shares.draw(self._draw_kind)]
        if named not in self.operations:
            raise InvalidSetting(
                f"operation {named!r} on table {self.name!r}: it was built with {', '.join(self.operations)}"
            )
        return self.operations[str(named)]

    def _keys(self, operation: Operation, key: str) -> list[str]:
        """The keys that an operation touches: those of a batch lie anywhere, those of a query have one in common."""
        many = operation.items if operation.name in EACH_BY_ITSELF else 1
        first = [key] if key else []
        return first + [f"key-{self.keys.draw(self._draw_key)}" for _ in range(many - len(first))]

    def _costs(self, operation: Operation, keys: list[str]) -> list[tuple[int, float]]:
        """What it costs at which partition."""
        units, many = operation.units, self.partitions
        if operation.name == "Scan":
            # Model: a scan's page lies evenly in all partitions; DynamoDB goes through one after the other.
            return [(partition, units / many) for partition in range(many)]
        return [(partition_of(key, many), units / len(keys)) for key in keys]

    def _record_changes(self, time: float, operation: Operation, keys: list[str], message: Message) -> None:
        if self.copies is not None:
            self.copies.written(time, keys)
        # Model: a table keeps no items, so a put is always said to INSERT.
        if self.stream is None:
            return
        name = EVENT_NAMES.get(operation.name, "INSERT")
        for key in keys:
            attributes = {**message.attributes, "eventName": name}
            self.stream.put(time, replace(message, key=key, attributes=attributes, receive_count=0))

    # Capacity

    def update(
        self,
        *,
        billing_mode: str | None = None,
        read_capacity_units: int | None = None,
        write_capacity_units: int | None = None,
        cause: int | None = None,
        why: str = "UpdateTable sets",
    ) -> bool:
        """UpdateTable: another mode or other capacity, after `update_seconds`; False where DynamoDB refuses it now."""
        self.agenda.catch_up()
        mode = billing_mode or self.billing_mode
        asked = {"Read": read_capacity_units, "Write": write_capacity_units}
        if mode == "PROVISIONED":
            asked = {kind: (self.capacity[kind] or None) if units is None else units for kind, units in asked.items()}
        check_mode(self.name, mode, asked["Read"], asked["Write"])
        wanted = {kind: units or 0 for kind, units in asked.items()}
        refused = self._refusal(mode, wanted)
        if refused:
            self.sim.log.add("table", self.name, f"UpdateTable of {self.name} is refused: {refused}.", cause)
            return False
        said = (
            f"{wanted['Read']} read and {wanted['Write']} write units a second"
            if mode == "PROVISIONED"
            else "on-demand mode"
        )
        event = self.sim.enter(self.record, "UPDATING", cause, f"{why} {said} for table {self.name}.")
        self.sim.process(self._update(mode, wanted, event))
        return True

    @property
    def updating(self) -> bool:
        """Whether new capacity is on its way."""
        return self.record.state == "UPDATING"

    def provision(self, kind: str, units: int, cause: int, why: str) -> bool:
        """UpdateTable of one direction, for auto scaling; whether it will come."""
        read, write = (units if kind == one else None for one in ("Read", "Write"))
        return self.update(read_capacity_units=read, write_capacity_units=write, cause=cause, why=why)

    def _refusal(self, mode: str, wanted: dict[str, int]) -> str:
        if self.updating:
            return "ResourceInUseException, it is being updated"
        if mode != self.billing_mode:
            return self._quotas.switch(self.sim.now) if mode == "PAY_PER_REQUEST" else ""
        if any(wanted[kind] < self.capacity[kind] for kind in wanted):
            return self._quotas.decrease(self.sim.now)
        return ""

    def _update(self, mode: str, wanted: dict[str, int], cause: int) -> Generator[simpy.Event, None, None]:
        yield self.sim.sleep(self._update_seconds)
        self.agenda.catch_up()
        self.billing_mode, self.capacity = mode, wanted
        event = self.sim.enter(self.record, "ACTIVE", cause, f"Table {self.name} has its new capacity.")
        self._apply(self.sim.now, event)

    def _apply(self, now: float, cause: int) -> None:
        """Let the present mode and capacity hold from now on."""
        for kind, units in self.capacity.items():
            self._highest[kind] = max(self._highest[kind], units)
        starts = dict(
            zip(("Read", "Write"), on_demand_start(self._highest["Read"], self._highest["Write"]), strict=True)
        )
        for kind, throughput in self.throughput.items():
            if self.billing_mode == "PROVISIONED":
                throughput.provision(now, self.capacity[kind])
            else:
                throughput.on_demand(now, starts[kind], self.maxima[kind])
            self.sim.level(f"Provisioned{kind}CapacityUnits", self.name, self.capacity[kind], cause)
        self._repartition(now)

    def _new_minute(self, time: float) -> None:
        self._minute = int(time // PERIOD)
        for throughput in self.throughput.values():
            throughput.follow_peak(time)
        self._repartition(time)

    def _repartition(self, now: float) -> None:
        reads, writes = (self.throughput[kind].rate for kind in ("Read", "Write"))
        needed = self._given_partitions or partitions_for(reads, writes, self.size_gb)
        if needed > self.partitions:
            for throughput in self.throughput.values():
                throughput.repartition(now, needed)

    # Counting

    def _begin_period(self) -> None:
        self._period = Durations()
        self._throttled: Counter[tuple[str, str]] = Counter()
        self._failed_conditions = 0

    def read(self) -> Iterator[Sample]:
        """The metrics of the minute that ends now."""
        for kind, throughput in self.throughput.items():
            yield from self._read_kind(kind, throughput)
        throttled = self._throttled.total()
        yield Sample("ThrottledRequests", self.name, "Count", {"Sum": throttled})
        yield Sample("ConditionalCheckFailedRequests", self.name, "Count", {"Sum": self._failed_conditions})
        if self.copies is not None:
            # Model: CloudWatch has no such metric; nobody can know it from outside.
            yield Sample("StaleReads", self.name, "Count", {"Sum": self.copies.stale})
            self.copies.stale = 0
        latency = self._period.milliseconds()
        yield Sample("SuccessfulRequestLatency", self.name, "Milliseconds", latency)
        self._tell()
        self._begin_period()

    def _read_kind(self, kind: str, throughput: Throughput) -> Iterator[Sample]:
        units, provisioned = throughput.consumed, self.capacity[kind]
        yield Sample(f"Consumed{kind}CapacityUnits", self.name, "Count", {"Sum": units, "Average": units / PERIOD})
        if provisioned:
            yield Sample(f"Provisioned{kind}CapacityUnits", self.name, "Count", {"Average": provisioned})
            share = 100 * units / PERIOD / provisioned
            # Model: CloudWatch has no such metric; alarms of target tracking compare consumed with provisioned units.
            # Where nothing is consumed there is no data point, and an idle table is not scaled in.
            yield Sample(
                f"DynamoDB{kind}CapacityUtilization", self.name, "Percent", {"Average": share} if units else {}
            )
        each = {reason: self._throttled[kind, reason] for reason in LIMITS}
        yield Sample(f"{kind}ThrottleEvents", self.name, "Count", {"Sum": sum(each.values())})
        for reason, metric in LIMITS.items():
            yield Sample(f"{kind}{metric}", self.name, "Count", {"Sum": each[reason]})
        for partition, heat in enumerate(throughput.heat):
            # The level holds for the minute before: it is known at its end.
            self.sim.level(f"Consumed{kind}CapacityUnits", f"{self.name}/partition-{partition}", round(heat / PERIOD))
        throughput.heat = [0.0] * len(throughput.heat)
        throughput.consumed = 0.0

    def _tell(self) -> None:
        if self.partitions != self._told_partitions:
            self._told_partitions = self.partitions
            text = f"Table {self.name} has grown to {self.partitions} partitions."
            event = self.sim.log.add("table", self.name, text, self.sim.log.latest("traffic", self.sim.now))
            self.sim.level("Partitions", self.name, self.partitions, event)
        for (kind, reason), many in sorted(self._throttled.items()):
            limit = WORDS[reason].format(rate=self.throughput[kind].rate)
            text = (
                f"{many:,} {kind.lower()}{'s' * (many > 1)} of table {self.name} throttled in the last minute"
                f" (Table{kind}{reason}): {limit}."
            )
            self.sim.log.add("table", self.name, text, self.sim.log.latest("traffic", self.sim.now))


def _nobody(time: float, outcome: str) -> None:
    """Nobody waits for the reply."""
