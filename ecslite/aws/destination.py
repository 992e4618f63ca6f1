"""Where calls would go: the account and the Region, and the names there that a simulation does not know.

ARNs have the form that AWS documents [Service Authorization Reference, the table of resource types of each service;
read 2026-11-25]. What only AWS gives out, such as the last part of a load balancer's ARN or the id of a subnet, is a
placeholder, made from the name: the same simulation has the same ones, and no account has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

__all__ = ["EXAMPLE_ACCOUNT", "Destination"]

EXAMPLE_ACCOUNT = "111122223333"
"""The account id that AWS's own documentation uses for examples."""

BEGINS = datetime(2026, 11, 23, tzinfo=UTC)
"""The moment at which a run begins, as scheduled actions have it (a Monday, 0:00 UTC)."""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """An account in a Region; what is empty is filled with placeholders.

    `vpc_id`, `subnets` and `security_groups` are those of parts that stand in no VPC of the simulation.
    """

    account_id: str = EXAMPLE_ACCOUNT
    region: str = "us-east-1"
    vpc_id: str = ""
    subnets: Sequence[str] = ()
    security_groups: Sequence[str] = ()
    begins: datetime = BEGINS

    def arn(self, service: str, resource: str) -> str:
        """arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE.

        >>> Destination().arn("ecs", "cluster/shop")
        'arn:aws:ecs:us-east-1:111122223333:cluster/shop'
        """
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"

    def moment(self, seconds: float) -> datetime:
        """The moment of the calendar at that second of a run, to the millisecond, as ECS gives it."""
        return self.begins + timedelta(milliseconds=round(seconds * 1000))

    # Containers

    def cluster(self, name: str) -> str:
        return self.arn("ecs", f"cluster/{name}")

    def service(self, cluster: str, name: str) -> str:
        return self.arn("ecs", f"service/{cluster}/{name}")

    def task(self, cluster: str, id_: str) -> str:
        return self.arn("ecs", f"task/{cluster}/{id_}")

    def container(self, cluster: str, task: str, name: str) -> str:
        return self.arn("ecs", f"container/{cluster}/{task}/{_uuid(task, name)}")

    def container_instance(self, cluster: str, instance_id: str) -> str:
        return self.arn("ecs", f"container-instance/{cluster}/{_hex(32, 'container instance', instance_id)}")

    def attachment(self, of: str) -> str:
        """The id of an attachment, such as a task's network interface."""
        return _uuid("attachment", of)

    def task_definition(self, name: str) -> str:
        return self.arn("ecs", f"task-definition/{name}")

    def auto_scaling_group(self, name: str) -> str:
        return self.arn("autoscaling", f"autoScalingGroup:{_uuid('group', name)}:autoScalingGroupName/{name}")

    def scaling_policy(self, resource: str, policy: str) -> str:
        """Of Application Auto Scaling: `resource` is the namespace and the resource id, as in ecs/service/shop/web."""
        id_ = _uuid(resource, policy)
        return self.arn("autoscaling", f"scalingPolicy:{id_}:resource/{resource}:policyName/{policy}")

    # Network

    def load_balancer(self, name: str) -> str:
        return self.arn("elasticloadbalancing", f"loadbalancer/app/{name}/{_hex(16, 'load balancer', name)}")

    def listener(self, load_balancer: str) -> str:
        return self.arn("elasticloadbalancing", f"listener/{self._listener(load_balancer)}")

    def listener_rule(self, load_balancer: str) -> str:
        of = f"{self._listener(load_balancer)}/{_hex(16, 'rule', load_balancer)}"
        return self.arn("elasticloadbalancing", f"listener-rule/{of}")

    def _listener(self, name: str) -> str:
        return f"app/{name}/{_hex(16, 'load balancer', name)}/{_hex(16, 'listener', name)}"

    def target_group(self, name: str) -> str:
        return self.arn("elasticloadbalancing", f"targetgroup/{name}/{_hex(16, 'target group', name)}")

    def vpc(self, name: str) -> str:
        """The id of a VPC of the simulation; of the one that is given where there is none."""
        return f"vpc-{_hex(17, 'vpc', name)}" if name else self.vpc_id or f"vpc-{_hex(17, 'vpc', 'default')}"

    def network_interface(self, id_: str) -> str:
        return f"eni-{_hex(17, 'interface', id_)}"

    def namespace_id(self, name: str) -> str:
        """The id of a Cloud Map namespace."""
        return f"ns-{_hex(16, 'namespace', name)}"

    def registry(self, name: str) -> str:
        """The ARN of a Cloud Map service."""
        return self.arn("servicediscovery", f"service/srv-{_hex(16, 'registry', name)}")

    def subnet(self, block: str) -> str:
        return f"subnet-{_hex(17, 'subnet', block)}"

    def security_group(self, name: str) -> str:
        return f"sg-{_hex(17, 'security group', name)}"

    @property
    def subnets_or_placeholders(self) -> list[str]:
        """The subnets for what stands in none of the simulation: two of them where none are given."""
        return list(self.subnets) or [self.subnet(f"default {zone}") for zone in "ab"]

    # Serverless

    def function(self, name: str) -> str:
        return self.arn("lambda", f"function:{name}")

    def queue(self, name: str) -> str:
        return self.arn("sqs", name)

    def queue_url(self, name: str) -> str:
        return f"https://sqs.{self.region}.amazonaws.com/{self.account_id}/{name}"

    def topic(self, name: str) -> str:
        return self.arn("sns", name)

    def bucket(self, name: str) -> str:
        return f"arn:aws:s3:::{name}"

    def stream(self, table: str) -> str:
        label = self.begins.strftime("%Y-%m-%dT%H:%M:%S.000")
        return self.arn("dynamodb", f"table/{table}/stream/{label}")

    def api_id(self, name: str) -> str:
        return _hex(10, "api", name)

    def root_id(self, name: str) -> str:
        """The id of a REST API's resource "/"."""
        return _hex(10, "root", name)

    # Permissions

    def role(self, name: str) -> str:
        return f"arn:aws:iam::{self.account_id}:role/{name}"

    def instance_profile(self, name: str) -> str:
        return f"arn:aws:iam::{self.account_id}:instance-profile/{name}"


def _hex(digits: int, *of: str) -> str:
    return sha256("/".join(of).encode()).hexdigest()[:digits]


def _uuid(*of: str) -> str:
    return str(UUID(_hex(32, *of)))
