"""Mappings from queues to functions: pollers, batches, failures, and what is refused or advised."""

from __future__ import annotations

import re

import pytest
from messaging import FakeFunction, counted, message

import ecslite as ecs


def mapped(count, *, seed=1, queue=None, function=None, **settings):
    """A queue with so many messages at the start, a function, and a mapping between them."""
    sim = ecs.Simulation(seed)
    orders = ecs.Queue(sim, "orders", **{"hosts": 1, **(queue or {})})
    work = FakeFunction(sim, **(function or {}))
    for number in range(count):
        orders.send(0.0, message(number))
    return sim, orders, work, ecs.EventSourceMapping(orders, work, **settings)


def test_a_queue_wired_to_a_function_is_worked_off():
    sim = ecs.Simulation(1)
    queue, function = ecs.Queue(sim, "orders"), FakeFunction(sim)
    assert queue >> function is function
    ecs.Traffic(sim, ecs.constant(3)).to(queue)
    run = sim.run(minutes=2)
    sent, deleted = (counted(run, f"NumberOfMessages{what}", "orders") for what in ("Sent", "Deleted"))
    assert sent - deleted == queue.backlog < 10
    assert len(set(function.handled)) == len(function.handled) >= deleted


def test_five_batches_begin_and_300_a_minute_are_added_up_to_1250():
    sim, queue, _, mapping = mapped(
        30_000,
        function={"seconds": 600.0, "timeout": 900, "concurrency": 2000},
        queue={"visibility_timeout": 5400},
    )
    seen = []
    for second in (0.5, 60.5, 120.5, 300.5):
        sim.run(seconds=second)
        seen.append((mapping.invoking, mapping.pollers, queue.in_flight))
    assert seen == [(5, 5, 50), (305, 305, 3050), (605, 605, 6050), (1250, 1250, 12_500)]


def test_pollers_go_down_to_five_and_after_a_long_idle_time_to_two():
    sim, _, _, mapping = mapped(2000, function={"seconds": 2.0})
    sim.run(seconds=5)
    assert mapping.pollers > 5
    seen = []
    for minute in (2, 4, 10):
        sim.run(minutes=minute)
        seen.append(mapping.pollers)
    assert seen == [5, 5, 2]


def test_after_an_idle_time_five_begin_again():
    sim, queue, _, mapping = mapped(1)
    sim.run(minutes=10)
    assert mapping.pollers == 2
    sim.at(600, lambda: queue.send_message(message(2)))
    sim.run(seconds=601)
    assert mapping.pollers == 5


def test_idle_pollers_cost_requests():
    """Five long polls of 20 s are 15 empty receives a minute, and two are 6."""
    sim, _, _, _ = mapped(0)
    run = sim.run(minutes=10)
    empty = run.metrics["NumberOfEmptyReceives", "orders"]["Sum"]
    assert (empty[1], empty[9]) == (15, 6)


@pytest.mark.parametrize(("most", "begin"), [(2, 2), (20, 5)])
def test_maximum_concurrency_bounds_the_invocations(most, begin):
    sim, _, function, mapping = mapped(2000, function={"seconds": 10.0}, maximum_concurrency=most)
    sim.run(seconds=0.5)
    assert mapping.invoking == begin
    sim.run(seconds=55)
    assert (mapping.invoking, function.most) == (most, most)
    sim.run(minutes=60)
    assert mapping.pollers == begin


def test_provisioned_pollers_stand_by_and_grow_by_1000_a_minute():
    config = ecs.ProvisionedPollerConfig(3, 100)
    sim, _, _, mapping = mapped(
        30_000,
        function={"seconds": 600.0, "timeout": 900},
        queue={"visibility_timeout": 5400},
        provisioned_poller_config=config,
    )
    seen = []
    for second in (0.5, 30.5, 60.5):
        sim.run(seconds=second)
        seen.append(mapping.invoking)
    assert seen == [30, 530, 1000]


# Batches


def test_a_batch_has_ten_messages_at_the_most_by_default():
    sim, _, function, _ = mapped(25)
    sim.run(seconds=5)
    assert [len(event.batch) for _, event in function.calls] == [10, 10, 5]


def test_a_batch_of_more_gathers_within_its_window():
    sim, _, function, _ = mapped(250, batch_size=100, maximum_batching_window_seconds=5, maximum_concurrency=2)
    sim.run(seconds=30)
    assert [(time, len(event.batch)) for time, event in function.calls] == [(0.0, 100), (0.0, 100), (6.0, 50)]


def test_a_window_ends_though_messages_are_few():
    sim, queue, function, _ = mapped(
        1, queue={"visibility_timeout": 100}, maximum_batching_window_seconds=30, maximum_concurrency=2
    )
    for second in (10, 25, 40):
        sim.at(second, lambda second=second: queue.send_message(message(second)))
    sim.run(minutes=2)
    # Two pollers gather; the second message goes to the one that has waited longest, which is the other.
    assert sorted(function.handled) == [0, 10, 25, 40]
    assert function.calls[0][0] == 30.0


def test_a_batch_carries_six_mb_at_the_most():
    sim = ecs.Simulation(1)
    queue, function = ecs.Queue(sim, "orders", hosts=1), FakeFunction(sim)
    for number in range(10):
        queue.send(0.0, message(number, size_kib=1000))
    ecs.EventSourceMapping(queue, function)
    sim.run(seconds=10)
    assert [(time, len(event.batch)) for time, event in function.calls] == [(0.0, 6), (1.0, 4)]
    assert queue.backlog == 0


def test_the_work_of_a_batch_is_the_sum_of_its_messages():
    sim = ecs.Simulation(1)
    queue, function = ecs.Queue(sim, "orders", hosts=1), FakeFunction(sim)
    for number in range(3):
        queue.send(0.0, message(number, cpu_seconds=0.5, wait_seconds=0.25))
    queue >> function
    sim.run(seconds=1)
    event = function.calls[0][1]
    assert (event.cpu_seconds, event.wait_seconds, event.size_kib) == (1.5, 0.75, 3.0)


# Failures


def test_after_an_error_the_whole_batch_comes_back():
    sim, _, function, _ = mapped(5, function={"answers": lambda event: "error"})
    sim.run(seconds=45)
    assert function.handled == [0, 1, 2, 3, 4] * 2
    run = sim.run(minutes=1)
    assert run.events("event_source_mapping")[-1].text == "10 messages of orders failed in work."


def poisoned(bad, **settings):
    sim = ecs.Simulation(1)
    queue, function = ecs.Queue(sim, "orders", hosts=1), FakeFunction(sim)
    for number in range(1, 6):
        queue.send(0.0, message(number, poison=number in bad))
    ecs.EventSourceMapping(queue, function, **settings)
    sim.run(seconds=20)
    return sim, queue, function


def test_vector_82_only_the_items_that_failed_come_back():
    sim, queue, function = poisoned({2, 4}, function_response_types=["ReportBatchItemFailures"])
    assert queue.in_flight == 2
    sim.run(seconds=32)
    assert function.handled == [1, 2, 3, 4, 5, 2, 4]


def test_without_partial_responses_one_bad_item_brings_all_back():
    sim, queue, function = poisoned({2})
    assert queue.in_flight == 5
    sim.run(seconds=32)
    assert function.handled == [1, 2, 3, 4, 5] * 2


def test_an_exception_brings_all_back_though_item_failures_are_reported():
    sim, queue, _, _ = mapped(
        3, function={"answers": lambda event: "error"}, function_response_types=["ReportBatchItemFailures"]
    )
    sim.run(seconds=10)
    assert queue.in_flight == 3


def test_vector_83_a_fifo_queue_has_as_many_invocations_as_groups():
    sim = ecs.Simulation(1)
    queue = ecs.Queue(sim, "o.fifo", fifo_queue=True, content_based_deduplication=True)
    for number in range(600):
        queue.send(number / 100, message(number, group=f"g{number % 6}"))
    function = FakeFunction(sim, seconds=5.0)
    ecs.EventSourceMapping(queue, function, maximum_concurrency=10)
    sim.run(minutes=20)
    assert (function.most, queue.backlog) == (6, 0)
    for group in range(6):
        mine = [number for number in function.handled if number % 6 == group]
        assert mine == sorted(mine)


def test_a_fifo_function_stops_at_the_first_failure():
    sim = ecs.Simulation(1)
    queue = ecs.Queue(sim, "o.fifo", fifo_queue=True, content_based_deduplication=True)
    for number in range(5):
        queue.send(0.0, message(number, group="g", poison=number == 2))
    function = FakeFunction(sim)
    ecs.EventSourceMapping(queue, function, function_response_types=["ReportBatchItemFailures"])
    sim.run(seconds=10)
    assert (function.handled, queue.in_flight) == ([0, 1, 2, 3, 4], 3)


def test_a_fifo_poller_that_is_throttled_by_the_queue_polls_again():
    sim = ecs.Simulation(1)
    queue = ecs.Queue(sim, "o.fifo", fifo_queue=True, content_based_deduplication=True)
    for _ in range(300):
        queue.receive(0.0, lambda *came: None)
    function = FakeFunction(sim)
    ecs.EventSourceMapping(queue, function)
    queue.send(0.0, message(1, group="g"))
    sim.run(seconds=2)
    assert [time for time, _ in function.calls] == [1.0]


# Throttling: reserved concurrency below the pollers


def throttled(reserved, **settings):
    """Three hundred orders of ten seconds each, to a function with so much reserved concurrency."""
    sim = ecs.Simulation(1)
    dead = ecs.Queue(sim, "dead", message_retention_period=1_209_600)
    policy = ecs.RedrivePolicy(dead, 5)
    queue = ecs.Queue(sim, "orders", visibility_timeout=60, redrive_policy=policy)
    function = FakeFunction(sim, seconds=10.0, concurrency=reserved, timeout=10)
    for number in range(300):
        queue.send(0.0, message(number))
    mapping = ecs.EventSourceMapping(queue, function, batch_size=1, **settings)
    run = sim.run(minutes=60)
    tried = set(function.handled)
    untried = [number for number in range(300) if number not in tried]
    return run, dead.backlog, untried, mapping


def test_reserved_concurrency_below_the_pollers_sends_messages_that_no_one_tried_to_the_dead_letter_queue():
    run, dead, untried, mapping = throttled(2)
    assert dead == len(untried) > 50
    event = next(event for event in run.events("queue", "orders") if "moved from orders to dead" in event.text)
    chain = [each.text for each in run.why(event)]
    assert "messages went back to orders that no code had seen" in chain[1]
    assert counted(run, "NeverTriedEventCount", mapping.name) > 250


def test_maximum_concurrency_mends_it():
    run, dead, untried, mapping = throttled(2, maximum_concurrency=2)
    assert (dead, untried, counted(run, "ThrottledInvocations", mapping.name)) == (0, [], 0)


def test_a_throttled_batch_is_tried_again_until_its_visibility_timeout():
    sim = ecs.Simulation(1)
    queue = ecs.Queue(sim, "orders")
    moments = []

    class Throttled(FakeFunction):
        def call(self, time, message, done):
            moments.append(time)
            done(time, "429")

    queue.send(0.0, message(1))
    queue >> Throttled(sim)
    sim.run(seconds=45)
    assert moments == [0.0, 1.0, 3.0, 7.0, 15.0, 30.0, 31.0, 33.0, 37.0, 45.0]


def test_failures_take_back_pollers_unless_items_are_reported():
    def pollers(**settings):
        sim, _, _, mapping = mapped(
            20_000,
            queue={"visibility_timeout": 300},
            function={"answers": lambda event: "error" if event.sent_at > 20 else "ok", "seconds": 10.0},
            **settings,
        )
        sim.run(seconds=60)
        return mapping.pollers

    assert pollers() < pollers(function_response_types=["ReportBatchItemFailures"])


# What is refused, and what is advised


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"batch_size": 0}, "batch_size=0 is out of range: use a whole number from 1 to 10,000"),
        ({"batch_size": 11}, "a batch of more than 10 needs a window of at least 1 second"),
        ({"maximum_batching_window_seconds": 301}, "from 0 to 300"),
        ({"maximum_concurrency": 1}, "maximum_concurrency=1 is out of range: use a whole number from 2 to 1,000"),
        ({"function_response_types": ["Report"]}, "use 'ReportBatchItemFailures', or nothing"),
        ({"provisioned_poller_config": ecs.ProvisionedPollerConfig(1, 5)}, "minimum_pollers=1 .* from 2 to 200"),
        ({"provisioned_poller_config": ecs.ProvisionedPollerConfig(9, 5)}, "minimum_pollers=9 is above"),
        (
            {"provisioned_poller_config": ecs.ProvisionedPollerConfig(), "maximum_concurrency": 5},
            "exclude each other",
        ),
        ({"starting_position": "LATEST"}, "starting_position is for streams"),
        ({"bisect_batch_on_function_error": True}, "bisect_batch_on_function_error is for streams"),
    ],
)
def test_settings_out_of_their_limits_are_refused(settings, said):
    with pytest.raises(ecs.InvalidSetting, match=said):
        mapped(0, **settings)


def test_a_batch_window_on_a_fifo_queue_is_refused():
    sim = ecs.Simulation(1)
    queue = ecs.Queue(sim, "o.fifo", fifo_queue=True)
    with pytest.raises(ecs.InvalidSetting, match="a FIFO queue has no batching window; use 0"):
        ecs.EventSourceMapping(queue, FakeFunction(sim), maximum_batching_window_seconds=1)
    with pytest.raises(ecs.InvalidSetting, match=r"batch_size=11 .* from 1 to 10$"):
        ecs.EventSourceMapping(queue, FakeFunction(sim, "other"), batch_size=11)


def test_a_function_that_may_run_longer_than_the_visibility_timeout_is_refused():
    with pytest.raises(ecs.InvalidSetting, match=r"timeout of 31 s is above visibility_timeout=30 .*; use 186 s"):
        mapped(0, function={"timeout": 31})


@pytest.mark.parametrize(
    ("timeout", "visibility", "window", "said"),
    [
        (10, 59, 0, "use 60 s or more"),
        (10, 65, 10, "the batching window of 10 s: .* use 70 s or more"),
        (10, 60, 0, None),
        (None, 30, 0, None),
    ],
)
def test_a_visibility_timeout_below_six_times_the_functions_timeout_is_warned_of(timeout, visibility, window, said):
    sim, *_ = mapped(
        0,
        queue={"visibility_timeout": visibility},
        function={"timeout": timeout},
        maximum_batching_window_seconds=window,
    )
    texts = [event.text for event in sim.log.events if event.kind == "event_source_mapping"][1:]
    assert [bool(re.search(said or "never", text)) for text in texts] == [True] * (said is not None)


def test_a_low_max_receive_count_is_warned_of():
    sim = ecs.Simulation(1)
    dead = ecs.Queue(sim, "dead", message_retention_period=1_209_600)
    queue = ecs.Queue(sim, "orders", redrive_policy=ecs.RedrivePolicy(dead, 2))
    queue >> FakeFunction(sim)
    assert "max_receive_count=2 is below 5" in sim.log.events[-1].text


@pytest.mark.parametrize(
    ("reserved", "most", "said"),
    [
        (4, None, "reserved_concurrency=4 is below the 5 batches"),
        (5, None, None),
        (4, 4, None),
        (4, 5, "maximum_concurrency=5 is above the function's reserved_concurrency=4: .* use 4."),
        (None, 5, None),
    ],
)
def test_reserved_concurrency_below_what_a_mapping_invokes_is_warned_of(reserved, most, said):
    sim = ecs.Simulation(1)
    queue = ecs.Queue(sim, "orders")
    function = ecs.Function(sim, "work", timeout=3, reserved_concurrency=reserved)
    ecs.EventSourceMapping(queue, function, maximum_concurrency=most)
    texts = [event.text for event in sim.log.events if event.kind == "event_source_mapping"][1:]
    assert [bool(re.search(said or "never", text)) for text in texts] == [True] * (said is not None)


# The same with a function as it is


def real(reserved, **settings):
    """Three hundred orders of ten seconds each, to a function of two environments."""
    sim = ecs.Simulation(1)
    dead = ecs.Queue(sim, "dead", message_retention_period=1_209_600)
    queue = ecs.Queue(sim, "orders", visibility_timeout=60, redrive_policy=ecs.RedrivePolicy(dead, 5))
    function = ecs.Function(sim, "work", timeout=30, warm=10.0, reserved_concurrency=reserved)
    for number in range(300):
        queue.send(0.0, message(number))
    mapping = ecs.EventSourceMapping(queue, function, batch_size=1, **settings)
    return sim.run(minutes=60), queue, dead, mapping


def test_a_function_throttles_a_mapping_and_orders_that_no_one_tried_end_in_the_dead_letter_queue():
    run, queue, dead, mapping = real(2)
    done = counted(run, "NumberOfMessagesDeleted", "orders")
    assert (queue.backlog, done + dead.backlog) == (0, 300)
    assert dead.backlog > 50
    assert counted(run, "Throttles", "work") == counted(run, "ThrottledInvocations", mapping.name) > 500
    assert counted(run, "Invocations", "work") == done


def test_a_maximum_concurrency_of_two_mends_it():
    run, queue, dead, _ = real(2, maximum_concurrency=2)
    assert (queue.backlog, dead.backlog, counted(run, "NumberOfMessagesDeleted", "orders")) == (0, 0, 300)
    assert counted(run, "Throttles", "work") == 0


def test_poison_fails_in_a_function_and_ends_in_the_dead_letter_queue_by_itself_where_items_are_reported():
    sim = ecs.Simulation(1)
    dead = ecs.Queue(sim, "dead", message_retention_period=1_209_600)
    queue = ecs.Queue(sim, "orders", redrive_policy=ecs.RedrivePolicy(dead, 5))
    function = ecs.Function(sim, "work", warm=0.5)
    for number in range(20):
        queue.send(0.0, message(number, poison=number == 7))
    ecs.EventSourceMapping(queue, function, function_response_types=["ReportBatchItemFailures"])
    run = sim.run(minutes=10)
    assert (queue.backlog, dead.backlog) == (0, 1)
    assert counted(run, "NumberOfMessagesDeleted", "orders") == 19


def test_only_a_function_can_be_mapped_to():
    sim = ecs.Simulation(1)
    queue = ecs.Queue(sim, "orders")
    with pytest.raises(ecs.InvalidSetting, match="'other' is a queue and cannot be invoked: map to a function"):
        queue >> ecs.Queue(sim, "other")


def test_a_mapping_takes_nothing_from_outside():
    sim, _, _, mapping = mapped(0)
    with pytest.raises(ecs.InvalidSetting, match="send it to its source"):
        ecs.Traffic(sim, ecs.constant(1)).to(mapping)
    with pytest.raises(ecs.InvalidSetting, match="send it to its source"):
        mapping.arrive(0.0, message(1))


def test_all_parts_belong_to_one_simulation():
    queue = ecs.Queue(ecs.Simulation(1), "orders")
    with pytest.raises(ecs.InvalidSetting, match="two simulations"):
        ecs.EventSourceMapping(queue, FakeFunction(ecs.Simulation(2)))
