"""The feedback pages in the form in which Moodle gives them back to the learners."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence

from labs.classroom.results import Result, Standing

__all__ = ["moodle_feedback"]

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The time of every entry, so that the same pages make the same zip."""


def moodle_feedback(
    standing: Standing, results: Sequence[Result], pages: Mapping[str, str]
) -> Iterator[tuple[str, bytes]]:
    """Files by name, one a lab, for *Upload multiple feedback files in a zip*, where participants' numbers are known.

    pages: HTML by the learner's id. Moodle finds a learner by the second part of the folder's name, between
    underscores, and takes the rest of the path for the name of the feedback file.
    [moodle, mod/assign/feedback/file/importziplib.php, is_valid_filename_for_import; read 2026-11-25]
    """
    for lab in standing.labs:
        theirs = [result for result in results if result.lab is lab]
        numbers = {result.learner.id: _participant(result, standing) for result in theirs}
        folders = {_folder(learner, number): pages[learner] for learner, number in numbers.items() if number}
        if folders:
            yield f"moodle-feedback-{lab.name}.zip", _zipped(folders)


def _participant(result: Result, standing: Standing) -> str:
    """The number that came with the notebook; the roster's, where there is one assignment only."""
    if result.attempt is not None and result.attempt.participant:
        return result.attempt.participant
    person = standing.roster.person(result.learner.id) if len(standing.labs) == 1 else None
    return dict(person.keys).get("moodle", "") if person else ""


def _folder(learner: str, number: str) -> str:
    name = " ".join(re.sub(r"[^\w .-]|_", " ", learner).split()) or "learner"
    return f"{name}_{number}_assignsubmission_file"


def _zipped(folders: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for folder, html in folders.items():
            archive.writestr(zipfile.ZipInfo(f"{folder}/feedback.html", FIRST_DAY), html)
    return out.getvalue()
