"""The feedback pages in the form in which Moodle gives them back to the learners."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence

from labs.classroom.attempts import Learner
from labs.classroom.roster import Roster

__all__ = ["moodle_feedback"]

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The time of every entry, so that the same pages make the same zip."""


def moodle_feedback(learners: Sequence[Learner], roster: Roster, pages: Mapping[str, str]) -> bytes | None:
    """For *Upload multiple feedback files in a zip*; None if nobody's participant number is known.

    pages: HTML by the learner's id. Moodle finds a learner by the second part of the folder's name, between
    underscores, and takes the rest of the path for the name of the feedback file.
    [moodle, mod/assign/feedback/file/importziplib.php, is_valid_filename_for_import; read 2026-11-25]
    """
    out, many = io.BytesIO(), 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for learner in learners:
            number = _participant(learner, roster)
            if number and learner.id in pages:
                name = " ".join(re.sub(r"[^\w .-]|_", " ", learner.id).split()) or "learner"
                entry = zipfile.ZipInfo(f"{name}_{number}_assignsubmission_file/feedback.html", FIRST_DAY)
                archive.writestr(entry, pages[learner.id])
                many += 1
    return out.getvalue() if many else None


def _participant(learner: Learner, roster: Roster) -> str:
    person = roster.person(learner.id)
    listed = dict(person.keys).get("moodle", "") if person else ""
    return listed or learner.ids.get("moodle", "")
