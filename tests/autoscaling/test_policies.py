"""Several policies, steps, schedules and custom metrics, in whole runs."""

from __future__ import annotations

import pytest

import ecslite as ecs


def service(desired=2, name="web"):
    sim = ecs.Simulation(1)
    definition = ecs.TaskDefinition(name, cpu=256, memory=512)
    return ecs.Service(ecs.Cluster(sim, "shop"), definition, desired_count=desired)


def metric(web, reading, name="Backlog"):
    return ecs.CustomMetric(web.sim, name, "Count", reading)


def alarm(web, watched, comparison="GreaterThanThreshold", threshold=50, **more):
    return ecs.Alarm(
        web.sim,
        more.pop("name", "load"),
        metric=watched.name,
        subject=watched.subject,
        comparison=comparison,
        threshold=threshold,
        **more,
    )


def track(web, watched, *, target=10, low=0, high=20, **more):
    return ecs.TargetTracking(web, watched, target=target, min_capacity=low, max_capacity=high, **more)


def wanted(run):
    return [event.details["wanted"] for event in run.events("scaling")]


def held(run):
    return [event.text for event in run.events("scaling_held")]


@pytest.mark.parametrize(("value", "count"), [(11.5, 12), (8.5, 9), (9.5, 10)])
def test_vector_56_a_need_of_a_part_of_a_task(value, count):
    """A need of +1.5, −1.5 and −0.5 tasks from 10: two more, one less, none."""
    web = service(10)
    track(web, metric(web, lambda: value), low=1)
    run = web.sim.run(minutes=20)

    assert (wanted(run) or [10])[0] == count


def test_of_two_policies_that_want_out_the_larger_capacity_wins_at_once():
    web = service(2)
    track(web, metric(web, lambda: 15.0 if web.desired_count == 2 else 9.5, "Small"))
    track(web, metric(web, lambda: 30.0 if web.desired_count == 2 else 9.5, "Large"))
    run = web.sim.run(minutes=10)

    assert wanted(run) == [6]
    assert held(run) == ["Policy web/Small does not scale service web: policy web/Large wants more, 6 tasks."]


def test_scale_in_needs_all_policies_and_the_reason_is_said_once():
    web = service(4)
    track(web, metric(web, lambda: 2.0, "Idle"))
    track(web, metric(web, lambda: 9.5, "Busy"))
    run = web.sim.run(minutes=40)

    assert wanted(run) == []
    assert held(run) == ["Policy web/Idle does not scale service web: policy web/Busy is not ready to scale in."]


def test_without_data_nothing_is_scaled():
    web = service(4)
    track(web, metric(web, lambda: None))

    assert wanted(web.sim.run(minutes=40)) == []


def test_backlog_per_task_wakes_a_service_from_zero_with_one_task_and_lets_it_go_back_to_zero():
    web = service(0)
    queue = metric(web, lambda: 3.0 if 5 <= web.sim.now / 60 < 8 else 0.0)
    track(web, queue)
    run = web.sim.run(minutes=40)

    assert [value for _, value, _ in run.level("DesiredCount").steps] == [0, 1, 0]
    assert run.events("scaling")[0].seconds == 5 * 60 + 15


def test_during_a_deployment_scale_in_is_off_and_scale_out_is_on(monkeypatch):
    monkeypatch.setattr(ecs.Service, "deploying", property(lambda self: True))
    idle, busy = service(4), service(4)
    track(idle, metric(idle, lambda: 1.0))
    track(busy, metric(busy, lambda: 20.0))

    calm = idle.sim.run(minutes=30)
    assert wanted(calm) == []
    assert len(held(calm)) == 1
    assert "a deployment is in progress" in held(calm)[0]
    assert wanted(busy.sim.run(minutes=4)) == [8]


def test_policies_of_one_service_share_their_limits():
    web = service()
    track(web, metric(web, lambda: 1.0))

    with pytest.raises(ecs.InvalidSetting, match="share one scalable target"):
        track(web, metric(web, lambda: 1.0, "Other"), high=30)


def test_vectors_47_and_48_as_a_run_of_steps():
    """Percent steps at threshold 50: a metric of 60 takes 10 tasks to 11, then 70 takes 11 to 14."""
    web = service(10)
    load = metric(web, lambda: {60.0: 60.0, 600.0: 70.0}.get(web.sim.now, 50.0))
    steps = [ecs.StepAdjustment(0, 0, 10), ecs.StepAdjustment(10, 10, 20), ecs.StepAdjustment(30, 20, None)]
    ecs.StepScaling(web, alarm(web, load), "PercentChangeInCapacity", steps, min_capacity=1, max_capacity=14)
    run = web.sim.run(minutes=15)

    assert wanted(run) == [11, 14]
    assert "+20 from its threshold" in run.events("scaling")[1].text


def test_the_cooldown_of_a_step_counts_what_was_added_and_a_larger_step_still_applies():
    web = service(10)
    load = metric(web, lambda: 60.0 if web.sim.now < 150 else 70.0)
    steps = [ecs.StepAdjustment(2, 0, 15), ecs.StepAdjustment(5, 15, None)]
    ecs.StepScaling(web, alarm(web, load), "ChangeInCapacity", steps, min_capacity=1, max_capacity=50)
    run = web.sim.run(minutes=5)

    assert wanted(run) == [12, 15]
    assert "the cooldown of 300 s after the last scale-out has not ended" in held(run)[0]


def test_steps_scale_in_to_the_minimum_and_say_so():
    web = service(3)
    load = metric(web, lambda: 10.0)
    low = alarm(web, load, "LessThanThreshold", 30)
    steps = [ecs.StepAdjustment(-2, None, 0)]
    ecs.StepScaling(web, low, "ChangeInCapacity", steps, min_capacity=2, max_capacity=5, cooldown=0)
    run = web.sim.run(minutes=5)

    assert wanted(run) == [2]
    assert held(run)[-1] == "Policy web/load does not scale service web: it has the minimum of 2 tasks."


def test_a_scheduled_action_moves_the_desired_count_at_once_and_again_each_period():
    web = service(2)
    track(web, metric(web, lambda: 9.5), low=1)
    ecs.ScheduledAction(web, at_minute=10, min_capacity=5, every_minutes=20)
    ecs.ScheduledAction(web, at_minute=20, min_capacity=1, max_capacity=3)
    ecs.ScheduledAction(web, at_minute=29, max_capacity=20)
    run = web.sim.run(minutes=35)

    assert [(seconds, value) for seconds, value, _ in run.level("DesiredCount").steps] == [
        (0, 2),
        (600, 5),
        (1200, 3),
        (1800, 5),
    ]


def test_an_alarm_tells_each_change_of_state_and_two_of_three_set_it_off():
    web = service()
    values = iter([1, 9, 1, 9, 1, 1, 1])
    watched = alarm(web, metric(web, lambda: next(values)), threshold=5, evaluation_periods=3, datapoints_to_alarm=2)
    states = []
    watched.told.append(lambda told: states.append((told.sim.now, told.state)))
    web.sim.run(minutes=7)

    assert states == [(75, "OK"), (255, "ALARM"), (315, "OK")]


def test_an_alarm_of_two_minutes_puts_their_sums_together():
    web = service()
    values = iter([2, 2, 3, 3])
    watched = alarm(web, metric(web, lambda: next(values)), threshold=5, statistic="Sum", period=120)
    web.sim.run(seconds=280)

    assert (watched.state, watched.datapoints) == ("ALARM", [6])


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"comparison": "Above"}, "GreaterThanThreshold"),
        ({"treat_missing_data": "zero"}, "notBreaching"),
        ({"threshold": float("nan")}, "use a number"),
        ({"datapoints_to_alarm": 2}, "datapoints_to_alarm=2"),
        ({"period": 90}, "multiple of 60"),
        ({"period": 120, "statistic": "p95"}, "use period=60"),
        ({"publishing_delay_seconds": -1}, "seconds start at 0"),
    ],
)
def test_an_alarm_that_cannot_be_evaluated_is_refused(settings, says):
    web = service()

    with pytest.raises(ecs.InvalidSetting, match=says):
        alarm(web, metric(web, lambda: 1.0), **settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"adjustment_type": "Double"},
        {"metric_aggregation_type": "p95"},
        {"cooldown": -1},
        {"min_adjustment_magnitude": 2},
    ],
)
def test_a_step_policy_that_cannot_work_is_refused(settings):
    web = service()
    given = {"adjustment_type": "ChangeInCapacity", "steps": [ecs.StepAdjustment(1, 0)], **settings}

    with pytest.raises(ecs.InvalidSetting):
        ecs.StepScaling(web, alarm(web, metric(web, lambda: 1.0)), min_capacity=1, max_capacity=2, **given)


@pytest.mark.parametrize("settings", [{}, {"min_capacity": 1, "every_minutes": 0}, {"min_capacity": 1}])
def test_a_scheduled_action_that_cannot_work_is_refused(settings):
    with pytest.raises(ecs.InvalidSetting):
        ecs.ScheduledAction(service(), at_minute=5, **settings)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("ECSServiceAverageCPUUtilizationHighResolution", None),
        ("ECSServiceAverageMemoryUtilization", None),
        ("ALBRequestCountPerTarget", None),
        ("ECSServiceAverageCPUUtilization", "front"),
    ],
)
def test_a_metric_that_cannot_be_tracked_is_refused(name, label):
    with pytest.raises(ecs.InvalidSetting):
        ecs.TargetTracking(service(), name, target=50, min_capacity=1, max_capacity=2, resource_label=label)


def spiked(metric_name, target, label, *, seed=3, cooldown=300, **service):
    sim = ecs.Simulation(seed)
    front = ecs.LoadBalancer(sim, "front")
    definition = ecs.TaskDefinition("web", cpu=256, memory=512)
    web = ecs.Service(ecs.Cluster(sim, "shop"), definition, desired_count=2, load_balancer=front, backlog=15, **service)
    limits = {"min_capacity": 2, "max_capacity": 60, "scale_out_cooldown": cooldown}
    ecs.TargetTracking(web, metric_name, target=target, resource_label=label, **limits)
    ecs.Traffic(sim, ecs.spike(base=3, peak=30, at_minute=5, for_minutes=30), cpu_seconds=0.06).to(front)
    return wanted(sim.run(minutes=30))


def test_cpu_saturates_and_climbs_a_tenfold_spike_in_steps_while_requests_per_target_go_at_once():
    cpu = spiked("ECSServiceAverageCPUUtilization", 60, None)
    requests = spiked("ALBRequestCountPerTarget", 100, "front")

    assert cpu == [4, 5, 6, 10, 13]
    assert requests == [18, 19]


def test_requests_per_target_are_those_of_each_target_group():
    """A quarter of 20 requests/s goes to one target, three quarters to two: 300 a minute each, then 450 each."""
    sim = ecs.Simulation(1)
    front = ecs.LoadBalancer(sim, "front")
    canary = ecs.TargetGroup(sim, "canary")
    cluster = ecs.Cluster(sim, "shop")
    for name, count, group in (("web", 2, front), ("new", 1, canary)):
        ecs.Service(cluster, ecs.TaskDefinition(name), desired_count=count, load_balancer=group)
    front.forward({front.default_group: 3, canary: 1})
    ecs.Traffic(sim, 20, cpu_seconds=0.001, arrivals="even", from_minute=5).to(front)
    run = sim.run(minutes=35)
    whole = {name: run.metrics["RequestCountPerTarget", name]["Sum"][5:35] for name in ("front", "canary")}
    means = {name: sum(counts) / len(counts) for name, counts in whole.items()}

    assert means == {"front": pytest.approx(450, rel=0.02), "canary": pytest.approx(300, rel=0.03)}
    assert [2 * a + b for a, b in zip(whole["front"], whole["canary"], strict=True)] == pytest.approx(
        [1200] * 30, abs=1
    )


def test_requests_per_target_of_one_group_scale_in_under_full_load_once_blue_green_has_shifted_traffic_to_another():
    """Why ECS does not support this metric for blue/green: the group that the policy watches counts 0."""
    sim = ecs.Simulation(3)
    front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=10)
    green = ecs.TargetGroup(sim, "green", deregistration_delay_seconds=10)
    web = ecs.Service(
        ecs.Cluster(sim, "shop"),
        ecs.TaskDefinition("web"),
        desired_count=2,
        load_balancer=front,
        advanced_configuration=ecs.AdvancedConfiguration(alternate_target_group=green),
        deployment_configuration=ecs.DeploymentConfiguration(strategy="BLUE_GREEN", bake_time_in_minutes=5),
    )
    limits = {"min_capacity": 1, "max_capacity": 20}
    ecs.TargetTracking(web, "ALBRequestCountPerTarget", target=600, resource_label="front", **limits)
    load = ecs.spike(base=10, peak=60, at_minute=10, for_minutes=60)
    ecs.Traffic(sim, load, cpu_seconds=0.001, arrivals="even").to(front)
    before = [wanted(sim.run(minutes=30)), web.desired_count]
    web.update(force_new_deployment=True)
    run = sim.run(minutes=120)

    assert before == [[6], 6]
    assert (web.deployment.rollout_state, web.desired_count) == ("COMPLETED", 1)
    assert run.metrics["RequestCountPerTarget", "front"]["Sum"][-1] is None
    assert run.metrics["RequestCountPerTarget", "green"]["Sum"][65] == pytest.approx(3600, abs=1)


def test_vector_61_1000_concurrent_requests_over_10_replicas_are_100_each():
    """A custom metric per task: the service is at its target, and 1,500 make it 15 replicas."""
    web = service(10)
    concurrency = 1000.0
    each = metric(web, lambda: concurrency / web.running_count if web.running_count else None, "Concurrency")
    track(web, each, target=100)
    run = web.sim.run(minutes=30)
    average, replicas = run.metrics["Concurrency", "custom"]["Average"][-1], web.running_count
    concurrency = 1500.0
    web.sim.run(minutes=40)

    assert (average, replicas, web.running_count) == (100, 10, 15)


@pytest.mark.parametrize(("seed", "cooldown", "startup"), [(1, 0, 150), (2, 60, 5), (3, 300, 60), (4, 300, 150)])
def test_requests_per_target_do_not_overshoot_whatever_the_cooldown_and_however_slow_tasks_are(seed, cooldown, startup):
    """30 requests/s at a target of 100 a minute need 18 tasks; chance (a minute's count has a deviation of 42) makes it
    20 at the most. New tasks are never multiplied by a load that was measured without them."""
    slow = {"startup_seconds": startup, "health_check_grace_period_seconds": 300}
    climb = spiked("ALBRequestCountPerTarget", 100, "front", seed=seed, cooldown=cooldown, **slow)

    assert climb[0] in (18, 19)
    assert max(climb) <= 20


def step(web, watched, steps, *, adjustment_type="ChangeInCapacity", high=9, threshold=50, **more):
    comparison = more.pop("comparison", "GreaterThanThreshold")
    periods = more.pop("evaluation_periods", 1)
    watching = alarm(web, watched, comparison, threshold, evaluation_periods=periods)
    return ecs.StepScaling(web, watching, adjustment_type, steps, min_capacity=0, max_capacity=high, **more)


def test_a_step_policy_does_not_block_the_scale_in_of_a_tracking_policy():
    web = service(4)
    track(web, metric(web, lambda: 5.0), high=9)
    step(web, metric(web, lambda: 0.0, "Load"), [ecs.StepAdjustment(1, 0)])
    run = web.sim.run(minutes=20)

    assert wanted(run) == [2]


def test_a_scale_out_by_another_policy_ends_the_cooldown_of_scale_in_alone():
    web = service(4)
    load = metric(web, lambda: 60.0 if web.sim.now < 100 else 0.0, "Load")
    first = step(web, load, [ecs.StepAdjustment(1, 0)])
    other = track(web, metric(web, lambda: 9.5), high=9)
    first.scaled("in", True)
    assert first._cooling("in")

    first.scaled("out", False)
    assert (first._cooling("in"), first._cooling("out")) == (False, False)
    assert other.blocks_scale_in


def test_a_metric_for_which_there_is_no_step_changes_nothing():
    web = service(4)
    step(web, metric(web, lambda: 55.0), [ecs.StepAdjustment(1, 10)])
    run = web.sim.run(minutes=5)

    assert (wanted(run), held(run)) == ([], [])


def test_a_step_of_nothing_says_nothing():
    web = service(4)
    step(web, metric(web, lambda: 55.0), [ecs.StepAdjustment(0, 0)])
    run = web.sim.run(minutes=5)

    assert (wanted(run), held(run)) == ([], [])


def test_steps_end_at_the_maximum_and_say_so():
    web = service(4)
    step(web, metric(web, lambda: 60.0), [ecs.StepAdjustment(4, 0)], high=6, cooldown=0)
    run = web.sim.run(minutes=5)

    assert wanted(run) == [6]
    assert held(run) == ["Policy web/load does not scale service web: it has the maximum of 6 tasks."]


@pytest.mark.parametrize(("aggregation", "count"), [("Minimum", 5), ("Average", 6), ("Maximum", 7)])
def test_the_aggregation_makes_one_metric_of_the_datapoints(aggregation, count):
    """Datapoints of 51 and 79 are 1, 15 or 29 above the threshold."""
    web = service(4)
    values = iter([51.0, 79.0] + [0.0] * 20)
    steps = [ecs.StepAdjustment(1, 0, 10), ecs.StepAdjustment(2, 10, 20), ecs.StepAdjustment(3, 20)]
    step(web, metric(web, lambda: next(values)), steps, evaluation_periods=2, metric_aggregation_type=aggregation)
    run = web.sim.run(minutes=4)

    assert wanted(run) == [count]


def test_an_exact_capacity_goes_in_as_well_as_out():
    web = service(4)
    step(web, metric(web, lambda: 60.0), [ecs.StepAdjustment(2, 0)], adjustment_type="ExactCapacity")
    run = web.sim.run(minutes=3)

    assert wanted(run) == [2]


def test_a_cooldown_below_zero_is_refused():
    web = service()

    with pytest.raises(ecs.InvalidSetting, match="seconds start at 0"):
        track(web, metric(web, lambda: 1.0), scale_out_cooldown=-1)


@pytest.mark.parametrize(
    ("minutes", "says"), [({"at_minute": -1}, "has not passed"), ({"every_minutes": 0}, "1 or more")]
)
def test_minutes_that_cannot_come_are_refused(minutes, says):
    web = service()
    track(web, metric(web, lambda: 1.0))

    with pytest.raises(ecs.InvalidSetting, match=says):
        ecs.ScheduledAction(web, min_capacity=1, **{"at_minute": 5, **minutes})
