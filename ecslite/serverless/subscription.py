"""A subscription: one endpoint of a topic, what it wants, and how often its deliveries are tried.

A message is wanted or filtered out; if wanted, delivered, or tried again after server-side errors, or given up: then
it goes to the subscription's dead-letter queue, or is discarded [SNS Developer Guide, sns-message-delivery-retries,
sns-dead-letter-queues; read 2026-11-24].
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from random import Random

from ecslite.serverless.agenda import Agenda
from ecslite.serverless.delivery_policy import DeliveryPolicy
from ecslite.serverless.filter_policy import FilterPolicy
from ecslite.serverless.message import Message
from ecslite.serverless.part import Receiver
from ecslite.serverless.queue import Queue

__all__ = ["ATTEMPTS", "Attempts", "Subscription", "is_retried"]

SERVER_SIDE = ("5", "429", "RequestThrottled", "ServiceUnavailable", "InternalError")
"""How the reason of a failure begins that is worth another attempt: all 5XX and 429 are, all else is not."""

ATTEMPTS = "Attempts/"
"""Begins the name under which the deliveries by a protocol are counted, successful or not."""

PER_ATTEMPT = ("http", "https")
"""For these, NumberOfNotificationsFailed counts every attempt; for others, each message that was given up
[SNS Developer Guide, sns-monitoring-using-cloudwatch; read 2026-11-24]."""


def is_retried(why: str) -> bool:
    """Whether a failure is a server-side error, after which SNS tries again."""
    return why.startswith(SERVER_SIDE)


class Attempts:
    """What a topic lends to its subscriptions: the clock, the draws for jitter, and the counts."""

    def __init__(self, agenda: Agenda, random: Random, jitter: float, count: Callable[[str], None]) -> None:
        self.agenda = agenda
        self.random = random
        self.jitter = jitter
        self.count = count


class Subscription:
    """One endpoint. In a FIFO topic the messages of a group go out one after the other."""

    def __init__(
        self,
        endpoint: Receiver,
        protocol: str,
        shared: Attempts,
        *,
        name: str,
        filter_policy: FilterPolicy | None,
        delivery_policy: DeliveryPolicy,
        dead_letter_queue: Queue | None,
        in_order: bool,
    ) -> None:
        self.endpoint = endpoint
        self.protocol = protocol
        self.name = name
        self.filter_policy = filter_policy
        self.delivery_policy = delivery_policy
        self.dead_letter_queue = dead_letter_queue
        self.pending = 0
        """Messages that are neither delivered nor given up yet."""
        self._shared = shared
        self._in_order = in_order
        self._waiting: dict[str, deque[Message]] = {}

    def offer(self, time: float, message: Message) -> None:
        """Deliver a copy of the message, unless the filter policy does not want it."""
        if self.filter_policy is not None and not self.filter_policy.matches(message):
            self._filtered_out(message)
            return
        self.pending += 1
        copy, group = replace(message, receive_count=0), message.group or ""
        if not self._in_order:
            self._attempt(time, copy, 0)
        elif group in self._waiting:
            self._waiting[group].append(copy)
        else:
            self._waiting[group] = deque()
            self._attempt(time, copy, 0)

    def _filtered_out(self, message: Message) -> None:
        assert self.filter_policy is not None
        self._shared.count("NumberOfNotificationsFilteredOut")
        scope = self.filter_policy.scope
        if scope == "MessageBody":
            self._shared.count("NumberOfNotificationsFilteredOut-MessageBody")
        elif message.attributes:
            self._shared.count("NumberOfNotificationsFilteredOut-MessageAttributes")
        else:
            self._shared.count("NumberOfNotificationsFilteredOut-NoMessageAttributes")

    def _attempt(self, time: float, message: Message, retries: int) -> None:
        def told(moment: float, taken: bool, why: str) -> None:
            self._shared.count(f"{ATTEMPTS}{self.protocol}")
            if taken:
                self._shared.count("NumberOfNotificationsDelivered")
                self._next(moment, message)
            else:
                self._failed(moment, message, retries, why)

        self.endpoint.deliver(time, message, told)

    def _failed(self, time: float, message: Message, retries: int, why: str) -> None:
        if self.protocol in PER_ATTEMPT:
            self._shared.count("NumberOfNotificationsFailed")
        delay = self.delivery_policy.delay(retries + 1) if is_retried(why) else None
        if delay is None:
            self._give_up(time, message)
            return
        self._shared.count("Retries")
        spread = 1 + self._shared.jitter * (2 * self._shared.random.random() - 1)
        # By way of the agenda also without a delay, so that retries never call one another.
        self._shared.agenda.at(time + delay * spread, lambda moment: self._attempt(moment, message, retries + 1))

    def _give_up(self, time: float, message: Message) -> None:
        if self.protocol not in PER_ATTEMPT:
            self._shared.count("NumberOfNotificationsFailed")
        if self.dead_letter_queue is None:
            self._shared.count("NumberOfNotificationsDiscarded")
        else:
            why = self.dead_letter_queue.send(time, message)
            self._shared.count(f"NumberOfNotifications{'FailedToRedrive' if why else 'Redriven'}ToDlq")
        self._next(time, message)

    def _next(self, time: float, message: Message) -> None:
        """The message is done with; in order, the next of its group may go."""
        self.pending -= 1
        if self._in_order:
            group = message.group or ""
            if waiting := self._waiting[group]:
                following = waiting.popleft()
                self._shared.agenda.at(time, lambda moment: self._attempt(moment, following, 0))
            else:
                del self._waiting[group]
