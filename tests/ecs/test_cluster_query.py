"""The cluster query language: the documentation's kinds of expression, precedence, and faults with their place."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslite.ecs.cluster_query import parse
from ecslite.errors import InvalidSetting

INSTANCE = {
    "attribute:ecs.instance-type": "m5.large",
    "attribute:ecs.availability-zone": "us-east-1b",
    "runningTasksCount": "3",
    "agentVersion": "1.14.10",
    "registeredAt": "2026-11-23T08:00:00Z",
    "task:group": frozenset({"service:web", "database"}),
}


@pytest.mark.parametrize(
    ("expression", "selected"),
    [
        ("attribute:ecs.instance-type == m5.large", True),
        ("attribute:ecs.instance-type equals 'm5.xlarge'", False),
        ("attribute:ecs.availability-zone in [us-east-1a, us-east-1b]", True),
        ("attribute:ecs.availability-zone !in ['us-east-1a']", True),
        ("attribute:ecs.instance-type =~ m5.* and attribute:ecs.availability-zone != us-east-1d", True),
        ("attribute:ecs.instance-type !~ m5.*", False),
        ("task:group == service:web", True),
        ("not(task:group == database)", False),
        ("!(task:group == other) && runningTasksCount >= 3", True),
        ("runningTasksCount < 10", True),
        ("agentVersion < 1.14.9", False),
        ("registeredAt > 2026-11-22", True),
        ("attribute:gpu exists", False),
        ("attribute:gpu !exists", True),
        ("attribute:gpu not_equals big", True),
        ("runningTasksCount == 1 or runningTasksCount == 3 and agentVersion exists", True),
        ("(runningTasksCount == 3 or agentVersion exists) and attribute:gpu exists", False),
    ],
)
def test_an_expression_selects(expression, selected):
    assert parse(expression)(INSTANCE) is selected


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("", "found the end, expected a subject"),
        ("zone == a", "found 'zone' at character 1, expected a subject"),
        ("runningTasksCount is 3", "found 'is' at character 19, expected an operator"),
        ("(runningTasksCount == 3", "found the end, expected a closing parenthesis"),
        ("runningTasksCount == 3 3", "found '3' at character 24, expected an end"),
        ("attribute:a in b", "expected a list"),
        ("attribute:a =~ (", "expected a value"),
        ("attribute:a =~ '('", "not a regular expression"),
        ("attribute:a == " + "x" * 2000, "use 2000 at the most"),
    ],
)
def test_a_fault_is_named_with_its_place(expression, says):
    with pytest.raises(InvalidSetting, match=says):
        parse(expression)


@given(st.text(alphabet="atribu: =!<>~()[]&|'\"andornot1.", max_size=40))
def test_any_text_is_parsed_or_refused(text):
    with contextlib.suppress(InvalidSetting):
        parse(text)(INSTANCE)
