"""ecslite: run Amazon ECS designs on the spot, and ask why each thing happened.

import ecslite as ecs

sim = ecs.Simulation(seed=7)
shop = ecs.Cluster(sim, "shop")
front = ecs.LoadBalancer(sim, "front")
web = ecs.Service(shop, ecs.TaskDefinition("web", cpu=256, memory=512), desired_count=2, load_balancer=front)
ecs.Traffic(sim, ecs.constant(5)).to(front)
run = sim.run(minutes=10)
print(ecs.bill(run))
"""

from ecslite import aws, views
from ecslite.autoscaling.alarm import Alarm
from ecslite.autoscaling.provisioned_concurrency_tracking import ProvisionedConcurrencyTracking
from ecslite.autoscaling.scalable_target import register_scalable_target
from ecslite.autoscaling.scheduled_action import ScheduledAction
from ecslite.autoscaling.step import StepAdjustment
from ecslite.autoscaling.step_scaling import StepScaling
from ecslite.autoscaling.table_tracking import TableTracking
from ecslite.autoscaling.target_tracking import TargetTracking
from ecslite.aws.export import to_aws
from ecslite.billing.bill import Bill, Line, bill
from ecslite.billing.break_even import BreakEven, break_even
from ecslite.billing.commitments import ReservedInstances, SavingsPlan
from ecslite.billing.comparison import Comparison, compare
from ecslite.billing.prices import Discount, Price, Prices, default_prices
from ecslite.billing.serverless_break_even import ServerlessBreakEven, break_even_serverless
from ecslite.capacity.auto_scaling_group import AutoScalingGroup
from ecslite.capacity.fargate import Fargate, FargateSpot
from ecslite.capacity.instance_type import InstanceType, instance_type
from ecslite.capacity.launch_rate import LaunchRate
from ecslite.capacity.lifecycle_hook import LifecycleHook
from ecslite.capacity.managed_instances import ManagedInstances
from ecslite.capacity.managed_scaling import ManagedScaling
from ecslite.capacity.provider import CapacityProvider
from ecslite.capacity.spot import SpotInterruptions
from ecslite.capacity.strategy import CapacityProviderStrategyItem
from ecslite.ecs.application import Application
from ecslite.ecs.cluster import Cluster
from ecslite.ecs.container_behaviour import ContainerBehaviour
from ecslite.ecs.container_definition import (
    ContainerDefinition,
    ContainerDependency,
    ContainerHealthCheck,
    PortMapping,
    RestartPolicy,
)
from ecslite.ecs.deployment_configuration import (
    DeploymentAlarms,
    DeploymentCircuitBreaker,
    DeploymentConfiguration,
    DeploymentEarlySuccessCriteria,
    ThresholdConfiguration,
)
from ecslite.ecs.families import deregister_task_definition, register_task_definition
from ecslite.ecs.faults.fault import Fault
from ecslite.ecs.lifecycle_hook import DeploymentLifecycleHook, DeploymentLifecycleHookTimeoutConfiguration
from ecslite.ecs.placement import PlacementConstraint, PlacementStrategy
from ecslite.ecs.production_traffic import AdvancedConfiguration
from ecslite.ecs.queue_consumer import QueueConsumer
from ecslite.ecs.run_task import Failure, RunTaskResult, run_task, stop_task
from ecslite.ecs.service import Service
from ecslite.ecs.service_connect import (
    ServiceConnectConfiguration,
    ServiceConnectService,
    TimeoutConfiguration,
    service_connect_proxy_size,
)
from ecslite.ecs.task import Task
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.ecs.traffic_shifts import CanaryConfiguration, LinearConfiguration
from ecslite.errors import DocumentFault, EcsliteError, InvalidDocument, InvalidSetting, NotInThisRun
from ecslite.network.calls import Calls
from ecslite.network.discovery import Discovery
from ecslite.network.load_balancer import LoadBalancer
from ecslite.network.namespace import Namespace
from ecslite.network.nat_gateway import NatGateway
from ecslite.network.proxy import OutlierDetection
from ecslite.network.reachability import Endpoint, reach
from ecslite.network.security_group import SecurityGroup
from ecslite.network.service_connect import ServiceConnectEndpoint
from ecslite.network.target import HealthCheck
from ecslite.network.target_group import TargetGroup
from ecslite.network.vpc import AwsvpcConfiguration, Subnet, Vpc
from ecslite.serverless.account import Account
from ecslite.serverless.api import Api
from ecslite.serverless.api_cache import CacheSettings
from ecslite.serverless.bucket import Bucket
from ecslite.serverless.delivery_policy import DeliveryPolicy
from ecslite.serverless.event_source import EventSourceMapping, ProvisionedPollerConfig
from ecslite.serverless.function import Function
from ecslite.serverless.http_endpoint import HttpEndpoint, Inbox
from ecslite.serverless.keys import Zipf
from ecslite.serverless.message import Message
from ecslite.serverless.operation import Operation
from ecslite.serverless.producer import Producer
from ecslite.serverless.queue import Queue, RedrivePolicy
from ecslite.serverless.stream import Stream
from ecslite.serverless.table import Table
from ecslite.serverless.throttling import Throttle, UsagePlan
from ecslite.serverless.topic import Topic
from ecslite.sim.custom_metric import CustomMetric
from ecslite.sim.distributions import Constant, Distribution, Exponential, LogNormal, Uniform
from ecslite.sim.profiles import Profile, constant, diurnal, spike
from ecslite.sim.retries import Retries
from ecslite.sim.run import Event, Level, Metric, Part, Run, TracedRequest
from ecslite.sim.simulation import Simulation
from ecslite.sim.traffic import Traffic
from ecslite.sweep import Sweep, Trial, grid, seeds, sweep

__all__ = [
    "Account",
    "AdvancedConfiguration",
    "Alarm",
    "Api",
    "Application",
    "AutoScalingGroup",
    "AwsvpcConfiguration",
    "Bill",
    "BreakEven",
    "Bucket",
    "CacheSettings",
    "Calls",
    "CanaryConfiguration",
    "CapacityProvider",
    "CapacityProviderStrategyItem",
    "Cluster",
    "Comparison",
    "Constant",
    "ContainerBehaviour",
    "ContainerDefinition",
    "ContainerDependency",
    "ContainerHealthCheck",
    "CustomMetric",
    "DeliveryPolicy",
    "DeploymentAlarms",
    "DeploymentCircuitBreaker",
    "DeploymentConfiguration",
    "DeploymentEarlySuccessCriteria",
    "DeploymentLifecycleHook",
    "DeploymentLifecycleHookTimeoutConfiguration",
    "Discount",
    "Discovery",
    "Distribution",
    "DocumentFault",
    "EcsliteError",
    "Endpoint",
    "Event",
    "EventSourceMapping",
    "Exponential",
    "Failure",
    "Fargate",
    "FargateSpot",
    "Fault",
    "Function",
    "HealthCheck",
    "HttpEndpoint",
    "Inbox",
    "InstanceType",
    "InvalidDocument",
    "InvalidSetting",
    "LaunchRate",
    "Level",
    "LifecycleHook",
    "Line",
    "LinearConfiguration",
    "LoadBalancer",
    "LogNormal",
    "ManagedInstances",
    "ManagedScaling",
    "Message",
    "Metric",
    "Namespace",
    "NatGateway",
    "NotInThisRun",
    "Operation",
    "OutlierDetection",
    "Part",
    "PlacementConstraint",
    "PlacementStrategy",
    "PortMapping",
    "Price",
    "Prices",
    "Producer",
    "Profile",
    "ProvisionedConcurrencyTracking",
    "ProvisionedPollerConfig",
    "Queue",
    "QueueConsumer",
    "RedrivePolicy",
    "ReservedInstances",
    "RestartPolicy",
    "Retries",
    "Run",
    "RunTaskResult",
    "SavingsPlan",
    "ScheduledAction",
    "SecurityGroup",
    "ServerlessBreakEven",
    "Service",
    "ServiceConnectConfiguration",
    "ServiceConnectEndpoint",
    "ServiceConnectService",
    "Simulation",
    "SpotInterruptions",
    "StepAdjustment",
    "StepScaling",
    "Stream",
    "Subnet",
    "Sweep",
    "Table",
    "TableTracking",
    "TargetGroup",
    "TargetTracking",
    "Task",
    "TaskDefinition",
    "ThresholdConfiguration",
    "Throttle",
    "TimeoutConfiguration",
    "Topic",
    "TracedRequest",
    "Traffic",
    "Trial",
    "Uniform",
    "UsagePlan",
    "Vpc",
    "Zipf",
    "aws",
    "bill",
    "break_even",
    "break_even_serverless",
    "compare",
    "constant",
    "default_prices",
    "deregister_task_definition",
    "diurnal",
    "grid",
    "instance_type",
    "reach",
    "register_scalable_target",
    "register_task_definition",
    "run_task",
    "seeds",
    "service_connect_proxy_size",
    "spike",
    "stop_task",
    "sweep",
    "to_aws",
    "views",
]
