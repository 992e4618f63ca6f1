"""An explorer runs what it is asked, keeps the last good result, and says in words what was wrong."""

from __future__ import annotations

import json
import re

import pytest
from scenarios import shop

import ecslite as ecs
from ecslite.widgets import Board, Choice, Explorer, Figure, Prediction, Range, explorer, still

PEAK = Range("peak", "Traffic in the rush", 4, 24, 4, unit="requests/s")
CRASH = Choice("crash", "At minute 5", {False: "nothing", True: "a task crashes"}, False)
GUESS = Prediction("How many tasks at the most?", 2, 12, unit="tasks", panel="tasks", settings={"peak": 16})


def highest(run):
    return max(count for _, count, _ in run.level("RunningCount").steps)


def made(**changes):
    """An explorer whose scenario writes down with what it was called."""
    calls = []

    def scenario(peak, crash, seed):
        calls.append((peak, crash, seed))
        if peak == 13:
            raise ecs.InvalidSetting("peak=13: 13 brings bad luck, use 14")
        if peak == 17:
            raise TypeError("no seventeen")
        return shop(seed, peak=peak, crash_at=(5,) if crash else (), minutes=20)

    told = {
        "question": "What does a rush do?",
        "controls": [PEAK, CRASH],
        "scenario": scenario,
        "outcome": highest,
        "prediction": GUESS,
        "sentence": lambda run, before: f"{highest(run)} tasks, before {highest(before) if before else 'nothing'}.",
    }
    return Explorer(**{**told, **changes}), calls


def ask(widget, n, **settings):
    widget.request = {"n": n, "settings": {"peak": 4, "crash": False, **settings}, "seed": 7}
    return widget.result


def test_the_start_is_run_once_with_the_controls_own_values():
    widget, calls = made(seed=5)
    assert (calls, widget.result["n"], widget.result["outcome"]) == ([(4, False, 5)], 0, 2)


def test_a_request_is_run_and_answered_under_its_number():
    widget, _ = made()
    result = ask(widget, 3, peak=16, crash=True)
    assert (result["n"], result["settings"], result["seed"]) == (3, {"peak": 16, "crash": True}, 7)
    assert result["sentence"] == "5 tasks, before 2."


def test_a_result_holds_all_that_the_page_shows():
    widget, _ = made()
    assert set(widget.result) == {
        *("n", "settings", "seed", "label", "outcome", "sentence"),
        *("figure", "alt", "board", "events", "table", "bill"),
    }


def test_a_refused_setting_is_said_in_its_own_words_and_the_next_request_still_runs():
    widget, _ = made()
    assert ask(widget, 1, peak=13) == {"n": 1, "error": "peak=13: 13 brings bad luck, use 14"}
    assert ask(widget, 2, peak=5)["n"] == 2


def test_a_broken_scenario_is_said_in_words():
    widget, _ = made()
    said = "The scenario could not be run: TypeError: no seventeen. Choose other settings."
    assert ask(widget, 1, peak=17) == {"n": 1, "error": said}


def test_a_setting_that_its_control_cannot_have_is_refused():
    widget, _ = made()
    assert ask(widget, 1, peak=400)["error"] == "peak=400: use a number from 4 to 24"
    assert ask(widget, 2, crash="maybe")["error"] == "crash='maybe': use one of False, True"


def test_a_request_without_a_setting_is_answered_too():
    widget, _ = made()
    widget.request = {"n": 1, "settings": {}, "seed": 1}
    assert "peak" in widget.result["error"]


def test_while_adopting_nothing_is_run_and_no_script_is_sent(monkeypatch):
    monkeypatch.setattr(explorer, "ADOPTING", True)
    widget, calls = made()
    assert (calls, widget.result, widget._esm) == ([], {}, "")
    assert ask(widget, 1, peak=16)["outcome"] == 5


def test_five_controls_are_refused_by_name():
    five = [Range(f"c{place}", "A control", 0, 1, 0) for place in range(5)]
    with pytest.raises(ecs.InvalidSetting, match="5 controls \\(c0, c1, c2, c3, c4\\): an explorer has at most 4"):
        made(controls=five, prediction=Prediction("?", 0, 1))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Range("x", "X", 5, 5, 5), "Range 'x' goes from 5 to 5 by 1"),
        (lambda: Range("x", "X", 0, 5, 9), "x=9: use a number from 0 to 5"),
        (lambda: Choice("x", "X", ["one"], "one"), "Choice 'x' has 1 options: give at least two"),
        (lambda: Choice("x", "X", ["one", "two"], "three"), "x='three': use one of 'one', 'two'"),
        (lambda: made(prediction=Prediction("?", 0, 9, panel="cost")), "panel='cost' is not in the figure"),
        (lambda: made(controls=[PEAK, PEAK]), "control names \\['peak'\\]: each needs a name of its own"),
        (lambda: made(prediction=Prediction("?", 0, 9, settings={"pek": 1})), "the prediction sets 'pek'"),
        (lambda: made(prediction=Prediction("?", 0, 9, settings={"peak": 99})), "peak=99: use a number from 4 to 24"),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_declared(make, words):
    with pytest.raises(ecs.InvalidSetting, match=words):
        make()


# In the book


def data(html):
    return json.loads(re.search(r'<script type="application/json" class="ecs-data">(.*?)</script>', html, re.S)[1])


def test_in_the_book_an_explorer_is_html_and_nothing_else(monkeypatch):
    monkeypatch.setenv(still.BOOK, "1")
    widget, _ = made(name="rush")
    bundle, _ = widget._repr_mimebundle_()
    assert list(bundle) == ["text/html"]
    assert 'data-explorer="rush"' in bundle["text/html"]
    assert data(bundle["text/html"]) == {"spec": widget.spec, "result": widget.result}


def test_in_the_book_no_widget_opens_a_line_or_carries_a_script(monkeypatch):
    monkeypatch.setenv(still.BOOK, "1")
    widget, _ = made()
    assert (widget.comm, widget._esm) == (None, "")


def test_the_data_block_cannot_be_closed_by_what_is_in_it(monkeypatch):
    monkeypatch.setenv(still.BOOK, "1")
    widget, _ = made(question="Is </script> <b>safe</b>?")
    html = widget._repr_mimebundle_()[0]["text/html"]
    assert html.count("</script>") == 1
    assert "Is &lt;/script&gt; &lt;b&gt;safe&lt;/b&gt;?" in html
    assert data(html)["spec"]["question"] == "Is </script> <b>safe</b>?"


def test_the_still_form_shows_picture_words_and_numbers_without_a_script(monkeypatch):
    monkeypatch.setenv(still.BOOK, "1")
    widget, _ = made()
    html = widget._repr_mimebundle_()[0]["text/html"]
    assert html.count("<tr>") == 21
    assert all(part in html for part in ("<svg", widget.result["sentence"], "Desired tasks stay at 2", "<details>"))


def test_a_figure_is_html_in_the_book_and_plotlys_own_in_a_notebook(monkeypatch):
    run = shop(minutes=20)
    figure = Figure(ecs.views.figures.service(run), ecs.views.alt.service(run), name="calm")
    assert set(figure._repr_mimebundle_()) == {"application/vnd.plotly.v1+json", "text/html", "text/plain"}
    monkeypatch.setenv(still.BOOK, "1")
    html = figure._repr_mimebundle_()["text/html"]
    assert html.startswith('<figure class="ecs-figure" data-name="calm">')
    assert data(html) == {"figure": figure.spec, "alt": figure.alt}
    assert figure.plotly().layout.height == 500


def test_a_board_is_html_in_the_book(monkeypatch):
    monkeypatch.setenv(still.BOOK, "1")
    board = Board(shop(minutes=20))
    html = board._repr_mimebundle_()[0]["text/html"]
    assert html.startswith('<div class="ecs-board" data-name="board">')
    assert set(data(html)) == {"board", "events"}


def test_elsewhere_an_explorer_is_a_live_widget():
    widget, _ = made()
    bundle, _ = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
