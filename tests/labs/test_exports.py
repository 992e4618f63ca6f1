"""Gradebooks in the shapes that Canvas and Moodle import."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import test_rosters
from classes import LAB, result, standing

from labs.classroom import exports
from labs.classroom.gradebook import TOTALS, answers, totals, write
from labs.classroom.results import Result
from labs.classroom.returns import moodle_feedback
from labs.classroom.roster import read_roster
from labs.classroom.rules import Lateness
from labs.lab import Lab

JANE = "jdoe@uni.edu"


def cells(text):
    return list(csv.reader(io.StringIO(text)))


@pytest.fixture
def roster(tmp_path):
    """A roster from texts."""

    def read(*texts):
        paths = []
        for number, text in enumerate(texts):
            paths.append(tmp_path / f"{number}.csv")
            paths[-1].write_text(text, encoding="utf-8")
        return read_roster(paths)

    return read


def test_canvas_gets_its_own_columns_back_with_the_lab_as_a_new_assignment(roster):
    jane = result(JANE)
    made = exports.canvas(standing(jane, roster=roster(test_rosters.CANVAS)), [jane])

    assert cells(made) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Counting"],
        ["    Points Possible", "", "", "", "", "3"],
        ["Doe, Jane", "12345", "S-1", JANE, "A", "3"],
    ]


@pytest.mark.parametrize("column", ["Counting (4567)", "Counting", "00-counting (4567)"])
def test_an_assignment_that_canvas_has_keeps_its_name_and_its_points(roster, column):
    listed = roster(test_rosters.CANVAS.replace("Lab 1 (4567)", column))
    jane = result(JANE, leg="no")
    made = cells(exports.canvas(standing(jane, roster=listed), [jane]))

    assert [line[-1] for line in made] == [column, "10", "3.33"]


def test_points_with_a_decimal_comma_are_read(roster):
    listed = "Student;ID;Section;Counting (1)\n    Points Possible;;;7,5\nDoe, Jane;12345;A;\n"
    jane = result("12345")
    made = cells(exports.canvas(standing(jane, roster=roster(listed)), [jane]))

    assert [line[-1] for line in made] == ["Counting (1)", "7.5", "7.5"]


def test_without_an_export_the_ids_in_the_file_names_do(roster):
    unclear = result("roejim_1", ids={"canvas": "1", "canvas-or": "2"})
    named = [result("doejane", ids={"canvas": "12345"}), result("anon", ids={"canvas": "anon_1"}), unclear]
    made = exports.canvas(standing(*named), named)

    assert cells(made) == [
        ["Student", "ID", "Section", "Counting"],
        ["    Points Possible", "", "", "3"],
        ["doejane", "12345", "", "3"],
    ]


def test_a_roster_of_one_s_own_may_say_the_ids(roster):
    ann = result("ann")
    made = exports.canvas(standing(ann, roster=roster("id,name,canvas_id\nann,=Ann,7\n")), [ann])

    assert cells(made)[-1] == ["'=Ann", "7", "", "3"]


def test_where_nobody_is_known_to_canvas_or_moodle_there_is_no_file():
    ann = result("ann")

    assert exports.canvas(standing(ann), [ann]) is None
    assert exports.moodle(standing(ann), [ann]) is None


def test_moodle_gets_who_what_and_why(roster):
    jane = result("S-1", leg="no", late=Lateness(10, "handed in 3 h late: 10 % taken off"))
    made = exports.moodle(standing(jane, roster=roster(test_rosters.WORKSHEET)), [jane])

    assert cells(made) == [
        ["ID number", "Email address", "Full name", "Counting", "Counting (feedback)"],
        ["S-1", JANE, "Jane Doe", "0.9", "1 of 2 exercises right, 0.9 of 3 points; handed in 3 h late: 10 % taken off"],
    ]


def test_moodle_s_import_leaves_out_whom_it_could_not_find(roster):
    both = [result("ann"), result("bob")]
    made = exports.moodle(standing(*both, roster=roster("id,email\nann,ann@uni.edu\nbob,\n")), both)

    assert [line[1] for line in cells(made)] == ["Email address", "ann@uni.edu"]


def test_moodle_s_worksheet_comes_back_with_grades_scaled_and_all_else_as_it_was(roster):
    jane = result("S-1")
    ((name, made),) = exports.worksheets(standing(jane, roster=roster(test_rosters.WORKSHEET)), [jane])
    before, after = cells(test_rosters.WORKSHEET), cells(made)

    assert name == "moodle-worksheet-00-counting.csv"
    assert (after[1][5], after[1][10]) == ("100", "2 of 2 exercises right, 3 of 3 points")
    after[1][5] = after[1][10] = ""
    assert after == before


def test_a_grade_that_moodle_has_locked_stays(roster):
    jane = result("S-1")
    listed = roster(test_rosters.WORKSHEET.replace(",Yes,", ",No,"))
    ((_, made),) = exports.worksheets(standing(jane, roster=listed), [jane])

    assert cells(made)[1][5] == ""


def test_a_worksheet_without_a_maximum_and_comments_gets_the_points(roster):
    jane = result("Participant 7", half="no")
    listed = roster("Identifier,Grade,Last modified (grade)\nParticipant 7,,-\n")
    ((_, made),) = exports.worksheets(standing(jane, roster=listed), [jane])

    assert cells(made)[1] == ["Participant 7", "2", "-"]


OTHER = Lab("02-other", LAB.cells)


def came_from_moodle(learner, number, lab=LAB):
    made = result(learner, lab=lab)
    return replace(made, attempt=replace(made.attempt, participant=number))


def test_a_worksheet_is_of_the_lab_that_its_participants_handed_in(roster):
    again = test_rosters.WORKSHEET.replace("1234567", "77").replace("1234568", "78")
    both = [came_from_moodle("S-1", "1234567"), came_from_moodle("S-1", "77", OTHER)]
    class_of_one = standing(both[0], roster=roster(again, test_rosters.WORKSHEET), labs=(LAB, OTHER))
    made = dict(exports.worksheets(class_of_one, both))

    assert {name: cells(text)[1][0] for name, text in made.items()} == {
        "moodle-worksheet-00-counting.csv": "Participant 1234567",
        "moodle-worksheet-02-other.csv": "Participant 77",
    }


def test_a_class_in_two_worksheets_gets_two(roster):
    rest = test_rosters.WORKSHEET.replace("1234567", "77").replace("1234568", "78").replace("S-1", "S-9")
    rest = rest.replace("jdoe", "other").replace("Jane Doe", "Jim Roe").replace("alee", "blee").replace("Ann Lee", "Bo")
    jane = result("S-1")
    made = exports.worksheets(standing(jane, roster=roster(test_rosters.WORKSHEET, rest)), [jane])

    assert [name for name, _ in made] == ["moodle-worksheet-00-counting.csv", "moodle-worksheet-00-counting-2.csv"]


def test_moodle_gets_the_pages_by_the_participant_s_number(roster):
    everyone = [result("S-1"), came_from_moodle("Bob_<b>", "8"), result("ann")]
    pages = {each.learner.id: f"for {each.learner.id}" for each in everyone}
    listed = standing(*everyone, roster=roster(test_rosters.WORKSHEET))
    made = [dict(moodle_feedback(listed, everyone, pages)) for _ in range(2)]

    with zipfile.ZipFile(io.BytesIO(made[0]["moodle-feedback-00-counting.zip"])) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == {
            "S-1_1234567_assignsubmission_file/feedback.html": "for S-1",
            "Bob b_8_assignsubmission_file/feedback.html": "for Bob_<b>",
        }
    assert made[0] == made[1]


def test_of_several_labs_only_the_number_that_came_with_a_notebook_counts(roster):
    everyone = [came_from_moodle("S-1", "7"), result("S-1", lab=OTHER)]
    listed = standing(everyone[0], roster=roster(test_rosters.WORKSHEET), labs=(LAB, OTHER))

    assert list(dict(moodle_feedback(listed, everyone, {"S-1": "x"}))) == ["moodle-feedback-00-counting.zip"]


def test_where_moodle_knows_nobody_there_are_no_pages_for_it(roster):
    ann = result("ann")

    assert list(moodle_feedback(standing(ann, roster=roster(test_rosters.CANVAS)), [ann], {"ann": "x"})) == []


def test_totals_say_what_counts_and_when_it_was_handed_in():
    late = result("=ann", late=Lateness(50, "handed in late"))
    known = Result(late.learner, LAB, late.graded, late.attempt, 2, late.lateness, datetime(2026, 10, 5, tzinfo=UTC))
    stamp = "2026-10-05T00:00:00+00:00"

    assert cells(totals([known])) == [
        list(TOTALS),
        ["'=ann", LAB.name, "3", "3", "50", "1.5", "2", "'=ann.ipynb", stamp, "handed in late"],
    ]


def test_what_answers_came_to_is_kept_in_the_order_of_the_exercises():
    ann = result("ann")
    values = {"1.2": "[12, 15]", "1.1": '"-1"'}

    assert cells(answers([replace(ann, graded=replace(ann.graded, values=values)), result("bob")])) == [
        ["learner", "lab", "exercise", "value"],
        ["ann", LAB.name, "1.1", '"-1"'],
        ["ann", LAB.name, "1.2", "[12, 15]"],
    ]


def test_a_file_is_replaced_as_a_whole(tmp_path):
    write(tmp_path / "a.csv", "one\r\n")
    write(tmp_path / "a.csv", "two\n")

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.csv": b"two\n"}
