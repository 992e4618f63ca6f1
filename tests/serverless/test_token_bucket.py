"""The token bucket, against a plain oracle."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ecslite.serverless.token_bucket import TokenBucket

GAPS = st.lists(st.integers(0, 40), min_size=1, max_size=80)
"""Sixteenths of a second between two requests."""


def plainly(rate, burst, moments):
    """Which requests pass, with exact fractions and a bucket that is looked at for every one of them."""
    tokens, before, passed = Fraction(burst), Fraction(0), []
    for moment in moments:
        tokens = min(Fraction(burst), tokens + (Fraction(moment) - before) * Fraction(rate))
        before = Fraction(moment)
        passed.append(tokens >= 1)
        tokens -= passed[-1]
    return passed


def moments_of(gaps):
    moments, now = [], 0.0
    for gap in gaps:
        now += gap / 16
        moments.append(now)
    return moments


@given(GAPS, st.integers(1, 64).map(lambda sixteenths: sixteenths / 16), st.integers(1, 9))
def test_it_passes_what_an_exact_bucket_passes(gaps, rate, burst):
    bucket, moments = TokenBucket(rate, burst), moments_of(gaps)
    assert [bucket.take(moment) for moment in moments] == plainly(rate, burst, moments)


@given(GAPS, st.floats(0.1, 20), st.integers(1, 9))
def test_no_window_sees_more_than_burst_and_refill(gaps, rate, burst):
    bucket, moments = TokenBucket(rate, burst), moments_of(gaps)
    passed = [moment for moment in moments if bucket.take(moment)]
    windows = [
        (end - begin, last - first + 1)
        for first, begin in enumerate(passed)
        for last, end in enumerate(passed)
        if last >= first
    ]
    assert all(many <= burst + seconds * rate + 1e-6 for seconds, many in windows)


def test_of_a_full_account_bucket_5_000_requests_pass_at_one_instant_vector_93():
    bucket = TokenBucket(rate=10_000, burst=5_000)
    assert [bucket.take(0.0) for _ in range(5_001)] == [True] * 5_000 + [False]


def test_looking_takes_nothing():
    bucket = TokenBucket(rate=1.0, burst=3.0, tokens=1.0)
    assert [bucket.tokens(1.0), bucket.has(1.0, 2.0), bucket.tokens(1.0)] == [2.0, True, 2.0]


def test_a_smaller_bucket_spills_and_a_larger_one_fills_up_at_its_own_rate():
    bucket = TokenBucket(rate=1.0, burst=10.0)
    bucket.resize(0.0, rate=2.0, burst=4.0)
    small = bucket.tokens(0.0)
    bucket.resize(0.0, rate=2.0, burst=100.0)
    assert (small, bucket.tokens(3.0)) == (4.0, 10.0)


def test_filling_stops_at_the_brim():
    bucket = TokenBucket(rate=1.0, burst=10.0, tokens=0.0)
    bucket.fill(5.0, 99.0)
    assert bucket.tokens(5.0) == 10.0
