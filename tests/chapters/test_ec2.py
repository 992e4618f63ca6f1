"""What the chapter on the servers underneath says is so: each claim of its text, asserted on its own scenario."""

from __future__ import annotations

import pytest

SEEDS = [1, 2, 7, 8, 9]


@pytest.fixture(scope="module")
def saturday(chapter):
    return lambda **settings: chapter["saturday"](
        **{"peak": 16, "servers": 2, "group": "managed", "seed": 7, **settings}
    )


@pytest.fixture(scope="module")
def placed(chapter):
    return lambda **settings: chapter["placed"](
        **{"peak": 16, "target": 100, "strategy": "spread", "seed": 7, **settings}
    )


def falls(run, level):
    """The seconds at which a level falls."""
    steps = run.level(level).steps
    return [at for (at, value, _), (_, before, _) in zip(steps[1:], steps, strict=False) if value < before]


def reasons(run):
    return [event.details["reason"] for event in run.events("capacity") if "reason" in event.details]


def test_a_lost_server_is_replaced_by_its_group_and_its_tasks_by_their_service(chapter):
    ecs = chapter["ecs"]
    sim, group, _, front = chapter["open_fleet"]()
    ecs.Traffic(sim, ecs.constant(4), cpu_seconds=0.12, from_minute=4).to(front)
    sim.at(300, lambda: group.lose(group.instances[0], sim.log.add("fault", "fleet", "A server fails.")))
    run = sim.run(minutes=12)

    assert [part.states[-1][1] for part in run.of_kind("instance")] == ["Terminated", "InService", "InService"]
    assert len(run.of_kind("task")) >= 6
    assert chapter["tasks_left"](run) == 4


def test_two_tasks_with_interfaces_of_their_own_fill_an_m5_large(saturday):
    """An m5.large has three interfaces, and needs one itself."""
    held = {}
    for task in saturday().of_kind("task"):
        if task.states[-1][1] == "RUNNING":
            held[task.attributes["instance"]] = held.get(task.attributes["instance"], 0) + 1

    assert max(held.values()) == 2


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("servers", [2, 4, 6])
def test_reason_1_a_plain_group_keeps_its_number(chapter, saturday, servers, seed):
    run = saturday(group="plain", servers=servers, seed=seed)

    assert chapter["instances_left"](run) == servers
    assert run.level("DesiredCapacity").steps[-1][1] == servers


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plain_group_of_two_fails_where_managed_scaling_does_not(chapter, saturday, seed):
    failed = {group: chapter["share_failed"](saturday(group=group, seed=seed)) for group in ("plain", "managed")}

    assert failed["managed"] < 0.6 * failed["plain"]


@pytest.mark.parametrize("seed", SEEDS)
def test_reason_2_the_two_loops_wait_one_after_the_other(saturday, seed):
    run = saturday(seed=seed)
    tasks, servers = falls(run, "DesiredCount"), falls(run, "DesiredCapacity")

    assert 25 * 60 + 15 * 60 <= tasks[0] < tasks[0] + 15 * 60 <= servers[0] < 75 * 60
    assert "countdown" in reasons(run)


@pytest.mark.parametrize("seed", SEEDS)
def test_reason_3_spread_keeps_a_server_a_task_binpack_half_of_them_and_zones_lie_between(chapter, placed, seed):
    left = [chapter["instances_left"](placed(strategy=name, seed=seed)) for name in ("spread", "zones", "binpack")]

    assert left == [4, 3, 2]


@pytest.mark.parametrize("seed", SEEDS)
def test_scattered_tasks_are_the_reason_with_spread_alone(placed, seed):
    assert "scattered" in reasons(placed(seed=seed))
    assert "scattered" not in reasons(placed(strategy="binpack", seed=seed))


@pytest.mark.parametrize("strategy", ["spread", "binpack"])
def test_in_the_calm_both_need_two_servers(chapter, placed, strategy):
    assert chapter["instances_left"](placed(peak=4, strategy=strategy)) == 2


def test_a_lower_target_keeps_whole_servers_empty(placed):
    run = placed(peak=4, target=50, strategy="binpack")
    empty = next(metric for metric in run.metric_list if metric.name == "InstancesEmpty")["Average"]

    assert empty[-1] == 2


def test_zones_first_has_tasks_in_three_zones(placed):
    tasks = [task for task in placed(strategy="zones").of_kind("task") if task.states[-1][1] == "RUNNING"]

    assert len({task.attributes["zone"] for task in tasks}) == 3


@pytest.mark.parametrize(("how", "left"), [("wait", 4), ("deploy", 4), ("drain", 2)])
def test_exercise_1_draining_frees_scattered_servers_and_neither_time_nor_a_deployment_does(chapter, how, left):
    ecs = chapter["ecs"]
    sim, group, web, front = chapter["open_fleet"](7, 2, ecs.ManagedScaling())
    rush = ecs.spike(base=4, peak=16, at_minute=10, for_minutes=15)
    ecs.Traffic(sim, rush, cpu_seconds=0.12, from_minute=4).to(front)
    act = {
        "wait": lambda: None,
        "deploy": lambda: web.update(force_new_deployment=True),
        "drain": lambda: [web.cluster.drain(one.id) for one in group.instances[:2]],
    }
    sim.at(75 * 60, act[how])
    run = sim.run(minutes=110)
    late = sum(run.metrics["HTTPCode_ELB_5XX_Count"]["Sum"][75:])

    assert (chapter["instances_left"](run), chapter["tasks_left"](run)) == (left, 4)
    assert late == 0


@pytest.mark.parametrize(("strategy", "lost"), [("spread", 1), ("binpack", 2)])
def test_after_the_rush_a_failed_server_takes_so_many_of_the_four_tasks(placed, strategy, lost):
    tasks = [task for task in placed(strategy=strategy).of_kind("task") if task.states[-1][1] == "RUNNING"]
    hosts = [task.attributes["instance"] for task in tasks]

    assert max(hosts.count(host) for host in hosts) == lost
