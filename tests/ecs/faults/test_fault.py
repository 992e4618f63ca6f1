"""Faults on purpose: each kind breaks what it says, and is the cause of what follows."""

from __future__ import annotations

import pytest

import ecslite as ecs

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


def shop(*, desired=3, capacity=None, delay=5, front=True, cost=0.01, **behaviour):
    sim = ecs.Simulation(5)
    balancer = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=delay) if front else None
    cluster = ecs.Cluster(sim, "shop", capacity=capacity(sim) if capacity else None)
    definition = ecs.TaskDefinition("web", cpu=256, memory=512)
    web = ecs.Service(cluster, definition, desired_count=desired, load_balancer=balancer, **behaviour)
    if front:
        ecs.Traffic(sim, ecs.constant(5), cpu_seconds=cost).to(balancer)
    return sim, cluster, web


def fleet(spot=False, **group):
    def capacity(sim):
        asg = ecs.AutoScalingGroup(sim, "fleet", **{"min_size": 3, "max_size": 6, "spot": spot, **group})
        return [ecs.CapacityProvider(asg, managed_scaling=None)]

    return capacity


def group_of(cluster):
    return cluster.providers["fleet"].group


def stopped(run):
    """Stop codes of the tasks that are stopped."""
    return [part.attributes["stop_code"] for part in run.of_kind("task") if part.states[-1][1] == "STOPPED"]


def roots(run, kind, state):
    """The kinds and texts of the last causes of the parts that came to a state."""
    events = [event for part in run.of_kind(kind) for _, name, event in part.states if name == state]
    return {run.why(event)[-1].kind for event in events}


def faults(run):
    return [event.text for event in run.events("fault")]


def test_a_crash_takes_so_many_tasks_and_is_the_cause_of_their_end():
    sim, _, web = shop()
    ecs.Fault(web, "crash", at_minute=5, count=2, exit_code=3)
    run = sim.run(minutes=8)

    assert stopped(run) == ["EssentialContainerExited"] * 2
    assert roots(run, "task", "STOPPED") == {"fault"}
    assert web.running_count == 3


def test_out_of_memory_kills_with_137_and_says_so():
    sim, cluster, _ = shop()
    ecs.Fault(cluster, "out_of_memory", at_minute=5)
    run = sim.run(minutes=8)
    gone = next(part for part in run.of_kind("task") if part.states[-1][1] == "STOPPED")

    assert gone.attributes["exit_code"] == 137
    assert gone.attributes["reason"] == "OutOfMemoryError: Container killed due to memory usage"
    assert faults(run)[0].startswith("OutOfMemoryError: Container killed due to memory usage")


def test_a_hung_task_answers_nothing_fails_its_checks_and_is_killed_after_its_stop_timeout():
    sim, _, web = shop()
    ecs.Fault(web, "hung", at_minute=5)
    run = sim.run(minutes=12)
    hung = next(part for part in run.of_kind("task") if part.states[-1][1] == "STOPPED")
    times = {state: seconds for seconds, state, _ in hung.states}
    errors = " ".join(event.text for event in run.events("errors"))

    assert hung.attributes["stopped_reason"] == "Task failed ELB health checks"
    assert times["DEPROVISIONING"] - times["STOPPING"] == 30
    assert roots(run, "task", "STOPPED") == {"fault"}
    assert "504" in errors
    assert web.running_count == 3


def test_a_task_that_fails_fast_answers_errors_and_passes_its_checks():
    sim, _, web = shop()
    ecs.Fault(web, "failing_fast", at_minute=5)
    run = sim.run(minutes=12)
    failed = run.metrics["HTTPCode_Target_5XX_Count", "front"]["Sum"]

    assert sum(failed[:5]) == 0 < sum(failed[5:])
    assert web.running_count == 3
    assert run.why(run.events("errors")[-1])[-1].kind == "fault"
    assert {part.states[-1][1] for part in run.of_kind("target")} == {"healthy"}


def test_a_hung_task_fails_the_check_of_its_container():
    sim = ecs.Simulation(5)
    check = {"command": ["CMD", "true"], "interval": 5, "timeout": 2, "retries": 2}
    container = {"name": "web", "image": "shop/web:1", "healthCheck": check}
    definition = ecs.TaskDefinition.from_aws(
        {
            "family": "web",
            "networkMode": "awsvpc",
            "cpu": "256",
            "memory": "512",
            "containerDefinitions": [container],
        }
    )
    web = ecs.Service(ecs.Cluster(sim, "shop"), definition, desired_count=2)
    ecs.Fault(web, "hung", at_minute=5)
    run = sim.run(minutes=8)

    assert stopped(run) == ["ServiceSchedulerInitiated"]
    assert roots(run, "task", "STOPPED") == {"fault"}
    assert web.running_count == 2


def test_requests_in_a_hung_task_are_lost_as_502_when_its_process_is_killed():
    sim, _, web = shop(desired=1)
    ecs.Fault(web, "hung", at_minute=5)
    ecs.Fault(web, "crash", at_minute=5.5)  # before the idle timeout of the first request
    run = sim.run(minutes=8)
    errors = " ".join(event.text for event in run.events("errors"))

    assert "502" in errors
    assert "504" not in errors


def test_the_next_pulls_fail_and_then_the_service_recovers():
    sim, _, web = shop()
    ecs.Fault(web, "failed_pull", at_minute=4, count=2)
    ecs.Fault(web, "crash", at_minute=5, count=2)
    run = sim.run(minutes=20)

    assert stopped(run).count("TaskFailedToStart") == 2
    assert roots(run, "task", "STOPPED") == {"fault"}
    assert web.running_count == 3


def test_a_pull_fails_for_the_reason_that_you_give():
    sim, cluster, _ = shop(desired=1)
    ecs.Fault(cluster, "failed_pull", at_minute=0, pull_error="no route to the registry")
    run = sim.run(minutes=3)

    assert run.of_kind("task")[0].attributes["stopped_reason"] == ("CannotPullContainerError: no route to the registry")


def listening(slow):
    sim, _, web = shop(desired=1, front=False)
    if slow:
        ecs.Fault(web, "slow_start", at_minute=0, slow_seconds=90)
    sim.run(minutes=2)
    return web.tasks[0].serving.listens_at


def test_a_slow_start_listens_later_by_so_many_seconds():
    assert listening(slow=True) - listening(slow=False) == 90


def test_a_lost_instance_takes_its_tasks_along_and_nothing_drains():
    sim, cluster, web = shop(capacity=fleet(min_size=1), desired=2, delay=300)
    ecs.Fault(group_of(cluster), "instance_loss", at_minute=5)
    run = sim.run(minutes=9)

    assert stopped(run) == ["TerminationNotice"] * 2
    assert roots(run, "task", "STOPPED") == roots(run, "instance", "Terminated") == {"fault"}
    assert (web.running_count, len(group_of(cluster).in_service)) == (2, 1)


@pytest.mark.parametrize("place", ["service", "cluster"])
def test_instances_are_lost_of_a_service_or_a_cluster(place):
    sim, cluster, web = shop(capacity=fleet(), desired=1)
    ecs.Fault({"service": web, "cluster": cluster}[place], "instance_loss", at_minute=5, count=3)
    run = sim.run(minutes=6)

    assert (
        len([part for part in run.of_kind("instance") if part.states[-1][1] == "Terminated"])
        == {
            "service": 1,
            "cluster": 3,
        }[place]
    )


def test_a_host_that_is_gone_closes_nothing_so_that_its_requests_wait_for_their_timeout():
    sim, _, web = shop(capacity=fleet(), delay=300, cost=0.1)
    ecs.Fault(web, "instance_loss", at_minute=5)
    run = sim.run(minutes=9)
    errors = " ".join(event.text for event in run.events("errors"))

    assert "504" in errors
    assert "502" not in errors


def test_an_instance_is_lost_once_though_ecs_has_not_missed_its_tasks_yet():
    sim, _, web = shop(capacity=fleet(min_size=1), desired=2)
    for minute in (5, 5.01):
        ecs.Fault(web, "instance_loss", at_minute=minute)
    run = sim.run(minutes=6)

    assert faults(run)[1:] == ["A fault was due on web (instance loss), but web has nothing to break."]


def test_a_zone_outage_takes_fargate_tasks_and_none_is_launched_there_until_it_ends():
    sim, cluster, web = shop(desired=6)
    ecs.Fault(cluster, "zone_outage", at_minute=5, zone="us-east-1b", for_minutes=10)
    sim.run(minutes=14)
    during = [task.zone for task in web.tasks]
    sim.run(minutes=16)
    web.update(desired_count=9)
    run = sim.run(minutes=20)

    assert stopped(run) == ["InfrastructureHealth"] * 2
    assert roots(run, "task", "STOPPED") == {"fault"}
    assert sorted(during) == ["us-east-1a"] * 3 + ["us-east-1c"] * 3
    assert sorted(task.zone for task in web.tasks) == [zone for zone in ZONES for _ in range(3)]


def test_with_its_only_zone_down_fargate_has_no_capacity_and_then_has_it_again():
    sim, cluster, _ = shop(desired=1, capacity=lambda sim: [ecs.Fargate(zones=("us-east-1a",))])
    ecs.Fault(cluster, "zone_outage", at_minute=5, for_minutes=10)
    run = sim.run(minutes=18)
    running = [part for part in run.of_kind("task") if part.states[-1][1] == "RUNNING"]

    assert "Capacity is unavailable at this time" in " ".join(event.text for event in run.events("service"))
    assert running[0].states[0][0] >= 15 * 60


def test_a_zone_outage_takes_a_groups_instances():
    sim, cluster, _ = shop(capacity=fleet())
    ecs.Fault(group_of(cluster), "zone_outage", at_minute=5, zone="us-east-1c", for_minutes=5)
    ecs.Fault(cluster, "zone_outage", at_minute=6, zone="us-east-1c")
    run = sim.run(minutes=9)

    assert stopped(run).count("TerminationNotice") == 1
    assert {one.zone for one in group_of(cluster).in_service} == {"us-east-1a", "us-east-1b"}
    assert faults(run)[-1] == ("A fault was due on shop (zone outage), but shop has nothing to break.")


def test_a_zone_outage_takes_managed_instances_and_they_come_back_elsewhere():
    sim, cluster, web = shop(capacity=lambda sim: [ecs.ManagedInstances(sim, zones=("us-east-1a", "us-east-1b"))])
    ecs.Fault(cluster, "zone_outage", at_minute=10, zone="us-east-1a", for_minutes=20)
    run = sim.run(minutes=20)

    assert {one.zone for one in cluster.instances()} == {"us-east-1b"}
    assert (web.running_count, stopped(run)) == (3, ["TerminationNotice"] * 3)


def test_managed_instances_wait_for_a_zone_to_come_back():
    sim, cluster, web = shop(capacity=lambda sim: [ecs.ManagedInstances(sim, zones=("us-east-1a",))])
    ecs.Fault(cluster, "zone_outage", at_minute=10, for_minutes=10)
    run = sim.run(minutes=25)

    assert web.running_count == 3
    assert "all its zones have failed" in " ".join(event.text for event in run.events("capacity"))


@pytest.mark.parametrize("place", ["service", "cluster", "group"])
def test_spot_instances_get_their_notice(place):
    sim, cluster, web = shop(capacity=fleet(spot=True), desired=3)
    on = {"service": web, "cluster": cluster, "group": group_of(cluster)}[place]
    ecs.Fault(on, "spot_interruption", at_minute=5, count=2)
    run = sim.run(minutes=12)
    ends = [part.states[-1][0] for part in run.of_kind("instance") if part.states[-1][1] == "Terminated"]

    assert ends == [5 * 60 + 120] * 2
    assert roots(run, "instance", "Terminated") == {"fault"}
    assert web.running_count == 3


def test_fargate_spot_tasks_get_their_notice():
    sim, _, web = shop(capacity=lambda sim: [ecs.FargateSpot()])
    ecs.Fault(web, "spot_interruption", at_minute=5, count=2)
    run = sim.run(minutes=12)

    assert stopped(run) == ["SpotInterruption"] * 2
    assert roots(run, "task", "STOPPED") == {"fault"}


def strikes(**settings):
    sim, _, web = shop(front=False)
    ecs.Fault(web, "crash", **settings)
    run = sim.run(minutes=60)
    return [event.seconds for event in run.events("fault")]


def test_again_and_again_with_a_constant_between():
    assert strikes(every=600, until_minute=40) == [600, 1200, 1800, 2400]
    assert strikes(every=600, at_minute=25, until_minute=40) == [1500, 2100]


def test_again_and_again_by_chance_keeps_its_mean():
    sim, _, web = shop(front=False)
    ecs.Fault(web, "crash", every=ecs.Exponential(600))
    run = sim.run(minutes=60 * 100)

    # 600 strikes are expected; 4 standard deviations of a Poisson count are 98.
    assert len(run.events("fault")) == pytest.approx(600, abs=98)


def test_two_faults_that_are_alike_choose_for_themselves():
    sim, _, web = shop(desired=20, front=False)
    for _ in range(2):
        ecs.Fault(web, "crash", at_minute=5)
    run = sim.run(minutes=6)

    assert len({event.subject for event in run.events("fault")}) == 2


def test_a_fault_that_finds_nothing_says_so():
    sim, _, web = shop(desired=0)
    ecs.Fault(web, "crash", at_minute=5)

    assert faults(sim.run(minutes=6)) == ["A fault was due on web (crash), but web has nothing to break."]


def test_faults_do_not_depend_on_slices():
    def evening():
        sim, cluster, web = shop(desired=6)
        for kind in ("crash", "hung", "failing_fast", "failed_pull", "slow_start", "out_of_memory"):
            ecs.Fault(web, kind, every=ecs.Exponential(900), count=2)
        ecs.Fault(cluster, "zone_outage", every=ecs.Exponential(1200), for_minutes=3)
        return sim

    whole, sliced = evening(), evening()
    for minute in (0.3, 5, 17.001, 31):
        sliced.run(minutes=minute)

    assert whole.run(minutes=60).to_json() == sliced.run(minutes=60).to_json()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"kind": "fire"}, "kind='fire' is not a fault: use one of crash, out_of_memory"),
        ({"count": 0}, "count starts at 1"),
        ({"count": 1.5}, "count starts at 1"),
        ({"exit_code": 256}, "exit codes go from 0 to 255"),
        ({"for_minutes": 0}, "for_minutes=0: use more than 0"),
        ({"slow_seconds": -1}, "slow_seconds=-1: use more than 0"),
        ({"at_minute": None}, "give at_minute=, every=, or both"),
        ({"at_minute": -1}, "choose a minute that has not passed"),
        ({"until_minute": 9}, "a single strike has no end"),
        ({"every": 0}, "use seconds above 0"),
        ({"zone": "us-east-1a"}, "a zone goes with kind='zone_outage'"),
        ({"kind": "zone_outage"}, "it strikes a Cluster or AutoScalingGroup"),
        ({"kind": "spot_interruption"}, "buys no Spot capacity"),
        ({"kind": "hung"}, "put it behind a load balancer"),
    ],
)
def test_what_cannot_break_is_refused(settings, says):
    _, _, web = shop(front=False)

    with pytest.raises(ecs.InvalidSetting, match=says):
        ecs.Fault(web, **{"at_minute": 5, **settings})


def test_a_zone_that_is_not_there_is_refused():
    _, cluster, _ = shop(capacity=fleet(), front=False)

    with pytest.raises(ecs.InvalidSetting, match="zone='eu-west-1a': shop is in us-east-1a, us-east-1b, us-east-1c"):
        ecs.Fault(cluster, "zone_outage", at_minute=5, zone="eu-west-1a")
    with pytest.raises(ecs.InvalidSetting, match="it strikes a Service or Cluster"):
        ecs.Fault(group_of(cluster), "crash", at_minute=5)
    with pytest.raises(ecs.InvalidSetting, match="buys no Spot capacity"):
        ecs.Fault(group_of(cluster), "spot_interruption", at_minute=5)
