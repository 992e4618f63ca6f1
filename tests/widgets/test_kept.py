"""The newest results are kept, and the others made again."""

from __future__ import annotations

from ecslite.widgets.kept import Kept


def test_the_newest_results_are_kept():
    made_for = []
    kept = Kept(lambda settings, seed: made_for.append((settings["x"], seed)), most=2)
    for x, seed in [(1, 7), (1, 7), (2, 7), (1, 8), (1, 7)]:
        kept.of({"x": x}, seed)
    assert made_for == [(1, 7), (2, 7), (1, 8), (1, 7)]
