"""Security groups between a load balancer and its targets, and where a load balancer stands."""

from __future__ import annotations

from functools import partial

import botocore.session
import pytest

import ecslite as ecs
from ecslite.network.scheme import SCHEMES

A, B = "us-east-1a", "us-east-1b"


def network(public=True):
    vpc = ecs.Vpc("shop")
    return [
        ecs.Subnet(vpc, "10.0.1.0/24", zone=A, public=public),
        ecs.Subnet(vpc, "10.0.2.0/24", zone=B, public=public),
    ]


def shop(*, allow, seed=1, front_group=True, task_group=True, **settings):
    sim = ecs.Simulation(seed)
    subnets = network()
    alb, web = ecs.SecurityGroup("alb"), ecs.SecurityGroup("web")
    if allow:
        web.allow_inbound(alb, 80)
    groups = (alb,) if front_group else ()
    front = ecs.LoadBalancer(
        sim, "front", subnets=subnets, security_groups=groups, deregistration_delay_seconds=0, **settings
    )
    tasks = ecs.AwsvpcConfiguration(subnets, (web,) if task_group else (), "ENABLED")
    cluster = ecs.Cluster(sim, "shop")
    service = ecs.Service(
        cluster,
        ecs.TaskDefinition("web"),
        desired_count=2,
        load_balancer=front,
        network_configuration=tasks,
        health_check_grace_period_seconds=600,
    )
    ecs.Traffic(sim, 5, cpu_seconds=0.005).to(front)
    return sim, front, service, alb, web


def test_with_the_rule_requests_pass():
    sim, front, *_ = shop(allow=True)
    sim.run(minutes=5)
    assert set(front.failed) == {"503"}
    assert front.default_group.healthy_count == 2


def test_without_the_rule_checks_time_out_and_why_names_the_rule_that_is_missing():
    sim, *_ = shop(allow=False)
    run = sim.run(minutes=6)

    (first, *_) = [event for event in run.events("target") if event.text.endswith("it is unhealthy.")]
    assert first.details["reason"] == "Target.Timeout"
    assert "its security groups drop connections" in first.text
    chain = [event.text for event in run.why(first)]
    assert any("No inbound rule of web allows tcp 80 from 10.0.1.4." in text for text in chain)


def test_without_the_rule_requests_get_504_ten_seconds_later():
    """All targets are unhealthy, so that the load balancer fails open, and waits for a connection in vain."""
    sim, front, *_ = shop(allow=False)
    front.trace(from_second=240, to_second=300)
    run = sim.run(minutes=6)

    assert {(one.fate, round(one.end - one.arrival, 6)) for one in run.trace} == {("504", 10.0)}
    errors = run.events("errors")[-1]
    assert any("No inbound rule of web" in event.text for event in run.why(errors))


def test_a_rule_that_is_added_lets_requests_pass_from_that_moment_on():
    sim, front, _, alb, web = shop(allow=False)
    sim.at(250, partial(web.allow_inbound, alb, 80))
    front.trace(from_second=240, to_second=260)
    run = sim.run(minutes=10)

    fates = {(one.arrival < 250, one.fate) for one in run.trace}
    assert fates == {(True, "504"), (False, "answered")}
    assert front.default_group.healthy_count == 2
    assert [event.text for event in run.events("security_group", "web")][-1].startswith(
        "Connections of front pass to target"
    )


def test_a_rule_that_is_revoked_leaves_what_is_in_hand():
    sim, front, _, alb, web = shop(allow=True)
    front.trace(from_second=0, to_second=320, most=5000)
    sim.at(300, lambda: web.revoke(web.inbound[0]))
    run = sim.run(minutes=6)
    assert {"answered", "504", "503"} == {one.fate for one in run.trace}
    assert all(one.arrival > 300 for one in run.trace if one.fate == "504")
    with pytest.raises(ecs.InvalidSetting, match="has no rule"):
        web.revoke(ecs.SecurityGroup("x").allow_inbound(alb, 1))


def test_slices_change_no_number():
    def run(ends):
        sim, front, _, alb, web = shop(allow=False)
        sim.at(250, partial(web.allow_inbound, alb, 80))
        for second in ends:
            sim.run(seconds=second)
        return front.failed, front.latency.count

    assert run([600]) == run([3.3, 249.9, 251, 600])


def test_the_outbound_rules_of_the_load_balancer_count_too():
    sim, _, _, alb, _ = shop(allow=True)
    sim.at(200, lambda: alb.revoke(alb.outbound[0]))
    sim.at(260, lambda: alb.allow_outbound("10.0.0.0/16", 80))
    run = sim.run(minutes=8)
    texts = [event.text for event in run.events("security_group", "web")]
    assert sum("No outbound rule of alb allows tcp 80" in text for text in texts) == 2
    assert sum("pass to target" in text for text in texts) == 2


@pytest.mark.parametrize(("front", "task", "healthy"), [(False, False, 2), (True, False, 0), (False, True, 0)])
def test_without_groups_members_of_the_default_group_reach_each_other_and_nobody_else_does(front, task, healthy):
    sim, balancer, *_ = shop(allow=False, front_group=front, task_group=task)
    sim.run(minutes=4)
    assert balancer.default_group.healthy_count == healthy


def test_a_group_with_targets_that_is_forwarded_to_later_is_asked_too():
    sim, front, service, *_ = shop(allow=False)
    other = ecs.TargetGroup(sim, "other", deregistration_delay_seconds=0)
    subnets = service.network_configuration.subnets
    tasks = ecs.AwsvpcConfiguration(subnets, (ecs.SecurityGroup("closed"),), "ENABLED")
    cluster = ecs.Cluster(sim, "second")
    late = ecs.Service(
        cluster, ecs.TaskDefinition("late"), desired_count=1, load_balancer=other, network_configuration=tasks
    )
    sim.run(minutes=3)
    assert other.healthy_count == 1
    front.forward({other: 1})
    late.update(desired_count=0)
    run = sim.run(minutes=5)
    assert [event for event in run.events("security_group", "closed") if "No inbound rule of closed" in event.text]


def test_a_target_group_without_interfaces_is_reached_by_everybody():
    sim = ecs.Simulation(1)
    front = ecs.LoadBalancer(sim, "front", subnets=network())
    ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web"), desired_count=1, load_balancer=front)
    sim.run(minutes=3)
    assert front.default_group.healthy_count == 1
    assert front.node_zones() == [A, B]


def test_an_internal_load_balancer_has_no_public_address_to_pay():
    for scheme, addresses in (("internal", 0), ("internet-facing", 1)):
        sim = ecs.Simulation(1)
        ecs.LoadBalancer(sim, "front", scheme=scheme, subnets=network())
        bill = ecs.bill(sim.run(minutes=60))
        assert sum(line.category == "Public IPv4" for line in bill.lines) == addresses


def test_schemes_are_those_of_the_api_and_subnets_are_checked():
    model = botocore.session.get_session().get_service_model("elbv2")
    assert list(SCHEMES) == model.shape_for("LoadBalancerSchemeEnum").enum
    sim = ecs.Simulation(1)
    one, two = network()
    vpc = one.vpc
    small = ecs.Subnet(vpc, "10.0.3.0/28", zone="us-east-1c", public=True)
    private = ecs.Subnet(vpc, "10.0.4.0/24", zone="us-east-1c")
    twin = ecs.Subnet(vpc, "10.0.5.0/24", zone=A, public=True)
    for number, (settings, says) in enumerate(
        (
            ({"scheme": "public"}, "scheme='public': use 'internet-facing' or 'internal'"),
            ({"security_groups": (ecs.SecurityGroup("alb"),)}, "without subnets="),
            ({"subnets": (one,)}, "two zones at least"),
            ({"subnets": (one, two, twin)}, "one a zone"),
            ({"subnets": (one, network()[1])}, "two VPCs"),
            ({"subnets": (one, small)}, "/27 or larger"),
            ({"subnets": (one, private)}, "is private"),
        )
    ):
        with pytest.raises(ecs.InvalidSetting, match=says):
            ecs.LoadBalancer(sim, f"front {number}", **settings)


def test_reasons_of_failed_checks_are_those_of_the_api():
    model = botocore.session.get_session().get_service_model("elbv2")
    known = model.shape_for("TargetHealthReasonEnum").enum
    assert {"Target.Timeout", "Target.FailedHealthChecks", "Target.ResponseCodeMismatch"} <= set(known)
