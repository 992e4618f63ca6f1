"""Two designs side by side, like with like."""

from __future__ import annotations

import pytest
from hand_made import instance, run, task

import ecslite as ecs


def test_differences_stand_by_category_and_in_total():
    both = ecs.compare(run(task(cpu=1024, memory=1024)), run(instance()), names=("Fargate", "EC2"))
    rows = {row["category"]: row["difference"] for row in both.rows()}

    assert rows == pytest.approx({"Fargate": -0.044925, "EC2": 0.096, "Total": 0.051075})
    assert both.difference == pytest.approx(rows["Total"])
    assert "Fargate" in str(both).splitlines()[0]


@pytest.mark.parametrize(
    ("first", "second", "bought", "unlike", "message"),
    [
        (run(task()), run(task(market="spot")), ((), ()), "market", "on-demand is compared with spot"),
        (run(task()), run(task()), ((ecs.SavingsPlan(usd_per_hour=1),), ()), "commitments", "only the first run"),
        (run(task()), run(task()), ((), (ecs.SavingsPlan(usd_per_hour=1),)), "commitments", "only the second run"),
        (run(instance(type_="t3.medium")), run(task()), ((), ()), "burstable", "t3.medium is a burstable type"),
        (run(task()), run(task(), hours=2), ((), ()), "length", "3600 s are compared with 7200 s"),
    ],
)
def test_what_is_not_alike_is_refused_unless_you_say_so(first, second, bought, unlike, message):
    with pytest.raises(ecs.InvalidSetting, match=message):
        ecs.compare(first, second, commitments=bought)

    assert ecs.compare(first, second, commitments=bought, allow=[unlike]).bills[0].total > 0


def test_spot_stands_against_fargate_spot():
    assert ecs.compare(run(instance(market="spot")), run(task(capacity_provider="FARGATE_SPOT"))).difference < 0


def test_an_override_has_a_known_name():
    with pytest.raises(ecs.InvalidSetting, match="allow='all'"):
        ecs.compare(run(task()), run(task()), allow=["all"])
