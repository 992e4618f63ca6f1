"""Workers that several stations send to: requests in the order of time, and each answer where its request came from."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecslite as ecs
from ecslite.network.target import Registration
from ecslite.sim.processor_sharing import ProcessorSharing
from ecslite.sim.shared_workers import SharedWorkers, View, core
from ecslite.sim.station import Workers

MOMENTS = st.integers(1, 800).map(lambda tick: tick / 16)
COSTS = st.integers(1, 60).map(lambda tick: tick / 16 + 1 / 64)
REQUESTS = st.lists(st.tuples(MOMENTS, COSTS), max_size=25)


class Requests:
    """A source of these requests, for the first balancer or the second."""

    clients = None

    def __init__(self, sim, name, requests):
        self.sim, self.name, self.left = sim, name, list(requests)

    def take(self, until):
        now = [one for one in self.left if one[0] <= until]
        self.left = self.left[len(now) :]
        if now:
            yield [time for time, _ in now], [cost for _, cost in now], None


def first_come_first_served(requests, workers):
    """When each request, by (arrival, cost), ends: at one instant, in the order given."""
    free, ends = [0.0] * workers, []
    for arrival, cost, front in sorted(requests, key=lambda one: (one[0], one[2])):
        free.sort()
        free[0] = max(free[0], arrival) + cost
        ends.append((front, arrival, free[0]))
    return ends


@settings(max_examples=150, deadline=None)
@given(first=REQUESTS, second=REQUESTS, workers=st.integers(1, 3), cuts=st.lists(MOMENTS, max_size=4))
def test_two_balancers_before_one_task_are_served_in_the_order_of_arrival(*, first, second, workers, cuts):
    start = 30.0
    requests = [[(start + time, cost) for time, cost in sorted(dict(drawn).items())] for drawn in (first, second)]
    sim = ecs.Simulation(1)
    check = ecs.HealthCheck(interval_seconds=30, unhealthy_threshold_count=10)
    shared = SharedWorkers(Workers(workers))
    fronts = [ecs.LoadBalancer(sim, name, health_check=check, nodes=1) for name in "ab"]
    cause = sim.log.add("task", "t", "A task runs.")
    for front, each in zip(fronts, requests, strict=True):
        front.register(Registration("t" * 32, shared.view(), 0.0, cause, lambda *_: None))
        front.wire(Requests(sim, f"to {front.name}", each))
        front.trace(from_second=0, to_second=1000)
    for end in sorted({start + cut for cut in cuts} | {1000.0}):
        run = sim.run(seconds=end)
    expected = first_come_first_served([(*one, place) for place, each in enumerate(requests) for one in each], workers)
    assert sorted((one.arrival, one.end) for one in run.trace if one.fate == "answered") == sorted(
        (arrival, end) for _, arrival, end in expected if end - arrival <= 60
    )
    assert [front.latency.count for front in fronts] == [
        sum(front == place and end - arrival <= 60 for front, arrival, end in expected) for place in (0, 1)
    ]


def behind(*fronts, sim, count=1, workers=None):
    cause = sim.log.add("task", "t", "Tasks run.")
    for number in range(count):
        shared = SharedWorkers(workers() if workers else Workers(2))
        for front in fronts:
            front.register(Registration(f"{number}" * 32, shared.view(), 0.0, cause, lambda *_: None))
    return cause


def everything(ends, workers=None):
    """A load balancer with clients that retry, one without, a discovery name and an endpoint, before two tasks."""
    sim = ecs.Simulation(1)
    storm, plain = ecs.LoadBalancer(sim, "storm", nodes=1), ecs.LoadBalancer(sim, "plain", nodes=1)
    name = ecs.Discovery(sim, "web.local")
    endpoint = ecs.ServiceConnectEndpoint(ecs.Namespace(sim, "shop"), "web")
    make = workers or (lambda: Workers(2, backlog=4))
    cause = behind(storm, plain, name, endpoint, sim=sim, count=2, workers=make)
    ecs.Traffic(sim, 10, cpu_seconds=0.05, retries=ecs.Retries(), name="storm").to(storm)
    ecs.Traffic(sim, 10, cpu_seconds=0.05, name="plain").to(plain)
    ecs.Traffic(sim, 10, cpu_seconds=0.05, wait_seconds=0.02, name="name").to(name)
    ecs.Traffic(sim, 10, cpu_seconds=0.05, name="endpoint").to(endpoint)
    fronts = (storm, plain, name, endpoint)

    def lose(unreachable):
        for front in fronts:
            front.stop(front.targets[0], cause, unreachable=unreachable)

    sim.at(90.5, lambda: lose(True))
    for second in ends:
        run = sim.run(seconds=second)
    return [(front.failed, front.latency.count, front.latency.mean) for front in fronts], run.metric_list


@pytest.mark.parametrize("workers", [None, lambda: ProcessorSharing(2, cores=2, backlog=4)])
def test_slices_change_no_number(workers):
    once, metrics = everything([200], workers)
    sliced, same = everything([3.1, 61, 90.6, 95.5, 101, 177.7, 200], workers)
    assert once == sliced
    assert metrics == same
    assert all(count > 500 for _, count, _ in once)


def test_each_front_counts_what_was_sent_by_it():
    sim = ecs.Simulation(1)
    a, b = ecs.LoadBalancer(sim, "a"), ecs.LoadBalancer(sim, "b")
    behind(a, b, sim=sim)
    ecs.Traffic(sim, 5, cpu_seconds=ecs.Constant(0.01), name="a").to(a)
    ecs.Traffic(sim, 5, cpu_seconds=ecs.Constant(0.2), name="b").to(b)
    run = sim.run(minutes=10)
    means = [run.metrics["TargetResponseTime", name]["Average"][-1] for name in "ab"]
    assert means[0] < 0.15 and means[1] > 0.2


def test_what_one_front_gives_up_is_finished_for_the_others():
    shared = SharedWorkers(Workers(1))
    first, second = shared.view(), shared.view()
    assert first.offer(1.0, 5.0) and second.offer(2.0, 5.0)
    assert second.serve([3.0], [1.0], [0.5]) == []
    assert (first.outstanding(3.0), second.outstanding(3.0)) == (1, 2)
    assert first.drop(4.0) == [(1.0, 5.0, 0.0)]
    assert (first.settle(20.0), second.ended(20.0)) == ([], [(2.0, 11.0), (3.0, 12.5)])
    assert second.settle(20.0) == [9.0, 9.5]
    assert second.cpu_seconds(20.0) == 11.0
    assert core(first) is core(shared.workers) is shared.workers


def test_a_view_asks_the_workers_about_all_that_is_not_its_own():
    shared = SharedWorkers(Workers(1, backlog=1))
    view, other = shared.view(), shared.view()
    assert other.serve([0.0, 0.0, 0.0], [4.0, 4.0, 4.0]) == [2]
    assert not view.offer(1.0, 1.0)
    assert (view.wait(1.0), view.last_end(1.0)) == (7.0, 8.0)
    assert view.overdue(-1.0, 0.0, 5.0) == []
    assert other.overdue(-1.0, 0.0, 3.0) == [(0.0, 4.0, 0.0)] * 2
    view.set_cores(2.0, 0.5)
    assert view.last_end(2.0) > 8.0
    shared.forget(3.0)
    assert view.last_end(3.0) == 3.0
    assert isinstance(view, View)


def test_a_service_that_calls_itself_is_refused():
    sim = ecs.Simulation(1)
    front, name = ecs.LoadBalancer(sim, "front"), ecs.Discovery(sim, "web.local")
    ecs.Traffic(sim, 5).to(front)
    ecs.Calls(front).to(name)
    behind(front, name, sim=sim)
    with pytest.raises(ecs.InvalidSetting, match=r"front, web\.local send to the same tasks"):
        sim.run(minutes=2)


def test_a_service_behind_a_balancer_and_a_name_answers_both():
    sim = ecs.Simulation(1)
    front, name = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=5), ecs.Discovery(sim, "web.local")
    web = ecs.Service(
        ecs.Cluster(sim, "shop"),
        ecs.TaskDefinition("web", cpu=1024, memory=2048),
        desired_count=2,
        load_balancer=front,
        service_registries=[name],
    )
    ecs.Traffic(sim, 5, cpu_seconds=0.05, from_minute=3, name="front").to(front)
    ecs.Traffic(sim, 5, cpu_seconds=0.05, from_minute=3, name="name").to(name)
    sim.at(240, lambda: web.update(force_new_deployment=True))
    ecs.Fault(web, at_minute=9)
    run = sim.run(minutes=12)
    for station in ("front", "web.local"):
        assert sum(run.metrics["RequestCount", station]["Sum"]) > 2500
    assert front.latency.count > 2500 and name.latency.count > 2400
    assert web.running_count == 2


def test_two_requests_of_one_station_at_one_instant_are_both_counted():
    """As two sources of even arrivals send them."""
    shared = SharedWorkers(Workers(2))
    view = shared.view()
    view.serve([1.0], [0.5])
    view.serve([1.0], [2.0])

    assert view.outstanding(1.2) == 2
    assert view.settle(1.6) == [0.5]
    assert view.outstanding(1.6) == 1
    assert view.overdue(0.0, 1.0, 0.7) == [(1.0, 2.0, 0.0)]
    assert view.drop(2.0) == [(1.0, 2.0, 0.0)]
    assert view.outstanding(2.0) == 0
