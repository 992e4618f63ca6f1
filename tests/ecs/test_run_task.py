"""Standalone tasks: started at once or refused, never replaced; and the older way, launch types."""

from __future__ import annotations

import json

import botocore.session
import pytest

import ecslite as ecs
from ecslite.ecs.launch_type import LAUNCH_TYPES

BATCH = ecs.TaskDefinition("batch", cpu=1024, memory=2048)


def on_instances(definition=BATCH, *, instances=1, minutes=3.0, managed=None, seed=1, type_="m5.large"):
    """A cluster of m5.large (2,048 units, 7,680 MiB or so) that has run for some minutes."""
    sim = ecs.Simulation(seed)
    group = ecs.AutoScalingGroup(
        sim, "fleet", instance_type_name=type_, min_size=instances, max_size=4, launch=ecs.Constant(30)
    )
    cluster = ecs.Cluster(sim, "shop", capacity=[ecs.CapacityProvider(group, managed_scaling=managed)])
    sim.run(minutes=minutes)
    return sim, cluster


def on_ec2(cpu=1024, memory=2048, *, mode="bridge", constraints=(), **container):
    one = ecs.ContainerDefinition("job", "shop/job", cpu=cpu, memory=memory, **container)
    return ecs.TaskDefinition(
        "batch",
        cpu=cpu,
        memory=memory,
        container_definitions=(one,),
        network_mode=mode,
        requires_compatibilities=("EC2",),
        placement_constraints=constraints,
    )


def states(part):
    return [state for _, state, _ in part.states]


# Batch tasks


def test_a_batch_task_runs_to_its_end_and_is_not_replaced():
    sim = ecs.Simulation(1)
    result = ecs.run_task(ecs.Cluster(sim, "shop"), BATCH, exits_after_seconds=120, exit_code=0)
    run = sim.run(minutes=10)
    task = run.of_kind("task")[0]

    assert (len(result.tasks), result.failures) == (1, ())
    assert states(task)[-1] == "STOPPED"
    assert (task.attributes["stop_code"], task.attributes["exit_code"]) == ("EssentialContainerExited", 0)
    assert task.attributes["stopped_reason"] == "Essential container in task exited"
    assert len(run.of_kind("task")) == 1


def test_the_group_is_the_family_unless_it_is_said():
    sim = ecs.Simulation(1)
    cluster = ecs.Cluster(sim, "shop")
    ecs.run_task(cluster, BATCH)
    ecs.run_task(cluster, BATCH, group="nightly", started_by="cron/7")
    tasks = sim.run(minutes=1).of_kind("task")

    assert [(task.attributes["group"], task.attributes["started_by"]) for task in tasks] == [
        ("family:batch", ""),
        ("nightly", "cron/7"),
    ]


def test_tasks_on_fargate_spread_over_the_zones_across_calls():
    sim = ecs.Simulation(1)
    cluster = ecs.Cluster(sim, "shop")
    first, second = (ecs.run_task(cluster, BATCH, count=3) for _ in range(2))

    assert sorted(task.zone for task in (*first.tasks, *second.tasks)) == sorted(2 * ecs.Fargate().zones)
    assert len({task.id for task in (*first.tasks, *second.tasks)}) == 6


def test_run_task_may_be_called_while_the_run_is_under_way():
    sim = ecs.Simulation(1)
    cluster = ecs.Cluster(sim, "shop")
    sim.at(600, lambda: ecs.run_task(cluster, BATCH, exits_after_seconds=60))
    task = sim.run(minutes=20).of_kind("task")[0]

    assert task.attributes["created_at"] == task.states[0][0] == 600


def test_stop_task_ends_it_with_your_reason():
    sim = ecs.Simulation(1)
    cluster = ecs.Cluster(sim, "shop")
    one, other = ecs.run_task(cluster, BATCH, count=2).tasks
    sim.at(120, lambda: ecs.stop_task(one))
    sim.at(150, lambda: ecs.stop_task(other, reason="not needed"))
    run = sim.run(minutes=5)
    tasks = {task.id: task for task in run.of_kind("task")}

    assert {
        (task.attributes["stop_code"], task.attributes["stopped_reason"], task.attributes["stopping_at"])
        for task in tasks.values()
    } == {("UserInitiated", "Task stopped by user", 120), ("UserInitiated", "not needed", 150)}
    assert run.why(tasks[one.id].states[-1][2])[-1].text == f"You stop task {one.short}: Task stopped by user."


def test_a_task_of_a_service_that_is_stopped_by_hand_is_replaced():
    sim = ecs.Simulation(1)
    web = ecs.Service(ecs.Cluster(sim, "shop"), BATCH, desired_count=1)
    sim.at(120, lambda: ecs.stop_task(web.tasks[0]))
    run = sim.run(minutes=5)

    assert [task.attributes.get("stop_code") for task in run.of_kind("task")] == ["UserInitiated", None]


def test_an_unhealthy_standalone_task_goes_on():
    check = ecs.ContainerHealthCheck(("CMD", "true"), 10)
    definition = ecs.TaskDefinition(
        "batch", container_definitions=(ecs.ContainerDefinition("job", "shop/job", health_check=check),)
    )
    sim = ecs.Simulation(1)
    ecs.run_task(ecs.Cluster(sim, "shop"), definition, fails_checks=((0, 1e9),))
    task = sim.run(minutes=5).of_kind("task")[0]

    assert (states(task)[-1], task.attributes["health_status"]) == ("RUNNING", "UNHEALTHY")


def test_the_times_of_a_task_are_in_its_record():
    sim = ecs.Simulation(1)
    ecs.run_task(ecs.Cluster(sim, "shop"), BATCH, exits_after_seconds=60, exit_code=0, image_mib=500)
    task = sim.run(minutes=5).of_kind("task")[0]
    at, said = {state: seconds for seconds, state, _ in task.states}, task.attributes

    assert said["pull_started_at"] == at["ACTIVATING"]
    assert said["pull_stopped_at"] - said["pull_started_at"] == 500 / 25
    assert said["started_at"] == at["RUNNING"]
    assert said["stopping_at"] == at["DEACTIVATING"] == at["RUNNING"] + 62
    assert said["execution_stopped_at"] == at["DEPROVISIONING"]
    assert said["stopped_at"] == at["STOPPED"]


@pytest.mark.parametrize(
    ("application", "reason", "container"),
    [
        (
            ecs.Application(pull_error="pull access denied"),
            "CannotPullContainerError: pull access denied",
            {"last_status": "PENDING"},
        ),
        (
            ecs.Application(initialization_error="unable to pull secrets or registry auth"),
            "ResourceInitializationError: unable to pull secrets or registry auth",
            {"last_status": "PENDING"},
        ),
        (
            ecs.Application(start_error="exec format error"),
            "Task failed to start",
            {"last_status": "STOPPED", "reason": "CannotStartContainerError: exec format error"},
        ),
    ],
)
def test_a_task_that_fails_to_start_says_why(application, reason, container):
    sim = ecs.Simulation(1)
    ecs.run_task(ecs.Cluster(sim, "shop"), BATCH, application=application)
    task = sim.run(minutes=5).of_kind("task")[0]

    assert "RUNNING" not in states(task)
    assert (task.attributes["stop_code"], task.attributes["stopped_reason"]) == ("TaskFailedToStart", reason)
    assert task.attributes["containers"] == [{"name": "batch", **container}]


# On instances


def test_what_does_not_fit_is_returned_as_a_failure():
    sim, cluster = on_instances()
    result = ecs.run_task(cluster, on_ec2(cpu=1024), count=5)
    instance = cluster.instances()[0]

    assert len(result.tasks) == 2
    assert result.failures == (ecs.Failure("RESOURCE:CPU", instance.id),)
    assert "3 of 5 tasks of batch:1 could not be placed" in sim.log.events[-1].text


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        (on_ec2(cpu=4096), "RESOURCE:CPU"),
        (on_ec2(memory=16384), "RESOURCE:MEMORY"),
        (on_ec2(port_mappings=(ecs.PortMapping(80, 22),)), "RESOURCE:PORTS"),
        (on_ec2(cpu=128, memory=128, mode="awsvpc"), "RESOURCE:ENI"),
        (
            ecs.TaskDefinition(
                "arm", requires_compatibilities=("EC2",), network_mode="bridge", cpu_architecture="ARM64"
            ),
            "ATTRIBUTE",
        ),
    ],
)
def test_a_failure_names_what_is_missing(definition, reason):
    _, cluster = on_instances()

    assert {one.reason for one in ecs.run_task(cluster, definition, count=10).failures} == {reason}


def test_without_an_instance_the_failure_is_a_sentence():
    _, empty = on_instances(instances=0)

    assert ecs.run_task(empty, on_ec2()).failures == (
        ecs.Failure("No Container Instances were found in your cluster."),
    )


def test_a_constraint_is_a_failure_of_each_instance_that_does_not_meet_it():
    _, cluster = on_instances()
    far = on_ec2(constraints=("attribute:ecs.availability-zone == eu-west-1a",))
    failures = ecs.run_task(cluster, far).failures

    assert {one.reason for one in failures} == {"MemberOf placement constraint unsatisfied."}
    assert all(one.arn for one in failures)


def test_spot_without_capacity_is_a_failure():
    sim = ecs.Simulation(1)
    spot = ecs.FargateSpot(spot=ecs.SpotInterruptions(at_minutes=(1,), unavailable_minutes=10))
    cluster = ecs.Cluster(sim, "shop", capacity=[spot])
    sim.run(minutes=2)

    assert ecs.run_task(cluster, BATCH).failures == (
        ecs.Failure(
            "Capacity is unavailable at this time. Please try again later or in a different availability zone."
        ),
    )


def test_with_managed_scaling_a_task_waits_and_instances_come():
    sim, cluster = on_instances(instances=0, managed=ecs.ManagedScaling())
    result = ecs.run_task(cluster, on_ec2(), exits_after_seconds=60)
    run = sim.run(minutes=15)

    assert result.failures == ()
    assert states(run.of_kind("task")[0])[-1] == "STOPPED"
    assert run.of_kind("instance")


def test_binpack_and_constraints_hold_for_standalone_tasks():
    _, cluster = on_instances(instances=3)
    pack = ecs.run_task(
        cluster, on_ec2(cpu=512, memory=512), count=3, placement_strategy=[ecs.PlacementStrategy("binpack", "cpu")]
    ).tasks
    apart = ecs.run_task(
        cluster,
        on_ec2(cpu=128, memory=128),
        group="one",
        count=4,
        placement_constraints=[ecs.PlacementConstraint("distinctInstance")],
    )

    assert len({task.instance.id for task in pack}) == 1
    assert len({task.instance.id for task in apart.tasks}) == 3
    assert {one.reason for one in apart.failures} == {"DistinctInstance placement constraint unsatisfied."}


def test_draining_leaves_a_standalone_task_alone():
    sim, cluster = on_instances(instances=2)
    task = ecs.run_task(cluster, on_ec2(), exits_after_seconds=600, exit_code=0).tasks[0]
    sim.at(300, lambda: cluster.drain(task.instance.id))
    run = sim.run(minutes=20)

    assert run.of_kind("task")[0].attributes["stop_code"] == "EssentialContainerExited"
    assert run.of_kind("task")[0].attributes["stopping_at"] > 700


def test_the_cluster_measures_what_standalone_tasks_use():
    sim, cluster = on_instances()
    definition = ecs.TaskDefinition(
        "batch", cpu=1024, memory=2048, network_mode="bridge", requires_compatibilities=("EC2",)
    )
    ecs.run_task(cluster, definition, sidecar_cpu=512, memory_mib=1024)
    run = sim.run(minutes=10)

    assert run.metrics["CPUUtilization", "shop"]["Average"][-1] == 100 * 512 / 2048
    assert run.metrics["MemoryUtilization", "shop"]["Average"][-1] > 0


def test_without_awsvpc_there_is_no_interface_to_wait_for():
    sim, cluster = on_instances()
    ecs.run_task(cluster, on_ec2(), exits_after_seconds=30)
    task = sim.run(minutes=10).of_kind("task")[0]
    at = {state: seconds for seconds, state, _ in task.states}

    assert at["PENDING"] == at["PROVISIONING"]
    assert at["STOPPED"] == at["DEPROVISIONING"]


def test_mode_none_cannot_be_reached():
    sim = ecs.Simulation(1)
    cluster = on_instances()[1]
    front = ecs.LoadBalancer(cluster.sim, "front")

    assert sim.now == 0
    with pytest.raises(ecs.InvalidSetting, match="has network mode none"):
        ecs.Service(cluster, on_ec2(mode="none"), desired_count=1, load_balancer=front)


def test_a_lost_host_ends_a_standalone_task_and_its_containers_have_no_exit_code():
    sim, cluster = on_instances(instances=2)
    task = ecs.run_task(cluster, on_ec2(), exits_after_seconds=3000).tasks[0]
    ecs.Fault(cluster, "instance_loss", at_minute=5, count=2)
    run = sim.run(minutes=10)
    part = next(one for one in run.of_kind("task") if one.id == task.id)

    assert part.attributes["stop_code"] == "TerminationNotice"
    assert part.attributes["containers"] == [{"name": "job", "last_status": "STOPPED"}]


def test_a_task_that_is_stopped_twice_keeps_its_first_reason():
    sim = ecs.Simulation(1)
    task = ecs.run_task(ecs.Cluster(sim, "shop"), BATCH).tasks[0]
    for second, reason in ((100, "first"), (101, "second")):
        sim.at(second, lambda reason=reason: ecs.stop_task(task, reason=reason))
    part = sim.run(minutes=5).of_kind("task")[0]

    assert (part.attributes["stopped_reason"], part.attributes["stopping_at"]) == ("first", 100)


def test_spot_interrupts_once_and_leaves_two_minutes_at_the_most():
    sim = ecs.Simulation(1)
    spot = ecs.FargateSpot(spot=ecs.SpotInterruptions(at_minutes=(3, 4), unavailable_minutes=1))
    task = ecs.run_task(ecs.Cluster(sim, "shop", capacity=[spot]), BATCH, ignores_sigterm=True).tasks[0]
    sim.at(250, lambda: task.interrupted(0, 120))
    part = sim.run(minutes=8).of_kind("task")[0]
    at = {state: seconds for seconds, state, _ in part.states}

    assert part.attributes["stop_code"] == "SpotInterruption"
    assert at["DEPROVISIONING"] - at["STOPPING"] == 30
    assert part.attributes["containers"] == [{"name": "batch", "last_status": "STOPPED", "exit_code": 137}]


def test_a_crash_before_its_container_runs_or_after_its_end_is_none():
    sim = ecs.Simulation(1)
    task = ecs.run_task(ecs.Cluster(sim, "shop"), BATCH).tasks[0]
    task.crash(0, 1)
    sim.at(100, lambda: ecs.stop_task(task))
    sim.at(110, lambda: task.crash(0, 1))
    part = sim.run(minutes=5).of_kind("task")[0]

    assert (part.attributes["stop_code"], "exit_code" in part.attributes) == ("UserInitiated", False)


def test_a_task_that_is_stopped_while_it_waits_for_room_never_had_any():
    sim, cluster = on_instances(instances=0, managed=ecs.ManagedScaling())
    task = ecs.run_task(cluster, on_ec2()).tasks[0]
    sim.at(190, lambda: ecs.stop_task(task))
    part = sim.run(minutes=10).of_kind("task")[0]

    assert states(part) == ["PROVISIONING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"]
    assert cluster.waiting == []


def test_a_task_that_is_stopped_while_its_pull_is_tried_again_was_stopped_by_you():
    closed = ecs.Subnet(ecs.Vpc("shop"), "10.0.1.0/24")
    sim = ecs.Simulation(1)
    network = ecs.AwsvpcConfiguration((closed,))
    task = ecs.run_task(ecs.Cluster(sim, "shop"), BATCH, network_configuration=network).tasks[0]
    sim.at(60, lambda: ecs.stop_task(task))
    part = sim.run(minutes=10).of_kind("task")[0]

    assert states(part)[2] == "ACTIVATING"
    assert part.attributes["stop_code"] == "UserInitiated"


# In a network


def subnets(*blocks, zones=("us-east-1a", "us-east-1b"), public=True):
    vpc = ecs.Vpc("shop")
    return [ecs.Subnet(vpc, cidr, zone=zone, public=public) for cidr, zone in zip(blocks, zones, strict=False)]


def test_standalone_tasks_have_addresses_of_their_subnets_until_they_end():
    sim = ecs.Simulation(1)
    both = subnets("10.0.1.0/24", "10.0.2.0/24")
    network = ecs.AwsvpcConfiguration(both, assign_public_ip="ENABLED")
    ecs.run_task(ecs.Cluster(sim, "shop"), BATCH, count=3, network_configuration=network, exits_after_seconds=120)
    during = sim.run(minutes=2).of_kind("task")
    free = [one.available_ip_address_count for one in both]
    sim.run(minutes=10)

    assert [(one.attributes["zone"], one.attributes["private_ipv4_address"]) for one in during] == [
        ("us-east-1a", "10.0.1.4"),
        ("us-east-1b", "10.0.2.4"),
        ("us-east-1a", "10.0.1.5"),
    ]
    assert all("public_address" in one.attributes for one in during)
    assert (free, [one.available_ip_address_count for one in both]) == ([249, 250], [251, 251])


def test_a_standalone_task_without_a_free_address_fails_to_start():
    """A /28 has 11 addresses: the twelfth task gets none, and nothing is tried again."""
    sim = ecs.Simulation(1)
    network = ecs.AwsvpcConfiguration(subnets("10.0.1.0/28"), assign_public_ip="ENABLED")
    cluster = ecs.Cluster(sim, "shop")
    for count in (10, 2):
        ecs.run_task(cluster, BATCH, count=count, network_configuration=network)
    parts = sim.run(minutes=5).of_kind("task")

    ends = [(states(one)[-1], one.attributes.get("stop_code")) for one in parts]
    assert ends == [("RUNNING", None)] * 11 + [("STOPPED", "TaskFailedToStart")]
    assert parts[-1].attributes["stopped_reason"].endswith("'10.0.1.0/28': InsufficientFreeAddressesInSubnet")


def test_a_standalone_task_on_an_instance_stands_in_a_subnet_of_its_zone():
    sim, cluster = on_instances(instances=2)
    network = ecs.AwsvpcConfiguration(subnets("10.0.2.0/24", zones=("us-east-1b",), public=False))
    ecs.run_task(cluster, on_ec2(mode="awsvpc"), launch_type="EC2", network_configuration=network)
    part = sim.run(minutes=5).of_kind("task")[0]

    assert (states(part)[-1], part.attributes["zone"], part.attributes["subnet"]) == (
        "RUNNING",
        "us-east-1b",
        "10.0.2.0/24",
    )


def test_those_that_wait_get_room_as_instances_come_and_the_rest_wait_on():
    sim, cluster = on_instances(instances=0, managed=ecs.ManagedScaling(maximum_scaling_step_size=1))
    ecs.run_task(cluster, on_ec2(), count=9)
    sim.run(minutes=8)
    waiting = len(cluster.waiting)
    run = sim.run(minutes=20)

    # Four instances at the most, two tasks each.
    assert 1 < waiting < 9
    assert sorted(states(part)[-1] for part in run.of_kind("task")) == ["PROVISIONING"] + ["RUNNING"] * 8


# Launch types


def test_launch_type_fargate_runs_in_any_cluster():
    sim, cluster = on_instances()
    ecs.run_task(cluster, BATCH, launch_type="FARGATE")
    ecs.run_task(cluster, BATCH, launch_type="FARGATE", group="again")
    ecs.Service(cluster, BATCH, desired_count=1, name="web", launch_type="FARGATE")
    tasks = sim.run(minutes=6).of_kind("task")

    assert [(task.attributes["launch_type"], task.attributes["capacity_provider"]) for task in tasks] == [
        ("FARGATE", None)
    ] * 3
    assert [states(task)[-1] for task in tasks] == ["RUNNING"] * 3


def test_launch_type_ec2_does_not_wait_and_asks_managed_scaling_for_nothing():
    sim, cluster = on_instances(managed=ecs.ManagedScaling())
    ecs.Service(cluster, on_ec2(), desired_count=4, name="web", launch_type="EC2")
    run = sim.run(minutes=30)
    tasks = run.of_kind("task")

    assert [states(task)[-1] for task in tasks] == ["RUNNING", "RUNNING"]
    assert len(run.of_kind("instance")) == 1
    assert any("was unable to place a task" in event.text for event in run.events("service"))
    assert tasks[0].attributes["launch_type"] == "EC2"


def test_launch_type_ec2_of_run_task_fails_at_once():
    sim, cluster = on_instances(managed=ecs.ManagedScaling())
    result = ecs.run_task(cluster, on_ec2(), count=3, launch_type="EC2")
    run = sim.run(minutes=10)

    assert (len(result.tasks), [one.reason for one in result.failures]) == (2, ["RESOURCE:CPU"])
    assert [states(task)[-1] for task in run.of_kind("task")] == ["RUNNING", "RUNNING"]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"count": 11}, "count=11: one call starts 1 to 10 tasks"),
        ({"count": True}, "count=True"),
        ({"started_by": "x" * 129}, "129 characters"),
        ({"launch_type": "EXTERNAL"}, "launch_type='EXTERNAL': use one of EC2, FARGATE"),
        (
            {"launch_type": "FARGATE", "capacity_provider_strategy": [ecs.CapacityProviderStrategyItem("FARGATE")]},
            "give one of the two",
        ),
        ({"placement_strategy": [ecs.PlacementStrategy("random")]}, "Fargate places tasks itself"),
        (
            {"capacity_provider_strategy": [ecs.CapacityProviderStrategyItem("FARGATE_SPOT")]},
            "'FARGATE_SPOT' is no capacity provider of 'shop': it has FARGATE",
        ),
        ({"containers": {"log": ecs.ContainerBehaviour()}}, "no such container"),
    ],
)
def test_run_task_refuses_what_ecs_would_refuse(settings, says):
    with pytest.raises(ecs.InvalidSetting, match=says):
        ecs.run_task(ecs.Cluster(ecs.Simulation(1), "shop"), BATCH, **settings)


def test_a_cluster_without_capacity_runs_nothing():
    with pytest.raises(ecs.InvalidSetting, match="has no capacity"):
        ecs.run_task(ecs.Cluster(ecs.Simulation(1), "shop", capacity=[]), BATCH)


def test_the_strategy_shares_the_tasks_of_a_call():
    sim = ecs.Simulation(1)
    cluster = ecs.Cluster(sim, "shop", capacity=[ecs.Fargate(), ecs.FargateSpot()])
    shares = [
        ecs.CapacityProviderStrategyItem("FARGATE", weight=1, base=2),
        ecs.CapacityProviderStrategyItem("FARGATE_SPOT", weight=3),
    ]
    tasks = ecs.run_task(cluster, BATCH, count=10, capacity_provider_strategy=shares).tasks

    assert [sum(task.provider.name == name for task in tasks) for name in cluster.providers] == [4, 6]


def test_a_definition_for_instances_is_refused_on_fargate():
    with pytest.raises(ecs.InvalidSetting, match="batch:1 cannot run on Fargate"):
        ecs.run_task(ecs.Cluster(ecs.Simulation(1), "shop"), on_ec2())


def test_the_launch_types_are_the_apis():
    enum = ecs_model().shape_for("LaunchType").enum

    assert set(LAUNCH_TYPES) == set(enum) - {"EXTERNAL", "MANAGED_INSTANCES"}


def ecs_model():
    return botocore.session.get_session().get_service_model("ecs")


# Families


def test_revisions_count_up_in_each_family():
    sim = ecs.Simulation(1)
    names = [ecs.register_task_definition(sim, ecs.TaskDefinition(family)).name for family in ("a", "a", "b")]

    assert names == ["a:1", "a:2", "b:1"]


def test_a_document_is_registered_as_it_is():
    document = {"family": "web", "containerDefinitions": [{"name": "app", "image": "shop/web:1", "memory": 64}]}
    sim = ecs.Simulation(1)
    names = [ecs.register_task_definition(sim, one).name for one in (document, json.dumps(document))]

    assert names == ["web:1", "web:2"]


def test_a_family_names_its_latest_active_revision():
    sim = ecs.Simulation(1)
    for cpu in (256, 512, 1024):
        ecs.register_task_definition(sim, ecs.TaskDefinition("web", cpu=cpu, memory=2048))
    ecs.deregister_task_definition(sim, "web:3")
    cluster = ecs.Cluster(sim, "shop")
    web = ecs.Service(cluster, "web", desired_count=1)
    web.update(task_definition="web:1")
    ecs.run_task(cluster, "web:2")

    assert [one.definition.name for one in web.deployments] == ["web:2", "web:1"]
    assert ecs.register_task_definition(sim, ecs.TaskDefinition("web")).name == "web:4"


def test_an_inactive_revision_starts_nothing_new_and_runs_on():
    sim = ecs.Simulation(1)
    definition = ecs.register_task_definition(sim, ecs.TaskDefinition("web"))
    cluster = ecs.Cluster(sim, "shop")
    web = ecs.Service(cluster, definition, desired_count=1)
    sim.run(minutes=3)
    ecs.deregister_task_definition(sim, "web:1")
    sim.run(minutes=6)

    assert web.running_count == 1
    for refused in (lambda: ecs.run_task(cluster, definition), lambda: web.update(task_definition=definition)):
        with pytest.raises(ecs.InvalidSetting, match="web:1: TaskDefinition is inactive"):
            refused()


def test_a_name_that_is_not_registered_is_refused_with_what_there_is():
    sim = ecs.Simulation(1)
    ecs.register_task_definition(sim, ecs.TaskDefinition("web"))
    ecs.deregister_task_definition(sim, "web:1")
    cluster = ecs.Cluster(sim, "shop")

    for name, says in (("web", r"there is web:1 \(INACTIVE\)"), ("shop", "none of that family")):
        with pytest.raises(ecs.InvalidSetting, match=says):
            ecs.run_task(cluster, name)
    with pytest.raises(ecs.InvalidSetting, match="such as web:1"):
        ecs.deregister_task_definition(sim, "web")
