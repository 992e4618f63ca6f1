"""VPCs, subnets, security groups, load balancers and target groups as AWS takes them.

Left out: internet gateways, route tables, NAT gateways and VPC endpoints, which a simulation has only as a word
(`public`, `nat`, `endpoints`); a VPC that is created by these calls alone has no way out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ecslite.aws.call import Call, given
from ecslite.aws.destination import Destination
from ecslite.aws.names import check_name
from ecslite.network.load_balancer import LoadBalancer
from ecslite.network.security_group import SecurityGroup, SecurityGroupRule
from ecslite.network.target_group import TargetGroup
from ecslite.network.vpc import Vpc

__all__ = ["group_calls", "listener_calls", "load_balancer_calls", "security_group_calls", "vpc_calls"]

PORT = 80
"""On which an export listens; the simulation knows no TLS."""


def vpc_calls(vpc: Vpc, where: Destination) -> Iterator[Call]:
    """A VPC and all its subnets."""
    yield Call("ec2", "CreateVpc", {"CidrBlock": str(vpc.network), **_tags("vpc", vpc.name)})
    for subnet in vpc.subnets:
        said = {
            "VpcId": where.vpc(vpc.name),
            "CidrBlock": subnet.name,
            "AvailabilityZone": subnet.zone,
            **_tags("subnet", f"{vpc.name} {subnet.zone}"),
        }
        yield Call("ec2", "CreateSubnet", said)


def _tags(kind: str, name: str) -> dict[str, Any]:
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]}


def security_group_calls(groups: Sequence[SecurityGroup], vpc: Vpc, where: Destination) -> Iterator[Call]:
    """All groups first, then their rules, since these may name each other.

    A new group lets everything out; where that rule was revoked, so it is here.
    """
    for group in groups:
        said = {"GroupName": group.name, "Description": f"{group.name} of {vpc.name}", "VpcId": where.vpc(vpc.name)}
        yield Call("ec2", "CreateSecurityGroup", said)
    for group in groups:
        id_ = where.security_group(group.name)
        everything = SecurityGroupRule("-1", 0, 65535, "0.0.0.0/0")
        out = [rule for rule in group.outbound if rule != everything]
        if everything not in group.outbound:
            yield Call("ec2", "RevokeSecurityGroupEgress", _rules(id_, [everything], where))
        if group.inbound:
            yield Call("ec2", "AuthorizeSecurityGroupIngress", _rules(id_, group.inbound, where))
        if out:
            yield Call("ec2", "AuthorizeSecurityGroupEgress", _rules(id_, out, where))


def _rules(id_: str, rules: Sequence[SecurityGroupRule], where: Destination) -> dict[str, Any]:
    return {"GroupId": id_, "IpPermissions": [_permission(rule, where) for rule in rules]}


def _permission(rule: SecurityGroupRule, where: Destination) -> dict[str, Any]:
    said: dict[str, Any] = {"IpProtocol": rule.protocol}
    if rule.protocol != "-1":
        said |= {"FromPort": rule.from_port, "ToPort": rule.to_port}
    if isinstance(rule.source, str):
        key = ("Ipv6Ranges", "CidrIpv6") if ":" in rule.source else ("IpRanges", "CidrIp")
        return said | {key[0]: [{key[1]: rule.source}]}
    return said | {"UserIdGroupPairs": [{"GroupId": where.security_group(rule.source.name)}]}


def load_balancer_calls(front: LoadBalancer, where: Destination) -> Iterator[Call]:
    """The load balancer, without its listener."""
    check_name("load balancer", front.name)
    standing = front.standing
    subnets = [where.subnet(subnet.name) for subnet in standing.subnets] or where.subnets_or_placeholders
    groups = [where.security_group(group.name) for group in standing.security_groups]
    said = given(
        Name=front.name,
        Subnets=subnets,
        SecurityGroups=groups or ([] if standing.subnets else list(where.security_groups)),
        Scheme=standing.scheme or "internet-facing",
        Type="application",
    )
    yield Call("elbv2", "CreateLoadBalancer", said)
    attributes = [{"Key": "idle_timeout.timeout_seconds", "Value": f"{front.idle_timeout_seconds:g}"}]
    arn = where.load_balancer(front.name)
    yield Call("elbv2", "ModifyLoadBalancerAttributes", {"LoadBalancerArn": arn, "Attributes": attributes})


def group_calls(group: TargetGroup, vpc: Vpc | None, where: Destination, *, port: int, by_ip: bool) -> Iterator[Call]:
    """A target group: its targets are addresses (awsvpc) or instances [ECS API, LoadBalancer; read 2026-11-25]."""
    check_name("target group", group.name)
    check = group.health_check
    said = {
        "Name": group.name,
        "Protocol": "HTTP",
        "Port": port,
        "VpcId": where.vpc(vpc.name if vpc else ""),
        "TargetType": "ip" if by_ip else "instance",
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPath": "/",
        "HealthCheckIntervalSeconds": check.interval_seconds,
        "HealthCheckTimeoutSeconds": check.timeout_seconds,
        "HealthyThresholdCount": check.healthy_threshold_count,
        "UnhealthyThresholdCount": check.unhealthy_threshold_count,
    }
    yield Call("elbv2", "CreateTargetGroup", said)
    attributes = [{"Key": key, "Value": value} for key, value in _attributes(group).items()]
    arn = where.target_group(group.name)
    yield Call("elbv2", "ModifyTargetGroupAttributes", {"TargetGroupArn": arn, "Attributes": attributes})


def _attributes(group: TargetGroup) -> dict[str, str]:
    said = {
        "deregistration_delay.timeout_seconds": f"{group.deregistration_delay_seconds:.0f}",
        "load_balancing.algorithm.type": group.algorithm,
        "load_balancing.cross_zone.enabled": "use_load_balancer_configuration" if group.cross_zone else "false",
    }
    if group.slow_start.seconds:
        said["slow_start.duration_seconds"] = f"{group.slow_start.seconds:.0f}"
    if group.stickiness.seconds:
        said |= {
            "stickiness.enabled": "true",
            "stickiness.type": "lb_cookie",
            "stickiness.lb_cookie.duration_seconds": f"{group.stickiness.seconds:.0f}",
        }
    return said


def listener_calls(front: LoadBalancer, where: Destination, *, rule: bool) -> Iterator[Call]:
    """A listener that forwards by the load balancer's weights; with `rule` a rule that ECS may shift traffic by."""
    weights = [
        {"TargetGroupArn": where.target_group(group.name), "Weight": weight} for group, weight in front.weights.items()
    ]
    forward = [{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}]
    said = {
        "LoadBalancerArn": where.load_balancer(front.name),
        "Protocol": "HTTP",
        "Port": PORT,
        "DefaultActions": forward,
    }
    yield Call("elbv2", "CreateListener", said)
    if rule:
        conditions = [{"Field": "path-pattern", "Values": ["/*"]}]
        arn = where.listener(front.name)
        said = {"ListenerArn": arn, "Priority": 1, "Conditions": conditions, "Actions": forward}
        yield Call("elbv2", "CreateRule", said)
