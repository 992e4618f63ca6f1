"""Fargate: its launch rate, and Spot capacity that is taken back and may be missing afterwards."""

from __future__ import annotations

import pytest

import ecslite as ecs
from ecslite.capacity.launch_rate import TokenBucket


def spot_shop(*, seed=4, desired=4, spot=None, capacity=None, strategy=None):
    sim = ecs.Simulation(seed)
    cluster = ecs.Cluster(
        sim, "shop", capacity=capacity or [ecs.Fargate(), ecs.FargateSpot(spot=spot or ecs.SpotInterruptions())]
    )
    web = ecs.Service(
        cluster,
        ecs.TaskDefinition("web", cpu=256, memory=512),
        desired_count=desired,
        capacity_provider_strategy=strategy or [ecs.CapacityProviderStrategyItem("FARGATE_SPOT")],
    )
    return sim, web


def moment(part, state):
    return next(seconds for seconds, name, _ in part.states if name == state)


def test_vector_94_a_hundred_launches_at_once_and_then_twenty_a_second():
    bucket = TokenBucket(ecs.LaunchRate())
    delays = [bucket.delay(0.0) for _ in range(141)]

    assert delays[:100] == [0.0] * 100
    assert (delays[119], delays[139]) == (1.0, 2.0)
    assert bucket.delay(3600.0) == 0.0


def test_a_burst_of_launches_is_held_back_in_provisioning():
    rate = ecs.LaunchRate(burst=2, refill_per_second=0.5)
    sim, _ = spot_shop(
        capacity=[ecs.Fargate(launch_rate=rate, provisioning=ecs.Constant(10))],
        strategy=[ecs.CapacityProviderStrategyItem("FARGATE")],
    )
    run = sim.run(minutes=5)

    assert sorted(moment(task, "PENDING") for task in run.of_kind("task")) == [11.0, 11.0, 13.0, 15.0]


def test_an_interrupted_task_gets_sigterm_while_its_target_drains_and_ends_within_two_minutes():
    sim = ecs.Simulation(4)
    spot = ecs.SpotInterruptions(at_minutes=(10,), share=1.0, unavailable_minutes=0)
    cluster = ecs.Cluster(sim, "shop", capacity=[ecs.FargateSpot(spot=spot)])
    front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=300)
    definition = ecs.TaskDefinition("web", cpu=256, memory=512)
    web = ecs.Service(cluster, definition, desired_count=2, load_balancer=front)
    # Scaled in half a minute before: it waits for its target to drain when the notice comes.
    sim.at(570, lambda: web.update(desired_count=1))
    run = sim.run(minutes=20)
    first = [task for task in run.of_kind("task") if moment(task, "PROVISIONING") < 60]

    assert [moment(task, "STOPPING") for task in first] == [600.0, 600.0]
    assert all(moment(task, "DEPROVISIONING") <= 720 for task in first)
    assert {task.attributes["stop_code"] for task in first} == {"ServiceSchedulerInitiated", "SpotInterruption"}


def test_an_interruption_stops_the_task_at_once_and_the_chain_says_why():
    sim, web = spot_shop(spot=ecs.SpotInterruptions(at_minutes=(10,), share=0.5, unavailable_minutes=0))
    run = sim.run(minutes=20)
    stopped = [task for task in run.of_kind("task") if "stop_code" in task.attributes]

    assert {(task.attributes["stop_code"], task.attributes["stopped_reason"]) for task in stopped} == {
        ("SpotInterruption", "Your Spot Task was interrupted.")
    }
    assert (len(stopped), web.running_count) == (2, 4)
    chain = run.why(stopped[0].states[-1][2])
    assert "EC2 needs Spot capacity back: 2 of 4" in chain[-1].text
    assert "120 seconds are left" in chain[-2].text
    assert moment(stopped[0], "DEACTIVATING") == 600


def test_the_service_waits_for_spot_and_never_falls_back():
    sim, web = spot_shop(spot=ecs.SpotInterruptions(at_minutes=(10,), unavailable_minutes=15))
    sim.run(minutes=20)
    assert web.running_count == 0
    run = sim.run(minutes=30)
    refusals = [event for event in run.events("service") if "Capacity is unavailable at this time" in event.text]

    assert web.running_count == 4
    assert len(refusals) == 1
    assert {task.attributes["capacity_provider"] for task in run.of_kind("task")} == {"FARGATE_SPOT"}
    assert {task.attributes["market"] for task in run.of_kind("task")} == {"spot"}
    born_again = [task for task in run.of_kind("task") if task.states[0][0] > 600]
    assert min(task.states[0][0] for task in born_again) >= 25 * 60


def test_interruptions_at_a_rate_come_as_often_as_their_mean_says():
    spot = ecs.SpotInterruptions(after=ecs.Exponential(3600))
    sim, web = spot_shop(desired=20, spot=spot)
    run = sim.run(minutes=600)
    interrupted = sum("stop_code" in task.attributes for task in run.of_kind("task"))

    # 20 tasks for ten hours, one interruption an hour each: 200 in the mean, standard deviation √200 = 14.
    assert 200 - 3 * 14 - 10 < interrupted < 200 + 3 * 14
    assert web.running_count >= 18


def test_without_interruptions_spot_is_like_fargate():
    sim, web = spot_shop()
    run = sim.run(minutes=60)

    assert web.running_count == 4
    assert not run.events("fault")


def test_slices_change_nothing_on_spot():
    spot = ecs.SpotInterruptions(after=ecs.Exponential(1800), at_minutes=(20, 22), share=0.3)
    whole, _ = spot_shop(spot=spot)
    sliced, _ = spot_shop(spot=spot)
    for minute in (0.3, 20, 20.5, 26.1):
        sliced.run(minutes=minute)

    assert whole.run(minutes=60).to_json() == sliced.run(minutes=60).to_json()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: ecs.SpotInterruptions(share=1.5), "use 0 to 1"),
        (lambda: ecs.SpotInterruptions(at_minutes=(-1,)), "from 0 on"),
        (lambda: ecs.SpotInterruptions(at_minutes=(5, 2)), "order of time"),
        (lambda: ecs.LaunchRate(burst=0), "at least 1"),
    ],
)
def test_impossible_settings_are_refused(wrong, says):
    with pytest.raises(ecs.InvalidSetting, match=says):
        wrong()
