"""What the tests of queues, topics and mappings share: a function that does as it is told, and a hand to receive."""

from __future__ import annotations

from types import SimpleNamespace

import ecslite as ecs
from ecslite.serverless.part import Part


class FakeFunction(Part):
    """Takes `seconds` for each invocation, up to `concurrency` at one time, and answers as `answers` says."""

    kind = "function"

    def __init__(self, sim, name="work", *, seconds=1.0, concurrency=1000, answers=lambda event: "ok", timeout=3):
        self.seconds, self.concurrency, self.answers = seconds, concurrency, answers
        self.configuration = SimpleNamespace(timeout=timeout, reserved_concurrency=None)
        self.busy, self.most, self.calls, self.throttled = 0, 0, [], 0
        super().__init__(sim, name)

    def call(self, time, message, done):
        if self.busy >= self.concurrency:
            self.throttled += 1
            done(time, "429")
            return
        self.busy += 1
        self.most = max(self.most, self.busy)
        self.calls.append((time, message))
        self.agenda.at(time + self.seconds, lambda moment: self._end(moment, message, done))

    def _end(self, time, message, done):
        self.busy -= 1
        done(time, self.answers(message))

    def arrive(self, time, message):
        self.call(time, message, lambda moment, outcome: None)

    def deliver(self, time, message, told):
        self.call(time, message, lambda moment, outcome: None)
        told(time, True, "")

    def read(self):
        return iter(())

    @property
    def handled(self):
        """The ids of all messages that it was invoked with, in order."""
        return [message.id for _, event in self.calls for message in event.batch or (event,)]


class Hand:
    """Somebody who receives by hand: `got` is what came, each with its moment."""

    def __init__(self, queue):
        self.queue, self.got = queue, []

    def receive(self, time, **settings):
        self.queue.agenda.catch_up()
        return self.queue.receive(time, lambda *came: self.got.append(came), **settings)

    @property
    def ids(self):
        return [[receipt.message.id for receipt in receipts] for _, receipts, _ in self.got]

    @property
    def all(self):
        """The ids of all that came, in one list."""
        return [each for ids in self.ids for each in ids]

    @property
    def receipts(self):
        return self.got[-1][1]


def message(number, **settings):
    return ecs.Message(number, 0.0, **settings)


def queue_of(count, *, seed=1, name="orders", **settings):
    """A simulation, and a queue in it with so many messages, which keeps their order."""
    sim = ecs.Simulation(seed)
    queue = ecs.Queue(sim, name, **{"hosts": 1, **settings})
    for number in range(count):
        queue.send(0.0, message(number, group="g" if queue.attributes.fifo_queue else None))
    return sim, queue


def counted(run, name, subject):
    """All that a metric counted."""
    return sum(value or 0 for value in run.metrics[name, subject]["Sum"])
