"""What a simulation would ask of AWS: valid by botocore, in an order that AWS takes, the same each time."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest
from botocores import faults_of_input
from random_scenarios import build

import ecslite as ecs
from ecslite.aws.definitions import register_task_definition

SEEDS = range(60)


def faults(sim, **where):
    return [fault for call in ecs.to_aws(sim, ecs.aws.Destination(**where)) for fault in faults_of_input(*call)]


def only(sim, operation):
    """The parameters of all calls of one operation; CreateService is that of ECS, not of Cloud Map."""
    calls = [call for call in ecs.to_aws(sim) if call.operation == operation]
    return [call.parameters for call in calls if call.service != "servicediscovery"]


def serverless_shop():
    """Every serverless part, wired in every way that AWS has."""
    sim = ecs.Simulation(3)
    dead = ecs.Queue(sim, "dead")
    orders = ecs.Queue(sim, "orders", visibility_timeout=60, redrive_policy=ecs.RedrivePolicy(dead, 3))
    dead_fifo = ecs.Queue(sim, "dead.fifo", fifo_queue=True)
    ecs.Queue(
        sim,
        "steps.fifo",
        fifo_queue=True,
        content_based_deduplication=True,
        deduplication_scope="messageGroup",
        fifo_throughput_limit="perMessageGroupId",
        redrive_policy=ecs.RedrivePolicy(dead_fifo),
    )
    news = ecs.Topic(sim, "news", delivery_policy=ecs.DeliveryPolicy(num_retries=5))
    ecs.Topic(sim, "steps-told.fifo", fifo_topic=True, content_based_deduplication=True)
    table = ecs.Table(
        sim,
        "orders",
        billing_mode="PROVISIONED",
        read_capacity_units=5,
        write_capacity_units=6,
        stream_view_type="NEW_IMAGE",
        operations=(ecs.Operation(name="PutItem"),),
    )
    ecs.Table(sim, "carts", max_read_request_units=100, max_write_request_units=50)
    pictures = ecs.Bucket(sim, "pictures")
    scans = ecs.Bucket(sim, "scans")
    ecs.Bucket(sim, "archive")
    web = ecs.Function(sim, "web", memory=1769, reserved_concurrency=10, provisioned_concurrency=2)
    worker = ecs.Function(
        sim, "worker", timeout=10, maximum_retry_attempts=1, on_failure=dead, on_success=news, dead_letter_queue=dead
    )
    snapped = ecs.Function(sim, "snapped", snap_start="PublishedVersions", architecture="arm64", runtime="java21")
    thumbs = ecs.Function(sim, "thumbs")
    ecs.EventSourceMapping(
        orders, worker, batch_size=5, maximum_concurrency=4, function_response_types=["ReportBatchItemFailures"]
    )
    ecs.EventSourceMapping(dead, thumbs, provisioned_poller_config=ecs.ProvisionedPollerConfig(2, 10))
    ecs.EventSourceMapping(
        table,
        snapped,
        starting_position="TRIM_HORIZON",
        parallelization_factor=2,
        bisect_batch_on_function_error=True,
        maximum_retry_attempts=3,
        maximum_record_age_in_seconds=3600,
        on_failure=dead,
    )
    news.subscribe(orders, filter_policy={"kind": ["tea"]}, dead_letter_queue=dead)
    news.subscribe(worker)
    news.subscribe(ecs.HttpEndpoint(sim, "partner"), delivery_policy=ecs.DeliveryPolicy(num_retries=2))
    news.subscribe(ecs.Inbox(sim, "owner"))
    pictures.notify(thumbs, prefix="in/", suffix=".png")
    pictures.notify(orders, ("s3:ObjectRemoved:*",))
    scans >> news
    plan = ecs.UsagePlan(throttle=ecs.Throttle(20, 40), methods={"POST": ecs.Throttle(5, 5)}, quota=1000)
    shop = ecs.Api(
        sim,
        "shop",
        "REST",
        stage=ecs.Throttle(100, 200),
        method_limits={"POST": ecs.Throttle(10, 20)},
        usage_plan=plan,
        cache=ecs.CacheSettings("0.5", 60),
        methods={"GET": 0.9, "POST": 0.1},
    )
    shop >> web
    ecs.Api(sim, "mock", "REST")
    ecs.Api(sim, "fast", "HTTP") >> worker
    ecs.Api(sim, "empty", "HTTP")
    ecs.TableTracking(table, min_capacity=5, max_capacity=50)
    ecs.ProvisionedConcurrencyTracking(web, min_capacity=2, max_capacity=8)
    ecs.ProvisionedConcurrencyTracking(web, min_capacity=2, max_capacity=8, statistic="Maximum", disable_scale_in=True)
    news.subscribe(ecs.HttpEndpoint(sim, "press"))
    ecs.Alarm(sim, "deep", metric="Depth", subject="orders", comparison="LessThanThreshold", threshold=1)
    ecs.Alarm(
        sim, "errors", metric="Errors", subject="web", statistic="Sum", comparison="GreaterThanThreshold", threshold=5
    )
    return sim


def container_shop():
    """VPC, security groups, blue/green, all policies, all kinds of capacity, hooks and alarms."""
    sim = ecs.Simulation(4)
    vpc = ecs.Vpc("shop")
    subnets = [ecs.Subnet(vpc, f"10.0.{n}.0/24", zone=f"us-east-1{z}", public=True) for n, z in enumerate("ab")]
    outer, inner, other = ecs.SecurityGroup("outer"), ecs.SecurityGroup("inner"), ecs.SecurityGroup("other")
    outer.allow_inbound("0.0.0.0/0", 80)
    outer.revoke(outer.outbound[0])
    outer.allow_outbound(inner, 8080, 8081)
    inner.allow_inbound(outer, 8080)
    inner.allow_inbound("::/0", 443)
    inner.allow_inbound(other, 53, protocol="udp")
    front = ecs.LoadBalancer(
        sim,
        "front",
        subnets=subnets,
        security_groups=[outer],
        slow_start_seconds=30,
        stickiness_seconds=60,
        cross_zone=False,
    )
    green = ecs.TargetGroup(sim, "green")
    hook = ecs.DeploymentLifecycleHook(lifecycle_stages=["PRE_SCALE_UP"], target=lambda said: "SUCCEEDED")
    pause = ecs.DeploymentLifecycleHook(lifecycle_stages=["POST_SCALE_UP"], target_type="PAUSE")
    slow = ecs.Alarm(
        sim,
        "slow",
        metric="TargetResponseTime",
        subject="front",
        statistic="p95",
        comparison="GreaterThanThreshold",
        threshold=2,
    )
    busy = ecs.Alarm(
        sim, "busy", metric="CPUUtilization", subject="web", comparison="GreaterThanThreshold", threshold=70
    )
    backlog = ecs.CustomMetric(sim, "BacklogPerTask", "Count", lambda: 1.0, subject="web")
    group = ecs.AutoScalingGroup(
        sim,
        "arm",
        instance_type_name="m6g.large",
        max_size=4,
        desired_capacity=1,
        spot=True,
        capacity_rebalance=True,
        trunking=True,
        reserved_memory=64,
        attributes={"disk": "fast"},
        termination_policy=["OldestInstance", "Default"],
        lifecycle_hooks=[ecs.LifecycleHook(lifecycle_transition="autoscaling:EC2_INSTANCE_TERMINATING")],
    )
    provider = ecs.CapacityProvider(group, managed_termination_protection=True)
    plain = ecs.CapacityProvider(ecs.AutoScalingGroup(sim, "plain", max_size=2), managed_scaling=None)
    managed = ecs.ManagedInstances(sim, "least-work", scale_in_after=60)
    shop = ecs.Cluster(sim, "shop", capacity=[ecs.Fargate(), ecs.FargateSpot(), provider, plain])
    ecs.Cluster(sim, "second", capacity=[managed, ecs.Fargate()])
    ecs.Cluster(sim, "third", capacity=[ecs.ManagedInstances(sim, "default-idle")])
    ecs.Alarm(
        sim,
        "targets",
        metric="HealthyHostCount",
        subject="front",
        statistic="Minimum",
        comparison="LessThanThreshold",
        threshold=1,
    )
    web = ecs.Service(
        shop,
        ecs.TaskDefinition("web", cpu=512, memory=1024),
        desired_count=2,
        load_balancer=front,
        advanced_configuration=ecs.AdvancedConfiguration(alternate_target_group=green),
        network_configuration=ecs.AwsvpcConfiguration(subnets, [inner], "ENABLED"),
        capacity_provider_strategy=[
            ecs.CapacityProviderStrategyItem("FARGATE", base=1),
            ecs.CapacityProviderStrategyItem("FARGATE_SPOT", weight=3),
        ],
        health_check_grace_period_seconds=30,
        deployment_configuration=ecs.DeploymentConfiguration(
            strategy="CANARY",
            canary_configuration=ecs.CanaryConfiguration(),
            bake_time_in_minutes=5,
            lifecycle_hooks=[hook, pause],
            deployment_circuit_breaker=ecs.DeploymentCircuitBreaker(),
            alarms=ecs.DeploymentAlarms(alarms=[slow]),
        ),
    )
    ecs.TargetTracking(web, target=60, min_capacity=2, max_capacity=9)
    ecs.TargetTracking(web, backlog, target=10, min_capacity=2, max_capacity=9, disable_scale_in=True)
    ecs.TargetTracking(
        web, "ALBRequestCountPerTarget", target=100, min_capacity=2, max_capacity=9, resource_label="front"
    )
    ecs.StepScaling(
        web,
        busy,
        "ChangeInCapacity",
        [ecs.StepAdjustment(1, 0, 10), ecs.StepAdjustment(3, 10)],
        min_capacity=2,
        max_capacity=9,
        cooldown=60,
    )
    ecs.ScheduledAction(web, at_minute=30, min_capacity=4)
    ecs.ScheduledAction(web, at_minute=60, every_minutes=1440, max_capacity=6)
    ecs.ScheduledAction(web, schedule="cron(0 18 ? * MON-FRI *)", min_capacity=3)
    bridge = {
        "family": "bridge",
        "networkMode": "bridge",
        "runtimePlatform": {"cpuArchitecture": "ARM64"},
        "placementConstraints": [{"type": "memberOf", "expression": "attribute:disk == fast"}],
        "containerDefinitions": [
            {
                "name": "app",
                "image": "shop/app:1",
                "memory": 128,
                "portMappings": [{"containerPort": 8080, "hostPort": 0}],
                "environment": [{"name": "STAGE", "value": "prod"}],
            }
        ],
    }
    ecs.Service(
        shop,
        ecs.TaskDefinition.from_aws(bridge),
        desired_count=1,
        name="bridge",
        load_balancer=ecs.LoadBalancer(sim, "back"),
        launch_type="EC2",
        placement_strategy=[ecs.PlacementStrategy("binpack", "memory"), ecs.PlacementStrategy("random")],
        placement_constraints=[ecs.PlacementConstraint("distinctInstance")],
        deployment_configuration=ecs.DeploymentConfiguration(
            early_success_criteria=ecs.DeploymentEarlySuccessCriteria(
                healthy_percent=100, source_service_revision_cleanup="DEFERRED"
            )
        ),
    )
    names = ecs.Discovery(sim, "orders.shop.local", record_types=("SRV",), ttl_seconds=20)
    plain = ecs.Discovery(sim, "news", routing_policy="WEIGHTED")
    mesh = ecs.Namespace(sim, "mesh")
    provided = [ecs.ServiceConnectService("http", "teas", ecs.TimeoutConfiguration(per_request_timeout_seconds=5))]
    ecs.Service(
        shop,
        ecs.TaskDefinition("orders"),
        desired_count=1,
        service_registries=[names],
        service_connect_configuration=ecs.ServiceConnectConfiguration(mesh, provided),
    )
    ecs.Service(
        shop,
        ecs.TaskDefinition("news"),
        desired_count=1,
        service_registries=[plain],
        service_connect_configuration=ecs.ServiceConnectConfiguration(mesh),
    )
    srv = ecs.Discovery(sim, "bridged", record_types=("SRV",), network_mode="bridge")
    ecs.Service(
        shop,
        ecs.TaskDefinition.from_aws(bridge),
        desired_count=1,
        name="found",
        launch_type="EC2",
        service_registries=[srv],
    )
    ecs.run_task(
        shop,
        ecs.TaskDefinition("report"),
        count=3,
        started_by="night",
        launch_type="FARGATE",
        network_configuration=ecs.AwsvpcConfiguration(subnets, [inner], "ENABLED"),
    )
    ecs.run_task(shop, ecs.TaskDefinition("plain-report"), group="reports")
    sim.at(60, lambda: ecs.run_task(shop, ecs.TaskDefinition("later")))
    agent = {"family": "agent", "containerDefinitions": [{"name": "agent", "image": "agent", "memory": 32}]}
    ecs.Service(shop, ecs.TaskDefinition.from_aws(agent), scheduling_strategy="DAEMON")
    return sim


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_scenario_is_valid(seed):
    assert faults(build(seed).sim) == []


@pytest.mark.parametrize("shop", [serverless_shop, container_shop])
def test_a_shop_with_everything_is_valid(shop):
    assert faults(shop()) == []
    assert faults(shop(), region="eu-central-1", subnets=["subnet-1a", "subnet-2b"], security_groups=["sg-3c"]) == []


MADE = {
    "CreateCluster": lambda said, where: [said["clusterName"]],
    "RegisterTaskDefinition": lambda said, where: [said["family"]],
    "CreateCapacityProvider": lambda said, where: [said["name"]],
    "CreateAutoScalingGroup": lambda said, where: [where.auto_scaling_group(said["AutoScalingGroupName"])],
    "CreateLaunchTemplate": lambda said, where: [said["LaunchTemplateName"]],
    "CreateLoadBalancer": lambda said, where: [where.load_balancer(said["Name"])],
    "CreateTargetGroup": lambda said, where: [where.target_group(said["Name"])],
    "CreateListener": lambda said, where: [],
    "CreateRule": lambda said, where: [],
    "CreateVpc": lambda said, where: [where.vpc("shop")],
    "CreateSubnet": lambda said, where: [where.subnet(said["CidrBlock"])],
    "CreateSecurityGroup": lambda said, where: [where.security_group(said["GroupName"])],
    "CreateQueue": lambda said, where: [where.queue(said["QueueName"]), where.queue_url(said["QueueName"])],
    "CreateTopic": lambda said, where: [where.topic(said["Name"])],
    "CreateFunction": lambda said, where: [where.function(said["FunctionName"])],
    "CreateTable": lambda said, where: [where.stream(said["TableName"])],
    "PutMetricAlarm": lambda said, where: [],
}
"""The names that an operation gives to the world."""


@pytest.mark.parametrize("shop", [serverless_shop, container_shop])
def test_nothing_is_named_before_it_is_made(shop):
    where = ecs.aws.Destination()
    calls = ecs.to_aws(shop(), where)
    everything = {name for call in calls for name in MADE.get(call.operation, lambda *_: [])(call.parameters, where)}
    arns = [name for name in everything if name.startswith(("arn:", "https:", "subnet-", "sg-", "vpc-"))]
    made, early = set(), []
    for call in calls:
        own = MADE.get(call.operation, lambda *_: [])(call.parameters, where)
        text = call.to_json()
        policy = call.operation in ("CreateTopic", "SetQueueAttributes", "CreateSecurityGroup")
        named = [arn for arn in arns if f'{arn}"' in text or f"{arn}\\" in text]
        early += [(call.operation, arn) for arn in named if arn not in made and arn not in own and not policy]
        made.update(own)
    assert early == []


def test_a_service_comes_after_its_cluster_its_definition_and_its_listener():
    order = [call.operation for call in ecs.to_aws(container_shop()) if call.service != "servicediscovery"]
    service = order.index("CreateService")
    before = ("CreateCluster", "RegisterTaskDefinition", "CreateListener", "CreateRule", "PutMetricAlarm")
    assert all(order.index(operation) < service for operation in before)
    assert order.index("RegisterScalableTarget") > service


def test_a_dead_letter_queue_comes_before_the_queue_that_names_it():
    names = [said["QueueName"] for said in only(serverless_shop(), "CreateQueue")]
    assert names.index("dead") < names.index("orders")
    assert names.index("dead.fifo") < names.index("steps.fifo")


@pytest.mark.parametrize("shop", [serverless_shop, container_shop])
def test_an_export_says_what_was_built_and_not_what_became_of_it(shop):
    sim = shop()
    before = ecs.to_aws(sim)
    sim.run(minutes=40)
    assert ecs.to_aws(sim) == before == ecs.to_aws(shop())


def test_a_run_leaves_the_export_of_a_random_scenario_without_updates_alone():
    sim = build(7, faults=False).sim
    before = only(sim, "CreateCluster"), only(sim, "CreateAutoScalingGroup")
    sim.run(minutes=20)
    assert (only(sim, "CreateCluster"), only(sim, "CreateAutoScalingGroup")) == before


@pytest.mark.parametrize("seed", SEEDS)
def test_a_definition_goes_to_aws_and_comes_back_the_same(seed):
    for service in build(seed).services:
        definition = service.task_definition
        there = register_task_definition(definition)
        back = ecs.TaskDefinition.from_aws(json.loads(json.dumps(there)))
        assert register_task_definition(back) == there
        assert ecs.TaskDefinition.from_aws(there).need == definition.need


def test_what_only_aws_writes_is_left_out_of_a_definition_that_was_read():
    described = {
        "taskDefinition": {
            "family": "web",
            "revision": 4,
            "status": "ACTIVE",
            "taskDefinitionArn": "arn:aws:ecs:us-east-1:111122223333:task-definition/web:4",
            "containerDefinitions": [{"name": "web", "image": "nginx", "memory": 64}],
        }
    }
    there = register_task_definition(ecs.TaskDefinition.from_aws(described))
    assert sorted(there) == ["containerDefinitions", "family"]


def test_a_definition_made_by_hand_keeps_all_its_settings():
    definition = ecs.TaskDefinition(
        "web",
        cpu=1024,
        memory=2048,
        container_definitions=(
            ecs.ContainerDefinition(
                "web",
                "shop/web:2",
                port_mappings=(ecs.PortMapping(8080, name="http"),),
                health_check=ecs.ContainerHealthCheck(("CMD", "true")),
                environment=(("STAGE", "prod"),),
            ),
        ),
        ephemeral_storage_gib=50,
        execution_role_arn="arn:aws:iam::111122223333:role/ecsTaskExecutionRole",
        task_role_arn="arn:aws:iam::111122223333:role/shop",
        cpu_architecture="ARM64",
    )
    there = register_task_definition(definition)
    back = ecs.TaskDefinition.from_aws(there)
    assert faults_of_input("ecs", "RegisterTaskDefinition", there) == []
    assert (back.container_definitions, back.need, back.ephemeral_storage_gib, back.task_role_arn) == (
        definition.container_definitions,
        definition.need,
        50,
        definition.task_role_arn,
    )


def test_what_stands_behind_a_load_balancer_maps_a_port():
    sim = container_shop()
    web = next(said for said in only(sim, "RegisterTaskDefinition") if said["family"] == "web")
    service = next(said for said in only(sim, "CreateService") if said["serviceName"] == "web")
    assert web["containerDefinitions"][0]["portMappings"] == [{"containerPort": 80}]
    assert (service["loadBalancers"][0]["containerName"], service["loadBalancers"][0]["containerPort"]) == ("web", 80)


def test_an_instance_joins_the_cluster_whose_provider_has_its_group():
    template = only(container_shop(), "CreateLaunchTemplate")[0]["LaunchTemplateData"]
    said = b64decode(template["UserData"]).decode()
    assert [line for line in said.splitlines() if "=" in line] == [
        "ECS_CLUSTER=shop",
        'ECS_INSTANCE_ATTRIBUTES={"disk": "fast"}',
        "ECS_RESERVED_MEMORY=64",
        "ECS_ENABLE_SPOT_INSTANCE_DRAINING=true",
    ]
    assert "/arm64/" in template["ImageId"]


def test_a_service_in_no_vpc_gets_the_destinations_subnets():
    sim = ecs.Simulation(1)
    ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web"), desired_count=1)
    where = ecs.aws.Destination(subnets=["subnet-1a"], security_groups=["sg-2b"])
    said = ecs.to_aws(sim, where)[-1].parameters["networkConfiguration"]["awsvpcConfiguration"]
    assert said == {"subnets": ["subnet-1a"], "securityGroups": ["sg-2b"], "assignPublicIp": "ENABLED"}


def test_an_update_of_how_a_service_deploys_is_exported():
    sim = ecs.Simulation(1)
    web = ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web"), desired_count=1)
    web.update(deployment_configuration=ecs.DeploymentConfiguration(maximum_percent=150))
    assert only(sim, "CreateService")[0]["deploymentConfiguration"]["maximumPercent"] == 150


def test_registered_revisions_are_exported_in_their_order():
    sim = ecs.Simulation(1)
    for memory in (512, 1024):
        ecs.register_task_definition(sim, ecs.TaskDefinition("web", memory=memory))
    assert [said["memory"] for said in only(sim, "RegisterTaskDefinition")] == ["512", "1024"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda sim: ecs.Cluster(sim, "my shop"), "cluster 'my shop'"),
        (lambda sim: ecs.LoadBalancer(sim, "front_door"), "load balancer 'front_door'"),
        (lambda sim: ecs.LoadBalancer(sim, "internal-front"), "load balancer 'internal-front'"),
        (lambda sim: ecs.Function(sim, "a function"), "function 'a function'"),
        (lambda sim: ecs.Table(sim, "t"), "table 't'"),
        (lambda sim: ecs.Bucket(sim, "Pictures"), "bucket 'Pictures'"),
        (lambda sim: ecs.Topic(sim, "new s"), "topic 'new s'"),
        (lambda sim: ecs.AutoScalingGroup(sim, "a:b", max_size=1), "Auto Scaling group 'a:b'"),
    ],
)
def test_a_name_that_aws_would_not_take_is_refused(make, words):
    sim = ecs.Simulation(1)
    make(sim)
    with pytest.raises(ecs.InvalidSetting, match=words):
        ecs.to_aws(sim)


def test_a_call_says_how_the_command_line_makes_it():
    calls = {call.operation: call for call in ecs.to_aws(serverless_shop())}
    assert calls["PutBucketNotificationConfiguration"].command == "aws s3api put-bucket-notification-configuration"
    assert calls["RegisterScalableTarget"].command == "aws application-autoscaling register-scalable-target"
    assert json.loads(calls["CreateTable"].to_json()) == calls["CreateTable"].parameters


def test_the_alarms_of_target_tracking_are_left_to_aws():
    names = [said["AlarmName"] for said in only(container_shop(), "PutMetricAlarm")]
    assert sorted(names) == ["busy", "slow", "targets"]


def test_service_connect_names_a_port_that_its_definition_maps():
    sim = container_shop()
    orders = next(said for said in only(sim, "RegisterTaskDefinition") if said["family"] == "orders")
    service = next(said for said in only(sim, "CreateService") if said["serviceName"] == "orders")
    connected = service["serviceConnectConfiguration"]
    assert orders["containerDefinitions"][0]["portMappings"] == [{"containerPort": 80, "name": "http"}]
    assert (connected["namespace"], connected["services"][0]["portName"]) == ("mesh", "http")
    assert connected["services"][0]["clientAliases"] == [{"port": 80, "dnsName": "teas"}]
    client = next(said for said in only(sim, "CreateService") if said["serviceName"] == "news")
    assert client["serviceConnectConfiguration"] == {"enabled": True, "namespace": "mesh"}


def test_a_name_is_a_service_of_its_namespace():
    calls = [call.parameters for call in ecs.to_aws(container_shop()) if call.service == "servicediscovery"]
    assert [said["Name"] for said in calls] == ["shop.local", "local", "orders", "news", "bridged", "mesh"]
    registries = {
        said["serviceName"]: said["serviceRegistries"][0]
        for said in only(container_shop(), "CreateService")
        if "serviceRegistries" in said
    }
    assert {name: sorted(said) for name, said in registries.items()} == {
        "orders": ["port", "registryArn"],
        "news": ["registryArn"],
        "found": ["containerName", "containerPort", "registryArn"],
    }


def test_tasks_that_are_run_at_the_start_are_exported_and_later_ones_are_not():
    sim = container_shop()
    sim.run(minutes=3)
    calls = only(sim, "RunTask")
    assert [(said["taskDefinition"], said["count"], said["group"]) for said in calls] == [
        ("report:1", 3, "family:report"),
        ("plain-report:1", 1, "reports"),
    ]
    assert calls[0]["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "ENABLED"


def test_an_alarm_names_all_dimensions_of_its_metric():
    alarms = {said["AlarmName"]: said for said in only(container_shop(), "PutMetricAlarm")}
    dimensions = {name: [one["Name"] for one in said["Dimensions"]] for name, said in alarms.items()}
    assert dimensions == {
        "busy": ["ClusterName", "ServiceName"],
        "slow": ["LoadBalancer"],
        "targets": ["LoadBalancer", "TargetGroup"],
    }
