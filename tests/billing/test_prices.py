"""The price list: sourced, replaceable, and never silent about what it does not hold."""

from __future__ import annotations

import pytest

import ecslite as ecs

LIST = ecs.default_prices()


def test_every_price_has_a_source_and_a_date():
    assert all(price.source and price.read and price.usd > 0 for price in LIST.prices.values())
    assert all(one.source and one.read and 0 < one.share < 1 for one in LIST.discounts.values())


def test_sizes_of_a_family_cost_in_proportion():
    """EC2 prices double with the size [EC2 on-demand pricing]."""
    for family in ("m5", "m6i", "m6g", "m7g", "c5", "c6g", "c7g", "r5"):
        large = LIST[f"ec2.{family}.large.on-demand.hour"].usd
        assert LIST[f"ec2.{family}.4xlarge.on-demand.hour"].usd == pytest.approx(8 * large)


def test_an_unknown_price_is_refused_with_the_fix():
    with pytest.raises(ecs.InvalidSetting, match=r"no price named 'ec2\.m4\.large.*prices\.add"):
        LIST["ec2.m4.large.on-demand.hour"]


def test_a_name_that_begins_like_nothing_is_answered_with_all():
    with pytest.raises(ecs.InvalidSetting, match=r"alb\.hour"):
        LIST["moon.hour"]


def test_a_price_of_your_own_is_used():
    mine = LIST.add("ec2.m4.large.on-demand.hour", 0.1, "hour")

    assert mine["ec2.m4.large.on-demand.hour"] == ecs.Price(0.1, "hour", "set by you")


@pytest.mark.parametrize("usd", [-1, float("nan"), float("inf")])
def test_a_price_is_dollars_from_zero(usd):
    with pytest.raises(ecs.InvalidSetting, match="is not a price"):
        LIST.replace({"alb.hour": usd})


def test_an_unknown_rate_is_refused_with_the_fix():
    with pytest.raises(ecs.InvalidSetting, match=r"no rate named 'x\.y'.*prices\.discounted"):
        LIST.discount("x.y")


def test_a_share_is_from_zero_to_one():
    with pytest.raises(ecs.InvalidSetting, match="is not a share"):
        LIST.discounted({"managed_instances.fee": 7.8})
