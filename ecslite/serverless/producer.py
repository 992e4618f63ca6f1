"""A producer: makes messages of requests, and sends them to a queue or a topic.

traffic.to(producer) and producer >> queue wire it.
What a bare request lacks is drawn here: a message group, attributes, a size, and whether it is poison.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Any, Protocol, cast

from ecslite.errors import InvalidSetting
from ecslite.serverless.counted import counted
from ecslite.serverless.message import Message
from ecslite.serverless.part import Part
from ecslite.serverless.queue import MOST_A_CALL, Queue
from ecslite.serverless.topic import Topic
from ecslite.sim.metrics import Sample
from ecslite.sim.simulation import Simulation

__all__ = ["Producer"]


class Takes(Protocol):
    """A queue or a topic."""

    def send(self, time: float, message: Message) -> str: ...


class Producer(Part):
    """Sends one message for each request that arrives, or `batch_size` of them at once, to one queue or topic.

    `message_groups`: how many groups there are, drawn evenly. `attributes`: for each, its values with their shares,
    such as {"kind": {"order": 0.9, "refund": 0.1}}. `poison_rate`: the share of messages that no code can handle.
    `resend_rate`: the share that is sent twice, since the answer to the first got lost. A throttled message is sent
    again after `retry_seconds`, up to `retries` times, and then lost, and counted.
    """

    kind = "producer"

    def __init__(
        self,
        sim: Simulation,
        name: str,
        *,
        size_kib: float = 1.0,
        message_groups: int | None = None,
        attributes: Mapping[str, Mapping[Any, float]] | None = None,
        poison_rate: float = 0.0,
        resend_rate: float = 0.0,
        batch_size: int = 1,
        retries: int = 3,
        retry_seconds: float = 1.0,
    ) -> None:
        if not 1 <= batch_size <= MOST_A_CALL or batch_size != int(batch_size):
            raise InvalidSetting(
                f"producer {name!r}: batch_size={batch_size}: use a whole number from 1 to {MOST_A_CALL}"
            )
        if not (0 <= poison_rate <= 1 and 0 <= resend_rate <= 1) or size_kib < 0:
            raise InvalidSetting(
                f"producer {name!r}: poison_rate={poison_rate}, resend_rate={resend_rate}, size_kib={size_kib}:"
                " use shares from 0 to 1, and a size from 0"
            )
        if message_groups is not None and message_groups < 1:
            raise InvalidSetting(f"producer {name!r}: message_groups={message_groups}: use a whole number from 1")
        if retries < 0 or retry_seconds <= 0:
            raise InvalidSetting(
                f"producer {name!r}: retries={retries}, retry_seconds={retry_seconds}: use 0, and above 0"
            )
        self.size_kib = size_kib
        self.message_groups = message_groups
        self.attributes = {key: _Choice(key, shares) for key, shares in (attributes or {}).items()}
        self.poison_rate = poison_rate
        self.resend_rate = resend_rate
        self.batch_size = batch_size
        self.retries = retries
        self.retry_seconds = retry_seconds
        self.target: Takes | None = None
        self.lost = 0
        """Messages that were refused for good."""
        self._batch: list[Message] = []
        self._retried = self._lost = 0
        self._random = sim.stream(f"producer/{name}")
        super().__init__(sim, name)

    def connect(self, other: Part) -> None:
        if not isinstance(other, (Queue, Topic)):
            raise InvalidSetting(
                f"producer {self.name!r} sends to a queue or a topic, and {other.name!r} is a {other.kind}"
            )
        if self.target is not None:
            raise InvalidSetting(f"producer {self.name!r} sends to one queue or topic: put a topic between for more")
        fifo = other.attributes.fifo_queue if isinstance(other, Queue) else other.fifo_topic
        if fifo and self.message_groups is None:
            raise InvalidSetting(f"{other.name!r} is FIFO and needs message groups: give producer {self.name!r} some")
        if isinstance(other, Topic) and self.batch_size > 1:
            raise InvalidSetting(f"producer {self.name!r}: batch_size={self.batch_size} is for queues; use 1")
        self.target = cast(Takes, other)

    def arrive(self, time: float, message: Message) -> None:
        if self.target is None:
            raise InvalidSetting(f"producer {self.name!r} sends to nobody: wire it, as in producer >> queue")
        self._dress(message)
        self._batch.append(message)
        if len(self._batch) >= self.batch_size:
            batch, self._batch = self._batch, []
            self._send(time, batch, 0)

    def _dress(self, message: Message) -> None:
        random = self._random
        message.size_kib = self.size_kib
        if self.message_groups is not None:
            message.group = f"group-{int(random.random() * self.message_groups)}"
            message.deduplication_id = f"{self.name}-{message.id}"
        if self.attributes:
            message.attributes = {key: choice.draw(random) for key, choice in self.attributes.items()}
        message.poison = self.poison_rate > 0 and random.random() < self.poison_rate

    def _send(self, time: float, messages: Sequence[Message], attempt: int) -> None:
        errors = self._called(time, messages)
        if self.resend_rate and not any(errors) and self._random.random() < self.resend_rate:
            # Model: an answer that got lost is known after retry_seconds, and all of the call is sent again.
            self.agenda.at(time + self.retry_seconds, lambda moment: self._send_twice(moment, messages))
        again = [
            message for message, error in zip(messages, errors, strict=True) if error.startswith("RequestThrottled")
        ]
        lost = sum(1 for error in errors if error) - len(again)
        if again and attempt < self.retries:
            self._retried += len(again)
            self.agenda.at(time + self.retry_seconds, lambda moment: self._send(moment, again, attempt + 1))
        else:
            lost += len(again)
        self.lost += lost
        self._lost += lost

    def _send_twice(self, time: float, messages: Sequence[Message]) -> None:
        self._called(time, messages)

    def _called(self, time: float, messages: Sequence[Message]) -> list[str]:
        target = self.target
        if isinstance(target, Queue):
            return target.send_batch(time, messages)
        return [cast(Takes, target).send(time, message) for message in messages]

    def read(self) -> Iterator[Sample]:
        yield Sample("MessagesLost", self.name, "Count", {"Sum": self._lost})
        yield Sample("MessagesSentAgain", self.name, "Count", {"Sum": self._retried})
        if self._lost:
            end = "refused for good, and lost."
            text = counted(self._lost, f"message of {self.name} was {end}", f"messages of {self.name} were {end}")
            self.sim.log.add("producer", self.name, text, self.sim.log.latest("traffic", self.sim.now))
        self._lost = self._retried = 0


class _Choice:
    """Values with their shares."""

    def __init__(self, key: str, shares: Mapping[Any, float]) -> None:
        self.values = list(shares)
        self.bounds = list(accumulate(shares.values()))
        if not self.values or min(shares.values()) < 0 or not self.bounds[-1] > 0:
            raise InvalidSetting(f"attributes[{key!r}]={dict(shares)!r}: give values with shares, such as 0.9 and 0.1")

    def draw(self, random: Random) -> Any:
        drawn = random.random() * self.bounds[-1]
        return next(value for value, bound in zip(self.values, self.bounds, strict=True) if drawn < bound)
