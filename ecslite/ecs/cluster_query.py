"""The cluster query language: expressions such as `attribute:ecs.instance-type =~ m5.* and runningTasksCount < 3`.

    expression := term (("and" | "&&") term)* joined by ("or" | "||")        "and" binds tighter
    term       := ("not" | "!") term | "(" expression ")" | subject operator [argument]

Subjects: agentConnected, agentVersion, attribute:NAME, ec2InstanceId, registeredAt, runningTasksCount and task:group.
[ECS Developer Guide, cluster query language; read 2026-11-23]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ecslite.errors import InvalidSetting

__all__ = ["LONGEST", "Query", "parse"]

LONGEST = 2000
"""Characters in an expression [ECS API, PlacementConstraint]."""

Values = Mapping[str, "str | frozenset[str]"]
"""What is known of an instance, by subject; task:group is a set of names."""

Query = Callable[[Values], bool]
"""Whether an instance with these values is selected."""

OPERATORS = {
    "==": "equals",
    "!=": "not_equals",
    ">=": "greater_than_equal",
    "<=": "less_than_equal",
    ">": "greater_than",
    "<": "less_than",
    "=~": "matches",
    "!~": "not_matches",
    "!in": "not_in",
    "!exists": "not_exists",
}
NAMES = {*OPERATORS.values(), "exists", "in"}
SUBJECTS = {"agentConnected", "agentVersion", "ec2InstanceId", "registeredAt", "runningTasksCount", "task:group"}

TOKEN = re.compile(
    r"\s*(?:(?P<list>\[[^\]]*\])|(?P<quoted>'[^']*'|\"[^\"]*\")|(?P<mark>&&|\|\||==|!=|>=|<=|=~|!~|!in\b|!exists\b|[<>()!])"
    r"|(?P<word>[^\s()\[\]&|]+))"
)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    place: int


EXAMPLE = "use a form such as attribute:ecs.instance-type == m5.large"


def parse(expression: str) -> Query:
    """The query that an expression stands for; InvalidSetting says where it does not parse."""
    if len(expression) > LONGEST:
        raise InvalidSetting(f"an expression of {len(expression)} characters: use {LONGEST} at the most")
    parser = _Parser(expression, _tokens(expression))
    query = parser.expression()
    parser.end()
    return query


def _tokens(expression: str) -> list[Token]:
    tokens, place = [], 0
    while expression[place:].strip():
        match = TOKEN.match(expression, place)
        if match is None or match.lastgroup is None:
            found = expression[place:][:20]
            raise InvalidSetting(
                f"{expression!r} does not parse at character {place + 1}: {found!r} is no value, operator or comma;"
                f" {EXAMPLE}"
            )
        tokens.append(Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        place = match.end()
    return tokens


class _Parser:
    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.next = 0

    def expression(self) -> Query:
        return self._joined({"or", "||"}, lambda: self._joined({"and", "&&"}, self._term, all), any)

    def end(self) -> None:
        if self.next < len(self.tokens):
            raise self._wrong("an end, or `and`, `or`")

    def _joined(self, marks: set[str], part: Callable[[], Query], join: Callable[[list[bool]], bool]) -> Query:
        parts = [part()]
        while self._peek() in marks:
            self.next += 1
            parts.append(part())
        return parts[0] if len(parts) == 1 else lambda values: join([one(values) for one in parts])

    def _term(self) -> Query:
        text = self._peek()
        if text in ("!", "not"):
            self.next += 1
            inner = self._term()
            return lambda values: not inner(values)
        if text == "(":
            self.next += 1
            inner = self.expression()
            if self._peek() != ")":
                raise self._wrong("a closing parenthesis")
            self.next += 1
            return inner
        return self._comparison()

    def _comparison(self) -> Query:
        subject = self._take({"word"}, "a subject such as attribute:ecs.instance-type")
        if subject not in SUBJECTS and not re.fullmatch(r"attribute:.+", subject):
            self.next -= 1
            raise self._wrong(f"a subject: attribute:NAME, {', '.join(sorted(SUBJECTS))}")
        written = self._take({"word", "mark"}, "an operator such as ==")
        operator = OPERATORS.get(written, written)
        if operator not in NAMES:
            self.next -= 1
            raise self._wrong(f"an operator: {', '.join([*OPERATORS, *sorted(NAMES)])}")
        if operator in ("exists", "not_exists"):
            return lambda values: (subject in values) == (operator == "exists")
        return _compare(subject, operator, self._argument(operator))

    def _argument(self, operator: str) -> list[str]:
        if operator in ("in", "not_in"):
            text = self._take({"list"}, "a list such as [us-east-1a, us-east-1b]")
            return [_bare(item.strip()) for item in text[1:-1].split(",")]
        return [_bare(self._take({"word", "quoted"}, "a value"))]

    def _take(self, kinds: set[str], wanted: str) -> str:
        if self.next >= len(self.tokens) or self.tokens[self.next].kind not in kinds:
            raise self._wrong(wanted)
        self.next += 1
        return self.tokens[self.next - 1].text

    def _peek(self) -> str | None:
        return self.tokens[self.next].text if self.next < len(self.tokens) else None

    def _wrong(self, wanted: str) -> InvalidSetting:
        if self.next < len(self.tokens):
            token = self.tokens[self.next]
            found = f"{token.text!r} at character {token.place + 1}"
        else:
            found = "the end"
        return InvalidSetting(f"{self.text!r} does not parse: found {found}, expected {wanted}; {EXAMPLE}")


def _bare(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _number(text: str) -> tuple[tuple[int, float, str], ...]:
    """A key that orders versions, counts and dates part by part: numbers as numbers, the rest as text."""
    return tuple(
        (0, float(part), "") if part.isdigit() else (1, 0.0, part) for part in re.split(r"[^0-9A-Za-z]+", text)
    )


TESTS: dict[str, Callable[[str, list[str]], bool]] = {
    "equals": lambda value, wanted: value == wanted[0],
    "in": lambda value, wanted: value in wanted,
    "matches": lambda value, wanted: re.fullmatch(wanted[0], value) is not None,
    "greater_than": lambda value, wanted: _number(value) > _number(wanted[0]),
    "greater_than_equal": lambda value, wanted: _number(value) >= _number(wanted[0]),
    "less_than": lambda value, wanted: _number(value) < _number(wanted[0]),
    "less_than_equal": lambda value, wanted: _number(value) <= _number(wanted[0]),
}


def _compare(subject: str, operator: str, wanted: list[str]) -> Query:
    negative = operator.startswith("not_")
    name = operator.removeprefix("not_")
    if name == "matches":
        try:
            re.compile(wanted[0])
        except re.error as error:
            raise InvalidSetting(f"{wanted[0]!r} is not a regular expression: {error}") from None
    test = TESTS[name]

    def query(values: Values) -> bool:
        value = values.get(subject)
        if value is None:
            # Model: an attribute that an instance does not have equals nothing; only the negative operators select it.
            return negative
        held = any(test(one, wanted) for one in value) if isinstance(value, frozenset) else test(value, wanted)
        return held != negative

    return query
