"""Containers of a task: the order of their starts and stops, exits, health checks, restarts."""

from __future__ import annotations

import botocore.session
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecslite as ecs
from ecslite.ecs.container_definition import start_order
from ecslite.ecs.container_health import task_health
from ecslite.ecs.stopped import STOP_CODES

Behaviour = ecs.ContainerBehaviour


def container(name, *waits_for, essential=True, check=None, **settings):
    """A container; `waits_for` are "other/CONDITION"."""
    needs = tuple(ecs.ContainerDependency(*one.split("/")) for one in waits_for)
    return ecs.ContainerDefinition(
        name, "shop/" + name, essential=essential, depends_on=needs, health_check=check, **settings
    )


def check(interval=10, **settings):
    return ecs.ContainerHealthCheck(("CMD-SHELL", "curl -f http://localhost/ || exit 1"), interval, **settings)


def task_of(*containers, minutes=5.0, stop_at=None, seed=1, **application):
    """The run of a service of one task with these containers, and the task's record; stopped at a minute if asked."""
    sim = ecs.Simulation(seed)
    definition = ecs.TaskDefinition("web", cpu=256, memory=512, container_definitions=containers)
    web = ecs.Service(ecs.Cluster(sim, "shop"), definition, desired_count=1, **application)
    if stop_at is not None:
        sim.at(60 * stop_at, lambda: web.update(desired_count=0))
    run = sim.run(minutes=minutes)
    return run, run.of_kind("task")[0]


def seconds_of(part, state):
    return next(seconds for seconds, name, _ in part.states if name == state)


def said(run, name, what):
    """The first moment at which an event says that of a container."""
    text = f"Container {name} "
    return next(event.seconds for event in run.log if event.text.startswith(text) and what in event.text)


def described(part):
    return {one.pop("name"): one for one in map(dict, part.attributes["containers"])}


# Starting


def test_a_plain_task_says_nothing_of_its_container():
    run, task = task_of(container("web"))

    assert run.events("container") == []
    assert described(task) == {"web": {"last_status": "RUNNING"}}


def test_start_waits_for_the_start_of_the_other():
    run, _ = task_of(container("web", "log/START"), container("log", essential=False))
    started = [event.details["container"] for event in run.events("container") if "is started" in event.text]

    assert started == ["log", "web"]
    assert said(run, "log", "is started") == said(run, "web", "is started")


def test_a_link_is_a_start():
    linked = (container("web", links=("db:database",)), container("db"))

    assert [one.name for one in start_order(linked)] == ["db", "web"]


@pytest.mark.parametrize("condition", ["COMPLETE", "SUCCESS"])
def test_complete_and_success_wait_for_the_exit(condition):
    run, task = task_of(
        container("web", f"init/{condition}"),
        container("init", essential=False),
        application=ecs.Application(containers={"init": Behaviour(exits_after_seconds=12)}),
    )

    assert said(run, "web", "is started") - said(run, "init", "is started") == 12
    assert seconds_of(task, "RUNNING") == said(run, "web", "is started")
    assert described(task)["init"] == {"last_status": "STOPPED", "exit_code": 0}


def test_complete_does_not_mind_the_exit_code():
    _, task = task_of(
        container("web", "init/COMPLETE"),
        container("init", essential=False),
        application=ecs.Application(containers={"init": Behaviour(exits_after_seconds=2, exit_code=3)}),
    )

    assert task.states[-1][1] == "RUNNING"


def test_success_that_fails_stops_the_task_before_it_has_run():
    run, task = task_of(
        container("web", "init/SUCCESS"),
        container("init", essential=False),
        application=ecs.Application(containers={"init": Behaviour(exits_after_seconds=2, exit_code=3)}),
    )

    assert "RUNNING" not in [state for _, state, _ in task.states]
    assert (task.attributes["stop_code"], task.attributes["stopped_reason"]) == (
        "TaskFailedToStart",
        "Task failed to start",
    )
    assert described(task)["web"] == {
        "last_status": "STOPPED",
        "reason": "CannotStartContainerError: dependency of container web on init (SUCCESS) could not be resolved,"
        " as the dependency did not exit successfully",
    }
    assert "exits by itself (exit code 3)" in " ".join(event.text for event in run.why(task.states[-1][2]))


def test_healthy_waits_for_the_first_check_that_passes():
    run, _ = task_of(container("web", "db/HEALTHY"), container("db", check=check(10)), minutes=3)

    assert said(run, "db", "is HEALTHY") - said(run, "db", "is started") == 10
    assert said(run, "web", "is started") == said(run, "db", "is HEALTHY")


def test_healthy_of_one_that_has_exited_cannot_come_true():
    _, task = task_of(
        container("web", "db/HEALTHY"),
        container("db", check=check(30), essential=False),
        application=ecs.Application(containers={"db": Behaviour(exits_after_seconds=5)}),
    )

    assert task.attributes["stop_code"] == "TaskFailedToStart"


def test_start_timeout_gives_up_on_a_dependency_that_takes_too_long():
    run, task = task_of(
        container("web", "init/SUCCESS"),
        container("init", essential=False, start_timeout=20),
        application=ecs.Application(containers={"init": Behaviour(exits_after_seconds=21)}),
    )

    assert said(run, "web", "does not start") - said(run, "init", "is started") == 20
    assert task.attributes["stop_code"] == "TaskFailedToStart"
    assert described(task)["web"]["reason"].endswith("as it has timed out after 20 s")


def test_start_timeout_says_nothing_of_one_that_was_in_time():
    _run, task = task_of(
        container("web", "init/SUCCESS", "log/START"),
        container("log", start_timeout=20),
        container("init", essential=False, start_timeout=20),
        application=ecs.Application(containers={"init": Behaviour(exits_after_seconds=19)}),
    )

    assert task.states[-1][1] == "RUNNING"


def test_a_task_runs_once_all_its_containers_have_started():
    run, task = task_of(
        container("web"),
        container("late", "init/COMPLETE", essential=False),
        container("init", essential=False),
        application=ecs.Application(containers={"init": Behaviour(exits_after_seconds=30)}),
    )

    assert seconds_of(task, "RUNNING") == said(run, "late", "is started") == said(run, "web", "is started") + 30


def test_a_container_that_cannot_be_started_takes_its_task_down_if_it_is_essential():
    broken = ecs.Application(containers={"log": Behaviour(start_error="exec format error")})
    _, lost = task_of(container("web"), container("log"), application=broken)
    _, kept = task_of(container("web"), container("log", essential=False), application=broken)

    assert lost.attributes["stop_code"] == "TaskFailedToStart"
    assert described(lost)["log"]["reason"] == "CannotStartContainerError: exec format error"
    assert described(kept) == {
        "log": {"last_status": "STOPPED", "reason": "CannotStartContainerError: exec format error"},
        "web": {"last_status": "RUNNING"},
    }


def test_a_task_that_is_stopped_while_it_waits_starts_nothing_more():
    _run, task = task_of(
        container("web", "init/SUCCESS"),
        container("init", essential=False, start_timeout=100),
        stop_at=1.5,
        application=ecs.Application(containers={"init": Behaviour(exits_after_seconds=90)}),
    )

    assert task.states[-1][1] == "STOPPED"
    assert described(task) == {"init": {"last_status": "STOPPED", "exit_code": 0}, "web": {"last_status": "PENDING"}}


def test_dependencies_that_are_not_there_or_go_in_a_circle_are_refused():
    with pytest.raises(ecs.InvalidSetting, match=r"containerDefinitions\[0\].dependsOn\[0\].*no container here"):
        task_of(container("web", "db/START"))
    with pytest.raises(ecs.InvalidSetting, match="goes in a circle"):
        task_of(container("web", "db/START"), container("db", "web/START"))


def test_a_definition_that_is_built_by_hand_is_judged_like_a_document():
    for setting, says in (
        ({"restart_policy": ecs.RestartPolicy(True, (), 10)}, "restartAttemptPeriod: 10 s: give 60 to 1800"),
        ({"check": check(4)}, "healthCheck.interval: 4: give 5 to 300"),
        ({"stop_timeout": 121}, "stopTimeout: 121 s: give 2 to 120 on Fargate"),
        ({"memory": 600}, "512 for the task, 600 for its containers together"),
        ({"essential": False}, "no container is essential"),
        ({"links": ("db",)}, "Fargate does not know it"),
    ):
        with pytest.raises(ecs.InvalidSetting, match=says):
            task_of(container("web", **setting))


# Exits and the end


def test_an_essential_container_takes_its_task_down():
    run, task = task_of(
        container("web"),
        container("proxy"),
        application=ecs.Application(containers={"proxy": Behaviour(exits_after_seconds=60, exit_code=2)}),
    )

    assert (task.attributes["stop_code"], task.attributes["exit_code"]) == ("EssentialContainerExited", 2)
    assert described(task) == {
        "web": {"last_status": "STOPPED", "exit_code": 0},
        "proxy": {"last_status": "STOPPED", "exit_code": 2},
    }
    assert len(run.of_kind("task")) > 1


def test_a_container_that_is_not_essential_does_not():
    run, task = task_of(
        container("web"),
        container("log", essential=False),
        application=ecs.Application(containers={"log": Behaviour(exits_after_seconds=60, exit_code=2)}),
    )

    assert task.states[-1][1] == "RUNNING"
    assert described(task)["log"] == {"last_status": "STOPPED", "exit_code": 2}
    assert len(run.of_kind("task")) == 1


def test_an_essential_one_that_exits_while_others_wait_counts_as_a_task_that_could_not_start():
    run, task = task_of(
        container("web"),
        container("late", "init/SUCCESS"),
        container("init", essential=False),
        application=ecs.Application(exits_after_seconds=3, containers={"init": Behaviour(exits_after_seconds=100)}),
        minutes=10,
    )

    assert "RUNNING" not in [state for _, state, _ in task.states]
    assert task.attributes["stop_code"] == "EssentialContainerExited"
    assert any("unable to consistently start tasks" in event.text for event in run.events("service"))


def test_a_task_whose_essential_container_has_exited_does_not_run_though_the_rest_comes_up():
    """The application exits at second 10, the last other one starts at second 11, and ECS knows at second 12."""
    _, task = task_of(
        container("web"),
        container("late", "init/SUCCESS"),
        container("init", essential=False),
        application=ecs.Application(exits_after_seconds=10, containers={"init": Behaviour(exits_after_seconds=11)}),
    )

    assert "RUNNING" not in [state for _, state, _ in task.states]
    assert task.attributes["stop_code"] == "EssentialContainerExited"


def test_containers_stop_in_the_reverse_order_of_their_starts():
    run, task = task_of(
        container("web", "proxy/START"),
        container("proxy", "log/START"),
        container("log", essential=False),
        stop_at=2,
        application=ecs.Application(
            shutdown_seconds=4, containers={"proxy": Behaviour(shutdown_seconds=3), "log": Behaviour()}
        ),
    )
    signal = seconds_of(task, "STOPPING")

    assert [said(run, name, "gets SIGTERM") - signal for name in ("web", "proxy", "log")] == [0, 4, 7]
    assert [said(run, name, "has stopped") - signal for name in ("web", "proxy", "log")] == [4, 7, 7]
    assert task.attributes["execution_stopped_at"] - signal == 7


def test_containers_that_do_not_know_each_other_stop_together():
    _run, task = task_of(
        container("web"),
        container("log"),
        stop_at=2,
        application=ecs.Application(shutdown_seconds=4, containers={"log": Behaviour(shutdown_seconds=6)}),
    )

    assert seconds_of(task, "DEPROVISIONING") - seconds_of(task, "STOPPING") == 6


@pytest.mark.parametrize(
    ("application", "seconds", "code"),
    [
        (ecs.Application(), 0, 0),
        (ecs.Application(shutdown_seconds=8), 8, 0),
        (ecs.Application(shutdown_seconds=8, sigterm_exit_code=143), 8, 143),
        (ecs.Application(shutdown_seconds=40), 30, 137),
        (ecs.Application(ignores_sigterm=True), 30, 137),
    ],
)
def test_sigterm_then_sigkill_when_the_stop_timeout_is_over(application, seconds, code):
    _, task = task_of(container("web"), stop_at=2, application=application)

    assert seconds_of(task, "DEPROVISIONING") - seconds_of(task, "STOPPING") == seconds
    assert described(task)["web"] == {"last_status": "STOPPED", "exit_code": code}


def test_each_container_has_its_own_stop_timeout():
    run, task = task_of(
        container("web", stop_timeout=5),
        container("log", stop_timeout=9),
        stop_at=2,
        application=ecs.Application(ignores_sigterm=True, containers={"log": Behaviour(ignores_sigterm=True)}),
    )
    signal = seconds_of(task, "STOPPING")

    assert [said(run, name, "SIGKILL") - signal for name in ("web", "log")] == [5, 9]


def test_one_that_is_about_to_exit_by_itself_does_so():
    _, task = task_of(
        container("web"), stop_at=1, application=ecs.Application(ignores_sigterm=True, exits_after_seconds=45)
    )
    began = seconds_of(task, "RUNNING")

    assert task.attributes["execution_stopped_at"] - began == 45
    assert described(task)["web"]["exit_code"] == 1


# Health checks


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("UNHEALTHY", "UNKNOWN", "UNHEALTHY"),
        ("UNHEALTHY", "HEALTHY", "UNHEALTHY"),
        ("HEALTHY", "UNKNOWN", "UNKNOWN"),
        ("HEALTHY", "HEALTHY", "HEALTHY"),
    ],
)
def test_vector_21_the_health_of_a_task_follows_from_its_essential_containers(one, other, both):
    assert task_health([one, other]) == task_health([other, one]) == both


def test_vector_21_in_a_run_of_two_essential_containers():
    two = (container("web", check=check()), container("db", check=check()), container("log", essential=False))
    _, well = task_of(*two)
    _, ill = task_of(*two, minutes=2, application=ecs.Application(containers={"db": Behaviour(startup_seconds=1000)}))

    assert well.attributes["health_status"] == "HEALTHY"
    assert ill.attributes["health_status"] == "UNHEALTHY"
    assert [one.get("health_status") for one in well.attributes["containers"]] == ["HEALTHY", "HEALTHY", None]


def test_a_container_is_unhealthy_after_its_retries_in_a_row():
    run, _task = task_of(
        container("web", check=check(10, retries=3)),
        application=ecs.Application(fails_checks=((65, 1000),)),
    )
    unhealthy = said(run, "web", "is UNHEALTHY")

    assert said(run, "web", "is HEALTHY") - said(run, "web", "is started") == 10
    assert unhealthy - said(run, "web", "is started") == 90


def test_failures_in_the_start_period_do_not_count():
    slow = ecs.Application(startup_seconds=55)
    run, _ = task_of(container("web", check=check(10, retries=3)), application=slow)
    patient, _ = task_of(container("web", check=check(10, retries=3, start_period=40)), application=slow)

    assert said(run, "web", "is UNHEALTHY") - said(run, "web", "is started") == 30
    assert said(patient, "web", "is HEALTHY") - said(patient, "web", "is started") == 60
    assert not any("UNHEALTHY" in event.text for event in patient.log)


def test_failures_in_the_start_period_count_once_a_check_has_passed():
    run, _ = task_of(
        container("web", check=check(10, retries=2, start_period=300)),
        application=ecs.Application(fails_checks=((35, 1000),)),
    )

    assert said(run, "web", "is UNHEALTHY") - said(run, "web", "is started") == 50


def test_a_check_that_fails_now_and_then_is_forgiven():
    flaps = tuple((seconds, seconds + 15) for seconds in range(25, 1000, 30))
    run, _task = task_of(
        container("web", check=check(10, retries=3)), application=ecs.Application(fails_checks=flaps), minutes=10
    )

    assert not any("UNHEALTHY" in event.text for event in run.log)
    assert any("fails its health check" in event.text for event in run.log)


def test_an_unhealthy_task_of_a_service_is_replaced():
    run, task = task_of(
        container("web", check=check()), application=ecs.Application(fails_checks=((60, 10_000),)), minutes=10
    )

    assert (task.attributes["stop_code"], task.attributes["stopped_reason"]) == (
        "ServiceSchedulerInitiated",
        "Task failed container health checks",
    )
    assert "fails its health check" in " ".join(event.text for event in run.why(task.states[-1][2]))


def test_the_service_says_so_as_ecs_does():
    run, task = task_of(container("web", check=check()), application=ecs.Application(fails_checks=((60, 10_000),)))

    assert f"(service web) (task {task.id}) failed container health checks." in [
        event.text for event in run.events("service")
    ]


def test_a_failing_check_counts_for_the_circuit_breaker():
    breaker = ecs.DeploymentCircuitBreaker(enable=True, rollback=False)
    run, _ = task_of(
        container("web", check=check(5, retries=1)),
        application=ecs.Application(fails_checks=((0, 10_000),)),
        deployment_configuration=ecs.DeploymentConfiguration(deployment_circuit_breaker=breaker),
        minutes=15,
    )

    assert run.of_kind("deployment")[0].states[-1][1] == "FAILED"


def test_the_grace_period_forgives_until_it_is_over():
    sim = ecs.Simulation(1)
    definition = ecs.TaskDefinition("web", container_definitions=(container("web", check=check()),))
    ecs.Service(
        ecs.Cluster(sim, "shop"),
        definition,
        desired_count=1,
        health_check_grace_period_seconds=120,
        application=ecs.Application(startup_seconds=10_000),
        deployment_configuration=ecs.DeploymentConfiguration(minimum_healthy_percent=0, maximum_percent=100),
    )
    run = sim.run(minutes=5)
    task = run.of_kind("task")[0]

    assert said(run, "web", "is UNHEALTHY") - seconds_of(task, "RUNNING") == 30
    assert seconds_of(task, "DEACTIVATING") - seconds_of(task, "RUNNING") == 121


def test_a_container_that_is_not_essential_has_no_say():
    _, task = task_of(
        container("web", check=check()),
        container("log", essential=False, check=check()),
        application=ecs.Application(containers={"log": Behaviour(fails_checks=((0, 10_000),))}),
    )

    assert task.states[-1][1] == "RUNNING"
    assert task.attributes["health_status"] == "HEALTHY"
    assert described(task)["log"]["health_status"] == "UNHEALTHY"


def test_the_command_none_turns_a_check_off():
    off = ecs.ContainerHealthCheck(("NONE",))
    _run, task = task_of(container("web", check=off))

    assert described(task) == {"web": {"last_status": "RUNNING"}}


def test_a_deployment_waits_for_its_tasks_to_be_healthy():
    run, task = task_of(container("web", check=check(30)), minutes=10)
    completed = next(event.seconds for event in run.events("deployment") if "completed" in event.text)

    assert completed >= said(run, "web", "is HEALTHY")
    assert completed - seconds_of(task, "RUNNING") < 40


def test_an_overloaded_application_fails_its_own_check():
    sim = ecs.Simulation(1)
    front = ecs.LoadBalancer(sim, "front", health_check=ecs.HealthCheck(unhealthy_threshold_count=10))
    definition = ecs.TaskDefinition("web", container_definitions=(container("web", check=check()),))
    ecs.Service(ecs.Cluster(sim, "shop"), definition, desired_count=1, load_balancer=front, backlog=500)
    ecs.Traffic(sim, ecs.constant(20), cpu_seconds=0.05).to(front)
    run = sim.run(minutes=10)
    unhealthy = next(event for event in run.log if "is UNHEALTHY" in event.text)

    assert run.why(unhealthy)[-1].kind == "traffic"


def test_an_application_that_answers_with_an_error_fails_both_kinds_of_check():
    run, _task = task_of(container("web", check=check()), application=ecs.Application(fails_health_checks=True))
    unhealthy = next(event for event in run.log if "is UNHEALTHY" in event.text)

    assert "answers its health checks with an error" in run.why(unhealthy)[1].text


def test_an_application_that_hangs_fails_its_check():
    sim = ecs.Simulation(1)
    definition = ecs.TaskDefinition("web", container_definitions=(container("web", check=check()),))
    patient = ecs.HealthCheck(unhealthy_threshold_count=10)
    front = ecs.LoadBalancer(sim, "front", health_check=patient)
    web = ecs.Service(ecs.Cluster(sim, "shop"), definition, desired_count=1, load_balancer=front)
    ecs.Fault(web, "hung", at_minute=3)
    run = sim.run(minutes=6)
    unhealthy = next(event for event in run.log if "is UNHEALTHY" in event.text)

    assert run.why(unhealthy)[1].kind == "fault"


def test_each_check_of_an_application_that_hangs_takes_its_whole_timeout():
    """With an interval of 10 s, a timeout of 5 s and 3 retries: three timeouts and the two pauses between them."""
    sim = ecs.Simulation(1)
    definition = ecs.TaskDefinition("web", container_definitions=(container("web", check=check()),))
    web = ecs.Service(ecs.Cluster(sim, "shop"), definition, desired_count=1)
    ecs.Fault(web, "hung", at_minute=3)
    run = sim.run(minutes=6)
    first_check_after = (180 - said(run, "web", "is HEALTHY")) % 10

    assert said(run, "web", "is UNHEALTHY") == pytest.approx(180 + (10 - first_check_after) + 3 * 5 + 2 * 10)


def test_an_answer_that_is_on_its_way_when_its_container_exits_says_nothing():
    """A check at second 45, when a worker is free only after more than its 5 s, and an exit at second 46."""
    sim = ecs.Simulation(1)
    front = ecs.LoadBalancer(sim, "front")
    definition = ecs.TaskDefinition("web", container_definitions=(container("web", check=check(45)),))
    ecs.Service(
        ecs.Cluster(sim, "shop"), definition, desired_count=1, load_balancer=front, backlog=500, exits_after_seconds=46
    )
    ecs.Traffic(sim, ecs.constant(100), cpu_seconds=1).to(front)
    run = sim.run(minutes=2)

    assert not any("HEALTHY" in event.text for event in run.log)


def test_a_check_that_ends_after_its_container_says_nothing():
    run, _task = task_of(container("web", check=check(30)), stop_at=0.8)

    assert not any("HEALTHY" in event.text for event in run.log)


# Restarts


def restarting(period=60, ignored=()):
    return ecs.RestartPolicy(True, ignored, period)


def test_a_container_is_restarted_in_place():
    run, task = task_of(
        container("web", restart_policy=restarting()), application=ecs.Application(exits_after_seconds=70), minutes=6
    )

    assert len(run.of_kind("task")) == 1
    assert described(task)["web"] == {"last_status": "RUNNING", "exit_code": 1, "restart_count": 4}


def test_one_that_exits_within_the_period_is_not():
    _run, task = task_of(
        container("web", restart_policy=restarting(60)), application=ecs.Application(exits_after_seconds=59)
    )

    assert task.attributes["stop_code"] == "EssentialContainerExited"


def test_ignored_exit_codes_are_not_restarted():
    ends = ecs.Application(exits_after_seconds=70, exit_code=0)
    _, task = task_of(container("web", restart_policy=restarting(60, (0,))), application=ends)

    assert task.attributes["stop_code"] == "EssentialContainerExited"


def test_a_policy_that_is_not_enabled_does_nothing():
    off = ecs.RestartPolicy(False, (), 60)
    _, task = task_of(container("web", restart_policy=off), application=ecs.Application(exits_after_seconds=70))

    assert task.attributes["stop_code"] == "EssentialContainerExited"


def test_requests_are_lost_while_a_container_restarts_and_served_after():
    sim = ecs.Simulation(1)
    front = ecs.LoadBalancer(sim, "front")
    definition = ecs.TaskDefinition("web", container_definitions=(container("web", restart_policy=restarting()),))
    web = ecs.Service(ecs.Cluster(sim, "shop"), definition, desired_count=1, load_balancer=front)
    ecs.Traffic(sim, ecs.constant(5), cpu_seconds=0.01).to(front)
    ecs.Fault(web, at_minute=5)
    run = sim.run(minutes=10)
    lost = run.metrics["HTTPCode_ELB_502_Count"]["Sum"]

    assert len(run.of_kind("task")) == 1
    # Two seconds to restart, five to listen, at five a second.
    assert 20 <= lost[5] <= 60
    assert lost[6:] == (0, 0, 0, 0)


def test_a_task_that_stops_meanwhile_restarts_nothing():
    sim = ecs.Simulation(1)
    definition = ecs.TaskDefinition("web", container_definitions=(container("web", restart_policy=restarting()),))
    web = ecs.Service(ecs.Cluster(sim, "shop"), definition, desired_count=1)
    ecs.Fault(web, at_minute=5)
    sim.at(300, lambda: web.update(desired_count=0))
    run = sim.run(minutes=10)

    assert described(run.of_kind("task")[0])["web"] == {"last_status": "STOPPED", "exit_code": 137}


def test_one_that_exits_while_others_wait_is_restarted_before_the_task_runs():
    """The application exits at second 70 and restarts in some 2; the other comes up at second 70, and the task with
    it, so that it is registered while it is down, and serves once it is back."""
    sim = ecs.Simulation(3)
    front = ecs.LoadBalancer(sim, "front")
    parts = (
        container("web", restart_policy=restarting(60), port_mappings=(ecs.PortMapping(80),)),
        container("late", "init/SUCCESS", essential=False),
        container("init", essential=False),
    )
    web = ecs.Service(
        ecs.Cluster(sim, "shop"),
        ecs.TaskDefinition("web", container_definitions=parts),
        desired_count=1,
        load_balancer=front,
        application=ecs.Application(
            exits_after_seconds=70, memory_mib=100, containers={"init": Behaviour(exits_after_seconds=70.5)}
        ),
    )
    sim.run(minutes=1)
    sim.run(seconds=web.tasks[0].containers.own.started_at + 71)
    states = web.tasks[0].last_status, web.tasks[0].targets[0].alive, web.tasks[0].containers.own.restart_count
    sim.run(seconds=sim.now + 10)

    assert states == ("RUNNING", False, 0)
    assert web.tasks[0].targets[0].alive
    assert web.tasks[0].containers.own.restart_count == 1


def test_a_restart_before_the_task_runs_registers_nothing():
    parts = (
        container("web", restart_policy=restarting(60)),
        container("late", "init/SUCCESS", essential=False),
        container("init", essential=False),
    )
    run, task = task_of(
        *parts,
        application=ecs.Application(
            exits_after_seconds=65, memory_mib=100, containers={"init": Behaviour(exits_after_seconds=100)}
        ),
        minutes=4,
    )

    assert described(task)["web"]["restart_count"] > 0
    assert seconds_of(task, "RUNNING") - said(run, "init", "is started") == 100


# All of it


NAMES = "abcdef"


@st.composite
def tasks(draw):
    """Up to six containers; each may wait for some of those before it. The first is the application's."""
    parts, behaviours = [], {}
    for place, name in enumerate(NAMES[: draw(st.integers(1, 6))]):
        essential = place == 0 or draw(st.booleans())
        needs = [
            f"{other.name}/{draw(st.sampled_from(['START'] if other.essential else ['START', 'COMPLETE', 'SUCCESS']))}"
            for other in parts
            if draw(st.integers(0, 2)) == 0
        ]
        checked = check(draw(st.integers(5, 20)), retries=2) if draw(st.booleans()) else None
        policy = restarting(60) if draw(st.integers(0, 3)) == 0 else None
        parts.append(container(name, *needs, essential=essential, check=checked, restart_policy=policy, stop_timeout=9))
        behaviours[name] = Behaviour(
            exits_after_seconds=draw(st.none() | st.integers(0, 150)),
            exit_code=draw(st.sampled_from([0, 0, 3])),
            ignores_sigterm=draw(st.booleans()),
            shutdown_seconds=draw(st.integers(0, 12)),
            fails_checks=draw(st.sampled_from([(), ((40, 80),), ((20, 1000),)])),
        )
    del behaviours["a"]
    return parts, behaviours


def run_of(parts, behaviours, seed, stops=()):
    sim = ecs.Simulation(seed)
    definition = ecs.TaskDefinition("web", container_definitions=tuple(parts))
    application = ecs.Application(containers=behaviours)
    web = ecs.Service(ecs.Cluster(sim, "shop"), definition, desired_count=1, application=application)
    sim.at(240, lambda: web.update(desired_count=0))
    for second in sorted(stops):
        sim.run(seconds=second)
    return sim.run(minutes=8)


@settings(max_examples=40)
@given(tasks(), st.integers(0, 99))
def test_whatever_the_containers_do_their_task_ends_and_so_do_they(given_task, seed):
    parts, behaviours = given_task
    run = run_of(parts, behaviours, seed)
    tasks_of_run = run.of_kind("task")

    assert {task.states[-1][1] for task in tasks_of_run} == {"STOPPED"}
    assert not [
        one for task in tasks_of_run for one in task.attributes["containers"] if one["last_status"] == "RUNNING"
    ]
    assert all(event.cause is None or event.cause < event.id for event in run.log)


@settings(max_examples=40)
@given(tasks(), st.integers(0, 99))
def test_no_container_starts_before_what_it_waits_for_nor_stops_before_what_waits_for_it(given_task, seed):
    parts, behaviours = given_task
    run = run_of(parts, behaviours, seed)
    needs = {part.name: [need.container_name for need in part.needs] for part in parts}

    for task in run.of_kind("task"):
        events = run.events("container", task.id)
        started = [event.details["container"] for event in events if "is started" in event.text]
        told = [event.details["container"] for event in events if "gets SIGTERM" in event.text]
        for name in started:
            assert all(other in started[: started.index(name)] for other in needs[name])
        for name in told:
            assert not any(name in needs[later] for later in told[told.index(name) :])


@settings(max_examples=20)
@given(tasks(), st.integers(0, 99), st.sets(st.integers(1, 479), max_size=4))
def test_a_run_of_containers_in_slices_is_the_run_in_one_piece(given_task, seed, stops):
    parts, behaviours = given_task

    assert run_of(parts, behaviours, seed).to_json() == run_of(parts, behaviours, seed, stops).to_json()


# What is refused


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"exits_after_seconds": -1}, "exits_after_seconds=-1"),
        ({"exit_code": 256}, "exit_code=256"),
        ({"sigterm_exit_code": -1}, "sigterm_exit_code=-1"),
        ({"startup_seconds": -1}, "startup_seconds=-1"),
        ({"shutdown_seconds": float("inf")}, "shutdown_seconds=inf"),
        ({"fails_checks": ((5, 5),)}, "from 5 until 5"),
    ],
)
def test_a_behaviour_that_cannot_be_is_refused(settings, says):
    with pytest.raises(ecs.InvalidSetting, match=says):
        Behaviour(**settings)
    with pytest.raises(ecs.InvalidSetting, match=says):
        ecs.Application(**settings)


@pytest.mark.parametrize(
    ("name", "says"), [("web", "say it of Application"), ("logs", "no such container beside web: it has log")]
)
def test_a_behaviour_is_of_a_container_that_is_there(name, says):
    with pytest.raises(ecs.InvalidSetting, match=says):
        task_of(container("web"), container("log"), application=ecs.Application(containers={name: Behaviour()}))


def test_the_stop_codes_are_the_apis():
    model = botocore.session.get_session().get_service_model("ecs")

    assert tuple(model.shape_for("TaskStopCode").enum) == STOP_CODES


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"workers": 0}, "workers=0"),
        ({"backlog": 0}, "backlog=0"),
        ({"discipline": "last-come"}, "discipline='last-come': use one of first-come-first-served"),
        ({"image_mib": -1}, "image_mib=-1: use MiB from 0"),
        ({"fails_check": ()}, "fails_check= is no setting of an application: use one of"),
    ],
)
def test_an_application_that_cannot_be_is_refused(settings, says):
    with pytest.raises(ecs.InvalidSetting, match=says):
        ecs.Application().but(**settings)
