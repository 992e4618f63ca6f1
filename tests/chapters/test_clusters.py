"""What the chapter on clusters and placement says is so: each claim of its text, asserted on its own scenario."""

from __future__ import annotations

from collections import Counter

import pytest

SEEDS = [1, 2, 7, 8, 9]


@pytest.fixture(scope="module")
def two(chapter):
    def run(**settings):
        return chapter["two_programs"](**{"web": 12, "cpu": 1.5, "strategy": "spread", "seed": 7, **settings})

    return run


def on_each(run, family):
    """How many running tasks of a family each instance has, most first."""
    here = [task.attributes for task in run.of_kind("task") if task.states[-1][1] == "RUNNING"]
    counts = Counter(said["instance"] for said in here if said["task_definition"].startswith(family))
    return sorted(counts.values(), reverse=True)


def test_a_service_in_an_empty_cluster_says_that_there_are_no_instances(chapter):
    sim, shop = chapter["open_cluster"](servers=0)
    chapter["ecs"].Service(shop, chapter["on_servers"]("web", 256, 512), desired_count=2)
    run = sim.run(minutes=2)

    assert run.events("service")[-1].text.endswith("Reason: No Container Instances were found in your cluster.")
    assert chapter["ecs"].bill(run).total == 0


def test_one_cluster_has_tasks_on_servers_and_on_fargate(chapter):
    ecs = chapter["ecs"]
    sim, shop = chapter["open_cluster"](servers=2)
    on = ecs.CapacityProviderStrategyItem
    ecs.Service(
        shop,
        ecs.TaskDefinition("web", cpu=256, memory=512),
        desired_count=2,
        capacity_provider_strategy=[on("FARGATE")],
    )
    ecs.Service(
        shop, chapter["on_servers"]("search", 1024, 2048), desired_count=3, capacity_provider_strategy=[on("fleet")]
    )
    run = sim.run(minutes=5)

    assert Counter(task.attributes["capacity_provider"] for task in run.of_kind("task")) == {"FARGATE": 2, "fleet": 3}


def test_one_strategy_cannot_mix_servers_and_fargate(chapter):
    ecs = chapter["ecs"]
    _, shop = chapter["open_cluster"]()
    mixed = [ecs.CapacityProviderStrategyItem(name) for name in ("fleet", "FARGATE")]

    with pytest.raises(ecs.InvalidSetting, match="use one kind"):
        ecs.Service(
            shop, ecs.TaskDefinition("web", cpu=256, memory=512), desired_count=1, capacity_provider_strategy=mixed
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_five_vcpus_are_free_and_no_large_task_fits(chapter, two, seed):
    run = two(seed=seed)

    assert (chapter["running"](run), chapter["free_cpu"](run)) == (0, 5.0)
    assert on_each(run, "web") == [3, 3, 3, 3]
    assert chapter["refused"](run).endswith("has insufficient CPU units available.")


@pytest.mark.parametrize("seed", SEEDS)
def test_with_binpack_both_fit_and_eight_small_tasks_sit_on_one_server(chapter, two, seed):
    run = two(strategy="binpack", seed=seed)

    assert (chapter["running"](run), chapter["refused"](run)) == (2, "")
    assert on_each(run, "web") == [8, 4]


@pytest.mark.parametrize("seed", SEEDS)
def test_exercise_1_eight_small_tasks_leave_room_and_twelve_do_not(chapter, two, seed):
    assert [chapter["running"](two(web=web, seed=seed)) for web in (4, 8, 12, 16, 20)] == [2, 2, 0, 0, 0]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("rule", "runs", "said"),
    [
        ("none", 10, ""),
        ("distinct", 4, "DistinctInstance placement constraint unsatisfied."),
        ("zone", 8, "MemberOf placement constraint unsatisfied."),
        ("port", 4, "is already using a port required by your task"),
        ("interface", 8, "RESOURCE:ENI"),
        ("memory", 0, "insufficient memory available"),
    ],
)
def test_each_rule_leaves_so_many_of_ten_and_ecs_names_it(chapter, rule, runs, said, seed):
    run = chapter["ruled"](rule, 10, seed)

    assert chapter["running"](run) == runs
    assert said in chapter["reason"](run)
    assert bool(chapter["reason"](run)) == bool(said)


def test_a_task_that_finds_no_place_leaves_the_desired_count_as_it_is(chapter):
    run = chapter["ruled"]("memory", 10, 7)

    assert [value for _, value, _ in run.level("DesiredCount").steps] == [10]


def test_exercise_3_both_constraints_leave_one_task_on_each_server_of_the_zone(chapter):
    ecs = chapter["ecs"]
    sim, shop = chapter["open_cluster"]()
    rules = [
        ecs.PlacementConstraint("distinctInstance"),
        ecs.PlacementConstraint("memberOf", "attribute:ecs.availability-zone == us-east-1a"),
    ]
    search = chapter["on_servers"]("search", 512, 1024)
    sim.at(120, lambda: ecs.Service(shop, search, desired_count=10, placement_constraints=rules))

    assert chapter["running"](sim.run(minutes=10)) == 2


@pytest.mark.parametrize(("servers", "started"), [(3, 1), (4, 2)])
def test_a_report_in_a_hurry_has_a_place_now_or_hears_why_not(chapter, servers, started):
    ecs = chapter["ecs"]
    sim, shop = chapter["open_cluster"](servers=servers)
    answers = []
    for at, memory in ((180, 4096), (240, 6144)):
        report = chapter["on_servers"]("report", 512, memory)
        sim.at(at, lambda report=report: answers.append(ecs.run_task(shop, report, count=2)))
    sim.run(minutes=6)

    assert [len(answer.tasks) for answer in answers] == [2, started]
    assert [failure.reason for failure in answers[1].failures] == (2 - started) * 3 * ["RESOURCE:MEMORY"]
