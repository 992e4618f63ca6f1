"""Grades one submission with nbval: a row an exercise, whatever was handed in.

Two kernels for a submission. In the first the learner's answers run, and what they come to is read out as plain
values. In the second, which never sees the learner's code, the instructor's hidden checks judge those values, and
nbval compares what they print with what the instructor's notebook says.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ecslite.checks import DEEPEST
from labs.hidden import ClassKey
from labs.lab import Exercise, Lab
from labs.notebooks import collecting, judging
from labs.runner import Limits, Outcome, run
from labs.sandbox import Sandbox
from labs.submission import Submission

__all__ = ["NOT_ANSWERED", "Graded", "Row", "by_hand", "clean", "grade_one", "refused"]

LONGEST_MESSAGE = 300

LEAST_SECONDS = 4
"""A kernel takes a second or two to start: with less time than this left, no other pass is begun."""

FRESH = "In a fresh kernel, run all cells from the top; code outside of the answer cells is not graded."

NOT_ANSWERED = "not answered yet"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the gradebook."""

    learner: str
    lab: str
    exercise: str
    points: int
    max: int
    message: str


@dataclass(frozen=True, slots=True)
class Graded:
    """One submission, graded: its rows, and what its answers came to (JSON by exercise) where they could be read."""

    rows: tuple[Row, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    failed: bool = False
    """The grader's own fault: another time it may go well."""
    protections: tuple[str, ...] = ()
    """What held while it ran, in words."""


def refused(lab: Lab, learner: str, message: str) -> Graded:
    """Nothing to grade: each exercise has the same message."""
    return Graded(_rows(lab, learner, {exercise.number: message for exercise in lab.exercises}))


def by_hand(lab: Lab, learner: str, problem: str) -> Graded:
    """What the grader itself could not do: nobody else is to pay for it."""
    text = f"this could not be graded ({problem}): please look at it by hand"
    return replace(refused(lab, learner, text), failed=True)


def grade_one(lab: Lab, submission: Submission, limits: Limits, key: ClassKey, way: Sandbox) -> Graded:
    """One submission, run and judged, each in a process that is started in a way of labs.sandbox."""
    messages = dict(submission.refused)
    collected = _collect(lab, submission, limits, messages, key=key, way=way)
    if collected:
        notebook = judging(lab, collected, learner=submission.id, key=key)
        outcome = run(notebook, limits, limits.seconds, way)
        messages |= {exercise: _judged(lab, exercise, outcome) for exercise in collected}
    return Graded(_rows(lab, submission.learner, messages), collected, protections=way.protections.held)


def _collect(
    lab: Lab,
    submission: Submission,
    limits: Limits,
    messages: dict[str, str],
    *,
    key: ClassKey,
    way: Sandbox,
) -> dict[str, str]:
    """What the answers come to, as JSON by exercise; for the others a message is put into `messages`.

    An answer that takes its kernel with it is left out, and the others get a new kernel for the time that is left.
    """
    end = time.monotonic() + limits.seconds
    left = dict(submission.answers)
    collected: dict[str, str] = {}
    while left and (seconds := end - time.monotonic()) > LEAST_SECONDS:
        nonce = secrets.token_hex(8)
        # No pass may use up more than half of what is left, so that there is time for another without its killer.
        notebook = collecting(lab, left, nonce, learner=submission.id, key=key)
        outcome = run(notebook, limits, seconds / 2, way)
        collected, told = _read_out(lab, left, outcome, nonce, limits)
        killer = _killer(lab, left, outcome)
        if killer is None:
            return _tell(messages, told, collected)
        messages[killer] = _killed(outcome, limits)
        del left[killer]
    return _tell(messages, dict.fromkeys(left, f"the time of {limits.seconds} s was over"), collected)


def _tell(messages: dict[str, str], told: Mapping[str, str], collected: dict[str, str]) -> dict[str, str]:
    messages.update({exercise: text for exercise, text in told.items() if exercise not in collected})
    return {exercise: value for exercise, value in collected.items() if exercise not in messages}


def _read_out(
    lab: Lab, answers: Mapping[str, str], outcome: Outcome, nonce: str, limits: Limits
) -> tuple[dict[str, str], dict[str, str]]:
    """Values (JSON) and messages by exercise."""
    values, told = {}, {}
    for exercise in answers:
        text = _text(outcome, lab.cell(exercise, "collect").id, "text")
        line = next((line for line in reversed(text.splitlines()) if line.startswith(nonce)), "")
        try:
            value = _shallow(json.loads(line.removeprefix(nonce)))
        except (ValueError, RecursionError):
            told[exercise] = _unread(lab, exercise, outcome, limits)
            continue
        if _unanswered(value):
            told[exercise] = NOT_ANSWERED
        else:
            values[exercise] = json.dumps(_utf8(value))
    return values, told


def _shallow(value: Any, depth: int = 0) -> Any:
    """The value; ValueError if it is nested deeper than `plain` allows, and so is forged."""
    if depth > DEEPEST + 1:
        raise ValueError("nested too deep")
    for each in value if isinstance(value, list) else value.values() if isinstance(value, dict) else ():
        _shallow(each, depth + 1)
    return value


def _utf8(value: Any) -> Any:
    """The value with a question mark for what no UTF-8 text can hold: printed, it would take other prints with it."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def _unanswered(value: Any) -> bool:
    return any(map(_unanswered, value)) if isinstance(value, list) else value == "Ellipsis"


def _unread(lab: Lab, exercise: str, outcome: Outcome, limits: Limits) -> str:
    """Why an answer gave no value."""
    for role in ("answer", "collect"):
        if error := _text(outcome, lab.cell(exercise, role).id, "error"):
            if error.startswith("KeyboardInterrupt"):
                return (
                    f"it ran for more than {limits.cell_seconds} s and was stopped: look for a loop that does not end"
                )
            return f"the answer raised {error.rstrip(': ')}. {FRESH}"
    return f"no value could be read from the answer. {FRESH}"


def _killer(lab: Lab, answers: Mapping[str, str], outcome: Outcome) -> str | None:
    """The exercise in which the kernel was lost or the time was over: the first without a record of a cell that ran."""
    for exercise in answers:
        for role in ("answer", "collect"):
            if outcome.cells.get(lab.cell(exercise, role).id, {"lost": True}).get("lost"):
                return exercise
    return None


def _killed(outcome: Outcome, limits: Limits) -> str:
    if outcome.out_of_time:
        return f"the time of {limits.seconds} s was over while it ran: look for a loop that does not end"
    if outcome.too_large:
        return f"it was ended, since {outcome.too_large}: look for what it starts or keeps again and again"
    return (
        f"it ended its kernel, by exit(), by more than {limits.memory_mib} MiB of memory,"
        f" or by a cell of more than {limits.cell_seconds} s that could not be stopped"
    )


def _judged(lab: Lab, exercise: str, outcome: Outcome) -> str:
    """ "" if nbval found the hidden check's output to be the stored one, else what it said."""
    record = outcome.cells.get(lab.cell(exercise, "judge").id, {})
    if record.get("passed") is True:
        return ""
    text = _text(outcome, lab.cell(exercise, "judge").id, "text")
    said = text.strip().removeprefix(f"{exercise} wrong:").strip()
    return said or "the value could not be judged: it has another form than the exercise asks for"


def _text(outcome: Outcome, identity: str, name: str) -> str:
    value = outcome.cells.get(identity, {}).get(name)
    return value if isinstance(value, str) else ""


def _rows(lab: Lab, learner: str, messages: Mapping[str, str]) -> tuple[Row, ...]:
    return tuple(
        _row(lab, learner, exercise, messages.get(exercise.number, NOT_ANSWERED)) for exercise in lab.exercises
    )


def _row(lab: Lab, learner: str, exercise: Exercise, message: str) -> Row:
    points = 0 if message else exercise.points
    return Row(clean(learner), lab.name, exercise.number, points, exercise.points, clean(message) or "right")


def clean(text: str, longest: int = LONGEST_MESSAGE) -> str:
    """One line for a table: no control characters, nothing that changes from run to run, and no spreadsheet formula."""
    text = re.sub(r"0x[0-9a-fA-F]{6,}", "0x…", text)
    text = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    text = text if len(text) <= longest else text[: longest - 1] + "…"
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
