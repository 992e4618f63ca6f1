"""No message is lost without a counted reason, none is processed after its deletion, and FIFO order holds: whatever
consumers do, and however a run is sliced."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from messaging import FakeFunction, counted, message

import ecslite as ecs

SENT = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 3)), min_size=1, max_size=40)
"""Messages: second of sending, and group."""

WORKER = st.lists(
    st.tuples(st.integers(1, 40), st.sampled_from(["ok", "crash", "part", "hide"])), min_size=1, max_size=8
)
"""What a worker does with one receive after another: for how many seconds it works, and how that ends."""

SLICES = st.lists(st.integers(1, 1400), max_size=4, unique=True)


class Worker:
    """Receives up to three messages again and again. After each: deletes all, or dies and is started anew, or deletes
    only the first, or gives them back at once."""

    def __init__(self, queue, plan):
        self.queue, self.plan, self.round = queue, plan, 0
        self.seen, self.deleted_at, self.late = [], {}, []
        self.poll(0.0)

    def poll(self, time):
        self.queue.receive(time, self.got, most=3, wait_seconds=5)

    def got(self, time, receipts, error):
        if not receipts:
            self.queue.agenda.at(time + 1, self.poll)
            return
        for receipt in receipts:
            held = receipt.held
            self.seen.append((time, receipt.message.group, held.sequence))
            if held.sequence in self.deleted_at:
                self.late.append(held.sequence)
        seconds, end = self.plan[self.round % len(self.plan)]
        self.round += 1
        self.queue.agenda.at(time + seconds, lambda moment: self.end(moment, receipts, end))

    def end(self, time, receipts, end):
        done = {"ok": receipts, "part": receipts[:1]}.get(end, [])
        for receipt in done:
            if self.queue.delete(time, [receipt]):
                self.deleted_at[receipt.held.sequence] = time
        if end == "hide":
            self.queue.change_visibility(time, receipts, 0)
        self.queue.agenda.at(time + 0.5, self.poll)


def worked(sent, plans, slices, fifo, **given_):
    sim = ecs.Simulation(5)
    end = ".fifo" if fifo else ""
    kind = {"fifo_queue": fifo, "content_based_deduplication": fifo}
    dead = ecs.Queue(sim, f"dead{end}", message_retention_period=1_209_600, **kind)
    settings_ = {"visibility_timeout": 20, "message_retention_period": 300, **given_}
    queue = ecs.Queue(sim, f"orders{end}", redrive_policy=ecs.RedrivePolicy(dead, 4), **kind, **settings_)
    for number, (second, group) in enumerate(sent):
        one = message(number, group=f"g{group}" if fifo else None)
        queue.agenda.at(second, lambda time, one=one: queue.send(time, one))
    workers = [Worker(queue, plan) for plan in plans]
    for second in [*sorted(slices), 1500]:
        run = sim.run(seconds=second)
    return run, queue, dead, workers


def balance(run, queue, dead):
    """All that came into a queue, and all that became of it."""
    name = {
        end: counted(run, f"NumberOfMessages{end}", queue.name)
        for end in ("Sent", "Duplicated", "Deleted", "Expired", "MovedToDeadLetterQueue")
    }
    came = name["Sent"] + name["Duplicated"]
    return came, name["Deleted"] + name["Expired"] + name["MovedToDeadLetterQueue"] + queue.backlog


@settings(max_examples=40, deadline=None)
@given(SENT, st.lists(WORKER, min_size=1, max_size=3), SLICES)
def test_every_message_is_deleted_expired_moved_or_still_there(sent, plans, slices):
    run, queue, dead, workers = worked(sent, plans, slices, fifo=False)
    came, became = balance(run, queue, dead)
    assert came == became == len(sent)
    assert dead.backlog == counted(run, "NumberOfMessagesMovedToDeadLetterQueue", "orders")
    assert [worker.late for worker in workers] == [[] for _ in workers]


@settings(max_examples=25, deadline=None)
@given(SENT, st.lists(WORKER, min_size=1, max_size=3))
def test_with_duplicates_each_processing_after_deletion_is_counted(sent, plans):
    run, queue, dead, workers = worked(sent, plans, [], fifo=False, duplicate_rate=0.3)
    came, became = balance(run, queue, dead)
    assert came == became
    deleted = {number for worker in workers for number in worker.deleted_at}
    again = {number for worker in workers for number in worker.late}
    assert again <= deleted
    assert len(again) <= counted(run, "NumberOfMessagesDuplicated", "orders")


@settings(max_examples=40, deadline=None)
@given(SENT, st.lists(WORKER, min_size=1, max_size=3), SLICES)
def test_fifo_order_holds_in_each_group_under_every_interleaving(sent, plans, slices):
    run, queue, dead, workers = worked(sent, plans, slices, fifo=True)
    came, became = balance(run, queue, dead)
    assert came == became
    seen = sorted((each for worker in workers for each in worker.seen), key=lambda each: each[0])
    first = {}
    for time, group, sequence in seen:
        first.setdefault(sequence, (time, group))
    for group in range(4):
        mine = [number for number, (_, of) in first.items() if of == f"g{group}"]
        assert mine == sorted(mine)


@settings(max_examples=15, deadline=None)
@given(SENT, st.lists(WORKER, min_size=1, max_size=3), SLICES, st.booleans())
def test_slicing_changes_nothing(sent, plans, slices, fifo):
    def seen(cuts):
        run, _, _, workers = worked(sent, plans, cuts, fifo)
        return [worker.seen for worker in workers], run.to_json()

    assert seen(slices) == seen([])


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(0, 3), st.booleans()), min_size=1, max_size=40),
    st.lists(st.sampled_from(["ok", "error", "429"]), min_size=1, max_size=12),
    st.booleans(),
    SLICES,
)
def test_a_mapping_loses_nothing_either(sent, answers, report, slices):
    def mapped(cuts):
        sim = ecs.Simulation(3)
        dead = ecs.Queue(sim, "dead", message_retention_period=1_209_600)
        queue = ecs.Queue(sim, "orders", visibility_timeout=18, redrive_policy=ecs.RedrivePolicy(dead, 3))
        turn = iter(range(10**6))
        function = FakeFunction(sim, concurrency=3, answers=lambda event: answers[next(turn) % len(answers)])
        ecs.EventSourceMapping(
            queue, function, batch_size=4, function_response_types=["ReportBatchItemFailures"] * report
        )
        for number, (second, _, poison) in enumerate(sent):
            one = message(number, poison=poison)
            queue.agenda.at(second, lambda time, one=one: queue.send(time, one))
        for second in [*sorted(cuts), 1500]:
            run = sim.run(seconds=second)
        return run, queue, dead

    run, queue, dead = mapped(slices)
    came, became = balance(run, queue, dead)
    assert came == became == len(sent)
    assert queue.backlog == 0
    assert dead.backlog == counted(run, "NumberOfMessagesMovedToDeadLetterQueue", "orders")
    assert run.to_json() == mapped([])[0].to_json()


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 100), st.sampled_from(["green", "black"])), min_size=1, max_size=40),
    st.lists(st.sampled_from(["ok", "error", "429"]), min_size=1, max_size=12),
    SLICES,
)
def test_what_a_filter_does_not_want_is_counted_once_and_nothing_else_is_lost(sent, answers, slices):
    def mapped(cuts):
        sim = ecs.Simulation(3)
        dead = ecs.Queue(sim, "dead", message_retention_period=1_209_600)
        queue = ecs.Queue(sim, "orders", visibility_timeout=18, redrive_policy=ecs.RedrivePolicy(dead, 3))
        turn = iter(range(10**6))
        function = FakeFunction(sim, concurrency=3, answers=lambda event: answers[next(turn) % len(answers)])
        ecs.EventSourceMapping(queue, function, batch_size=4, filter_criteria=[{"body": {"tea": ["green"]}}])
        for number, (second, tea) in enumerate(sent):
            one = message(number, body={"tea": tea})
            queue.agenda.at(second, lambda time, one=one: queue.send(time, one))
        for second in [*sorted(cuts), 1500]:
            run = sim.run(seconds=second)
        return run, queue, dead, function

    run, queue, dead, function = mapped(slices)
    came, became = balance(run, queue, dead)
    unwanted = [number for number, (_, tea) in enumerate(sent) if tea == "black"]
    assert (came, became, queue.backlog) == (len(sent), len(sent), 0)
    assert counted(run, "FilteredOutEventCount", "orders->work") == len(unwanted)
    assert set(function.handled).isdisjoint(unwanted)
    assert run.to_json() == mapped([])[0].to_json()


def test_memory_is_bounded_by_the_backlog_and_not_by_the_traffic():
    """Twenty messages a second for twenty minutes pass through; what is kept is a small multiple of what waits."""
    sim = ecs.Simulation(1)
    queue, function = ecs.Queue(sim, "orders", visibility_timeout=3600), FakeFunction(sim)
    mapping = ecs.EventSourceMapping(queue, function)
    function.calls = _Forgets()
    ecs.Traffic(sim, ecs.constant(20)).to(queue)
    kept = []
    for minute in (5, 20):
        sim.run(minutes=minute)
        kept.append(len(queue.messages._oldest._heap) + len(queue.messages._ages._heap) + len(mapping._pollers._timers))
    assert counted(sim.run(minutes=20), "NumberOfMessagesDeleted", "orders") > 22_000
    assert max(kept) < 5 * queue.backlog + 500


class _Forgets(list):
    def append(self, value):
        """Keeps nothing."""
