"""A service whose tasks poll a queue: what they process, what comes back, and how the backlog scales them."""

from __future__ import annotations

import pytest
from messaging import counted, message

import ecslite as ecs


def consumers(desired_count=1, *, cpu=1024, queue=None, **settings):
    sim = ecs.Simulation(1)
    cluster = ecs.Cluster(sim, "shop")
    service = ecs.Service(cluster, ecs.TaskDefinition("work", cpu=cpu, memory=2 * cpu), desired_count=desired_count)
    orders = ecs.Queue(sim, **{"name": "orders", **(queue or {})})
    return sim, service, orders, ecs.QueueConsumer(service, orders, **settings)


def test_each_running_task_processes_and_deletes():
    sim, _, queue, consumer = consumers(2, workers=2, batch_size=5)
    ecs.Traffic(sim, ecs.constant(4), cpu_seconds=ecs.Constant(0.1)).to(queue)
    run = sim.run(minutes=10)
    sent, deleted = (counted(run, f"NumberOfMessages{what}", "orders") for what in ("Sent", "Deleted"))
    assert deleted == consumer.processed == counted(run, "MessagesProcessed", "work")
    assert sent - deleted == queue.backlog < 10


@pytest.mark.parametrize(("cpu", "speed"), [(256, 0.25), (1024, 1.0), (2048, 1.0)])
def test_a_message_takes_its_work_on_the_tasks_cpu(cpu, speed):
    sim, _, queue, consumer = consumers(cpu=cpu)
    for number in range(10_000):
        queue.send(0.0, message(number, cpu_seconds=1.0, wait_seconds=0.5))
    sim.run(minutes=10)
    first = consumer.processed
    sim.run(minutes=20)
    assert consumer.processed - first == pytest.approx(600 / (1 / speed + 0.5), abs=1)


def test_what_a_task_had_in_hand_when_it_was_stopped_comes_back():
    sim, service, queue, consumer = consumers(queue={"visibility_timeout": 300})
    queue.send(0.0, message(1, wait_seconds=200.0))
    sim.at(200, lambda: service.update(desired_count=0))
    sim.run(seconds=210)
    assert (queue.in_flight, consumer.processed) == (1, 0)
    sim.at(600, lambda: service.update(desired_count=1))
    sim.run(minutes=20)
    assert (queue.backlog, consumer.processed) == (0, 1)


def test_a_task_that_leaves_hangs_up_its_polls():
    sim, service, queue, _ = consumers()
    sim.at(200, lambda: service.update(desired_count=0))
    sim.at(300, lambda: queue.send_message(message(1)))
    sim.run(minutes=10)
    assert (queue.visible, queue.in_flight) == (1, 0)


def test_poison_is_not_deleted():
    sim, _, queue, consumer = consumers(batch_size=2)
    queue.send(0.0, message(1, poison=True))
    queue.send(0.0, message(2))
    sim.run(minutes=10)
    assert (queue.backlog, consumer.processed) == (1, 1)


def test_a_throttled_fifo_receive_is_tried_again():
    sim, _, queue, consumer = consumers(
        queue={"name": "orders.fifo", "fifo_queue": True, "content_based_deduplication": True}, workers=400
    )
    for number in range(1000):
        queue.send(number / 100, message(number, group=f"g{number % 500}", wait_seconds=0.1))
    sim.run(minutes=10)
    assert consumer.processed == 1000


def test_target_tracking_of_the_backlog_per_task_scales_the_service():
    """Ten messages a second of one second each need ten tasks; 60 messages a task may wait."""
    sim, service, queue, consumer = consumers(1)
    ecs.TargetTracking(service, consumer.backlog_per_task(), target=60, min_capacity=1, max_capacity=30)
    ecs.Traffic(sim, ecs.constant(10), cpu_seconds=ecs.Constant(1.0)).to(queue)
    run = sim.run(minutes=60)
    most = max(count for _, count, _ in run.level("RunningCount", "work").steps)
    waiting = run.metrics["ApproximateNumberOfMessagesVisible", "orders"]["Maximum"]
    assert 10 < most <= 30
    assert max(waiting) > 1000
    assert min(waiting[15:]) < 10


def test_slicing_changes_nothing():
    def finished(stops):
        sim, service, queue, _ = consumers(2, workers=2)
        ecs.Traffic(sim, ecs.constant(3), cpu_seconds=0.3).to(queue)
        sim.at(250, lambda: service.update(desired_count=1))
        for stop in [*stops, 600]:
            run = sim.run(seconds=stop)
        return run.to_json()

    assert finished([17, 200, 251, 400.5]) == finished([])


@pytest.mark.parametrize("settings", [{"workers": 0}, {"batch_size": 11}, {"wait_seconds": 0}])
def test_settings_out_of_their_limits_are_refused(settings):
    with pytest.raises(ecs.InvalidSetting, match="use a whole number from 1"):
        consumers(**settings)


def test_service_and_queue_belong_to_one_simulation():
    _, service, _, _ = consumers()
    with pytest.raises(ecs.InvalidSetting, match="another simulation"):
        ecs.QueueConsumer(service, ecs.Queue(ecs.Simulation(2), "other"))
