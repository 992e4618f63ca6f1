"""Lab 7: the bills say what the text says of them, and few contracts hold both limits of the owner."""

import pytest
from played import KEYS, names_of, play

import ecslite as ecs

VARIANTS = (0, 1, 2)


@pytest.mark.parametrize("number", VARIANTS)
def test_the_number_to_reserve_is_where_the_year_costs_least(number):
    names = names_of(7, number)
    costs = [names["usd_a_year"](names["mine"], reserved) for reserved in range(20)]
    best = names["reserve"]

    assert costs.index(min(costs)) == best
    assert costs[best + 1] - costs[best] == pytest.approx(names["loses"])


def test_what_a_promise_costs_is_what_the_engine_bills():
    """A day of a fleet that stands, one of whose instances is reserved; without its volumes."""
    names = names_of(7)
    reserved = [ecs.ReservedInstances(instance_type="m5.large", count=1)]
    billed = ecs.bill(names["a_day"]([12] * 24, 3), commitments=reserved).by_category()

    assert names["usd_a_year"]([(1, [3] * 24)], 1) == pytest.approx(billed["EC2"] + billed["Commitment"], rel=1e-6)


def lines(names, number):
    """The bill of one of the four contracts: what of its category Commitment was used, and what was not."""
    (busiest, fleet, labels_on), contract = names["CONTRACTS"][number]
    bill = ecs.bill(names["a_day"](names["tasks_of"](busiest), fleet, labels_on), commitments=[contract])
    unused = sum(line.usd for line in bill.lines if line.name.endswith("unused"))
    return unused, bill.by_category()["Commitment"] - unused


def test_each_contract_wastes_what_its_fault_says():
    names = names_of(7)
    (rates, covered), (busiest, evening), (size, nothing), (market, none) = (
        lines(names, number) for number in range(4)
    )

    assert rates == pytest.approx(0.3646 * (rates + covered), rel=1e-3)
    assert evening == pytest.approx((5 * 20 + 19 * 4) * 0.8 * 0.024685, rel=1e-2)
    assert busiest > evening
    assert (nothing, none) == (0, 0)
    assert min(size, market) > 2


def contract(fleet, reserved, plan, term, labels_on):
    return f"fleet, reserved, plan_usd, term, labels_on = {fleet}, {reserved}, {plan}, {term}, {labels_on!r}"


SHORTCUTS = {
    "nothing promised": (contract(0, 0, 0, 1, "FARGATE"), "year_usd"),
    "labels on demand": (contract(2, 2, 0, 1, "FARGATE"), "year_usd"),
    "a plan alone": (contract(0, 0, 0.1, 1, "FARGATE_SPOT"), "year_usd"),
    "a fleet for the busiest hour of a weekday": (contract(5, 5, 0, 1, "FARGATE_SPOT"), "year_usd"),
    "a fleet on demand": (contract(2, 0, 0, 1, "FARGATE_SPOT"), "year_usd"),
    "three years, because they cost less": (contract(2, 2, 0, 3, "FARGATE_SPOT"), "owed"),
    "all that can be promised": (contract(2, 2, 0.1, 1, "FARGATE_SPOT"), "owed"),
}


@pytest.mark.parametrize("name", SHORTCUTS)
def test_a_shortcut_is_told_which_limit_it_breaks(name):
    answer, measure = SHORTCUTS[name]
    found = play(7, "7.7", answer)

    assert f"your {measure} is" in found.check
    assert found.judge.startswith("7.7 wrong:")


@pytest.mark.parametrize("key", KEYS[1:])
@pytest.mark.parametrize(
    "answer", [contract(2, 2, 0, 1, "FARGATE_SPOT"), contract(2, 2, 0.02, 1, "FARGATE_SPOT")], ids=["fleet", "a plan"]
)
def test_several_contracts_hold_both_limits(answer, key):
    found = play(7, "7.7", answer, key=key)

    assert (found.check, found.judge) == ("7.7: that is right.\n", "7.7 right\n")


def test_the_limits_leave_few_contracts():
    """Of fleets of 0 to 4, all reserved, with 4 plans, 2 terms and 2 places for the labels: fewer than one in ten."""
    names = names_of(7)
    kinds, held, tried = names["year"](7), 0, 0
    for fleet in range(5):
        for labels_on in ("FARGATE", "FARGATE_SPOT"):
            runs = [(days, names["a_day"](tasks, fleet, labels_on)) for days, tasks in kinds]
            for plan in (0, 0.05, 0.1, 0.2):
                for term in (1, 3):
                    bought = names["promises"](fleet, plan, term)
                    cost = sum(days * ecs.bill(run, commitments=bought).total for days, run in runs)
                    held += cost <= 2470 and names["owed"](fleet, plan, term) <= 1300
                    tried += 1

    assert 0 < held < tried / 10
