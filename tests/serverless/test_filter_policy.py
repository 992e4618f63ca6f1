"""Filter policies: what matches as SNS documents it, how combinations are counted, and what is refused."""

from __future__ import annotations

import pytest
from messaging import message

import ecslite as ecs
from ecslite.serverless.filter_policy import FilterPolicy, combinations


def test_vector_66_combinations_are_the_product_of_the_values_of_all_keys():
    policy = {"key_a": ["one", "two", "three"], "key_b": ["one"], "key_c": ["one", "two"]}
    assert combinations(policy) == 6


def test_a_nested_key_counts_its_values_times_its_level():
    policy = {"key_a": {"key_b": {"key_c": ["1", "2", "3", "4"]}}, "key_d": {"key_e": ["1", "2", "3"]}}
    assert combinations(policy) == 72


def test_the_branches_of_an_or_are_added():
    flat = {
        "source": ["aws.cloudwatch"],
        "$or": [
            {"metricName": ["CPUUtilization", "ReadLatency"]},
            {"metricType": ["MetricType"], "$or": [{"metricId": [1234, 4321]}, {"spaceId": [1000, 2000, 3000]}]},
        ],
    }
    nested = {
        "$or": [{"metricName": ["CPUUtilization", "ReadLatency"]}, {"namespace": ["AWS/EC2", "AWS/ES"]}],
        "detail": {"scope": ["Service"], "$or": [{"source": ["aws.cloudwatch"]}, {"type": ["Alarm"]}]},
    }
    assert (combinations(flat), combinations(nested)) == (7, 32)


CASES = [
    (["rugby", "tennis"], "rugby", True),
    (["rugby", "tennis"], ["rugby", "golf"], True),
    (["rugby", "tennis"], "baseball", False),
    (["rugby"], "Rugby", False),
    ([{"anything-but": ["rugby", "tennis"]}], "baseball", True),
    ([{"anything-but": ["rugby", "tennis"]}], ["rugby", "baseball"], True),
    ([{"anything-but": ["rugby", "tennis"]}], ["rugby"], False),
    ([{"anything-but": "rugby"}], "rugby", False),
    ([{"anything-but": {"prefix": "order-"}}], "order_number", True),
    ([{"anything-but": {"prefix": "order-"}}], "order-cancelled", False),
    ([{"anything-but": {"wildcard": "*ball"}}], ["hockey", "rugby"], True),
    ([{"anything-but": {"wildcard": ["*ball", "golf"]}}], ["baseball", "basketball"], False),
    ([{"anything-but": {"suffix": "ball"}}], "basketball", False),
    ([{"anything-but": [100, 500]}], 100.1, True),
    ([{"anything-but": [100, 500]}], [100, 50], True),
    ([{"anything-but": [100, 500]}], 100, False),
    ([{"equals-ignore-case": "tennis"}], "teNnis", True),
    ([{"equals-ignore-case": "tennis"}], "golf", False),
    ([{"cidr": "10.0.0.0/24"}], "10.0.0.255", True),
    ([{"cidr": "10.0.0.0/24"}], "10.1.1.0", False),
    ([{"cidr": "10.0.0.0/24"}], "somewhere", False),
    ([{"prefix": "bas"}], "baseball", True),
    ([{"prefix": "bas"}], 7, False),
    ([{"suffix": "ball"}], "baseball", True),
    ([{"suffix": "ball"}], "rugby", False),
    ([{"wildcard": "b*b*l"}], "baseball", True),
    ([{"wildcard": "b.*"}], "baseball", False),
    ([{"numeric": ["=", 301.5]}], 3.015e2, True),
    ([{"numeric": ["<", 0]}], -1, True),
    ([{"numeric": [">", 0, "<=", 150]}], 150, True),
    ([{"numeric": [">", 0, "<=", 150]}], 151, False),
    ([{"numeric": [">=", 1]}], True, False),
    ([{"numeric": ["=", 1.000001]}], 1.000002, True),
    ([5], 5.0, True),
    ([5], "5", False),
    ([True], True, True),
    ([True], 1, False),
    ([None], None, True),
    ([{"exists": True}], "fans", True),
    ([{"exists": True}], "", False),
    ([{"exists": False}], "fans", False),
]


@pytest.mark.parametrize(("rule", "value", "matches"), CASES)
@pytest.mark.parametrize("scope", ["MessageAttributes", "MessageBody"])
def test_a_key_matches_as_documented(scope, rule, value, matches):
    content = {"attributes" if scope == "MessageAttributes" else "body": {"key": value, "other": "x"}}
    assert FilterPolicy({"key": rule}, scope).matches(message(1, **content)) is matches


def test_all_keys_must_match():
    policy = FilterPolicy({"customer_interests": ["rugby"], "price_usd": [{"numeric": [">", 100]}]})
    found = [
        policy.matches(message(1, attributes=attributes))
        for attributes in (
            {"customer_interests": "rugby", "price_usd": 101},
            {"customer_interests": "rugby", "price_usd": 99},
            {"customer_interests": "rugby"},
        )
    ]
    assert found == [True, False, False]


def test_an_or_matches_by_either_branch():
    policy = FilterPolicy({"source": ["a"], "$or": [{"x": ["1"]}, {"y": ["2"]}]})
    found = [
        policy.matches(message(1, attributes=attributes))
        for attributes in ({"source": "a", "x": "1"}, {"source": "a", "y": "2"}, {"source": "a"}, {"x": "1", "y": "2"})
    ]
    assert found == [True, True, False, False]


def test_an_or_that_is_none_is_a_key_like_any_other():
    policy = FilterPolicy({"$or": ["here"]})
    assert policy.matches(message(1, attributes={"$or": "here"}))


def test_a_key_that_is_absent_is_found_only_where_other_attributes_are():
    policy = FilterPolicy({"store": [{"exists": False}]})
    found = [policy.matches(message(1, attributes=attributes)) for attributes in ({"sport": "x"}, {}, {"store": "x"})]
    assert found == [True, False, False]


def test_a_nested_key_of_a_body():
    policy = FilterPolicy({"order": {"kind": ["refund"]}}, "MessageBody")
    found = [policy.matches(message(1, body=body)) for body in ({"order": {"kind": "refund"}}, {"order": 7}, None)]
    assert found == [True, False, False]


@pytest.mark.parametrize(
    ("policy", "scope", "said"),
    [
        ({"a": ["x"]}, "Body", "use one of MessageAttributes, MessageBody"),
        ({"a": "x"}, "MessageAttributes", r"a='x' is not a list of values: write \['x'\]"),
        ({"a": []}, "MessageAttributes", "is not a list of values"),
        ({"a": {"b": ["x"]}}, "MessageAttributes", "a is nested: use filter_policy_scope='MessageBody'"),
        ({"a": {"b": "x"}}, "MessageBody", "a.b='x' is not a list"),
        ({"$or": [{"a": "x"}, {"b": ["y"]}]}, "MessageBody", r"\$or\[0\].a='x' is not a list"),
        ({"a": [{"begins": "x"}]}, "MessageAttributes", "is not an operator: use one of prefix"),
        ({"a": [{"prefix": 5}]}, "MessageAttributes", "prefix 5: use a text"),
        ({"a": [{"exists": "yes"}]}, "MessageAttributes", "use true or false"),
        ({"a": [{"numeric": ["~", 5]}]}, "MessageAttributes", "write pairs"),
        ({"a": [{"numeric": ["<", "5"]}]}, "MessageAttributes", "'5' is not a number"),
        ({"a": [1e10]}, "MessageAttributes", "is not a number between -1,000,000,000 and 1,000,000,000"),
        ({"a": [["x"]]}, "MessageAttributes", "is neither a text"),
        ({"a": [{"anything-but": {"cidr": "x"}}]}, "MessageAttributes", "use values, or prefix, suffix or wildcard"),
        ({"a": [{"wildcard": "*a*b*c*"}]}, "MessageAttributes", "use 3 × \\* at the most"),
        ({letter: ["x"] for letter in "abcdef"}, "MessageAttributes", "6 keys are too many: use 5"),
        ({"a": [str(n) for n in range(151)]}, "MessageAttributes", "151 combinations of values are too many"),
        ({"a": ["x" * 263_000]}, "MessageAttributes", "bytes are too many"),
        (
            {
                "a": [{"wildcard": f"{n}*a*"} for n in range(5)]
                + [{"anything-but": {"prefix": "a"}}, {"wildcard": "a*"}]
            },
            "MessageAttributes",
            "its wildcards count 119 points: have 100",
        ),
    ],
)
def test_what_sns_refuses_in_a_policy(policy, scope, said):
    with pytest.raises(ecs.InvalidSetting, match=said):
        FilterPolicy(policy, scope)


def test_150_combinations_of_five_keys_are_taken():
    policy = {"a": [str(n) for n in range(150)], "b": ["x"], "c": ["x"], "d": ["x"], "e": ["x"]}
    assert FilterPolicy(policy).matches(message(1, attributes=dict.fromkeys("bcde", "x") | {"a": "7"}))
