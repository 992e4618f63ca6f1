"""A lab's feedback: checks an answer on the spot, names the idea behind a wrong one, and gives hints step by step.

It is pure Python with the standard library alone, so that a lab gives the same feedback in JupyterLite as in a
learner's own Jupyter. Expected values are kept as digests, so that a look at a cell does not give them away. That is
no secret: a short number can be tried out. What counts is checked again, with other seeds, when a lab is graded.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from string import ascii_lowercase
from typing import Any, TypeVar

__all__ = ["Feedback", "canonical", "digest", "index", "plain", "seal", "verdict"]

Option = TypeVar("Option")

DECIMALS = 2
"""Numbers are compared after rounding to so many decimals, where an exercise says nothing else."""

DEEPEST = 3
"""Lists in lists, at the most."""

LARGEST = 10**300

RIGHT = "right"
NOT_YET = "is not answered yet. Replace the three dots (...) in the cell above, and run it."

_LETTERS = re.compile(r"\W*([a-z]\W+)*[a-z]\W*")
"""Single letters with anything between them: the answer to "in which order?"."""


def plain(value: Any, depth: int = 0) -> Any:
    """The value in builtin types only, so that no method of a learner's object takes part in a comparison.

    TypeError with a sentence for a person if it is none of: number, text, True, False, None, list, tuple, dict.
    """
    kind = type(value)
    if value is None or value is ... or kind is bool:
        return value
    if depth > DEEPEST:
        raise TypeError("a list within a list within a list cannot be checked: give a number, or one list of numbers")
    if issubclass(kind, int) and not -LARGEST < int.__pos__(value) < LARGEST:
        raise TypeError("a whole number of more than 300 digits cannot be checked: give a smaller one")
    for number in (int, float):
        if issubclass(kind, number):
            return number.__pos__(value)
    if issubclass(kind, str):
        return str.__str__(value)
    if issubclass(kind, (list, tuple)):
        each = list.__iter__(value) if issubclass(kind, list) else tuple.__iter__(value)
        return [plain(one, depth + 1) for one in each]
    if issubclass(kind, dict):
        return {str(plain(key, depth + 1)): plain(one, depth + 1) for key, one in dict.items(value)}
    raise TypeError(f"a value of type {kind.__name__} cannot be checked: give a number, a text or a list of them")


def canonical(value: object, decimals: int = DECIMALS) -> str:
    """A builtin value as text that is the same for equal answers: 3, 3.0 and 3.001 are one answer at two decimals.

    Texts are the same in any case and with any spaces; single letters also with commas: "C, a) b" is "c a b".
    """
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, (int, float)):
        return f"{round(float(value), decimals) + 0.0:.{decimals}f}"
    if isinstance(value, list):
        return "[" + ", ".join(canonical(each, decimals) for each in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {canonical(value[key], decimals)}" for key in sorted(value)) + "}"
    text = " ".join(str(value).casefold().split())
    return " ".join(re.findall("[a-z]", text)) if _LETTERS.fullmatch(text) else text


def index(learner: object, exercise: str, many: int) -> int:
    """Which of so many variants of an exercise a learner has, from 0 on; always the first without a learner's id."""
    name = " ".join(str(learner).casefold().split())
    mark = sha256(f"{name}/{exercise}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(mark[:8], "big") % many if name else 0


def digest(exercise: str, field: str, value: object, decimals: int = DECIMALS) -> str:
    """The mark of one value as an answer to one field of an exercise."""
    return sha256(f"{exercise}/{field}/{canonical(value, decimals)}".encode()).hexdigest()[:16]


def seal(exercises: Mapping[str, Any]) -> str:
    """Feedback as a lab's source writes it, as one line of text in which every expected value is a digest.

    exercises: {"1.2": {"title": text, "points": n, "hints": [text, ...], "fields": {name: {"right": value,
    "wrong": [[value, text], ...], "most": [number, text], "least": [number, text], "decimals": n,
    "otherwise": text}}}}; or, where the exercise varies by learner, "variants": a list of such fields.
    """
    sealed = {
        exercise: {
            "title": told.get("title", exercise),
            "points": told.get("points", 1),
            "hints": list(told.get("hints", ())),
            "variants": [
                {name: _sealed(exercise, name, field) for name, field in fields.items()}
                for fields in told.get("variants", [told.get("fields", {})])
            ],
        }
        for exercise, told in exercises.items()
    }
    text = json.dumps(sealed, sort_keys=True, separators=(",", ":"))
    return base64.b85encode(zlib.compress(text.encode(), 9)).decode()


def _sealed(exercise: str, name: str, field: Mapping[str, Any]) -> dict[str, Any]:
    decimals = field.get("decimals", DECIMALS)
    out = {key: field[key] for key in ("most", "least", "otherwise", "decimals") if key in field}
    if "right" in field:
        out["right"] = digest(exercise, name, field["right"], decimals)
    out["wrong"] = {digest(exercise, name, value, decimals): text for value, text in field.get("wrong", ())}
    return out


class Feedback:
    """The feedback of one lab. It prints sentences and raises nothing, whatever the answer is."""

    learner: object = ""
    """The learner's id, as the notebook's learner cell gives it: it decides which variant of an exercise they have."""

    def __init__(self, sealed: str) -> None:
        self._exercises: dict[str, Any] = json.loads(zlib.decompress(base64.b85decode(sealed)))
        self._state: dict[str, str] = {}

    def pick(self, exercise: str, options: Sequence[Option]) -> Option:
        """The option of this learner's variant of an exercise. ValueError if it has another number of variants."""
        variants = self._known(exercise)["variants"]
        if len(variants) not in (1, len(options)) or not options:
            raise ValueError(f"{len(options)} options for exercise {exercise}, which has {len(variants)} variants")
        return options[index(self.learner, exercise, len(options))]

    def steps(self, exercise: str, texts: Sequence[str]) -> None:
        """Print the steps to be put in order, each with a letter. The notebook holds them shuffled already."""
        self._known(exercise)
        for letter, text in zip(ascii_lowercase, texts, strict=False):
            print(f"{letter}) {text}")

    def progress(self) -> None:
        """Print how far the checks that have run are right: a line an exercise, and the points."""
        width = max(len(each["title"]) for each in self._exercises.values())
        done = 0
        for exercise, each in self._exercises.items():
            state = self._state.get(exercise, "not checked yet")
            points = each["points"] if state == RIGHT else 0
            done += points
            print(f"{exercise:>5}  {each['title']:{width}}  {points} of {each['points']}  {state}")
        print(f"Points by these checks: {done} of {sum(each['points'] for each in self._exercises.values())}.")
        if not str(self.learner).strip():
            print("Your id is not written down yet: lab.learner is empty.")

    def _known(self, exercise: str) -> dict[str, Any]:
        if exercise not in self._exercises:
            raise ValueError(f"there is no exercise {exercise!r} in this lab: use one of {', '.join(self._exercises)}")
        found: dict[str, Any] = self._exercises[exercise]
        return found

    def check(self, exercise: str, **answers: object) -> None:
        """Print whether each named answer is right; if it is not: the value seen, the idea, and the next step."""
        variants = self._known(exercise)["variants"]
        fields = variants[index(self.learner, exercise, len(variants))]
        told = [self._field(exercise, name, fields[name], value) for name, value in answers.items() if name in fields]
        wrong = [message for message in told if message is not None]
        # What is not there is spoken of when all that is there is right: a design that is refused has no measures.
        wrong = wrong or [f"{name} {NOT_YET}" for name in fields if name not in answers]
        undone = any(message.endswith(NOT_YET) for message in wrong)
        self._state[exercise] = "not answered yet" if undone else "not right yet" if wrong else RIGHT
        for message in wrong or ["that is right."]:
            print(f"{exercise}: {message}")

    def hint(self, exercise: str, many: int = 0) -> None:
        """Print the first `many` hints. With 0, as in a notebook that is run from the top, print how to ask for one."""
        hints = self._known(exercise)["hints"]
        for number, text in enumerate(hints[: max(many, 0)], start=1):
            print(f"Hint {number} of {len(hints)}: {text}")
        if many < len(hints):
            print(f"For {'a' if many < 1 else 'the next'} hint, write {max(many, 0) + 1} as the number in this cell.")

    def _field(self, exercise: str, name: str, field: Mapping[str, Any], answer: object) -> str | None:
        """None if the answer is right, else what to say."""
        try:
            value = plain(answer)
        except TypeError as error:
            return f"{name}: {error}."
        if unanswered(value):
            return f"{name} {NOT_YET}"
        return self._limits(name, field, value) or self._digests(exercise, name, field, value)

    def _limits(self, name: str, field: Mapping[str, Any], value: Any) -> str | None:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if ("most" in field or "least" in field) and not number:
            return f"{name} is {value!r}, and should be a number."
        if "most" in field and not value <= field["most"][0]:
            return _about(name, value, field["most"][1])
        if "least" in field and not value >= field["least"][0]:
            return _about(name, value, field["least"][1])
        return None

    def _digests(self, exercise: str, name: str, field: Mapping[str, Any], value: Any) -> str | None:
        seen = digest(exercise, name, value, field.get("decimals", DECIMALS))
        if "right" not in field or seen == field["right"]:
            return None
        otherwise = field.get("otherwise", "Look again, or ask for a hint.")
        return _about(name, value, field["wrong"].get(seen, otherwise))


def unanswered(value: object) -> bool:
    """Whether a plain value is still the three dots of the empty notebook, or holds them."""
    if isinstance(value, (list, tuple)):
        return any(unanswered(each) for each in value)
    return value is ...


def shown(value: object) -> str:
    """A value as a short text for a message."""
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _about(name: str, value: object, text: str) -> str:
    return f"your {name} is {shown(value)}. {text}"


def verdict(exercise: str, seen: Any, expected: Any, idea: str, decimals: int = DECIMALS) -> None:
    """Print "1.2 right", or "1.2 wrong: ..." with the value seen and the idea. The hidden checks' one line.

    seen and expected are values, or lists of values that are compared one by one.
    """
    many = isinstance(expected, Sequence) and not isinstance(expected, str)
    answers: list[Any] = list(seen) if many and isinstance(seen, (list, tuple)) else [seen]
    wanted: list[Any] = list(expected) if many else [expected]
    if len(answers) != len(wanted):
        print(f"{exercise} wrong: {len(answers)} values were read, and {len(wanted)} are due. {idea}")
        return
    for answer, due in zip(answers, wanted, strict=True):
        if canonical(answer, decimals) != canonical(due, decimals):
            print(f"{exercise} wrong: the answer seen is {shown(answer)}. {idea}")
            return
    print(f"{exercise} right")
