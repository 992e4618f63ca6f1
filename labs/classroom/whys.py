"""What the learners wrote into the why cells: for the teacher to read, never scored."""

from __future__ import annotations

from collections.abc import Sequence

from labs.classroom.gradebook import lines
from labs.classroom.pages import page, safe
from labs.classroom.results import Result, title
from labs.grade import clean
from labs.lab import Exercise, Lab

__all__ = ["why_csv", "why_page"]

Answers = list[tuple[Lab, Exercise, list[tuple[str, str]]]]


def _answers(labs: Sequence[Lab], results: Sequence[Result]) -> Answers:
    """By exercise: the learners' names and what they wrote."""
    found: Answers = []
    for lab in labs:
        theirs = [result for result in results if result.lab is lab and result.attempt is not None]
        for exercise in lab.exercises:
            said = [
                (result.learner.id, text)
                for result in theirs
                if result.attempt and (text := result.attempt.submission.why.get(exercise.number))
            ]
            if said:
                found.append((lab, exercise, said))
    return found


def why_csv(labs: Sequence[Lab], results: Sequence[Result]) -> str:
    """why.csv: one line each, as no spreadsheet takes them for a formula."""
    rows = [
        [clean(learner), lab.name, exercise.number, clean(text, longest=5_000)]
        for lab, exercise, said in _answers(labs, results)
        for learner, text in said
    ]
    return lines([["learner", "lab", "exercise", "why"], *rows])


def why_page(labs: Sequence[Lab], results: Sequence[Result]) -> str:
    """why.html: all answers to a question side by side, as they were written."""
    body = ["<h1>Why? What the learners wrote</h1>", '<p class="soft">To read and to talk about. It is not scored.</p>']
    for lab, exercise, said in _answers(labs, results):
        body.append(f"<section>\n<h2>{safe(title(lab))}: {safe(exercise.number)} {safe(exercise.title)}</h2>")
        body += [f'<h3>{safe(learner)}</h3>\n<p class="said">{safe(text)}</p>' for learner, text in said]
        body.append("</section>")
    return page("Why? What the learners wrote", "\n".join(body))
