"""Blue/green, linear and canary deployments: their stages, traffic, hooks, and the way back."""

from __future__ import annotations

from itertools import pairwise

import botocore.session
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecslite as ecs
from ecslite.ecs.deployment_configuration import CODE_DEPLOY, STRATEGIES
from ecslite.ecs.lifecycle_hook import (
    HOOK_STAGES,
    HOOK_STATUSES,
    HOOK_TARGET_TYPES,
    LIFECYCLE_STAGES,
    TIMEOUT_ACTIONS,
)
from ecslite.ecs.traffic_shifts import weights

WEB = ecs.TaskDefinition("web", cpu=256, memory=512)
NO_IMAGE = ecs.Application(pull_error="manifest for shop/web:9 not found")
UNWELL = ecs.Application(fails_health_checks=True)
BREAKER = ecs.DeploymentCircuitBreaker()
GREEN = {"strategy": "BLUE_GREEN", "bake_time_in_minutes": 5}


def shop(*, seed=1, desired_count=2, rate=0, tests=False, delay=10, minutes=4, **configuration):
    """A service behind a load balancer that has run for some minutes, and whose deployments shift traffic."""
    sim = ecs.Simulation(seed)
    front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=delay)
    green = ecs.TargetGroup(sim, "green", deregistration_delay_seconds=delay)
    web = ecs.Service(
        ecs.Cluster(sim, "shop"),
        WEB,
        desired_count=desired_count,
        load_balancer=front,
        advanced_configuration=ecs.AdvancedConfiguration(alternate_target_group=green, test_listener_rule=tests),
        deployment_configuration=ecs.DeploymentConfiguration(**(GREEN | configuration)),
    )
    if rate:
        ecs.Traffic(sim, ecs.constant(rate), cpu_seconds=0.001, from_minute=4).to(front)
    sim.run(minutes=minutes)
    return sim, web


def stages(run, deployment):
    return [
        (event.details["lifecycle_stage"], event.seconds)
        for event in run.log
        if event.subject == deployment.id and "lifecycle_stage" in event.details
    ]


def shares(run):
    """The per cent of traffic that each shift sent to the second group, with its moment."""
    found = []
    for event in run.log:
        if event.kind == "forward":
            given_ = event.details["weights"]
            found.append((event.seconds, 100 * given_["green"] / sum(given_.values())))
    return found


def live(web, deployment):
    return [task for task in web.tasks if task.deployment == deployment.id and task.desired_status == "RUNNING"]


def test_blue_green_goes_through_the_documented_stages():
    sim, web = shop()
    web.update(force_new_deployment=True)
    run = sim.run(minutes=20)

    assert [stage for stage, _ in stages(run, web.deployment)] == list(LIFECYCLE_STAGES[1:])
    assert [one.rollout_state for one in web.deployments] == ["COMPLETED", "COMPLETED"]
    assert {task.deployment for task in web.tasks} == {web.deployment.id}
    assert len(web.tasks) == 2


def test_all_traffic_goes_at_once_and_both_revisions_run_through_the_bake_time():
    sim, web = shop()
    blue = web.deployment
    web.update(force_new_deployment=True)
    run = sim.run(minutes=20)
    at = dict(stages(run, web.deployment))

    assert [percent for _, percent in shares(run)] == [0, 100]
    assert at["CLEAN_UP"] - at["BAKE_TIME"] == 300
    stopped = [{s: t for t, s, _ in task.states}["DEACTIVATING"] for task in run.of_kind("task")[:2]]
    assert min(stopped) >= at["CLEAN_UP"]
    assert {task.attributes["deployment"] for task in run.of_kind("task")[:2]} == {blue.id}


def test_the_two_revisions_cost_twice_the_capacity_for_as_long():
    def bill(bake):
        sim, web = shop(bake_time_in_minutes=bake)
        web.update(force_new_deployment=True)
        return sim.run(minutes=120)

    short, long = bill(5), bill(35)
    both = [sum(begin <= 2400 < end for begin, end in spans(run)) for run in (short, long)]

    # 30 minutes more of both: twice what the two tasks of one revision cost in that time.
    def alone(minutes):
        sim, _ = shop()
        return fargate(sim.run(minutes=minutes))

    one = alone(60) - alone(30)
    assert both == [2, 4]
    assert (one + fargate(long) - fargate(short)) / one == pytest.approx(2, rel=1e-3)


def fargate(run):
    return float(sum(line.usd for line in ecs.bill(run).lines if line.category == "Fargate"))


def spans(run):
    for task in run.of_kind("task"):
        moments = {state: seconds for seconds, state, _ in task.states}
        yield moments["PROVISIONING"], moments.get("STOPPED", float("inf"))


def test_the_next_deployment_goes_back_to_the_first_target_group():
    sim, web = shop()
    web.update(force_new_deployment=True)
    sim.run(minutes=20)
    web.update(force_new_deployment=True)
    run = sim.run(minutes=40)

    assert [percent for _, percent in shares(run)] == [0, 100, 0]
    assert [one.rollout_state for one in web.deployments] == ["COMPLETED"] * 3


def test_the_weights_of_both_groups_are_a_level_of_the_run():
    sim, web = shop()
    web.update(force_new_deployment=True)
    run = sim.run(minutes=20)

    assert [[value for _, value, _ in run.level("Weight", f"front/{group}").steps] for group in ("front", "green")] == [
        [100, 0],
        [0, 100],
    ]


def test_a_revision_that_answers_errors_fails_the_requests_that_are_shifted_to_it_and_no_other():
    canary = ecs.CanaryConfiguration(canary_percent=10, canary_bake_time_in_minutes=5)
    sim, web = shop(strategy="CANARY", canary_configuration=canary, bake_time_in_minutes=0, rate=20)
    web.update(application=ecs.Application(fails_requests=True))
    run = sim.run(minutes=9)
    part, whole = (
        sum(run.metrics[name, "front"]["Sum"][6:9]) for name in ("HTTPCode_Target_5XX_Count", "RequestCount")
    )

    # 3,600 requests: four standard errors of a share of 10 % are 4 × √(0.1 × 0.9 / 3,600) = 2 %.
    assert part / whole == pytest.approx(0.1, abs=0.02)


def test_every_event_of_a_stage_has_a_chain_back_to_your_update():
    sim, web = shop()
    web.update(force_new_deployment=True)
    run = sim.run(minutes=20)
    last = next(event for event in run.log if event.details.get("lifecycle_stage") == "CLEAN_UP")

    assert "You deploy web:1" in run.why(last)[-1].text


def test_vector_17_linear_10_percent_takes_ten_shifts_and_nine_bakes():
    sim, web = shop(strategy="LINEAR", linear_configuration=ecs.LinearConfiguration(step_bake_time_in_minutes=2))
    web.update(force_new_deployment=True)
    run = sim.run(minutes=60)
    moves = shares(run)[1:]

    assert [percent for _, percent in moves] == [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
    assert [later - earlier for (earlier, _), (later, _) in pairwise(moves)] == [120] * 9
    at = dict(stages(run, web.deployment))
    assert at["POST_PRODUCTION_TRAFFIC_SHIFT"] == moves[-1][0]


def test_vector_18_with_the_linear_defaults_the_last_shift_is_54_minutes_after_the_first():
    sim, web = shop(strategy="LINEAR")
    web.update(force_new_deployment=True)
    moves = shares(sim.run(minutes=120))[1:]

    assert moves[-1][0] - moves[0][0] == 54 * 60


def test_vector_19_a_canary_of_10_percent_and_then_the_rest():
    canary = ecs.CanaryConfiguration(canary_percent=10)
    sim, web = shop(strategy="CANARY", canary_configuration=canary, bake_time_in_minutes=None)
    web.update(force_new_deployment=True)
    run = sim.run(minutes=60)
    moves = shares(run)[1:]

    assert [percent for _, percent in moves] == [10, 100]
    assert moves[1][0] - moves[0][0] == 600
    at = dict(stages(run, web.deployment))
    assert at["BAKE_TIME"] == at["CLEAN_UP"]


@pytest.mark.parametrize(
    ("name", "percents", "minutes"),
    [
        ("ECSCanary10Percent5Minutes", [10, 100], 5),
        ("ECSCanary10Percent15Minutes", [10, 100], 15),
        ("ECSLinear10PercentEvery1Minutes", [10, 20, 30, 40, 50, 60, 70, 80, 90, 100], 1),
        ("ECSLinear10PercentEvery3Minutes", [10, 20, 30, 40, 50, 60, 70, 80, 90, 100], 3),
        ("ECSAllAtOnce", [100], 0),
    ],
)
def test_vector_20_code_deploys_configurations_shift_as_named(name, percents, minutes):
    shifts = ecs.DeploymentConfiguration.code_deploy(f"CodeDeployDefault.{name}").shifts

    assert [shift.green_percent for shift in shifts] == percents
    assert [shift.bake_minutes for shift in shifts] == [minutes] * (len(shifts) - 1) + [0]


def test_code_deploy_keeps_the_original_tasks_for_an_hour():
    made = [ecs.DeploymentConfiguration.code_deploy(name) for name in CODE_DEPLOY]

    assert {one.bake_time_in_minutes for one in made} == {60}
    with pytest.raises(ecs.InvalidSetting, match="'AllAtOnce' is none of CodeDeploy's"):
        ecs.DeploymentConfiguration.code_deploy("AllAtOnce")


def test_a_canary_of_everything_is_one_shift():
    assert [shift.green_percent for shift in ecs.CanaryConfiguration(canary_percent=100).shifts] == [100]


@given(st.integers(1, 1000))
def test_weights_are_whole_numbers_that_add_up_whatever_the_tenth(tenths):
    blue, green = weights(tenths / 10)

    assert (blue + green, 0 <= blue <= 999, green <= 999) == (1000 if tenths % 10 else 100, True, True)
    assert 1000 * green == tenths * (blue + green)


def test_no_green_task_gets_production_traffic_before_the_shift_and_the_canary_gets_its_share():
    canary = ecs.CanaryConfiguration(canary_percent=20, canary_bake_time_in_minutes=30)
    sim, web = shop(rate=20, strategy="CANARY", canary_configuration=canary)
    web.update(force_new_deployment=True)
    run = sim.run(minutes=25)
    shifted = int(shares(run)[1][0] // 60)
    counts = run.metrics["RequestCountPerTarget", "green"]["Sum"]

    assert not any(counts[:shifted])
    assert 0.16 < 2 * sum(counts[shifted + 1 :]) / (20 * 60 * len(counts[shifted + 1 :])) < 0.24
    assert not web.fronts[0].failed


# The way back


@pytest.mark.parametrize("application", [NO_IMAGE, UNWELL])
def test_the_circuit_breaker_fails_green_before_it_gets_any_traffic(application):
    sim, web = shop(deployment_circuit_breaker=BREAKER, rate=5)
    blue = web.deployment
    web.update(application=application)
    bad = web.deployment
    run = sim.run(minutes=60)

    assert (bad.rollout_state, web.deployment, blue.rollout_state) == ("FAILED", blue, "COMPLETED")
    assert [percent for _, percent in shares(run)] == [0]
    assert {task.deployment for task in web.tasks} == {blue.id}
    assert not web.fronts[0].failed


def alarmed(*, at_minute, rollback=True, **configuration):
    """A shop whose alarm on crashes goes off at a minute."""
    sim = ecs.Simulation(5)
    front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=10)
    green = ecs.TargetGroup(sim, "green", deregistration_delay_seconds=10)
    ecs.CustomMetric(sim, "Trouble", "Count", lambda: float(sim.now >= at_minute * 60))
    alarm = ecs.Alarm(
        sim,
        "trouble",
        metric="Trouble",
        subject="custom",
        statistic="Average",
        comparison="GreaterThanThreshold",
        threshold=0,
    )
    watched = ecs.DeploymentAlarms(alarms=[alarm], rollback=rollback)
    web = ecs.Service(
        ecs.Cluster(sim, "shop"),
        WEB,
        desired_count=2,
        load_balancer=front,
        advanced_configuration=ecs.AdvancedConfiguration(alternate_target_group=green),
        deployment_configuration=ecs.DeploymentConfiguration(**(GREEN | configuration), alarms=watched),
    )
    ecs.Traffic(sim, ecs.constant(10), cpu_seconds=0.001, from_minute=4).to(front)
    sim.run(minutes=4)
    web.update(force_new_deployment=True)
    return sim, web


def test_an_alarm_in_the_bake_time_sends_traffic_back_to_blue_at_once():
    sim, web = alarmed(at_minute=10, bake_time_in_minutes=30)
    blue, green = web.deployments
    run = sim.run(minutes=40)

    assert (green.rollout_state, web.deployment, blue.rollout_state) == ("FAILED", blue, "COMPLETED")
    assert [percent for _, percent in shares(run)] == [0, 100, 0]
    failed = next(seconds for seconds, state, _ in run.of_kind("deployment")[1].states if state == "FAILED")
    assert shares(run)[-1][0] == failed
    assert {task.deployment for task in web.tasks} == {blue.id}
    assert not web.fronts[0].failed


def test_without_rollback_a_failed_deployment_stays_where_it_is_until_the_next_takes_its_place():
    sim, web = alarmed(at_minute=10, bake_time_in_minutes=30, rollback=False)
    blue, green = web.deployments
    run = sim.run(minutes=60)
    assert [percent for _, percent in shares(run)] == [0, 100]
    assert (len(live(web, blue)), len(live(web, green))) == (2, 2)

    web.update(force_new_deployment=True)
    run = sim.run(minutes=120)
    assert [percent for _, percent in shares(run)] == [0, 100, 0, 100]
    assert "RECONCILE_SERVICE" in dict(stages(run, web.deployment))
    assert {task.deployment for task in web.tasks} == {web.deployment.id}
    assert not web.fronts[0].failed


def test_an_alarm_during_the_clean_up_comes_too_late():
    """A protected task of blue holds the clean-up back for two hours; the alarm goes off within them."""
    sim, web = alarmed(at_minute=15, bake_time_in_minutes=1)
    web.update_task_protection([web.tasks[0].id])
    run = sim.run(minutes=30)
    alarm = next(event for event in run.events("alarm", "trouble") if "goes off" in event.text)
    state = web.deployment.rollout_state
    later = sim.run(minutes=140)

    assert dict(stages(run, web.deployment))["CLEAN_UP"] < alarm.seconds < 30 * 60
    assert (state, web.deployment.rollout_state) == ("IN_PROGRESS", "COMPLETED")
    assert [percent for _, percent in shares(later)] == [0, 100]


# Hooks


def answering(*answers):
    """A hook's function that gives these answers in turn, and keeps what it was asked."""
    asked = []

    def target(payload):
        asked.append(payload)
        return answers[min(len(asked), len(answers)) - 1]

    return target, asked


def hooked(target, *stages_, **more):
    return {"lifecycle_hooks": [ecs.DeploymentLifecycleHook(lifecycle_stages=stages_, target=target, **more)]}


def test_a_hook_that_fails_after_the_shift_sends_traffic_back():
    target, asked = answering("FAILED")
    sim, web = shop(**hooked(target, "POST_PRODUCTION_TRAFFIC_SHIFT"))
    blue = web.deployment
    web.update(force_new_deployment=True)
    run = sim.run(minutes=30)

    assert [percent for _, percent in shares(run)] == [0, 100, 0]
    assert (web.deployment, len(asked)) == (blue, 1)
    back = [event for event in run.log if event.kind == "forward"][-1]
    assert any("answers FAILED" in event.text for event in run.why(back))


def test_hooks_see_the_weights_of_test_and_production_traffic_and_of_the_way_back():
    target, asked = answering("SUCCEEDED", "SUCCEEDED", "FAILED", "SUCCEEDED")
    canary = ecs.CanaryConfiguration(canary_percent=10, canary_bake_time_in_minutes=1)
    hooks = hooked(target, "TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT", hook_details={"bucket": "b"})
    sim, web = shop(tests=True, strategy="CANARY", canary_configuration=canary, **hooks)
    blue = web.deployment
    web.update(force_new_deployment=True)
    green = web.deployment
    sim.run(minutes=30)

    seen = [
        (
            one["lifecycleStage"],
            one["executionDetails"]["testTrafficWeights"],
            one["executionDetails"]["productionTrafficWeights"],
        )
        for one in asked
    ]
    assert seen == [
        ("TEST_TRAFFIC_SHIFT", {green.id: 100, blue.id: 0}, {}),
        ("PRODUCTION_TRAFFIC_SHIFT", {}, {green.id: 10, blue.id: 90}),
        ("PRODUCTION_TRAFFIC_SHIFT", {}, {green.id: 100, blue.id: 0}),
        ("PRODUCTION_TRAFFIC_SHIFT", {}, {green.id: 0, blue.id: 100}),
        ("TEST_TRAFFIC_SHIFT", {green.id: 0, blue.id: 100}, {}),
    ]
    assert {one["hookDetails"]["bucket"] for one in asked} == {"b"}
    assert {one["executionDetails"]["targetServiceRevisionArn"] for one in asked} == {green.id}


def test_a_hook_in_progress_is_asked_again_after_30_seconds_or_as_it_says_with_its_details():
    answers = ["IN_PROGRESS", {"hookStatus": "IN_PROGRESS", "callBackDelay": 60, "hookDetails": {"n": 2}}, "SUCCEEDED"]
    target, asked = answering(*answers)
    sim, web = shop(**hooked(target, "PRE_SCALE_UP"))
    web.update(force_new_deployment=True)
    run = sim.run(minutes=20)
    at = dict(stages(run, web.deployment))

    assert at["SCALE_UP"] - at["PRE_SCALE_UP"] == 90
    assert [one["hookDetails"] for one in asked] == [{}, {}, {"n": 2}]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("PERHAPS", "'PERHAPS' is no hookStatus"),
        (None, "None is no hookStatus"),
        ({"hookStatus": "IN_PROGRESS", "callBackDelay": 0}, "callBackDelay=0 is no number of seconds"),
    ],
)
def test_an_answer_that_is_none_fails_the_deployment(answer, said):
    target, _ = answering(answer)
    sim, web = shop(**hooked(target, "POST_SCALE_UP"))
    web.update(force_new_deployment=True)
    green = web.deployment
    run = sim.run(minutes=20)

    assert green.rollout_state == "FAILED"
    assert any(said in event.text for event in run.log)


def test_a_hook_that_raises_an_error_fails_the_deployment_and_the_log_names_it():
    def smoke_test(payload):
        raise AssertionError(f"no answer at {payload['lifecycleStage']}")

    sim, web = shop(**hooked(smoke_test, "POST_TEST_TRAFFIC_SHIFT"))
    web.update(force_new_deployment=True)
    green = web.deployment
    run = sim.run(minutes=20)

    assert green.rollout_state == "FAILED"
    assert any("FAILED (AssertionError: no answer at POST_TEST_TRAFFIC_SHIFT)" in event.text for event in run.log)


@pytest.mark.parametrize(("action", "state"), [("ROLLBACK", "FAILED"), ("CONTINUE", "COMPLETED")])
def test_a_hook_that_never_ends_times_out(action, state):
    target, _ = answering("IN_PROGRESS")
    timeout = ecs.DeploymentLifecycleHookTimeoutConfiguration(timeout_in_minutes=3, action=action)
    sim, web = shop(**hooked(target, "PRE_SCALE_UP", timeout_configuration=timeout))
    web.update(force_new_deployment=True)
    green = web.deployment
    run = sim.run(minutes=30)

    assert green.rollout_state == state
    timed_out = next(event for event in run.log if event.details.get("status") == "TIMED_OUT")
    assert timed_out.seconds == 4 * 60 + 180


def paused(**more):
    hook = ecs.DeploymentLifecycleHook(lifecycle_stages=["POST_SCALE_UP"], target_type="PAUSE", **more)
    sim, web = shop(lifecycle_hooks=[hook])
    web.update(force_new_deployment=True)
    sim.run(minutes=10)
    return sim, web


@pytest.mark.parametrize(("action", "state"), [("ROLLBACK", "FAILED"), ("CONTINUE", "COMPLETED")])
def test_a_pause_lasts_until_you_continue_or_roll_back(action, state):
    sim, web = paused()
    green = web.deployment
    assert (green.rollout_state, len(live(web, green))) == ("IN_PROGRESS", 2)
    web.continue_service_deployment(action)
    sim.run(minutes=30)

    assert green.rollout_state == state
    with pytest.raises(ecs.InvalidSetting, match="no deployment that pauses"):
        web.continue_service_deployment()


@pytest.mark.parametrize(("action", "state"), [("ROLLBACK", "FAILED"), ("CONTINUE", "COMPLETED")])
def test_a_pause_that_nobody_ends_times_out(action, state):
    timeout = ecs.DeploymentLifecycleHookTimeoutConfiguration(timeout_in_minutes=15, action=action)
    sim, web = paused(timeout_configuration=timeout)
    green = web.deployment
    sim.run(minutes=60)

    assert green.rollout_state == state


def test_a_pause_takes_continue_or_rollback():
    _, web = paused()

    with pytest.raises(ecs.InvalidSetting, match="action='GO': use CONTINUE or ROLLBACK"):
        web.continue_service_deployment("GO")


def test_a_stage_that_lasts_longer_than_a_day_fails_the_deployment():
    sim, web = shop(desired_count=1)
    web.update(application=NO_IMAGE)
    green = web.deployment
    run = sim.run(minutes=25 * 60)

    assert green.rollout_state == "FAILED"
    assert any("stage SCALE_UP lasted longer than 24 hours" in event.text for event in run.log)


# One deployment after another


@pytest.mark.parametrize(("days", "state", "why"), [(14, "FAILED", "longer than 30 days"), (9, "COMPLETED", None)])
def test_a_deployment_that_lasts_longer_than_30_days_fails(days, state, why):
    """Three pauses, each within its own limit of 14 days."""
    timeout = ecs.DeploymentLifecycleHookTimeoutConfiguration(timeout_in_minutes=days * 1440, action="CONTINUE")
    pauses = ecs.DeploymentLifecycleHook(
        lifecycle_stages=("PRE_SCALE_UP", "POST_SCALE_UP", "POST_TEST_TRAFFIC_SHIFT"),
        target_type="PAUSE",
        timeout_configuration=timeout,
    )
    sim, web = shop(lifecycle_hooks=[pauses])
    web.update(force_new_deployment=True)
    green = web.deployment
    run = sim.run(minutes=45 * 1440)
    failed = [event for event in run.log if event.subject == green.id and "failed" in event.text]

    assert green.rollout_state == state
    assert [event.text.split("it lasted ")[1] for event in failed] == ([f"{why}."] if why else [])
    assert [round((event.seconds - 240) / 86400, 3) for event in failed] == ([30.0] if why else [])


def test_an_update_during_the_canary_goes_back_to_blue_and_starts_anew():
    canary = ecs.CanaryConfiguration(canary_percent=10, canary_bake_time_in_minutes=30)
    sim, web = shop(rate=5, strategy="CANARY", canary_configuration=canary)
    blue = web.deployment
    web.update(force_new_deployment=True)
    sim.run(minutes=12)
    web.update(force_new_deployment=True)
    sim.run(minutes=12.05)
    assert web.fronts[0].weights[web.traffic.blue] == 100
    run = sim.run(minutes=90)

    assert [percent for _, percent in shares(run)] == [0, 10, 0, 10, 100]
    assert next(stage for stage, _ in stages(run, web.deployment)) == "RECONCILE_SERVICE"
    assert {task.deployment for task in web.tasks} == {web.deployment.id} != {blue.id}
    assert not web.fronts[0].failed


def test_an_update_during_the_bake_time_has_green_as_its_blue():
    sim, web = shop(rate=5, bake_time_in_minutes=60)
    web.update(force_new_deployment=True)
    sim.run(minutes=20)
    web.update(force_new_deployment=True)
    run = sim.run(minutes=120)

    assert [percent for _, percent in shares(run)] == [0, 100, 0]
    assert {task.deployment for task in web.tasks} == {web.deployment.id}
    assert not web.fronts[0].failed


def test_two_updates_at_one_moment_leave_the_second():
    sim, web = shop(minutes=4)
    web.update(force_new_deployment=True)
    web.update(force_new_deployment=True)
    sim.run(minutes=30)

    assert {task.deployment for task in web.tasks} == {web.deployment.id}
    assert web.deployment.rollout_state == "COMPLETED"


def test_a_service_may_turn_from_rolling_to_canary_and_back():
    sim, web = shop(strategy="ROLLING", bake_time_in_minutes=None)
    web.update(deployment_configuration=ecs.DeploymentConfiguration(strategy="CANARY"), force_new_deployment=True)
    sim.run(minutes=40)
    web.update(deployment_configuration=ecs.DeploymentConfiguration(), force_new_deployment=True)
    run = sim.run(minutes=60)

    assert [one.rollout_state for one in web.deployments] == ["COMPLETED"] * 3
    assert [percent for _, percent in shares(run)] == [0, 5, 100]
    assert {target.record.attributes["target_group"] for task in web.tasks for target in task.targets} == {"green"}


def test_without_a_load_balancer_the_stages_are_the_same_and_no_traffic_is_shifted():
    sim = ecs.Simulation(1)
    web = ecs.Service(
        ecs.Cluster(sim, "shop"),
        WEB,
        desired_count=2,
        deployment_configuration=ecs.DeploymentConfiguration(**GREEN),
    )
    sim.run(minutes=4)
    web.update(force_new_deployment=True)
    run = sim.run(minutes=20)

    assert [stage for stage, _ in stages(run, web.deployment)] == list(LIFECYCLE_STAGES[1:])
    assert web.deployment.rollout_state == "COMPLETED"
    assert [event for event in run.log if event.kind == "forward"] == []


def test_a_headless_deployment_that_fails_keeps_blue():
    sim = ecs.Simulation(1)
    target, _ = answering("FAILED")
    web = ecs.Service(
        ecs.Cluster(sim, "shop"),
        WEB,
        desired_count=2,
        deployment_configuration=ecs.DeploymentConfiguration(
            **GREEN, **hooked(target, "POST_PRODUCTION_TRAFFIC_SHIFT")
        ),
    )
    sim.run(minutes=4)
    blue = web.deployment
    web.update(force_new_deployment=True)
    sim.run(minutes=20)

    assert (web.deployment, {task.deployment for task in web.tasks}) == (blue, {blue.id})


def test_the_service_may_register_with_a_target_group_of_the_load_balancer():
    sim = ecs.Simulation(1)
    front = ecs.LoadBalancer(sim, "front")
    one, two = ecs.TargetGroup(sim, "one", deregistration_delay_seconds=5), ecs.TargetGroup(sim, "two")
    front.forward({one: 1})
    web = ecs.Service(
        ecs.Cluster(sim, "shop"),
        WEB,
        desired_count=1,
        load_balancer=one,
        advanced_configuration=ecs.AdvancedConfiguration(alternate_target_group=two, production_listener_rule=front),
        deployment_configuration=ecs.DeploymentConfiguration(**GREEN),
    )
    sim.run(minutes=4)
    web.update(force_new_deployment=True)
    sim.run(minutes=20)

    assert front.weights == {one: 0, two: 100}


@settings(max_examples=15)
@given(
    seed=st.integers(0, 10**6),
    strategy=st.sampled_from(STRATEGIES[1:]),
    percent=st.integers(3, 100),
    bake=st.integers(0, 6),
    crashes=st.lists(st.floats(5, 30), max_size=3),
    fails=st.sampled_from([None, "POST_SCALE_UP", "PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"]),
    again=st.one_of(st.none(), st.floats(5, 30)),
)
def test_weights_sum_to_100_and_no_request_meets_a_group_without_targets(**drawn):
    seed, strategy, percent, bake, crashes, fails, again = drawn.values()
    more = {"bake_time_in_minutes": bake}
    if strategy == "LINEAR":
        more["linear_configuration"] = ecs.LinearConfiguration(step_percent=percent, step_bake_time_in_minutes=1)
    if strategy == "CANARY":
        more["canary_configuration"] = ecs.CanaryConfiguration(canary_percent=percent, canary_bake_time_in_minutes=3)
    if fails:
        more |= hooked(answering("FAILED")[0], fails)
    sim, web = shop(seed=seed, desired_count=3, rate=3, strategy=strategy, **more)
    web.update(force_new_deployment=True)
    if again is not None:
        sim.at(60 * again, lambda: web.update(force_new_deployment=True))
    for minute in crashes:
        ecs.Fault(web, "crash", at_minute=minute)
    run = sim.run(minutes=150)

    assert {sum(event.details["weights"].values()) for event in run.log if event.kind == "forward"} <= {100}
    assert web.fronts[0].failed["503"] == 0
    assert len({task.deployment for task in web.tasks}) == 1
    assert len(web.tasks) == 3
    assert web.deployment.rollout_state == "COMPLETED"


def test_a_run_with_a_canary_is_the_same_in_slices():
    def scenario(*stops):
        sim, web = shop(strategy="CANARY", rate=5)
        web.update(force_new_deployment=True)
        for minute in stops:
            sim.run(minutes=minute)
        return sim.run(minutes=25).to_json()

    assert scenario() == scenario(4.5, 7.01, 13)


# What is refused


@pytest.mark.parametrize(
    ("settings_", "said"),
    [
        ({"strategy": "BLUE"}, "strategy='BLUE': use one of ROLLING, BLUE_GREEN"),
        ({"strategy": "BLUE_GREEN"}, "without bake_time_in_minutes: say how long"),
        ({"strategy": "CANARY", "bake_time_in_minutes": 1441}, "bake_time_in_minutes=1441: use whole minutes from 0"),
        ({"linear_configuration": ecs.LinearConfiguration()}, "linear_configuration= with strategy='ROLLING'"),
        ({"strategy": "LINEAR", "canary_configuration": ecs.CanaryConfiguration()}, "it belongs to CANARY"),
        (hooked(lambda _: "SUCCEEDED", "PRE_SCALE_UP"), "lifecycle_hooks= with strategy='ROLLING'"),
    ],
)
def test_a_configuration_that_does_not_hold_together_is_refused(settings_, said):
    with pytest.raises(ecs.InvalidSetting, match=said):
        ecs.DeploymentConfiguration(**settings_)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (
            lambda: ecs.LinearConfiguration(step_percent=2.9),
            "step_percent=2.9: use a multiple of 0.1 from 3.0 to 100.0",
        ),
        (lambda: ecs.CanaryConfiguration(canary_percent=0), "canary_percent=0: use a multiple of 0.1 from 0.1"),
        (lambda: ecs.CanaryConfiguration(canary_percent=100.1), "canary_percent=100.1"),
        (lambda: ecs.CanaryConfiguration(canary_percent=5.55), "canary_percent=5.55"),
        (lambda: ecs.CanaryConfiguration(canary_percent="5"), "canary_percent='5'"),
        (lambda: ecs.LinearConfiguration(step_bake_time_in_minutes=-1), "step_bake_time_in_minutes=-1"),
        (lambda: ecs.CanaryConfiguration(canary_bake_time_in_minutes=1.5), "canary_bake_time_in_minutes=1.5"),
        (lambda: hooked(len, "SCALE_UP"), "lifecycle stage 'SCALE_UP' can have no hook"),
        (lambda: hooked(len), "name at least one of RECONCILE_SERVICE"),
        (lambda: hooked(None, "PRE_SCALE_UP"), "a hook has a function as its target"),
        (lambda: hooked(len, "PRE_SCALE_UP", target_type="SNS"), "target_type='SNS': use one of AWS_LAMBDA, PAUSE"),
        (lambda: hooked(None, "TEST_TRAFFIC_SHIFT", target_type="PAUSE"), "take POST_TEST_TRAFFIC_SHIFT"),
        (
            lambda: ecs.DeploymentLifecycleHookTimeoutConfiguration(timeout_in_minutes=20_161),
            "timeout_in_minutes=20161: use 1 to 20,160",
        ),
        (lambda: ecs.DeploymentLifecycleHookTimeoutConfiguration(action="WAIT"), "action='WAIT'"),
        (
            lambda: hooked(
                len,
                "PRE_SCALE_UP",
                timeout_configuration=ecs.DeploymentLifecycleHookTimeoutConfiguration(timeout_in_minutes=2000),
            ),
            "timeout_in_minutes=2000 of a function",
        ),
    ],
)
def test_values_out_of_the_apis_ranges_are_refused(make, said):
    with pytest.raises(ecs.InvalidSetting, match=said):
        make()


def placed(front=None, advanced=None, strategy="CANARY", **more):
    sim = ecs.Simulation(1)
    front = front and front(sim)
    return ecs.Service(
        ecs.Cluster(sim, "shop"),
        WEB,
        desired_count=1,
        load_balancer=front,
        advanced_configuration=advanced and advanced(sim, front),
        deployment_configuration=ecs.DeploymentConfiguration(strategy=strategy, **more),
    )


def balancer(sim):
    return ecs.LoadBalancer(sim, "front")


def group(sim):
    return ecs.TargetGroup(sim, "one")


def second(sim, front, **more):
    return ecs.AdvancedConfiguration(alternate_target_group=ecs.TargetGroup(sim, "two"), **more)


def shared(sim):
    front = balancer(sim)
    front.forward({front.default_group: 1, ecs.TargetGroup(sim, "other"): 1})
    return front


def of_another(sim, _front):
    other = ecs.LoadBalancer(sim, "other")
    return ecs.AdvancedConfiguration(alternate_target_group=other.default_group)


@pytest.mark.parametrize(
    ("settings_", "said"),
    [
        ({"strategy": "LINEAR"}, "strategy='LINEAR' shifts traffic by the weights of a load balancer"),
        ({}, "strategy='CANARY' shifts traffic by the weights of a load balancer"),
        ({"front": balancer}, "needs a second target group"),
        ({"front": lambda sim: [balancer(sim), group(sim)], "advanced": second}, "2 fronts, the first a LoadBalancer"),
        ({"front": group, "advanced": second}, "say which load balancer forwards to it"),
        (
            {
                "front": group,
                "advanced": lambda sim, front: second(sim, front, production_listener_rule=balancer(sim)),
            },
            "does not forward to 'one'",
        ),
        (
            {
                "front": balancer,
                "advanced": lambda sim, front: second(
                    sim, front, production_listener_rule=ecs.LoadBalancer(sim, "another")
                ),
            },
            "production_listener_rule is another load balancer",
        ),
        (
            {
                "front": balancer,
                "advanced": lambda _, front: ecs.AdvancedConfiguration(alternate_target_group=front.default_group),
            },
            "is the service's own",
        ),
        ({"front": balancer, "advanced": of_another}, "belongs to another load balancer"),
        ({"front": shared, "advanced": second}, "also forwards to other"),
    ],
)
def test_a_service_whose_traffic_cannot_be_shifted_is_refused(settings_, said):
    with pytest.raises(ecs.InvalidSetting, match=said):
        placed(**settings_)


def test_enumerations_and_members_are_named_as_botocore_names_them():
    model = botocore.session.get_session().get_service_model("ecs")

    def members(shape):
        return set(model.shape_for(shape).members)

    assert list(STRATEGIES) == model.shape_for("DeploymentStrategy").enum
    assert set(HOOK_STAGES) == set(model.shape_for("DeploymentLifecycleHookStage").enum)
    assert set(model.shape_for("ServiceDeploymentLifecycleStage").enum) <= set(LIFECYCLE_STAGES)
    assert set(HOOK_TARGET_TYPES) == set(model.shape_for("DeploymentLifecycleHookTargetType").enum)
    assert set(HOOK_STATUSES) == set(model.shape_for("DeploymentLifecycleHookStatus").enum)
    assert set(TIMEOUT_ACTIONS) == set(model.shape_for("DeploymentLifecycleHookAction").enum)
    assert {"stepPercent", "stepBakeTimeInMinutes"} == members("LinearConfiguration")
    assert {"canaryPercent", "canaryBakeTimeInMinutes"} == members("CanaryConfiguration")
    assert {"strategy", "bakeTimeInMinutes", "lifecycleHooks", "linearConfiguration", "canaryConfiguration"} <= members(
        "DeploymentConfiguration"
    )
    assert {"alternateTargetGroupArn", "productionListenerRule", "testListenerRule"} <= members("AdvancedConfiguration")
