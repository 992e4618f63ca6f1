"""An SQS queue: messages wait in it until a consumer has received and deleted them.

A message is visible; who receives it has it to himself for the visibility timeout, and deletes it when he is done with
it. If he does not, it is visible again. One that was received too often moves to the dead-letter queue, and one that
gets too old is gone. A FIFO queue also keeps the order within a message group. Left out: access policies, encryption,
fair queues, and the attempt ids of FIFO receives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import count
from math import fsum

from ecslite.errors import InvalidSetting
from ecslite.serverless.backlog import Backlog
from ecslite.serverless.event_source import EventSourceMapping
from ecslite.serverless.fifo import CALLS_A_SECOND, CALLS_A_SECOND_HIGH, CallRate, Deduplication, Groups, SendRate
from ecslite.serverless.held import DELAYED, GONE, IN_FLIGHT, VISIBLE, Held, Receipt, Store
from ecslite.serverless.hosts import HOSTS, Hosts
from ecslite.serverless.message import Message
from ecslite.serverless.part import Part, Told
from ecslite.serverless.poll import Poll, Received
from ecslite.serverless.queue_counts import QueueCounts, chunks
from ecslite.serverless.queue_report import calls, samples, tell
from ecslite.serverless.queue_settings import QueueAttributes, RedrivePolicy, check_model
from ecslite.serverless.redrive import MoveTask, adopt
from ecslite.serverless.timers import Timer, Timers
from ecslite.sim.metrics import Sample
from ecslite.sim.simulation import Simulation
from ecslite.sim.traffic import Traffic

__all__ = ["IN_FLIGHT_LIMIT", "MOST_A_CALL", "Queue", "RedrivePolicy"]

IN_FLIGHT_LIMIT = 120_000
"""Messages that are received and not deleted yet, at the most. Above that a short poll of a standard queue gets
OverLimit, and a long poll, or a FIFO queue, just returns nothing
[SQS Developer Guide, quotas-queues, quotas-fifo; read 2026-11-24]."""

MOST_A_CALL = 10
"""Messages in one call, of any kind [SQS API, SendMessageBatch, ReceiveMessage; read 2026-11-24]."""


class Queue(Part):
    """One queue. Attributes as SetQueueAttributes names them; `duplicate_rate` is the share of deletions that one of
    the hosts misses, so that the message comes once more (standard queues only)."""

    # Model: the calls of SQS take no time.
    # Model: a message moves to the dead-letter queue when somebody asks for it after its last allowed receive.
    # Model: deletions and changes of visibility are not limited in a FIFO queue, only sends and receives are.

    kind = "queue"

    def __init__(
        self,
        sim: Simulation,
        name: str,
        *,
        visibility_timeout: int = 30,
        message_retention_period: int = 345_600,
        delay_seconds: int = 0,
        receive_message_wait_time_seconds: int = 0,
        maximum_message_size: int = 1_048_576,
        redrive_policy: RedrivePolicy | None = None,
        fifo_queue: bool = False,
        content_based_deduplication: bool = False,
        deduplication_scope: str = "queue",
        fifo_throughput_limit: str = "perQueue",
        duplicate_rate: float = 0.0,
        hosts: int = HOSTS,
    ) -> None:
        self.attributes = QueueAttributes(
            visibility_timeout,
            message_retention_period,
            delay_seconds,
            receive_message_wait_time_seconds,
            maximum_message_size,
            fifo_queue,
            content_based_deduplication,
            deduplication_scope,
            fifo_throughput_limit,
        )
        self.attributes.check(name, redrive_policy)
        check_model(name, duplicate_rate, hosts, fifo_queue)
        if redrive_policy is not None and redrive_policy.dead_letter_queue.sim is not sim:
            raise InvalidSetting(f"queue {name!r}: its dead-letter queue belongs to another simulation: use one")
        self.redrive_policy = redrive_policy
        self.duplicate_rate = duplicate_rate
        self.sources: list[Queue] = []
        """The queues whose dead-letter queue this is."""
        self.counts = QueueCounts(fifo=fifo_queue)
        self.trouble: int | None = None
        """The newest event of a consumer about messages that it could not process."""
        self._random = sim.stream(f"queue/{name}/copies")
        self._groups = Groups() if fifo_queue else None
        self._store: Store = self._groups or Hosts(sim.stream(f"queue/{name}/hosts"), hosts)
        self._deduplication = Deduplication(
            by_group=deduplication_scope == "messageGroup", content_based=content_based_deduplication
        )
        self._sends = SendRate(fifo=fifo_queue, by_group=self.attributes.high_throughput)
        self._receives = CallRate(CALLS_A_SECOND_HIGH if self.attributes.high_throughput else CALLS_A_SECOND)
        self._timers = sim.the(Timers)
        self._sequence = count()
        self.messages = Backlog(self._timers, message_retention_period, fifo_queue, self._expired)
        self._polls: dict[Poll, Timer] = {}
        self._task: MoveTask | None = None
        policy = redrive_policy and {
            "dead_letter_queue": redrive_policy.dead_letter_queue.name,
            "max_receive_count": redrive_policy.max_receive_count,
        }
        super().__init__(
            sim,
            name,
            fifo_queue=fifo_queue,
            visibility_timeout=visibility_timeout,
            message_retention_period=message_retention_period,
            redrive_policy=policy,
        )
        sim.on_finish(self._note_calls)
        if redrive_policy is not None:
            adopt(self, redrive_policy.dead_letter_queue)

    # What it holds

    @property
    def visible(self) -> int:
        """Messages that can be received now (ApproximateNumberOfMessages)."""
        self.agenda.catch_up()
        return self.messages[VISIBLE]

    @property
    def in_flight(self) -> int:
        """Messages received and not deleted (ApproximateNumberOfMessagesNotVisible)."""
        self.agenda.catch_up()
        return self.messages[IN_FLIGHT]

    @property
    def delayed(self) -> int:
        """Messages that nobody can receive yet (ApproximateNumberOfMessagesDelayed)."""
        self.agenda.catch_up()
        return self.messages[DELAYED]

    @property
    def has_messages(self) -> bool:
        """Whether there are visible messages, at the agenda's moment."""
        return self.messages[VISIBLE] > 0

    @property
    def backlog(self) -> int:
        """All messages that it holds, at the agenda's moment."""
        return len(self.messages)

    # Sending

    def send_message(self, message: Message, delay_seconds: float | None = None) -> str:
        """Send a message now, from outside of the application: `sim.at(600, lambda: queue.send_message(...))`."""
        self.agenda.catch_up()
        return self.send(self.sim.now, message, delay_seconds)

    def wire(self, source: Traffic) -> None:
        if self.attributes.fifo_queue:
            raise InvalidSetting(
                f"{source.name!r} has no message groups, which the FIFO queue {self.name!r} needs:"
                f" put a Producer between, as in traffic.to(producer) and producer >> {self.name!r}"
            )
        super().wire(source)

    def arrive(self, time: float, message: Message) -> None:
        self.send(time, message)

    def deliver(self, time: float, message: Message, told: Told) -> None:
        why = self.send(time, message)
        told(time, not why, why)

    def send(self, time: float, message: Message, delay_seconds: float | None = None) -> str:
        """SendMessage; "" if it was taken, else the error, which begins with AWS's code for it."""
        return self.send_batch(time, [message], delay_seconds)[0]

    def send_batch(self, time: float, messages: Sequence[Message], delay_seconds: float | None = None) -> list[str]:
        """SendMessageBatch, in one call; for each message "" if it was taken, else the error."""
        self.counts.add("SendRequests", chunks(fsum(message.size_kib for message in messages)))
        return [self._send(time, message, delay_seconds, called) for message, called in self._sends.of(time, messages)]

    def _send(self, time: float, message: Message, delay_seconds: float | None, called: bool) -> str:
        why = self._fault(message, delay_seconds) or ("" if called else "RequestThrottled: too many calls a second")
        if why:
            self.counts.add("NumberOfMessagesRefused")
            return why
        self.counts.sent(message.size_kib)
        if self.attributes.fifo_queue and self._deduplication.repeats(time, message):
            self.counts.add("NumberOfDeduplicatedSentMessages")
            return ""
        self._take_in(time, message, time, self.attributes.delay_seconds if delay_seconds is None else delay_seconds)
        return ""

    def _fault(self, message: Message, delay_seconds: float | None) -> str:
        most = self.attributes.maximum_message_size / 1024
        if message.size_kib > most:
            return f"InvalidParameterValue: {message.size_kib:g} KiB is above MaximumMessageSize, {most:g} KiB"
        if not self.attributes.fifo_queue:
            return ""
        if delay_seconds is not None:
            return "InvalidParameterValue: a FIFO queue has no DelaySeconds for single messages, only for the queue"
        return self._deduplication.fault(message)

    def _take_in(self, time: float, message: Message, enqueued_at: float, delay_seconds: float) -> None:
        held = Held(message, next(self._sequence), enqueued_at, time)
        self.messages.add(held, DELAYED if delay_seconds else VISIBLE)
        if delay_seconds:
            held.timer = self._timers.set(time + delay_seconds, partial(self._appear, held=held))
        else:
            self._store.put(held)
            self._serve(time)

    def _appear(self, time: float, held: Held) -> None:
        """The message's delay is over."""
        self.messages.enter(held, VISIBLE)
        self._store.put(held)
        self._serve(time)

    # Receiving

    def receive(
        self,
        time: float,
        told: Received,
        *,
        most: int = MOST_A_CALL,
        wait_seconds: float | None = None,
        visibility_timeout: float | None = None,
        one_group: bool = False,
    ) -> Poll | None:
        """ReceiveMessage; the call waits for up to `wait_seconds` where there is nothing (long polling), and can then
        be withdrawn. `one_group` asks for messages of one group only."""
        attributes = self.attributes
        wait = attributes.receive_message_wait_time_seconds if wait_seconds is None else wait_seconds
        visibility = attributes.visibility_timeout if visibility_timeout is None else visibility_timeout
        poll = Poll(told, most, visibility, one_group)
        if attributes.fifo_queue and not self._receives.allows(time):
            self._answer(time, poll, [], "RequestThrottled")
            return None
        full = self.messages[IN_FLIGHT] >= IN_FLIGHT_LIMIT
        taken = self._take(time, poll, sample=not wait)
        if taken or not wait:
            self._answer(time, poll, taken, "OverLimit" if full and not wait and not attributes.fifo_queue else "")
            return None
        self._polls[poll] = self._timers.set(time + wait, partial(self._give_up, poll=poll))
        return poll

    def withdraw(self, poll: Poll) -> None:
        """The consumer hangs up before its call has returned."""
        if poll in self._polls:
            self._hang_up(poll)
            self.counts.add("ReceiveRequests")

    def _hang_up(self, poll: Poll) -> None:
        self._polls.pop(poll).cancel()

    def _give_up(self, time: float, poll: Poll) -> None:
        del self._polls[poll]
        self._answer(time, poll, [], "")

    def _serve(self, time: float) -> None:
        """Give what is visible to those who wait for it."""
        while self._polls and self.messages[VISIBLE]:
            poll = next(iter(self._polls))
            taken = self._take(time, poll, sample=False)
            if not taken:
                return
            self._hang_up(poll)
            self._answer(time, poll, taken, "")

    def _take(self, time: float, poll: Poll, *, sample: bool) -> list[Held]:
        """Messages for one receive, in flight from now on; those that were received too often move away instead."""
        taken: list[Held] = []
        while (most := min(poll.most, IN_FLIGHT_LIMIT - self.messages[IN_FLIGHT]) - len(taken)) > 0:
            found = self._store.take(most, sample=sample, one_group=poll.one_group)
            good = [held for held in found if not self._worn_out(held)]
            taken += good
            for held in found:
                if self._worn_out(held):
                    self._bury(time, held)
            if len(good) == len(found) or (taken and poll.one_group):
                break
        for held in taken:
            self._hand_out(time, held, poll.visibility)
        return taken

    def _worn_out(self, held: Held) -> bool:
        return self.redrive_policy is not None and held.receives >= self.redrive_policy.max_receive_count

    def _hand_out(self, time: float, held: Held, visibility: float) -> None:
        held.receives += 1
        held.message.receive_count = held.receives
        self.messages.enter(held, IN_FLIGHT)
        held.timer = self._timers.set(time + visibility, partial(self._reappear, held=held))

    def _answer(self, time: float, poll: Poll, taken: Sequence[Held], error: str) -> None:
        self.counts.add("ReceiveRequests", chunks(fsum(held.message.size_kib for held in taken)))
        self.counts.add("NumberOfMessagesReceived", len(taken))
        if not taken:
            self.counts.add("NumberOfEmptyReceives")
        poll.told(time, [Receipt(held, held.receives) for held in taken], error)

    def _reappear(self, time: float, held: Held) -> None:
        """The visibility timeout is over, and nobody has deleted the message."""
        if self.messages.too_old(held, time):
            self.messages.enter(held, GONE)
            self._store.release(held)
            self.counts.add("NumberOfMessagesExpired")
        else:
            self.messages.returns(held)
            self._store.put_back(held)
        self._serve(time)

    # Deleting

    def delete(self, time: float, receipts: Sequence[Receipt]) -> int:
        """DeleteMessageBatch, ten to a call; how many were deleted. A receipt that is not the newest does nothing, and
        in a FIFO queue none does after the visibility timeout."""
        self._count_calls(receipts)
        deleted = sum(self._delete(receipt) for receipt in receipts)
        self._serve(time)
        return deleted

    def _delete(self, receipt: Receipt) -> bool:
        held = receipt.held
        in_flight = held.state == IN_FLIGHT
        if held.state == GONE or receipt.number != held.receives or (self.attributes.fifo_queue and not in_flight):
            return False
        self.counts.add("NumberOfMessagesDeleted")
        if in_flight and self.duplicate_rate and self._random.random() < self.duplicate_rate:
            # A host that stores a copy was not there: the copy comes back [SQS Developer Guide, standard-queues].
            self.counts.add("NumberOfMessagesDuplicated")
            return True
        held.stop()
        self.messages.enter(held, GONE)
        if in_flight:
            self._store.release(held)
        else:
            self._store.drop(held)
        return True

    def change_visibility(self, time: float, receipts: Sequence[Receipt], seconds: float) -> None:
        """ChangeMessageVisibilityBatch: those still in flight become visible in so many seconds; 0 is at once."""
        self._count_calls(receipts)
        for receipt in receipts:
            held = receipt.held
            if held.state == IN_FLIGHT and receipt.number == held.receives:
                held.stop()
                held.timer = self._timers.set(time + seconds, partial(self._reappear, held=held))

    def _count_calls(self, receipts: Sequence[Receipt]) -> None:
        self.counts.add("DeleteRequests", -(-len(receipts) // MOST_A_CALL))

    def _expired(self, held: Held, was_visible: bool) -> None:
        if was_visible:
            self._store.drop(held)
        self.counts.add("NumberOfMessagesExpired")

    # The dead-letter queue

    def _bury(self, time: float, held: Held) -> None:
        """Move a message to the dead-letter queue. In a standard queue it keeps its age, in a FIFO queue it does not
        [SQS Developer Guide, sqs-dead-letter-queues; read 2026-11-24]."""
        assert self.redrive_policy is not None
        target = self.redrive_policy.dead_letter_queue
        self.messages.enter(held, GONE)
        self._store.release(held)
        self.counts.add("NumberOfMessagesMovedToDeadLetterQueue")
        target.counts.add("NumberOfMessagesMovedFromSource")
        target.trouble = self.trouble
        target.bury(time, held.message, time if self.attributes.fifo_queue else held.enqueued_at)

    def bury(self, time: float, message: Message, enqueued_at: float) -> None:
        """Take in a dead letter."""
        self._take_in(time, message, enqueued_at, 0.0)

    def start_message_move_task(
        self, destination: Queue | None = None, max_number_of_messages_per_second: int | None = None
    ) -> MoveTask:
        """StartMessageMoveTask: send the messages of this dead-letter queue back, now. To its source, where it has
        one, or to `destination`. They count as new messages there."""
        self.agenda.catch_up()
        if self._task is not None and self._task.running:
            raise InvalidSetting(f"{self.name!r} is being moved already: one task a queue; wait until it has ended")
        self._task = MoveTask(self, destination, max_number_of_messages_per_second)
        return self._task

    def draw_for_moving(self, most: int) -> list[Message]:
        """The oldest visible messages, which leave this queue."""
        taken = self._store.take(most, sample=False, one_group=False)
        for held in taken:
            self.messages.enter(held, GONE)
            self._store.release(held)
        self.counts.add("NumberOfMessagesRedriven", len(taken))
        return [held.message for held in taken]

    # Wires

    def connect(self, other: Part) -> None:
        EventSourceMapping(self, other)

    # Counting

    def read(self) -> Iterator[Sample]:
        tell(self)
        if self._task is not None and (told := self._task.told()):
            self.sim.log.add("queue", self.name, told, self._task.started)
        yield from samples(self, None if self._groups is None else self._groups.in_flight)

    def _note_calls(self) -> None:
        self.agenda.catch_up()
        self.record.attributes |= calls(self)
