"""The progress bar of a sweep: it counts, its button stops, and its last word says what was made."""

from __future__ import annotations

from asynchronous import finish

import ecslite as ecs
from ecslite.widgets import progress
from ecslite.widgets.progress import Progress


def double(seed):
    return 2 * seed


def test_the_bar_counts_and_the_last_word_says_all():
    sweep = ecs.Sweep(double, ecs.seeds(3))
    shown = Progress(sweep)
    finish(sweep.run(shown.show))
    shown.close_up()
    assert (shown.bar.value, shown.bar.max, shown.words.value) == (3, 3, "all 3 runs")
    assert shown.button.disabled


def test_the_button_stops_the_sweep_and_the_last_word_says_after_how_many():
    sweep = ecs.Sweep(double, ecs.seeds(100))
    shown = Progress(sweep)

    def press_at_four(made: ecs.Sweep) -> None:
        shown.show(made)
        if made.done == 4:
            shown.button.click()

    finish(sweep.run(press_at_four))
    shown.close_up()
    assert shown.words.value == "stopped after 4 runs"


def test_the_bar_moves_a_few_times_a_second_at_most(monkeypatch):
    clock = iter([0.2, 0.25, 0.31, 0.32, 0.33])
    monkeypatch.setattr(progress, "monotonic", lambda: next(clock))
    sweep = ecs.Sweep(double, ecs.seeds(4))
    shown = Progress(sweep)
    seen = []
    shown.bar.observe(lambda change: seen.append(change.new), "value")
    finish(sweep.run(shown.show))
    assert seen == [2, 4]


def test_watch_shows_the_bar_and_returns_the_trials(monkeypatch):
    boxes = []
    monkeypatch.setattr(progress, "display", boxes.append)
    trials = finish(progress.watch(ecs.Sweep(double, ecs.seeds(2))))
    assert [trial.value for trial in trials] == [2, 4]
    assert [type(box).__name__ for box in boxes] == ["HBox"]
