"""Who a paper's author is, from what Canvas, Moodle and GitHub Classroom export."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from labs.classroom.layouts import Paper
from labs.classroom.roster import read_roster
from labs.lab import LabError

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (4567)
    Points Possible,,,,,10
"Doe, Jane",12345,S-1,jdoe@uni.edu,A,
"Roe, Jim",12346,S-2,jroe@uni.edu,A,
"Roe, Jim",12347,S-3,jroe2@uni.edu,B,
"""
WORKSHEET = (
    "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    "Participant 1234567,Jane Doe,S-1,jdoe@uni.edu,Submitted,,100.00,Yes,"
    '"Monday, 5 October 2026, 11:58 PM",-,\n'
    "Participant 1234568,Ann Lee,,alee@uni.edu,No submission,,100.00,Yes,-,-,\n"
)
GRADES = (
    "assignment_name,assignment_url,starter_code_url,github_username,roster_identifier,student_repository_name,"
    "student_repository_url,submission_timestamp,points_awarded,points_available\n"
    "Lab 1,u,s,mona,jdoe@uni.edu,lab-1-mona,r,2026-10-05 21:58,1,2\n"
)


def roster(tmp_path, *texts, zone=None):
    paths = [tmp_path / f"{number}.csv" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return read_roster(paths, zone)


def paper(learner="", **ids):
    return Paper(learner, None, learner, "", ids)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (paper("x", canvas="12345"), "jdoe@uni.edu"),
        (paper("doejane"), "jdoe@uni.edu"),
        (paper("Jane Doe"), "jdoe@uni.edu"),
        (paper("JDOE", login="JDOE"), "jdoe@uni.edu"),
        (paper("s-1"), "jdoe@uni.edu"),
        (paper("roejim"), None),
        (paper("roejim", canvas="12347"), "jroe2@uni.edu"),
        (paper("somebody"), None),
        (paper("x", canvas="anon_1"), None),
    ],
)
def test_canvas_s_export_finds_by_id_name_and_login_and_never_guesses(tmp_path, asked, found):
    assert roster(tmp_path, CANVAS).find(asked) == found


@pytest.mark.parametrize(
    ("ids", "found"),
    [
        ({"canvas": "12345", "canvas-or": "67890"}, "jdoe@uni.edu"),
        ({"canvas": "999", "canvas-or": "12346"}, "jroe@uni.edu"),
        ({"canvas": "12345", "canvas-or": "12346"}, None),
    ],
)
def test_of_two_readings_of_a_canvas_name_the_one_on_the_roster_counts_and_of_two_none(tmp_path, ids, found):
    assert roster(tmp_path, CANVAS).find(paper("doejane", **ids)) == found


def test_canvas_s_line_of_points_is_nobody(tmp_path):
    assert roster(tmp_path, CANVAS).sheets[0].people == (None, "jdoe@uni.edu", "jroe@uni.edu", "jroe2@uni.edu")


def test_moodle_s_worksheet_finds_by_participant_and_says_when(tmp_path):
    found = roster(tmp_path, WORKSHEET, zone=ZoneInfo("Europe/Berlin"))
    jane = found.person(found.find(paper("Participant 1234567", moodle="1234567")))

    assert (jane.id, jane.number, jane.email) == ("S-1", "S-1", "jdoe@uni.edu")
    assert jane.handed_in == datetime(2026, 10, 5, 21, 58, tzinfo=UTC)
    assert found.person("alee@uni.edu").handed_in is None


def test_a_time_in_no_zone_is_not_known(tmp_path):
    assert roster(tmp_path, WORKSHEET).person("S-1").handed_in is None


def test_github_s_grades_say_who_a_login_is_and_when_in_utc(tmp_path):
    found = roster(tmp_path, GRADES)

    assert found.find(paper("mona", github="mona")) == "jdoe@uni.edu"
    assert found.person("jdoe@uni.edu").handed_in == datetime(2026, 10, 5, 21, 58, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "identifier,github_username,github_id,name\njdoe@uni.edu,mona,1,Jane Doe\n",
        "First name,Last name,ID number,Email address\nJane,Doe,,jdoe@uni.edu\n",
        "First name,Surname,Email address,Groups\nJane,Doe,jdoe@uni.edu,A\n",
        "id,name,github\njdoe@uni.edu,Jane Doe,mona\n",
        "\ufeffid,name\njdoe@uni.edu,Jane Doe\n\n",
        'Student;ID;SIS Login ID;Section\n"Doe, Jane";12345;jdoe@uni.edu;A\n',
        "id\tname\njdoe@uni.edu\tJane Doe\n",
    ],
)
def test_other_lists_name_the_learner_too(tmp_path, text):
    assert roster(tmp_path, text).find(paper("Jane Doe")) == "jdoe@uni.edu"


def test_a_second_list_adds_to_the_first_which_names(tmp_path):
    found = roster(tmp_path, CANVAS, GRADES, WORKSHEET)

    assert found.find(paper("mona", github="mona")) == "jdoe@uni.edu"
    assert found.find(paper("x", moodle="1234567")) == "jdoe@uni.edu"
    assert found.person("jdoe@uni.edu").number == "S-1"
    assert found.find(paper("Ann Lee")) == "alee@uni.edu"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "begins with the columns none"),
        ("who,what\na,b\n", "begins with the columns who, what: give an export of"),
        ("id\nann\nann\n", "names 'ann' twice"),
    ],
)
def test_a_list_of_no_known_form_is_told(tmp_path, text, words):
    with pytest.raises(LabError, match=words):
        roster(tmp_path, text)


def test_a_list_in_another_code_is_told(tmp_path):
    (tmp_path / "list.csv").write_bytes(b"id\n\xff\n")
    with pytest.raises(LabError, match="UTF-8"):
        read_roster([tmp_path / "list.csv"])


@pytest.mark.parametrize("stamp", ["2026-10-05T21:58:00Z", "2026-10-05 21:58:00 UTC", "2026-10-05 23:58:00 +0200"])
def test_times_are_read_in_every_form_that_names_a_zone(tmp_path, stamp):
    found = roster(tmp_path, f"id,handed_in\nann,{stamp}\n")

    assert found.person("ann").handed_in == datetime(2026, 10, 5, 21, 58, tzinfo=UTC)
