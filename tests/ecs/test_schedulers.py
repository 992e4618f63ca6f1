"""DAEMON services, zone rebalancing, scale-in protection, drains, and unhealthy tasks in and out of deployments."""

from __future__ import annotations

import botocore.session
import pytest

import ecslite as ecs
from ecslite.ecs.rebalancing import AVAILABILITY_ZONE_REBALANCING, zone_split
from ecslite.ecs.service_settings import SCHEDULING_STRATEGIES

WEB = ecs.TaskDefinition("web", cpu=256, memory=512)
AGENT = ecs.TaskDefinition("agent", cpu=256, memory=512)
BIG = ecs.TaskDefinition("big", cpu=2048, memory=4096)
FLAPS = ecs.Application(fails_checks=[(40, 10_000)])
ROOMY = {"deregistration_delay_seconds": 300}


def on_instances(*, count=2, zones=("us-east-1a", "us-east-1b"), **group):
    sim = ecs.Simulation(3)
    group = {"min_size": count, "max_size": 6, "zones": zones, "trunking": True} | group
    asg = ecs.AutoScalingGroup(sim, "fleet", **group)
    cluster = ecs.Cluster(sim, "shop", capacity=[ecs.CapacityProvider(asg, managed_scaling=None)])
    return sim, cluster, asg


# DAEMON


def daemon(cluster, **more):
    return ecs.Service(cluster, AGENT, scheduling_strategy="DAEMON", **more)


def test_a_daemon_service_has_one_task_on_each_instance_and_it_is_there_first():
    sim, cluster, _ = on_instances(count=3)
    agent = daemon(cluster)
    web = ecs.Service(cluster, WEB, desired_count=3)
    run = sim.run(minutes=5)

    assert sorted(task.instance.id for task in agent.tasks) == sorted(one.id for one in cluster.instances())
    assert agent.desired_count == 3 == agent.running_count
    assert all(instance.task_ids[0] in {task.id for task in agent.tasks} for instance in cluster.instances())
    assert (len(web.tasks), run.level("DesiredCount", "agent").steps[-1][1]) == (3, 3)
    assert agent.deployment.rollout_state == "COMPLETED"


def test_a_daemon_deployment_that_has_failed_replaces_no_more_tasks():
    """One instance at a time: the third failed start ends the deployment, and the other two keep what they have."""
    sim, cluster, _ = on_instances(count=3)
    breaker = ecs.DeploymentCircuitBreaker(
        rollback=False, threshold_configuration=ecs.ThresholdConfiguration(type="COUNT", value=3)
    )
    bounds = ecs.DeploymentConfiguration(
        minimum_healthy_percent=66, maximum_percent=100, deployment_circuit_breaker=breaker
    )
    agent = daemon(cluster, deployment_configuration=bounds)
    sim.run(minutes=5)
    first = agent.deployment
    agent.update(application=ecs.Application(pull_error="manifest for agent:9 not found"))
    sim.run(minutes=60)
    left = [task for task in agent.tasks if task.deployment == first.id]

    assert (agent.deployment.rollout_state, agent.deployment.failed_tasks) == ("FAILED", 3)
    assert [(task.last_status, task.desired_status) for task in left] == [("RUNNING", "RUNNING")] * 2


def test_a_daemon_task_leaves_a_draining_instance_last_and_comes_back_with_it():
    sim, cluster, _ = on_instances()
    agent = daemon(cluster)
    ecs.Service(cluster, WEB, desired_count=2)
    sim.run(minutes=5)
    one = cluster.instances()[0]
    cluster.drain(one.id)
    run = sim.run(minutes=10)
    gone = [part for part in run.of_kind("task") if part.attributes.get("instance") == one.id]
    ends = {part.attributes["service"]: part.states[-1][0] for part in gone}

    assert (ends["agent"] > ends["web"], len(agent.tasks), agent.desired_count) == (True, 1, 1)
    cluster.update_container_instances_state([one.id], "ACTIVE")
    sim.run(minutes=15)
    assert len(agent.tasks) == 2


def test_a_daemon_deployment_replaces_instance_by_instance_and_never_has_two_on_one():
    sim, cluster, _ = on_instances(count=3)
    agent = daemon(
        cluster, deployment_configuration=ecs.DeploymentConfiguration(minimum_healthy_percent=60, maximum_percent=100)
    )
    sim.run(minutes=5)
    agent.update(force_new_deployment=True)
    least = 3
    for second in range(301, 900, 2):
        sim.run(seconds=second)
        least = min(least, agent.running_count)
        hosts = [task.instance.id for task in agent.tasks]
        assert len(set(hosts)) == len(hosts)

    assert least == 2
    assert agent.deployment.rollout_state == "COMPLETED"


def test_a_daemon_service_with_a_minimum_of_100_stands_still_and_says_so():
    sim, cluster, _ = on_instances()
    bounds = ecs.DeploymentConfiguration(minimum_healthy_percent=100, maximum_percent=100)
    agent = daemon(cluster, deployment_configuration=bounds)
    sim.run(minutes=5)
    agent.update(force_new_deployment=True)
    run = sim.run(minutes=10)

    assert agent.deployment.rollout_state == "IN_PROGRESS"
    assert any("service deployment configuration" in event.text for event in run.log)


def test_a_daemon_service_says_where_its_task_does_not_fit():
    sim, cluster, _ = on_instances(count=1)
    ecs.Service(cluster, BIG, desired_count=1)
    sim.run(minutes=5)
    daemon(cluster)
    run = sim.run(minutes=8)

    assert any("was unable to place a task on container instance" in event.text for event in run.log)


def test_a_daemon_that_cannot_start_is_throttled_and_a_constraint_keeps_it_off():
    sim, cluster, _ = on_instances()
    rule = ecs.PlacementConstraint("memberOf", "attribute:ecs.availability-zone == us-east-1a")
    agent = daemon(cluster, placement_constraints=[rule], pull_error="manifest for agent:9 not found")
    run = sim.run(minutes=30)

    zones = {part.attributes["zone"] for part in run.of_kind("task")}
    assert (zones, agent.desired_count) == ({"us-east-1a"}, 1)
    assert any("unable to consistently start" in event.text for event in run.log)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda c: daemon(c, desired_count=2), "desired_count=2 of a DAEMON service"),
        (lambda c: daemon(c, launch_type="FARGATE"), "launch_type='FARGATE' of a DAEMON service"),
        (lambda c: daemon(c, placement_strategy=[ecs.PlacementStrategy("random")]), "placement_strategy= of a DAEMON"),
        (lambda c: daemon(c, availability_zone_rebalancing="ENABLED"), "availability_zone_rebalancing= of a DAEMON"),
        (
            lambda c: daemon(c, deployment_configuration=ecs.DeploymentConfiguration()),
            "maximum_percent=200 of a DAEMON service",
        ),
        (
            lambda c: daemon(
                c,
                deployment_configuration=ecs.DeploymentConfiguration(
                    strategy="BLUE_GREEN", bake_time_in_minutes=1, maximum_percent=100
                ),
            ),
            "strategy='BLUE_GREEN' of a DAEMON service",
        ),
        (lambda c: daemon(ecs.Cluster(c.sim, "other")), "capacity 'FARGATE' for a DAEMON service"),
        (lambda c: ecs.Service(c, WEB, scheduling_strategy="EVERY", desired_count=1), "use one of REPLICA, DAEMON"),
        (lambda c: ecs.Service(c, WEB), "desired_count=None: use a whole number"),
        (lambda c: daemon(c).update(desired_count=3), "desired_count=3 of a DAEMON service"),
        (lambda c: daemon(c).update(availability_zone_rebalancing="ENABLED"), "of a DAEMON service: leave it out"),
        (
            lambda c: ecs.TargetTracking(daemon(c), target=50, min_capacity=1, max_capacity=2),
            "agent is a DAEMON service",
        ),
        (
            lambda c: ecs.Service(c, WEB, desired_count=1, health_check_grace_period_seconds=-1),
            "health_check_grace_period_seconds=-1: use 0 to",
        ),
    ],
)
def test_what_a_scheduler_does_not_have_is_refused(make, said):
    _, cluster, _ = on_instances()

    with pytest.raises(ecs.InvalidSetting, match=said):
        make(cluster)


# Availability Zone rebalancing


def test_vector_13_two_tasks_in_one_of_two_zones_become_one_in_each_started_before_stopped():
    sim, cluster, _ = on_instances(count=1)
    web = ecs.Service(cluster, WEB, desired_count=2)
    sim.run(minutes=5)
    assert {task.zone for task in web.tasks} == {"us-east-1a"}
    cluster.providers["fleet"].group.set_desired_capacity(2, 0)
    run = sim.run(minutes=20)

    assert sorted(task.zone for task in web.tasks) == ["us-east-1a", "us-east-1b"]
    third = run.of_kind("task")[2]
    running = next(seconds for seconds, state, _ in third.states if state == "RUNNING")
    stopping = [
        seconds for part in run.of_kind("task")[:2] for seconds, state, _ in part.states if state == "DEACTIVATING"
    ]
    assert (len(stopping), stopping[0] > running) == (1, True)
    said = [event.text for event in run.log if "Availability Zones" in event.text or "has moved" in event.text]
    assert said == [
        "(service web) is rebalanced over Availability Zones: 2 in us-east-1a, 0 in us-east-1b.",
        "(service web) has moved a task to us-east-1b: 1 in us-east-1a, 1 in us-east-1b.",
    ]


def test_the_remainder_is_spread_one_to_a_zone():
    assert [zone_split(3, 2), zone_split(5, 3), zone_split(6, 3), zone_split(1, 3)] == [
        [1, 2],
        [1, 2, 2],
        [2, 2, 2],
        [0, 0, 1],
    ]


@pytest.mark.parametrize(
    ("settings_", "said"),
    [
        ({"deployment_configuration": ecs.DeploymentConfiguration(maximum_percent=100)}, "with maximum_percent=100"),
        ({"placement_strategy": [ecs.PlacementStrategy("binpack", "cpu")]}, "without spread over"),
        (
            {
                "placement_constraints": [
                    ecs.PlacementConstraint("memberOf", "attribute:ecs.availability-zone in [us-east-1a]")
                ]
            },
            "with a placement constraint on",
        ),
    ],
)
def test_a_service_that_cannot_be_rebalanced_is_not_unless_it_asks_and_then_it_is_refused(settings_, said):
    _, cluster, _ = on_instances()

    assert ecs.Service(cluster, WEB, desired_count=1, **settings_).availability_zone_rebalancing == "DISABLED"
    with pytest.raises(ecs.InvalidSetting, match=said):
        ecs.Service(cluster, WEB, desired_count=1, availability_zone_rebalancing="ENABLED", **settings_)


def test_rebalancing_is_on_by_default_and_may_be_turned_off():
    _, cluster, _ = on_instances()
    web = ecs.Service(cluster, WEB, desired_count=1)
    assert web.availability_zone_rebalancing == "ENABLED"
    web.update(availability_zone_rebalancing="DISABLED")

    assert web.availability_zone_rebalancing == "DISABLED"
    with pytest.raises(ecs.InvalidSetting, match="availability_zone_rebalancing='ON': use one of ENABLED, DISABLED"):
        ecs.Service(cluster, WEB, desired_count=1, name="other", availability_zone_rebalancing="ON")


def test_rebalancing_waits_for_protected_tasks():
    sim, cluster, _ = on_instances(count=1)
    web = ecs.Service(cluster, WEB, desired_count=2)
    sim.run(minutes=5)
    web.update_task_protection([task.id for task in web.tasks], expires_in_minutes=30)
    cluster.providers["fleet"].group.set_desired_capacity(2, 0)
    run = sim.run(minutes=20)

    assert any("all tasks in us-east-1a are protected" in event.text for event in run.log)
    assert {task.zone for task in web.tasks} == {"us-east-1a"}


def test_vector_15_without_a_strategy_the_next_task_goes_to_a_zone_that_has_none():
    sim, cluster, _ = on_instances(count=3, zones=("us-east-1a", "us-east-1b", "us-east-1c"))
    sim.run(minutes=3)
    web = ecs.Service(cluster, WEB, desired_count=1)
    sim.run(minutes=6)
    first = web.tasks[0].zone
    web.update(desired_count=2)
    sim.run(minutes=9)

    assert len({first, *(task.zone for task in web.tasks)}) == 2


# Task scale-in protection


def replicas(*, desired_count=4, minutes=3, seed=1, front=None, **more):
    sim = ecs.Simulation(seed)
    balancer = None if front is None else ecs.LoadBalancer(sim, "front", **front)
    web = ecs.Service(ecs.Cluster(sim, "shop"), WEB, desired_count=desired_count, load_balancer=balancer, **more)
    sim.run(minutes=minutes)
    return sim, web


def test_vector_23_protection_lasts_120_minutes_by_default_and_is_then_over():
    sim, web = replicas()
    protected = [task.id for task in web.tasks[:3]]
    web.update_task_protection(protected)
    web.update(desired_count=1)
    sim.run(minutes=122)
    assert {task.id for task in web.tasks} == set(protected)
    sim.run(minutes=126)

    assert len(web.tasks) == 1


@pytest.mark.parametrize("minutes", [1, 2880])
def test_vector_23_the_limits_of_protection(minutes):
    sim, web = replicas()
    web.update_task_protection([web.tasks[0].id], expires_in_minutes=minutes)

    assert web.tasks[0].protected_until == sim.now + 60 * minutes


def test_protection_may_be_taken_back():
    sim, web = replicas()
    ids = [task.id for task in web.tasks]
    web.update_task_protection(ids)
    web.update_task_protection(ids, protection_enabled=False)
    web.update(desired_count=1)
    sim.run(minutes=8)

    assert len(web.tasks) == 1


def test_a_protected_task_keeps_a_deployment_from_its_end_and_the_service_says_so():
    sim, web = replicas()
    kept = web.tasks[0].id
    web.update_task_protection([kept], expires_in_minutes=30)
    web.update(force_new_deployment=True)
    run = sim.run(minutes=20)
    assert (web.deployment.rollout_state, len(web.tasks)) == ("IN_PROGRESS", 5)
    assert any("1 earlier tasks are protected" in event.text for event in run.log)
    sim.run(minutes=40)

    assert (web.deployment.rollout_state, len(web.tasks)) == ("COMPLETED", 4)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda web: web.update_task_protection([]), "0 tasks: name 1 to 10"),
        (lambda web: web.update_task_protection(["x"]), "'x' is no task of this service"),
        (lambda web: web.update_task_protection([web.tasks[0].id], expires_in_minutes=0), "=0: use 1 to 2,880"),
        (lambda web: web.update_task_protection([web.tasks[0].id], expires_in_minutes=2881), "=2881: use 1 to 2,880"),
        (
            lambda web: web.update_task_protection([web.tasks[0].id], protection_enabled=False, expires_in_minutes=5),
            "leave the minutes out",
        ),
    ],
)
def test_protection_that_ecs_would_refuse_is_refused(call, said):
    _, web = replicas()

    with pytest.raises(ecs.InvalidSetting, match=said):
        call(web)


def test_more_protected_tasks_than_desired_ones_are_refused():
    _, web = replicas()
    ids = [task.id for task in web.tasks]
    web.update(desired_count=2)

    with pytest.raises(ecs.InvalidSetting, match="DEPLOYMENT_BLOCKED: 3 protected tasks with a desired count of 2"):
        web.update_task_protection(ids[:3])


# Drains


@pytest.mark.parametrize(("low", "high", "least"), [(100, 200, 1), (0, 100, 0), (50, 150, 1)])
def test_a_drain_keeps_the_minimum_with_a_single_task_and_no_load_balancer(low, high, least):
    sim, cluster, _ = on_instances()
    bounds = ecs.DeploymentConfiguration(minimum_healthy_percent=low, maximum_percent=high)
    web = ecs.Service(cluster, WEB, desired_count=1, deployment_configuration=bounds)
    sim.run(minutes=5)
    cluster.drain(web.tasks[0].instance.id)
    seen = []
    for second in range(301, 600):
        sim.run(seconds=second)
        seen.append(web.running_count)

    assert min(seen) == least


def test_vector_5_a_minimum_and_a_maximum_of_100_stop_a_drain_and_it_is_said():
    sim, cluster, _ = on_instances()
    bounds = ecs.DeploymentConfiguration(minimum_healthy_percent=100, maximum_percent=100)
    web = ecs.Service(cluster, WEB, desired_count=1, deployment_configuration=bounds)
    sim.run(minutes=5)
    first = web.tasks[0]
    cluster.drain(first.instance.id)
    run = sim.run(minutes=30)

    assert web.tasks == [first]
    assert any("service deployment configuration" in event.text for event in run.log)


# Bounds, by vectors


@pytest.mark.parametrize(
    ("desired", "low", "high", "may_stop_and_start"),
    [
        pytest.param(4, 50, 100, (2, 0), id="vector 1"),
        pytest.param(2, 75, 100, (0, 0), id="vector 2"),
        pytest.param(4, 100, 200, (0, 4), id="vector 3"),
        pytest.param(3, 100, 125, (0, 0), id="vector 4"),
    ],
)
def test_vectors_1_to_4_the_bounds_are_rounded_towards_safety(desired, low, high, may_stop_and_start):
    bounds = ecs.DeploymentConfiguration(minimum_healthy_percent=low, maximum_percent=high)

    assert (desired - bounds.lower(desired), bounds.upper(desired) - desired) == may_stop_and_start


def test_vector_6_a_task_without_checks_counts_as_healthy_40_seconds_after_running():
    sim, web = replicas(desired_count=1)
    web.update(force_new_deployment=True)
    run = sim.run(minutes=8)
    old, new = run.of_kind("task")
    running = next(seconds for seconds, state, _ in new.states if state == "RUNNING")
    leaves = next(seconds for seconds, state, _ in old.states if state == "DEACTIVATING")

    assert 40 <= leaves - running <= 42


# Unhealthy tasks


def test_an_old_task_that_dies_in_a_deployment_is_replaced_by_its_own_revision():
    never = ecs.Application(startup_seconds=100_000)
    sim, web = replicas(front={"deregistration_delay_seconds": 10}, health_check_grace_period_seconds=3600)
    old = web.deployment
    web.update(application=never)
    ecs.Fault(web, "crash", at_minute=3.2)
    sim.run(minutes=10)

    ready = [task for task in web.tasks if task.ready]
    assert [task.deployment for task in ready] == [old.id] * 4
    assert any(task.began > 180 for task in ready)


def test_stopping_tasks_may_count_against_the_maximum():
    def minutes(counts):
        bounds = ecs.DeploymentConfiguration(
            minimum_healthy_percent=50, maximum_percent=100, counts_stopping_tasks=counts
        )
        sim, web = replicas(front={"deregistration_delay_seconds": 120}, deployment_configuration=bounds)
        web.update(force_new_deployment=True)
        run = sim.run(minutes=40)
        most = 0
        assert web.deployment.rollout_state == "COMPLETED"
        return run.of_kind("deployment")[-1].states[-1][0] / 60 + most

    assert minutes(True) > minutes(False) + 1


@pytest.mark.parametrize(("cleanup", "early"), [("DEFERRED", True), ("BLOCKING", False)])
def test_early_success_completes_a_deployment_before_its_end(cleanup, early):
    criteria = ecs.DeploymentEarlySuccessCriteria(healthy_percent=50, source_service_revision_cleanup=cleanup)
    bounds = ecs.DeploymentConfiguration(minimum_healthy_percent=50, early_success_criteria=criteria)
    sim, web = replicas(front=ROOMY, deployment_configuration=bounds)
    web.update(force_new_deployment=True)
    run = sim.run(minutes=30)
    completed = run.of_kind("deployment")[1].states[-1]
    gone = max(part.states[-1][0] for part in run.of_kind("task")[:4])

    assert (completed[1], completed[0] < gone) == ("COMPLETED", early)
    assert len(web.tasks) == 4


def test_early_success_has_its_limits():
    with pytest.raises(ecs.InvalidSetting, match="healthy_percent=50 is less than minimum_healthy_percent=100"):
        ecs.DeploymentConfiguration(
            early_success_criteria=ecs.DeploymentEarlySuccessCriteria(
                healthy_percent=50, source_service_revision_cleanup="BLOCKING"
            )
        )
    with pytest.raises(ecs.InvalidSetting, match="source_service_revision_cleanup='NOW'"):
        ecs.DeploymentEarlySuccessCriteria(healthy_percent=50, source_service_revision_cleanup="NOW")


def test_a_rolling_update_bakes_where_it_is_told_to():
    sim, web = replicas(deployment_configuration=ecs.DeploymentConfiguration(bake_time_in_minutes=10), minutes=20)
    web.update(force_new_deployment=True)
    sim.run(minutes=30)
    assert web.deploying
    sim.run(minutes=40)

    assert not web.deploying


@pytest.mark.parametrize(("resets", "fails"), [(True, False), (False, True)])
def test_flapping_tasks_trip_the_circuit_breaker_only_where_a_healthy_task_resets_nothing(resets, fails):
    breaker = ecs.DeploymentCircuitBreaker(reset_on_healthy_task=resets, rollback=False)
    bounds = ecs.DeploymentConfiguration(deployment_circuit_breaker=breaker)
    sim, web = replicas(desired_count=2, front=ROOMY, deployment_configuration=bounds)
    web.update(application=FLAPS)
    sim.run(minutes=30)

    assert (web.deployment.rollout_state == "FAILED") == fails


def test_while_a_deployment_is_in_progress_scaling_goes_out_and_not_in():
    sim = ecs.Simulation(1)
    front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=10)
    green = ecs.TargetGroup(sim, "green", deregistration_delay_seconds=10)
    web = ecs.Service(
        ecs.Cluster(sim, "shop"),
        WEB,
        desired_count=4,
        load_balancer=front,
        advanced_configuration=ecs.AdvancedConfiguration(alternate_target_group=green),
        deployment_configuration=ecs.DeploymentConfiguration(strategy="BLUE_GREEN", bake_time_in_minutes=90),
    )
    busy = ecs.CustomMetric(sim, "Busy", "Percent", lambda: 100.0 if 3600 <= sim.now < 4200 else 0.0)
    ecs.TargetTracking(web, busy, target=50, min_capacity=1, max_capacity=10)
    sim.run(minutes=5)
    web.update(force_new_deployment=True)
    seen = []
    for minute in (60, 75, 94, 130):
        run = sim.run(minutes=minute)
        seen.append((web.deployments[-1].rollout_state, web.desired_count, web.running_count))

    # Both revisions follow the desired count; in goes the service only when the deployment has ended.
    assert seen == [
        ("IN_PROGRESS", 4, 8),
        ("IN_PROGRESS", 10, 20),
        ("IN_PROGRESS", 10, 20),
        ("COMPLETED", 1, 1),
    ]
    assert sum("scale-in is off until it ends" in event.text for event in run.log) == 2


def test_scheduling_and_rebalancing_are_named_as_botocore_names_them():
    model = botocore.session.get_session().get_service_model("ecs")

    assert list(SCHEDULING_STRATEGIES) == model.shape_for("SchedulingStrategy").enum
    assert list(AVAILABILITY_ZONE_REBALANCING) == model.shape_for("AvailabilityZoneRebalancing").enum
    assert {"healthyPercent", "sourceServiceRevisionCleanup", "enable"} == set(
        model.shape_for("DeploymentEarlySuccessCriteria").members
    )


def test_a_front_that_is_told_errors_for_a_time_takes_the_task_out_and_in_again():
    """From 60 to 200 s after its start, within the grace period: nothing is replaced."""
    sim = ecs.Simulation(1)
    front = ecs.LoadBalancer(sim, "front")
    flaps = ecs.Application(fails_checks=((60, 200),))
    web = ecs.Service(
        ecs.Cluster(sim, "shop"),
        WEB,
        desired_count=1,
        load_balancer=front,
        application=flaps,
        health_check_grace_period_seconds=900,
    )
    run = sim.run(minutes=10)
    (target,) = run.of_kind("target")
    moments = {state: second for second, state, _ in target.states}
    started = web.tasks[0].containers.own.started_at

    assert [state for _, state, _ in target.states] == ["initial", "healthy", "unhealthy", "healthy"]
    assert 60 < moments["unhealthy"] - started <= 120 and 200 < moments["healthy"] - started <= 350
    assert len(run.of_kind("task")) == 1


def test_a_task_that_ends_before_its_checks_would_fail_says_nothing_of_them():
    sim = ecs.Simulation(1)
    front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=0)
    flaps = ecs.Application(fails_checks=((300, 400),))
    web = ecs.Service(ecs.Cluster(sim, "shop"), WEB, desired_count=1, load_balancer=front, application=flaps)
    sim.run(minutes=3)
    web.update(desired_count=0)
    run = sim.run(minutes=12)

    assert [event.text for event in run.events("application")] == []
    assert web.tasks == []
