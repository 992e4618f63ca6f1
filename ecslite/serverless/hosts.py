"""The hosts of a standard queue: each stores a part of the messages, which is why order is only best effort.

A long poll asks all hosts; a short poll asks a sample of them, and may come back empty although there are messages
[SQS Developer Guide, sqs-short-and-long-polling; read 2026-11-24].
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from random import Random

from ecslite.serverless.held import VISIBLE, Held

__all__ = ["BACK_OF_THE_QUEUE", "HOSTS", "Hosts"]

HOSTS = 4
# Model: AWS does not say how many hosts a queue has. With more, messages overtake one another more often.

SAMPLED = 2
# Model: a short poll asks half of the hosts, drawn anew each time. AWS draws a subset, by weights it does not tell.

BACK_OF_THE_QUEUE = 3
"""A message that was received so often and not deleted goes to the back of a standard queue
[SQS Developer Guide, sqs-available-cloudwatch-metrics, ApproximateAgeOfOldestMessage; read 2026-11-24]."""


class Hosts:
    """Messages on hosts, the first to come first on each. A receive asks the hosts in turn, from a random one on."""

    def __init__(self, random: Random, hosts: int = HOSTS) -> None:
        self._random = random
        self._rank = count()
        self._hosts: list[list[tuple[int, Held]]] = [[] for _ in range(hosts)]

    def put(self, held: Held) -> None:
        held.host, held.rank = int(self._random.random() * len(self._hosts)), next(self._rank)
        heappush(self._hosts[held.host], (held.rank, held))

    def put_back(self, held: Held) -> None:
        if held.receives >= BACK_OF_THE_QUEUE:
            held.rank = next(self._rank)
        heappush(self._hosts[held.host], (held.rank, held))

    def take(self, most: int, *, sample: bool, one_group: bool) -> list[Held]:
        many = len(self._hosts)
        start, asked = int(self._random.random() * many), min(many, SAMPLED) if sample else many
        taken: list[Held] = []
        for step in range(asked):
            host = self._hosts[(start + step) % many]
            while host and len(taken) < most:
                held = heappop(host)[1]
                if held.state == VISIBLE:
                    taken.append(held)
        return taken

    def release(self, held: Held) -> None:
        """Nobody waits for a message of a standard queue."""

    def drop(self, held: Held) -> None:
        host = self._hosts[held.host]
        while host and host[0][1].state != VISIBLE:
            heappop(host)
