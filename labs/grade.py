"""Grades a folder of submissions with nbval: one row an exercise a learner, whatever was handed in.

Two kernels for a submission. In the first the learner's answers run, and what they come to is read out as plain
values. In the second, which never sees the learner's code, the instructor's hidden checks judge those values, and
nbval compares what they print with what the instructor's notebook says.
"""

from __future__ import annotations

import csv
import io
import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labs.lab import Exercise, Lab, LabError
from labs.notebooks import collecting, judging
from labs.runner import Limits, Outcome, Stopped, run
from labs.submission import Submission, read_submission, submissions

__all__ = ["COLUMNS", "Row", "grade", "grade_one", "table"]

COLUMNS = ("learner", "lab", "exercise", "points", "max", "message")

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


def grade(
    lab: Lab, folder: Path, out: Path, *, jobs: int, limits: Limits, tell: Callable[[str], None] = print
) -> list[Row]:
    """Grade all submissions of a folder into out/grades.csv, which is whole after each learner.

    Ctrl-C ends what runs, and leaves the rows of the learners that were done.
    """
    found = list(submissions(folder))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(f"{out} cannot be the folder of the results ({error.strerror}): name another") from None
    done: dict[str, list[Row]] = {}
    stop = threading.Event()
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(_safely, lab, name, paths, limits, stop): name for name, paths in found}
        try:
            for future in as_completed(waiting):
                name = waiting[future]
                done[name] = future.result()
                write(out / "grades.csv", done)
                tell(f"{len(done)} of {len(found)}: {_clean(name)} {_sum(done[name])}")
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return [row for name in sorted(done) for row in done[name]]


def _safely(lab: Lab, name: str, paths: list[Path], limits: Limits, stop: threading.Event) -> list[Row]:
    """The rows of one learner, also where the grader itself fails: nobody else is to pay for it."""
    try:
        return grade_one(lab, read_submission(name, paths, lab), limits, stop)
    except Stopped:
        raise
    except Exception as error:
        text = f"this could not be graded ({type(error).__name__}: {error}): please look at it by hand"
        return _rows(lab, name, {exercise.number: text for exercise in lab.exercises})


def grade_one(lab: Lab, submission: Submission, limits: Limits, stop: threading.Event | None = None) -> list[Row]:
    """The rows of one submission."""
    stop = stop or threading.Event()
    messages = dict(submission.refused)
    collected = _collect(lab, submission, limits, stop, messages)
    if collected:
        notebook = judging(lab, collected)
        outcome = run(notebook, limits, limits.seconds, stop)
        messages |= {exercise: _judged(lab, exercise, outcome) for exercise in collected}
    return _rows(lab, submission.learner, messages)


def _collect(
    lab: Lab, submission: Submission, limits: Limits, stop: threading.Event, messages: dict[str, str]
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
        outcome = run(collecting(lab, left, nonce), limits, seconds / 2, stop)
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
            value = json.loads(line.removeprefix(nonce))
        except (ValueError, RecursionError):
            told[exercise] = _unread(lab, exercise, outcome, limits)
            continue
        if _unanswered(value):
            told[exercise] = NOT_ANSWERED
        else:
            values[exercise] = json.dumps(value)
    return values, told


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
    """The exercise in which the kernel ended or the time was over: the first without a record of a cell that ran."""
    for exercise in answers:
        for role in ("answer", "collect"):
            identity = lab.cell(exercise, role).id
            problem = _text(outcome, identity, "problem")
            if identity not in outcome.cells or "kernel" in problem.lower():
                return exercise
    return None


def _killed(outcome: Outcome, limits: Limits) -> str:
    if outcome.out_of_time:
        return f"the time of {limits.seconds} s was over while it ran: look for a loop that does not end"
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


def _rows(lab: Lab, learner: str, messages: Mapping[str, str]) -> list[Row]:
    return [_row(lab, learner, exercise, messages.get(exercise.number, NOT_ANSWERED)) for exercise in lab.exercises]


def _row(lab: Lab, learner: str, exercise: Exercise, message: str) -> Row:
    points = 0 if message else exercise.points
    return Row(_clean(learner), lab.name, exercise.number, points, exercise.points, _clean(message) or "right")


def _clean(text: str) -> str:
    """One line for a table: no control characters, nothing that changes from run to run, and no spreadsheet formula."""
    text = re.sub(r"0x[0-9a-fA-F]{6,}", "0x…", text)
    text = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    text = text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1] + "…"
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _sum(rows: list[Row]) -> str:
    return f"{sum(row.points for row in rows)} of {sum(row.max for row in rows)} points"


def table(rows: list[Row]) -> str:
    """The gradebook as CSV: the same rows, the same bytes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(row, column) for column in COLUMNS] for row in rows)
    return out.getvalue()


def write(path: Path, done: Mapping[str, list[Row]]) -> None:
    """Replace the gradebook as a whole, so that it is never seen half written."""
    rows = [row for name in sorted(done) for row in done[name]]
    part = path.with_suffix(".part")
    part.write_text(table(rows), encoding="utf-8", newline="")
    part.replace(path)
