"""Bad input: the message says the value, the rule and the fix, before the run starts where it can be known then."""

from __future__ import annotations

import pytest

import ecslite as ecs

WEB = ecs.TaskDefinition("web", cpu=256, memory=512)


def cluster(*, capacity=None):
    sim = ecs.Simulation(1)
    return ecs.Cluster(sim, "shop", capacity=capacity(sim) if capacity else None)


def weights_of_zero():
    items = [ecs.CapacityProviderStrategyItem(name, weight=0) for name in ("FARGATE", "FARGATE_SPOT")]
    both = cluster(capacity=lambda sim: [ecs.Fargate(), ecs.FargateSpot()])
    ecs.Service(both, WEB, desired_count=1, capacity_provider_strategy=items)


def forwards_to_nothing():
    front = ecs.LoadBalancer(ecs.Simulation(1), "front")
    front.forward({front.default_group: 0})


def a_target_of_zero():
    web = ecs.Service(cluster(), WEB, desired_count=1)
    ecs.TargetTracking(web, target=0, min_capacity=1, max_capacity=2)


def a_subnet_too_small():
    subnet = ecs.Subnet(ecs.Vpc("shop"), "10.0.1.0/28")
    network = ecs.AwsvpcConfiguration([subnet])
    ecs.Service(cluster(), WEB, desired_count=12, network_configuration=network)


def a_block_too_small():
    ecs.Subnet(ecs.Vpc("shop"), "10.0.1.0/29")


def an_unknown_type():
    ecs.AutoScalingGroup(ecs.Simulation(1), "fleet", max_size=1, instance_type_name="m5.lagre")


def an_expression_that_does_not_parse():
    ecs.PlacementConstraint("memberOf", "attribute:ecs.instance-type =~ (")


@pytest.mark.parametrize(
    ("do", "value", "rule", "fix"),
    [
        (weights_of_zero, "all weights are 0", "no task could be placed", "give one provider a weight of at least 1"),
        (forwards_to_nothing, "all weights are 0", "no request could be forwarded", "give one group a weight from 1"),
        (a_target_of_zero, "target=0", "above 0", "such as 60"),
        (a_subnet_too_small, "12 tasks", "11 addresses (AWS keeps 5 of each)", "add subnets or larger ones"),
        (a_block_too_small, "10.0.1.0/29", "/16 to /28", "use a block"),
        (an_unknown_type, "'m5.lagre' is not known", "use one such as", "m5.large"),
        (an_expression_that_does_not_parse, "'(' at character 32", "expected a value", "use a form such as attribute:"),
    ],
    ids=lambda case: getattr(case, "__name__", ""),
)
def test_a_message_says_the_value_the_rule_and_the_fix(do, value, rule, fix):
    with pytest.raises(ecs.EcsliteError) as caught:
        do()
    said = str(caught.value)

    assert [part for part in (value, rule, fix) if part not in said] == []


def test_a_service_that_may_not_move_says_so_in_an_event_as_ecs_writes_it():
    """minimum 100 and maximum 100 are no error: the first tasks start, and only a deployment stands still."""
    bounds = ecs.DeploymentConfiguration(minimum_healthy_percent=100, maximum_percent=100)
    web = ecs.Service(cluster(), WEB, desired_count=2, deployment_configuration=bounds)
    web.sim.run(minutes=5)
    web.update(force_new_deployment=True)
    run = web.sim.run(minutes=15)
    said = run.events("service")[-1].text

    assert said.startswith("(service web) was unable to stop or start tasks during a deployment because of the service")
    assert "minimum_healthy_percent=100" in said
    assert "maximum_percent=100" in said
    assert "Lower" in said


def test_a_subnet_that_runs_out_later_says_so_in_the_service_and_in_the_task():
    """Two services share a subnet of eleven addresses: each alone would fit, together they do not."""
    network = ecs.AwsvpcConfiguration([ecs.Subnet(ecs.Vpc("shop"), "10.0.1.0/28", public=True)], (), "ENABLED")
    shop = cluster()
    for name in ("one", "two"):
        ecs.Service(shop, WEB, name=name, desired_count=6, network_configuration=network)
    run = shop.sim.run(minutes=3)
    reasons = {part.attributes.get("stopped_reason", "") for part in run.of_kind("task")}

    assert any("InsufficientFreeAddressesInSubnet" in reason for reason in reasons)
