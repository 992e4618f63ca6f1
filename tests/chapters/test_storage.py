"""What the chapter on DynamoDB and S3 says is so: each claim of its text, asserted on its own scenarios."""

from __future__ import annotations

from math import exp

import pytest

SEEDS = [7, 8, 9]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("buyers", "lag"), [(0.5, 100), (5, 100), (10, 1000)])
def test_a_third_of_the_looks_at_a_copy_that_is_behind_show_an_old_stock(chapter, buyers, lag, seed):
    """Writes on their way are an M/G/∞ queue; 2,400 looks, of which a deviation of up to 1 %, and some for the
    moments that lie close together."""
    behind = 1 - exp(-buyers * lag / 1000)

    assert chapter["stale_share"](chapter["stock"](buyers, lag, False, seed)) == pytest.approx(100 * behind / 3, abs=3)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_strong_read_is_never_old_and_costs_twice_as_much(chapter, seed):
    eventual, strong = (chapter["stock"](5, 100, consistent, seed) for consistent in (False, True))

    assert [chapter["stale_share"](eventual) > 10, chapter["stale_share"](strong)] == [True, 0]
    assert chapter["read_units"](strong) == 2 * chapter["read_units"](eventual)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("peak", "seconds"), [(10, 300), (20, 100)])
def test_what_was_saved_lasts_as_long_as_the_division_says(chapter, peak, seconds, seed):
    """The arrivals until then have a standard deviation of 55 and 45, which is 11 and 3 seconds of the store's loss."""
    run = chapter["orders"](5, peak, "PROVISIONED", seed)

    assert 60 * chapter["minutes_until_refused"](run) == pytest.approx(seconds, abs=35)


@pytest.mark.parametrize("seed", SEEDS)
def test_on_demand_mode_throttles_nothing_in_that_rush_and_costs_more(chapter, seed):
    ecs = chapter["ecs"]
    provisioned, on_demand = (chapter["orders"](5, 10, mode, seed) for mode in ("PROVISIONED", "PAY_PER_REQUEST"))

    assert sum(chapter["throttled"](provisioned)) > 1000
    assert sum(chapter["throttled"](on_demand)) == 0
    assert ecs.bill(on_demand).total > 2 * ecs.bill(provisioned).total


@pytest.mark.parametrize("seed", SEEDS)
def test_a_rush_of_four_minutes_works_and_one_of_six_does_not(chapter, seed):
    refused = chapter["throttled"](chapter["orders"](5, 10, "PROVISIONED", seed))

    assert sum(refused[10:14]) == 0
    assert refused[15] > 100


@pytest.mark.parametrize("seed", SEEDS)
def test_the_more_everybody_wants_one_key_the_more_is_throttled(chapter, seed):
    """Without favourites the four partitions take thirty a second; nearly one key takes ten of twenty-five."""
    shares = [chapter["refused_share"](chapter["reviews"](30, skew, 100, seed)) for skew in (0.0, 1.0, 1.5, 3.0)]

    assert shares == sorted(shares)
    assert [shares[0] < 1, shares[1] > 3, shares[3] == pytest.approx(50, abs=5)] == [True] * 3


@pytest.mark.parametrize("seed", SEEDS)
def test_the_other_partitions_have_room_while_one_is_full(chapter, seed):
    run = chapter["reviews"](30, 3.0, 100, seed)
    heat = chapter["hottest"](run)

    assert len(heat) == 4
    assert [heat[0] > 980, heat[-1] < 100] == [True, True]
    assert "KeyRangeThroughputExceeded" in " ".join(event.text for event in run.events("table"))


@pytest.mark.parametrize("seed", SEEDS)
def test_smaller_items_and_ten_keys_cool_the_hot_key(chapter, seed):
    small = chapter["refused_share"](chapter["reviews"](30, 3.0, 10, seed))
    one, ten = (chapter["refused_share"](chapter["reviews"](30, 0.0, 100, seed, keys=many)) for many in (1, 10))

    assert [small == 0, one > 60, ten < 2] == [True] * 3


@pytest.mark.parametrize(("prefixes", "slowed"), [(1, True), (2, False), (4, False)])
def test_a_prefix_takes_5500_reads_a_second(chapter, prefixes, slowed):
    ecs = chapter["ecs"]
    sim = ecs.Simulation(7)
    pictures = ecs.Bucket(sim, "pictures", operations={"GetObject": 1}, prefixes=prefixes, objects=1000)
    ecs.Traffic(sim, ecs.constant(8000)).to(pictures)
    sim.run(minutes=0.1)

    assert (pictures.answered["503 SlowDown"] > 5000) is slowed


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("operation", "prefixes", "refused"),
    [("GetObject", 1, 100 * (1 - 5500 / 8000)), ("PutObject", 1, 100 * (1 - 3500 / 8000)), ("GetObject", 2, 0)],
)
def test_a_bucket_refuses_what_its_prefixes_do_not_take(chapter, operation, prefixes, refused, seed):
    """A million requests: their number has a deviation of a tenth of a per cent of itself."""
    run = chapter["pictures"](8000, operation, prefixes, 30, seed)

    assert chapter["slowed_share"](run) == pytest.approx(refused, abs=0.3)
    assert chapter["splits"](run) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_split_after_five_minutes_comes_too_late_for_the_first_half(chapter, seed):
    run = chapter["pictures"](8000, "GetObject", 1, 5, seed)
    slow = run.metrics["5xxErrors"]["Sum"][3:13]

    assert chapter["splits"](run) == [5]
    assert [min(slow[:5]) > 100_000, max(slow[5:])] == [True, 0]


def test_the_start_shows_the_calm(chapter):
    assert chapter["slowed_share"](chapter["pictures"](2000, "GetObject", 1, 30, 7)) == 0


def test_a_large_write_is_cheaper_in_a_bucket_and_a_small_one_in_a_table(chapter):
    prices = chapter["ecs"].default_prices()
    put = 1000 * prices["s3.standard.thousand_puts"].usd
    unit = prices["dynamodb.million_wru"].usd

    assert 1 * unit < put < 10 * unit < 100 * unit
