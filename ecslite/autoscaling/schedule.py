"""When a schedule is due: at(), rate() and cron() as AWS writes them, in seconds of a run that begins at a moment.

[Application Auto Scaling API, ScheduledAction.Schedule; EventBridge User Guide, scheduled rules; read 2026-11-24] All
moments are UTC. What it leaves out: the wildcards L, W and # of cron, and time zones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ecslite.errors import InvalidSetting

__all__ = ["LONGEST_DAYS", "due"]

LONGEST_DAYS = 366
"""For so many days from the run's begin a schedule is looked into: no run is longer."""

UNITS = {"minute": 60, "minutes": 60, "hour": 3600, "hours": 3600, "day": 86400, "days": 86400}

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

FORMS = "use at(2026-11-24T18:00:00), rate(30 minutes) or cron(0 18 ? * MON-FRI *)"


@dataclass(frozen=True, slots=True)
class Field:
    """One of cron's fields: what it may hold, and the names that stand for its numbers."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


FIELDS = (
    Field("minutes", 0, 59),
    Field("hours", 0, 23),
    Field("day of month", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("day of week", 1, 7, DAYS),
    Field("year", 1970, 2199),
)


def due(schedule: str, begins: datetime) -> Iterator[float]:
    """The seconds of the run at which a schedule is due, rising; InvalidSetting for what is no schedule.

    >>> list(due("at(2026-11-24T18:00:00)", datetime(2026, 11, 24)))
    [64800.0]
    >>> monday = datetime(2026, 11, 23)
    >>> [seconds / 3600 for seconds, _ in zip(due("cron(0 9 ? * MON-FRI *)", monday), range(3))]
    [9.0, 33.0, 57.0]
    """
    form = re.fullmatch(r"(at|rate|cron)\((.*)\)", schedule.strip())
    if form is None:
        raise InvalidSetting(f"schedule={schedule!r}: {FORMS}")
    reader = {"at": _at, "rate": _rate, "cron": _cron}[form[1]]
    return reader(schedule, form[2].strip(), begins)


def _at(schedule: str, text: str, begins: datetime) -> Iterator[float]:
    try:
        when = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        raise InvalidSetting(f"schedule={schedule!r} is no moment: {FORMS}") from None
    seconds = (when - begins).total_seconds()
    if seconds < 0:
        raise InvalidSetting(f"schedule={schedule!r} has passed: the run begins at {begins.isoformat()}")
    return iter([seconds])


def _rate(schedule: str, text: str, _begins: datetime) -> Iterator[float]:
    form = re.fullmatch(r"([1-9]\d{0,8}) +(\w+)", text)
    if form is None or form[2] not in UNITS or (form[1] == "1") == form[2].endswith("s"):
        raise InvalidSetting(f"schedule={schedule!r}: a rate is 1 minute, 5 minutes, 1 hour, 2 days ...; {FORMS}")
    # Model: the first time is one such span after the run's begin.
    pause = int(form[1]) * UNITS[form[2]]
    return iter([float(seconds) for seconds in range(pause, LONGEST_DAYS * 86400 + 1, pause)])


def _cron(schedule: str, text: str, begins: datetime) -> Iterator[float]:
    parts = text.split()
    if len(parts) != len(FIELDS):
        names = ", ".join(field.name for field in FIELDS)
        raise InvalidSetting(f"schedule={schedule!r} has {len(parts)} fields: give {len(FIELDS)}, {names}; {FORMS}")
    if (parts[2] == "?") == (parts[4] == "?"):
        raise InvalidSetting(f"schedule={schedule!r}: exactly one of day of month and day of week is ?; {FORMS}")
    sets = [_numbers(schedule, part, field) for part, field in zip(parts, FIELDS, strict=True)]
    return _moments(sets, begins)


def _moments(sets: list[list[int]], begins: datetime) -> Iterator[float]:
    minutes, hours, days, months, weekdays, years = sets
    midnight = begins.replace(hour=0, minute=0, second=0, microsecond=0)
    for number in range(LONGEST_DAYS + 1):
        day = midnight + timedelta(days=number)
        weekday = day.isoweekday() % 7 + 1
        if day.year not in years or day.month not in months or day.day not in days or weekday not in weekdays:
            continue
        for hour in hours:
            for minute in minutes:
                seconds = (day.replace(hour=hour, minute=minute) - begins).total_seconds()
                if seconds >= 0:
                    yield seconds


def _numbers(schedule: str, text: str, field: Field) -> list[int]:
    """All numbers that one of cron's fields stands for, rising."""
    found: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        low, dash, high = span.partition("-")
        if span in ("*", "?"):
            first, last = field.low, field.high
        else:
            first = _number(schedule, low, field)
            last = _number(schedule, high, field) if dash else (field.high if slash else first)
        if first > last or (slash and not re.fullmatch(r"[1-9]\d{0,3}", step)):
            raise InvalidSetting(f"schedule={schedule!r}: {part!r} is no {field.name}; {FORMS}")
        found.update(range(first, last + 1, int(step) if slash else 1))
    return sorted(found)


def _number(schedule: str, text: str, field: Field) -> int:
    if text.upper() in field.names:
        return field.low + field.names.index(text.upper())
    if not re.fullmatch(r"\d{1,4}", text) or not field.low <= int(text) <= field.high:
        raise InvalidSetting(
            f"schedule={schedule!r}: {text!r} is no {field.name}, which goes from {field.low} to {field.high}"
            f" (L, W and # are not simulated); {FORMS}"
        )
    return int(text)
