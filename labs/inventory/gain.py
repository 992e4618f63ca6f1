"""What a class has learned: its answers before and after, item by item, and the normalised gain.

The normalised gain is what was learned of what could have been: (after - before) / (1 - before), for the class's means
[R. R. Hake, Interactive-engagement versus traditional methods, American Journal of Physics 66, 64 (1998)].
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from labs.inventory.inventory import LETTERS, Item
from labs.lab import LabError

__all__ = ["Gain", "gain", "in_words", "read_answers"]

Answers = Mapping[str, Sequence[str]]
"""Letters by learner, "" where nothing was chosen."""


@dataclass(frozen=True, slots=True)
class Gain:
    """The shares of right answers of those who answered both times."""

    learners: int
    before: float
    after: float
    by_item: tuple[tuple[float, float], ...]
    believed: tuple[str, ...]
    """For each item the idea behind the wrong answer that most give after the course, "" if nobody does."""

    @property
    def normalised(self) -> float:
        """0 where nothing was learned, 1 where everything was; 1 as well where nothing was left to learn."""
        return (self.after - self.before) / (1 - self.before) if self.before < 1 else 1.0


def read_answers(path: Path, many: int) -> dict[str, list[str]]:
    """A CSV with a header, and a row a learner: the name or id, then one letter an item; LabError names the row."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)][1:]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LabError(f"{path} cannot be read as CSV ({error}): save it as CSV in UTF-8") from None
    answers: dict[str, list[str]] = {}
    for number, row in enumerate(rows, start=2):
        name, letters = row[0].strip(), [cell.strip().upper() for cell in row[1:]]
        strange = [letter for letter in letters if letter and letter not in LETTERS]
        if len(letters) != many or strange:
            seen = f"{strange[0]!r}" if strange else f"{len(letters)} answers"
            raise LabError(f"{path}, row {number}: {seen}; give a name and then {many} letters of {LETTERS}")
        if name in answers:
            raise LabError(f"{path}, row {number}: {name!r} has answered already; keep one of the two rows")
        answers[name] = letters
    return answers


def gain(items: Sequence[Item], before: Answers, after: Answers) -> Gain:
    """The gain of those who answered both times; LabError if there are none."""
    both = sorted(set(before) & set(after))
    if not both:
        raise LabError("nobody is in both files: use the same names or ids before and after")
    shares = [
        tuple(fmean(answers[name][place] == item.right for name in both) for answers in (before, after))
        for place, item in enumerate(items)
    ]
    believed = [_believed(item, [after[name][place] for name in both]) for place, item in enumerate(items)]
    means = [fmean(share[when] for share in shares) for when in (0, 1)]
    return Gain(len(both), *means, tuple((first, second) for first, second in shares), tuple(believed))


def _believed(item: Item, letters: Sequence[str]) -> str:
    wrong = Counter(letter for letter in letters if letter and letter != item.right)
    return item.option(min(wrong, key=lambda letter: (-wrong[letter], letter))).idea if wrong else ""


def in_words(items: Sequence[Item], found: Gain) -> str:
    """The table that is printed."""
    who = f"{found.learners} learner{'s' * (found.learners != 1)} answered both times"
    lines = [
        f"{who}: {found.before:.0%} right before, {found.after:.0%} after; normalised gain {found.normalised:.2f}.",
        "",
        "item  before  after  what most of the others still think",
    ]
    for item, (first, second), idea in zip(items, found.by_item, found.believed, strict=True):
        lines.append(f"{item.number:4}  {first:6.0%}  {second:5.0%}  {idea}".rstrip())
    return "\n".join(lines)
