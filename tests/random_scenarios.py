"""Random scenarios: from one whole number a cluster, services, traffic, policies, deployments and faults.

`build(seed)` makes a scenario with the public names alone, so it is also a list of what works together. The choices
come from a generator of the seed; the simulation draws from streams of its own. A scenario that failed once is kept by
its seed in test_campaign.py: a change to this module turns seeds into other scenarios, so put the scenario itself
there when it matters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

import ecslite as ecs

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
TYPES = ("m5.large", "m5.xlarge", "c5.large")
SIZES = ((256, 512), (256, 1024), (512, 1024), (1024, 2048), (2048, 4096))
ALGORITHMS = ("round_robin", "least_outstanding_requests", "weighted_random")

QUIET_MINUTES = 4
"""Traffic ends so long before the run does: longer than an idle timeout, so that no request is left in hand."""


@dataclass
class Scenario:
    """What was built; `said` is one line for each choice, for whoever looks into a seed that failed."""

    seed: int
    minutes: int
    sim: ecs.Simulation
    cluster: ecs.Cluster
    services: list[ecs.Service] = field(default_factory=list)
    balancers: list[ecs.LoadBalancer] = field(default_factory=list)
    groups: list[ecs.AutoScalingGroup] = field(default_factory=list)
    sources: dict[str, list[ecs.Traffic]] = field(default_factory=dict)
    """Of each load balancer or name, by its name."""
    arrivals: dict[str, str] = field(default_factory=dict)
    """How each source's requests are spread over a minute, by its name."""
    names: list[ecs.Discovery | ecs.ServiceConnectEndpoint] = field(default_factory=list)
    calls: dict[str, list[ecs.Calls]] = field(default_factory=dict)
    """Calls that come to a load balancer or a name, by its name; each answer of their caller is one."""
    standalone: list[ecs.Task] = field(default_factory=list)
    """Tasks that no service owns."""
    said: list[str] = field(default_factory=list)

    @property
    def quiet_from(self) -> int:
        """The minute at which all traffic has ended."""
        return self.minutes - QUIET_MINUTES


def build(seed: int, *, faults: bool = True) -> Scenario:
    """The scenario of a seed; without its faults the same one where nothing breaks."""
    choose = Random(f"scenario/{seed}")
    sim = ecs.Simulation(seed)
    kind = choose.choice(("fargate", "spot", "mixed", "managed", "managed", "plain", "instances"))
    capacity, groups = CAPACITY[kind](sim, choose)
    cluster = ecs.Cluster(sim, "shop", capacity=capacity)
    scenario = Scenario(seed, choose.randint(25, 70), sim, cluster, groups=groups)
    scenario.said.append(f"{kind} capacity, {scenario.minutes} minutes")
    on_fargate = kind in ("fargate", "spot", "mixed")
    network = _network(sim, choose) if on_fargate and choose.random() < 0.3 else None
    for number in range(choose.choice((1, 1, 2, 3))):
        _add_service(scenario, choose, f"web{number}", on_fargate, network)
    if choose.random() < 0.3:
        _add_calls(scenario, choose)
    if choose.random() < 0.3:
        _add_standalone(scenario, choose, on_fargate)
    for service in scenario.services:
        if service.scheduling_strategy == "REPLICA":
            _add_policies(scenario, choose, service)
        _add_changes(scenario, choose, service)
    if faults:
        _add_faults(scenario, choose)
    return scenario


# Capacity

Built = tuple[list, list]


def _fargate(_sim: ecs.Simulation, choose: Random) -> Built:
    rate = ecs.LaunchRate(*choose.choice(((100, 20.0), (25, 5.0), (2, 0.1))))
    return [ecs.Fargate(zones=ZONES[: choose.randint(1, 3)], launch_rate=rate)], []


def _interruptions(choose: Random) -> ecs.SpotInterruptions:
    return ecs.SpotInterruptions(
        after=choose.choice((None, ecs.Exponential(1800))),
        at_minutes=choose.choice(((), (12,), (9, 20.5))),
        share=choose.choice((0.0, 0.4, 1.0)),
        unavailable_minutes=choose.choice((0, 3, 8)),
    )


def _spot(_sim: ecs.Simulation, choose: Random) -> Built:
    return [ecs.FargateSpot(spot=_interruptions(choose))], []


def _mixed(sim: ecs.Simulation, choose: Random) -> Built:
    return [*_fargate(sim, choose)[0], *_spot(sim, choose)[0]], []


def _group(sim: ecs.Simulation, choose: Random, taken: Sequence[str] = (), **sizes: int) -> ecs.AutoScalingGroup:
    spot = choose.random() < 0.3
    hooks = [
        ecs.LifecycleHook(lifecycle_transition=f"autoscaling:EC2_INSTANCE_{which}", action=ecs.Uniform(5, 60))
        for which in choose.choice(([], [], ["TERMINATING"], ["LAUNCHING", "TERMINATING"]))
    ]
    name = f"fleet{len(sizes)}{choose.randrange(1000)}"
    return ecs.AutoScalingGroup(
        sim,
        f"{name}b" if name in taken else name,
        instance_type_name=choose.choice(TYPES),
        zones=ZONES[: choose.randint(1, 3)],
        termination_policy=choose.choice(("Default", "NewestInstance", "OldestInstance", "ClosestToNextInstanceHour")),
        lifecycle_hooks=hooks,
        trunking=choose.random() < 0.5,
        spot=spot,
        interruptions=_interruptions(choose) if spot else None,
        capacity_rebalance=spot and choose.random() < 0.5,
        launch=ecs.Uniform(20, 90),
        **sizes,
    )


def _managed(sim: ecs.Simulation, choose: Random) -> Built:
    providers, groups = [], []
    for _ in range(choose.choice((1, 1, 2))):
        low = choose.choice((0, 0, 1, 3))
        taken = [one.name for one in groups]
        group = _group(sim, choose, taken, min_size=low, max_size=low + choose.randint(1, 8))
        least = choose.choice((1, 1, 2))
        scaling = ecs.ManagedScaling(
            target_capacity=choose.choice((100, 100, 80, 50)),
            minimum_scaling_step_size=least,
            maximum_scaling_step_size=choose.choice((least, 10_000)),
            instance_warmup_period=choose.choice((0, 60, 300)),
        )
        protection = choose.random() < 0.5
        draining = choose.random() < 0.7
        providers.append(
            ecs.CapacityProvider(
                group,
                managed_scaling=scaling,
                managed_termination_protection=protection,
                managed_draining=draining,
            )
        )
        groups.append(group)
    return providers, groups


def _plain(sim: ecs.Simulation, choose: Random) -> Built:
    size = choose.randint(1, 6)
    group = _group(sim, choose, min_size=size, max_size=size + 2)
    draining = choose.random() < 0.5
    return [ecs.CapacityProvider(group, managed_scaling=None, managed_draining=draining)], [group]


def _instances(sim: ecs.Simulation, choose: Random) -> Built:
    after = choose.choice((None, -1, 0, 120))
    return [ecs.ManagedInstances(sim, zones=ZONES[: choose.randint(1, 3)], scale_in_after=after)], []


CAPACITY: dict[str, Callable[[ecs.Simulation, Random], Built]] = {
    "fargate": _fargate,
    "spot": _spot,
    "mixed": _mixed,
    "managed": _managed,
    "plain": _plain,
    "instances": _instances,
}


def _network(sim: ecs.Simulation, choose: Random) -> ecs.AwsvpcConfiguration:
    vpc = ecs.Vpc("shop")
    nat = ecs.NatGateway(sim, "nat")
    bits = choose.choice((28, 24))
    subnets = [
        ecs.Subnet(vpc, f"10.0.{place}.0/{bits}", zone=zone, nat=nat)
        for place, zone in enumerate(ZONES[: choose.randint(1, 3)])
    ]
    return ecs.AwsvpcConfiguration(subnets)


# Services


def _definition(choose: Random, family: str, on_fargate: bool) -> ecs.TaskDefinition:
    cpu, memory = choose.choice(SIZES[:4] if on_fargate else SIZES)
    mode = "awsvpc" if on_fargate else choose.choice(("awsvpc", "bridge", "bridge", "host"))
    if on_fargate and choose.random() < 0.5:
        return ecs.TaskDefinition(family, cpu=cpu, memory=memory)
    port = 8000 + choose.randrange(3)
    mapping = {"containerPort": port} | ({"hostPort": choose.choice((0, port))} if mode == "bridge" else {})
    app = {"name": "app", "image": "shop/web:1", "portMappings": [mapping], **_check_of(choose)}
    return ecs.TaskDefinition.from_aws(
        {
            "family": family,
            "networkMode": mode,
            "cpu": str(cpu),
            "memory": str(memory),
            "containerDefinitions": [app, *_others(choose, app)],
        }
    )


def _check_of(choose: Random) -> dict:
    """A health check of a container, or none."""
    if choose.random() < 0.7:
        return {}
    return {"healthCheck": {"command": ["CMD", "true"], "interval": 10, "timeout": 3, "retries": 2, "startPeriod": 30}}


def _others(choose: Random, app: dict) -> list[dict]:
    """Containers beside the application's, for which it may wait."""
    kind = choose.choice(("none", "none", "init", "sidecar", "restarted"))
    if kind == "init":
        app["dependsOn"] = [{"containerName": "init", "condition": choose.choice(("SUCCESS", "COMPLETE"))}]
        return [{"name": "init", "image": "shop/init:1", "essential": False, "startTimeout": 60}]
    if kind == "sidecar":
        sidecar = {"name": "log", "image": "shop/log:1", "essential": choose.random() < 0.5, **_check_of(choose)}
        app["dependsOn"] = [
            {"containerName": "log", "condition": "HEALTHY" if "healthCheck" in sidecar else "START"},
        ]
        return [sidecar]
    if kind == "restarted":
        policy = {"enabled": True, "restartAttemptPeriod": 60}
        return [{"name": "log", "image": "shop/log:1", "essential": False, "restartPolicy": policy}]
    return []


WITH_OTHERS = ecs.Application(containers={"init": ecs.ContainerBehaviour(exits_after_seconds=5)})


def _application(choose: Random) -> ecs.Application:
    return ecs.Application(
        workers=choose.choice((1, 1, 2, 4)),
        backlog=choose.choice((1, 10, 100)),
        discipline=choose.choice(("first-come-first-served", "processor-sharing")),
        startup_seconds=choose.choice((0.0, 3.0, 45.0)),
        image_mib=choose.choice((10, 250, 900)),
        sidecar_cpu=choose.choice((0.0, 0.0, 32.0)),
        containers={
            "init": ecs.ContainerBehaviour(exits_after_seconds=10, exit_code=choose.choice((0, 0, 0, 1))),
            "log": ecs.ContainerBehaviour(
                exits_after_seconds=choose.choice((None, None, 300)),
                ignores_sigterm=choose.random() < 0.3,
                fails_checks=choose.choice(((), (), ((100, 150),))),
            ),
        },
        **choose.choice(({}, {}, {"memory_mib": 200, "memory_mib_per_request": 2.0, "memory_leak_mib_per_hour": 600})),
    )


def _fitting(application: ecs.Application, definition: ecs.TaskDefinition) -> ecs.Application:
    """The application without containers that the definition does not have."""
    names = [one.name for one in definition.container_definitions]
    kept = {name: behaviour for name, behaviour in application.containers.items() if name in names}
    return application.but(containers=kept)


def _deployment(choose: Random) -> ecs.DeploymentConfiguration:
    low, high = choose.choice(((100, 200), (50, 100), (0, 200), (75, 150), (100, 110)))
    breaker = ecs.DeploymentCircuitBreaker(rollback=choose.random() < 0.7) if choose.random() < 0.5 else None
    return ecs.DeploymentConfiguration(
        minimum_healthy_percent=low, maximum_percent=high, deployment_circuit_breaker=breaker
    )


def _shifting(choose: Random) -> ecs.DeploymentConfiguration:
    """A deployment that moves traffic from one revision to the other."""
    bake = choose.choice((0, 2, 5))
    breaker = ecs.DeploymentCircuitBreaker() if choose.random() < 0.7 else None
    strategy = choose.choice(("BLUE_GREEN", "LINEAR", "CANARY"))
    more: dict = {}
    if strategy == "LINEAR":
        percent, minutes = choose.choice((20.0, 33.3, 50.0)), choose.choice((0, 1))
        more["linear_configuration"] = ecs.LinearConfiguration(step_percent=percent, step_bake_time_in_minutes=minutes)
    if strategy == "CANARY":
        more["canary_configuration"] = ecs.CanaryConfiguration(canary_percent=10.0, canary_bake_time_in_minutes=2)
    return ecs.DeploymentConfiguration(
        strategy=strategy, bake_time_in_minutes=bake, deployment_circuit_breaker=breaker, **more
    )


def _placement(choose: Random) -> dict:
    strategies = choose.choice(
        (
            None,
            [ecs.PlacementStrategy("binpack", choose.choice(("cpu", "memory")))],
            [
                ecs.PlacementStrategy("spread", "attribute:ecs.availability-zone"),
                ecs.PlacementStrategy("binpack", "cpu"),
            ],
            [ecs.PlacementStrategy("spread", "instanceId")],
            [ecs.PlacementStrategy("random")],
        )
    )
    constraints = choose.choice(
        (
            [],
            [],
            [ecs.PlacementConstraint("distinctInstance")],
            [ecs.PlacementConstraint("memberOf", "attribute:ecs.availability-zone != us-east-1c")],
        )
    )
    return {"placement_strategy": strategies, "placement_constraints": constraints}


def _strategy(choose: Random, cluster: ecs.Cluster) -> list[ecs.CapacityProviderStrategyItem]:
    names = list(cluster.providers)
    weights = [choose.choice((1, 1, 2, 4)) for _ in names]
    bases = [choose.choice((0, 0, 1, 3)), *(0 for _ in names[1:])]
    return [
        ecs.CapacityProviderStrategyItem(name, weight=weight, base=base)
        for name, weight, base in zip(names, weights, bases, strict=True)
    ]


def _balancer(scenario: Scenario, choose: Random, name: str) -> ecs.LoadBalancer:
    algorithm = choose.choice(ALGORITHMS)
    balancer = ecs.LoadBalancer(
        scenario.sim,
        name,
        nodes=choose.choice((None, None, 1, 2)),
        idle_timeout_seconds=choose.choice((2.0, 60.0)),
        algorithm=algorithm,
        deregistration_delay_seconds=choose.choice((0, 10, 120)),
        slow_start_seconds=choose.choice((0, 30)) if algorithm == "round_robin" else 0,
        stickiness_seconds=choose.choice((0, 0, 90)) if algorithm != "weighted_random" else 0,
        health_check=choose.choice((None, ecs.HealthCheck(interval_seconds=10, timeout_seconds=3))),
    )
    scenario.balancers.append(balancer)
    return balancer


def _profile(scenario: Scenario, choose: Random) -> ecs.Profile:
    base, peak = choose.choice((0, 2, 6)), choose.choice((4, 15, 40))
    begin, length, end = choose.randint(2, 15), choose.randint(1, 15), scenario.quiet_from

    def rate(minute: int) -> float:
        return 0.0 if minute >= end else float(peak if begin <= minute < begin + length else base)

    return ecs.Profile(rate, ((0, "Traffic begins."), (begin, "Traffic rises."), (end, "Traffic ends.")))


def _add_traffic(scenario: Scenario, choose: Random, to, name: str) -> None:
    retries = ecs.Retries(jitter=0.5) if isinstance(to, ecs.LoadBalancer) and choose.random() < 0.2 else None
    arrivals = scenario.arrivals[name] = choose.choice(("poisson", "poisson", "even", "burst"))
    source = ecs.Traffic(
        scenario.sim,
        _profile(scenario, choose),
        cpu_seconds=choose.choice((0.01, 0.05, ecs.LogNormal(0.05, 2.0))),
        wait_seconds=choose.choice((0.0, 0.0, 0.2)),
        retries=retries,
        arrivals=arrivals,
        name=name,
    )
    source.to(to)
    scenario.sources.setdefault(to.name, []).append(source)


def _add_service(scenario: Scenario, choose: Random, name: str, on_fargate: bool, network) -> None:
    definition = _definition(choose, name, on_fargate)
    fronts: list = []
    which = choose.choice(("balancer", "balancer", "balancer", "name", "endpoint", "balancer and name", "none"))
    if "balancer" in which:
        fronts.append(_balancer(scenario, choose, f"{name}-front"))
    if "name" in which and definition.network_mode == "awsvpc":
        fronts.append(ecs.Discovery(scenario.sim, f"{name}-name", ttl_seconds=choose.choice((0, 20))))
        scenario.names.append(fronts[-1])
    if which == "endpoint":
        namespace = ecs.Namespace(scenario.sim, f"{name}-namespace", proxies=choose.randint(1, 3))
        fronts.append(ecs.ServiceConnectEndpoint(namespace, f"{name}-endpoint"))
        scenario.names.append(fronts[-1])
    settings: dict = {"deployment_configuration": _deployment(choose)}
    if which == "balancer" and choose.random() < 0.4:
        delay = choose.choice((0, 30))
        green = ecs.TargetGroup(scenario.sim, f"{name}-green", deregistration_delay_seconds=delay)
        settings["advanced_configuration"] = ecs.AdvancedConfiguration(alternate_target_group=green)
        settings["deployment_configuration"] = _shifting(choose)
    if not on_fargate:
        settings |= _placement(choose)
    if not on_fargate and not fronts and choose.random() < 0.5:
        settings = {"scheduling_strategy": "DAEMON", "placement_constraints": settings["placement_constraints"][:0]}
    else:
        settings["desired_count"] = choose.choice((0, 1, 2, 3, 5, 9))
        settings["capacity_provider_strategy"] = _strategy(choose, scenario.cluster)
    service = ecs.Service(
        scenario.cluster,
        definition,
        name=name,
        load_balancer=fronts or None,
        network_configuration=network,
        health_check_grace_period_seconds=choose.choice((0, 0, 60)),
        application=_fitting(_application(choose), definition),
        **settings,
    )
    scenario.services.append(service)
    scenario.said.append(
        f"{name}: {definition.cpu}/{definition.memory} {definition.network_mode}, {service.desired_count} tasks"
    )
    for front in fronts:
        for number in range(choose.choice((1, 1, 2))):
            _add_traffic(scenario, choose, front, f"{front.name}-clients{number}")


def _add_calls(scenario: Scenario, choose: Random) -> None:
    """One service's answers are another's arrivals; never in a circle."""
    fronts = [front for front in (*scenario.balancers, *scenario.names) if front.sources]
    if len(fronts) >= 2:
        caller, called = fronts[0], fronts[-1]
        if caller.name.rpartition("-")[0] == called.name.rpartition("-")[0]:
            return  # a service does not call itself
        calls = ecs.Calls(caller, cpu_seconds=choose.choice((0.01, 0.05)))
        calls.to(called)
        scenario.calls.setdefault(called.name, []).append(calls)
        scenario.said.append(f"{caller.name} calls {called.name}")


def _add_standalone(scenario: Scenario, choose: Random, on_fargate: bool) -> None:
    """Batch tasks that no service owns: some end by themselves, some are stopped, some stay."""
    definition = _definition(choose, "batch", on_fargate)
    minute, many = round(choose.uniform(0, scenario.quiet_from), 2), choose.randint(1, 4)
    lasts, stop = choose.choice((None, 30.0, 400.0)), choose.random() < 0.3

    def start() -> None:
        application = _fitting(WITH_OTHERS.but(exits_after_seconds=lasts, exit_code=0), definition)
        result = ecs.run_task(scenario.cluster, definition, count=many, application=application)
        scenario.standalone.extend(result.tasks)
        if stop and result.tasks:
            scenario.sim.at(scenario.sim.now + 100, lambda: ecs.stop_task(result.tasks[0]))

    scenario.sim.at(minute * 60, start)
    scenario.said.append(f"{many} standalone tasks at minute {minute:g}, which last {lasts} s")


# Policies and changes


def _add_policies(scenario: Scenario, choose: Random, service: ecs.Service) -> None:
    kind = choose.choice(("none", "cpu", "requests", "steps", "both"))
    low = choose.randint(0, 2)
    limits = {"min_capacity": low, "max_capacity": low + choose.randint(1, 12)}
    front = service.fronts[0] if service.fronts and isinstance(service.fronts[0], ecs.LoadBalancer) else None
    if kind in ("cpu", "both"):
        ecs.TargetTracking(
            service,
            target=choose.choice((30, 60, 80)),
            scale_out_cooldown=choose.choice((0, 60, 300)),
            scale_in_cooldown=choose.choice((0, 300)),
            **limits,
        )
    if kind in ("requests", "both") and front is not None:
        target = choose.choice((60, 300))
        ecs.TargetTracking(service, "ALBRequestCountPerTarget", target=target, resource_label=front.name, **limits)
    if kind == "steps":
        alarm = ecs.Alarm(
            scenario.sim,
            f"{service.name}-busy",
            metric="CPUUtilization",
            subject=service.name,
            comparison="GreaterThanThreshold",
            threshold=50,
            evaluation_periods=2,
        )
        steps = [ecs.StepAdjustment(1, 0, 20), ecs.StepAdjustment(3, 20, None)]
        ecs.StepScaling(service, alarm, "ChangeInCapacity", steps, cooldown=choose.choice((0, 120)), **limits)
    if kind != "none" and (kind != "requests" or front is not None) and choose.random() < 0.4:
        ecs.ScheduledAction(service, at_minute=choose.randint(5, 20), min_capacity=limits["max_capacity"] // 2)
    scenario.said.append(f"{service.name}: policies {kind} {limits}")


def _add_changes(scenario: Scenario, choose: Random, service: ecs.Service) -> None:
    """What an operator does during the run: other counts, new revisions, good ones and bad ones."""
    for _ in range(choose.choice((0, 1, 2, 3))):
        minute = round(choose.uniform(1, scenario.quiet_from), 2)
        what = choose.choice(("count", "force", "application", "bad application", "definition"))
        if service.scheduling_strategy == "DAEMON" and what == "count":
            continue
        update = {
            "count": {"desired_count": choose.choice((0, 1, 4, 8))},
            "force": {"force_new_deployment": True},
            "application": {"application": _application(choose)},
            "bad application": {
                "application": ecs.Application(
                    **choose.choice(
                        (
                            {"pull_error": "no such image"},
                            {"exits_after_seconds": 20.0},
                            {"fails_health_checks": True},
                            {"memory_mib": 100_000},
                        )
                    )
                )
            },
            "definition": {"task_definition": _resized(choose, service)},
        }[what]
        scenario.sim.at(minute * 60, lambda service=service, update=update: _update(service, update))
        scenario.said.append(f"{service.name}: {what} at minute {minute:g}")


def _update(service: ecs.Service, update: dict) -> None:
    if "application" in update or "task_definition" in update:
        definition = update.get("task_definition", service.task_definition)
        application = _fitting(update.get("application", service.application), definition)
        update = {**update, "application": application}
    service.update(**update)


def _resized(choose: Random, service: ecs.Service) -> ecs.TaskDefinition:
    definition = service.task_definition
    on_fargate = isinstance(service.cluster.providers[service.strategy[0].capacity_provider], ecs.Fargate)
    while True:
        other = _definition(choose, definition.family, on_fargate)
        if other.network_mode == definition.network_mode:
            return other


# Faults


def _add_faults(scenario: Scenario, choose: Random) -> None:
    for number in count():
        if number >= 4 or choose.random() < 0.2:
            return
        places = [scenario.cluster, *scenario.services, *scenario.groups]
        kind = choose.choice(
            (
                "crash",
                "out_of_memory",
                "hung",
                "failed_pull",
                "slow_start",
                "instance_loss",
                "zone_outage",
                "spot_interruption",
            )
        )
        on = choose.choice(places)
        when = choose.choice(
            (
                {"at_minute": round(choose.uniform(0, scenario.quiet_from), 2)},
                {"every": ecs.Exponential(choose.choice((120, 600)))},
                {"every": choose.choice((240, 900)), "until_minute": 30},
            )
        )
        try:
            ecs.Fault(on, kind, count=choose.choice((1, 1, 2, 5)), for_minutes=choose.choice((1, 6)), **when)
        except ecs.InvalidSetting:
            continue  # such a thing cannot break there
        scenario.said.append(f"fault {kind} on {on.name}, {when}")
