"""A service whose tasks poll a queue: each receives, works, deletes, and begins again.

It scales by the backlog per task: visible messages / running tasks, against the acceptable latency / the time that one
message takes [ECS Developer Guide, service-autoscaling-queue; read 2026-11-23]. Left out: CPUUtilization of that work.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from math import fsum

import simpy

from ecslite.ecs.service import Service
from ecslite.ecs.task import Task
from ecslite.errors import InvalidSetting
from ecslite.serverless.held import Receipt
from ecslite.serverless.poll import Poll
from ecslite.serverless.queue import MOST_A_CALL, Queue
from ecslite.sim.custom_metric import CustomMetric
from ecslite.sim.metrics import Sample

__all__ = ["QueueConsumer"]

LOOK_SECONDS = 1.0
# Model: a task begins and ends polling at whole seconds.

UNITS_PER_VCPU = 1024


class QueueConsumer:
    """Has each running task of `service` poll `queue` with so many `workers`, each `batch_size` messages at a time.

    A message takes its CPU seconds on the task's vCPUs (on one at the most), and its seconds of waiting. One that is
    poison is not deleted. What a task has in hand when it leaves RUNNING comes back after its visibility timeout.
    """

    # Model: workers do not slow one another down, and a task that stops does not finish what it has in hand.

    def __init__(
        self, service: Service, queue: Queue, *, workers: int = 1, batch_size: int = 1, wait_seconds: float = 20.0
    ) -> None:
        if service.sim is not queue.sim:
            raise InvalidSetting(
                f"{queue.name!r} belongs to another simulation than {service.name!r}: build both on one"
            )
        if workers < 1 or workers != int(workers) or not 1 <= batch_size <= MOST_A_CALL or not 1 <= wait_seconds <= 20:
            raise InvalidSetting(
                f"workers={workers}, batch_size={batch_size}, wait_seconds={wait_seconds}: use a whole number from 1,"
                f" 1 to {MOST_A_CALL} messages, and 1 to 20 s"
            )
        self.service = service
        self.queue = queue
        self.sim = service.sim
        self.workers = int(workers)
        self.batch_size = batch_size
        self.wait_seconds = wait_seconds
        self.processed = 0
        """Messages that were worked on and deleted."""
        self._at_work: dict[str, _TaskAtWork] = {}
        self._measured = 0
        self.sim.process(self._watch())
        self.sim.meter.read(self._read)

    def backlog_per_task(self) -> CustomMetric:
        """The metric to scale by: `TargetTracking(service, consumer.backlog_per_task(), target=...)`."""

        def reading() -> float:
            return self.queue.visible / max(1, self.service.running_count)

        return CustomMetric(self.sim, "BacklogPerTask", "Count", reading, subject=self.service.name)

    def _watch(self) -> Generator[simpy.Event, None, None]:
        while True:
            self.queue.agenda.catch_up()
            running = {task.id: task for task in self.service.tasks if task.last_status == "RUNNING"}
            for id_ in [id_ for id_ in self._at_work if id_ not in running]:
                self._at_work.pop(id_).leave()
            for id_, task in running.items():
                if id_ not in self._at_work:
                    self._at_work[id_] = _TaskAtWork(self, task)
            yield self.sim.sleep(LOOK_SECONDS)

    def _read(self) -> Iterator[Sample]:
        self.queue.agenda.catch_up()
        yield Sample("MessagesProcessed", self.service.name, "Count", {"Sum": self.processed - self._measured})
        self._measured = self.processed


class _TaskAtWork:
    """The workers of one running task."""

    def __init__(self, consumer: QueueConsumer, task: Task) -> None:
        self.consumer = consumer
        self.queue = consumer.queue
        self.speed = min(1.0, (task.definition.cpu or UNITS_PER_VCPU) / UNITS_PER_VCPU)
        self.here = True
        self._polls: dict[int, Poll] = {}
        for worker in range(consumer.workers):
            self._poll(consumer.sim.now, worker)

    def leave(self) -> None:
        """The task is no longer RUNNING."""
        self.here = False
        for poll in self._polls.values():
            self.queue.withdraw(poll)

    def _poll(self, time: float, worker: int) -> None:
        poll = self.queue.receive(
            time,
            lambda moment, receipts, error: self._received(moment, worker, receipts),
            most=self.consumer.batch_size,
            wait_seconds=self.consumer.wait_seconds,
            one_group=self.queue.attributes.fifo_queue,
        )
        if poll is not None:
            self._polls[worker] = poll

    def _received(self, time: float, worker: int, receipts: Sequence[Receipt]) -> None:
        self._polls.pop(worker, None)
        messages = [receipt.message for receipt in receipts]
        seconds = fsum(message.cpu_seconds / self.speed + message.wait_seconds for message in messages)
        # A second of pause where nothing came, since a FIFO queue may have answered that it is throttled.
        self.queue.agenda.at(time + (seconds if receipts else 1.0), lambda moment: self._end(moment, worker, receipts))

    def _end(self, time: float, worker: int, receipts: Sequence[Receipt]) -> None:
        if self.here:
            done = [receipt for receipt in receipts if not receipt.message.poison]
            if done:
                self.consumer.processed += self.queue.delete(time, done)
            self._poll(time, worker)
