"""Two loops, one bill: tasks and instances are scaled apart, and instances stay for reasons that the log names."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecslite as ecs
from ecslite.capacity.auto_scaling_group import AutoScalingGroup
from ecslite.capacity.managed_scaling import ManagedScaling
from ecslite.capacity.provider import CapacityProvider
from ecslite.ecs.placement import PlacementStrategy

SPREAD = (PlacementStrategy("spread", "instanceId"),)
BINPACK = (PlacementStrategy("binpack", "memory"),)


def fleet(*, seed=3, desired=2, managed=True, strategy=SPREAD, protection=True, draining=True, scaling=None, **group):
    """A service of 1 vCPU, 2,000 MiB tasks in bridge mode on m5.large (one task by CPU uses half of it)."""
    sim = ecs.Simulation(seed)
    asg = AutoScalingGroup(sim, "fleet", **{"max_size": 10, **group})
    provider = CapacityProvider(
        asg,
        managed_scaling=(scaling or ManagedScaling()) if managed else None,
        managed_termination_protection=protection and managed,
        managed_draining=draining,
    )
    definition = ecs.TaskDefinition.from_aws(
        {
            "family": "web",
            "networkMode": "bridge",
            "cpu": "1024",
            "memory": "2000",
            "containerDefinitions": [{"name": "web", "image": "shop/web:1"}],
        }
    )
    cluster = ecs.Cluster(sim, "shop", capacity=[provider])
    web = ecs.Service(cluster, definition, desired_count=desired, placement_strategy=strategy)
    return sim, web, asg


def texts(run, kind):
    return " ".join(event.text for event in run.events(kind))


def test_from_nothing_two_instances_come_first_and_the_chain_says_why():
    sim, web, asg = fleet(desired=1)
    run = sim.run(minutes=10)
    running = next(event for _, state, event in run.of_kind("task")[0].states if state == "RUNNING")

    assert len(asg.in_service) == 2
    assert web.running_count == 1
    assert "waits for room" in " ".join(event.text for event in run.why(running))
    launched = run.of_kind("instance")[0].states[0][2]
    assert [event.kind for event in run.why(launched)][:3] == ["instance", "group", "capacity"]


def test_managed_scaling_follows_the_tasks_out():
    sim, web, asg = fleet(desired=2)
    sim.run(minutes=15)
    web.update(desired_count=8)
    sim.run(minutes=40)

    assert web.running_count == 8
    assert len(asg.in_service) == 4


def test_a_plain_group_does_not_react_to_tasks():
    sim, web, asg = fleet(desired=2, managed=False, min_size=1)
    sim.run(minutes=5)
    web.update(desired_count=8)
    run = sim.run(minutes=40)

    assert (web.running_count, len(asg.in_service)) == (2, 1)
    assert "was unable to place a task" in texts(run, "service")


def after_the_peak(strategy, **group):
    """Eight tasks, then two; the instances that are left 90 minutes later, and the run."""
    sim, web, asg = fleet(desired=8, strategy=strategy, **group)
    sim.run(minutes=20)
    web.update(desired_count=4)
    run = sim.run(minutes=110)
    assert web.running_count == 4
    return len(asg.in_service), run


def test_scattered_tasks_keep_every_instance():
    left, run = after_the_peak(SPREAD)

    assert left == 4
    assert "4 tasks are scattered over them, though 2 could hold them all" in texts(run, "capacity")


def test_binpack_frees_instances_after_fifteen_minutes():
    left, run = after_the_peak(BINPACK)
    gone = [part.states[-1][0] for part in run.of_kind("instance") if part.states[-1][1] == "Terminated"]

    assert left == 2
    assert min(gone) >= (20 + 15) * 60
    assert "until 15 minutes say so" in texts(run, "capacity")


def test_the_minimum_of_the_group_stays():
    left, run = after_the_peak(BINPACK, min_size=3)

    assert left == 3
    assert "the group's minimum is 3" in texts(run, "capacity")


def test_a_draining_instance_has_its_tasks_replaced_first():
    sim, web, asg = fleet(desired=2, managed=False, min_size=2)
    sim.run(minutes=5)
    level = []
    asg.min_size = 1
    asg.set_desired_capacity(1, 0)
    run = sim.run(minutes=15)
    level = [value for seconds, value, _ in run.level("RunningCount").steps if seconds > 300]

    assert web.running_count == 2
    assert min(level, default=2) >= 2
    assert len(asg.in_service) == 1


def test_a_lost_instance_takes_its_tasks_with_it_and_they_are_replaced():
    sim, web, asg = fleet(desired=4, managed=False, min_size=3)
    sim.run(minutes=5)
    cause = sim.log.add("fault", "zone", "A zone goes dark.")
    asg.lose(asg.in_service[0], cause)
    run = sim.run(minutes=15)
    lost = [part for part in run.of_kind("task") if part.attributes.get("stop_code") == "TerminationNotice"]

    assert web.running_count == 4
    assert lost
    assert all(run.why(part.states[-1][2])[-1].id == cause for part in lost)


def capacity(run):
    """(second, desired capacity, event) of the group."""
    return run.level("DesiredCapacity").steps


def test_the_three_reasons_side_by_side_and_what_they_cost():
    """The same tasks, the same evening: only the placement and the group's minimum differ."""
    scattered, spread_run = after_the_peak(SPREAD)
    packed, pack_run = after_the_peak(BINPACK)
    floor, floor_run = after_the_peak(BINPACK, min_size=3)
    usd = [ecs.bill(run).total for run in (spread_run, floor_run, pack_run)]

    assert (scattered, floor, packed) == (4, 3, 2)
    assert usd == sorted(usd, reverse=True)
    assert usd[0] > 1.2 * usd[2]
    assert "scattered" not in texts(pack_run, "capacity")
    assert "the group's minimum" not in texts(spread_run, "capacity")


def test_why_an_instance_went_names_the_fifteen_minutes_and_what_was_needed():
    _, run = after_the_peak(BINPACK)
    gone = [part for part in run.of_kind("instance") if part.states[-1][1] == "Terminated"]
    first = min(gone, key=lambda part: part.states[-1][0])
    chain = [event.text for event in run.why(first.states[-1][2])]

    assert any("gives back 1 of 4 instances: 2 are needed" in text for text in chain)
    assert any("goes from 4 to 3" in text for text in chain)


@pytest.mark.parametrize(
    ("strategy", "group", "reason"),
    [
        (SPREAD, {}, "keeps 4 instances: 4 tasks are scattered over them, though 2 could hold them all"),
        (BINPACK, {"min_size": 3}, "keeps its 3 instances: the group's minimum is 3"),
    ],
)
def test_why_instances_stay_names_the_reason_and_leads_back_to_the_tasks_that_went(strategy, group, reason):
    _, run = after_the_peak(strategy, **group)
    chain = [event.text for event in run.why(run.events("capacity")[-1])]

    assert reason in chain[0]
    assert chain[-1] == "You set the desired count of service web from 8 to 4."


def test_why_instances_stay_for_a_while_names_the_fifteen_datapoints():
    sim, web, _ = fleet(desired=8, strategy=BINPACK)
    sim.run(minutes=20)
    web.update(desired_count=4)
    run = sim.run(minutes=30)
    chain = [event.text for event in run.why(run.events("capacity")[-1])]

    assert "keeps 4 instances although 2 are needed, until 15 minutes say so" in chain[0]
    assert chain[-1] == "You set the desired count of service web from 8 to 4."


def test_with_spread_nothing_shrinks_even_far_above_the_minimum():
    """Eight instances with one task each, for which four would do, and a minimum of none: all eight stay."""
    sim, web, asg = fleet(desired=16)
    sim.run(minutes=30)
    web.update(desired_count=8)
    run = sim.run(minutes=180)

    assert (len(asg.in_service), asg.min_size) == (8, 0)
    assert [len(one.task_ids) for one in asg.in_service] == [1] * 8
    assert "8 tasks are scattered over them, though 4 could hold them all" in texts(run, "capacity")


def test_at_least_one_and_fewer_than_half_go_each_minute():
    sim, web, _ = fleet(desired=16, strategy=BINPACK)
    sim.run(minutes=20)
    web.update(desired_count=1)
    run = sim.run(minutes=80)
    steps = [value for _, value, _ in capacity(run)]

    assert steps[-5:] == [8, 5, 3, 2, 1]
    assert web.running_count == 1


def test_a_reservation_above_the_target_starts_the_countdown_anew():
    sim, web, _ = fleet(desired=8, strategy=BINPACK)
    sim.run(minutes=20)
    web.update(desired_count=2)
    sim.run(minutes=30)
    web.update(desired_count=12)
    sim.run(minutes=33)
    web.update(desired_count=2)
    run = sim.run(minutes=80)
    steps = [(seconds, after - before) for (_, before, _), (seconds, after, _) in pairwise(capacity(run))]
    shrunk = [seconds for seconds, change in steps if change < 0]
    grown = [seconds for seconds, change in steps if change > 0]

    assert max(grown) >= 30 * 60
    assert min(shrunk) >= max(grown) + 15 * 60


def test_vector_42_from_none_two_come_and_the_rest_waits_for_the_warm_up():
    sim, _, _ = fleet(desired=8)
    run = sim.run(minutes=15)
    (_, zero, _), (first, two, _), (second, four, _) = capacity(run)

    assert (zero, two, four) == (0, 2, 4)
    assert 300 <= second - first < 300 + 60
    assert "still warming up" in texts(run, "capacity")


def test_steps_keep_to_their_sizes():
    sim, _, asg = fleet(desired=8, scaling=ManagedScaling(maximum_scaling_step_size=1), min_size=1)
    run = sim.run(minutes=30)
    assert [value for _, value, _ in capacity(run)] == [1, 2, 3, 4]

    sim, _, asg = fleet(desired=4, scaling=ManagedScaling(minimum_scaling_step_size=5), min_size=1)
    sim.run(minutes=12)
    assert asg.desired_capacity == 6


def test_a_target_below_a_hundred_keeps_whole_instances_free():
    sim, _, asg = fleet(desired=6, scaling=ManagedScaling(target_capacity=75), strategy=BINPACK)
    run = sim.run(minutes=60)
    used = sum(not one.empty for one in asg.in_service)

    assert (used, len(asg.in_service)) == (3, 4)
    assert run.metrics["CapacityProviderReservation"]["Average"][-1] == 75


def test_spare_instances_that_do_not_divide_are_explained():
    sim, _, asg = fleet(desired=6, scaling=ManagedScaling(target_capacity=90), strategy=BINPACK)
    run = sim.run(minutes=60)

    assert len(asg.in_service) == 4
    assert "a target of 90 % leaves some of them unused" in texts(run, "capacity")


def test_a_task_that_no_instance_could_hold_moves_nothing():
    sim, web, asg = fleet(desired=1, instance_type_name="t3.micro")
    run = sim.run(minutes=30)

    assert (web.running_count, asg.desired_capacity) == (0, 0)
    assert set(run.metrics["CapacityProviderReservation"]["Average"]) == {100}
    assert "no t3.micro could hold a task that waits" in texts(run, "capacity")


def test_at_most_five_hundred_tasks_wait_in_provisioning():
    sim, web, _ = fleet(desired=700, max_size=0)
    run = sim.run(minutes=5)

    assert len(run.of_kind("task")) == 500
    assert len(web.cluster.waiting) == 500


def busy_victims(protection, draining=False):
    """Three full instances; the group is told to keep two. How many tasks are lost, and the run."""
    sim, _, asg = fleet(desired=6, managed=True, protection=protection, draining=draining, desired_capacity=3)
    sim.run(minutes=5)
    asg.set_desired_capacity(2, sim.log.add("user", "you", "You ask for two instances."))
    run = sim.run(minutes=8)
    lost = [part for part in run.of_kind("task") if part.attributes.get("stop_code") == "TerminationNotice"]
    return len(lost), run


def test_without_termination_protection_a_busy_instance_may_go_and_its_tasks_are_lost():
    assert busy_victims(protection=False)[0] == 2


def test_with_termination_protection_busy_instances_stay():
    lost, run = busy_victims(protection=True)

    assert lost == 0
    assert "every instance is protected" in texts(run, "group")


def test_managed_draining_replaces_the_tasks_first():
    assert busy_victims(protection=False, draining=True)[0] == 0


def test_protection_needs_managed_scaling():
    sim = ecs.Simulation(1)
    with pytest.raises(ecs.InvalidSetting, match="without managed scaling"):
        CapacityProvider(
            AutoScalingGroup(sim, "g", max_size=1), managed_scaling=None, managed_termination_protection=True
        )


def spot_notice(draining):
    """One of three Spot Instances is interrupted; two minutes are long enough for tasks without a load balancer."""
    spot = ecs.SpotInterruptions(at_minutes=(10,), share=0.3, unavailable_minutes=0)
    sim, web, _ = fleet(desired=3, managed=False, draining=draining, min_size=3, spot=True, interruptions=spot)
    run = sim.run(minutes=20)
    codes = [part.attributes["stop_code"] for part in run.of_kind("task") if "stop_code" in part.attributes]
    return web, codes, run


def test_at_a_spot_notice_managed_draining_replaces_tasks_in_time():
    web, codes, run = spot_notice(draining=True)

    assert web.running_count == 3
    assert codes == ["ServiceSchedulerInitiated"]
    assert "is set to DRAINING" in texts(run, "instance")


def test_without_managed_draining_tasks_end_with_their_spot_instance():
    web, codes, _ = spot_notice(draining=False)

    assert web.running_count == 3
    assert codes == ["TerminationNotice"]


@pytest.mark.parametrize("strategy", [SPREAD, BINPACK])
def test_slices_change_nothing_on_instances(strategy):
    whole, _, _ = fleet(desired=5, strategy=strategy)
    sliced, _, _ = fleet(desired=5, strategy=strategy)
    for minute in (0.3, 1.7, 2.001, 9):
        sliced.run(minutes=minute)

    assert whole.run(minutes=30).to_json() == sliced.run(minutes=30).to_json()


def test_slices_change_nothing_through_interruptions_hooks_and_an_outage():
    def evening():
        spot = ecs.SpotInterruptions(after=ecs.Exponential(3600), at_minutes=(40,), share=0.4)
        hook = ecs.LifecycleHook(lifecycle_transition="autoscaling:EC2_INSTANCE_TERMINATING", action=ecs.Uniform(5, 50))
        sim, web, asg = fleet(
            desired=9, spot=True, interruptions=spot, capacity_rebalance=True, lifecycle_hooks=[hook], protection=False
        )
        asg.outage("us-east-1a", at_minute=20, for_minutes=15)
        sim.at(3000, lambda: web.update(desired_count=3))
        return sim

    whole, sliced = evening(), evening()
    for minute in (0.3, 20, 35.001, 40, 42, 61.7):
        sliced.run(minutes=minute)

    assert whole.run(minutes=120).to_json() == sliced.run(minutes=120).to_json()


@given(
    seed=st.integers(0, 10_000),
    counts=st.lists(st.integers(0, 9), min_size=1, max_size=5),
    spot=st.booleans(),
    protection=st.booleans(),
    draining=st.booleans(),
    strategy=st.sampled_from([SPREAD, BINPACK]),
)
@settings(max_examples=25, deadline=None)
def test_whatever_happens_nothing_is_overbooked_and_the_tasks_are_there_in_the_end(
    *, seed, counts, spot, protection, draining, strategy
):
    interruptions = ecs.SpotInterruptions(at_minutes=(25, 55), share=0.5) if spot else None
    sim, web, asg = fleet(
        seed=seed, protection=protection, draining=draining, strategy=strategy, spot=spot, interruptions=interruptions
    )
    asg.outage("us-east-1b", at_minute=35, for_minutes=20)
    for number, count in enumerate(counts):
        sim.run(minutes=15 * (number + 1))
        web.update(desired_count=count)
        assert all(min(one.remaining_cpu, one.remaining_memory) >= 0 for one in web.cluster.instances())
        assert asg.min_size <= len(asg.alive) <= asg.max_size
    run = sim.run(minutes=15 * len(counts) + 60)

    assert web.running_count == counts[-1]
    for part in run.of_kind("instance"):
        assert [state for _, state, _ in part.states].count("Terminated") <= 1
