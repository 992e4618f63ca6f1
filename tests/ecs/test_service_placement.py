"""What a task definition asks of an instance binds in a run, and what a service may say of placement."""

from __future__ import annotations

import pytest

import ecslite as ecs


def definition(*, mode="bridge", ports=(), constraints=(), architecture=None, cpu="256"):
    document = {
        "family": "web",
        "networkMode": mode,
        "cpu": cpu,
        "memory": "512",
        "containerDefinitions": [{"name": "web", "image": "shop/web:1", "portMappings": list(ports)}],
        "placementConstraints": [{"type": "memberOf", "expression": each} for each in constraints],
    }
    if architecture:
        document["runtimePlatform"] = {"cpuArchitecture": architecture, "operatingSystemFamily": "LINUX"}
    return ecs.TaskDefinition.from_aws(document)


def run_on(task_definition, *, desired=4, instances=2, minutes=5, type_="m5.large", drain_at=None, **service):
    sim = ecs.Simulation(2)
    group = ecs.AutoScalingGroup(
        sim, "fleet", instance_type_name=type_, min_size=instances, max_size=4, launch=ecs.Constant(60)
    )
    cluster = ecs.Cluster(sim, "shop", capacity=[ecs.CapacityProvider(group, managed_scaling=None)])
    web = ecs.Service(cluster, task_definition, desired_count=desired, **service)
    if drain_at:
        sim.at(60 * drain_at, lambda: cluster.drain(next(task.instance.id for task in web.tasks)))
    return sim.run(minutes=minutes), web


def test_a_static_host_port_allows_one_copy_an_instance():
    run, web = run_on(definition(ports=[{"containerPort": 80, "hostPort": 8080}]))

    assert web.running_count == 2
    assert any("is already using a port required by your task" in event.text for event in run.events("service"))


def test_dynamic_host_ports_allow_many_copies():
    for mapping in ({"containerPort": 80}, {"containerPort": 80, "hostPort": 0}, {"containerPortRange": "80-89"}):
        assert run_on(definition(ports=[mapping]))[1].running_count == 4


def test_in_host_mode_the_containers_port_is_the_hosts():
    assert run_on(definition(mode="host", ports=[{"containerPort": 80}]))[1].running_count == 2


@pytest.mark.parametrize(("architecture", "running"), [("ARM64", 0), ("X86_64", 4), (None, 4)])
def test_an_image_for_another_processor_is_not_placed(architecture, running):
    run, web = run_on(definition(architecture=architecture))

    assert web.running_count == running
    said = any("ecs.cpu-architecture" in event.text for event in run.events("service"))
    assert said == (running == 0)


def test_the_constraints_of_the_task_definition_bind_too():
    nowhere = definition(constraints=["attribute:ecs.availability-zone == us-east-1z"])
    one_zone = definition(constraints=["attribute:ecs.availability-zone == us-east-1a"])

    assert run_on(nowhere)[1].running_count == 0
    run, _ = run_on(one_zone)
    assert {task.attributes["zone"] for task in run.of_kind("task")} == {"us-east-1a"}


@pytest.mark.parametrize(
    "asked",
    [
        {"placement_strategy": [ecs.PlacementStrategy("binpack", "memory")]},
        {"placement_constraints": [ecs.PlacementConstraint("distinctInstance")]},
    ],
)
def test_fargate_takes_no_placement(asked):
    cluster = ecs.Cluster(ecs.Simulation(1), "shop")
    with pytest.raises(ecs.InvalidSetting, match="Fargate places tasks itself"):
        ecs.Service(cluster, ecs.TaskDefinition("web"), desired_count=1, **asked)


def test_too_many_strategies_are_refused():
    with pytest.raises(ecs.InvalidSetting, match="5 at the most"):
        run_on(definition(), placement_strategy=[ecs.PlacementStrategy("random")] * 6)


@pytest.mark.parametrize("desired", [1, 2])
def test_draining_replaces_before_it_stops_where_the_maximum_allows(desired):
    run, web = run_on(definition(), desired=desired, drain_at=5, minutes=10)
    after = [count for seconds, count, _ in run.level("RunningCount").steps if seconds >= 300]

    assert web.running_count == desired
    assert min(after) >= desired


def test_five_hundred_tasks_may_wait_and_the_event_says_so():
    sim = ecs.Simulation(1)
    group = ecs.AutoScalingGroup(sim, "fleet", min_size=0, max_size=1)
    cluster = ecs.Cluster(sim, "shop", capacity=[ecs.CapacityProvider(group)])
    ecs.Service(cluster, definition(), desired_count=510)
    run = sim.run(minutes=1)

    assert len(cluster.waiting) == 500
    assert any("500 tasks of the cluster are in PROVISIONING" in event.text for event in run.events("service"))
