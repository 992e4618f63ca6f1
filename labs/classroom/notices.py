"""What a teacher should look at: who is missing or unknown, and files and ids that are several learners'.

These are facts, not verdicts: two learners may have handed in one file because they worked together as they were told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from labs.classroom.attempts import Attempt
from labs.classroom.results import Result, Standing
from labs.sandbox import Protections

__all__ = ["notices"]


def notices(standing: Standing, results: Sequence[Result], protections: Protections) -> list[str]:
    """A sentence for each."""
    attempts = [result.attempt for result in results if result.attempt is not None]
    return [
        *_unknown(standing),
        *(f"{name} is on the roster and handed in nothing." for name in standing.absent),
        *_shared(
            ((attempt.digest, attempt) for attempt in attempts if attempt.answered), "The same file, to the last byte"
        ),
        *_shared(
            ((attempt.submission.id, attempt) for attempt in attempts if attempt.submission.id),
            "The same id in the learner cell, so the same variants",
        ),
        *_variants(standing, attempts),
        *(f"While this was graded, {each}." for each in protections.missing),
    ]


def _unknown(standing: Standing) -> Iterator[str]:
    if not standing.roster.people:
        return
    for learner in standing.everyone:
        if learner.handed_in and standing.roster.person(learner.id) is None:
            yield f"{learner.id} is not on the roster, so no file for Canvas or Moodle has this learner in it."


def _variants(standing: Standing, attempts: Sequence[Attempt]) -> Iterator[str]:
    """Whose variants a learner had. Without an id each exercise has its first one."""
    for attempt in attempts:
        learner, said, where = attempt.submission.learner, attempt.submission.id, f"In {attempt.lab.name}"
        person = standing.roster.person(learner)
        if said and person is not None and not person.is_called(said):
            yield f"{where}, {learner} wrote the id {said!r}, by which the roster does not know {learner}."
        elif not said and any(exercise.variants > 1 for exercise in attempt.lab.exercises):
            yield f"{where}, {learner} wrote no id, and had the first variant of each exercise."


def _shared(marked: Iterable[tuple[str, Attempt]], what: str) -> Iterator[str]:
    """What several learners have in common, a lab at a time."""
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for mark, attempt in marked:
        owners[(attempt.lab.name, mark)].add(attempt.submission.learner)
    for (lab, _), names in sorted(owners.items()):
        if len(names) > 1:
            yield f"{what}, in {lab}: {', '.join(sorted(names))}."
