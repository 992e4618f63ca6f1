"""Who is in the class: from the files that Canvas, Moodle and GitHub Classroom export, or from one of one's own.

Each file is known by its first line. The first that is given names the learners, the others add to what is known of
them. A name that fits two learners fits neither: nobody gets another's grade by a guess.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from pathlib import Path

from labs.classroom.layouts import Paper
from labs.lab import LabError

__all__ = ["Person", "Roster", "Sheet", "read_roster"]

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Person:
    """One learner: what the class calls them, and by what they can be found."""

    id: str
    name: str = ""
    keys: frozenset[Key] = frozenset()
    number: str = ""
    """Moodle's ID number."""
    email: str = ""
    handed_in: datetime | None = None

    def is_called(self, text: str) -> bool:
        """Whether a text is one of the ids by which systems know this person."""
        return _folded(text) in {_folded(self.id)} | {value for _, value in self.keys}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A roster file: its kind, its lines, and the id of the person in each line (None for a line of nobody)."""

    kind: str
    header: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    people: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Roster:
    """The people of all files, and the files."""

    people: tuple[Person, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    _found: Mapping[Key, str | None] = field(default_factory=dict)

    def find(self, paper: Paper) -> str | None:
        """The id of the one person whose paper this is; None if it could be of two."""
        read = {self._found.get(("canvas", _folded(paper.ids.get(kind, "")))) for kind in ("canvas", "canvas-or")}
        if len(read - {None}) > 1:
            return None
        for key in _asked(paper):
            if (found := self._found.get(key)) is not None:
                return found
        return None

    def person(self, identity: str) -> Person | None:
        """The person of an id."""
        return self._by_id.get(identity)

    @cached_property
    def _by_id(self) -> dict[str, Person]:
        return {person.id: person for person in self.people}


def read_roster(paths: Sequence[Path], zone: tzinfo | None = None) -> Roster:
    """The roster of some files; LabError if one is of no known form, or names somebody twice."""
    people: list[Person] = []
    sheets: list[Sheet] = []
    for path in paths:
        sheet = _sheet(path)
        read = list(_people(sheet, zone))
        _twice(path, [person.id for person in read if person])
        before = len(people)
        ids = tuple(_merge(people, before, person) if person else None for person in read)
        sheets.append(replace(sheet, people=ids))
    return Roster(tuple(people), tuple(sheets), _index(people))


def _twice(path: Path, ids: list[str]) -> None:
    if twice := sorted({each for each in ids if ids.count(each) > 1}):
        raise LabError(f"{path} names {twice[0]!r} twice: a line for each learner, each with an id of its own")


def _merge(people: list[Person], before: int, new: Person) -> str:
    """Add a person, or what is new about one whom an earlier file named; the id. A name alone counts last."""
    for weak in (False, True):
        keys = {key for key in new.keys if weak or key[0] not in ("name", "user")}
        same = [place for place, old in enumerate(people[:before]) if old.id == new.id or old.keys & keys]
        if len(same) == 1:
            people[same[0]] = _joined(people[same[0]], new)
            return people[same[0]].id
    people.append(new)
    return new.id


def _joined(old: Person, new: Person) -> Person:
    return replace(
        old,
        name=old.name or new.name,
        keys=old.keys | new.keys,
        number=old.number or new.number,
        email=old.email or new.email,
        handed_in=old.handed_in or new.handed_in,
    )


def _index(people: Sequence[Person]) -> dict[Key, str | None]:
    """Each key's person; None if it is the key of several."""
    found: dict[Key, set[str]] = defaultdict(set)
    for person in people:
        for key in person.keys:
            found[key].add(person.id)
    return {key: min(ids) if len(ids) == 1 else None for key, ids in found.items()}


def _asked(paper: Paper) -> Iterator[Key]:
    """The keys under which a paper's author may stand, the surest first."""
    for kind, value in paper.ids.items():
        if kind != "login":
            yield kind.removesuffix("-or"), _folded(value)
    for kind in ("id", "login", "email", "user", "github"):
        yield kind, _folded(paper.learner)
    yield "name", _squeezed(paper.learner)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()


def _squeezed(name: str) -> str:
    """Letters and digits only: Canvas leaves nothing else of a name."""
    return re.sub(r"[\W_]", "", _folded(name))


def _keys(name: str = "", email: str = "", **others: str) -> frozenset[Key]:
    """All keys of a person. "Doe, Jane" is found as Jane Doe too."""
    last, comma, first = name.partition(",")
    names = {_squeezed(name), _squeezed(first + last)} if comma else {_squeezed(name)}
    found = {("name", each) for each in names} | {(kind, _folded(value)) for kind, value in others.items()}
    found |= {("email", _folded(email)), ("user", _folded(email).partition("@")[0])}
    return frozenset((kind, value) for kind, value in found if value)


def _sheet(path: Path) -> Sheet:
    try:
        content = path.read_text(encoding="utf-8-sig")
        # Canvas separates by semicolons for those who ask it to, and some platforms by tabs.
        mark = max(",;\t", key=content.partition("\n")[0].count)
        lines = [tuple(line) for line in csv.reader(io.StringIO(content, newline=""), delimiter=mark) if any(line)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LabError(f"{path} cannot be read as CSV in UTF-8: {error}") from None
    header = tuple(cell.strip() for cell in lines[0]) if lines else ()
    for kind, (columns, _) in _KINDS.items():
        if set(columns) <= set(header):
            whole = [line + ("",) * (len(header) - len(line)) for line in lines[1:]]
            return Sheet(kind, header, tuple(whole))
    raise LabError(
        f"{path} begins with the columns {', '.join(header)[:100] or 'none'}: give an export of Canvas's gradebook,"
        " Moodle's grading worksheet or grade export, GitHub Classroom's roster or grades, or a CSV with a column id"
    )


def _people(sheet: Sheet, zone: tzinfo | None) -> Iterator[Person | None]:
    read = _KINDS[sheet.kind][1]
    for line in sheet.lines:
        cells = {name: value.strip() for name, value in zip(sheet.header, line, strict=False)}
        person = read(cells, zone)
        yield person if person and person.id else None


def _canvas(cells: Mapping[str, str], zone: tzinfo | None) -> Person | None:
    """Canvas's gradebook export. [canvas-lms, lib/gradebook_importer.rb; read 2026-11-25]"""
    name, login, sis = cells["Student"], cells.get("SIS Login ID", ""), cells.get("SIS User ID", "")
    if not cells["ID"].isdecimal():
        return None  # "Points Possible", "Manual Posting"
    keys = _keys(name, login if "@" in login else "", canvas=cells["ID"], login=login, id=sis)
    return Person(login or sis or cells["ID"], name, keys, email=login if "@" in login else "")


def _worksheet(cells: Mapping[str, str], zone: tzinfo | None) -> Person | None:
    """Moodle's grading worksheet: "Participant 1234567" and, where submissions are not anonymous, who that is.

    [moodle, mod/assign/gradingtable.php, mod/assign/feedback/offline/importgradeslib.php; read 2026-11-25]
    """
    number = re.sub(r"\D", "", cells["Identifier"])
    name, email, id_number = cells.get("Full name", ""), cells.get("Email address", ""), cells.get("ID number", "")
    keys = _keys(name, email, moodle=number, id=id_number, login=cells.get("Username", ""))
    moment = _moment(cells.get("Last modified (submission)", ""), zone)
    return Person(id_number or email or cells["Identifier"], name, keys, id_number, email, moment)


def _moodle(cells: Mapping[str, str], zone: tzinfo | None) -> Person | None:
    """Moodle's list of participants or grade export."""
    name = f"{cells.get('Last name') or cells.get('Surname', '')}, {cells.get('First name', '')}"
    email, number = cells["Email address"], cells.get("ID number", "")
    return Person(number or email, name, _keys(name, email, id=number), number, email)


def _github_grades(cells: Mapping[str, str], zone: tzinfo | None) -> Person | None:
    """The grades CSV, which says when each learner's last commit came in. Its times are in UTC where it says no zone.

    [gh-classroom, cmd/gh-classroom/assignment-grades/assignment_grades.go, gradeCSVHeaders; read 2026-11-25]
    """
    login, name = cells["github_username"], cells["roster_identifier"]
    keys = _keys(name, name if "@" in name else "", github=login, id=name)
    return Person(name or login, name, keys, handed_in=_moment(cells["submission_timestamp"], UTC))


def _github_roster(cells: Mapping[str, str], zone: tzinfo | None) -> Person | None:
    """The roster as GitHub Classroom lets one download it: identifier, github_username, github_id, name."""
    who = cells["identifier"]
    names = _keys(cells.get("name", "")) | _keys(
        who, who if "@" in who else "", github=cells["github_username"], id=who
    )
    return Person(who or cells["github_username"], cells.get("name", "") or who, names)


def _own(cells: Mapping[str, str], zone: tzinfo | None) -> Person | None:
    """id, and what there is of: name, email, login, github, canvas_id, moodle_id, id_number, handed_in."""
    get = cells.get
    email, number = get("email", ""), get("id_number", "")
    others = {"id": cells["id"], "login": get("login", ""), "github": get("github", "")}
    keys = _keys(get("name", ""), email, canvas=get("canvas_id", ""), moodle=get("moodle_id", ""), **others)
    return Person(cells["id"], get("name", ""), keys, number, email, _moment(get("handed_in", ""), zone))


_KINDS: dict[str, tuple[tuple[str, ...], Callable[[Mapping[str, str], tzinfo | None], Person | None]]] = {
    "canvas": (("Student", "ID", "Section"), _canvas),
    "worksheet": (("Identifier", "Grade", "Last modified (grade)"), _worksheet),
    "github-grades": (("github_username", "roster_identifier", "submission_timestamp"), _github_grades),
    "github-roster": (("identifier", "github_username"), _github_roster),
    "moodle": (("First name", "Email address"), _moodle),
    "own": (("id",), _own),
}

_FORMS = (
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S %Z",
    "%Y-%m-%d %H:%M:%S %z",
    "%A, %d %B %Y, %I:%M %p",
)
"""GitHub Classroom's forms, and Moodle's in English (strftimedaydatetime), in the teacher's own time zone."""


def _moment(text: str, zone: tzinfo | None) -> datetime | None:
    """A time as one of these systems writes it; None if it is none, or if nobody says in which zone."""
    found = None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        for form in _FORMS:
            try:
                found = datetime.strptime(text, form)
                break
            except ValueError:
                continue
    zone = UTC if text.endswith(" UTC") else zone
    if found is None or (found.tzinfo is None and zone is None):
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)
