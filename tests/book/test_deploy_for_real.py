"""The appendix that deploys a scenario: its calls are valid, its cost is the book's, its teardown has what it made."""

from __future__ import annotations

import re
import shlex

import jupytext
import pytest
from botocores import SESSION, faults_of_input

from book.paths import ROOT

PAGE = ROOT / "book" / "deploy-for-real.md"


@pytest.fixture(scope="module")
def page():
    """The names that the page's own cells define."""
    names: dict[str, object] = {}
    for cell in jupytext.read(PAGE).cells:
        if cell.cell_type == "code" and "glue" not in cell.source:
            exec(cell.source, names)
    return names


def commands():
    """The commands that the page gives, each as its words."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [shlex.split(line) for line in lines if line.startswith("aws ")]


def test_the_scenario_is_five_calls_that_botocore_takes(page):
    assert [call.operation for call in page["calls"]] == [
        "CreateCluster",
        "RegisterTaskDefinition",
        "CreateService",
        "RegisterScalableTarget",
        "PutScalingPolicy",
    ]
    assert [fault for call in page["calls"] for fault in faults_of_input(*call)] == []


def test_no_placeholder_is_left_in_the_files(page):
    texts = " ".join(call.to_json() for call in page["calls"])
    assert "111122223333" not in texts
    assert set(re.findall(r"(?:subnet|sg)-\w+", texts)) == {
        "subnet-0aaaa1111bbbb2222",
        "subnet-0cccc3333dddd4444",
        "sg-0eeee5555ffff6666",
    }


@pytest.mark.parametrize("words", commands(), ids=lambda words: " ".join(words[1:3]))
def test_every_command_is_one_of_the_cli_with_options_that_it_has(words):
    """An operation's options are its parameters with dashes; `wait`, --query and --filters' text aside."""
    _, service, operation, *rest = words
    model = SESSION.get_service_model(service)
    if operation == "wait":
        waiters = SESSION.get_component("data_loader").load_service_model(service, "waiters-2")["waiters"]
        operation = {dashed(name): each["operation"] for name, each in waiters.items()}[rest.pop(0)]
    else:
        operation = {dashed(name): name for name in model.operation_names}[operation]
    known = {dashed(name) for name in model.operation_model(operation).input_shape.members} | {"query"}
    options = [word.removeprefix("--") for word in rest if word.startswith("--")]
    assert set(options) <= known


def dashed(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def test_the_teardown_names_all_that_was_made(page):
    said = " ".join(" ".join(words) for words in commands())
    target = next(call.parameters for call in page["calls"] if call.operation == "RegisterScalableTarget")
    service = next(call.parameters for call in page["calls"] if call.operation == "CreateService")
    assert f"deregister-scalable-target --service-namespace ecs --resource-id {target['ResourceId']}" in said
    assert f"delete-service --cluster {service['cluster']} --service {service['serviceName']} --force" in said
    assert f"delete-cluster --cluster {service['cluster']}" in said
    assert f"deregister-task-definition --task-definition {service['taskDefinition']}" in said


def test_the_prediction_is_a_start_in_ecs_own_words(page):
    ecs = page["ecs"]
    events = ecs.aws.describe_services(page["run"], at_minute=3)["services"][0]["events"]
    said = [event["message"].removeprefix("(service web) ") for event in reversed(events)]
    assert said[0].startswith("has started 2 tasks: (task ")
    assert said[-1] == "has reached a steady state."


def test_an_hour_costs_what_the_price_list_says(page):
    prices = page["prices"]
    hour = (
        0.5 * prices["fargate.linux.x86_64.vcpu_hour"].usd + prices["fargate.linux.x86_64.gb_hour"].usd
    ) + 2 * prices["public_ipv4.hour"].usd
    assert page["usd_an_hour"] == pytest.approx(hour)
