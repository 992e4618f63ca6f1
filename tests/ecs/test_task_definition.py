"""Task definitions: AWS's documents in, its rules, and messages that say what to do."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from ecslite.capacity.sizes import FARGATE_SIZES, parse_cpu, parse_memory
from ecslite.ecs.document import unused_paths
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.errors import InvalidDocument, InvalidSetting


def document(**changes: Any) -> dict[str, Any]:
    """A sound document for Fargate with two containers; a change of None takes a member out."""
    body = {
        "family": "shop",
        "cpu": "512",
        "memory": "1024",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": [
            {"name": "web", "image": "shop/web:1", "portMappings": [{"containerPort": 80}]},
            {"name": "log", "image": "shop/log:1", "essential": False, "memoryReservation": 64},
        ],
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def with_container(index: int = 0, **changes: Any) -> dict[str, Any]:
    body = copy.deepcopy(document())
    body["containerDefinitions"][index].update(changes)
    return body


def faults(body: Any) -> list[str]:
    with pytest.raises(InvalidDocument) as refusal:
        TaskDefinition.from_aws(body)
    return [fault.path for fault in refusal.value.faults]


def message(body: Any) -> str:
    with pytest.raises(InvalidDocument) as refusal:
        TaskDefinition.from_aws(body)
    return str(refusal.value)


def test_a_document_becomes_a_definition_with_aws_names():
    definition = TaskDefinition.from_aws(document())
    assert (
        definition.name,
        definition.vcpu * 1024,
        definition.vcpu,
        definition.memory,
        definition.network_mode,
    ) == ("shop:1", 512, 0.5, 1024, "awsvpc")
    assert [one.name for one in definition.container_definitions] == ["web", "log"]
    assert definition.container_definitions[1].reserved_memory == 64


def test_json_text_is_read_as_the_mapping_is():
    assert TaskDefinition.from_aws(document()) == TaskDefinition.from_aws(json.dumps(document()))


def test_what_describe_returns_is_read_as_what_register_takes():
    described = {
        "taskDefinition": {
            **document(),
            "taskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/shop:7",
            "revision": 7,
            "status": "ACTIVE",
            "requiresAttributes": [{"name": "com.amazonaws.ecs.capability.docker-remote-api.1.18"}],
            "compatibilities": ["EC2", "FARGATE"],
            "registeredAt": "2026-11-23T19:00:00+00:00",
            "registeredBy": "arn:aws:iam::123456789012:user/ada",
        },
        "tags": [],
    }
    assert TaskDefinition.from_aws(described).name == "shop:7"
    assert TaskDefinition.from_aws(described["taskDefinition"]).name == "shop:7"
    described["taskDefinition"]["cpu"] = "300"
    assert faults(described) == ["taskDefinition.cpu"]


def test_the_short_way_makes_one_essential_container():
    definition = TaskDefinition("web", cpu=256, memory=512, image="shop/web:1")
    (container,) = definition.container_definitions
    assert (container.name, container.image, container.essential) == ("web", "shop/web:1", True)


@pytest.mark.parametrize(("cpu", "memory"), [(300, 512), (256, 3072), (256, 0), (0, 512), (-1, 512), (True, 512)])
def test_the_short_way_refuses_what_fargate_does_not_offer(cpu, memory):
    with pytest.raises(InvalidSetting, match=r"use|Fargate"):
        TaskDefinition("web", cpu=cpu, memory=memory)


def test_a_size_that_is_none_is_answered_with_the_nearest_ones():
    with pytest.raises(InvalidSetting, match="cpu=300 is not a Fargate size: use 256 or 512"):
        TaskDefinition("web", cpu=300, memory=512)
    assert "use 2048, or keep 3072 MiB with cpu 512 or 1024" in message(document(cpu="256", memory="3 GB"))


@pytest.mark.parametrize(
    ("cpu", "memory", "offered"),
    [
        ("256", "3 GB", False),  # vector 26
        ("8192", "16GB", True),  # vector 27
        ("8192", "18GB", False),
        ("8192", "20GB", True),
        ("16384", "40 GB", True),  # vector 28
        ("16384", "44 GB", False),
        ("32 vCPU", "244 GB", True),
        ("32 vCPU", "128 GB", False),
    ],
)
def test_fargate_sizes_are_those_of_the_developer_guide(cpu, memory, offered):
    body = document(cpu=cpu, memory=memory)
    if offered:
        assert TaskDefinition.from_aws(body).fargate_fault is None
    else:
        assert faults(body) == ["memory"]


def test_every_pair_that_fargate_offers_is_accepted():
    for cpu, sizes in FARGATE_SIZES.items():
        for memory in sizes:
            assert (cpu, memory) == (
                (d := TaskDefinition.from_aws(document(cpu=str(cpu), memory=str(memory)))).cpu,
                d.memory,
            )


@pytest.mark.parametrize(
    ("text", "units"),
    [("256", 256), ("1 vCPU", 1024), (".25 vcpu", 256), ("0.5VCPU", 512), ("2 vCPUs", None), ("", None)],
)
def test_cpu_is_read_in_every_spelling_of_aws(text, units):
    assert units == parse_cpu(text)


@pytest.mark.parametrize(
    ("text", "mib"), [("512", 512), ("0.5GB", 512), ("1 GB", 1024), ("2gb", 2048), ("1e3", None), ("٣", None)]
)
def test_memory_is_read_in_every_spelling_of_aws(text, mib):
    assert mib == parse_memory(text)


def test_placement_subtracts_the_reservation_not_the_limit():  # vector 32
    body = document(cpu=None, memory=None, requiresCompatibilities=["EC2"])
    body["containerDefinitions"] = [{"name": "a", "image": "b", "memory": 300, "memoryReservation": 128, "cpu": 10}]
    definition = TaskDefinition.from_aws(body)
    assert (definition.cpu, definition.memory) == (10, 128)


def test_a_definition_for_instances_says_why_fargate_would_not_run_it():
    body = document(cpu="300", requiresCompatibilities=["EC2"])
    assert "cpu=300 is not a Fargate size" in TaskDefinition.from_aws(body).fargate_fault
    body = document(networkMode="bridge", requiresCompatibilities=["EC2"])
    assert "need awsvpc" in TaskDefinition.from_aws(body).fargate_fault


def test_all_faults_are_reported_at_once():
    body = document(cpu="300", networkMode="bridge", family="no spaces", colour="red")
    body["containerDefinitions"][0]["essential"] = "yes"
    body["containerDefinitions"][1]["dependsOn"] = [{"containerName": "db", "condition": "START"}]
    assert {
        "colour",
        "containerDefinitions[0].essential",
        "family",
        "cpu",
        "networkMode",
        "containerDefinitions[1].dependsOn[0].containerName",
    } == set(faults(body))


CHECK = {"command": ["CMD-SHELL", "true"]}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (document(family="a b"), "family"),
        (document(family="x" * 256), "family"),
        (document(cpu="lots"), "cpu"),
        (document(memory=None), "memory"),
        (document(cpu=None), "cpu"),
        (document(networkMode=None), "networkMode"),
        (document(networkMode="host"), "networkMode"),
        (document(ipcMode="task"), "ipcMode"),
        (document(pidMode="host"), "pidMode"),
        (document(ephemeralStorage={"sizeInGiB": 20}), "ephemeralStorage.sizeInGiB"),
        (document(placementConstraints=[{"type": "memberOf"}]), "placementConstraints"),
        (document(runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}), "cpu"),
        (document(containerDefinitions=[]), "containerDefinitions"),
        (document(containerDefinitions=[{"name": f"c{i}", "image": "i"} for i in range(11)]), "containerDefinitions"),
        (document(containerDefinitions=[{"name": "a", "image": "i", "essential": False}]), "containerDefinitions"),
        (document(containerDefinitions=[{"name": "a", "image": "i"}] * 2), "containerDefinitions[1].name"),
        (with_container(name=""), "containerDefinitions[0].name"),
        (with_container(image=""), "containerDefinitions[0].image"),
        (with_container(memory=64, memoryReservation=128), "containerDefinitions[0].memoryReservation"),
        (with_container(memory=2), "containerDefinitions[0].memory"),
        (with_container(cpu=-1), "containerDefinitions[0].cpu"),
        (with_container(cpu=1024), "cpu"),
        (with_container(memory=2048), "memory"),
        (with_container(stopTimeout=121), "containerDefinitions[0].stopTimeout"),
        (with_container(startTimeout=1), "containerDefinitions[0].startTimeout"),
        (with_container(healthCheck={**CHECK, "interval": 4}), "containerDefinitions[0].healthCheck.interval"),
        (with_container(healthCheck={**CHECK, "timeout": 61}), "containerDefinitions[0].healthCheck.timeout"),
        (with_container(healthCheck={**CHECK, "retries": 0}), "containerDefinitions[0].healthCheck.retries"),
        (with_container(healthCheck={**CHECK, "startPeriod": 301}), "containerDefinitions[0].healthCheck.startPeriod"),
        (with_container(healthCheck={"command": ["curl"]}), "containerDefinitions[0].healthCheck.command"),
        (
            with_container(restartPolicy={"enabled": True, "restartAttemptPeriod": 59}),
            "containerDefinitions[0].restartPolicy.restartAttemptPeriod",
        ),
        (
            with_container(restartPolicy={"enabled": True, "ignoredExitCodes": [1] * 51}),
            "containerDefinitions[0].restartPolicy.ignoredExitCodes",
        ),
        (
            with_container(portMappings=[{"containerPort": 65536}]),
            "containerDefinitions[0].portMappings[0].containerPort",
        ),
        (
            with_container(portMappings=[{"containerPort": 80, "hostPort": 81}]),
            "containerDefinitions[0].portMappings[0].hostPort",
        ),
        (
            with_container(portMappings=[{"containerPortRange": "9-8"}]),
            "containerDefinitions[0].portMappings[0].containerPortRange",
        ),
        (with_container(privileged=True), "containerDefinitions[0].privileged"),
        (with_container(linuxParameters={"maxSwap": 1}), "containerDefinitions[0].linuxParameters.maxSwap"),
        (with_container(hostname="web"), "containerDefinitions[0].hostname"),
        (
            with_container(1, dependsOn=[{"containerName": "web", "condition": "SUCCESS"}]),
            "containerDefinitions[1].dependsOn[0].condition",
        ),
        (
            with_container(1, dependsOn=[{"containerName": "web", "condition": "HEALTHY"}]),
            "containerDefinitions[1].dependsOn[0].condition",
        ),
        (
            with_container(1, dependsOn=[{"containerName": "log", "condition": "START"}]),
            "containerDefinitions[1].dependsOn",
        ),
        (with_container(environment=[{"name": "A", "value": "x" * 65536}]), "document"),
        (
            with_container(environmentFiles=[{"type": "s3", "value": "arn:aws:s3:::b/a.txt"}]),
            "containerDefinitions[0].environmentFiles[0].value",
        ),
        (document(networkMode="default"), "networkMode"),
        (document(runtimePlatform={"OperatingSystemFamily": "LINUX"}), "runtimePlatform.OperatingSystemFamily"),
    ],
)
def test_a_broken_rule_is_named_by_its_path(body, path):
    assert path in faults(body)


def test_a_circle_of_dependencies_is_named_once_with_its_way():
    body = document()
    for one, other in ((0, "log"), (1, "web")):
        body["containerDefinitions"][one]["dependsOn"] = [{"containerName": other, "condition": "START"}]
    assert "log → web → log" in message(body)
    assert faults(body) == ["containerDefinitions[1].dependsOn"]


def test_on_instances_a_container_without_memory_needs_a_task_with_some():
    body = document(cpu=None, memory=None, requiresCompatibilities=["EC2"], networkMode="bridge")
    assert faults(body) == ["containerDefinitions[0].memory"]
    assert TaskDefinition.from_aws({**body, "memory": "1 GB"}).memory == 1024


def test_a_healthy_dependency_with_a_check_is_accepted():
    body = with_container(healthCheck=CHECK)
    body["containerDefinitions"][1]["dependsOn"] = [{"containerName": "web", "condition": "HEALTHY"}]
    definition = TaskDefinition.from_aws(body)
    assert definition.container_definitions[1].depends_on[0].condition == "HEALTHY"
    assert (
        (check := definition.container_definitions[0].health_check).interval,
        check.timeout,
        check.retries,
        check.start_period,
    ) == (30, 5, 3, 0)


def test_what_shapes_nothing_is_listed():
    body = with_container(dockerLabels={"a": "b"}, essential=True)
    assert tuple(
        path for path in TaskDefinition.from_aws(body).not_simulated if path.startswith("containerDefinitions[0]")
    ) == ("containerDefinitions[0].dockerLabels",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"family": "a",\n "x": }', "line 2, column 7"),
        ('{"family": "a",}', "comma"),
        ('{\n// the family\n"family": "a"}', "comments"),
        ('{"family": ${FAMILY}}', "placeholders"),
        ("family: web\n", "it begins with 'family: web"),
        ("", "empty"),
        ("[]", "a list"),
        ("null", "a null"),
        ("12", "a number"),
        ('{"family": "a", "family": "b"}', "stands twice"),
        ('{"cpu": NaN}', "NaN"),
        ('{"cpu": 1e999}', "too large"),
        ('{"cpu": ' + "9" * 5000 + "}", "digits"),
        ("[" * 100_000, "deep"),
        ('"' + '\\"' * 100_000, "not JSON"),
        ('{"Resources": {}}', "CloudFormation"),
        ('{"a": 1}', "not a task definition"),
        ('{"family": "\\ud800", "containerDefinitions": []}', "family"),
        ('{"taskDefinition": 3}', "taskDefinition"),
        ('{"family": "a", "containerDefinitions": [7, null, "x"]}', "containerDefinitions[2]"),
        (
            '{"family": "a", "containerDefinitions": [{"dependsOn": [1], "healthCheck": {"command": [1]}}]}',
            "containerDefinitions[0].dependsOn[0]",
        ),
    ],
)
def test_a_text_that_is_no_definition_says_why(text, says):
    shown = message(text)
    assert says in shown
    assert shown.encode()


def test_a_mapping_that_holds_itself_is_refused():
    body = document()
    body["volumes"] = [body]
    assert faults(body) == ["document"]


def test_a_file_of_many_faults_gets_a_message_of_bounded_length():
    assert len(message({"family": "a", "containerDefinitions": [{"x": 1}] * 50_000})) < 100_000


@pytest.mark.parametrize(
    ("body", "path", "says"),
    [
        (document(cpu="96", requiresCompatibilities=None), "cpu", "96 CPU units: a task has 128 to 196608"),
        (
            document(
                requiresCompatibilities=None, placementConstraints=[{"type": "memberOf", "expression": "a == b"}] * 11
            ),
            "placementConstraints",
            "11 constraints: give at most 10",
        ),
        (
            with_container(environmentFiles=[{"type": "s3", "value": "arn:aws:s3:::b/a.env"}] * 11),
            "containerDefinitions[0].environmentFiles",
            "11 files: give at most 10",
        ),
        (
            with_container(portMappings=[{"containerPort": 80, "name": "-web"}]),
            "containerDefinitions[0].portMappings[0].name",
            "no - first",
        ),
        (
            {**with_container(), "networkMode": "none", "requiresCompatibilities": ["EC2"]},
            "containerDefinitions[0].portMappings",
            "network mode none has no ports",
        ),
        (
            {**with_container(links=["log"]), "networkMode": "host", "requiresCompatibilities": ["EC2"]},
            "containerDefinitions[0].links",
            "network mode host has none: use bridge",
        ),
        (
            {"taskDefinition": {"family": "web"}},
            "taskDefinition.containerDefinitions",
            "missing: AWS requires containerDefinitions here",
        ),
    ],
)
def test_each_rule_names_its_place(body, path, says):
    assert faults(body) == [path]
    assert says in message(body)


def test_a_text_that_is_far_too_long_is_not_read():
    assert "a task definition has at most 65536 bytes" in message("x" * (16 * 65536 + 1))


def test_a_diamond_of_dependencies_is_no_circle():
    names = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}
    body = document(
        containerDefinitions=[
            {"name": name, "image": "i", "dependsOn": [{"containerName": one, "condition": "START"} for one in others]}
            for name, others in names.items()
        ]
    )

    assert [one.name for one in TaskDefinition.from_aws(body).container_definitions] == list(names)


def test_what_is_not_simulated_is_kept_and_listed():
    """All that AWS's model knows: what a run goes by is not listed, all the rest is, and stands in the document."""
    text = (Path(__file__).parents[1] / "data" / "full_task_definition.json").read_text(encoding="utf-8")
    body = json.loads(text)
    fields_of = {path.rpartition(".")[2] for path in unused_paths(body)}
    simulated = {
        *("name", "image", "cpu", "memory", "memoryReservation", "essential", "portMappings", "dependsOn"),
        *("links", "startTimeout", "stopTimeout", "healthCheck", "restartPolicy"),
    }

    assert fields_of & simulated == set()
    assert {"secrets", "logConfiguration", "mountPoints", "ulimits", "volumes", "proxyConfiguration"} <= fields_of


def test_a_definition_keeps_the_document_that_it_was_read_from():
    body = with_container(dockerLabels={"team": "shop"}, secrets=[{"name": "KEY", "valueFrom": "arn:aws:ssm:k"}])
    definition = TaskDefinition.from_aws(body)

    assert definition.not_simulated == ("containerDefinitions[0].dockerLabels", "containerDefinitions[0].secrets")
    assert definition.document["containerDefinitions"][0]["dockerLabels"] == {"team": "shop"}
    assert TaskDefinition("web").document == {}


@pytest.mark.parametrize(
    ("body", "path", "says"),
    [
        ({"memory": "lots"}, "memory", '"lots" is not a size: use MiB (512) or GB (0.5 GB)'),
        (
            {"containerDefinitions": [{"name": "a", "image": "i", "essential": "true"}]},
            "containerDefinitions[0].essential",
            '"true" is a text where AWS takes true or false: write it without quotes',
        ),
    ],
)
def test_a_value_of_another_kind_is_named_with_its_path_and_what_to_write(body, path, says):
    with pytest.raises(InvalidDocument) as raised:
        TaskDefinition.from_aws(document(**body))

    assert (path, says) in [(fault.path, fault.message) for fault in raised.value.faults]
