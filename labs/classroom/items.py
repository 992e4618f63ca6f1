"""The item analysis of a lab: how many got an exercise right, what they got instead, and how well it tells apart.

items.csv has a line an exercise, wrong-answers.csv a line for each usual wrong answer, class.html has both to read.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labs.classroom.gradebook import lines
from labs.classroom.pages import page, safe, table
from labs.classroom.results import Result, shown, title
from labs.grade import NOT_ANSWERED
from labs.lab import Exercise, Lab

__all__ = ["Item", "class_page", "correlation", "items", "items_csv", "wrong_csv"]

FEWEST = 5
"""Learners: a correlation of fewer says nothing."""

SHOWN = 5
"""Wrong answers of an exercise that are told; wrong-answers.csv has all of them."""


@dataclass(frozen=True, slots=True)
class Item:
    """One exercise, over all who handed in its lab."""

    lab: Lab
    exercise: Exercise
    learners: int
    answered: int
    right: int
    discrimination: float | None
    """The correlation of this exercise with the points on all others of the lab, from -1 to 1.

    Above 0.2 it tells those who can from those who cannot; around 0 it does not, and under 0 look at the exercise.
    None where fewer than five handed in, or all did equally well.
    """
    wrong: tuple[tuple[str, int], ...] = ()
    """What was said to wrong answers, each with how often, the most usual first."""

    @property
    def share(self) -> float:
        """Of those who handed in."""
        return self.right / self.learners if self.learners else 0.0


def items(labs: Iterable[Lab], results: Sequence[Result]) -> list[Item]:
    """All exercises of all labs."""
    found = []
    for lab in labs:
        theirs = [result for result in results if result.lab is lab and result.attempt is not None]
        found += [_item(lab, exercise, at, theirs) for at, exercise in enumerate(lab.exercises)]
    return found


def _item(lab: Lab, exercise: Exercise, at: int, results: Sequence[Result]) -> Item:
    rows = [result.graded.rows[at] for result in results]
    rest = [result.points - row.points for result, row in zip(results, rows, strict=True)]
    told = Counter(row.message for row in rows if row.points < row.max and row.message != NOT_ANSWERED)
    return Item(
        lab,
        exercise,
        len(rows),
        sum(row.message != NOT_ANSWERED for row in rows),
        sum(row.points == row.max for row in rows),
        correlation([float(row.points) for row in rows], [float(points) for points in rest]),
        tuple(sorted(told.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def correlation(some: Sequence[float], others: Sequence[float]) -> float | None:
    """Pearson's correlation; None if there are too few, or if one of the two is the same for all."""
    many = len(some)
    if many < FEWEST:
        return None
    apart = [value - sum(some) / many for value in some]
    others_apart = [value - sum(others) / many for value in others]
    spread = math.sqrt(sum(value * value for value in apart) * sum(value * value for value in others_apart))
    product = sum(a * b for a, b in zip(apart, others_apart, strict=True))
    return round(product / spread, 3) + 0.0 if spread > 1e-9 else None


def items_csv(found: Iterable[Item]) -> str:
    """items.csv."""
    head = ["lab", "exercise", "title", "kind", "points", "learners", "answered", "right", "share right"]
    rows = [
        [
            item.lab.name,
            item.exercise.number,
            item.exercise.title,
            item.exercise.kind,
            item.exercise.points,
            item.learners,
            item.answered,
            item.right,
            f"{item.share:.3f}",
            _discrimination(item),
        ]
        for item in found
    ]
    return lines([[*head, "discrimination"], *rows])


def wrong_csv(found: Iterable[Item]) -> str:
    """wrong-answers.csv: messages hold the value that was seen, and stand as in grades.csv."""
    rows: list[list[Any]] = [
        [item.lab.name, item.exercise.number, many, message] for item in found for message, many in item.wrong
    ]
    return lines([["lab", "exercise", "learners", "message"], *rows])


def _discrimination(item: Item) -> str:
    return "" if item.discrimination is None else f"{item.discrimination:.2f}"


def class_page(
    labs: Sequence[Lab],
    found: Sequence[Item],
    results: Sequence[Result],
    pages: Mapping[str, str],
    look_at: Sequence[str] = (),
) -> str:
    """class.html: what to look at, the analysis of each lab, and what each learner's work counts."""
    told = "\n".join(f"<li>{safe(each)}</li>" for each in look_at)
    notes = f"<section>\n<h2>To look at</h2>\n<ul>\n{told}\n</ul>\n</section>" if look_at else ""
    analysis = [_lab(lab, [item for item in found if item.lab is lab]) for lab in labs]
    times = '<p class="soft">The seconds that submissions took are in times.csv and times-by-lab.csv.</p>'
    body = ["<h1>The class</h1>", notes, *analysis, times, _learners(labs, results, pages)]
    return page("The class", "\n".join(body))


def _lab(lab: Lab, found: Sequence[Item]) -> str:
    many = found[0].learners if found else 0
    caption = f"{many} handed in. Discrimination is the correlation with the points on the lab's other exercises."
    head = ("Exercise", "Kind", "Answered", "Right", "Share right", "Discrimination")
    rows = [
        (
            f"{safe(item.exercise.number)} {safe(item.exercise.title)}",
            safe(item.exercise.kind),
            str(item.answered),
            str(item.right),
            f"{100 * item.share:.0f} %",
            _discrimination(item) or "–",
        )
        for item in found
    ]
    wrong = "\n".join(_wrong(item) for item in found if item.wrong)
    usual = f"<h3>Usual wrong answers</h3>\n{wrong}" if wrong else ""
    numbers = frozenset((2, 3, 4, 5))
    return f"<section>\n<h2>{safe(title(lab))}</h2>\n{table(caption, head, rows, numbers)}\n{usual}\n</section>"


def _wrong(item: Item) -> str:
    told = "\n".join(f"<li>{many} × {safe(message)}</li>" for message, many in item.wrong[:SHOWN])
    more = len(item.wrong) - SHOWN
    rest = f'<p class="soft">{more} more in wrong-answers.csv.</p>' if more > 0 else ""
    return f"<h4>{safe(item.exercise.number)} {safe(item.exercise.title)}</h4>\n<ul>\n{told}\n</ul>{rest}"


def _learners(labs: Sequence[Lab], results: Sequence[Result], pages: Mapping[str, str]) -> str:
    counts = {(result.learner.id, result.lab.name): shown(result.final) for result in results}
    rows = [
        (f'<a href="feedback/{file}">{safe(name)}</a>', *(counts.get((name, lab.name), "–") for lab in labs))
        for name, file in pages.items()
    ]
    caption = "What counts, in points, after what is taken off for being late"
    head = ("Learner", *map(title, labs))
    numbers = frozenset(range(1, len(labs) + 1))
    return f"<section>\n<h2>Learners</h2>\n{table(caption, head, rows, numbers)}\n</section>"
