"""Durations that come one by one are counted like many at once."""

from __future__ import annotations

from random import Random

import pytest

from ecslite.serverless.statistics import SOME, Durations
from ecslite.sim.histogram import Histogram


@pytest.mark.parametrize("count", [1, SOME - 1, SOME, 5 * SOME + 3])
def test_one_by_one_is_like_many_at_once(count):
    random, durations, histogram = Random(1), Durations(), Histogram()
    seconds = [random.randint(1, 1000) / 1024 for _ in range(count)]
    for each in seconds:
        durations.add(each)
    histogram.add(seconds)
    assert durations.milliseconds() == {
        "SampleCount": count,
        "Average": 1000 * histogram.mean,
        "Minimum": 1000 * min(seconds),
        "Maximum": 1000 * max(seconds),
        **{name: 1000 * histogram.quantile(share) for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))},
    }


def test_without_any_there_is_no_data():
    assert Durations().milliseconds() == {}
