"""CloudWatch's exports: read as AWS writes them, and refused with the minute that is at fault."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslite.errors import EcsliteError, InvalidDocument
from ecslite.sim.cloudwatch import RequestCounts, read_metric_data, read_request_counts

DATA = Path(__file__).parent.parent / "data"
START = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)


def minute(number: float) -> str:
    return (START + timedelta(minutes=number)).isoformat()


def export(points: list[tuple[float, Any]], **changes: Any) -> dict[str, Any]:
    series = {
        "Id": "m1",
        "Label": "RequestCount",
        "Timestamps": [minute(number) for number, _ in points],
        "Values": [value for _, value in points],
        "StatusCode": "Complete",
        **changes,
    }
    return {"MetricDataResults": [series], "Messages": []}


def refused(source: Any) -> str:
    with pytest.raises(InvalidDocument) as refusal:
        read_metric_data(source) if isinstance(source, str) else read_request_counts(source)
    return str(refusal.value)


def test_an_export_oldest_first_is_read():
    assert RequestCounts(START, 60, (5, 0, 7)) == read_request_counts(export([(0, 5.0), (1, 0.0), (2, 7.0)]))


def test_an_export_newest_first_is_read_as_well():
    assert RequestCounts(START, 60, (5, 0, 7)) == read_request_counts(export([(2, 7.0), (1, 0.0), (0, 5.0)]))


def test_a_file_a_text_and_a_mapping_say_the_same():
    path = DATA / "get_metric_data.json"
    text = path.read_text(encoding="utf-8")
    assert read_request_counts(path) == read_request_counts(text) == read_request_counts(json.loads(text))
    assert read_request_counts(str(path)).counts == (1180, 1240, 1215)


def test_moments_may_be_seconds_since_1970_or_end_in_z():
    seconds = [START.timestamp() + 60 * number for number in range(2)]
    assert read_request_counts(export([(0, 1), (1, 2)], Timestamps=seconds)).counts == (1, 2)
    texts = ["2026-11-23T19:00:00Z", "2026-11-23T20:01:00+01:00"]
    assert read_request_counts(export([(0, 1), (1, 2)], Timestamps=texts)).start == START


def test_of_several_series_the_one_labelled_request_count_is_read():
    document = export([(0, 5.0)])
    document["MetricDataResults"].insert(0, {**export([(0, 1.5)])["MetricDataResults"][0], "Label": "CPU", "Id": "c"})
    assert read_request_counts(document).counts == (5,)
    document["MetricDataResults"][1]["Label"] = "app/front/1"
    document["MetricDataResults"][1]["Id"] = "requestcount"
    assert read_request_counts(document).counts == (5,)
    document["MetricDataResults"][1]["Id"] = "m1"
    assert "2 series ('CPU', 'app/front/1')" in refused(document)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (export([(0, 1), (2, 1)]), "minute 2026-11-23 19:01:00 is missing: put 0"),
        (export([(0, 1), (1, 1), (4, 1)]), "minutes 2026-11-23 19:02:00 to 2026-11-23 19:03:00 are missing"),
        (export([(0, -1)]), "-1: a count of requests is a whole number from 0"),
        (export([(0, 1.5)]), "was the statistic Sum?"),
        (export([(0, None)]), "no value"),
        (export([(0, "many")]), "'many'"),
        (export([(0, True)]), "True"),
        (export([(0, 1), (2, 1), (1, 1)]), "19:01:00 after 2026-11-23 19:02:00: sort"),
        (export([(0, 1), (0, 1)]), "19:00:00 stands twice"),
        (export([(0, 1), (5, 1), (10, 1)]), "a datapoint every 300 s"),
        (export([(0, 1), (1, 1), (6, 1), (11, 1)]), "missing"),
        (export([(0, 1), (0.5, 1), (1, 1)]), "not a whole minute"),
        (export([]), "no datapoints"),
        (export([(0, 1)], StatusCode="PartialData"), "not whole"),
        (export([(0, 1)], Timestamps=["yesterday"]), "'yesterday' is not a moment"),
        (export([(0, 1)], Timestamps=[]), "0 Timestamps for 1 Values"),
        ({**export([(0, 1)]), "NextToken": "x"}, "more pages"),
        ({"MetricDataResults": []}, "empty"),
        ({"Datapoints": [], "Label": "RequestCount"}, "get-metric-data"),
        ({}, "MetricDataResults: missing"),
        ('{"MetricDataResults": [NaN]}', "NaN"),
        ("[1, 2]", "MetricDataResults: missing"),
    ],
)
def test_what_is_wrong_is_named_with_its_fix(document, says):
    assert says in refused(document)


def test_every_wrong_count_is_listed_up_to_a_limit():
    shown = refused(export([(number, -1.0) for number in range(500)]))
    assert "Values[0]" in shown
    assert "480 more like these" in shown


def test_the_consoles_csv_is_read_below_its_header_rows():
    assert RequestCounts(START, 60, (1180, 1240, 1215)) == read_request_counts(DATA / "console.csv")


def test_of_several_columns_the_one_of_request_count_is_read():
    text = "Label,CPUUtilization,RequestCount\nPeriod,300,60\n2026/11/23 19:00:00,1.5,7\n2026/11/23 19:01:00,2.5,8\n"
    assert read_metric_data(text).counts == (7, 8)
    assert "2 columns of values, 0 named" in refused(text.replace("RequestCount", "Hosts"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Label,RequestCount\n2026/11/23 19:00:00,7\n2026/11/23 19:02:00,8\n", "minute 2026-11-23 19:01:00"),
        ("Label,RequestCount\n2026/11/23 19:00:00,\n", "line 2: no value"),
        ("Label,RequestCount\n2026/11/23 19:00:00,nan\n", "line 2: nan"),
        ("Label,RequestCount\n2026/11/23 19:00:00,1\nsoon,1\n", "line 3: 'soon' is not a moment"),
        ("Label,RequestCount\nPeriod,300\n2026/11/23 19:00:00,7\n", "period 300"),
        ("Label,RequestCount\nPeriod,5 minutes\n2026/11/23 19:00:00,7\n", "period 5 minutes"),
        ("Label,RequestCount\nStatistic,Average\n2026/11/23 19:00:00,7\n", "statistic Average"),
        ("Label,RequestCount\n", "no row begins with a moment"),
        ('a,"b\n', "not CSV"),
        ("a,\x00\n2026/11/23 19:00:00,7\n", "The CloudWatch export has 1 fault"),
        ("", "no row begins with a moment"),
    ],
)
def test_a_csv_that_cannot_be_used_says_which_line(text, says):
    if text.startswith("a,\x00"):
        assert read_metric_data(text).counts == (7,)
    else:
        assert says in refused(text)


def test_a_missing_file_is_named():
    with pytest.raises(InvalidDocument, match=r"nowhere\.json.*cannot be read"):
        read_request_counts("nowhere.json")


@given(st.lists(st.integers(0, 10_000_000), min_size=1, max_size=50), st.booleans())
def test_whatever_counts_are_written_come_back(counts, newest_first):
    points = list(enumerate(counts))
    source = export(points[::-1] if newest_first else points)
    assert tuple(counts) == read_request_counts(json.dumps(source)).counts


@given(st.text())
def test_no_text_ends_in_anything_but_counts_or_a_reason(text):
    try:
        read_metric_data(text)
    except EcsliteError as refusal:
        assert str(refusal)
