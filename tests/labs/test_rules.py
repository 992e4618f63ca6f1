"""What being late costs, and what can be known about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from labs.classroom.rules import IN_TIME, Rules, read_rules
from labs.lab import LabError

LAB = "01-a-service"
DUE = datetime(2026, 10, 5, 21, 59, tzinfo=UTC)
RULES = Rules(
    percent_a_day=10, at_most=35, grace_minutes=15, due={LAB: DUE}, extensions={"bob": {"01": DUE + timedelta(2)}}
)


def off(rules=RULES, learner="ann", marked=False, **late):
    return rules.lateness(LAB, learner, DUE + timedelta(**late), marked).percent


@pytest.mark.parametrize(
    ("late", "percent"),
    [
        ({"days": -3}, 0),
        ({"minutes": 0}, 0),
        ({"minutes": 15}, 0),
        ({"minutes": 15, "seconds": 1}, 10),
        ({"days": 1}, 10),
        ({"days": 1, "seconds": 1}, 20),
        ({"days": 9}, 35),
    ],
)
def test_each_day_begun_after_the_grace_costs_up_to_the_limit(late, percent):
    assert off(**late) == percent


def test_an_extension_counts_instead_of_the_due_date():
    assert [off(learner="bob", days=2), off(learner="bob", days=3)] == [0, 10]


def test_what_is_taken_off_is_said_in_a_sentence():
    late = RULES.lateness(LAB, "ann", DUE + timedelta(days=1, hours=2, minutes=5), False)

    assert late.why == "handed in 26 h 5 min after the due date (2 days begun): 20 % taken off"


def test_where_nobody_knows_when_nothing_is_taken_off_and_it_is_said():
    late = RULES.lateness(LAB, "ann", None, False)

    assert (late.percent, "not known when" in late.why) == (0, True)


@pytest.mark.parametrize(("mark", "percent"), [(None, 10), (5, 5), (90, 35)])
def test_canvas_s_mark_costs_a_day_or_what_the_rules_say(mark, percent):
    rules = Rules(percent_a_day=10, at_most=35, late_mark_percent=mark, due={LAB: DUE})

    assert rules.lateness(LAB, "ann", None, True).percent == percent


def test_a_known_time_counts_before_the_mark():
    assert off(marked=True, days=-1) == 0


def test_without_a_due_date_only_the_mark_counts():
    assert RULES.lateness("02-other", "ann", DUE, False) == IN_TIME
    assert RULES.lateness("02-other", "ann", DUE, True).percent == 10


def written(tmp_path, text):
    path = tmp_path / "late.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_it_all(tmp_path):
    path = written(
        tmp_path,
        """
        attempt = "best"
        percent_a_day = 10
        at_most = 50
        grace_minutes = 15
        late_mark_percent = 5
        file_times = true
        time_zone = "Europe/Berlin"
        [due]
        "01-a-service" = 2026-10-05T23:59:00
        "02" = 2026-10-12T21:59:00Z
        [extensions.ann]
        "01" = 2026-10-08T23:59:00+02:00
        """,
    )
    rules = read_rules(path)

    assert (rules.attempt, rules.percent_a_day, rules.at_most, rules.file_times) == ("best", 10, 50, True)
    assert rules.due["01-a-service"] == DUE
    assert rules.due["02"] == DUE + timedelta(7)
    assert rules.extensions["ann"]["01"] == DUE + timedelta(3)


def test_all_faults_of_a_file_are_told_at_once_each_with_its_rule(tmp_path):
    path = written(
        tmp_path,
        """
        attempt = "middle"
        percent_a_day = 120
        at_most = true
        file_times = 1
        time_zone = "Nowhere/Else"
        penalty = 3
        extensions = 4
        [due]
        a = 2026-10-05T23:59:00
        b = "tomorrow"
        """,
    )
    with pytest.raises(LabError) as raised:
        read_rules(path)

    told = str(raised.value)
    assert [
        words
        for words in (
            'attempt = \'middle\': use "last", "first" or "best"',
            "percent_a_day = 120: use a number from 0 to 100",
            "at_most = True",
            "file_times = 1: use true or false",
            "time_zone = 'Nowhere/Else'",
            "penalty is none of the rules",
            "extensions = 4: make it a table",
            "a = 2026-10-05T23:59:00 has no time zone",
            "b = 'tomorrow': write the moment",
        )
        if words not in told
    ] == []


@pytest.mark.parametrize("text", ["due = 2026-10-05T23:59:00Z", "extensions = 4", "[extensions]\nann = 3"])
def test_dates_that_are_no_table_are_told(tmp_path, text):
    with pytest.raises(LabError, match="make it a table"):
        read_rules(written(tmp_path, text))


def test_what_is_no_toml_is_told(tmp_path):
    with pytest.raises(LabError, match="cannot be read as TOML"):
        read_rules(written(tmp_path, "due = ="))
