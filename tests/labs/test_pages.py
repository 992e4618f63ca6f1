"""Feedback, item analysis and why answers: what stands on the pages, and that it stands there as text."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from html.parser import HTMLParser

import classes
import pytest
from classes import EMPTY, LAB, result

from labs.classroom.feedback import feedback
from labs.classroom.items import class_page, correlation, items, items_csv, wrong_csv
from labs.classroom.pages import file_names, page, safe, table
from labs.classroom.rules import Lateness
from labs.classroom.whys import why_csv, why_page

EVIL = "</p><script>alert(1)</script><img src=x onerror='alert(1)'>\x00\u202e\"&"


class Seen(HTMLParser):
    """The tags of a page, each with its attributes, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def pages_of(evil):
    """Each page with a stranger's text wherever there can be one."""
    hostile = result(evil, half=evil, leg="right", late=Lateness(10, evil), why={"1.1": evil}, path=evil)
    found = items([LAB], [hostile])
    return {
        "feedback": feedback(evil, [hostile]),
        "class": class_page([LAB], found, [hostile], file_names([evil])),
        "why": why_page([LAB], [hostile]),
    }


@pytest.mark.parametrize("name", ["feedback", "class", "why"])
def test_a_strangers_text_adds_no_tag_and_no_attribute_to_a_page(name):
    plain, evil = Seen(pages_of("plain")[name]), Seen(pages_of(EVIL)[name])

    assert [(tag, sorted(attrs)) for tag, attrs in evil.tags] == [(tag, sorted(attrs)) for tag, attrs in plain.tags]
    assert "<script>alert(1)</script>" in evil.text


@pytest.mark.parametrize("name", ["feedback", "class", "why"])
def test_a_page_runs_nothing_and_asks_nobody(name):
    seen = Seen(pages_of("plain")[name])

    assert [tag for tag, _ in seen.tags if tag in ("script", "link", "img", "iframe", "object", "base", "form")] == []
    assert [value for _, attrs in seen.tags for value in attrs.values() if value and "//" in value] == []
    assert ("html", {"lang": "en"}) in seen.tags
    assert any(attrs.get("content", "").startswith("default-src 'none'") for tag, attrs in seen.tags if tag == "meta")


def test_what_cannot_be_seen_is_shown():
    assert safe("a\u202eb\x00c\nd<&\"'") == "a�b�c\nd&lt;&amp;&quot;&#x27;"


def test_a_learner_reads_what_was_seen_and_what_to_do_next():
    text = Seen(feedback("ann", [result(half="the answer seen is 40. Half of it.", leg=EMPTY)])).text

    assert "0 of 3 points." in text
    assert "The answer seen is 40. Half of it." in text
    assert "Next: open exercise 1.1 of your notebook" in text
    assert "Next: write your answer over the three dots in exercise 1.2" in text
    assert "It has a hint." in text


def test_a_right_answer_says_so_and_asks_for_nothing():
    text = Seen(feedback("ann", [result()])).text

    assert text.count("✓ Right.") == 2
    assert "Next" not in text


def test_what_is_taken_off_for_being_late_is_said_with_what_counts():
    text = Seen(feedback("ann", [result(late=Lateness(10, "handed in 3 h after the due date: 10 % taken off"))])).text

    assert "3 of 3 points. Handed in 3 h after the due date: 10 % taken off. It counts 2.7 points." in text


def test_a_page_says_what_was_graded_and_what_held_meanwhile():
    made = result(path="ann/lab.ipynb")
    submission = replace(made.attempt.submission, id="a<1")
    attempt = replace(made.attempt, submission=submission, digest="0123456789abcdef")
    held = replace(made.graded, protections=("a submission has no network",))
    seen = Seen(feedback("ann", [replace(made, attempt=attempt, attempts=3, graded=held)]))

    assert (
        "Graded was ann/lab.ipynb, one of your 3 notebooks for this lab (SHA-256 begins with 0123456789ab)."
        in seen.text
    )
    assert "Your variants are those of the id “a<1”." in seen.text
    assert "a submission has no network" in seen.text


def test_only_what_held_for_all_labs_is_said_to_have_held():
    one, two = (replace(result(), graded=replace(result().graded, protections=held)) for held in (("a", "b"), ("b",)))
    text = Seen(feedback("ann", [one, two])).text

    assert text.split("this held:")[1].split() == ["b"]


def test_a_page_of_one_who_handed_in_nothing_names_no_file():
    nothing = classes.Result(classes.Learner("ann"), LAB, classes.graded(half="no notebook", leg="no notebook"))

    assert "SHA-256" not in feedback("ann", [nothing])


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("ann", "ann.html"),
        ("jdoe@uni.edu", "jdoe@uni.edu.html"),
        ("con", "con-"),
        ("Ann", "ann-"),
        ("../../etc/passwd", "etc-passwd-"),
        ("名前", "learner-"),
        ("a" * 300, "a" * 40 + "-"),
        ("\udcff", "learner-"),
    ],
)
def test_a_page_has_a_name_that_every_system_takes(name, file):
    made = file_names([name])[name]

    assert made.startswith(file)
    assert "/" not in made


def test_two_names_that_differ_in_case_only_have_two_pages():
    assert len({each.lower() for each in file_names(["ann", "Ann", "ANN"]).values()}) == 3


def test_a_table_says_what_it_is_and_which_cell_names_its_line():
    seen = Seen(page("t", table("What <it> is", ["a", "b"], [["1", "2"]], frozenset({1}))))

    assert ("th", {"scope": "row"}) in seen.tags
    assert ("td", {"class": "number"}) in seen.tags
    assert "What <it> is" in seen.text


CLASS = [
    result("ann"),
    result("bob", half="seen 40"),
    result("cid", half="seen 40", leg="raised"),
    result("dan", half="seen 7", leg=EMPTY),
    result("eve", half=EMPTY, leg=EMPTY),
]


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_an_item_has_its_shares_and_its_usual_wrong_answers():
    first, second = items([LAB], CLASS)

    assert (first.learners, first.answered, first.right, first.share) == (5, 4, 1, 0.2)
    assert first.wrong == (("seen 40", 2), ("seen 7", 1))
    assert (second.answered, second.right, second.wrong) == (3, 2, (("raised", 1),))


def test_the_files_of_the_analysis_say_the_same():
    found = items([LAB], CLASS)

    assert [(row["exercise"], row["share right"], row["discrimination"]) for row in rows(items_csv(found))] == [
        ("1.1", "0.200", "0.61"),
        ("1.2", "0.400", "0.61"),
    ]
    assert [(row["exercise"], row["learners"], row["message"]) for row in rows(wrong_csv(found))] == [
        ("1.1", "2", "seen 40"),
        ("1.1", "1", "seen 7"),
        ("1.2", "1", "raised"),
    ]


def test_the_page_of_the_class_has_the_analysis_and_a_way_to_each_learner():
    names = file_names([each.learner.id for each in CLASS])
    text = class_page([LAB], items([LAB], CLASS), CLASS, names)

    assert "2 × seen 40" in text
    assert 'href="feedback/ann.html"' in text


def test_more_wrong_answers_than_are_shown_are_counted():
    many = [result(f"l{number}", half=f"seen {number}") for number in range(8)]

    assert "3 more in wrong-answers.csv" in class_page([LAB], items([LAB], many), many, {})


@pytest.mark.parametrize(
    ("some", "others", "expected"),
    [
        ([1, 2, 3, 4, 5], [2, 4, 6, 8, 10], 1.0),
        ([1, 2, 3, 4, 5], [5, 4, 3, 2, 1], -1.0),
        ([0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 0, 1, 0, 1, 0, 1], 0.0),
        ([1, 1, 1, 1, 1], [1, 2, 3, 4, 5], None),
        ([1, 2, 3, 4], [1, 2, 3, 4], None),
    ],
)
def test_the_correlation_is_pearson_s_where_it_says_something(some, others, expected):
    assert correlation(some, others) == expected


def test_a_lab_that_nobody_handed_in_has_items_without_shares():
    nothing = [classes.Result(classes.Learner("ann"), LAB, classes.graded(half="no notebook", leg="no notebook"))]
    found = items([LAB], nothing)

    assert [(item.learners, item.share, item.discrimination) for item in found] == [(0, 0.0, None)] * 2
    assert "0 handed in" in class_page([LAB], found, nothing, {})


def test_why_answers_are_kept_as_written_and_as_one_line_of_a_table():
    said = [result("ann", why={"1.2": "=Because\nof Pythagoras."}), result("bob")]

    assert rows(why_csv([LAB], said)) == [
        {"learner": "ann", "lab": LAB.name, "exercise": "1.2", "why": "'=Because of Pythagoras."}
    ]
    assert "=Because\nof Pythagoras." in Seen(why_page([LAB], said)).text
