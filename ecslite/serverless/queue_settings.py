"""A queue's attributes, with the limits that SQS sets to them; all faults are reported at once.

Limits as in [SQS API, SetQueueAttributes; SQS Developer Guide, quotas-queues, quotas-fifo; read 2026-11-24].
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ecslite.errors import InvalidSetting
from ecslite.serverless.fifo import DEDUPLICATION_SCOPES, FIFO_THROUGHPUT_LIMITS

if TYPE_CHECKING:
    from ecslite.serverless.queue import Queue

__all__ = ["MAXIMUM_MESSAGE_KIB", "MAX_RECEIVE_COUNT", "QueueAttributes", "RedrivePolicy", "check_model"]

MAXIMUM_MESSAGE_KIB = 1024
"""1 MiB; it was 256 KiB before August 2025 [SQS Developer Guide, quotas-messages; read 2026-11-24]."""

MAX_RECEIVE_COUNT = 10
"""The default of a redrive policy [SQS API, SetQueueAttributes; read 2026-11-24]."""

LIMITS: dict[str, tuple[int, int]] = {
    "visibility_timeout": (0, 43_200),
    "message_retention_period": (60, 1_209_600),
    "delay_seconds": (0, 900),
    "receive_message_wait_time_seconds": (0, 20),
    "maximum_message_size": (1024, MAXIMUM_MESSAGE_KIB * 1024),
}
"""Whole numbers from, to: seconds, and bytes for the size."""

NAME = re.compile(r"[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo")


@dataclass(frozen=True, slots=True)
class RedrivePolicy:
    """Where a message goes that was received `max_receive_count` times and not deleted."""

    dead_letter_queue: Queue
    max_receive_count: int = MAX_RECEIVE_COUNT


@dataclass(frozen=True, slots=True)
class QueueAttributes:
    """The attributes of a queue as SetQueueAttributes names them, with its defaults. Seconds; bytes for the size."""

    visibility_timeout: int = 30
    message_retention_period: int = 345_600
    delay_seconds: int = 0
    receive_message_wait_time_seconds: int = 0
    maximum_message_size: int = MAXIMUM_MESSAGE_KIB * 1024
    fifo_queue: bool = False
    content_based_deduplication: bool = False
    deduplication_scope: str = "queue"
    fifo_throughput_limit: str = "perQueue"

    def check(self, name: str, redrive_policy: RedrivePolicy | None) -> None:
        """InvalidSetting with all that is wrong with a queue of that name."""
        faults = [*self._name(name), *self._numbers(), *self._fifo(), *self._redrive(redrive_policy)]
        if faults:
            raise InvalidSetting("\n".join([f"queue {name!r}: {fault}" for fault in faults]))

    @property
    def high_throughput(self) -> bool:
        """Whether a FIFO queue's limits count for each message group."""
        return self.fifo_throughput_limit == "perMessageGroupId"

    def _name(self, name: str) -> Iterator[str]:
        if not NAME.fullmatch(name):
            yield "a name has 1 to 80 letters, digits, - and _, with .fifo at the end for a FIFO queue"
        elif name.endswith(".fifo") != self.fifo_queue:
            right = "fifo_queue=True" if name.endswith(".fifo") else f"the name {name + '.fifo'!r}"
            yield f"the name of a FIFO queue, and no other, ends in .fifo: use {right}"

    def _numbers(self) -> Iterator[str]:
        values = asdict(self)
        for name, (least, most) in LIMITS.items():
            value = values[name]
            if isinstance(value, bool) or value != int(value) or not least <= value <= most:
                yield f"{name}={value} is out of range: use a whole number from {least:,} to {most:,}"

    def _fifo(self) -> Iterator[str]:
        if self.deduplication_scope not in DEDUPLICATION_SCOPES:
            yield f"deduplication_scope={self.deduplication_scope!r}: use one of {', '.join(DEDUPLICATION_SCOPES)}"
        if self.fifo_throughput_limit not in FIFO_THROUGHPUT_LIMITS:
            limits = ", ".join(FIFO_THROUGHPUT_LIMITS)
            yield f"fifo_throughput_limit={self.fifo_throughput_limit!r}: use one of {limits}"
        elif self.high_throughput and self.deduplication_scope != "messageGroup":
            yield "fifo_throughput_limit='perMessageGroupId' goes only with deduplication_scope='messageGroup'"
        plain = not self.content_based_deduplication and self.deduplication_scope == "queue"
        if not self.fifo_queue and not (plain and not self.high_throughput):
            yield "deduplication and its throughput limit are for FIFO queues: use fifo_queue=True and a name in .fifo"

    def _redrive(self, policy: RedrivePolicy | None) -> Iterator[str]:
        if policy is None:
            return
        many, target = policy.max_receive_count, policy.dead_letter_queue
        if many != int(many) or not 1 <= many <= 1000:
            yield f"max_receive_count={many}: use a whole number from 1 to 1,000"
        if target.attributes.fifo_queue != self.fifo_queue:
            kinds = ("standard", "FIFO")
            yield (
                f"its dead-letter queue {target.name!r} is {kinds[target.attributes.fifo_queue]}: that of a"
                f" {kinds[self.fifo_queue]} queue must be {kinds[self.fifo_queue]} too"
            )


def check_model(name: str, duplicate_rate: float, hosts: int, fifo_queue: bool) -> None:
    """InvalidSetting where a parameter of the model makes no sense."""
    if not 0 <= duplicate_rate < 1 or (fifo_queue and duplicate_rate):
        raise InvalidSetting(
            f"queue {name!r}: duplicate_rate={duplicate_rate}: use a share from 0 and below 1; 0 for a FIFO queue"
        )
    if hosts != int(hosts) or not 1 <= hosts <= 1000:
        raise InvalidSetting(f"queue {name!r}: hosts={hosts}: use a whole number from 1 to 1,000; 1 keeps the order")
