"""A whole simulation as calls of AWS's APIs, in an order in which AWS would accept them.

What is written is what was built, not what became of it: a run changes nothing of it but the settings of later updates.
Left out: traffic, faults, how applications behave, and prices; tasks that are run later than at the start; ways out of
a VPC. Where AWS gives out a name, there is a placeholder (see `Destination`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from ecslite.autoscaling.alarm import Alarm
from ecslite.autoscaling.provisioned_concurrency_tracking import ProvisionedConcurrencyTracking
from ecslite.autoscaling.scheduled_action import ScheduledAction
from ecslite.autoscaling.step_scaling import StepScaling
from ecslite.autoscaling.table_tracking import TableTracking
from ecslite.autoscaling.target_tracking import TargetTracking
from ecslite.aws import network
from ecslite.aws.call import Call, given
from ecslite.aws.clusters import cluster_calls, group_calls
from ecslite.aws.definitions import register_task_definition
from ecslite.aws.destination import Destination
from ecslite.aws.discovery import name_calls, namespace_calls, registries, service_connect
from ecslite.aws.functions import api_calls, function_calls, mapping_call, permission_call
from ecslite.aws.messaging import (
    bucket_calls,
    notification_call,
    queue_call,
    queue_policy_call,
    subscription_call,
    table_call,
    topic_call,
)
from ecslite.aws.names import check_name
from ecslite.aws.scaling import alarm_call, scaling_calls, tracking_alarms
from ecslite.aws.services import network as network_configuration
from ecslite.aws.services import shared_members
from ecslite.aws.standalone import run_task
from ecslite.capacity.auto_scaling_group import AutoScalingGroup
from ecslite.capacity.provider import CapacityProvider
from ecslite.ecs.cluster import Cluster
from ecslite.ecs.families import Families
from ecslite.ecs.run_task import Call as RunTaskCall
from ecslite.ecs.service import Service
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.ecs.workers import application_container, container_port
from ecslite.network.load_balancer import LoadBalancer
from ecslite.network.security_group import SecurityGroup
from ecslite.network.target_group import TargetGroup
from ecslite.network.vpc import Subnet, Vpc
from ecslite.serverless.api import Api
from ecslite.serverless.bucket import Bucket
from ecslite.serverless.event_source import EventSourceMapping
from ecslite.serverless.function import Function
from ecslite.serverless.queue import Queue
from ecslite.serverless.table import Table
from ecslite.serverless.topic import Topic
from ecslite.sim.simulation import Simulation

__all__ = ["to_aws"]

Kind = TypeVar("Kind")


def to_aws(sim: Simulation, destination: Destination | None = None) -> list[Call]:
    """The calls, each a service, an operation and its parameters, valid by botocore's own validation.

    InvalidSetting for a name that AWS would not take.

    >>> import ecslite as ecs
    >>> sim = ecs.Simulation(seed=7)
    >>> web = ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web"), desired_count=2)
    >>> [call.operation for call in to_aws(sim)]
    ['CreateCluster', 'RegisterTaskDefinition', 'CreateService']
    """
    where = destination or Destination()
    export = _Export(sim, where)
    return [
        *export.network(),
        *export.messaging(),
        *export.clusters(),
        *export.alarms(),
        *export.discovery(),
        *export.services(),
        *export.functions(),
        *export.scaling(),
    ]


class _Export:
    """What one simulation has declared."""

    def __init__(self, sim: Simulation, where: Destination) -> None:
        self.sim = sim
        self.where = where
        self.declared_services = self._of(Service)
        self.fronts = self._of(LoadBalancer)

    def _of(self, kind: type[Kind]) -> list[Kind]:
        return [one for one in self.sim.declared if isinstance(one, kind)]

    # Network

    def network(self) -> Iterator[Call]:
        """VPCs with their security groups, load balancers, target groups, and then listeners."""
        for vpc, groups in self._vpcs().items():
            yield from network.vpc_calls(vpc, self.where)
            yield from network.security_group_calls(groups, vpc, self.where)
        for front in self.fronts:
            yield from network.load_balancer_calls(front, self.where)
        for group in self._target_groups():
            yield from self._target_group(group)
        shifted = [one.record.attributes.get("listener") for one in self.declared_services]
        for front in self.fronts:
            yield from network.listener_calls(front, self.where, rule=front.name in shifted)

    def _vpcs(self) -> dict[Vpc, list[SecurityGroup]]:
        """The VPCs that services and load balancers stand in, with the security groups that they use."""
        found: dict[Vpc, list[SecurityGroup]] = {}
        for subnets, groups in self._standing():
            for subnet in subnets:
                known = found.setdefault(subnet.vpc, [])
                for group in groups:
                    for one in (group, *_named_by(group)):
                        if one not in known and one is not subnet.vpc.default_security_group:
                            known.append(one)
        return found

    def _standing(self) -> Iterator[tuple[tuple[Subnet, ...], tuple[SecurityGroup, ...]]]:
        for front in self.fronts:
            yield front.standing.subnets, front.standing.security_groups
        asked = [service.network_configuration for service in self.declared_services]
        asked += [call.network_configuration for call in self._of(RunTaskCall)]
        for at in asked:
            if at is not None:
                yield tuple(at.subnets), tuple(at.security_groups)

    def _target_groups(self) -> list[TargetGroup]:
        """Those that load balancers forward to, and those that services register with."""
        of_fronts = [group for front in self.fronts for group in front.groups if self._used(front, group)]
        registered = [front for one in self.declared_services for front in one.fronts]
        of_services = [front for front in registered if isinstance(front, TargetGroup)]
        return list(dict.fromkeys([*of_fronts, *of_services]))

    def _used(self, front: LoadBalancer, group: TargetGroup) -> bool:
        """A load balancer's own group is left out where it forwards to others only."""
        return group is not front.default_group or group in front.weights

    def _target_group(self, group: TargetGroup) -> Iterator[Call]:
        users = [one for one in self.declared_services if group.name in self._groups_of(one)]
        definition = users[0].task_definition if users else None
        at = users[0].network_configuration if users else None
        port = container_port(definition.container_definitions) if definition else network.PORT
        by_ip = definition is None or definition.network_mode == "awsvpc"
        vpc = at.subnets[0].vpc if at else self._vpc_of(group)
        yield from network.group_calls(group, vpc, self.where, port=port, by_ip=by_ip)

    def _vpc_of(self, group: TargetGroup) -> Vpc | None:
        subnets = [subnet for front in self.fronts if group in front.groups for subnet in front.standing.subnets]
        return subnets[0].vpc if subnets else None

    @staticmethod
    def _groups_of(service: Service) -> list[str]:
        said = service.record.attributes
        return [*said.get("target_groups", ()), *([other] if (other := said.get("alternate_target_group")) else [])]

    # Containers

    def clusters(self) -> Iterator[Call]:
        """Launch templates and Auto Scaling groups, then the clusters with their capacity providers."""
        found = self._of(Cluster)
        homes = {
            kind.group: (cluster.name, kind.managed_termination_protection)
            for cluster in found
            for kind in cluster.providers.values()
            if isinstance(kind, CapacityProvider)
        }
        trunking = any(group.trunking for group in homes)
        if trunking:
            said = {"name": "awsvpcTrunking", "value": "enabled"}
            yield Call("ecs", "PutAccountSettingDefault", said)
        for group in self._of(AutoScalingGroup):
            cluster, protects = homes.get(group, ("default", False))
            yield from group_calls(group, cluster, self.where, protects=protects)
        for one in found:
            yield from cluster_calls(one, self.where)

    def services(self) -> Iterator[Call]:
        """Task definitions, each once and by revision, then the services."""
        ports = {
            definition.name: container_port(definition.container_definitions)
            for service in self.declared_services
            for definition in self._definitions_of(service)
            if service.record.attributes.get("target_groups") or service.service_connect_configuration
        }
        for definition in self._definitions():
            name = definition.name
            said = register_task_definition(definition, port=ports.get(name), port_name=self._port_names().get(name))
            yield Call("ecs", "RegisterTaskDefinition", said)
        for service in self.declared_services:
            yield Call("ecs", "CreateService", self._service(service))
        for one in self._of(RunTaskCall):
            yield Call("ecs", "RunTask", run_task(one, self.where))

    def _port_names(self) -> dict[str, str]:
        """By which name Service Connect finds the one port of a definition that maps none."""
        return {
            definition.name: asked.services[0].port_name
            for service in self.declared_services
            if (asked := service.service_connect_configuration) is not None and asked.services
            for definition in self._definitions_of(service)
        }

    def discovery(self) -> Iterator[Call]:
        """Cloud Map: the names that services register with, and the namespaces of Service Connect."""
        names = list(dict.fromkeys(name for one in self.declared_services for name in one.registries))
        vpcs = list(self._vpcs())
        yield from name_calls(names, self.where.vpc(vpcs[0].name if vpcs else ""), self.where)
        asked = [one.service_connect_configuration for one in self.declared_services]
        yield from namespace_calls([one for one in asked if one is not None])

    def _definitions(self) -> list[TaskDefinition]:
        known = self.sim.the(Families).all
        used = [one for service in self.declared_services for one in self._definitions_of(service)]
        used += [call.definition for call in self._of(RunTaskCall)]
        by_name = {one.name: one for one in [*known, *used]}
        return sorted(by_name.values(), key=lambda one: (one.family, one.revision))

    @staticmethod
    def _definitions_of(service: Service) -> list[TaskDefinition]:
        return sorted((one.definition for one in service.deployments), key=lambda one: one.revision)

    def _service(self, service: Service) -> dict[str, Any]:
        check_name("service", service.name)
        said = service.record.attributes
        definition = next(one for one in self._definitions_of(service) if one.name == said["task_definition"])
        own = application_container(definition.container_definitions)
        container = own.name, container_port(definition.container_definitions)
        awsvpc = definition.network_mode == "awsvpc"
        count = self.sim.steps("DesiredCount", service.name)[0][1]
        return {
            "cluster": service.cluster.name,
            "serviceName": service.name,
            "taskDefinition": definition.name,
            **({} if service.scheduling_strategy == "DAEMON" else {"desiredCount": count}),
            **shared_members(said, self.where, container),
            **given(
                networkConfiguration=network_configuration(said, self.where, awsvpc=awsvpc),
                serviceRegistries=registries(service.registries, definition, self.where),
                serviceConnectConfiguration=service_connect(service.service_connect_configuration, definition),
            ),
        }

    # Scaling

    def alarms(self) -> Iterator[Call]:
        """Alarms that somebody made: of those that AWS makes, and that scale by steps, nothing is said here."""
        made = tracking_alarms([*self._of(TargetTracking), *self._of(TableTracking), *self._provisioned()])
        made += [policy.alarm for policy in self._of(StepScaling)]
        for alarm in self._of(Alarm):
            if not any(alarm is one for one in made) or self._fails_deployments(alarm):
                yield alarm_call(alarm, self.where)

    def _fails_deployments(self, alarm: Alarm) -> bool:
        watched = [one.deployment_configuration.alarms for one in self.declared_services]
        return any(alarm is each for one in watched if one is not None for each in one.alarms)

    def _provisioned(self) -> list[ProvisionedConcurrencyTracking]:
        return self._of(ProvisionedConcurrencyTracking)

    def scaling(self) -> Iterator[Call]:
        """Scalable targets with their policies."""
        kinds = TargetTracking | StepScaling | ScheduledAction | TableTracking | ProvisionedConcurrencyTracking
        yield from scaling_calls([one for one in self.sim.declared if isinstance(one, kinds)], self.where)

    # Serverless

    def messaging(self) -> Iterator[Call]:
        """Queues (dead-letter queues first), topics, tables, buckets."""
        queues = self._of(Queue)
        for queue in sorted(queues, key=_depth):
            yield queue_call(queue, self.where)
        for queue in queues:
            if senders := self._senders(queue):
                yield queue_policy_call(queue, senders, self.where)
        for topic in self._of(Topic):
            yield topic_call(topic, self._buckets_that_tell(topic), self.where)
        for table in self._of(Table):
            yield table_call(table)
        for bucket in self._of(Bucket):
            yield from bucket_calls(bucket, self.where)

    def _senders(self, queue: Queue) -> list[tuple[str, str]]:
        topics = [topic for topic in self._of(Topic) if any(one.endpoint is queue for one in topic.subscriptions)]
        of_topics = [("sns", self.where.topic(topic.name)) for topic in topics]
        return [*of_topics, *(("s3", arn) for arn in self._buckets_that_tell(queue))]

    def _buckets_that_tell(self, receiver: object) -> list[str]:
        telling = [
            one for one in self._of(Bucket) if any(rule.receiver is receiver for rule in one.notifications.rules)
        ]
        return [self.where.bucket(bucket.name) for bucket in telling]

    def functions(self) -> Iterator[Call]:
        """Functions, what invokes them, subscriptions, notifications, and APIs."""
        functions = self._of(Function)
        for function in functions:
            yield from function_calls(function, self.where)
        for function in functions:
            yield from self._permissions(function)
        for mapping in self._of(EventSourceMapping):
            yield mapping_call(mapping, self.where)
        for topic in self._of(Topic):
            for one in topic.subscriptions:
                yield subscription_call(topic, one, self.where)
        for bucket in self._of(Bucket):
            if (call := notification_call(bucket, self.where)) is not None:
                yield call
        for api in self._of(Api):
            yield from api_calls(api, self.where)

    def _permissions(self, function: Function) -> Iterator[Call]:
        topics = [one for one in self._of(Topic) if any(each.endpoint is function for each in one.subscriptions)]
        for number, topic in enumerate(topics, 1):
            yield permission_call(function, "sns", self.where.topic(topic.name), number)
        for number, arn in enumerate(self._buckets_that_tell(function), 1):
            yield permission_call(function, "s3", arn, number)


def _named_by(group: SecurityGroup) -> list[SecurityGroup]:
    """The groups that a group's rules name."""
    rules = [*group.inbound, *group.outbound]
    return [rule.source for rule in rules if isinstance(rule.source, SecurityGroup)]


def _depth(queue: Queue) -> int:
    """How many dead-letter queues stand behind a queue, one behind the other."""
    policy, depth = queue.redrive_policy, 0
    while policy is not None:
        policy, depth = policy.dead_letter_queue.redrive_policy, depth + 1
    return depth
