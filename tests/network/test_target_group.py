"""Target groups: algorithms, nodes, weights, slow start, stickiness, failures of targets, and what is counted."""

from __future__ import annotations

import itertools

import botocore.session
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecslite as ecs
from ecslite.network.routing import ALGORITHMS
from ecslite.network.target import Registration
from ecslite.network.target_group import TargetGroup
from ecslite.sim.station import Workers

QUICK = ecs.HealthCheck(interval_seconds=5, timeout_seconds=2, healthy_threshold_count=2)


def balancer(seed=1, **settings):
    sim = ecs.Simulation(seed)
    return sim, ecs.LoadBalancer(sim, "front", health_check=QUICK, **settings)


def register(front, letter, *, backlog=None, ready_at=0.0, zone=None):
    cause = front.sim.log.add("task", letter, "A task runs.")
    workers = Workers(1, backlog=backlog)
    return front.register(Registration(letter * 32, workers, ready_at, cause, lambda *_: None, zone=zone))


def states(target):
    return [state for _, state, _ in target.record.states]


def work(targets):
    """The CPU seconds that each target has accepted."""
    return [target.workers.accepted_seconds for target in targets]


def test_weights_spread_requests_over_target_groups():
    sim, front = balancer()
    blue, green = (TargetGroup(sim, name, health_check=QUICK) for name in ("blue", "green"))
    register(blue, "b"), register(green, "c")
    shift = front.forward({blue: 90, green: 10})
    ecs.Traffic(sim, 50, cpu_seconds=ecs.Constant(0.01)).to(front)
    run = sim.run(minutes=5)

    requests = {name: sum(run.metrics["RequestCount", name]["Sum"]) for name in ("front", "blue", "green")}
    assert requests["blue"] + requests["green"] == requests["front"]
    # 15,000 requests: four standard errors of a share of 10 % are 4 × √(0.1 × 0.9 / 15,000) = 1 %.
    assert requests["green"] / requests["front"] == pytest.approx(0.1, abs=0.01)
    assert run.log[shift].text == "Load balancer front forwards 90 % to blue and 10 % to green."
    assert [part.id for part in run.of_kind("target_group")] == ["blue", "green"]


def test_a_group_of_weight_zero_finishes_what_it_has_and_gets_nothing_new():
    sim, front = balancer()
    blue, green = (TargetGroup(sim, name, health_check=QUICK) for name in ("blue", "green"))
    targets = [register(blue, "b"), register(green, "c")]
    front.forward({blue: 1, green: 0})
    sim.run(seconds=10)
    front.accept([10.5], [8.0])
    cause = sim.log.add("deployment", "web", "The test traffic is well.")
    front.forward({blue: 0, green: 1}, cause=cause)
    front.accept([11.0, 12.0], [1.0, 1.0])
    run = sim.run(minutes=1)

    assert work(targets) == [8.0, 2.0]
    assert front.latency.count == 3
    assert [event.cause for event in run.events("forward")] == [None, cause]


def test_requests_for_a_group_without_targets_are_503():
    sim, front = balancer()
    empty = TargetGroup(sim, "empty")
    register(front, "a")
    front.forward({front.default_group: 50, empty: 50})
    sim.run(seconds=10)
    front.accept([10.0 + number / 16 for number in range(1, 101)], [0.0] * 100)
    run = sim.run(minutes=1)

    assert (
        run.metrics["HTTPCode_ELB_503_Count", "empty"]["Sum"] == run.metrics["HTTPCode_ELB_503_Count", "front"]["Sum"]
    )
    assert 30 < front.failed["503"] < 70
    assert [event.kind for event in run.why(run.events("errors")[0])] == ["errors", "target_group", "forward"]
    assert front.latency.count == 100 - front.failed["503"]


def test_a_service_in_two_groups_is_served_in_the_order_of_arrival():
    sim, front = balancer(nodes=1)
    other = TargetGroup(sim, "other", health_check=QUICK)
    target = register(front, "a")
    other.register(Registration("b" * 32, target.workers, 0.0, 0, lambda *_: None))
    front.forward({front.default_group: 1, other: 1})
    sim.run(seconds=10)
    front.trace(from_second=0, to_second=100)
    front.accept([10.0 + number for number in range(1, 11)], [1.5] * 10)
    run = sim.run(minutes=1)

    ends = [request.end for request in run.trace]
    assert ends == [11.0 + 1.5 * number for number in range(1, 11)]


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ({"blue": 0, "green": 0}, r"all weights are 0 \(blue, green\)"),
        ({"blue": 1000}, "0 to 999"),
        ({"blue": 1.5}, "whole number"),
        ({}, "1 to 5"),
    ],
)
def test_weights_outside_their_range_are_refused_with_the_fix(weights, says):
    sim, front = balancer()
    groups = {name: TargetGroup(sim, name) for name in weights}

    with pytest.raises(ecs.InvalidSetting, match=says):
        front.forward({groups[name]: weight for name, weight in weights.items()})


def test_a_group_has_one_load_balancer_and_a_name_of_its_own():
    sim, front = balancer()
    group = TargetGroup(sim, "blue")
    front.forward({group: 1})

    with pytest.raises(ecs.InvalidSetting, match="another load balancer"):
        ecs.LoadBalancer(sim, "other").forward({group: 1})
    with pytest.raises(ecs.InvalidSetting, match="rename one"):
        front.forward({TargetGroup(sim, "front"): 1})


def test_each_node_keeps_a_rotation_of_its_own():
    spread = {}
    for nodes in (1, 3):
        sim, front = balancer(nodes=nodes)
        targets = [register(front, letter) for letter in "abcd"]
        sim.run(seconds=10)
        longest = 0
        front.trace(from_second=0, to_second=1000)
        front.accept([10.0 + number / 16 for number in range(1, 401)], [1 / 64] * 400)
        run = sim.run(minutes=1)
        order = [request.target for request in run.trace]
        longest = sum(one == two for one, two in itertools.pairwise(order))
        spread[nodes] = (longest, max(work(targets)) - min(work(targets)))

    assert spread[1] == (0, 0.0)
    assert spread[3][0] > 0


def test_there_is_a_node_for_each_zone_by_default():
    _sim, front = balancer()
    assert list(front.node_zones()) == [None]
    for letter, zone in (("a", "us-east-1a"), ("b", "us-east-1b"), ("c", "us-east-1a")):
        register(front, letter, zone=zone)

    assert list(front.node_zones()) == ["us-east-1a", "us-east-1b"]


def test_without_cross_zone_a_node_keeps_to_its_zone():
    sim, front = balancer(cross_zone=False)
    targets = [register(front, letter, zone=zone) for letter, zone in (("a", "za"), ("b", "zb"), ("c", "zb"))]
    sim.run(seconds=10)
    front.accept([10.0 + number / 64 for number in range(1, 2001)], [1.0] * 2000)
    alone, *two = work(targets)

    # The lone target of a zone gets half of all requests; four standard errors of that share are 4.5 %.
    assert alone / 2000 == pytest.approx(0.5, abs=0.045)
    assert abs(two[0] - two[1]) <= 1


def test_a_target_that_fails_fast_draws_the_traffic_under_least_outstanding_requests():
    failed = {}
    for algorithm in ("round_robin", "least_outstanding_requests"):
        sim, front = balancer(algorithm=algorithm)
        targets = [register(front, letter, backlog=100) for letter in "abcd"]
        sim.run(seconds=10)
        targets[0].failing_fast = sim.log.add("fault", "a", "Its database is gone: it answers 500 at once.")
        ecs.Traffic(sim, 30, cpu_seconds=0.1, from_minute=1).to(front)
        run = sim.run(minutes=5)
        failed[algorithm] = front.failed["Target_5XX"] / sum(run.metrics["RequestCount"]["Sum"])
        assert run.log[run.events("errors")[0].cause].subject == "a"

    assert failed["round_robin"] == pytest.approx(0.25, abs=0.001)
    # Whenever the others are all busy it is the one with the fewest requests: nearly twice its share of four.
    assert failed["least_outstanding_requests"] > 0.4


def test_a_failing_check_takes_a_target_out_while_it_serves_well():
    sim, front = balancer()
    target, _ = register(front, "a"), register(front, "b")
    ecs.Traffic(sim, 10, cpu_seconds=0.01, from_minute=1).to(front)
    sim.run(seconds=70)
    target.failing_check = sim.log.add("fault", "a", "The path of the health check is gone.")
    sim.run(seconds=100)
    target.failing_check = None
    run = sim.run(minutes=3)

    assert states(target) == ["initial", "healthy", "unhealthy", "healthy"]
    assert front.failed == {}
    event = run.events("target", target.record.id)[2]
    assert event.text.endswith("its health check answers with an error: it is unhealthy.")
    assert [each.kind for each in run.why(event)] == ["target", "fault"]


def stopped_with_a_request_in_hand(**how):
    """The target stops at second 11; one request came half a second before, another comes half a second after."""
    sim, front = balancer()
    target = register(front, "a")
    sim.run(seconds=10)
    front.trace(from_second=0, to_second=100)
    front.accept([10.5], [5.0])
    sim.run(seconds=11)
    front.stop(target, sim.log.add("fault", "a", "It stops."), **how)
    front.accept([11.5], [1.0])
    return sim.run(minutes=3)


def test_a_host_that_is_gone_answers_nothing_and_that_is_a_504():
    run = stopped_with_a_request_in_hand(unreachable=True)

    # No connection within 10 s; no reply within 60 s to what it had in hand.
    assert [(request.fate, request.end) for request in run.trace] == [("504", 70.5), ("504", 21.5)]
    assert run.metrics["HTTPCode_ELB_504_Count"]["Sum"] == (1, 1, 0)


def test_a_process_that_died_on_a_live_host_refuses_and_that_is_a_502():
    run = stopped_with_a_request_in_hand()

    assert [(request.fate, request.end) for request in run.trace] == [("502", 11.0), ("502", 11.5)]


def test_what_waits_for_a_gone_host_at_the_end_of_the_delay_is_a_502():
    sim, front = balancer(deregistration_delay_seconds=5)
    target = register(front, "a")
    sim.run(seconds=10)
    cause = sim.log.add("fault", "a", "The host is gone.")
    front.stop(target, cause, unreachable=True)
    front.accept([10.5], [5.0])
    sim.run(seconds=11)
    front.deregister(target, cause)
    sim.run(minutes=1)

    assert front.failed == {"502": 1}


def test_overload_fails_the_health_check_and_when_all_fail_it_fails_open():
    sim, front = balancer()
    targets = [register(front, letter, backlog=50) for letter in "ab"]
    ecs.Traffic(sim, 30, cpu_seconds=0.1, from_minute=1).to(front)
    run = sim.run(minutes=3)

    assert [states(target)[2] for target in targets] == ["unhealthy", "unhealthy"]
    assert run.metrics["UnHealthyHostCount"]["Average"][-1] == 2
    assert run.metrics["RequestCount"]["Sum"][-1] > 1500
    event = run.events("target", targets[0].record.id)[2]
    assert run.why(event)[-1].kind == "traffic"


def test_slow_start_raises_the_share_in_a_straight_line():
    sim, front = balancer(slow_start_seconds=100, nodes=1)
    old = register(front, "a")
    sim.run(seconds=6)
    new = register(front, "b")
    sim.run(seconds=10)
    assert (old.slow_since, new.slow_since) == (None, 10.0)
    front.accept([10.0 + number / 8 for number in range(1, 801)], [1.0] * 800)
    ramp = work([old, new])
    front.accept([120.0 + number / 8 for number in range(1, 101)], [1.0] * 100)

    # A target whose weight rises from 0 to 1 beside one of weight 1: the mean of w / (1 + w) is 1 - ln 2 = 0.307.
    assert ramp[1] / 800 == pytest.approx(0.307, abs=0.005)
    assert work([old, new])[1] - ramp[1] == 50.0


def test_the_first_targets_do_not_start_slowly():
    sim, front = balancer(slow_start_seconds=100)
    targets = [register(front, letter) for letter in "ab"]
    sim.run(seconds=5)

    # The first to be well finds no healthy target; the second finds it.
    assert [target.slow_since for target in targets] == [None, 5.0]
    front.stop(targets[0], 0)
    sim.run(seconds=20)
    front.accept([21.0, 22.0], [1.0, 1.0])
    # Alone, a target in slow start takes everything.
    assert targets[1].workers.accepted_seconds == 2.0


@pytest.mark.parametrize("algorithm", ["round_robin", "least_outstanding_requests"])
def test_a_client_sticks_to_its_target_until_the_cookie_is_stale(algorithm):
    sim, front = balancer(algorithm=algorithm, stickiness_seconds=60, clients=1, nodes=1)
    targets = [register(front, letter) for letter in "abc"]
    sim.run(seconds=10)
    front.accept([11.0 + number for number in range(9)], [0.25] * 9)
    assert sorted(work(targets)) == [0.0, 0.0, 2.25]
    front.accept([200.0, 201.0], [0.25] * 2)

    assert sorted(work(targets)) == [0.0, 0.5, 2.25]


def test_a_client_whose_target_leaves_gets_another():
    sim, front = balancer(stickiness_seconds=3600, clients=1, nodes=1)
    targets = [register(front, letter) for letter in "ab"]
    sim.run(seconds=10)
    front.accept([11.0], [1.0])
    front.deregister(targets[0], 0)
    front.accept([12.0, 13.0], [1.0] * 2)

    assert work(targets) == [1.0, 2.0]


@pytest.mark.parametrize(
    ("given_settings", "says"),
    [
        ({"algorithm": "least_outstanding_requests", "slow_start_seconds": 60}, "slow start needs round_robin"),
        ({"algorithm": "weighted_random", "slow_start_seconds": 60}, "slow start needs round_robin"),
        ({"algorithm": "weighted_random", "stickiness_seconds": 60}, "cannot be sticky"),
        ({"slow_start_seconds": 20}, "30 to 900"),
        ({"stickiness_seconds": 0.5}, "604,800"),
        ({"stickiness_seconds": 5, "clients": 0}, "from 1"),
        ({"nodes": 0}, "one a zone"),
        ({"nodes": 2, "cross_zone": False}, "leave nodes= out"),
        ({"idle_timeout_seconds": 0}, "1 to 4000"),
    ],
)
def test_settings_that_elbv2_refuses_are_refused_with_the_fix(given_settings, says):
    with pytest.raises(ecs.InvalidSetting, match=says):
        ecs.LoadBalancer(ecs.Simulation(1), "front", **given_settings)


@settings(max_examples=20, deadline=None)
@given(
    cuts=st.lists(st.integers(1, 16 * 180), max_size=6),
    features=st.sampled_from(
        [
            {"nodes": 3},
            {"algorithm": "weighted_random"},
            {"algorithm": "least_outstanding_requests", "stickiness_seconds": 20, "clients": 9},
            {"slow_start_seconds": 45},
            {"slow_start_seconds": 45, "stickiness_seconds": 20, "clients": 9, "nodes": 2},
        ]
    ),
)
def test_slices_change_no_number_of_any_algorithm(cuts, features):
    def run(moments):
        sim, front = balancer(deregistration_delay_seconds=20, idle_timeout_seconds=10, **features)
        green = TargetGroup(sim, "green", health_check=QUICK)
        register(green, "g", backlog=20)
        targets = [register(front, letter, backlog=40) for letter in "abc"]
        sim.at(43.3, lambda: register(front, "d"))
        sim.at(61.7, lambda: front.deregister(targets[0], 0))
        sim.at(80.2, lambda: front.stop(targets[1], 0, unreachable=True))
        sim.at(99.9, lambda: front.forward({front.default_group: 3, green: 1}))
        ecs.Traffic(sim, 20, cpu_seconds=0.1).to(front)
        for moment in moments:
            sim.run(seconds=moment)
        return sim.run(seconds=180).to_json()

    assert run(sorted({cut / 16 for cut in cuts})) == run([])


def test_request_count_per_target_divides_by_the_healthy_targets():
    sim, front = balancer()
    for letter in "abcd":
        register(front, letter, ready_at=1e6 if letter == "d" else 0.0)
    ecs.Traffic(sim, 30, cpu_seconds=0.01, from_minute=1).to(front)
    run = sim.run(minutes=3)

    requests = run.metrics["RequestCount", "front"]["Sum"]
    assert run.metrics["HealthyHostCount"]["Average"] == (3, 3, 3)
    assert run.metrics["UnHealthyHostCount"]["Average"] == (1, 1, 1)
    assert run.metrics["RequestCountPerTarget", "front"]["Sum"] == tuple(count / 3 for count in requests)


def test_a_trace_is_opt_in_bounded_and_goes_to_json_and_back():
    sim, front = balancer()
    register(front, "a")
    ecs.Traffic(sim, 50, cpu_seconds=0.005, from_minute=1).to(front)
    assert '"trace"' not in sim.run(seconds=30).to_json()
    front.trace(from_second=60, to_second=70, every=10, most=20)
    run = sim.run(minutes=2)

    assert len(run.trace) == 20
    assert all(60 <= request.arrival < request.end and request.fate == "answered" for request in run.trace)
    assert ecs.Run.from_json(run.to_json()) == run
    with pytest.raises(ecs.InvalidSetting, match="a trace already"):
        front.trace(from_second=0, to_second=1)


@pytest.mark.parametrize("bounds", [{"to_second": 5}, {"every": 0}, {"most": 10**6}])
def test_a_trace_out_of_bounds_is_refused(bounds):
    _, front = balancer()

    with pytest.raises(ecs.InvalidSetting):
        front.trace(**{"from_second": 10, "to_second": 20, **bounds})


def test_states_and_algorithms_are_named_as_the_api_names_them():
    model = botocore.session.get_session().get_service_model("elbv2")
    known = model.shape_for("TargetHealthStateEnum").enum
    attribute = model.shape_for("TargetGroupAttribute").members["Key"].documentation

    assert {"initial", "healthy", "unhealthy", "draining", "unused"} <= set(known)
    assert all(f"<code>{algorithm}</code>" in attribute for algorithm in ALGORITHMS)
