"""How far the grading is, for a person and for a log."""

from __future__ import annotations

import io

from labs.classroom.progress import Bar, Step


def test_a_step_is_a_line():
    assert str(Step(1, 2, "ann 3 of 3 points")) == "1 of 2: ann 3 of 3 points"


def drawn(*steps):
    """What the bar shows at each step; a minute goes by between two of them."""
    stream, minutes = io.StringIO(), iter(range(0, 6000, 60))
    bar = Bar(stream, clock=lambda: next(minutes))
    for step in steps:
        bar(step)
    return stream.getvalue().split("\r\x1b[2K")[1:]


def test_a_bar_fills_and_says_what_is_left_at_the_pace_so_far():
    first, second, third, last = drawn(*(Step(count, 4, "ann") for count in (1, 2, 3, 4)))

    assert first == "[███████·······················] 1 of 4: ann"
    assert second == "[███████████████···············] 2 of 4: ann, about 2 min left"
    assert third == "[██████████████████████········] 3 of 4: ann, about 1 min left"
    assert last == f"[{'█' * 30}] 4 of 4: ann\n"


def test_seconds_are_not_counted():
    stream = io.StringIO()
    bar = Bar(stream, clock=iter([0.0, 1.0]).__next__)
    bar(Step(1, 9, "ann"))
    bar(Step(2, 9, "bob"))

    assert stream.getvalue().endswith("2 of 9: bob, less than a minute left")
