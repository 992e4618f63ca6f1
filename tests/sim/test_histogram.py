"""The histogram's promise: quantiles within its stated error, exact sums, and merging."""

from __future__ import annotations

from math import ceil
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslite.errors import InvalidSetting
from ecslite.sim.histogram import RELATIVE_ERROR, Histogram

DURATIONS = st.lists(st.floats(1e-6, 1e5).map(lambda x: round(x * 2**27) / 2**27), min_size=1, max_size=200)


@given(DURATIONS, st.sampled_from([0.0, 0.5, 0.95, 0.99, 1.0]))
def test_a_quantile_is_within_the_stated_error(durations, share):
    histogram = Histogram()
    histogram.add(durations)

    expected = sorted(durations)[max(1, ceil(share * len(durations))) - 1]

    assert histogram.quantile(share) == pytest.approx(expected, rel=RELATIVE_ERROR * 1.001)


@given(DURATIONS, DURATIONS)
def test_merging_is_adding(first, second):
    one, two, both = Histogram(), Histogram(), Histogram()
    one.add(first)
    two.add(second)
    both.add(first + second)
    one.merge(two)

    shares = [0.1, 0.5, 0.9]
    assert (one.count, one.total, one.quantiles(shares)) == (both.count, both.total, both.quantiles(shares))


@pytest.mark.parametrize("pieces", [1, 7, 5000])
def test_many_durations_give_the_same_quantiles_however_they_come(pieces):
    """Few are kept as they came, many are counted in buckets: nobody can tell."""
    random = Random(3)
    durations = [round(random.expovariate(2.0) * 2**27) / 2**27 for _ in range(5000)]
    whole, parts = Histogram(), Histogram()
    whole.add(durations)
    for begin in range(0, 5000, 5000 // pieces):
        part = Histogram()
        part.add(durations[begin : begin + 5000 // pieces])
        parts.merge(part)

    shares = [0.0, 0.5, 0.95, 0.999, 1.0]
    assert parts.quantiles(shares) == whole.quantiles(shares)
    exact = [sorted(durations)[max(1, ceil(share * 5000)) - 1] for share in shares]
    assert whole.quantiles(shares) == pytest.approx(exact, rel=RELATIVE_ERROR * 1.001)
    assert (parts.count, parts.total) == (5000, sum(durations))


def test_an_empty_histogram_has_no_quantile():
    with pytest.raises(InvalidSetting, match="0 durations"):
        Histogram().quantile(0.5)
