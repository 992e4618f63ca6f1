"""What a run used of SQS and SNS: requests by pieces of 64 KB, and notifications by their protocol.

Every call of SQS is a request, also a receive that came back empty; a batch is one call, and each 64 KB of a call's
payload counts as a request of its own. Notifications to queues and functions are free [Amazon SQS pricing; Amazon SNS
pricing; read 2026-11-24].
"""

from __future__ import annotations

from collections.abc import Iterator

from ecslite.billing.monthly import month_share
from ecslite.billing.usage import Usage
from ecslite.sim.run import Part, Run

__all__ = ["queues", "topics"]

SQS, SNS = "SQS", "SNS"
MILLION = 1e6

FREE_SQS_MILLIONS = 1.0
"""Requests a month of an account, standard and FIFO together."""

FREE_SNS = {"publishes": 1.0, "https": 0.1, "http": 0.1, "email": 0.001}
"""Millions a month of each kind, for standard topics."""

DELIVERIES = ("http", "https", "email")
"""The protocols whose notifications have a price."""


def queues(run: Run, free_tier: bool) -> Iterator[Usage]:
    """Requests of each queue."""
    # Model: AWS's lower prices from 100 thousand million requests a month on are left out.
    left = {"requests": FREE_SQS_MILLIONS * month_share(run) * free_tier}
    for queue in run.of_kind("queue"):
        kind = "fifo" if queue.attributes["fifo_queue"] else "standard"
        sends, receives, empty, deletes = (int(queue.attributes[name]) for name in CALLS)
        formula = (
            f"({sends:,} sends + {receives:,} receives, {empty:,} of them empty, + {deletes:,} deletes) / 1,000,000"
        )
        quantity = (sends + receives + deletes) / MILLION
        usage = Usage(f"{queue.id}: requests", SQS, f"sqs.{kind}.million_requests", quantity, formula)
        yield from _less_free(usage, "requests", left)


CALLS = ("send_requests", "receive_requests", "empty_receives", "delete_requests")


def topics(run: Run, free_tier: bool) -> Iterator[Usage]:
    """Publishes of each topic, and its notifications that have a price; every attempt counts."""
    left = {kind: millions * month_share(run) * free_tier for kind, millions in FREE_SNS.items()}
    for topic in run.of_kind("topic"):
        if topic.attributes["fifo_topic"]:
            yield from _fifo(topic)
            continue
        publishes = int(topic.attributes["publish_requests"])
        name, formula = f"{topic.id}: publishes", f"{publishes:,} / 1,000,000"
        usage = Usage(name, SNS, "sns.million_publishes", publishes / MILLION, formula)
        yield from _less_free(usage, "publishes", left)
        for protocol, many in topic.attributes["attempts"].items():
            if protocol in DELIVERIES:
                name, formula = f"{topic.id}: notifications by {protocol}", f"{many:,} / 1,000,000"
                usage = Usage(name, SNS, f"sns.{protocol}.million_notifications", many / MILLION, formula)
                yield from _less_free(usage, protocol, left)


def _fifo(topic: Part) -> Iterator[Usage]:
    publishes = int(topic.attributes["publish_requests"])
    price = "sns.fifo.million_publishes"
    yield Usage(f"{topic.id}: publishes", SNS, price, publishes / MILLION, f"{publishes:,} / 1,000,000")
    many = sum(topic.attributes["attempts"].values())
    price = "sns.fifo.million_notifications"
    yield Usage(f"{topic.id}: notifications", SNS, price, many / MILLION, f"{many:,} / 1,000,000")


def _less_free(usage: Usage, kind: str, left: dict[str, float]) -> Iterator[Usage]:
    """The usage, and what of it is free, as a usage below zero; all usages of one kind share what is free."""
    yield usage
    taken = min(usage.quantity, left[kind])
    if taken > 0:
        left[kind] -= taken
        yield Usage(f"{usage.name}, free tier", usage.category, usage.price, -taken, f"−{taken:.6f} million free")
