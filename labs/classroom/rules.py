"""The rule for late and repeated submissions, from a small TOML file.

    attempt = "last"                # which counts: "last", "first" or "best" (after what is taken off)
    percent_a_day = 10              # taken off for each day begun after the due date
    at_most = 50                    # per cent
    grace_minutes = 15              # that long after the due date nothing is taken off
    late_mark_percent = 10          # where only Canvas's LATE is known; percent_a_day if it is not said
    file_times = false              # true: a file's time is when it was handed in
    time_zone = "Europe/Berlin"     # for times that are written without one

    [due]
    "01-a-service-keeps-its-promise" = 2026-10-05T23:59:00+02:00

    [extensions.ann]
    "01-a-service-keeps-its-promise" = 2026-10-08T23:59:00+02:00

A lab may be named by what its name begins with, up to the first dash. A due date is the last moment that is in time.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from labs.lab import LabError

__all__ = ["IN_TIME", "Lateness", "Rules", "read_rules"]

ATTEMPTS = ("last", "first", "best")


@dataclass(frozen=True, slots=True)
class Lateness:
    """What is taken off, in per cent of the points, and the sentence that says why, or ""."""

    percent: float = 0
    why: str = ""


IN_TIME = Lateness()


@dataclass(frozen=True, slots=True)
class Rules:
    """Without a file: the last attempt counts, and nothing is taken off."""

    attempt: str = "last"
    percent_a_day: float = 0
    at_most: float = 100
    grace_minutes: float = 0
    late_mark_percent: float | None = None
    file_times: bool = False
    zone: tzinfo | None = None
    due: Mapping[str, datetime] = field(default_factory=dict)
    extensions: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)

    def lateness(self, lab: str, learner: str, handed_in: datetime | None, marked_late: bool) -> Lateness:
        """What is taken off a learner's attempt at a lab. An extension counts instead of the due date."""
        due = _of(lab, self.extensions.get(learner, {})) or _of(lab, self.due)
        if due is None and not marked_late:
            return IN_TIME
        if due is None or handed_in is None:
            return self._unknown(due, marked_late)
        late = handed_in - due
        if late <= timedelta(minutes=self.grace_minutes):
            return IN_TIME
        days = -(-late // timedelta(days=1))
        percent = min(self.percent_a_day * days, self.at_most)
        counted = f"{days} {'day' if days == 1 else 'days'} begun"
        return Lateness(percent, f"handed in {_span(late)} after the due date ({counted}): {percent:g} % taken off")

    def _unknown(self, due: datetime | None, marked_late: bool) -> Lateness:
        """Without the moment, only a mark can take something off."""
        if not marked_late:
            return Lateness(0, "it is not known when this was handed in, so nothing was taken off")
        mark = self.percent_a_day if self.late_mark_percent is None else self.late_mark_percent
        percent = min(mark, self.at_most)
        return Lateness(percent, f"marked LATE by Canvas, which does not say by how much: {percent:g} % taken off")


def _of(lab: str, dates: Mapping[str, datetime]) -> datetime | None:
    return dates.get(lab) or dates.get(lab.partition("-")[0])


def _span(late: timedelta) -> str:
    hours, rest = divmod(int(late.total_seconds()), 3600)
    return f"{hours} h {rest // 60} min"


def read_rules(path: Path) -> Rules:
    """The rules of a file; LabError with all that is wrong in it."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LabError(f"{path} cannot be read as TOML: {error}") from None
    faults: list[str] = []
    values = dict(_checked(said, faults))
    if faults:
        raise LabError("\n".join(f"{path}: {fault}" for fault in faults))
    return Rules(**values)


def _checked(said: Mapping[str, Any], faults: list[str]) -> Iterator[tuple[str, Any]]:
    """The fields of Rules with their values; what is wrong goes to `faults`."""
    zone = _zone(said, faults)
    yield "zone", zone
    for name, value in said.items():
        if name == "time_zone":
            continue
        if name in ("due", "extensions"):
            yield name, _dates(name, value, zone, faults)
        elif name in _FIELDS:
            right, rule = _FIELDS[name]
            if right(value):
                yield name, value
            else:
                faults.append(f"{name} = {value!r}: {rule}")
        else:
            known = ", ".join([*_FIELDS, "time_zone", "[due]", "[extensions.LEARNER]"])
            faults.append(f"{name} is none of the rules: use {known}")


def _number(most: float) -> Callable[[object], bool]:
    return lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= most


_FIELDS: dict[str, tuple[Callable[[object], bool], str]] = {
    "attempt": (lambda value: value in ATTEMPTS, 'use "last", "first" or "best"'),
    "percent_a_day": (_number(100), "use a number from 0 to 100"),
    "at_most": (_number(100), "use a number from 0 to 100"),
    "grace_minutes": (_number(100_000), "use a number of minutes from 0 on"),
    "late_mark_percent": (_number(100), "use a number from 0 to 100"),
    "file_times": (lambda value: isinstance(value, bool), "use true or false"),
}


def _zone(said: Mapping[str, Any], faults: list[str]) -> tzinfo | None:
    name = said.get("time_zone")
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        faults.append(f'time_zone = {name!r}: use a name such as "Europe/Berlin" (Windows needs `pip install tzdata`)')
        return None


def _dates(name: str, value: Any, zone: tzinfo | None, faults: list[str]) -> dict[str, Any]:
    """Dates by lab, or by learner and lab."""
    if not isinstance(value, dict):
        faults.append(f"{name} = {value!r}: make it a table, [{name}], with a line for each lab")
        return {}
    if name == "extensions":
        return {learner: _dates(f"extensions.{learner}", each, zone, faults) for learner, each in value.items()}
    found = {}
    for lab, due in value.items():
        if not isinstance(due, datetime):
            faults.append(f"{name}: {lab} = {due!r}: write the moment, as 2026-10-05T23:59:00+02:00")
        elif due.tzinfo is None and zone is None:
            faults.append(
                f"{name}: {lab} = {due.isoformat()} has no time zone: add one (+02:00, Z), or time_zone above"
            )
        else:
            found[lab] = due if due.tzinfo else due.replace(tzinfo=zone)
    return found
