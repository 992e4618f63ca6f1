"""The whole book as one page for paper: each article once, in order, with ids of its own and no script."""

from __future__ import annotations

import re

import pytest

from book import pdf
from book.progress import BuildError
from ecslite.widgets import Exercise, Number

HEAD = '<link rel="stylesheet" href="../_static/page.css">'


def page(inside: str) -> str:
    """A page of the site, as Jupyter Book writes it."""
    return f'<head>{HEAD}</head><body><article class="bd-article">{inside}</article></body>'


PAGES = {
    "book/intro": page(
        '<h1 id="top">Intro</h1><a href="../chapters/tasks.html#top">on</a><a href="#top">up</a>'
        '<a href="again.html">no</a>'
    ),
    "chapters/tasks": page('<h1 id="top">Tasks</h1><img src="../_images/a.svg"><script>run()</script>'),
}
WHOLE = pdf.whole(PAGES, "file:///site/")


def exercise(data: str) -> str:
    """An exercise's still form."""
    return f'<div class="ecs-answer"></div><script type="application/json" class="ecs-data">{data}</script>'


def test_each_page_is_an_article_in_the_books_order_and_the_solutions_come_last():
    assert re.findall(r'<article id="([^"]+)"', WHOLE) == ["book-intro", "chapters-tasks", "solutions"]


def test_the_contents_name_each_article_with_the_page_on_which_it_begins():
    numbered = pdf.whole(PAGES, numbers={"book-intro": 3, "chapters-tasks": 5, "solutions": 9})
    found = re.findall(r'<li><a href="#([^"]+)">([^<]+)</a><span class="page">(\d*)</span></li>', numbered)
    assert found == [("book-intro", "Intro", "3"), ("chapters-tasks", "Tasks", "5"), ("solutions", "Solutions", "9")]


def test_code_in_an_answer_that_is_offered_is_code():
    assert "<li><code>a &lt; b</code> of web</li>" in pdf.options({"options": ["`a < b` of web"]})


def test_solutions_stand_under_their_chapter_and_hints_do_not():
    solved = Exercise("How many?", Number(3), hints=["Count."], solution="Three: `a`, b and c.")
    printed = pdf.solutions({"chapters/tasks": page(f"<h1>Tasks</h1>{solved._repr_mimebundle_()['text/html']}")})
    assert "<h2>Tasks</h2>" in printed
    assert "<p>How many?</p><p>Three: <code>a</code>, b and c.</p>" in printed
    assert "Count." not in printed


def test_ids_of_two_pages_do_not_meet():
    found = re.findall(r'\bid="([^"]+)"', WHOLE)
    assert found == ["book-intro", "book-intro--top", "chapters-tasks", "chapters-tasks--top", "solutions"]


def test_links_between_pages_lead_within_the_book_and_files_to_the_site():
    found = re.findall(r'<(?:a|img) (?:href|src)="([^"]+)"', WHOLE.partition("</ol>")[2])
    assert found == ["#chapters-tasks--top", "#book-intro--top", "file:///site/_images/a.svg"]


def test_a_link_to_a_page_that_is_not_printed_is_words():
    """A file of the machine that printed the book is nobody's address."""
    assert ("<a >no</a>" in WHOLE, "again.html" in WHOLE) == (True, False)


def test_no_script_is_left():
    assert "<script" not in WHOLE


def test_a_stylesheet_of_all_pages_is_named_once():
    assert re.findall(r"<link [^>]+>", WHOLE) == ['<link rel="stylesheet" href="file:///site/_static/page.css">']


def test_an_exercise_shows_what_there_is_to_choose_from():
    both = exercise('{"answer": {"kind": "number", "unit": "tasks"}}') + exercise('{"answer": {"options": ["a", "b"]}}')
    made = pdf.article("book/intro", page(both), set(), "")
    assert re.findall(r"<p>(.*?)</p>|<li>(.*?)</li>", made) == [("______ tasks", ""), ("", "a"), ("", "b")]


def test_a_page_without_an_article_cannot_be_printed():
    with pytest.raises(BuildError, match=r"book/intro\.html has no article"):
        pdf.whole({"book/intro": "<p>words</p>"})


def test_the_contents_are_the_whole_book_with_the_landing_page_first():
    found = pdf.contents()
    assert (found[0], found[1], found[-1]) == ("book/intro", "book/how-to", "book/about")
