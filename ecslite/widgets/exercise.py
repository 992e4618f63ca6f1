"""An exercise of the book: a question, an answer that the page checks at once, staged hints, and the solution.

It needs no kernel. What the page does is written in exercise.js; `check` here says the same, so that a chapter's test
can give every answer that has a message of its own. Right answers come from runs: compute them, do not type them.

    Exercise(
        "How many tasks turn away fewer than one visitor in a hundred?",
        answer=Number(fewest, unit="tasks"),
        wrong={fewest - 1: "With one fewer the line never gets shorter: ..."},
        hints=["One task serves one request at a time.", "How long does one request take?", "Divide."],
        solution="...",
    )
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from ecslite.errors import InvalidSetting
from ecslite.views.words import amount
from ecslite.widgets.still import compact, slug

__all__ = ["Exercise", "Number", "OneOf", "Order"]

MOST_HINTS = 3


@dataclass(frozen=True)
class Number:
    """An answer that is a number, right within `tolerance` of `value`."""

    value: float
    tolerance: float = 0.0
    unit: str = ""

    def spec(self) -> dict[str, Any]:
        """This answer in the exercise's data."""
        return {"kind": "number", "right": self.value, "tolerance": self.tolerance, "unit": self.unit}

    def takes(self, given: object) -> bool:
        """Whether the answer is right."""
        return isinstance(given, int | float) and abs(given - self.value) <= self.tolerance

    def shown(self, given: object) -> str:
        """An answer as the page says it."""
        return amount(given, self.unit) if isinstance(given, int | float) else str(given)


@dataclass(frozen=True)
class OneOf:
    """An answer that is one of a few options."""

    options: Sequence[str]
    right: str

    def spec(self) -> dict[str, Any]:
        """This answer in the exercise's data."""
        return {"kind": "choice", "options": list(self.options), "right": self.right}

    def takes(self, given: object) -> bool:
        """Whether the answer is right."""
        return given == self.right

    def shown(self, given: object) -> str:
        """An answer as the page says it."""
        return str(given)


@dataclass(frozen=True)
class Order:
    """An answer that is an order: the steps, as they come one after the other. The page shows them shuffled."""

    steps: Sequence[str]

    def spec(self) -> dict[str, Any]:
        """This answer in the exercise's data; the order shown is that of the words, so that it is always the same."""
        return {"kind": "order", "options": sorted(self.steps), "right": list(self.steps)}

    def takes(self, given: object) -> bool:
        """Whether the answer is right."""
        return isinstance(given, list | tuple) and list(given) == list(self.steps)

    def shown(self, given: object) -> str:
        """An answer as the page says it."""
        return ", ".join(map(str, given)) if isinstance(given, list | tuple) else str(given)


Answer = Number | OneOf | Order


@dataclass(frozen=True)
class Exercise:
    """A question with its answer; text may hold `code` in back ticks. See the module's docstring."""

    question: str
    answer: Answer
    hints: Sequence[str] = ()
    solution: str = ""
    wrong: Mapping[Any, str] = field(default_factory=dict)
    """For answers that people give: the idea behind each, and the next step."""
    otherwise: str = "Not yet. Take a hint, or look at the figure again."
    name: str = ""
    kind: str = "exercise"
    """exercise, or question for one of "Check yourself"."""

    def __post_init__(self) -> None:
        if len(self.hints) > MOST_HINTS:
            raise InvalidSetting(f"{len(self.hints)} hints: at most {MOST_HINTS}, each a step further than the last")
        if self.kind not in ("exercise", "question"):
            raise InvalidSetting(f"kind={self.kind!r}: use exercise or question")
        if not self.solution:
            raise InvalidSetting(f"the exercise {self.question!r} has no solution: say how one gets to the answer")
        self._check_options()
        for given in self.wrong:
            if self.answer.takes(given):
                raise InvalidSetting(f"wrong={given!r} is the right answer: leave it out")

    def _check_options(self) -> None:
        if isinstance(self.answer, OneOf):
            known = [self.answer.right, *self.wrong]
            if strange := [given for given in known if given not in self.answer.options]:
                options = ", ".join(map(repr, self.answer.options))
                raise InvalidSetting(f"{strange[0]!r} is none of the options: use one of {options}")

    def check(self, given: object) -> str:
        """What the page says to an answer."""
        if self.answer.takes(given):
            return "That is right."
        told = self.wrong.get(tuple(given) if isinstance(given, list) else given, self.otherwise)
        return f"You said {self.answer.shown(given)}. {told}"

    @property
    def data(self) -> dict[str, Any]:
        """What the page needs to know."""
        wrong = [[list(given) if isinstance(given, tuple) else given, text] for given, text in self.wrong.items()]
        return {
            "name": self.name or slug(self.question)[:60],
            "kind": self.kind,
            "answer": self.answer.spec(),
            "wrong": wrong,
            "otherwise": self.otherwise,
        }

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        """The still form: question, hints and solution to unfold; the page puts the answer's input between them."""
        many = len(self.hints)
        hints = "".join(_fold(f"Hint {place} of {many}", text) for place, text in enumerate(self.hints, 1))
        solution = _fold("Solution", self.solution)
        inside = f'<p class="ecs-prompt">{_rich(self.question)}</p><div class="ecs-answer"></div>{hints}{solution}'
        script = f'<script type="application/json" class="ecs-data">{compact(self.data)}</script>'
        html = f'<div class="ecs-exercise" data-kind="{self.kind}">{inside}{script}</div>'
        return {"text/html": html, "text/plain": self.question}


def _fold(summary: str, text: str) -> str:
    return f"<details><summary>{summary}</summary><p>{_rich(text)}</p></details>"


def _rich(text: str) -> str:
    """Text as HTML, `code` in back ticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
