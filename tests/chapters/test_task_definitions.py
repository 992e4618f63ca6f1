"""What the chapter on task definitions says is so: each claim of its text, asserted on its own scenarios."""

from __future__ import annotations

from pathlib import Path

import jupytext
import pytest

import ecslite as ecs

CHAPTER = Path(__file__).parents[2] / "chapters" / "task-definitions.md"
SEEDS = [7, 8, 9]


@pytest.fixture(scope="module")
def logged(chapter):
    """Tasks started, visitors lost and minutes without logs in an hour with these settings."""

    def numbers(essential, logs, restart, seed):
        run = chapter["with_logs"](essential, logs, restart, seed)
        return chapter["tasks_started"](run), chapter["lost"](run), chapter["minutes_without_logs"](run)

    return numbers


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("essential", "restart"), [("true", "off"), ("false", "on")])
def test_a_sidecar_that_is_well_is_not_noticed(logged, essential, restart, seed):
    assert logged(essential, "well", restart, seed) == (2, 0, 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_essential_sidecar_that_dies_takes_its_tasks_with_it_again_and_again(logged, seed):
    started, lost, _ = logged("true", "dies", "off", seed)

    assert 15 <= started <= 25
    assert lost > 100


@pytest.mark.parametrize("seed", SEEDS)
def test_one_that_is_not_essential_dies_in_silence(logged, seed):
    started, lost, silent = logged("false", "dies", "off", seed)

    assert (started, lost) == (2, 0)
    assert 100 < silent < 110


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("essential", ["true", "false"])
def test_with_a_restart_policy_no_task_is_replaced_and_the_logs_come_back(logged, essential, seed):
    started, lost, silent = logged(essential, "dies", "on", seed)

    assert (started, lost) == (2, 0)
    assert 0 < silent < 2


@pytest.mark.parametrize("seed", SEEDS)
def test_an_essential_sidecar_that_cannot_start_keeps_the_shop_closed(chapter, seed):
    run = chapter["with_logs"]("true", "broken", "off", seed)

    assert {target.states[-1][1] for target in run.of_kind("target")} <= {"unused"}
    assert chapter["lost"](run) > 6000


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("seconds", [10, 60, 120])
def test_start_waits_for_no_end(chapter, seconds, seed):
    opening, opened = chapter["opening"], chapter["opened_at"]

    assert opened(opening("START", seconds, 0, seed)) == opened(opening("nothing", seconds, 0, seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_start_opens_the_shop_before_a_long_migration_has_ended_and_success_after(chapter, seed):
    early, late = (chapter["opening"](waits, 120, 0, seed) for waits in ("START", "SUCCESS"))

    assert chapter["opened_at"](early) + 60 < chapter["migrated_at"](early)
    assert chapter["opened_at"](late) > chapter["migrated_at"](late)


@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_failed_migration_complete_opens_the_shop_and_success_never_does(chapter, seed):
    complete, success = (chapter["opening"](waits, 120, 1, seed) for waits in ("COMPLETE", "SUCCESS"))

    assert chapter["migrated_at"](complete) < chapter["opened_at"](complete) < complete.seconds
    assert chapter["opened_at"](success) == success.seconds
    assert len(success.of_kind("task")) > 2


def test_exercise_2_the_first_check_that_can_pass_decides(chapter):
    assert [chapter["waits_for_proxy"](25, interval) for interval in (5, 10, 30)] == [25, 30, 30]


def test_exercise_3_nine_gigabytes_need_two_vcpus(chapter):
    assert [chapter["smallest_cpu"](memory) for memory in (512, 8192, 9216)] == [256, 1024, 2048]


def test_a_registered_revision_changes_nothing_until_the_service_is_updated():
    sim = ecs.Simulation(7)
    ecs.register_task_definition(sim, ecs.TaskDefinition("web"))
    web = ecs.Service(ecs.Cluster(sim, "shop"), "web", desired_count=2)
    sim.run(minutes=5)
    ecs.register_task_definition(sim, ecs.TaskDefinition("web"))
    before = [task.attributes["task_definition"] for task in sim.run(minutes=10).of_kind("task")]
    web.update(task_definition="web")
    after = [part for part in sim.run(minutes=20).of_kind("task") if part.states[-1][1] == "RUNNING"]

    assert before == ["web:1", "web:1"]
    assert [task.attributes["task_definition"] for task in after] == ["web:2", "web:2"]


def test_the_worked_example_has_four_faults_and_can_be_mended():
    cell = next(c.source for c in jupytext.read(CHAPTER).cells if c.source.startswith("document = {"))
    names: dict[str, object] = {"ecs": ecs}
    exec(cell.split("try:")[0], names)  # the book's own code
    document = names["document"]
    with pytest.raises(ecs.InvalidDocument) as refused:
        ecs.TaskDefinition.from_aws(document)
    web, migrate = document["containerDefinitions"]
    document["cpu"], migrate["image"], migrate["essential"] = "256", "shop/migrate:1", False
    del web["portMappings"][0]["hostPort"]

    assert len(refused.value.faults) == 4
    assert "essential" in str(refused.value.faults[2])
    assert ecs.TaskDefinition.from_aws(document).name == "web:1"


@pytest.mark.parametrize("copies", [1, 2, 6])
def test_the_label_printer_in_each_copy_costs_more_than_one_of_its_own_and_the_more_the_more_copies(copies):
    def hour(cpu, memory, count):
        sim = ecs.Simulation(7)
        definition = ecs.TaskDefinition("any", cpu=cpu, memory=memory)
        ecs.Service(ecs.Cluster(sim, "shop"), definition, desired_count=count)
        return ecs.bill(sim.run(minutes=60)).total

    apart = hour(256, 512, copies) + hour(512, 1024, 1)

    assert hour(1024, 2048, copies) > (1 + 0.3 * copies) * apart
