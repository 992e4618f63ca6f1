"""Grades a class, side by side: each submission runs in processes of its own, started by a pool of threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from labs.classroom.gradebook import table, write
from labs.grade import Graded, Row, by_hand, clean, grade_one
from labs.lab import Lab, LabError
from labs.runner import Limits, Stopped
from labs.submission import read_submission, submissions

__all__ = ["grade"]


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
    done: dict[str, Graded] = {}
    stop = threading.Event()
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(_safely, lab, name, paths, limits, stop): name for name, paths in found}
        try:
            for future in as_completed(waiting):
                name = waiting[future]
                done[name] = future.result()
                write(out / "grades.csv", table(_rows(done)))
                tell(f"{len(done)} of {len(found)}: {clean(name)} {_sum(done[name].rows)}")
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return _rows(done)


def _safely(lab: Lab, name: str, paths: list[Path], limits: Limits, stop: threading.Event) -> Graded:
    """One learner, also where the grader itself fails."""
    try:
        return grade_one(lab, read_submission(name, paths, lab), limits, stop)
    except Stopped:
        raise
    except Exception as error:
        return by_hand(lab, name, error)


def _rows(done: dict[str, Graded]) -> list[Row]:
    return [row for name in sorted(done) for row in done[name].rows]


def _sum(rows: tuple[Row, ...]) -> str:
    return f"{sum(row.points for row in rows)} of {sum(row.max for row in rows)} points"
