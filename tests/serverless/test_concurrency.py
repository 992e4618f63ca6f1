"""Concurrency of an account, reserved and provisioned: AWS's own numbers, by the vectors that hold them."""

from __future__ import annotations

from math import factorial

import pytest

import ecslite as ecs
from ecslite.serverless.message import Message
from ecslite.sim.clock import STEP


def at_once(function, second, count):
    """So many requests within a few microseconds."""
    function.accept([second + (index + 1) * STEP for index in range(count)], [0.0] * count)


def minute(run, name, subject="f"):
    """A metric's value in the first minute."""
    metric = run.metrics[name, subject]
    return metric["Maximum" if "Maximum" in metric.statistics else "Sum"][0]


def function(sim, name="f", **settings):
    return ecs.Function(sim, name, **{"warm": 1.0, "init": 0.0, "timeout": 900, **settings})


@pytest.mark.parametrize(("rate", "seconds", "concurrency"), [(100, 1.0, 100), (100, 0.5, 50), (200, 0.25, 50)])
def test_vector_67_concurrency_is_requests_a_second_times_seconds(rate, seconds, concurrency):
    sim = ecs.Simulation(1)
    ecs.Traffic(sim, rate, arrivals="even").to(function(sim, warm=seconds))
    run = sim.run(minutes=1)

    assert minute(run, "ConcurrentExecutions") == concurrency
    assert minute(run, "Throttles") == 0


def test_vector_68_five_thousand_requests_a_second_of_a_fifth_of_a_second_take_all_of_an_account():
    sim = ecs.Simulation(1)
    busy = function(sim, warm=0.2 - STEP)
    busy.accept([index / 5000 for index in range(15_000)], [0.0] * 15_000)
    run = sim.run(minutes=1)

    assert (minute(run, "ConcurrentExecutions"), minute(run, "Throttles")) == (1000, 0)


@pytest.mark.parametrize(("concurrency", "served"), [(1000, 40_000), (3000, 90_000)])
def test_vector_70_thirty_thousand_requests_a_second_need_a_concurrency_of_three_thousand(concurrency, served):
    """30,000/s × 0.02 s is a concurrency of 600, but ten requests a second for each unit are all that come in. They
    come 10,000 a second more every ten seconds, as fast as a function scales."""
    sim = ecs.Simulation(1)
    ecs.Account(sim, concurrency)
    busy = function(sim, warm=0.02 - STEP)
    for begin, rate in ((0, 10_000), (10, 20_000), (20, 30_000), (21, 30_000)):
        busy.accept([begin + index / rate for index in range(rate)], [0.0] * rate)
    run = sim.run(minutes=1)

    assert busy.invocations == served
    assert minute(run, "ConcurrentExecutions") <= 600
    assert ("FunctionInvocationRateLimitExceeded" in str(run.events("function"))) == (concurrency == 1000)


def test_vector_72_what_two_functions_reserve_is_not_there_for_the_rest():
    sim = ecs.Simulation(1)
    for name in ("blue", "orange"):
        function(sim, name, reserved_concurrency=400)
    other = function(sim)
    at_once(other, 1.0, 250)

    assert other.account.unreserved == 200
    assert other.invocations == 200


@pytest.mark.parametrize(("concurrency", "most"), [(1000, 900), (2000, 1900)])
def test_vector_72b_a_hundred_always_stay_unreserved(concurrency, most):
    sim = ecs.Simulation(1)
    ecs.Account(sim, concurrency)

    with pytest.raises(ecs.InvalidSetting, match=f"at most {most} can still be set aside"):
        function(sim, reserved_concurrency=most + 1)
    assert function(sim, reserved_concurrency=most).account.unreserved == 100
    with pytest.raises(ecs.InvalidSetting, match="at most 0"):
        function(sim, "g", reserved_concurrency=1)


def test_vector_72c_others_share_what_is_left_even_if_a_reservation_is_idle():
    sim = ecs.Simulation(1)
    function(sim, "a", reserved_concurrency=100)
    other = function(sim)
    at_once(other, 1.0, 1000)
    run = sim.run(minutes=1)

    assert (other.invocations, minute(run, "Throttles")) == (900, 100)
    assert "900 were in progress, all that the unreserved pool has" in run.events("function")[-1].text


def test_vector_73_the_401st_of_a_reservation_of_400_is_throttled_even_if_others_are_idle():
    sim = ecs.Simulation(1)
    own = function(sim, reserved_concurrency=400)
    at_once(own, 1.0, 401)
    run = sim.run(minutes=1)

    assert (own.invocations, minute(run, "Throttles")) == (400, 1)
    assert run.events("function")[-1].details["reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"


def test_a_reservation_of_nothing_turns_a_function_off():
    sim = ecs.Simulation(1)
    off = function(sim, reserved_concurrency=0)
    at_once(off, 1.0, 3)

    assert off.invocations == 0
    assert minute(sim.run(minutes=1), "Throttles") == 3


def test_vector_74_the_401st_of_400_provisioned_starts_cold_from_the_other_600():
    sim = ecs.Simulation(1)
    orange = function(sim, provisioned_concurrency=400, provisioning_seconds=0)
    sim.run(seconds=10)
    at_once(orange, 11.0, 400)
    assert orange.cold_starts == 0
    at_once(orange, 11.1, 601)
    run = sim.run(minutes=1)

    assert orange.account.unreserved == 600
    assert orange.cold_starts == 600
    assert minute(run, "Throttles") == 1
    assert minute(run, "ProvisionedConcurrencyInvocations") == 400
    assert minute(run, "ProvisionedConcurrencySpilloverInvocations") == 600
    assert minute(run, "ProvisionedConcurrentExecutions") == 400
    assert minute(run, "ProvisionedConcurrencyUtilization") == 1
    assert minute(run, "ConcurrentExecutions") == 1000


def test_provisioned_and_reserved_throttle_above_the_reservation():
    sim = ecs.Simulation(1)
    orange = function(sim, provisioned_concurrency=200, reserved_concurrency=400, provisioning_seconds=0)
    sim.run(seconds=10)
    at_once(orange, 11.0, 401)
    run = sim.run(minutes=1)

    assert (orange.invocations, orange.cold_starts, minute(run, "Throttles")) == (400, 200, 1)
    assert orange.account.unreserved == 600


def test_provisioned_environments_spill_over_above_ten_requests_a_second_for_each():
    """Ten of them take a hundred requests in a second, however short these are."""
    sim = ecs.Simulation(1)
    quick = function(sim, warm=0.001, provisioned_concurrency=10, provisioning_seconds=0)
    sim.run(seconds=10)
    quick.accept([11 + index / 200 for index in range(150)], [0.0] * 150)
    run = sim.run(minutes=1)

    assert minute(run, "ProvisionedConcurrencyInvocations") == 100
    assert minute(run, "ProvisionedConcurrencySpilloverInvocations") == 50


def test_vector_77_none_of_five_thousand_can_be_used_until_all_are_allocated():
    """After a minute or two of preparation (here 90 s), 6,000 a minute: 50 s for 5,000."""
    sim = ecs.Simulation(1)
    ecs.Account(sim, 6000)
    big = function(sim, provisioned_concurrency=5000)
    sim.run(seconds=139)
    at_once(big, 139.0, 1)
    assert (big.cold_starts, big.dispatcher.provisioned.status) == (1, "IN_PROGRESS")
    run = sim.run(seconds=141)
    at_once(big, 141.0, 5000)

    assert (big.cold_starts, big.dispatcher.provisioned.status) == (1, "READY")
    ready = run.events("provisioned_concurrency")[-1]
    assert ready.seconds == 140
    assert [event.kind for event in run.why(ready)] == ["provisioned_concurrency"] * 2 + ["function"]


def test_another_number_asked_for_meanwhile_takes_the_place_of_the_first():
    sim = ecs.Simulation(1)
    big = function(sim, provisioned_concurrency=50)
    sim.run(seconds=60)
    big.provision(20)
    run = sim.run(minutes=5)

    assert big.dispatcher.provisioned.allocated == 20
    ready, allocated, _ = run.level("AllocatedProvisionedConcurrency").steps[-1]
    assert (round(ready, 6), allocated) == (60 + 90 + 0.2, 20)


def test_fewer_provisioned_environments_take_effect_at_once():
    sim = ecs.Simulation(1)
    big = function(sim, provisioned_concurrency=50, provisioning_seconds=0)
    sim.run(seconds=60)
    big.provision(20)
    sim.run(seconds=61)
    at_once(big, 62.0, 30)

    assert (big.invocations, big.cold_starts) == (30, 10)
    assert len(big.dispatcher.provisioned.environments) == 20


def test_what_is_provisioned_is_refused_later_by_the_same_rules():
    sim = ecs.Simulation(1)
    plain = function(sim)
    with pytest.raises(ecs.InvalidSetting, match="version \\$LATEST"):
        plain.provision(5)


def test_vector_78_new_environments_that_were_not_used_are_not_added_to_the_next_ten_seconds():
    sim = ecs.Simulation(1)
    ecs.Account(sim, 5000)
    burst = function(sim, warm=100.0)
    at_once(burst, 100.0, 2500)
    assert burst.invocations == 1000
    at_once(burst, 105.0, 2500)
    assert burst.invocations == 1500
    at_once(burst, 115.0, 2500)
    assert burst.invocations == 2500


def test_two_functions_share_the_unreserved_pool_in_the_order_of_time():
    """Together they are an Erlang loss system, so that both are refused as often."""
    sim = ecs.Simulation(3)
    ecs.Account(sim, 104)
    function(sim, "blocked", reserved_concurrency=4)
    functions = [function(sim, name, warm=ecs.Exponential(1.0)) for name in ("a", "b")]
    for number, each in enumerate(functions):
        ecs.Traffic(sim, 50 + 10 * number, name=each.name).to(each)
    run = sim.run(minutes=60)
    shares = []
    for each in functions:
        refused = sum(run.metrics["Throttles", each.name]["Sum"])
        shares.append(refused / (refused + each.invocations))

    expected = erlang_b(100, 110.0)
    assert shares == [pytest.approx(expected, abs=0.01)] * 2


def erlang_b(servers, load):
    """The share of requests that find all servers busy."""
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def test_an_account_is_built_once_and_above_its_unreserved_part():
    sim = ecs.Simulation(1)
    with pytest.raises(ecs.InvalidSetting, match="above 100"):
        ecs.Account(sim, 100)
    function(sim)
    with pytest.raises(ecs.InvalidSetting, match="account has 1000 already"):
        ecs.Account(sim, 2000)


def test_two_functions_of_one_account_have_two_names():
    sim = ecs.Simulation(1)
    function(sim)
    with pytest.raises(ecs.InvalidSetting, match="a function named 'f' exists already"):
        function(sim)


@pytest.mark.parametrize("warm", [ecs.Exponential(0.5), ecs.Constant(0.5), ecs.LogNormal(0.5, 2.0)])
def test_requests_in_progress_are_those_of_m_g_infinity(warm):
    """Poisson with mean 20 × 0.5 s, whatever the distribution of durations: at the ends of 600 minutes."""
    sim = ecs.Simulation(5)
    ecs.Traffic(sim, 20).to(function(sim, warm=warm))
    run = sim.run(minutes=600)
    steps = run.level("Environments/busy").steps
    changes = {round(seconds / 60): value for seconds, value, _ in steps}
    busy, value = [], 0
    for number in range(1, 601):
        value = changes.get(number, value)
        busy.append(value)
    mean = sum(busy) / 600
    variance = sum((each - mean) ** 2 for each in busy) / 599

    # Standard errors: of the mean 0.13, of the variance 0.6.
    assert mean == pytest.approx(10, abs=0.4)
    assert variance == pytest.approx(10, abs=1.8)


@pytest.mark.parametrize("warm", [ecs.Exponential(1.0), ecs.Constant(1.0), ecs.LogNormal(1.0, 2.0)])
def test_a_reservation_refuses_what_erlang_b_says_whatever_the_durations(warm):
    sim = ecs.Simulation(2)
    own = function(sim, warm=warm, reserved_concurrency=8, init=0.0)
    ecs.Traffic(sim, 6).to(own)
    run = sim.run(minutes=300)
    refused = sum(run.metrics["Throttles"]["Sum"])
    formula = (6**8 / factorial(8)) / sum(6**k / factorial(k) for k in range(9))

    # 108,000 requests: the standard error, with its autocorrelation, is below 0.3 %.
    assert refused / (refused + own.invocations) == pytest.approx(formula, abs=0.01)


def account(run, name):
    return run.metrics[name, "account"]["Maximum"]


def test_the_account_has_claimed_what_is_reserved_and_provisioned_and_what_others_use():
    """The documentation's example: 600 reserved, 200 provisioned, and another function with 0 and then 100 in use."""
    sim = ecs.Simulation(1)
    function(sim, "orange", reserved_concurrency=600)
    function(sim, "blue", provisioned_concurrency=200)
    others = function(sim, "others", warm=5.0)
    for index in range(100):
        sim.at(70.0, lambda index=index: others.call(70.0 + index * STEP, Message(index, 70.0), lambda *reply: None))
    run = sim.run(minutes=3)

    assert account(run, "UnreservedConcurrentExecutions") == (0, 100, 0)
    assert account(run, "ClaimedAccountConcurrency") == (800, 900, 800)


def test_of_a_function_with_both_the_reservation_is_claimed():
    sim = ecs.Simulation(1)
    function(sim, reserved_concurrency=300, provisioned_concurrency=200)

    assert account(sim.run(minutes=1), "ClaimedAccountConcurrency") == (300,)


def test_requests_on_provisioned_or_reserved_concurrency_are_not_unreserved():
    sim = ecs.Simulation(1)
    ready = function(sim, "ready", provisioned_concurrency=5, provisioning_seconds=0)
    own = function(sim, "own", reserved_concurrency=5)
    for each in (ready, own):
        for index in range(5):
            sim.at(10.0, lambda each=each, index=index: each.call(10.0, Message(index, 10.0), lambda *reply: None))

    assert account(sim.run(minutes=1), "UnreservedConcurrentExecutions") == (0,)


@pytest.mark.parametrize("others", [0, 1])
def test_the_unreserved_peak_of_a_batch_is_that_of_single_requests(others):
    """With another function on the pool, requests go one by one, and a request may last into the next minute."""
    sim = ecs.Simulation(1)
    busy = function(sim, warm=ecs.Exponential(4.0))
    for _ in range(others):
        function(sim, "other")
    ecs.Traffic(sim, 10).to(busy)
    run = sim.run(minutes=5)

    assert account(run, "UnreservedConcurrentExecutions") == run.metrics["ConcurrentExecutions", "f"]["Maximum"]
    assert account(run, "UnreservedConcurrentExecutions")[0] > 30
