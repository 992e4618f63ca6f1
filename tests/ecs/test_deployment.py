"""Rolling deployments: within the minimum and the maximum, given up by the circuit breaker, and rolled back."""

from __future__ import annotations

from itertools import pairwise

import botocore.session
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecslite as ecs
from ecslite.ecs.deployment_configuration import THRESHOLD_TYPES

WEB = ecs.TaskDefinition("web", cpu=256, memory=512)
NO_IMAGE = ecs.Application(pull_error="manifest for shop/web:9 not found")
BREAKER = ecs.DeploymentConfiguration(deployment_circuit_breaker=ecs.DeploymentCircuitBreaker())


def service(*, desired_count=4, seed=1, behind=None, **more):
    """A service that has run for three minutes."""
    sim = ecs.Simulation(seed)
    front = None if behind is None else ecs.LoadBalancer(sim, "front", **behind)
    web = ecs.Service(ecs.Cluster(sim, "shop"), WEB, desired_count=desired_count, load_balancer=front, **more)
    sim.run(minutes=3)
    return sim, web


def live(web, deployment):
    return [task for task in web.tasks if task.deployment == deployment.id and task.desired_status == "RUNNING"]


def test_a_service_is_created_by_a_deployment_that_completes():
    _, web = service()

    assert [one.rollout_state for one in web.deployments] == ["COMPLETED"]
    assert not web.deploying


def test_an_update_replaces_every_task_and_the_chain_names_the_deployment():
    sim, web = service()
    web.update(application=ecs.Application(startup_seconds=1))
    assert web.deploying
    run = sim.run(minutes=10)

    assert [one.rollout_state for one in web.deployments] == ["COMPLETED", "COMPLETED"]
    assert len(live(web, web.deployment)) == 4 == len(web.tasks)
    last = run.of_kind("task")[-1]
    chain = run.why(next(event for _, state, event in last.states if state == "RUNNING"))
    assert "You deploy web:1" in chain[-1].text


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), desired=st.integers(1, 8), low=st.integers(0, 100), high=st.integers(100, 200))
def test_running_tasks_never_fall_under_the_minimum_nor_live_ones_rise_over_the_maximum(seed, desired, low, high):
    bounds = ecs.DeploymentConfiguration(minimum_healthy_percent=low, maximum_percent=high)
    sim, web = service(desired_count=desired, seed=seed, deployment_configuration=bounds)
    web.update(force_new_deployment=True)
    least, most = desired, 0
    for second in range(181, 900, 3):
        sim.run(minutes=second / 60)
        wanted = [task for task in web.tasks if task.desired_status == "RUNNING"]
        least = min(least, sum(task.ready for task in wanted))
        most = max(most, len(wanted))

    assert least >= bounds.lower(desired)
    assert most <= bounds.upper(desired)
    moves = bounds.upper(desired) > bounds.lower(desired)
    assert web.deployment.rollout_state == ("COMPLETED" if moves else "IN_PROGRESS")


def test_a_minimum_and_a_maximum_of_100_stand_still_and_say_so():
    bounds = ecs.DeploymentConfiguration(minimum_healthy_percent=100, maximum_percent=100)
    sim, web = service(deployment_configuration=bounds)
    web.update(force_new_deployment=True)
    run = sim.run(minutes=20)

    said = [event.text for event in run.log if "service deployment configuration" in event.text]
    assert len(said) == 1
    assert "Lower minimum_healthy_percent=100 or raise maximum_percent=100" in said[0]
    assert len(live(web, web.deployments[0])) == 4


def test_vector_8_and_its_neighbours_the_bounded_threshold():
    threshold = ecs.ThresholdConfiguration().threshold

    assert [threshold(desired) for desired in (1, 6, 7, 25, 400, 800)] == [3, 3, 4, 13, 200, 200]


def test_vector_9_an_unbounded_threshold_has_no_limits():
    assert ecs.ThresholdConfiguration(type="UNBOUNDED_PERCENT").threshold(800) == 400
    assert ecs.ThresholdConfiguration(type="COUNT", value=7).threshold(800) == 7


def test_vector_11_a_rollback_that_is_in_progress_is_none_to_roll_back_to():
    sim, web = service(deployment_configuration=BREAKER)
    first = web.deployment
    web.update(application=NO_IMAGE)
    second = web.deployment
    while second.rollout_state != "FAILED":
        sim.run(minutes=sim.now / 60 + 0.01)
    assert (web.deployment, first.rollout_state) == (first, "IN_PROGRESS")
    web.update(application=NO_IMAGE)
    third = web.deployment
    sim.run(minutes=30)
    started = len([task for task in sim.run(minutes=30).of_kind("task") if task.attributes["deployment"] == third.id])
    run = sim.run(minutes=60)

    assert third.rollout_state == "FAILED"
    assert web.deployment is third
    assert len([task for task in run.of_kind("task") if task.attributes["deployment"] == third.id]) == started
    assert len(live(web, first)) == 4


def test_vector_12_the_deployment_fails_at_the_third_failure():
    sim, web = service(desired_count=1, deployment_configuration=BREAKER)
    web.update(application=NO_IMAGE)
    bad = web.deployment
    run = sim.run(minutes=20)

    failed = [task for task in run.of_kind("task") if task.attributes["deployment"] == bad.id]
    assert bad.rollout_state == "FAILED"
    assert len(failed) == 3
    assert {task.attributes["stop_code"] for task in failed} == {"TaskFailedToStart"}
    assert web.deployment is web.deployments[-1] is not bad


@pytest.mark.parametrize("resets", [True, False])
def test_four_ways_to_fail_come_out_differently(resets):
    """Before RUNNING: breaker, throttled. After RUNNING: neither. A failing check: breaker, not throttled. Flapping:
    the breaker only where a healthy task does not set its count back to 0."""
    ways = {
        "before RUNNING": NO_IMAGE,
        "20 s after": ecs.Application(exits_after_seconds=20),
        "failing check": ecs.Application(fails_health_checks=True),
        "flapping": ecs.Application(fails_checks=[(40, 100_000)]),
        "well": ecs.Application(),
    }
    breaker = ecs.DeploymentCircuitBreaker(reset_on_healthy_task=resets)
    bounds = ecs.DeploymentConfiguration(deployment_circuit_breaker=breaker)
    outcomes = {}
    for way, application in ways.items():
        sim, web = service(desired_count=2, deployment_configuration=bounds, behind={})
        web.update(application=application)
        new = web.deployment
        run = sim.run(minutes=45)
        throttled = any("unable to consistently start" in event.text for event in run.log)
        outcomes[way] = (new.rollout_state == "FAILED", throttled)

    assert outcomes == {
        "before RUNNING": (True, True),
        "20 s after": (False, False),
        "failing check": (True, False),
        "flapping": (not resets, False),
        "well": (False, False),
    }


@settings(max_examples=15)
@given(
    seed=st.integers(0, 10**6),
    desired=st.integers(1, 8),
    low=st.integers(0, 100),
    high=st.integers(100, 200),
    crashes=st.lists(st.floats(3.1, 8), max_size=3),
    way=st.sampled_from([ecs.Application(), NO_IMAGE, ecs.Application(fails_health_checks=True)]),
)
def test_through_any_update_with_failures_the_scheduler_keeps_to_the_bounds(**drawn):
    """It stops no healthy task that the minimum needs, and starts none beyond the maximum."""
    seed, desired, low, high, crashes, way = drawn.values()
    bounds = ecs.DeploymentConfiguration(
        minimum_healthy_percent=low, maximum_percent=high, deployment_circuit_breaker=ecs.DeploymentCircuitBreaker()
    )
    sim, web = service(desired_count=desired, seed=seed, deployment_configuration=bounds, behind={})
    web.update(application=way)
    for minute in crashes:
        ecs.Fault(web, "crash", at_minute=minute)
    known, well = {task.id for task in web.tasks}, [task for task in web.tasks if task.ready]
    for second in range(181, 900, 2):
        sim.run(seconds=second)
        wanted = [task for task in web.tasks if task.desired_status == "RUNNING"]
        started = {task.id for task in wanted} - known
        known |= started
        assert not started or len(wanted) <= bounds.upper(desired)
        ready = [task for task in wanted if task.ready and task.healthy]
        stopped = [task for task in well if task.stop_code == "ServiceSchedulerInitiated" and not task.condemned]
        assert not stopped or len(ready) >= min(len(well), bounds.lower(desired))
        well = ready


def test_tasks_that_fail_to_start_are_tried_again_ever_later_and_a_new_revision_at_once():
    sim, web = service(desired_count=1)
    web.update(application=NO_IMAGE)
    bad = web.deployment
    run = sim.run(minutes=150)
    begun = [task.states[0][0] for task in run.of_kind("task") if task.attributes["deployment"] == bad.id]
    gaps = [later - earlier for earlier, later in pairwise(begun)]
    web.update(application=ecs.Application())
    sim.run(minutes=160)

    assert gaps[:7] == sorted(gaps[:7])
    assert 27 * 60 < gaps[-1] < 29 * 60
    assert web.deployment.rollout_state == "COMPLETED"


def test_a_run_with_deployments_is_the_same_in_slices():
    def scenario(*stops):
        sim, web = service(deployment_configuration=BREAKER)
        web.update(application=NO_IMAGE)
        for minute in stops:
            sim.run(minutes=minute)
        return sim.run(minutes=15).to_json()

    assert scenario() == scenario(3.5, 4.01, 9)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ecs.DeploymentConfiguration(minimum_healthy_percent=101), "minimum_healthy_percent=101: .* 0 to 100"),
        (lambda: ecs.DeploymentConfiguration(maximum_percent=99), "maximum_percent=99: .* 100 to 200"),
        (lambda: ecs.DeploymentConfiguration(first_throttle_seconds=-1), "seconds start at 0"),
        (lambda: ecs.ThresholdConfiguration(type="PERCENT"), "use one of BOUNDED_PERCENT"),
        (lambda: ecs.ThresholdConfiguration(value=0), "value=0: .* 1 to 100"),
        (lambda: ecs.Application(exits_after_seconds=-1), "exits_after_seconds=-1"),
        (lambda: ecs.Application(exit_code=256), "exit_code=256"),
    ],
)
def test_settings_out_of_range_are_refused_with_the_rule(make, said):
    with pytest.raises(ecs.InvalidSetting, match=said):
        make()


def test_an_update_of_nothing_is_refused():
    _, web = service()

    with pytest.raises(ecs.InvalidSetting, match="nothing to update"):
        web.update()


def test_thresholds_and_rollout_states_are_named_as_botocore_names_them():
    model = botocore.session.get_session().get_service_model("ecs")

    assert set(THRESHOLD_TYPES) == set(model.shape_for("ThresholdType").enum)
    assert set(model.shape_for("DeploymentRolloutState").enum) == {"IN_PROGRESS", "COMPLETED", "FAILED"}


def alarmed(*, at_minute, deploy_at):
    """A service that deploys while an alarm on its errors may go off, by crashes of all of its tasks."""
    sim = ecs.Simulation(3)
    front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=10)
    alarm = ecs.Alarm(
        sim,
        "errors",
        metric="HTTPCode_ELB_5XX_Count",
        subject="front",
        statistic="Sum",
        comparison="GreaterThanThreshold",
        threshold=0,
    )
    bounds = ecs.DeploymentConfiguration(alarms=ecs.DeploymentAlarms(alarms=[alarm], bake_time_in_minutes=5))
    web = ecs.Service(
        ecs.Cluster(sim, "shop"), WEB, desired_count=2, load_balancer=front, deployment_configuration=bounds
    )
    ecs.Traffic(sim, ecs.constant(20), cpu_seconds=0.001, from_minute=4).to(front)
    ecs.Fault(web, "crash", at_minute=at_minute, count=2)
    sim.run(minutes=deploy_at)
    web.update(force_new_deployment=True)
    return sim, web


def test_an_alarm_in_the_bake_time_fails_the_deployment_and_the_service_goes_back():
    sim, web = alarmed(at_minute=13, deploy_at=10)
    first, second = web.deployments
    sim.run(minutes=15)

    assert second.rollout_state == "FAILED"
    assert web.deployment is first
    run = sim.run(minutes=40)
    assert {task.deployment for task in web.tasks} == {first.id}
    assert any("alarm errors went off" in event.text for event in run.log)


def test_an_alarm_that_stands_at_the_start_is_ignored():
    sim, web = alarmed(at_minute=11, deploy_at=12.5)
    run = sim.run(minutes=40)

    assert any("is in ALARM already" in event.text for event in run.log)
    assert [one.rollout_state for one in web.deployments] == ["COMPLETED", "COMPLETED"]


def test_a_deployment_with_alarms_is_in_progress_until_its_bake_time_ends():
    sim, web = alarmed(at_minute=39, deploy_at=10)
    run = sim.run(minutes=30)

    done = run.of_kind("deployment")[1].states[-1][0]
    last_old = max(
        task.states[-1][0] for task in run.of_kind("task") if task.attributes["deployment"] == web.deployments[0].id
    )
    assert web.deployment.rollout_state == "COMPLETED"
    assert done >= last_old + 300


@pytest.mark.parametrize(
    ("settings_", "said"), [({"alarms": []}, "at least one alarm"), ({"bake_time_in_minutes": 1441}, "use 0 to 1440")]
)
def test_deployment_alarms_out_of_range_are_refused(settings_, said):
    with pytest.raises(ecs.InvalidSetting, match=said):
        ecs.DeploymentAlarms(**{"alarms": [object()]} | settings_)
