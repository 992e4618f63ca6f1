"""Can A reach B?"""

from __future__ import annotations

import pytest

import ecslite as ecs
from ecslite.network.reachability import NETWORK_MODES, Endpoint, reach
from ecslite.network.security_group import SecurityGroup, SecurityGroupRule
from ecslite.network.vpc import Vpc


def ends(**b):
    vpc, web, api = Vpc("shop"), SecurityGroup("web"), SecurityGroup("api")
    return Endpoint("w", vpc, "10.0.1.4", (web,)), Endpoint("a", vpc, "10.0.2.4", (api,), **b), web, api


def test_nothing_comes_in_until_a_rule_names_the_group_or_the_block():
    a, b, web, api = ends()
    assert reach(a, b, 80) == (False, "No inbound rule of api allows tcp 80 from 10.0.1.4.", None)
    rule = api.allow_inbound(web, 80)
    assert reach(a, b, 80).rule is rule and not reach(a, b, 81).allowed and not reach(b, a, 80).allowed
    assert not reach(a, b, 80, protocol="udp").allowed
    web.allow_inbound("10.0.2.0/24", 1024, 65535)
    assert reach(b, a, 5000).reason == (
        "An inbound rule of web allows tcp 1024-65535 with 10.0.2.0/24; the answer needs no rule."
    )
    web.outbound.clear()
    assert "No outbound rule of web" in reach(a, b, 80).reason
    web.allow_outbound(api, 80)
    assert reach(a, b, 80).allowed and str(rule) == "tcp 80 with group web"


def test_containers_of_a_task_share_localhost_in_awsvpc_but_not_on_a_bridge():
    a, _, _, _ = ends()
    assert reach(a, a, 80).allowed
    c = Endpoint("c", a.vpc, "10.0.1.9", network_mode="bridge")
    assert not reach(c, c, 80).allowed


def test_a_bridge_is_reached_at_the_instances_port():
    a, b, web, api = ends(network_mode="bridge", host_ports=((80, 49153),))
    api.allow_inbound(web, 80)
    assert "tcp 49153" in reach(a, b, 80).reason
    api.allow_inbound(web, 49153, 65535)
    assert reach(a, b, 80).allowed
    assert "mapped to no port" in reach(a, b, 81).reason


def test_other_vpcs_and_network_mode_none_are_out_of_reach():
    a, b, _, _ = ends(network_mode="none")
    assert "network mode none" in reach(a, b, 80).reason
    far = Endpoint("f", Vpc("far"), "10.0.1.4")
    assert "not peered" in reach(a, far, 80).reason
    assert "no security group" in reach(a, Endpoint("n", a.vpc, "10.0.1.7"), 80).reason
    assert NETWORK_MODES == ("awsvpc", "bridge", "host", "none")


def test_rules_that_cannot_be_are_refused():
    for settings, says in (
        (("icmp", 1, 2, "10.0.0.0/8"), "protocol"),
        (("tcp", 2, 1, "10.0.0.0/8"), "rising"),
        (("tcp", 1, 2, "x"), "no block"),
    ):
        with pytest.raises(ecs.InvalidSetting, match=says):
            SecurityGroupRule(*settings)
    with pytest.raises(ecs.InvalidSetting, match="network_mode"):
        Endpoint("a", Vpc("v"), "10.0.0.4", network_mode="vpc")
    group = SecurityGroup("g")
    assert str(group.outbound[0]) == "all traffic with 0.0.0.0/0"
