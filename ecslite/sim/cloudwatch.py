"""Requests a minute from CloudWatch's own exports: the JSON of `aws cloudwatch get-metric-data`, or the console's CSV.

What is read is one series: RequestCount, statistic Sum, period 60 s. A minute without requests has no datapoint in
CloudWatch; a gap is refused all the same, since an export cut short looks alike, and the message says which minute.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from ecslite.errors import DocumentFault, InvalidDocument
from ecslite.sim.json_text import read_json, read_text

__all__ = ["RequestCounts", "read_metric_data", "read_request_counts"]

METRIC = "RequestCount"
PERIOD = 60
WHAT = "The CloudWatch export"
LONGEST = 60 * 24 * 400
"""Minutes of an export at most; CloudWatch keeps minutes for 15 days."""
FAULTS_SHOWN = 20
YEAR = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[T ]")

Point = tuple[datetime, Any, str]
"""A moment, its value as it was read, and where it stands in the document."""


@dataclass(frozen=True, slots=True)
class RequestCounts:
    """Requests in each minute from `start` (UTC) on."""

    start: datetime
    period: int
    counts: tuple[int, ...]


def read_request_counts(source: str | Path | Mapping[str, Any]) -> RequestCounts:
    """The counts that a file, a text or a mapping holds; raises InvalidDocument with all that is wrong."""
    if isinstance(source, Mapping):
        return _from_json(source)
    return read_metric_data(read_text(source, WHAT))


def read_metric_data(text: str) -> RequestCounts:
    """The counts of an export's text: JSON if it begins with { or [, CSV otherwise."""
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return _from_json(read_json(text, WHAT))
    return _from_csv(text)


def _from_json(document: Any) -> RequestCounts:
    if not isinstance(document, Mapping) or not isinstance(document.get("MetricDataResults"), Sequence):
        hint = "; this is get-metric-statistics, use get-metric-data" if _has(document, "Datapoints") else ""
        raise _refused("MetricDataResults", f"missing: give what `aws cloudwatch get-metric-data` prints{hint}")
    index, series = _choose(document["MetricDataResults"])
    path = f"MetricDataResults[{index}]"
    if (status := series.get("StatusCode", "Complete")) != "Complete":
        raise _refused(f"{path}.StatusCode", f"{status!r}: the export is not whole; fetch the other pages (NextToken)")
    if document.get("NextToken"):
        raise _refused("NextToken", "there are more pages: fetch them all (the AWS CLI does without --no-paginate)")
    moments, values = series.get("Timestamps"), series.get("Values")
    if not isinstance(moments, list) or not isinstance(values, list):
        raise _refused(path, "has no lists Timestamps and Values: give get-metric-data's output as it is")
    if len(moments) != len(values):
        raise _refused(path, f"{len(moments)} Timestamps for {len(values)} Values: each value needs its moment")
    faults: list[DocumentFault] = []
    points: list[Point] = []
    for at, (moment, value) in enumerate(zip(moments, values, strict=True)):
        if (when := _moment(moment)) is None:
            faults.append(DocumentFault(f"{path}.Timestamps[{at}]", _no_moment(moment)))
        else:
            points.append((when, value, f"{path}.Values[{at}]"))
    return _counts(points, faults, f"{path}.Timestamps")


def _has(document: Any, key: str) -> bool:
    return isinstance(document, Mapping) and key in document


def _choose(results: Any) -> tuple[int, Mapping[str, Any]]:
    """The one series to read: the only one, or the one whose Label (or Id) names RequestCount."""
    series = [(index, one) for index, one in enumerate(results) if isinstance(one, Mapping)]
    if not series or len(series) != len(results):
        raise _refused("MetricDataResults", f"empty or not a list of results: ask for {METRIC}, Sum, {PERIOD} s")
    if len(series) == 1:
        return series[0]
    named = [one for one in series if METRIC.lower() in f"{one[1].get('Label')} {one[1].get('Id')}".lower()]
    exact = [one for one in named if one[1].get("Label") == METRIC]
    if len(exact or named) == 1:
        return (exact or named)[0]
    labels = ", ".join(repr(one.get("Label", one.get("Id"))) for _, one in series)
    raise _refused("MetricDataResults", f"{len(series)} series ({labels}): leave exactly one labelled {METRIC}")


def _from_csv(text: str) -> RequestCounts:
    try:
        # The console puts header rows (label, id, region, statistic, period ...) before the first moment.
        rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=_delimiter(text), strict=True))
    except csv.Error as error:
        raise _refused("document", f"not CSV ({error}): save the console's export again") from None
    numbered = [(number, row) for number, row in enumerate(rows, 1) if any(cell.strip() for cell in row)]
    first = next((at for at, (_, row) in enumerate(numbered) if _moment(row[0].strip()) is not None), None)
    if first is None:
        raise _refused(
            "document", "no row begins with a moment such as 2026-11-23 19:00:00: give CloudWatch's CSV or JSON"
        )
    headers = [row for _, row in numbered[:first]]
    column = _column(headers, len(numbered[first][1]))
    _check_headers(headers, column)
    faults: list[DocumentFault] = []
    points: list[Point] = []
    for number, row in numbered[first:]:
        when = _moment(row[0].strip())
        if when is None:
            faults.append(DocumentFault(f"line {number}", _no_moment(row[0])))
        else:
            points.append((when, _cell(row, column), f"line {number}"))
    return _counts(points, faults, f"line {numbered[first][0]}")


def _delimiter(text: str) -> str:
    counts = {mark: text[:4096].count(mark) for mark in ",;\t"}
    return max(counts, key=lambda mark: counts[mark])


def _column(headers: list[list[str]], width: int) -> int:
    if width == 2:
        return 1
    exact = {at for row in headers for at, cell in enumerate(row) if at and cell.strip() == METRIC}
    loose = {at for row in headers for at, cell in enumerate(row) if at and METRIC.lower() in cell.lower()}
    chosen = exact or loose
    if len(chosen) == 1:
        return chosen.pop()
    raise _refused("header", f"{width - 1} columns of values, {len(chosen)} named {METRIC}: leave exactly one of them")


def _check_headers(headers: list[list[str]], column: int) -> None:
    """Refuse a period other than 60 s or a statistic other than Sum, where the header tells them."""
    for row in headers:
        name, value = row[0].strip().lower().rstrip(":"), (row[column] if column < len(row) else "").strip()
        if name.startswith("period") and value and _seconds(value) != PERIOD:
            raise _refused("header", f"period {value}: export with a period of 1 minute ({PERIOD} s)")
        if name.startswith("stat") and value and value.lower() != "sum":
            raise _refused("header", f"statistic {value}: export {METRIC} with the statistic Sum")


def _seconds(text: str) -> float | None:
    match = re.match(r"(\d{1,9})\s*(s|m|h|d|$)", text.lower())
    return int(match[1]) * {"s": 1, "": 1, "m": 60, "h": 3600, "d": 86400}[match[2]] if match else None


def _cell(row: list[str], column: int) -> Any:
    text = row[column].strip() if column < len(row) else ""
    try:
        return float(text) if text else None
    except ValueError:
        return text


def _moment(value: Any) -> datetime | None:
    """A moment in UTC: seconds since 1970, or a text in ISO form or in the console's (with / in the date)."""
    try:
        if isinstance(value, datetime):
            when = value
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            when = datetime.fromtimestamp(value, UTC)
        elif isinstance(value, str) and YEAR.match(value):
            date, _, time = value.strip().replace("/", "-").replace("T", " ").partition(" ")
            padded = "-".join(part.zfill(2) for part in date.split("-"))
            when = datetime.fromisoformat(f"{padded}T{time.strip().replace(' ', '').replace('UTC', '+00:00')}")
        else:
            return None
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _no_moment(value: Any) -> str:
    return f"{str(value)[:40]!r} is not a moment: use the form 2026-11-23T19:00:00+00:00"


def _counts(points: list[Point], faults: list[DocumentFault], where: str) -> RequestCounts:
    faults += [DocumentFault(path, wrong) for _, value, path in points if (wrong := _wrong_count(value))]
    if not points and not faults:
        faults.append(
            DocumentFault(where, f"no datapoints: widen the range of time, and ask for {METRIC}, Sum, {PERIOD} s")
        )
    if len(points) > LONGEST:
        faults.append(DocumentFault(where, f"{len(points)} minutes: give at most {LONGEST}"))
    if len(points) > 1 and points[0][0] > points[1][0]:
        points = points[::-1]  # AWS's default order is newest first
    faults += _order_faults(points)
    if faults:
        more = len(faults) - FAULTS_SHOWN
        rest = [DocumentFault("and", f"{more} more like these")] if more > 0 else []
        raise InvalidDocument(WHAT, faults[:FAULTS_SHOWN] + rest)
    return RequestCounts(points[0][0], PERIOD, tuple(int(value) for _, value, _ in points))


def _wrong_count(value: Any) -> str | None:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        seen = "no value" if value is None else repr(value)[:40]
        return f"{seen}: a count of requests is a whole number from 0"
    if not math.isfinite(value) or value < 0 or value != int(value):
        return f"{value}: a count of requests is a whole number from 0; was the statistic Sum?"
    return f"{value:g}: more requests than a minute can hold" if value > 1e12 else None


def _order_faults(points: list[Point]) -> list[DocumentFault]:
    if off := next((one for one in points if one[0].second or one[0].microsecond), None):
        return [DocumentFault(off[2], f"{_show(off[0])} is not a whole minute: export with a period of {PERIOD} s")]
    gaps = [(after[0] - before[0]).total_seconds() for before, after in pairwise(points)]
    if len(gaps) > 1 and len(set(gaps)) == 1 and gaps[0] > PERIOD:
        return [DocumentFault(points[1][2], f"a datapoint every {gaps[0]:g} s: export with a period of {PERIOD} s")]
    found = []
    for gap, before, after in zip(gaps, points, points[1:], strict=False):
        if gap == 0:
            found.append(DocumentFault(after[2], f"{_show(after[0])} stands twice: keep one datapoint a minute"))
        elif gap < 0:
            found.append(
                DocumentFault(after[2], f"{_show(after[0])} after {_show(before[0])}: sort the datapoints by time")
            )
        elif gap > PERIOD:
            found.append(DocumentFault(after[2], _gap(before[0], gap)))
    return found


def _gap(before: datetime, gap: float) -> str:
    missing, last = before + timedelta(seconds=PERIOD), before + timedelta(seconds=gap - PERIOD)
    span = f"minute {_show(missing)} is" if missing == last else f"minutes {_show(missing)} to {_show(last)} are"
    return (
        f"{span} missing: put 0 where there were no requests (FILL(m1, 0) as an Expression does it), "
        f"or export again with a period of {PERIOD} s throughout"
    )


def _show(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M:%S")


def _refused(path: str, message: str) -> InvalidDocument:
    return InvalidDocument(WHAT, [DocumentFault(path, message)])
