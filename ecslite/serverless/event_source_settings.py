"""What Lambda refuses in an event source mapping, and what it advises; all faults are reported at once.

[Lambda API, CreateEventSourceMapping; Lambda Developer Guide, services-sqs-configure, services-sqs-scaling,
services-ddb-params; read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ecslite.errors import InvalidSetting
from ecslite.serverless.event_filter import filter_faults
from ecslite.serverless.stream import STARTING_POSITIONS

__all__ = ["FUNCTION_RESPONSE_TYPES", "MAXIMUM_CONCURRENCY", "MappingSettings", "ProvisionedPollerConfig", "advice"]

FUNCTION_RESPONSE_TYPES = ("ReportBatchItemFailures",)
MAXIMUM_CONCURRENCY = (2, 1000)
MINIMUM_POLLERS = (2, 200)
MAXIMUM_POLLERS = (2, 2000)

QUEUE_BATCH, STREAM_BATCH = 10, 100
"""Default batch sizes."""

MOST_IN_A_BATCH, MOST_IN_A_FIFO_BATCH = 10_000, 10
LONGEST_WINDOW = 300

VISIBILITY_TIMES_TIMEOUT = 6
"""A queue's visibility timeout should be so many times the function's timeout, plus the batching window
[Lambda Developer Guide, services-sqs-configure; read 2026-11-24]."""

RECEIVES, RESERVED = 5, 5
"""maxReceiveCount and reserved concurrency should be so high at least [same page]."""


@dataclass(frozen=True, slots=True)
class ProvisionedPollerConfig:
    """Event pollers that stand by: each works on up to 10 invocations at a time."""

    minimum_pollers: int = 2
    maximum_pollers: int = 200


@dataclass(frozen=True, slots=True)
class MappingSettings:
    """The settings of CreateEventSourceMapping. None is its default for the kind of source."""

    batch_size: int | None = None
    maximum_batching_window_seconds: int = 0
    function_response_types: Sequence[str] = ()
    maximum_concurrency: int | None = None
    provisioned_poller_config: ProvisionedPollerConfig | None = None
    starting_position: str | None = None
    parallelization_factor: int | None = None
    bisect_batch_on_function_error: bool = False
    maximum_retry_attempts: int | None = None
    maximum_record_age_in_seconds: int | None = None
    has_on_failure: bool = False
    filter_criteria: Sequence[Mapping[str, Any]] = ()

    @property
    def reports_failures(self) -> bool:
        """Whether the function's answer names the items that failed."""
        return bool(self.function_response_types)

    def check_for_queue(self, what: str, fifo: bool) -> None:
        """InvalidSetting with all that is wrong for a queue."""
        most = MOST_IN_A_FIFO_BATCH if fifo else MOST_IN_A_BATCH
        _raise(what, [*self._common(most, QUEUE_BATCH, "queue"), *self._queue(fifo), *self._only_for_streams()])

    def check_for_stream(self, what: str) -> None:
        """InvalidSetting with all that is wrong for a stream."""
        _raise(what, [*self._common(MOST_IN_A_BATCH, STREAM_BATCH, "stream"), *self._stream()])

    def _common(self, most: int, default: int, source: str) -> Iterator[str]:
        size = default if self.batch_size is None else self.batch_size
        yield from _range("batch_size", size, 1, most)
        yield from _range("maximum_batching_window_seconds", self.maximum_batching_window_seconds, 0, LONGEST_WINDOW)
        for each in self.function_response_types:
            if each not in FUNCTION_RESPONSE_TYPES:
                yield f"function_response_types has {each!r}: use {FUNCTION_RESPONSE_TYPES[0]!r}, or nothing"
        yield from filter_faults(self.filter_criteria, source)

    def _queue(self, fifo: bool) -> Iterator[str]:
        window, pollers = self.maximum_batching_window_seconds, self.provisioned_poller_config
        if fifo and window:
            yield f"maximum_batching_window_seconds={window}: a FIFO queue has no batching window; use 0"
        elif not fifo and (self.batch_size or 0) > QUEUE_BATCH and window < 1:
            yield (
                f"batch_size={self.batch_size} with maximum_batching_window_seconds={window}:"
                " a batch of more than 10 needs a window of at least 1 second"
            )
        if self.maximum_concurrency is not None:
            yield from _range("maximum_concurrency", self.maximum_concurrency, *MAXIMUM_CONCURRENCY)
        if pollers is not None:
            yield from _range("minimum_pollers", pollers.minimum_pollers, *MINIMUM_POLLERS)
            yield from _range("maximum_pollers", pollers.maximum_pollers, *MAXIMUM_POLLERS)
            if pollers.minimum_pollers > pollers.maximum_pollers:
                yield f"minimum_pollers={pollers.minimum_pollers} is above maximum_pollers={pollers.maximum_pollers}"
            if self.maximum_concurrency is not None:
                yield "maximum_concurrency and provisioned_poller_config exclude each other: use one of them"

    def _only_for_streams(self) -> Iterator[str]:
        given = {
            "starting_position": self.starting_position,
            "parallelization_factor": self.parallelization_factor,
            "bisect_batch_on_function_error": self.bisect_batch_on_function_error or None,
            "maximum_retry_attempts": self.maximum_retry_attempts,
            "maximum_record_age_in_seconds": self.maximum_record_age_in_seconds,
            "on_failure": self.has_on_failure or None,
        }
        for name, value in given.items():
            if value is not None:
                yield f"{name} is for streams: leave it out for a queue, whose redrive policy says when to give up"

    def _stream(self) -> Iterator[str]:
        if self.starting_position not in STARTING_POSITIONS:
            yield f"starting_position={self.starting_position!r}: a stream needs one of {', '.join(STARTING_POSITIONS)}"
        if self.parallelization_factor is not None:
            yield from _range("parallelization_factor", self.parallelization_factor, 1, 10)
        if self.maximum_retry_attempts is not None:
            yield from _range("maximum_retry_attempts", self.maximum_retry_attempts, -1, 10_000)
        if self.maximum_record_age_in_seconds is not None:
            yield from _range("maximum_record_age_in_seconds", self.maximum_record_age_in_seconds, -1, 604_800)
        for name, value in (
            ("maximum_concurrency", self.maximum_concurrency),
            ("provisioned_poller_config", self.provisioned_poller_config),
        ):
            if value is not None:
                yield f"{name} is for queues: a stream has one invocation for each shard × parallelization_factor"


def advice(
    timeout: float | None,
    visibility: int,
    window: int,
    receives: int | None,
    *,
    reserved: int | None,
    most: int | None,
) -> Iterator[str]:
    """What the Developer Guide advises and a mapping does not do: `reserved` is the function's reserved concurrency,
    `most` the mapping's maximum concurrency."""
    least = 0.0 if timeout is None else VISIBILITY_TIMES_TIMEOUT * timeout + window
    if visibility < least:
        plus = f" + the batching window of {window} s" if window else ""
        yield (
            f"visibility_timeout={visibility} is below {VISIBILITY_TIMES_TIMEOUT} × the function's timeout of"
            f" {timeout:g} s{plus}: a batch that is throttled may come back while it is worked on;"
            f" use {least:g} s or more."
        )
    if receives is not None and receives < RECEIVES:
        yield (
            f"max_receive_count={receives} is below {RECEIVES}: a few throttled receives send a message to the"
            f" dead-letter queue that no code has seen; use {RECEIVES} or more."
        )

    if reserved is not None and most is not None and most > reserved:
        yield (
            f"maximum_concurrency={most} is above the function's reserved_concurrency={reserved}: what comes above is"
            f" throttled; use {max(reserved, MAXIMUM_CONCURRENCY[0])}."
        )
    if reserved is not None and most is None and reserved < RESERVED:
        yield (
            f"reserved_concurrency={reserved} is below the {RESERVED} batches with which a mapping begins: the others"
            " are throttled, and may end in a dead-letter queue though no code has seen them;"
            f" use {RESERVED} or more, or a maximum_concurrency."
        )


def _range(name: str, value: float, least: int, most: int) -> Iterator[str]:
    if isinstance(value, bool) or value != int(value) or not least <= value <= most:
        yield f"{name}={value} is out of range: use a whole number from {least:,} to {most:,}"


def _raise(what: str, faults: Sequence[str]) -> None:
    if faults:
        raise InvalidSetting("\n".join([f"{what}: {fault}" for fault in faults]))
