"""Who handed in what, from the names that Canvas, Moodle, GitHub Classroom and a JupyterHub give."""

from __future__ import annotations

import pytest

from labs.classroom.files import File
from labs.classroom.layouts import papers


def files(*paths):
    """Files, and folders where a path ends in a slash."""
    return [File(tuple(path.rstrip("/").split("/")), "folder" if path.endswith("/") else "file") for path in paths]


def told(*paths, top="class"):
    """Learner, ids, mark, and the file's path, of each paper."""
    return [
        (paper.learner, dict(paper.ids), paper.late, paper.file.path if paper.file else None)
        for paper in papers(files(*paths), top)
    ]


@pytest.mark.parametrize(
    ("name", "paper"),
    [
        ("doejane_12345_67890_lab-1.ipynb", ("doejane", {"canvas": "12345"}, False)),
        ("doejane_LATE_12345_67890_lab-1-2.ipynb", ("doejane", {"canvas": "12345"}, True)),
        ("doejane_late_12345_67890_lab 1.ipynb", ("doejane", {"canvas": "12345"}, True)),
        ("müllerjürgen_1_2_x_3_4_y.ipynb", ("müllerjürgen", {"canvas": "1"}, False)),
        ("anon_Ab1cD_67890_lab-1.ipynb", ("anon_Ab1cD", {"canvas": "anon_Ab1cD"}, False)),
        ("LATE_anon_Ab1cD_67890_lab-1.ipynb", ("anon_Ab1cD", {"canvas": "anon_Ab1cD"}, True)),
    ],
)
def test_canvas_names_the_learner_the_ids_and_who_was_late(name, paper):
    assert told(name) == [(*paper, name)]


def test_a_canvas_name_that_can_be_read_in_two_ways_keeps_both():
    """The author may be called "Doe, Jane_999", after the victim's number, or have called the file 67890_lab."""
    assert told("doejane_999_12345_67890_lab.ipynb")[0][1] == {"canvas": "999", "canvas-or": "12345"}


def test_canvas_numbers_a_second_attempt_behind_the_name():
    (paper,) = papers(files("doejane_12345_67890_lab-1-2.ipynb"), "class")

    assert paper.attempt == 2


def test_in_a_canvas_download_a_learner_with_another_file_is_one_without_a_notebook():
    assert told("doejane_1_2_x.ipynb", "roejim_3_4_report.pdf") == [
        ("doejane", {"canvas": "1"}, False, "doejane_1_2_x.ipynb"),
        ("roejim", {"canvas": "3"}, False, None),
    ]


@pytest.mark.parametrize(
    ("path", "learner", "ids"),
    [
        ("Jane Doe_1234567_assignsubmission_file_/lab-1.ipynb", "Jane Doe", {"moodle": "1234567"}),
        ("Jane Doe_1234567_assignsubmission_file/lab-1.ipynb", "Jane Doe", {"moodle": "1234567"}),
        ("Jane Doe_1234567_assignsubmission_file_/deep/lab-1.ipynb", "Jane Doe", {"moodle": "1234567"}),
        ("Jane Doe_1234567_assignsubmission_file_lab_1.ipynb", "Jane Doe", {"moodle": "1234567"}),
        ("Participant_1234567_assignsubmission_file_/lab-1.ipynb", "Participant 1234567", {"moodle": "1234567"}),
        ("Default group_assignsubmission_file_/lab-1.ipynb", "Default group", {}),
    ],
)
def test_moodle_names_the_learner_and_the_participant(path, learner, ids):
    assert told(path) == [(learner, ids, False, path)]


def test_a_moodle_folder_with_a_text_only_is_a_learner_without_a_notebook():
    folder = "Jane Doe_7_assignsubmission_onlinetext_/"

    assert told(folder, f"{folder}onlinetext.html") == [("Jane Doe", {"moodle": "7"}, False, None)] * 2


def test_a_clone_of_github_classroom_is_named_by_the_login():
    assert told("lab-1-mona-lisa/", "lab-1-mona-lisa/lab.ipynb", top="lab-1-submissions") == [
        ("mona-lisa", {"github": "mona-lisa"}, False, None),
        ("mona-lisa", {"github": "mona-lisa"}, False, "lab-1-mona-lisa/lab.ipynb"),
    ]


def test_without_the_folder_s_name_repositories_show_the_assignment_by_what_they_begin_with():
    found = told("lab-1-lisa/.git/", "lab-1-lisa/lab.ipynb", "lab-1-lino/.git/", "lab-1-lino/lab.ipynb")

    assert {learner for learner, *_ in found} == {"lisa", "lino"}


def test_folders_that_are_no_repositories_keep_their_names():
    found = told("ann-lee/lab.ipynb", "ann-smith/lab.ipynb")

    assert [learner for learner, *_ in found] == ["ann-lee", "ann-smith"]


@pytest.mark.parametrize(
    "path", ["ann/lab.ipynb", "ann/course/labs/released/lab.ipynb", "ann/01-lab/lab.ipynb", "ann/work.zip"]
)
def test_a_folder_is_a_learner_at_any_depth(path):
    assert told(path) == [("ann", {"login": "ann"}, False, path)]


def test_a_plain_file_is_a_learner_and_a_stray_list_is_none():
    assert told("ann.ipynb", "roster.csv", "bob.zip") == [
        ("ann", {"login": "ann"}, False, "ann.ipynb"),
        ("bob", {"login": "bob"}, False, "bob.zip"),
    ]


def test_one_plain_name_with_two_numbers_does_not_make_a_class_canvas_s():
    found = told("ann.ipynb", "bob.ipynb", "lab_1_2_cid.ipynb")

    assert [learner for learner, *_ in found] == ["ann", "bob", "lab_1_2_cid"]


@pytest.mark.parametrize("wrapper", ["submissions", "submitted", "class", "lab-1-submissions"])
def test_one_folder_around_all_others_is_looked_through(wrapper):
    found = told(f"{wrapper}/", f"{wrapper}/ann/lab.ipynb", f"{wrapper}/bob/lab.ipynb")

    assert [learner for learner, *_ in found] == ["ann", "bob"]


def test_one_folder_around_a_moodle_download_is_looked_through_whatever_its_name():
    path = "spring/Jane Doe_7_assignsubmission_file_/lab.ipynb"

    assert [learner for learner, *_ in told(path)] == ["Jane Doe"]


def test_a_class_of_one_folder_is_a_class_of_one():
    assert told("ann/lab.ipynb") == [("ann", {"login": "ann"}, False, "ann/lab.ipynb")]
