"""An SNS topic: each message published to it goes to every subscription that wants it. It keeps nothing.

topic >> queue and topic >> function subscribe. A message that nobody subscribed to is lost, and counted. Left out:
archiving and replay, message data protection, and other people's telephones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ecslite.errors import InvalidSetting
from ecslite.serverless.counted import counted
from ecslite.serverless.delivery_policy import AWS_MANAGED, CUSTOMER_MANAGED, DeliveryPolicy
from ecslite.serverless.fifo import CALLS_A_SECOND, CallRate, Deduplication
from ecslite.serverless.filter_policy import FILTER_POLICY_SCOPES, FilterPolicy
from ecslite.serverless.message import Message
from ecslite.serverless.part import Part, Receiver, Told
from ecslite.serverless.queue import Queue
from ecslite.serverless.queue_counts import chunks, first_known
from ecslite.serverless.subscription import ATTEMPTS, Attempts, Subscription
from ecslite.sim.distributions import Constant
from ecslite.sim.metrics import Sample
from ecslite.sim.simulation import Simulation
from ecslite.sim.traffic import Traffic

__all__ = ["DELIVERY_SECONDS", "MAXIMUM_MESSAGE_KIB", "PROTOCOLS", "Topic"]

MAXIMUM_MESSAGE_KIB = 256
"""[SNS API, Publish; read 2026-11-24]."""

MOST_FILTER_POLICIES = 200
"""Of one topic, unless raised [SNS Developer Guide, subscription-filter-policy-constraints; read 2026-11-24]."""

MOST_FIFO_SUBSCRIPTIONS = 100
"""Of one FIFO topic [Amazon SNS features page; read 2026-11-24]."""

PROTOCOLS = {"queue": "sqs", "function": "lambda", "http_endpoint": "https", "inbox": "email"}
"""The protocol by which each kind of part is subscribed [SNS API, Subscribe]."""

DELIVERY_SECONDS = 0.02
# Model: a notification is under way for 20 ms. AWS does not document it.

JITTER = 0.1
# Model: a delay between two attempts is drawn between 90 and 110 % of the policy's. AWS says only that it has jitter.

COUNTS = (
    "NumberOfMessagesPublished",
    "NumberOfNotificationsDelivered",
    "NumberOfNotificationsFailed",
    "NumberOfNotificationsFilteredOut",
    "NumberOfNotificationsFilteredOut-MessageAttributes",
    "NumberOfNotificationsFilteredOut-MessageBody",
    "NumberOfNotificationsFilteredOut-NoMessageAttributes",
    "NumberOfNotificationsRedrivenToDlq",
    "NumberOfNotificationsFailedToRedriveToDlq",
    # Model: CloudWatch has none of those that follow.
    "NumberOfNotificationsDiscarded",
    "NumberOfMessagesWithoutSubscription",
    "NumberOfMessagesRefused",
    "NumberOfDeduplicatedMessages",
    "Retries",
    "PublishRequests",
)
"""[SNS Developer Guide, sns-monitoring-using-cloudwatch; read 2026-11-24]"""


class Topic(Part):
    """One topic. `delivery_policy` is that of its HTTP and HTTPS subscriptions which have none of their own."""

    kind = "topic"

    def __init__(
        self,
        sim: Simulation,
        name: str,
        *,
        fifo_topic: bool = False,
        content_based_deduplication: bool = False,
        delivery_policy: DeliveryPolicy | None = None,
        delivery_seconds: float = DELIVERY_SECONDS,
        jitter: float = JITTER,
    ) -> None:
        if name.endswith(".fifo") != fifo_topic:
            raise InvalidSetting(
                f"topic {name!r}, fifo_topic={fifo_topic}: the name of a FIFO topic, and no other, ends in .fifo"
            )
        if content_based_deduplication and not fifo_topic:
            raise InvalidSetting(f"topic {name!r}: content_based_deduplication is for FIFO topics: use fifo_topic=True")
        if not 0 <= jitter < 1:
            raise InvalidSetting(f"topic {name!r}: jitter={jitter}: use a share from 0 and below 1")
        self.fifo_topic = fifo_topic
        self.own_delivery_policy = delivery_policy
        self.content_based_deduplication = content_based_deduplication
        self.delivery_policy = delivery_policy or DeliveryPolicy()
        self.delivery_policy.check()
        self.delivery_seconds = Constant(delivery_seconds).seconds
        self.subscriptions: list[Subscription] = []
        self.counts = dict.fromkeys(COUNTS, 0)
        self._bytes = 0.0
        self._deduplication = Deduplication(by_group=False, content_based=content_based_deduplication)
        self._publishes = CallRate(CALLS_A_SECOND)
        self._before: dict[str, int] = {}
        super().__init__(sim, name, fifo_topic=fifo_topic)
        sim.on_finish(self._note_use)
        self._shared = Attempts(self.agenda, sim.stream(f"topic/{name}/jitter"), jitter, self._count)

    # Subscribing

    def connect(self, other: Part) -> None:
        self.subscribe(other)

    def subscribe(
        self,
        endpoint: Part,
        *,
        filter_policy: Mapping[str, Any] | None = None,
        filter_policy_scope: str = FILTER_POLICY_SCOPES[0],
        delivery_policy: DeliveryPolicy | None = None,
        dead_letter_queue: Queue | None = None,
    ) -> Subscription:
        """Subscribe a queue, a function or an endpoint of your own; InvalidSetting where SNS has no such thing."""
        self.agenda.catch_up()  # what was published before is none of its business
        policy = None if filter_policy is None else FilterPolicy(filter_policy, filter_policy_scope)
        receiver, protocol = self._checked(endpoint, dead_letter_queue)
        if policy is not None and sum(1 for each in self.subscriptions if each.filter_policy) >= MOST_FILTER_POLICIES:
            raise InvalidSetting(f"topic {self.name!r}: {MOST_FILTER_POLICIES} filter policies at the most; merge some")
        own_policy = protocol in ("http", "https")
        if delivery_policy is not None:
            if not own_policy:
                raise InvalidSetting(
                    f"{endpoint.name!r}: only HTTP and HTTPS endpoints have a delivery policy of their own; {protocol}"
                    " has that of SNS: leave delivery_policy out"
                )
            delivery_policy.check()
        managed = AWS_MANAGED if protocol in ("sqs", "lambda") else CUSTOMER_MANAGED
        subscription = Subscription(
            receiver,
            protocol,
            self._shared,
            name=endpoint.name,
            filter_policy=policy,
            delivery_policy=(delivery_policy or self.delivery_policy) if own_policy else managed,
            dead_letter_queue=dead_letter_queue,
            in_order=self.fifo_topic,
        )
        self.counts.setdefault(f"{ATTEMPTS}{protocol}", 0)
        self.subscriptions.append(subscription)
        filtered = "" if policy is None else ", with a filter policy"
        text = f"{endpoint.name} is subscribed to {self.name} by {protocol}{filtered}."
        self.sim.log.add("topic", self.name, text, self.created)
        return subscription

    def _checked(self, endpoint: Part, dead_letter_queue: Queue | None) -> tuple[Receiver, str]:
        protocol = PROTOCOLS.get(endpoint.kind)
        if protocol is None or not isinstance(endpoint, Receiver):
            raise InvalidSetting(
                f"{endpoint.kind} {endpoint.name!r} cannot be subscribed to a topic: use one of {', '.join(PROTOCOLS)}"
            )
        if any(part is not None and part.sim is not self.sim for part in (endpoint, dead_letter_queue)):
            raise InvalidSetting(f"{endpoint.name!r} belongs to another simulation than {self.name!r}: use one")
        if isinstance(endpoint, Queue) and endpoint.attributes.fifo_queue and not self.fifo_topic:
            raise InvalidSetting(
                f"the FIFO queue {endpoint.name!r} cannot be subscribed to the standard topic {self.name!r}, which does"
                " not keep order: make the topic FIFO, or the queue standard"
            )
        if self.fifo_topic and not isinstance(endpoint, Queue):
            raise InvalidSetting(f"{endpoint.name!r}: only queues can be subscribed to the FIFO topic {self.name!r}")
        if self.fifo_topic and len(self.subscriptions) >= MOST_FIFO_SUBSCRIPTIONS:
            raise InvalidSetting(f"FIFO topic {self.name!r}: {MOST_FIFO_SUBSCRIPTIONS} subscriptions at the most")
        if dead_letter_queue is not None and dead_letter_queue.attributes.fifo_queue != self.fifo_topic:
            kind = "FIFO" if self.fifo_topic else "standard"
            raise InvalidSetting(
                f"dead_letter_queue={dead_letter_queue.name!r} of a subscription to the {kind} topic {self.name!r}"
                f" must be {kind} too"
            )
        return endpoint, protocol

    # Publishing

    def wire(self, source: Traffic) -> None:
        if self.fifo_topic:
            raise InvalidSetting(
                f"{source.name!r} has no message groups, which the FIFO topic {self.name!r} needs:"
                " put a Producer between"
            )
        super().wire(source)

    def publish(self, message: Message) -> str:
        """Publish a message now, from outside of the application; "" if it was taken, else the error."""
        self.agenda.catch_up()
        return self.send(self.sim.now, message)

    def arrive(self, time: float, message: Message) -> None:
        self.send(time, message)

    def deliver(self, time: float, message: Message, told: Told) -> None:
        why = self.send(time, message)
        told(time, not why, why)

    def send(self, time: float, message: Message) -> str:
        """Publish; "" if the message was taken, else the error, which begins with AWS's code for it."""
        self._count("PublishRequests", chunks(message.size_kib))
        if why := self._fault(time, message):
            self._count("NumberOfMessagesRefused")
            return why
        self._count("NumberOfMessagesPublished")
        self._bytes += message.size_kib * 1024
        if self.fifo_topic and self._deduplication.repeats(time, message):
            self._count("NumberOfDeduplicatedMessages")
        elif self.subscriptions:
            self.agenda.at(time + self.delivery_seconds, lambda moment: self._fan_out(moment, message))
        else:
            self._count("NumberOfMessagesWithoutSubscription")
        return ""

    def _fault(self, time: float, message: Message) -> str:
        if message.size_kib > MAXIMUM_MESSAGE_KIB:
            return f"InvalidParameter: {message.size_kib:g} KiB is above the {MAXIMUM_MESSAGE_KIB} KiB of a message"
        if not self.fifo_topic:
            return ""
        fault = self._deduplication.fault(message)
        return fault or ("" if self._publishes.allows(time) else "RequestThrottled: too many publishes a second")

    def _fan_out(self, time: float, message: Message) -> None:
        for subscription in self.subscriptions:
            subscription.offer(time, message)

    # Counting

    def _count(self, name: str, many: int = 1) -> None:
        self.counts[name] += many

    def _total(self, name: str) -> int:
        return self._before.get(name, 0) + self.counts[name]

    def _note_use(self) -> None:
        """Leave in the run what the bill needs."""
        self.agenda.catch_up()
        attempts = [name for name in self.counts if name.startswith(ATTEMPTS)]
        self.record.attributes |= {
            "publish_requests": self._total("PublishRequests"),
            "attempts": {name.removeprefix(ATTEMPTS): self._total(name) for name in attempts},
        }

    def read(self) -> Iterator[Sample]:
        counts = self.counts
        self._tell()
        for name, value in counts.items():
            yield Sample(name, self.name, "Count", {"Sum": value})
        published = counts["NumberOfMessagesPublished"]
        size = {"Average": self._bytes / published, "Sum": self._bytes} if published else {}
        yield Sample("PublishSize", self.name, "Bytes", size)
        self.sim.level("NotificationsPending", self.name, self.pending, self.created)
        self._before = {name: self._total(name) for name in counts}
        self.counts, self._bytes = dict.fromkeys(counts, 0), 0.0

    @property
    def pending(self) -> int:
        """Notifications that are neither delivered nor given up, at the agenda's moment."""
        return sum(subscription.pending for subscription in self.subscriptions)

    def _tell(self) -> None:
        counts, name = self.counts, self.name
        texts = {
            "NumberOfMessagesWithoutSubscription": (
                f"message published to {name} is lost: it has no subscription.",
                f"messages published to {name} are lost: it has no subscription.",
            ),
            "NumberOfMessagesRefused": (f"message was refused by {name}.", f"messages were refused by {name}."),
            "Retries": (
                f"delivery of {name} failed and is tried again.",
                f"deliveries of {name} failed and are tried again.",
            ),
            "NumberOfNotificationsDiscarded": (
                f"notification of {name} was given up, and is lost.",
                f"notifications of {name} were given up, and are lost.",
            ),
            "NumberOfNotificationsRedrivenToDlq": (
                f"notification of {name} went to a dead-letter queue.",
                f"notifications of {name} went to a dead-letter queue.",
            ),
            "NumberOfNotificationsFailedToRedriveToDlq": (
                f"notification of {name} found no dead-letter queue open.",
                f"notifications of {name} found no dead-letter queue open.",
            ),
        }
        cause = first_known(self.sim.log.latest("traffic", self.sim.now), self.created)
        for count, text in texts.items():
            if counts[count]:
                self.sim.log.add("topic", name, counted(counts[count], *text), cause)
