"""An event source mapping: Lambda reads a queue or a stream, and invokes a function with what it finds, in batches.

queue >> function makes one with all defaults. Left out: sources other than queues and DynamoDB streams, and tumbling
windows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import fsum
from typing import TYPE_CHECKING, Any, cast

from ecslite.errors import InvalidSetting
from ecslite.serverless.counted import counted
from ecslite.serverless.event_source_settings import MappingSettings, ProvisionedPollerConfig, advice
from ecslite.serverless.message import Message
from ecslite.serverless.part import Callee, Part, Receiver
from ecslite.serverless.pollers import Pollers
from ecslite.serverless.queue_counts import first_known, one_value
from ecslite.serverless.shard_readers import Lane, StreamCounts
from ecslite.serverless.stream import StreamSource
from ecslite.serverless.timers import Timers
from ecslite.sim.metrics import Sample
from ecslite.sim.traffic import Traffic

if TYPE_CHECKING:
    from ecslite.serverless.queue import Queue

__all__ = ["EventSourceMapping", "ProvisionedPollerConfig"]


class EventSourceMapping(Part):
    """From `source`, a queue or a table's stream, to a function. Settings as CreateEventSourceMapping names them.

    `on_failure` is the destination (a queue or a topic) for records of a stream that were given up. `filter_criteria`
    are the patterns of its Filters, as in [{"body": {"tea": ["green"]}}] (see `event_filter`).
    """

    kind = "event_source_mapping"
    first_state = "Enabled"

    def __init__(
        self,
        source: Queue | StreamSource,
        function: Part,
        *,
        batch_size: int | None = None,
        maximum_batching_window_seconds: int = 0,
        function_response_types: Sequence[str] = (),
        maximum_concurrency: int | None = None,
        provisioned_poller_config: ProvisionedPollerConfig | None = None,
        starting_position: str | None = None,
        parallelization_factor: int | None = None,
        bisect_batch_on_function_error: bool = False,
        maximum_retry_attempts: int | None = None,
        maximum_record_age_in_seconds: int | None = None,
        on_failure: Part | None = None,
        filter_criteria: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.settings = MappingSettings(
            batch_size,
            maximum_batching_window_seconds,
            tuple(function_response_types),
            maximum_concurrency,
            provisioned_poller_config,
            starting_position,
            parallelization_factor,
            bisect_batch_on_function_error,
            maximum_retry_attempts,
            maximum_record_age_in_seconds,
            on_failure is not None,
            tuple(filter_criteria),
        )
        name = f"{source.name}->{function.name}"
        if not isinstance(function, Callee):
            raise InvalidSetting(f"{function.name!r} is a {function.kind} and cannot be invoked: map to a function")
        if on_failure is not None and not isinstance(on_failure, Receiver):
            raise InvalidSetting(f"on_failure={on_failure.name!r} is a {on_failure.kind}: use a queue or a topic")
        if len({id(each.sim) for each in (source, function, on_failure) if each is not None}) > 1:
            raise InvalidSetting(f"mapping {name}: its parts belong to two simulations: build all on one")
        self.source = source
        self.function = function
        self.on_failure = on_failure
        self._stream = StreamCounts()
        self._pollers: Pollers | None = None
        if isinstance(source, StreamSource):
            self._check_stream(name)
        else:
            self._check_queue(name, source)
        super().__init__(
            source.sim,
            name,
            source=source.name,
            function=function.name,
            batch_size=batch_size,
            maximum_batching_window_seconds=maximum_batching_window_seconds,
            maximum_concurrency=maximum_concurrency,
        )
        self.agenda.catch_up()
        if isinstance(source, StreamSource):
            self._read_shards(source, function)
        else:
            self._poll_queue(source, function)

    def _check_stream(self, name: str) -> None:
        self.settings.check_for_stream(f"mapping {name}")

    def _check_queue(self, name: str, queue: Queue) -> None:
        self.settings.check_for_queue(f"mapping {name}", queue.attributes.fifo_queue)
        timeout, visibility = _timeout(self.function), queue.attributes.visibility_timeout
        if timeout is not None and timeout > visibility:
            raise InvalidSetting(
                f"mapping {name}: the function's timeout of {timeout:g} s is above visibility_timeout={visibility} of"
                f" the queue: a batch would come back while it is worked on; use {6 * timeout:g} s, six times it"
            )

    def _poll_queue(self, queue: Queue, function: Callee) -> None:
        policy = queue.redrive_policy
        configuration = getattr(self.function, "configuration", None)
        advised = advice(
            _timeout(self.function),
            queue.attributes.visibility_timeout,
            self.settings.maximum_batching_window_seconds,
            policy.max_receive_count if policy else None,
            reserved=getattr(configuration, "reserved_concurrency", None),
            most=self.settings.maximum_concurrency,
        )
        for text in advised:
            self.sim.log.add(self.kind, self.name, text, self.created)
        self._pollers = Pollers(queue, function, self.settings)
        self._pollers.start(self.sim.now)

    def _read_shards(self, source: StreamSource, function: Callee) -> None:
        lanes, timers = self.settings.parallelization_factor or 1, self.sim.the(Timers)
        self._lanes = [
            Lane(
                shard,
                function,
                number=number,
                lanes=lanes,
                settings=self.settings,
                timers=timers,
                counts=self._stream,
                discard=self._discard,
            )
            for shard in source.shards
            for number in range(lanes)
        ]

    @property
    def invoking(self) -> int:
        """Invocations that are going on."""
        self.agenda.catch_up()
        return self._stream.invoking if self._pollers is None else self._pollers.invoking

    @property
    def pollers(self) -> int:
        """Pollers of the queue; the lanes of a stream."""
        self.agenda.catch_up()
        return len(self._lanes) if self._pollers is None else self._pollers.running

    def _discard(self, time: float, messages: Sequence[Message]) -> None:
        """Records of a stream that were given up: their place goes to the destination."""
        if self.on_failure is not None:
            # Model: the destination gets the records themselves; in AWS it gets their place in the stream.
            destination = cast(Receiver, self.on_failure)
            for message in messages:
                destination.deliver(time, message, self._delivered)

    def _delivered(self, time: float, taken: bool, why: str) -> None:
        self._stream.counts["OnFailureDestinationDeliveredEventCount"] += taken

    # A mapping takes nothing from outside

    def wire(self, source: Traffic) -> None:
        raise InvalidSetting(f"{source.name!r} cannot be sent to the mapping {self.name!r}: send it to its source")

    def arrive(self, time: float, message: Message) -> None:
        raise InvalidSetting(f"nothing arrives at the mapping {self.name!r}: send it to its source")

    # Counting

    def read(self) -> Iterator[Sample]:
        counted = self._stream if self._pollers is None else self._pollers
        counts, most = counted.counts, counted.most_invoking
        self._tell(counts)
        for name, value in counts.items():
            yield Sample(name, self.name, "Count", {"Sum": value})
            counts[name] = 0
        # Model: CloudWatch has neither; the function's ConcurrentExecutions are those of all its callers.
        yield Sample("ConcurrentInvocations", self.name, "Count", {"Maximum": most})
        counted.most_invoking = counted.invoking
        yield Sample("Pollers", self.name, "Count", one_value(self.pollers))
        self.sim.level("Pollers", self.name, self.pollers, self.created)
        if self._pollers is None:
            ages, self._stream.ages = self._stream.ages, []
            yield Sample("IteratorAge", self.name, "Milliseconds", _milliseconds(ages))

    def _tell(self, counts: dict[str, int]) -> None:
        now = self.sim.now
        log = self.sim.log
        cause = first_known(log.latest("function", now), log.latest("traffic", now), self.created)
        told = []
        if throttled := counts["ThrottledInvocations"]:
            untried = counts.get("NeverTriedEventCount", 0)
            back = counted(untried, "message", "messages")
            end = f"; {back} went back to {self.source.name} that no code had seen" if untried else ""
            batches = counted(throttled, "invocation with a batch", "invocations with batches")
            told.append(f"{self.function.name} throttled {batches}{end}.")
        if failed := counts["FailedInvokeEventCount"]:
            what = counted(failed, "message", "messages")
            told.append(f"{what} of {self.source.name} failed in {self.function.name}.")
        if dropped := counts.get("DroppedEventCount", 0):
            what = counted(dropped, f"record of {self.source.name} was", f"records of {self.source.name} were")
            told.append(f"{what} given up: tried too often, or too old.")
        for text in told:
            event = self.sim.log.add(self.kind, self.name, text, cause)
            if not isinstance(self.source, StreamSource):
                self.source.trouble = event


def _timeout(function: Part) -> float | None:
    """The function's timeout in seconds, where it has one."""
    return cast("float | None", getattr(getattr(function, "configuration", None), "timeout", None))


def _milliseconds(ages: Sequence[float]) -> dict[str, float]:
    if not ages:
        return {}
    return {
        "Average": 1000 * fsum(ages) / len(ages),
        "Minimum": 1000 * min(ages),
        "Maximum": 1000 * max(ages),
    }
