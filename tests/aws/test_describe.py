"""What AWS would print of a run at a moment: valid by botocore's output shapes, in ECS's words, from the run alone."""

from __future__ import annotations

from functools import cache

import pytest
from botocores import faults_of_output, model
from incidents import (
    BREAKER,
    blocked_by_a_security_group,
    deployed,
    interrupted,
    on_instances,
    open_shop,
    without_a_way_out,
)
from random_scenarios import build

import ecslite as ecs
from ecslite.ecs.stopped import STOP_CODES

MINUTES = (0.02, 4, 11, 19, None)


@cache
def ran(seed):
    scenario = build(seed)
    return ecs.Run.from_json(scenario.sim.run(minutes=scenario.minutes).to_json())


def described(run, at_minute=None):
    return ecs.aws.describe_services(run, at_minute=at_minute)["services"][0]


def messages(run, at_minute=None):
    """The events' texts, oldest first, without the service's name."""
    said = [event["message"] for event in described(run, at_minute)["events"]]
    return [text.removeprefix("(service web) ") for text in reversed(said)]


def stopped(run, at_minute=None):
    """The stopped tasks, oldest first."""
    ids = ecs.aws.list_tasks(run, at_minute, desired_status="STOPPED")
    return ecs.aws.describe_tasks(run, ids, at_minute=at_minute)["tasks"]


# Shapes


@pytest.mark.parametrize("at_minute", MINUTES)
@pytest.mark.parametrize("seed", range(16))
def test_an_answer_has_botocores_members_and_types(seed, at_minute):
    run = ran(seed)
    answers = [
        ("ecs", "DescribeServices", ecs.aws.describe_services(run, at_minute=at_minute)),
        ("ecs", "DescribeTasks", ecs.aws.describe_tasks(run, at_minute=at_minute)),
        ("ecs", "DescribeContainerInstances", ecs.aws.describe_container_instances(run, at_minute=at_minute)),
    ]
    groups = {part.attributes.get("target_group") for part in run.of_kind("target")} - {None}
    for group in sorted(groups):
        answers.append(
            ("elbv2", "DescribeTargetHealth", ecs.aws.describe_target_health(run, group, at_minute=at_minute))
        )
    assert [fault for answer in answers for fault in faults_of_output(*answer)] == []


def test_a_run_from_json_says_the_same():
    run = deployed({"exits_after_seconds": 8.0})
    again = ecs.Run.from_json(run.to_json())
    assert described(again, 9) == described(run, 9)
    assert ecs.aws.describe_tasks(again, at_minute=9) == ecs.aws.describe_tasks(run, at_minute=9)


@pytest.mark.parametrize("seed", range(16))
def test_counts_are_those_of_the_moment(seed):
    run = ran(seed)
    for service in ecs.aws.describe_services(run)["services"]:
        name = service["serviceName"]
        running, desired = run.level("RunningCount", name).steps[-1][1], run.level("DesiredCount", name).steps[-1][1]
        assert (service["runningCount"], service["desiredCount"]) == (running, desired)
        assert service["runningCount"] == sum(one["runningCount"] for one in service["deployments"])
        assert [one["status"] for one in service["deployments"]].count("PRIMARY") == 1


def test_every_stop_code_is_botocores():
    assert set(STOP_CODES) == set(model("ecs").shape_for("TaskStopCode").enum)


def test_a_service_shows_its_settings_as_they_would_be_created():
    sim, _, _ = open_shop(deployment_configuration=BREAKER)
    created = next(call.parameters for call in ecs.to_aws(sim) if call.operation == "CreateService")
    shown = described(sim.run(minutes=2))
    same = ("deploymentConfiguration", "loadBalancers", "networkConfiguration", "schedulingStrategy")
    assert {name: shown[name] for name in same} == {name: created[name] for name in same}


# The moment


def test_a_task_shows_only_what_was_known_at_the_moment():
    run = deployed({"exits_after_seconds": 8.0})
    first = run.of_kind("task")[2]
    at = {state: seconds / 60 for seconds, state, _ in first.states}
    coming = ecs.aws.describe_tasks(run, [first.id], at_minute=at["PENDING"])["tasks"][0]
    running = ecs.aws.describe_tasks(run, [first.id], at_minute=at["RUNNING"])["tasks"][0]
    gone = ecs.aws.describe_tasks(run, [first.id], at_minute=at["STOPPED"])["tasks"][0]
    shown = [
        (one["lastStatus"], one["desiredStatus"], one["containers"][0]["lastStatus"]) for one in (coming, running, gone)
    ]
    assert shown == [
        ("PENDING", "RUNNING", "PENDING"),
        ("RUNNING", "RUNNING", "RUNNING"),
        ("STOPPED", "STOPPED", "STOPPED"),
    ]
    assert {"startedAt", "stopCode", "pullStartedAt"} & set(coming) == set()
    assert ("stopCode" in running, "stoppedReason" in running, "exitCode" in running["containers"][0]) == (False,) * 3
    assert (gone["stopCode"], gone["containers"][0]["exitCode"]) == ("EssentialContainerExited", 1)


def test_a_container_has_exited_before_ecs_sees_it():
    run = deployed({"exits_after_seconds": 8.0})
    first = run.of_kind("task")[2]
    exited = next(event for event in run.events("application") if event.subject == first.id)
    shown = ecs.aws.describe_tasks(run, [first.id], at_minute=(exited.seconds + 0.5) / 60)["tasks"][0]
    assert (shown["lastStatus"], shown["containers"][0]["lastStatus"]) == ("RUNNING", "STOPPED")


def test_a_stopped_task_is_shown_for_an_hour():
    sim, _, web = open_shop()
    ecs.Fault(web, "crash", at_minute=5)
    run = sim.run(minutes=80)
    counts = [len(stopped(run, minute)) for minute in (4, 10, 64, 70)]
    assert counts == [0, 1, 1, 0]
    gone = next(part for part in run.of_kind("task") if part.states[-1][1] == "STOPPED")
    with pytest.raises(ecs.NotInThisRun, match="0 tasks begin with"):
        ecs.aws.describe_tasks(run, [gone.id])


def test_a_container_that_is_restarted_runs_again():
    restart = {"enabled": True, "restartAttemptPeriod": 60}
    body = {
        "family": "web",
        "cpu": "256",
        "memory": "512",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": [
            {"name": "web", "image": "shop/web:1", "restartPolicy": restart, "portMappings": [{"containerPort": 80}]}
        ],
    }
    sim, _, web = open_shop(definition=ecs.TaskDefinition.from_aws(body), desired_count=1)
    ecs.Fault(web, "crash", at_minute=5)
    run = sim.run(minutes=8)
    states = [ecs.aws.describe_tasks(run, at_minute=minute)["tasks"][0]["containers"][0] for minute in (4, 8)]
    assert [one["lastStatus"] for one in states] == ["RUNNING", "RUNNING"]
    assert ecs.aws.describe_tasks(run)["tasks"][0]["lastStatus"] == "RUNNING"


def test_health_is_that_of_the_moment():
    body = {
        "family": "web",
        "cpu": "256",
        "memory": "512",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": [
            {"name": "web", "image": "shop/web:1", "healthCheck": {"command": ["CMD", "true"], "interval": 10}}
        ],
    }
    sim = ecs.Simulation(1)
    web = ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition.from_aws(body), desired_count=1)
    ecs.Fault(web, "hung", at_minute=5)
    run = sim.run(minutes=7)
    name = run.of_kind("task")[0].id
    shown = [ecs.aws.describe_tasks(run, [name], at_minute=minute)["tasks"][0] for minute in (0.5, 4, 6)]
    assert [one["healthStatus"] for one in shown] == ["UNKNOWN", "HEALTHY", "UNHEALTHY"]
    assert [one["containers"][0]["healthStatus"] for one in shown] == ["UNKNOWN", "HEALTHY", "UNHEALTHY"]
    assert f"(task {name}) failed container health checks." in messages(run)
    assert stopped(run)[0]["stoppedReason"] == "Task failed container health checks"


def test_a_moment_outside_of_the_run_is_refused():
    run = deployed({})
    with pytest.raises(ecs.InvalidSetting, match="goes from minute 0 to 12"):
        described(run, 13)
    with pytest.raises(ecs.NotInThisRun, match="service 'api' was not there: the run has web"):
        ecs.aws.describe_services(run, ["api"])
    with pytest.raises(ecs.NotInThisRun, match="target group 'back'"):
        ecs.aws.describe_target_health(run, "back")


# Events, in ECS's words


def test_a_service_starts_its_tasks_and_comes_to_a_steady_state():
    sim, _, _ = open_shop()
    first, second = sim.run(minutes=3).of_kind("task")
    said = messages(sim.run(minutes=3))
    assert said[0] == f"has started 2 tasks: (task {first.id}) (task {second.id})."
    assert said[1].startswith("registered 1 targets in (target-group arn:aws:elasticloadbalancing:us-east-1:")
    assert said[-2:] == [
        f"(deployment {first.attributes['deployment']}) deployment completed.",
        "has reached a steady state.",
    ]


def test_a_crash_loop_shows_exit_codes_and_no_steady_state():
    run = deployed({"exits_after_seconds": 8.0, "exit_code": 3})
    tasks = stopped(run)
    assert {one["stoppedReason"] for one in tasks} == {"Essential container in task exited"}
    assert {one["containers"][0]["exitCode"] for one in tasks} == {3}
    assert "has reached a steady state." not in messages(run)[-20:]


def test_a_lack_of_memory_is_the_containers_reason():
    sim, _, _ = open_shop(memory_mib=300.0, memory_leak_mib_per_hour=3000.0)
    container = stopped(sim.run(minutes=12))[0]["containers"][0]
    assert (container["exitCode"], container["reason"]) == (
        137,
        "OutOfMemoryError: Container killed due to memory usage",
    )


def test_failing_checks_name_the_target_group_and_the_code():
    run = deployed({"fails_health_checks": True})
    ill = next(text for text in messages(run) if "is unhealthy in" in text)
    assert ill.endswith("due to (reason Health checks failed with these codes: [500])")
    reason = next(one["stoppedReason"] for one in stopped(run) if "ELB" in one["stoppedReason"])
    assert reason.startswith("Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:")


def test_a_replaced_unhealthy_task_is_said_to_be():
    sim, _, web = open_shop()
    ecs.Fault(web, "hung", at_minute=5)
    said = messages(sim.run(minutes=12))
    assert any(text.endswith(". Amazon ECS replaced 1 tasks due to an unhealthy status.") for text in said)
    assert any("due to (reason Request timed out)" in text for text in said)


def test_a_lack_of_room_names_the_closest_instance():
    run = on_instances(3, 6000)
    instances = ecs.aws.describe_container_instances(run)["containerInstances"]
    ids = [one["containerInstanceArn"].rpartition("/")[2] for one in instances]
    said = [text for text in messages(run) if "closest" in text][-1]
    assert said.startswith("was unable to place a task because no container instance met all of its requirements.")
    assert any(f"closest matching container-instance {id_} has insufficient memory available." in said for id_ in ids)
    remaining = [
        each["integerValue"] for one in instances for each in one["remainingResources"] if each["name"] == "MEMORY"
    ]
    assert max(remaining) < 6000


def test_a_lack_of_interfaces_is_resource_eni():
    assert 'encountered error "RESOURCE:ENI".' in "".join(messages(on_instances(6, 512)))


def test_a_missing_image_is_the_reason_of_the_event_and_of_the_task():
    why = "pull image manifest has been retried 7 time(s): failed to resolve ref shop/web:9: not found"
    run = deployed({"pull_error": why})
    assert f"was unable to place a task. Reason: CannotPullContainerError: {why}." in messages(run)
    assert "is unable to consistently start tasks successfully." in messages(run)
    failed = stopped(run)[0]
    assert (failed["stopCode"], failed["stoppedReason"]) == ("TaskFailedToStart", f"CannotPullContainerError: {why}")
    assert [one["failedTasks"] > 0 for one in described(run)["deployments"]] == [True, False]


def test_no_way_out_gives_nothing_away_that_ecs_would_not():
    run = without_a_way_out()
    reason = stopped(run)[0]["stoppedReason"]
    assert reason.startswith("ResourceInitializationError: unable to pull secrets or registry auth: ")
    assert reason.endswith("dial tcp: i/o timeout.")


def test_a_circuit_breaker_rolls_back():
    run = deployed({"pull_error": "not found"}, deployment_configuration=BREAKER)
    first, second = (part.id for part in run.of_kind("deployment"))
    said = messages(run)
    failed = said.index(f"(deployment {second}) deployment failed: tasks failed to start.")
    assert said[failed + 1] == f"rolling back to deployment {first}."
    at = next(event.seconds for event in run.events("deployment") if event.details.get("state") == "FAILED") / 60
    during = described(run, at - 0.01)["deployments"][0]
    after = described(run)["deployments"][0]
    assert (during["id"], during["rolloutState"]) == (second, "IN_PROGRESS")
    assert (after["id"], after["rolloutStateReason"]) == (first, f"ECS deployment {first} completed.")


def test_without_a_rollback_the_failed_deployment_stays_primary():
    breaker = ecs.DeploymentCircuitBreaker(rollback=False)
    run = deployed(
        {"pull_error": "x"}, deployment_configuration=ecs.DeploymentConfiguration(deployment_circuit_breaker=breaker)
    )
    primary = described(run)["deployments"][0]
    assert (primary["rolloutState"], primary["rolloutStateReason"]) == (
        "FAILED",
        "ECS deployment circuit breaker: tasks failed to start.",
    )


def test_an_alarm_fails_a_deployment():
    sim, _, web = open_shop()
    alarm = ecs.Alarm(
        sim,
        "errors",
        metric="RequestCount",
        subject="front",
        statistic="Sum",
        comparison="GreaterThanThreshold",
        threshold=50,
    )
    web.update(
        deployment_configuration=ecs.DeploymentConfiguration(
            alarms=ecs.DeploymentAlarms(alarms=[alarm], rollback=False)
        )
    )
    sim.at(119, lambda: web.update(application=ecs.Application(startup_seconds=90)))
    run = sim.run(minutes=8)
    assert any(text.endswith("deployment failed: alarm detected.") for text in messages(run))
    assert described(run)["deployments"][0]["rolloutStateReason"] == "ECS deployment failed: alarm detected."


def test_a_deployment_that_cannot_move_says_so_as_ecs_does():
    bounds = ecs.DeploymentConfiguration(minimum_healthy_percent=100, maximum_percent=100)
    said = messages(deployed({}, deployment_configuration=bounds))
    assert said[-1] == (
        "was unable to stop or start tasks during a deployment because of the service deployment configuration."
        " Update the minimumHealthyPercent or maximumPercent value and try again."
    )


def test_what_ecs_does_not_say_is_left_out():
    deployment = ecs.DeploymentConfiguration(deployment_circuit_breaker=ecs.DeploymentCircuitBreaker())
    sim, _, _ = open_shop(deployment_configuration=deployment, pull_error="x")
    run = sim.run(minutes=30)
    assert any("no completed deployment to go back to" in event.text for event in run.events("service"))
    assert not any("go back to" in text for text in messages(run))


def test_a_lost_host_is_a_termination_notice():
    run = on_instances(2, 512, managed=True, fault="instance_loss")
    lost = next(one for one in stopped(run) if one["stopCode"] == "TerminationNotice")
    gone = next(part for part in run.of_kind("instance") if part.states[-1][1] == "Terminated")
    assert lost["stoppedReason"] == f"Host EC2 (instance {gone.id}) terminated."
    missing = ecs.aws.describe_container_instances(run, [gone.id])
    assert (missing["containerInstances"], missing["failures"][0]["reason"]) == ([], "MISSING")


def test_a_spot_interruption_has_its_own_code():
    run = interrupted()
    assert [(one["stopCode"], one["stoppedReason"]) for one in stopped(run)] == [
        ("SpotInterruption", "Your Spot Task was interrupted.")
    ]


def test_a_blocked_check_times_out():
    run = blocked_by_a_security_group()
    assert any("due to (reason Request timed out)" in text for text in messages(run))
    health = ecs.aws.describe_target_health(run, "front")["TargetHealthDescriptions"]
    reasons = {one["TargetHealth"].get("Reason") for one in health}
    assert reasons <= {"Target.Timeout", "Elb.InitialHealthChecking", "Target.DeregistrationInProgress"}
    assert all(one["Target"]["Id"].startswith("10.0.") for one in health)


def test_a_scaled_in_task_names_the_deployment():
    sim, _, web = open_shop(desired_count=3)
    sim.at(300, lambda: web.update(desired_count=2))
    run = sim.run(minutes=8)
    deployment = run.of_kind("deployment")[0].id
    assert stopped(run)[0]["stoppedReason"] == f"Scaling activity initiated by (deployment {deployment})"
    assert any(text.startswith("has stopped 1 running tasks: (task ") for text in messages(run))


def test_events_are_a_hundred_at_the_most_and_the_newest():
    run = deployed({"exits_after_seconds": 1.0, "startup_seconds": 0.0})
    long = described(run)
    assert len(long["events"]) <= 100
    times = [event["createdAt"] for event in long["events"]]
    assert times == sorted(times, reverse=True)
    assert len({event["id"] for event in long["events"]}) == len(times)


def test_a_standalone_task_has_its_group_and_who_started_it():
    sim = ecs.Simulation(2)
    shop = ecs.Cluster(sim, "shop")
    ecs.run_task(shop, ecs.TaskDefinition("batch"), started_by="night", exits_after_seconds=30, exit_code=0)
    sim.at(60, lambda: ecs.stop_task(next(iter(shop.tenants.values()))[0]) if shop.tenants else None)
    task = ecs.aws.describe_tasks(sim.run(minutes=4))["tasks"][0]
    assert (task["group"], task["startedBy"]) == ("family:batch", "night")


def test_a_drained_instance_shows_draining():
    sim, cluster, _ = open_shop(
        capacity=lambda sim: [ecs.CapacityProvider(ecs.AutoScalingGroup(sim, "box", min_size=2, max_size=2))],
        definition=ecs.TaskDefinition("web", requires_compatibilities=("EC2",)),
    )
    sim.at(300, lambda: cluster.drain(cluster.instances()[0].id))
    run = sim.run(minutes=6)
    shown = ecs.aws.describe_container_instances(run)["containerInstances"]
    assert sorted(one["status"] for one in shown) == ["ACTIVE", "DRAINING"]
    before = ecs.aws.describe_container_instances(run, at_minute=4)["containerInstances"]
    assert [one["status"] for one in before] == ["ACTIVE", "ACTIVE"]


def test_an_instance_that_is_taken_away_drains():
    hook = ecs.LifecycleHook(lifecycle_transition="autoscaling:EC2_INSTANCE_TERMINATING", action=ecs.Constant(300))
    sim = ecs.Simulation(3)
    group = ecs.AutoScalingGroup(sim, "box", max_size=2, desired_capacity=2, lifecycle_hooks=[hook])
    ecs.Cluster(sim, "shop", capacity=[ecs.CapacityProvider(group, managed_scaling=None)])
    sim.at(300, lambda: group.set_desired_capacity(1, sim.log.add("group", "box", "You set it.")))
    run = sim.run(minutes=7)
    shown = ecs.aws.describe_container_instances(run)["containerInstances"]
    assert sorted(one["status"] for one in shown) == ["ACTIVE", "DRAINING"]
    assert {one["runningTasksCount"] for one in shown} == {0}
