"""An explorer's other ways to run: designs beside one another, and bands that can be stopped."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from asynchronous import finish
from scenarios import shop

import ecslite as ecs
from ecslite.widgets import Choice, Explorer, Prediction, Range, still, together
from ecslite.widgets.shown import anatomy_view, service_views, waterfall_view

SIZE = Choice("tasks", "Tasks at the start", {2: "Two", 4: "Four"}, 2)


def highest(run):
    return max(count for _, count, _ in run.level("RunningCount").steps)


def scenario(peak, seed, tasks=2):
    if peak == 13:
        raise ecs.InvalidSetting("peak=13: 13 brings bad luck, use 14")
    return shop(seed, peak=peak, desired_count=tasks, minutes=15)


def made(**changes):
    told = {
        "question": "What does a rush do?",
        "controls": [Range("peak", "Traffic", 4, 24, 4)],
        "scenario": scenario,
        "outcome": highest,
        "prediction": Prediction("How many?", 2, 12, unit="tasks", panel="tasks"),
        "sentence": lambda run, before: f"{highest(run)} tasks, before {highest(before) if before else 'nothing'}.",
    }
    return Explorer(**{**told, **changes})


def ask(widget, n=1, **more):
    """The answer to a request, made in a thread of its own, in which no event loop runs."""

    def asked():
        widget.request = {"n": n, **{"settings": {"peak": 4}, "seed": 7, **more}}
        return widget.result

    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asked).result()


def test_designs_run_over_the_same_traffic():
    result = ask(made(beside=SIZE))
    first, second = result, result["others"][0]
    assert (first["label"], second["label"]) == ("Two", "Four")
    assert first["figure"]["data"][0]["y"] == second["figure"]["data"][0]["y"]


def test_each_design_is_compared_with_its_own_run_before():
    widget = made(beside=SIZE)
    assert ask(widget)["sentence"] == "Two: 2 tasks, before 2. Four: 4 tasks, before 4."


def test_a_design_is_no_control_and_counts_as_one():
    controls = [Range(f"c{place}", "A control", 0, 1, 0) for place in range(4)]
    with pytest.raises(ecs.InvalidSetting, match="5 controls"):
        made(controls=controls, beside=SIZE, prediction=Prediction("?", 0, 1))


def test_a_band_runs_many_seeds_and_says_what_lies_in_the_middle():
    result = ask(made(), band=5)
    assert result["bands"][0]["outcomes"] == [2, 2, 2, 2, 2]
    assert result["sentence"] == (
        "5 runs, each with other traffic. 2 to 2 tasks in the middle eight tenths, 2 tasks in the middle."
    )


def test_a_band_that_fails_says_so_in_words():
    assert ask(made(), band=3, settings={"peak": 13}) == {"n": 1, "error": "peak=13: 13 brings bad luck, use 14"}


def heard(widget):
    """What the widget sends to the page."""
    told = []
    widget.send = lambda content, buffers=None: told.append(content)
    return told


def test_a_band_tells_how_far_it_is_and_lets_messages_in_between():
    async def visit():
        widget, told = made(), []
        widget.send = lambda content, buffers=None: told.append(content["done"])
        widget.request = {"n": 1, "settings": {"peak": 4}, "seed": 7, "band": 4}
        assert told == []
        await widget._band
        return told, widget.result["n"]

    assert finish(visit()) == ([1, 2, 3, 4], 1)


def test_a_band_is_stopped_by_a_word_and_by_another_wish():
    async def visit():
        widget = made()
        told = heard(widget)
        widget.request = {"n": 1, "settings": {"peak": 4}, "seed": 7, "band": 400}
        await asyncio.sleep(0.01)
        widget._heard(widget, {"type": "stop", "n": 1}, [])
        stopped = widget.result
        widget.request = {"n": 2, "settings": {"peak": 4}, "seed": 7, "band": 400}
        widget.request = {"n": 3, "settings": {"peak": 5}, "seed": 7}
        await asyncio.sleep(0.01)
        return stopped, widget.result["n"], len(told) < 400

    assert finish(visit()) == ({"n": 1, "stopped": True}, 3, True)


def test_a_band_that_breaks_on_its_way_is_said_in_words():
    async def visit():
        widget = made()
        widget.request = {"n": 1, "settings": {"peak": 13}, "seed": 7, "band": 3}
        await widget._band
        return widget.result["error"]

    assert finish(visit()) == "peak=13: 13 brings bad luck, use 14"


def test_views_are_put_together_and_the_later_wins():
    shown = together(service_views, waterfall_view, lambda run: {"alt": "mine"})(shop(minutes=20))
    assert (shown["alt"], "waterfall" in shown) == ("mine", True)


def test_what_a_run_does_not_have_is_said_in_words():
    run = scenario(4, 1)
    assert waterfall_view(run)["waterfall"] == {
        "absent": "No task of this run was added by a scaling decision and served: nothing came to help."
    }
    assert anatomy_view(run)["anatomy"]["absent"].startswith("This run kept no trace")


def test_in_the_book_each_design_has_its_picture_and_each_view_its_words(monkeypatch):
    monkeypatch.setenv(still.BOOK, "1")
    widget = made(beside=SIZE, views=together(service_views, waterfall_view))
    html = widget._repr_mimebundle_()[0]["text/html"]
    assert (html.count("<svg"), html.count("nothing came to help")) == (2, 4)


def test_in_the_book_a_waterfall_has_its_table(monkeypatch):
    monkeypatch.setenv(still.BOOK, "1")
    controls = [Range("peak", "Traffic", 4, 24, 16)]
    widget = made(
        controls=controls,
        views=together(service_views, waterfall_view),
        scenario=lambda peak, seed: shop(seed, peak=peak),
    )
    assert "<caption>Where the time went</caption>" in widget._repr_mimebundle_()[0]["text/html"]
