"""The page that a learner gets: what each exercise was worth, what was seen, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from labs.classroom.pages import page, safe
from labs.classroom.results import Result, shown, title
from labs.grade import NOT_ANSWERED, Row
from labs.lab import Exercise, Lab

__all__ = ["feedback"]


def feedback(learner: str, results: Sequence[Result]) -> str:
    """The page of one learner, with all labs."""
    labs = [_lab(at, result) for at, result in enumerate(results)]
    return page(f"Feedback for {learner}", "\n".join([f"<h1>Feedback for {safe(learner)}</h1>", *labs, _held(results)]))


def _held(results: Sequence[Result]) -> str:
    """What protected the grading of all labs."""
    every = [result.graded.protections for result in results if result.attempt is not None]
    held = [each for each in every[0] if all(each in others for others in every)] if every else []
    if not held:
        return ""
    lines = "\n".join(f"<li>{safe(each)}</li>" for each in held)
    return (
        '<section class="soft" aria-labelledby="held">\n<h2 id="held">How it was graded</h2>\n'
        "<p>Hidden checks tried your answers on other seeds and values. While your answers ran, this held:</p>\n"
        f"<ul>\n{lines}\n</ul>\n</section>"
    )


def _lab(at: int, result: Result) -> str:
    exercises = {exercise.number: exercise for exercise in result.lab.exercises}
    return "\n".join(
        [
            f'<section aria-labelledby="lab-{at}">',
            f'<h2 id="lab-{at}">{safe(title(result.lab))}</h2>',
            f"<p><strong>{result.points} of {result.most} points.</strong>{_late(result)}</p>",
            *(_exercise(result.lab, exercises[row.exercise], row) for row in result.graded.rows),
            _what(result),
            "</section>",
        ]
    )


def _late(result: Result) -> str:
    if not result.lateness.why:
        return ""
    counts = f" It counts {shown(result.final)} points." if result.lateness.percent else ""
    return f" {safe(_sentence(result.lateness.why))}{counts}"


def _sentence(text: str) -> str:
    """A message as it stands by itself."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "…")) else ".")


def _exercise(lab: Lab, exercise: Exercise, row: Row) -> str:
    points = f'<span class="points">{row.points} of {row.max} {"point" if row.max == 1 else "points"}</span>'
    head = f"<article>\n<h3>{safe(exercise.number)} {safe(exercise.title)} {points}</h3>"
    if row.points == row.max:
        return f'{head}\n<p class="right">✓ Right.</p>\n</article>'
    verdict = "Not answered yet" if row.message == NOT_ANSWERED else "Not right yet"
    said = "" if row.message == NOT_ANSWERED else f'\n<p class="said">{safe(_sentence(row.message))}</p>'
    return f'{head}\n<p class="wrong">✗ {verdict}.</p>{said}\n<p>Next: {_next(lab, exercise, row)}</p>\n</article>'


def _next(lab: Lab, exercise: Exercise, row: Row) -> str:
    """What can be done in the notebook. Its check names the idea behind each usual wrong answer."""
    hints = len(lab.cell(exercise.number, "check").metadata.get("hints", ()))
    more = "a hint" if hints == 1 else f"{hints} hints, each of which says a little more"
    asked = f" It has {more}." if hints else ""
    where = f"exercise {safe(exercise.number)} of your notebook"
    if row.message == NOT_ANSWERED:
        return f"write your answer over the three dots in {where}, and run the check below it.{asked}"
    return f"open {where}, run all cells from the top, and read what the check says to your answer.{asked}"


def _what(result: Result) -> str:
    """Which file was graded, and whose variants it had."""
    attempt = result.attempt
    if attempt is None:
        return ""
    many = f", one of your {result.attempts} notebooks for this lab" if result.attempts > 1 else ""
    said = f"Graded was {safe(attempt.path)}{many} (SHA-256 begins with {safe(attempt.digest[:12])})."
    own = f" Your variants are those of the id “{safe(attempt.submission.id)}”." if attempt.submission.id else ""
    return f'<p class="soft">{said}{own}</p>'
