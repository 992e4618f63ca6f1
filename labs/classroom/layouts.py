"""Who handed in what: the layouts in which a class's files come.

A layout is a function: of the files that nobody has claimed yet, those whose place says whose they are. They are asked
in the order of `LAYOUTS`, the most special first, so that what none of them knows is a plain file or a plain folder.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from labs.classroom.files import HANDED_IN, File

__all__ = ["LAYOUTS", "Paper", "papers"]


@dataclass(frozen=True, slots=True)
class Paper:
    """One file of one learner, and what its place says about it."""

    learner: str
    """The name that the place gives."""
    file: File | None
    """None: a learner of whom there is no file."""
    place: str
    """The file or folder at the top."""
    layout: str
    ids: Mapping[str, str] = field(default_factory=dict)
    """How a system knows the learner: "canvas", "canvas-or", "moodle", "github" or "login"."""
    late: bool = False
    """Canvas's mark: later than Canvas's due date, nobody knows by how much."""
    attempt: int = 0
    """The number that Canvas or a browser puts behind a name that was there before."""
    source: str = ""
    """The folder or zip it comes from, where several are graded together."""


Layout = Callable[[Sequence[File], str], Iterator[Paper]]

WRAPPERS = ("submissions", "submitted", "home", "homes")

_CANVAS = re.compile(
    r"(?:(?!LATE_)(?P<name>\w*?)_)?(?:(?P<late>LATE)_)?(?P<user>\d+|anon_[A-Za-z0-9]+)_(?P<file>\d+)_(?P<rest>.+)",
    re.IGNORECASE,
)
_MOODLE = re.compile(r"(?P<name>.+?)(?:_(?P<id>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<rest>.*))?", re.DOTALL)
_COPY = re.compile(r"(?:-| ?\()(\d{1,3})\)?$")


def papers(files: Sequence[File], top: str) -> list[Paper]:
    """All papers, each claimed by one layout. `top` is the name of the folder or zip."""
    files, top = _unwrapped(files, top)
    found: list[Paper] = []
    left = list(files)
    for layout in LAYOUTS:
        claimed = list(layout(left, top))
        places = {paper.place for paper in claimed}
        left = [file for file in left if file.parts[0] not in places]
        found += claimed
    return found


def canvas(files: Sequence[File], top: str) -> Iterator[Paper]:
    """Canvas's *Download Submissions*: `doejane_LATE_12345_67890_lab-1.ipynb`, all in one folder.

    The sortable name in small letters without anything but letters, digits and _, then LATE if Canvas found it late,
    then the user's id (`anon_...` where grading is anonymous) and the file's id, and its name as handed in, to which
    Canvas adds -1, -2, ... from the second attempt on. Only the newest attempt is in the download.
    A name that ends in _ and digits could pass for another's id, so where a third number follows, both readings are
    kept ("canvas" and "canvas-or"), and only a roster that knows one of them decides.
    [canvas-lms, lib/content_zipper.rb, add_upload_submission, get_filename, sanitize_file_name; read 2026-11-25]
    """
    flat = [file for file in files if len(file.parts) == 1 and file.kind != "folder"]
    matches = [(file, match) for file in flat if (match := _CANVAS.fullmatch(file.name))]
    if 2 * len(matches) <= len(flat):
        return
    for file, match in matches:
        name = match["name"] or match["user"]
        ids = {"canvas": match["user"]}
        if re.match(r"\d+_", match["rest"]):
            ids["canvas-or"] = match["file"]
        yield _paper(name, file, "canvas", ids, late=match["late"] is not None)


def moodle(files: Sequence[File], top: str) -> Iterator[Paper]:
    """Moodle's *Download all submissions*: `Jane Doe_1234567_assignsubmission_file_/lab-1.ipynb`, or flat,
    `Jane Doe_1234567_assignsubmission_file_lab-1.ipynb`.

    The full name ("Participant" where submissions are anonymous), the number of the participant in the assignment,
    and the kind of submission. Folders are Moodle's default from 3.1 on, and newer versions end them without the last
    underscore. A team's submission has the team's name and number in their place. Neither form says when.
    [moodle, mod/assign/classes/downloader.php, get_student_prefix, load_submissionplugin_filelist; read 2026-11-25]
    """
    for file in files:
        if match := _MOODLE.fullmatch(file.parts[0]):
            ids = {"moodle": match["id"]} if match["id"] else {}
            yield _paper(_moodle_name(match), file, "moodle", ids)


def github_classroom(files: Sequence[File], top: str) -> Iterator[Paper]:
    """`gh classroom clone student-repos`, or the Classroom assistant: `lab-1-submissions/lab-1-octocat/...`.

    A folder is named as the repository: the assignment's short name, a dash, and the GitHub login or team. A login
    may hold dashes too, so the assignment is what stands before `-submissions`, or else what all folders begin with;
    then each must be a repository (hold .git). The clone's file times are those of the clone, and the dates of commits
    are their author's to choose, so neither says when: GitHub Classroom's grades CSV does.
    [gh-classroom, cmd/gh-classroom/clone/student-repos/student-repos.go; read 2026-11-25]
    """
    folders = _folders(files)
    prefix = top.removesuffix("-submissions") + "-"
    if not top.endswith("-submissions") or not any(name.startswith(prefix) for name in folders):
        repositories = {file.parts[0] for file in files if len(file.parts) == 2 and file.name == ".git"}
        prefix = _common(sorted(folders)) if len(folders) > 1 and repositories >= set(folders) else ""
    for name, inside in folders.items():
        if prefix and name.startswith(prefix) and len(name) > len(prefix):
            login = name.removeprefix(prefix)
            for file in inside:
                yield _paper(login, file, "github-classroom", {"github": login})


def plain_files(files: Sequence[File], top: str) -> Iterator[Paper]:
    """`NAME.ipynb`: a learner a file, and a folder of the same name is the same learner's."""
    for file in files:
        if len(file.parts) == 1 and file.suffix in HANDED_IN:
            yield _paper(file.stem, file, "files", {"login": file.stem})


def plain_folders(files: Sequence[File], top: str) -> Iterator[Paper]:
    """A folder a learner: `NAME/....ipynb`, the home folders of a JupyterHub with what nbgitpuller put there
    (`NAME/course/labs/....ipynb`), nbgrader's `submitted/NAME/LAB/....ipynb`. Notebooks count at any depth.

    [nbgrader, docs, "The philosophy and the approach: directory structure", submitted_directory/student_id/
    assignment_id/notebook_id; read 2026-11-25]
    """
    for name, inside in _folders(files).items():
        for file in inside:
            yield _paper(name, file, "folders", {"login": name})


LAYOUTS: tuple[Layout, ...] = (canvas, moodle, github_classroom, plain_files, plain_folders)


def _paper(learner: str, file: File, layout: str, ids: Mapping[str, str], late: bool = False) -> Paper:
    """A paper with its file if that can hold answers, and without it if it only tells of the learner."""
    holds = file.suffix in HANDED_IN and file.kind != "folder"
    return Paper(learner, file if holds else None, file.parts[0], layout, ids, late, _copy(file))


def _folders(files: Sequence[File]) -> dict[str, list[File]]:
    """The files of each folder at the top."""
    found: dict[str, list[File]] = defaultdict(list)
    for file in files:
        if len(file.parts) > 1 or file.kind == "folder" or (file.kind == "link" and file.suffix not in HANDED_IN):
            found[file.parts[0]].append(file)
    return found


def _moodle_name(match: re.Match[str]) -> str:
    """ "Participant" is nobody's name."""
    return f"{match['name']} {match['id']}" if match["name"] == "Participant" and match["id"] else match["name"]


def _copy(file: File) -> int:
    """lab-1.ipynb may be the second attempt at lab.ipynb or the first one at lab-1.ipynb: it only orders papers."""
    match = _COPY.search(file.stem)
    return int(match[1]) if match else 0


def _common(names: list[str]) -> str:
    """What all names begin with, up to a dash and with it."""
    first, last = names[0], names[-1]
    same = next(
        (place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last))
    )
    return first[: first.rfind("-", 0, same) + 1]


def _unwrapped(files: Sequence[File], top: str) -> tuple[list[File], str]:
    """Without the one folder that holds all others, where it is the zip's own or has a name that says so."""
    first = {file.parts[0] for file in files}
    if len(first) != 1:
        return list(files), top
    (name,) = first
    within = [File(each.parts[1:], each.kind, each.modified, each.content) for each in files if len(each.parts) > 1]
    known = name in (*WRAPPERS, top) or name.endswith("-submissions")
    if within and (known or any(next(layout(within, name), None) for layout in (canvas, moodle))):
        return _unwrapped(within, name)
    return list(files), top
