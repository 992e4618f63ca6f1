"""API Gateway: limits in their order, timeouts, errors, the cache, and clients that try again."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stand_ins import Backend, Sink

import ecslite as ecs
from ecslite.serverless.api_cache import ApiCache
from ecslite.serverless.message import Message
from ecslite.serverless.throttling import ACCOUNT, Throttling


def answered(run, name, subject="shop"):
    return sum(value or 0.0 for value in run.metrics[name, subject]["Sum"])


def ask(api, *times, key=""):
    """Requests at these moments; their replies, when the run has come so far."""
    replies = []
    for number, time in enumerate(times):

        def call(now, number=number):
            api.call(now, Message(number, now, key=key), lambda *reply: replies.append(reply))

        api.agenda.at(time, call)
    return replies


def test_of_5_001_requests_at_one_instant_the_last_gets_429_vector_93():
    sim = ecs.Simulation(1)
    api = ecs.Api(sim, "shop")
    replies = ask(api, *[0.0] * 5001)
    sim.run(seconds=1)
    assert sorted(outcome for _, outcome in replies) == ["429"] + ["ok"] * 5000
    assert api.answered == {"200": 5000, "429 account": 1}


def test_all_apis_share_the_accounts_limit():
    sim = ecs.Simulation(1)
    small = ecs.Throttle(1, 3)
    apis = [ecs.Api(sim, name, account=small) for name in ("shop", "blog")]
    for api in apis:
        ask(api, 0.0, 0.0)
    sim.run(seconds=1)
    assert [dict(api.answered) for api in apis] == [{"200": 2}, {"200": 1, "429 account": 1}]


def test_two_limits_of_one_account_are_refused():
    sim = ecs.Simulation(1)
    ecs.Api(sim, "shop")
    with pytest.raises(ecs.InvalidSetting, match="all APIs of an account share one limit, and it is 10000 requests"):
        ecs.Api(sim, "blog", account=ecs.Throttle(2500, 1250))


def throttling(**limits):
    values = {"account": ecs.Throttle(0, 4), "stage": None, "methods": {}, "plan": None, **limits}
    return Throttling(ecs.Simulation(1), values["account"], values["stage"], values["methods"], values["plan"])


def test_limits_are_asked_in_awss_order():
    """The client's method, the client, its quota, the stage's method, the account: each lets one more through."""
    plan = ecs.UsagePlan(
        throttle=ecs.Throttle(0, 2), methods={"POST": ecs.Throttle(0, 1)}, quota=9, api_keys={"a": 1, "b": 1}
    )
    limits = throttling(plan=plan, stage=ecs.Throttle(0, 3))
    asked = [("POST", "a"), ("POST", "a"), ("GET", "a"), ("GET", "a"), ("POST", "b"), ("GET", "b"), ("PUT", "c")]
    refused = [limits.refusal(0.0, method, client) for method, client in asked]
    assert refused == ["", "usage plan", "", "usage plan", "", "", "account"]


def test_a_method_has_the_stages_limit_unless_it_has_one_of_its_own():
    limits = throttling(account=ACCOUNT, stage=ecs.Throttle(0, 1), methods={"GET": ecs.Throttle(0, 2)})
    refused = [limits.refusal(0.0, method, "") for method in ("GET", "GET", "GET", "POST", "POST", "PUT")]
    assert refused == ["", "", "stage", "", "stage", ""]


def test_a_quota_counts_what_is_let_through_in_its_period():
    limits = throttling(account=ACCOUNT, plan=ecs.UsagePlan(quota=2))
    refused = [limits.refusal(seconds, "GET", "a") for seconds in (0.0, 1.0, 2.0, 86399.0, 86400.0)]
    assert refused == ["", "", "quota", "quota", ""]


def test_a_client_over_its_plan_leaves_the_others_alone():
    sim = ecs.Simulation(1)
    plan = ecs.UsagePlan(throttle=ecs.Throttle(10, 10), api_keys={"crawler": 9, "shop": 1})
    api = ecs.Api(sim, "shop", usage_plan=plan)
    ecs.Traffic(sim, ecs.constant(50)).to(api)
    run = sim.run(minutes=5)
    passed = api.answered["200"] / 300
    # The crawler's 45 a second are cut to 10; the 5 of the shop pass.
    assert passed == pytest.approx(15, rel=0.05)
    told = next(event for event in run.events("api") if "429" in event.text)
    assert "over its usage plan (10 requests a second and bursts of 10)" in told.text
    assert [event.kind for event in run.why(told)] == ["api", "traffic"]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("ok", "ok"), ("Unhandled", "502"), ("429", "500"), ("ProvisionedThroughputExceededException", "500")],
)
def test_what_the_integration_says_becomes_a_status(outcome, status):
    sim = ecs.Simulation(1)
    api = ecs.Api(sim, "shop", overhead=0.5)
    api >> Backend(sim, outcome=lambda message: outcome)
    replies = ask(api, 1.0)
    sim.run(seconds=3)
    assert replies == [(1.0 + ecs.sim.clock.on_grid(0.1) + 0.5, status)]


@pytest.mark.parametrize(("protocol", "settings", "limit"), [("REST", {}, 29.0), ("HTTP", {}, 30.0)])
def test_without_a_reply_in_time_the_answer_is_504_and_the_late_reply_reaches_nobody(protocol, settings, limit):
    sim = ecs.Simulation(1)
    api = ecs.Api(sim, "shop", protocol, overhead=0, **settings)
    backend = Backend(sim, seconds=lambda message: limit - 0.5 + message.id)
    api >> backend
    replies = ask(api, 1.0, 2.0)
    run = sim.run(minutes=1)
    assert sorted(replies) == [(0.5 + limit, "ok"), (2.0 + limit, "504")]
    assert f"no reply came within {limit:g} s" in next(event.text for event in run.events("api") if "504" in event.text)
    assert (api.open, run.metrics["IntegrationLatency"]["Maximum"][0]) == (0, 1000 * limit)


def test_a_raised_quota_lets_a_regional_rest_api_wait_longer():
    sim = ecs.Simulation(1)
    api = ecs.Api(sim, "shop", timeout_seconds=60, timeout_quota_seconds=60, overhead=0)
    api >> Backend(sim, seconds=lambda message: 45.0)
    replies = ask(api, 0.0)
    sim.run(minutes=2)
    assert replies == [(45.0, "ok")]


def test_the_cache_answers_a_get_for_five_minutes():
    sim = ecs.Simulation(1)
    api = ecs.Api(sim, "shop", cache=ecs.CacheSettings())
    backend = Backend(sim)
    api >> backend
    ask(api, 0.0, 0.05, 1.0, 299.0, 301.0, key="a")
    run = sim.run(minutes=10)
    # The second comes before the first reply is there.
    assert len(backend.called) == 3
    assert (answered(run, "CacheHitCount"), answered(run, "CacheMissCount")) == (2, 3)


def test_the_cache_keeps_neither_errors_nor_replies_to_a_post():
    for shares, outcome in (({"POST": 1.0}, "ok"), ({"GET": 1.0}, "Unhandled")):
        sim = ecs.Simulation(1)
        api = ecs.Api(sim, "shop", cache=ecs.CacheSettings(), methods=shares)
        backend = Backend(sim, outcome=lambda message, outcome=outcome: outcome)
        api >> backend
        ask(api, 0.0, 1.0, key="a")
        sim.run(minutes=1)
        assert len(backend.called) == 2


def test_a_full_cache_forgets_what_was_used_longest_ago():
    cache = ApiCache(ecs.CacheSettings("0.5"), 1024.0)
    assert cache.places == 512
    for number in range(512):
        cache.keep(0.0, str(number))
    hit = cache.has(1.0, "0")
    cache.keep(2.0, "new")
    assert (hit, cache.has(3.0, "0"), cache.has(3.0, "1"), len(cache)) == (True, True, False, 512)


def test_a_reply_above_1_mib_is_not_kept():
    cache = ApiCache(ecs.CacheSettings("237"), 1025.0)
    cache.keep(0.0, "a")
    assert len(cache) == 0


def test_skewed_keys_make_a_cache_worth_its_money():
    hits = []
    for exponent in (0.0, 1.2):
        sim = ecs.Simulation(1)
        api = ecs.Api(sim, "shop", cache=ecs.CacheSettings(), keys=ecs.Zipf(5000, exponent))
        api >> Backend(sim)
        ecs.Traffic(sim, ecs.constant(20)).to(api)
        hits.append(answered(sim.run(minutes=5), "CacheHitCount") / 6000)
    assert hits == [pytest.approx(0.42, abs=0.05), pytest.approx(0.84, abs=0.05)]


@settings(max_examples=20)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 9), st.booleans())
def test_every_request_is_answered_or_refused_with_a_counted_reason(rate, limit, seed, retry):
    sim = ecs.Simulation(seed)
    api = ecs.Api(sim, "shop", stage=ecs.Throttle(limit, limit), timeout_seconds=0.15)
    api >> Backend(sim, seconds=lambda m: 0.05 * (m.id % 4), outcome=lambda m: "Unhandled" if m.id % 7 else "ok")
    retries = ecs.Retries(max_attempts=2, jitter=0.1) if retry else None
    source = ecs.Traffic(sim, ecs.constant(rate), retries=retries).to(api)
    run = sim.run(minutes=2)
    assert source.requests == sum(api.answered.values()) + api.open
    by_status = {first: sum(n for answer, n in api.answered.items() if answer[0] == first) for first in "245"}
    found = [answered(run, name) for name in ("4XXError", "5XXError", "Count", "ThrottledCount")]
    assert found == [by_status["4"], by_status["5"], sum(by_status.values()), by_status["4"]]
    assert sum(run.metrics["Latency"]["SampleCount"]) == sum(by_status.values())


def busy(stops=(), retries=None):
    sim = ecs.Simulation(4)
    plan = ecs.UsagePlan(throttle=ecs.Throttle(15, 30), quota=1500, api_keys={"a": 3, "b": 1})
    api = ecs.Api(
        sim,
        "shop",
        usage_plan=plan,
        cache=ecs.CacheSettings(ttl_seconds=5),
        methods={"GET": 3, "POST": 1},
        keys=ecs.Zipf(50),
        timeout_seconds=0.3,
    )
    api >> Backend(sim, seconds=lambda m: 0.1 * (m.id % 5))
    ecs.Traffic(sim, ecs.constant(30), retries=retries).to(api)
    for stop in stops:
        sim.run(seconds=stop)
    return sim.run(minutes=3).to_json()


@settings(max_examples=10)
@given(st.lists(st.integers(1, 179).map(float), max_size=6, unique=True), st.booleans())
def test_slicing_changes_nothing(stops, retry):
    retries = ecs.Retries(jitter=0.3) if retry else None
    assert busy(sorted(stops), retries) == busy((), retries)


def test_clients_that_retry_come_again_until_they_are_answered():
    """A function that fails half of its calls: of 4 attempts all fail for one request in 16."""
    sim = ecs.Simulation(2)
    api = ecs.Api(sim, "shop")
    draw = sim.stream("test").random
    api >> Backend(sim, outcome=lambda message: "ok" if draw() < 0.5 else "Unhandled")
    ecs.Traffic(sim, ecs.constant(20), retries=ecs.Retries(max_attempts=4)).to(api)
    run = sim.run(minutes=20)
    sent, again, given_up = (
        answered(run, name, "traffic") for name in ("ClientRequests", "ClientRetries", "ClientFailures")
    )
    assert (again / sent, given_up / sent) == (pytest.approx(0.875, abs=0.03), pytest.approx(1 / 16, abs=0.01))


def test_a_retry_asks_for_the_same_again():
    sim = ecs.Simulation(2)
    plan = ecs.UsagePlan(api_keys={"a": 1, "b": 1})
    api = ecs.Api(sim, "shop", usage_plan=plan, methods={"GET": 1, "POST": 1}, keys=ecs.Zipf(100_000, 0.0))
    backend = Backend(sim, outcome=lambda message: "Unhandled")
    api >> backend
    ecs.Traffic(sim, ecs.constant(5), retries=ecs.Retries(max_attempts=3)).to(api)
    sim.run(minutes=5)
    times = Counter(message.key for message in backend.called)
    # Of some 1,500 requests a few were made in the last seconds, and a few share a key by chance.
    assert Counter(times.values())[3] > 0.97 * len(times)


def test_an_http_api_has_metrics_of_its_own_names():
    sim = ecs.Simulation(1)
    api = ecs.Api(sim, "shop", "HTTP", payload_kib=2)
    ecs.Traffic(sim, ecs.constant(10)).to(api)
    run = sim.run(minutes=1)
    names = {name for name, subject in run.metrics if subject == "shop"}
    assert names == {"4xx", "5xx", "Count", "ThrottledCount", "Latency", "IntegrationLatency", "DataProcessed"}
    assert answered(run, "DataProcessed") == answered(run, "Count") * 2048


def test_open_requests_are_a_level():
    sim = ecs.Simulation(1)
    api = ecs.Api(sim, "shop")
    api >> Backend(sim, seconds=lambda message: 10.0)
    ecs.Traffic(sim, ecs.constant(5)).to(api)
    run = sim.run(minutes=10)
    steps = [value for _, value, _ in run.level("OpenRequests", "shop").steps]
    # Little's law: 5 requests a second × 10 s.
    assert sum(steps) / len(steps) == pytest.approx(50, rel=0.2)


def test_an_api_waits_for_a_reply_and_has_one_integration():
    sim = ecs.Simulation(1)
    api = ecs.Api(sim, "shop")
    with pytest.raises(ecs.InvalidSetting, match="api 'shop' waits for a reply, and sink 'sink' gives none"):
        api >> Sink(sim)
    api >> Backend(sim)
    with pytest.raises(ecs.InvalidSetting, match="api 'shop' has an integration: build another API for 'other'"):
        api >> Backend(sim, "other")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"protocol": "SOAP"}, "use one of REST, HTTP"),
        ({"endpoint_type": "MOON"}, "use one of REGIONAL, EDGE, PRIVATE"),
        (
            {"timeout_seconds": 30},
            "timeout_seconds=30 of a REST API: use 0.05 to 29 s, or raise timeout_quota",
        ),
        ({"timeout_seconds": 0.01}, "use 0.05 to 29 s"),
        ({"protocol": "HTTP", "timeout_seconds": 31}, "timeout_seconds=31 of a HTTP API: use 0.05 to 30 s$"),
        ({"endpoint_type": "EDGE", "timeout_quota_seconds": 60}, "only Regional and private REST APIs can wait longer"),
        ({"protocol": "HTTP", "cache": ecs.CacheSettings()}, "no such thing as a cache: use REST"),
        ({"protocol": "HTTP", "usage_plan": ecs.UsagePlan()}, "no such thing as a usage plan: use REST"),
        ({"protocol": "HTTP", "endpoint_type": "PRIVATE"}, "they are REGIONAL; use REST"),
        ({"payload_kib": 10241}, "takes up to 10 MB"),
        ({"methods": {"FETCH": 1}}, "method 'FETCH': use one of GET"),
        ({"methods": {"GET": 0}}, "give each a share above 0"),
        (
            {"usage_plan": ecs.UsagePlan(throttle=ecs.Throttle(20_000, 1))},
            "a usage plan of 20000 requests a second and bursts of 1 is above the account's",
        ),
    ],
)
def test_what_api_gateway_does_not_take_is_refused(settings, message):
    with pytest.raises(ecs.InvalidSetting, match=message):
        ecs.Api(ecs.Simulation(1), "shop", **settings)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: ecs.Throttle(-1, 1), "rate_limit=-1"),
        (lambda: ecs.Throttle(1, 1.5), "burst_limit=1.5"),
        (lambda: ecs.UsagePlan(period="YEAR"), "use one of DAY, WEEK, MONTH"),
        (lambda: ecs.UsagePlan(quota=-1), "quota=-1: use a whole number of requests a day"),
        (lambda: ecs.UsagePlan(api_keys={}), "give each client a share above 0"),
        (lambda: ecs.CacheSettings("1"), "size='1' GB is no cache cluster: use one of"),
        (lambda: ecs.CacheSettings(ttl_seconds=3601), "use 0 .off. to 3600 s"),
    ],
)
def test_limits_and_caches_outside_their_range_are_refused(act, message):
    with pytest.raises(ecs.InvalidSetting, match=message):
        act()


def test_a_stages_and_a_quotas_refusals_are_told_in_words():
    sim = ecs.Simulation(1)
    api = ecs.Api(
        sim, "shop", stage=ecs.Throttle(5, 5), usage_plan=ecs.UsagePlan(quota=800), account=ecs.Throttle(4.5, 6)
    )
    ecs.Traffic(sim, ecs.constant(10)).to(api)
    run = sim.run(minutes=2)
    texts = " ".join(event.text for event in run.events("api"))
    assert "the account is over its limit of 4.5 requests a second and bursts of 6" in texts
    assert "a method is over its limit (5 requests a second and bursts of 5)" in texts
    assert "a client's quota of 800 requests a day is used up" in texts
