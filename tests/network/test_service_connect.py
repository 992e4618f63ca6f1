"""Service Connect: turns, retries, hosts that are avoided, timeouts, and clients that know an endpoint or do not."""

from __future__ import annotations

from functools import partial

import pytest

import ecslite as ecs
from ecslite.network.namespace import Namespace
from ecslite.network.proxy import OutlierDetection, Proxy
from ecslite.network.service_connect import ServiceConnectEndpoint
from ecslite.network.target import Registration
from ecslite.sim.station import Workers


def endpoint(hosts=2, *, proxies=1, workers=4, backlog=None, rate=20.0, cpu=0.01, detection=None, **settings):
    sim = ecs.Simulation(1)
    shop = Namespace(sim, "shop", proxies=proxies, outlier_detection=detection)
    orders = ServiceConnectEndpoint(shop, "orders", **settings)
    cause = sim.log.add("task", "t", "Tasks run.")
    for number in range(hosts):
        who = f"{number}" * 32
        orders.register(Registration(who, Workers(workers, backlog=backlog), 0.0, cause, lambda *_: None))
    if rate:
        ecs.Traffic(sim, rate, cpu_seconds=ecs.Constant(cpu)).to(orders)
    return sim, orders, cause


def test_a_proxy_takes_turns_over_the_hosts():
    sim, orders, _ = endpoint(3)
    run = sim.run(minutes=5)
    sent = [target.workers.accepted_seconds for target in orders.targets]
    assert max(sent) - min(sent) < 0.03
    assert 0 <= sum(run.metrics["RequestCount", "orders"]["Sum"]) - orders.latency.count < 5


def test_two_proxies_and_their_work_make_a_request_slower():
    _sim, plain, _ = endpoint(proxy_seconds=0, proxy_cpu_seconds=0, rate=1)
    _sim.run(minutes=5)
    sim, orders, _ = endpoint(proxy_seconds=0.002, proxy_cpu_seconds=0.001, rate=1)
    sim.run(minutes=5)
    assert orders.latency.mean - plain.latency.mean == pytest.approx(0.003, abs=1e-4)


def test_a_host_that_refuses_is_tried_once_and_another_answers():
    """A dead process refuses at once: the retry goes to another host, and no request fails."""
    sim, orders, cause = endpoint(2)
    sim.at(60, lambda: orders.stop(orders.targets[0], cause))
    run = sim.run(minutes=5)
    assert not orders.failed
    assert orders.retried > 0
    assert sum(run.metrics["RetriedRequestCount", "orders"]["Sum"]) == orders.retried


def test_vector_65_five_failures_in_30_s_and_a_host_is_avoided_for_30_to_300_s():
    """Vector 65."""
    sim, orders, cause = endpoint(2)
    sim.at(60, lambda: orders.stop(orders.targets[0], cause))
    run = sim.run(minutes=30)
    spans = [event.details["seconds"] for event in run.events("outlier")]
    assert spans[:4] == [30, 60, 90, 120]
    assert set(spans[9:]) <= {300} and len(spans) >= 8
    assert run.why(run.events("outlier")[0])[-1].text == "Tasks run."


def test_four_failures_do_not_count_and_old_ones_are_forgotten():
    heard = []
    proxy = Proxy("p", OutlierDetection(), heard.append)
    _, orders, _ = endpoint(2, rate=0)
    bad = orders.targets[0]
    for moment in (0, 1, 2, 3, 31):
        proxy.failed(bad, moment, orders.targets)
    assert heard == []
    proxy.failed(bad, 31.5, orders.targets)
    proxy.failed(bad, 31.6, orders.targets)
    assert [one.seconds for one in heard] == [30]


def test_at_most_a_share_of_the_hosts_is_avoided_but_always_one():
    heard = []
    proxy = Proxy("p", OutlierDetection(max_ejection_percent=50), heard.append)
    _, orders, _ = endpoint(4, rate=0)
    for host in orders.targets[:3]:
        for moment in range(5):
            proxy.failed(host, moment, orders.targets)
    assert [one.host for one in heard] == orders.targets[:2]
    picked = {proxy.pick("orders", orders.targets, 5.0).short for _ in range(8)}
    assert picked == {orders.targets[2].short, orders.targets[3].short}
    proxy.forget(orders.targets[0])
    assert orders.targets[0] in {proxy.pick("orders", orders.targets, 5.0) for _ in range(4)}


def test_where_all_hosts_are_avoided_they_are_used_all_the_same():
    proxy = Proxy("p", OutlierDetection(max_ejection_percent=100), lambda ejection: None)
    _, orders, _ = endpoint(2, rate=0)
    for host in orders.targets:
        for moment in range(5):
            proxy.failed(host, moment, orders.targets)
    assert proxy.pick("orders", orders.targets, 5.0) in orders.targets
    assert proxy.pick("orders", [], 5.0) is None


def test_three_attempts_and_no_more():
    sim, orders, cause = endpoint(3, detection=OutlierDetection(failures=10**6))
    sim.run(seconds=60)
    for target in orders.targets:
        orders.stop(target, cause)
    before = orders.latency.count
    run = sim.run(seconds=180)
    requests = sum(run.metrics["RequestCount", "orders"]["Sum"][1:])
    assert orders.failed == {"503": requests}
    assert orders.retried == 2 * requests
    assert orders.latency.count == before
    assert run.events("errors")[-1].cause == cause


def test_a_lost_host_costs_the_connect_timeout_before_another_answers():
    sim, orders, cause = endpoint(2, detection=OutlierDetection(failures=10**6), rate=5)
    sim.run(seconds=60)
    orders.stop(orders.targets[0], cause, unreachable=True)
    sim.run(minutes=5)
    assert not orders.failed
    assert orders.latency.largest == pytest.approx(5.0, abs=0.2)


def test_the_last_host_is_tried_again_where_there_is_no_other():
    sim, orders, cause = endpoint(1, rate=5)
    sim.run(seconds=60)
    orders.stop(orders.targets[0], cause, unreachable=True)
    sim.run(minutes=3)
    assert set(orders.failed) == {"504"}


def test_an_answer_after_fifteen_seconds_is_a_504():
    sim, orders, _ = endpoint(1, workers=1, rate=2, cpu=1.0)
    sim.run(minutes=5)
    assert set(orders.failed) == {"504"}
    assert orders.latency.largest <= 15.001
    sim, orders, _ = endpoint(1, workers=1, rate=2, cpu=1.0, per_request_timeout_seconds=0)
    sim.run(minutes=5)
    assert not orders.failed


def test_a_host_that_hangs_answers_nothing_within_the_timeout():
    sim, orders, cause = endpoint(1, cpu=0.1)
    sim.run(seconds=60)
    orders.hang(orders.targets[0], cause)
    run = sim.run(seconds=120)
    assert set(orders.failed) == {"504"}
    assert run.events("errors")[-1].cause == cause


def test_what_a_dying_host_has_in_hand_is_answered_by_another():
    sim, orders, cause = endpoint(2, workers=1, rate=10, cpu=0.15)
    sim.run(seconds=60)
    busy = orders.targets[0]
    orders.stop(busy, cause)
    orders.deregister(busy, cause)
    run = sim.run(seconds=300)
    assert sum(run.metrics["RequestCount", "orders"]["Sum"]) >= orders.latency.count > 400
    assert busy not in orders._in_hand


def test_a_full_backlog_is_a_connection_that_fails():
    sim, orders, _ = endpoint(2, workers=1, backlog=1, rate=60, cpu=0.1)
    sim.run(minutes=3)
    assert orders.failed["503"] > 1000 and orders.retried > 1000


def test_slices_change_no_number():
    def run(ends):
        sim, orders, cause = endpoint(3, proxies=3, workers=1, backlog=3, rate=40, cpu=0.05)
        sim.at(61.5, lambda: orders.stop(orders.targets[0], cause, unreachable=True))
        sim.at(122.7, lambda: orders.stop(orders.targets[1], cause))
        for second in ends:
            result = sim.run(seconds=second)
        said = [(event.seconds, event.text) for event in result.events("outlier") + result.events("errors")]
        return orders.failed, orders.retried, orders.latency.mean, said

    assert run([300]) == run([7.3, 61.6, 62, 66.6, 121.9, 123, 300])


def test_a_client_knows_the_endpoints_of_its_last_deployment():
    sim, orders, cause = endpoint(1, owner="orders")
    shop = orders.namespace
    shop.join("old" * 8, "web", frozenset(), cause=cause)
    shop.join("own" * 8, "orders", shop.known, cause=cause)
    sim.at(60, partial(shop.join, "new" * 8, "web", shop.known, cause=cause))
    sim.at(120, partial(shop.leave, "old" * 8))
    run = sim.run(minutes=3)
    failed = run.metrics["FailedRequestCount", "orders"]["Sum"]
    sent = run.metrics["RequestCount", "orders"]["Sum"]
    assert failed[0] == sent[0]
    assert 0.3 < failed[1] / sent[1] < 0.7
    assert failed[2] == 0
    assert set(orders.failed) == {"unknown endpoint"}
    shop.leave("new" * 8)
    sim.run(minutes=4)
    assert orders.failed["unknown endpoint"] > failed[0] + failed[1]


def test_container_checks_make_a_host_and_take_it_away():
    sim, orders, cause = endpoint(1)
    late = orders.register(Registration("c" * 32, Workers(1), 0.0, cause, lambda *_: None, checked=True))
    sim.run(seconds=30)
    assert late not in orders.hosts
    orders.check_says(late, True, cause)
    sim.run(seconds=40)
    assert late in orders.hosts
    orders.check_says(late, True, cause)
    orders.check_says(late, False, cause)
    orders.check_says(late, True, cause)
    assert late not in orders.hosts


def test_answers_of_an_endpoint_may_be_calls_to_another():
    sim, orders, cause = endpoint(1)
    stock = ServiceConnectEndpoint(orders.namespace, "stock")
    stock.register(Registration("s" * 32, Workers(4), 0.0, cause, lambda *_: None))
    ecs.Calls(orders).to(stock)
    run = sim.run(minutes=3)
    assert sum(run.metrics["RequestCount", "stock"]["Sum"]) == orders.latency.count > 1000


def test_what_cannot_be_is_refused():
    sim = ecs.Simulation(1)
    shop = Namespace(sim, "shop")
    ServiceConnectEndpoint(shop, "orders")
    for make, says in (
        (lambda: ServiceConnectEndpoint(shop, "orders"), "has an endpoint 'orders' already"),
        (lambda: ServiceConnectEndpoint(shop, "a", per_request_timeout_seconds=-1), "per_request_timeout_seconds=-1"),
        (lambda: ServiceConnectEndpoint(shop, "b", proxy_seconds=-1), "proxy_seconds=-1"),
        (lambda: Namespace(sim, "other", proxies=0), "proxies=0"),
        (lambda: OutlierDetection(failures=0), "failures=0"),
        (lambda: OutlierDetection(base_ejection_seconds=400), "base_ejection_seconds=400"),
        (lambda: OutlierDetection(max_ejection_percent=101), "max_ejection_percent=101"),
    ):
        with pytest.raises(ecs.InvalidSetting, match=says):
            make()
