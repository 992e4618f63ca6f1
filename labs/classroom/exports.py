"""The results in the shapes that Canvas and Moodle import.

A learner who handed in nothing has no line in them: an empty cell would take away a grade that is there already.
Where a system gives another number of points for a lab than the lab does, the points are scaled to it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from labs.classroom.gradebook import lines
from labs.classroom.results import Result, Standing, shown, title
from labs.classroom.roster import Person, Sheet
from labs.grade import clean
from labs.lab import Lab

__all__ = ["canvas", "comment", "moodle", "worksheets"]

POINTS_POSSIBLE = "    Points Possible"
"""Begins the line that is about the assignments, as Canvas itself writes it."""


def canvas(standing: Standing, results: Sequence[Result]) -> str | None:
    """Canvas's gradebook import; None if no learner's Canvas id is known.

    Student, ID and Section must be there, in this order; Canvas finds a learner by ID first. A column is an existing
    assignment if it has its title with its id, `Lab 1 (4567)`, as Canvas exports it, or else a new one.
    [canvas-lms, lib/gradebook_importer.rb, update_column_count, parse_assignments, process_student; read 2026-11-25]
    """
    sheet = next((sheet for sheet in standing.roster.sheets if sheet.kind == "canvas"), None)
    if sheet is None:
        return _canvas_of_ids(standing, results)
    info = sheet.header[: sheet.header.index("Section") + 1]
    columns = [_column(sheet, lab) for lab in standing.labs]
    most = [_points_possible(sheet, column, lab) for column, lab in zip(columns, standing.labs, strict=True)]
    rows = [[*info, *columns], [POINTS_POSSIBLE, *[""] * (len(info) - 1), *map(shown, most)]]
    theirs = _by_learner(results)
    for line, identity in zip(sheet.lines, sheet.people, strict=True):
        if identity in theirs:
            cells = zip(standing.labs, most, strict=True)
            rows.append([*line[: len(info)], *(shown(theirs[identity][lab.name].scaled(top)) for lab, top in cells)])
    return lines(rows)


def _canvas_of_ids(standing: Standing, results: Sequence[Result]) -> str | None:
    """The same without an export, for those whose Canvas id their file or the roster says."""
    rows = []
    for identity, theirs in _by_learner(results).items():
        person = standing.roster.person(identity)
        number = _canvas_id(person, next(iter(theirs.values())))
        if number:
            points = [shown(theirs[lab.name].final) for lab in standing.labs]
            rows.append([clean(person.name if person and person.name else identity), number, "", *points])
    if not rows:
        return None
    most = [str(sum(exercise.points for exercise in lab.exercises)) for lab in standing.labs]
    head = ["Student", "ID", "Section", *map(title, standing.labs)]
    return lines([head, [POINTS_POSSIBLE, "", "", *most], *rows])


def _canvas_id(person: Person | None, result: Result) -> str:
    """The roster's, or else the one in the file's name, if it can be read in one way only."""
    if person and (known := dict(person.keys).get("canvas")):
        return known
    ids = result.learner.ids
    return ids["canvas"] if ids.get("canvas", "").isdecimal() and "canvas-or" not in ids else ""


def _column(sheet: Sheet, lab: Lab) -> str:
    """The export's column of a lab, by the lab's title or name; else the title."""
    for column in sheet.header:
        if re.sub(r"\s\(\d+\)$", "", column) in (title(lab), lab.name):
            return column
    return title(lab)


def _points_possible(sheet: Sheet, column: str, lab: Lab) -> Decimal:
    """What the assignment is worth in Canvas; what the lab is worth if that is not said."""
    own = Decimal(sum(exercise.points for exercise in lab.exercises))
    for line in sheet.lines:
        if column in sheet.header and line[0].strip() == POINTS_POSSIBLE.strip():
            return _positive(line[sheet.header.index(column)]) or own
    return own


def moodle(standing: Standing, results: Sequence[Result]) -> str | None:
    """Moodle's grade import (CSV); None if nobody's ID number or email address is known.

    Moodle asks which column is who ("ID number" to ID number, or "Email address" to Email address; the addresses are
    compared letter by letter, capitals too) and which column is which grade item.
    [docs.moodle.org, Grade import; read 2026-11-25]
    """
    rows = []
    for identity, theirs in _by_learner(results).items():
        person = standing.roster.person(identity)
        if person and (person.number or person.email):
            grades = [cell for lab in standing.labs for cell in _grade_cells(theirs[lab.name])]
            rows.append([clean(person.number), clean(person.email), clean(person.name), *grades])
    columns = [cell for lab in standing.labs for cell in (title(lab), f"{title(lab)} (feedback)")]
    return lines([["ID number", "Email address", "Full name", *columns], *rows]) if rows else None


def _grade_cells(result: Result) -> tuple[str, str]:
    return shown(result.final), comment(result)


def worksheets(standing: Standing, results: Sequence[Result]) -> Iterator[tuple[str, str]]:
    """Files by name: Moodle's own grading worksheets, each with the grades and comments of its lab filled in.

    A worksheet is of the lab whose notebooks came with its participants' numbers; those are others in each assignment.
    All other cells stay as they are: Moodle finds a learner by "Identifier" and takes no grade for one who was graded
    after "Last modified (grade)". Moodle finds the columns by their names in the language of the person who uploads.
    [moodle, mod/assign/feedback/offline/importgradeslib.php; read 2026-11-25]
    """
    theirs = _by_learner(results)
    sheets = [sheet for sheet in standing.roster.sheets if sheet.kind == "worksheet"]
    for lab in standing.labs:
        for number, sheet in enumerate((each for each in sheets if _is_of(each, lab, standing, results)), start=1):
            filled = [
                _filled(sheet, line, theirs[identity][lab.name] if identity in theirs else None)
                for line, identity in zip(sheet.lines, sheet.people, strict=True)
            ]
            more = f"-{number}" if number > 1 else ""
            yield f"moodle-worksheet-{lab.name}{more}.csv", lines([sheet.header, *filled])


def _is_of(sheet: Sheet, lab: Lab, standing: Standing, results: Sequence[Result]) -> bool:
    """Whether a worksheet's participants handed in this lab. Notebooks that are not from Moodle can be of any sheet."""
    numbers = {
        result.attempt.participant
        for result in results
        if result.lab is lab and result.attempt is not None and result.attempt.participant
    }
    if not numbers:
        return len(standing.labs) == 1
    at = sheet.header.index("Identifier")
    return any(re.sub(r"\D", "", line[at]) in numbers for line in sheet.lines)


def _filled(sheet: Sheet, line: Sequence[str], result: Result | None) -> list[str]:
    cells = dict(zip(sheet.header, line, strict=False))
    if result is not None and cells.get("Grade can be changed", "Yes") == "Yes":
        cells["Grade"] = shown(result.scaled(_positive(cells.get("Maximum Grade", "")) or Decimal(result.most)))
        if "Feedback comments" in cells:
            cells["Feedback comments"] = comment(result)
    return list(cells.values())


def comment(result: Result) -> str:
    """A result in one line."""
    right = sum(row.points == row.max for row in result.graded.rows)
    late = f"; {result.lateness.why}" if result.lateness.why else ""
    return clean(
        f"{right} of {len(result.graded.rows)} exercises right, {shown(result.final)} of {result.most} points{late}"
    )


def _by_learner(results: Sequence[Result]) -> dict[str, dict[str, Result]]:
    found: dict[str, dict[str, Result]] = defaultdict(dict)
    for result in results:
        found[result.learner.id][result.lab.name] = result
    return found


def _positive(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number > 0 else None
