"""Keys by a distribution, and draws that are made ahead."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

import ecslite as ecs
from ecslite.serverless.keys import Draws, Shares, Zipf


def test_of_1_000_keys_the_first_gets_13_percent():
    assert Zipf(1000).share(1) == pytest.approx(0.1336, abs=0.0001)


def test_shares_add_up_to_all():
    zipf = Zipf(50, 1.3)
    assert sum(zipf.share(rank) for rank in range(1, 51)) == pytest.approx(1.0)


def test_keys_are_drawn_by_their_shares():
    zipf, random = Zipf(5, 1.0), Random(1)
    counts = Counter(zipf.draw(random) for _ in range(50_000))
    # Standard error of a share of 50,000: at most 0.2 %.
    assert [counts[rank] / 50_000 for rank in range(1, 6)] == pytest.approx(
        [zipf.share(rank) for rank in range(1, 6)], abs=0.01
    )


def test_with_exponent_0_all_keys_are_alike():
    assert {Zipf(8, 0.0).share(rank) for rank in range(1, 9)} == {0.125}


@pytest.mark.parametrize("settings", [(0,), (2_000_000,), (1.5,), (5, -1), (5, 11)])
def test_other_keys_are_refused(settings):
    with pytest.raises(ecs.InvalidSetting, match="use 1 to 1,000,000 keys"):
        Zipf(*settings)


def test_of_one_thing_nothing_is_drawn():
    random = Random(1)
    before = random.getstate()
    assert (Shares([3.0]).draw(random), random.getstate()) == (0, before)


def test_things_are_drawn_by_their_shares():
    random, shares = Random(1), Shares([3.0, 1.0])
    assert Counter(shares.draw(random) for _ in range(20_000))[0] / 20_000 == pytest.approx(0.75, abs=0.02)


def test_draws_are_those_of_the_distribution_in_its_order():
    draws = Draws(ecs.Exponential(2.0), Random(3))
    assert [draws.next() for _ in range(600)] == ecs.Exponential(2.0).draw_many(Random(3), 600)
