"""Filter policies: which of a topic's messages a subscription wants. Keys are joined by AND, a key's values by OR.

Operators: exact values, prefix, suffix, wildcard, equals-ignore-case, anything-but, numeric, exists, cidr, and $or over
keys [SNS Developer Guide, string-value-matching, numeric-value-matching, attribute-key-matching, and-or-logic;
read 2026-11-24]. Left out: arrays of objects in a body.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address, ip_network
from math import prod
from operator import eq, ge, gt, le, lt
from re import escape, fullmatch
from typing import Any

from ecslite.errors import InvalidSetting
from ecslite.serverless.message import Message

__all__ = [
    "FILTER_POLICY_SCOPES",
    "MOST_COMBINATIONS",
    "MOST_KEYS",
    "FilterPolicy",
    "combinations",
    "matches",
    "rule_values",
    "shape_faults",
]

FILTER_POLICY_SCOPES = ("MessageAttributes", "MessageBody")
"""[SNS API, SetSubscriptionAttributes; read 2026-11-24]."""

MOST_COMBINATIONS, MOST_KEYS, MOST_BYTES = 150, 5, 256 * 1024
"""[SNS Developer Guide, subscription-filter-policy-constraints; read 2026-11-24]."""

LARGEST = 10**9
"""Numbers lie between its negative and this, and are compared to five digits after the point [same page]."""

MOST_WILDCARDS, MOST_WILDCARD_POINTS = 3, 100
"""In one pattern; of all patterns of a policy [same page]."""

OR = "$or"
"""Its own key, where it holds two objects or more, none of which has a key that is an operator's name."""

COMPARISONS: dict[str, Callable[[float, float], bool]] = {"=": eq, "<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass(frozen=True)
class FilterPolicy:
    """A policy as SNS takes it, with its scope; checked when it is made."""

    policy: Mapping[str, Any]
    scope: str = FILTER_POLICY_SCOPES[0]
    size: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        if self.scope not in FILTER_POLICY_SCOPES:
            raise InvalidSetting(f"filter_policy_scope={self.scope!r}: use one of {', '.join(FILTER_POLICY_SCOPES)}")
        object.__setattr__(self, "size", len(json.dumps(self.policy).encode()))
        faults = list(_faults(self.policy, "", nested=self.scope == "MessageBody")) or list(self._limits())
        if faults:
            raise InvalidSetting("\n".join([f"filter policy: {fault}" for fault in faults]))

    def _limits(self) -> Iterator[str]:
        if (keys := _leaves(self.policy)) > MOST_KEYS:
            yield f"{keys} keys are too many: use {MOST_KEYS} at the most"
        if (many := combinations(self.policy)) > MOST_COMBINATIONS:
            yield f"{many} combinations of values are too many: have {MOST_COMBINATIONS} at the most"
        if self.size > MOST_BYTES:
            yield f"{self.size:,} bytes are too many: use {MOST_BYTES:,} at the most"
        if (points := sum(_wildcard_points(rule) for rule in rule_values(self.policy))) > MOST_WILDCARD_POINTS:
            yield f"its wildcards count {points} points: have {MOST_WILDCARD_POINTS} at the most"

    def matches(self, message: Message) -> bool:
        """Whether the subscription wants the message."""
        data = message.attributes if self.scope == "MessageAttributes" else message.body
        return bool(data) and matches(self.policy, data or {})


def combinations(policy: Mapping[str, Any], level: int = 1) -> int:
    """The combinations of a policy's values: the product over its keys of values × nesting level; the sum over $or.

    >>> combinations({"key_a": ["one", "two", "three"], "key_b": ["one"], "key_c": ["one", "two"]})
    6
    """
    return sum(_alternatives(policy, level))


def _alternatives(policy: Mapping[str, Any], level: int) -> list[int]:
    """The product of each way to choose one branch of every $or."""
    found = [1]
    for key, rule in policy.items():
        if _is_or(key, rule):
            ways = [way for branch in rule for way in _alternatives(branch, level)]
        elif isinstance(rule, Mapping):
            ways = _alternatives(rule, level + 1)
        else:
            ways = [len(rule) * level]
        found = [prod((before, way)) for before in found for way in ways]
    return found


def _is_or(key: str, rule: Any) -> bool:
    return (
        key == OR
        and isinstance(rule, Sequence)
        and len(rule) > 1
        and all(isinstance(branch, Mapping) and not OPERATORS.keys() & branch.keys() for branch in rule)
    )


def _leaves(policy: Mapping[str, Any]) -> int:
    return sum(1 for _ in rule_values(policy))


def rule_values(policy: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    """The lists of values of all keys, however deep."""
    for key, rule in policy.items():
        if _is_or(key, rule):
            for branch in rule:
                yield from rule_values(branch)
        elif isinstance(rule, Mapping):
            yield from rule_values(rule)
        else:
            yield rule


def _wildcard_points(rule: Sequence[Any]) -> int:
    """(Sum of the patterns' points) × patterns: 1 for one wildcard or an anything-but, 3 for several wildcards."""
    points = []
    for value in rule:
        if isinstance(value, Mapping) and "wildcard" in value:
            points.append(3 if value["wildcard"].count("*") > 1 else 1)
        elif isinstance(value, Mapping) and "anything-but" in value and isinstance(value["anything-but"], Mapping):
            points.append(1)
    return sum(points) * len(points)


# Matching


def matches(policy: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """Whether the data have for each key of the policy one of its values."""
    return all(_key_matches(key, rule, data) for key, rule in policy.items())


def _key_matches(key: str, rule: Any, data: Mapping[str, Any]) -> bool:
    if _is_or(key, rule):
        return any(matches(branch, data) for branch in rule)
    value = data.get(key)
    if isinstance(rule, Mapping):
        return matches(rule, value if isinstance(value, Mapping) else {})
    values = list(value) if isinstance(value, (list, tuple)) else [] if value is None and key not in data else [value]
    return any(_value_matches(wanted, values) for wanted in rule)


def _value_matches(wanted: Any, values: Sequence[Any]) -> bool:
    """Whether one of a key's values is what is wanted; no values: the key is not there."""
    if isinstance(wanted, Mapping):
        ((operator, operand),) = wanted.items()
        if operator == "exists":
            # Only leaves of a body exist, and not what has others within it.
            return bool(operand) is any(value not in (None, "") and not isinstance(value, Mapping) for value in values)
        return any(OPERATORS[operator](operand, value) for value in values)
    return any(_same(wanted, value) for value in values)


def _same(wanted: Any, value: Any) -> bool:
    if _is_number(wanted) and _is_number(value):
        return bool(round(wanted, 5) == round(value, 5))
    return type(wanted) is type(value) and bool(wanted == value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _text(test: Callable[[str, str], bool], operand: Any, value: Any) -> bool:
    return isinstance(value, str) and test(operand, value)


def _wildcard(pattern: str, value: str) -> bool:
    return fullmatch(".*".join(escape(part) for part in pattern.split("*")), value) is not None


def _numeric(operand: Sequence[Any], value: Any) -> bool:
    pairs = zip(operand[::2], operand[1::2], strict=True)
    return _is_number(value) and all(COMPARISONS[sign](round(value, 5), round(limit, 5)) for sign, limit in pairs)


def _cidr(network: str, value: str) -> bool:
    try:
        return ip_address(value) in ip_network(network)
    except ValueError:
        return False


def _anything_but(operand: Any, value: Any) -> bool:
    if isinstance(operand, Mapping):
        ((operator, patterns),) = operand.items()
        many = patterns if isinstance(patterns, list) else [patterns]
        return not any(OPERATORS[operator](pattern, value) for pattern in many)
    unwanted = operand if isinstance(operand, list) else [operand]
    return not any(_same(each, value) for each in unwanted)


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "prefix": partial(_text, lambda operand, value: value.startswith(operand)),
    "suffix": partial(_text, lambda operand, value: value.endswith(operand)),
    "wildcard": partial(_text, _wildcard),
    "equals-ignore-case": partial(_text, lambda operand, value: value.casefold() == operand.casefold()),
    "cidr": partial(_text, _cidr),
    "numeric": _numeric,
    "anything-but": _anything_but,
    "exists": lambda operand, value: False,
}


# What is wrong with a policy


def shape_faults(policy: Mapping[str, Any]) -> list[str]:
    """What is wrong with the form of a nested policy, each fault by its path."""
    return list(_faults(policy, "", nested=True))


def _faults(policy: Mapping[str, Any], path: str, *, nested: bool) -> Iterator[str]:
    for key, rule in policy.items():
        where = f"{path}{key}"
        if _is_or(key, rule):
            for place, branch in enumerate(rule):
                yield from _faults(branch, f"{where}[{place}].", nested=nested)
        elif isinstance(rule, Mapping):
            if nested:
                yield from _faults(rule, f"{where}.", nested=nested)
            else:
                yield f"{where} is nested: use filter_policy_scope='MessageBody', or a list of values"
        elif not isinstance(rule, list) or not rule:
            yield f"{where}={rule!r} is not a list of values: write [{rule!r}]"
        else:
            for value in rule:
                yield from _value_faults(value, where)


def _value_faults(value: Any, where: str) -> Iterator[str]:
    if _is_number(value):
        yield from _number_faults([value], where)
    elif isinstance(value, Mapping):
        if len(value) != 1 or not value.keys() <= OPERATORS.keys():
            yield f"{where}: {dict(value)!r} is not an operator: use one of {', '.join(OPERATORS)}"
            return
        ((operator, operand),) = value.items()
        yield from _operand_faults(operator, operand, where)
    elif not (value is None or isinstance(value, (str, bool))):
        yield f"{where}: {value!r} is neither a text, a number, true, false, null nor an operator"


def _operand_faults(operator: str, operand: Any, where: str) -> Iterator[str]:
    if operator == "numeric":
        signs, limits = operand[::2], operand[1::2]
        if len(signs) != len(limits) or not signs or any(sign not in COMPARISONS for sign in signs):
            yield f'{where}: numeric {operand!r}: write pairs, such as [">", 0, "<=", 150]'
        else:
            yield from _number_faults(limits, where)
    elif operator == "exists":
        if not isinstance(operand, bool):
            yield f"{where}: exists {operand!r}: use true or false"
    elif operator == "anything-but":
        if isinstance(operand, Mapping) and not operand.keys() <= {"prefix", "suffix", "wildcard"}:
            yield f"{where}: anything-but {dict(operand)!r}: use values, or prefix, suffix or wildcard"
    elif not isinstance(operand, str):
        yield f"{where}: {operator} {operand!r}: use a text"
    elif operator == "wildcard" and operand.count("*") > MOST_WILDCARDS:
        yield f"{where}: wildcard {operand!r}: use {MOST_WILDCARDS} × * at the most"


def _number_faults(numbers: Sequence[Any], where: str) -> Iterator[str]:
    for number in numbers:
        if not _is_number(number) or abs(number) > LARGEST:
            yield f"{where}: {number!r} is not a number between -{LARGEST:,} and {LARGEST:,}"
