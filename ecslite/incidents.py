"""Incidents to train on: a ticket number is a night in which one thing is wrong with the tea shop.

`open_page(4711)` runs that night and shows what somebody on call has: what AWS would print, and the application's log.
What is wrong is made by the engine, and follows from the ticket's number alone; `cause_of` says it, for whoever
grades. Two things are texts and no more, since the engine knows no permissions: the errors of the two roles.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import Any

from ecslite.aws.describe_instances import describe_container_instances, describe_target_health
from ecslite.aws.describe_services import describe_services
from ecslite.aws.describe_tasks import describe_tasks, list_tasks
from ecslite.aws.destination import EXAMPLE_ACCOUNT
from ecslite.capacity.auto_scaling_group import AutoScalingGroup
from ecslite.capacity.fargate import FargateSpot
from ecslite.capacity.provider import CapacityProvider
from ecslite.ecs.application import Application
from ecslite.ecs.cluster import Capacity, Cluster
from ecslite.ecs.container_definition import ContainerDefinition, PortMapping
from ecslite.ecs.faults.fault import Fault
from ecslite.ecs.service import Service
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.network.load_balancer import LoadBalancer
from ecslite.network.security_group import SecurityGroup
from ecslite.network.vpc import AwsvpcConfiguration, Subnet, Vpc
from ecslite.sim.clock import MINUTE
from ecslite.sim.profiles import constant
from ecslite.sim.run import Run
from ecslite.sim.simulation import Simulation
from ecslite.sim.traffic import Traffic

__all__ = ["CAUSES", "Page", "cause_of", "one_of_each", "open_page"]

EVENTS_SHOWN = 10
"""Of the newest, in a page's short form."""

REGISTRY = f"{EXAMPLE_ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/tea"

SESSION = f"arn:aws:sts::{EXAMPLE_ACCOUNT}:assumed-role"

REFUSED = "is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the"
"""How AWS says that a role lacks a permission [IAM User Guide, troubleshoot_access-denied; read 2026-11-25]."""

NO_IMAGE = "pull image manifest has been retried 7 time(s): failed to resolve ref {image}: {image}: not found"
"""[ECS Developer Guide, task_cannot_pull_image; transcripts of real accounts; read 2026-11-25]"""

NO_SECRETS = (
    "unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve {what}: service"
    " call has been retried {times} time(s): AccessDeniedException: User: "
)
"""[ECS Developer Guide, resource-initialization-error; transcripts of real accounts; read 2026-11-25]"""


@dataclass
class Night:
    """What a cause needs to be built, and what it leaves for the page."""

    random: Random
    sim: Simulation
    minutes: float = 14.0
    log: Sequence[str] = ()
    """What the application writes in each of its tasks before it ends."""
    service: Service = field(init=False)
    cluster: Cluster = field(init=False)

    def revision(self, number: int, **size: Any) -> TaskDefinition:
        """A revision of the shop's task definition: its image has the number as its tag."""
        container = ContainerDefinition("tea", f"{REGISTRY}:v{40 + number}", port_mappings=(PortMapping(8080),))
        return TaskDefinition("tea", revision=number, container_definitions=(container,), **size)

    def open(
        self,
        definition: TaskDefinition | None = None,
        *,
        capacity: Sequence[Capacity] | None = None,
        network: AwsvpcConfiguration | None = None,
        desired_count: int | None = None,
        front: dict[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        """The shop: a load balancer, a service of two to four tasks, and visitors."""
        balancer = LoadBalancer(self.sim, "front", deregistration_delay_seconds=20, **(front or {}))
        self.cluster = Cluster(self.sim, "shop", capacity=capacity)
        self.service = Service(
            self.cluster,
            definition or self.revision(1),
            desired_count=desired_count or self.random.randint(2, 4),
            load_balancer=balancer,
            network_configuration=network,
            **settings,
        )
        Traffic(self.sim, constant(1), cpu_seconds=0.05, from_minute=2).to(balancer)

    def deploy(self, **application: Any) -> None:
        """The shop as it was until, at some minute, revision 2 is deployed."""
        self.open()
        moment = self.random.uniform(4, 7) * MINUTE
        change = Application(**application)
        self.sim.at(moment, lambda: self.service.update(task_definition=self.revision(2), application=change))

    def instances(self, count: int) -> list[Capacity]:
        """So many m5.large, which nobody scales."""
        group = AutoScalingGroup(self.sim, "boxes", min_size=count, max_size=count)
        return [CapacityProvider(group, managed_scaling=None)]

    def strike(self, on: Service | Cluster, kind: str) -> None:
        """A fault at some minute."""
        Fault(on, kind, at_minute=self.random.uniform(6, 9))


def _refused(role: str, action: str, resource: str) -> str:
    return f"{SESSION}/{role}/{{task}} {REFUSED.format(action=action, resource=resource)} {action} action"


# What can be wrong


def _exit(night: Night) -> None:
    code = night.random.choice((1, 2, 78))
    night.log = (
        "starting tea shop",
        "KeyError: 'PAYMENT_URL'",
        f"fatal: configuration is not complete, exiting with code {code}",
    )
    night.deploy(exits_after_seconds=night.random.uniform(1, 4), exit_code=code)


def _memory(night: Night) -> None:
    night.log = ("starting tea shop", "listening on port 8080", "200 GET /teas", "200 GET /teas")
    leak = night.random.uniform(2500, 4000)
    night.open(memory_mib=night.random.uniform(200, 300), memory_leak_mib_per_hour=leak)


def _check(night: Night) -> None:
    night.log = ("starting tea shop", "listening on port 8080", "500 GET / ELB-HealthChecker/2.0")
    night.deploy(fails_health_checks=True, ignores_sigterm=night.random.random() < 0.5)


def _hang(night: Night) -> None:
    night.log = (
        "starting tea shop",
        "listening on port 8080",
        "200 GET /teas",
        "waiting for a connection to the database",
    )
    night.open()
    night.strike(night.service, "hung")


def _security_group(night: Night) -> None:
    night.log = ("starting tea shop", "listening on port 8080")
    subnets = _subnets(public=True)
    outer, inner = SecurityGroup("front"), SecurityGroup("tea")
    outer.allow_inbound("0.0.0.0/0", 80)
    night.open(
        network=AwsvpcConfiguration(subnets, [inner], "ENABLED"),
        front={"subnets": subnets, "security_groups": [outer]},
    )


def _room(night: Night) -> None:
    night.log = ("starting tea shop", "listening on port 8080", "200 GET /teas")
    size = {"cpu": 256, "memory": night.random.choice((3000, 3500, 5000)), "requires_compatibilities": ("EC2",)}
    night.open(night.revision(1, **size), capacity=night.instances(2), desired_count=night.random.randint(5, 7))


def _interface(night: Night) -> None:
    night.log = ("starting tea shop", "listening on port 8080", "200 GET /teas")
    size = {"cpu": 256, "memory": 512, "requires_compatibilities": ("EC2",)}
    night.open(night.revision(1, **size), capacity=night.instances(2), desired_count=night.random.randint(5, 7))


def _image(night: Night) -> None:
    night.deploy(pull_error=NO_IMAGE.format(image=f"{REGISTRY}:v42"))


def _route(night: Night) -> None:
    night.open(network=AwsvpcConfiguration(_subnets(public=False)))


def _execution_role(night: Night) -> None:
    secret = f"arn:aws:secretsmanager:us-east-1:{EXAMPLE_ACCOUNT}:secret:shop/payments-k3Xq1a"
    what, action, resource, times = night.random.choice(
        (
            ("ecr registry auth", "ecr:GetAuthorizationToken", "*", 3),
            ("secret from asm", "secretsmanager:GetSecretValue", secret, 1),
        )
    )
    # Model: the session of a role is named after the task in AWS; here it is the same name for all.
    said = _refused("ecsTaskExecutionRole", action, resource).format(task="ecs-agent")
    night.deploy(initialization_error=NO_SECRETS.format(what=what, times=times) + said)


def _task_role(night: Night) -> None:
    orders = f"arn:aws:dynamodb:us-east-1:{EXAMPLE_ACCOUNT}:table/orders"
    action = night.random.choice(("dynamodb:GetItem", "dynamodb:Query", "dynamodb:DescribeTable"))
    night.log = (
        "starting tea shop",
        f"An error occurred (AccessDeniedException) when calling the {action.partition(':')[2]} operation:"
        f" User: {_refused('teaTaskRole', action, orders)}",
        "fatal: orders cannot be read, exiting with code 1",
    )
    night.deploy(exits_after_seconds=night.random.uniform(1, 4), exit_code=1)


def _host(night: Night) -> None:
    night.log = ("starting tea shop", "listening on port 8080", "200 GET /teas")
    size = {"cpu": 256, "memory": 512, "requires_compatibilities": ("EC2",)}
    # One of the two has two tasks, the other one: each has two interfaces for tasks. Rebalancing would move them.
    night.open(
        night.revision(1, **size),
        capacity=night.instances(2),
        desired_count=3,
        availability_zone_rebalancing="DISABLED",
    )
    night.strike(night.cluster, "instance_loss")


def _spot(night: Night) -> None:
    night.log = ("starting tea shop", "listening on port 8080", "200 GET /teas", "SIGTERM: closing")
    night.open(capacity=[FargateSpot()])
    night.strike(night.service, "spot_interruption")


def _subnets(*, public: bool) -> list[Subnet]:
    vpc = Vpc("shop")
    return [Subnet(vpc, f"10.0.{n}.0/24", zone=f"us-east-1{zone}", public=public) for n, zone in enumerate("ab")]


WRONG: dict[str, Callable[[Night], None]] = {
    "exit": _exit,
    "out of memory": _memory,
    "failing check": _check,
    "hanging application": _hang,
    "security group": _security_group,
    "no room": _room,
    "no network interface": _interface,
    "missing image": _image,
    "no route": _route,
    "execution role": _execution_role,
    "task role": _task_role,
    "lost host": _host,
    "spot interruption": _spot,
}

CAUSES = tuple(WRONG)
"""What may be wrong."""


def cause_of(ticket: int) -> str:
    """What is wrong in the night of a ticket: one of `CAUSES`."""
    return CAUSES[int(sha256(f"ticket/{ticket}".encode()).hexdigest()[:8], 16) % len(CAUSES)]


def one_of_each(first: int) -> list[int]:
    """For each cause the first ticket from a number on: as many as there are causes, by their number.

    >>> sorted(cause_of(ticket) for ticket in one_of_each(4000)) == sorted(CAUSES)
    True
    """
    found: dict[str, int] = {}
    ticket = first
    while len(found) < len(CAUSES):
        found.setdefault(cause_of(ticket), ticket)
        ticket += 1
    return sorted(found.values())


@dataclass(frozen=True)
class Page:
    """What somebody on call has of one night: nothing but what AWS prints, and the application's log."""

    ticket: int
    run: Run = field(repr=False)
    lines: Sequence[str] = field(repr=False)

    @property
    def service(self) -> dict[str, Any]:
        """The service, as `aws ecs describe-services` has it."""
        found: dict[str, Any] = describe_services(self.run)["services"][0]
        return found

    @property
    def stopped(self) -> list[dict[str, Any]]:
        """The tasks of `list-tasks --desired-status STOPPED`, as `describe-tasks` has them; the oldest first."""
        return self._tasks("STOPPED")

    @property
    def running(self) -> list[dict[str, Any]]:
        """The tasks that are to run, as `describe-tasks` has them."""
        return self._tasks("RUNNING")

    def _tasks(self, desired_status: str) -> list[dict[str, Any]]:
        ids = list_tasks(self.run, desired_status=desired_status)
        found: list[dict[str, Any]] = describe_tasks(self.run, ids)["tasks"]
        return found

    @property
    def targets(self) -> list[dict[str, Any]]:
        """The targets, as `aws elbv2 describe-target-health` has them."""
        if not self.run.of_kind("target"):
            return []
        found: list[dict[str, Any]] = describe_target_health(self.run, "front")["TargetHealthDescriptions"]
        return found

    @property
    def instances(self) -> list[dict[str, Any]]:
        """The instances, as `aws ecs describe-container-instances` has them; none on Fargate."""
        found: list[dict[str, Any]] = describe_container_instances(self.run)["containerInstances"]
        return found

    def __str__(self) -> str:
        """Both answers in short: the counts, the deployments, the newest events, and how tasks have stopped."""
        service, stopped = self.service, self.stopped
        counts = ", ".join(f"{name} {service[f'{name}Count']}" for name in ("desired", "running", "pending"))
        deployments = [
            f"  {one['status']:7} {_end(one['taskDefinition'])}  {one['rolloutState']}, running {one['runningCount']},"
            f" failedTasks {one['failedTasks']}"
            for one in service["deployments"]
        ]
        events = [f"  {one['createdAt']:%H:%M:%S} {_short(one['message'])}" for one in service["events"][:EVENTS_SHOWN]]
        ends = Counter(_ending(task) for task in stopped)
        tasks = [f"  {many} × {how}" for how, many in ends.items()]
        head = f"Ticket {self.ticket}: service {service['serviceName']}: {counts}"
        ended = ["stopped tasks:", *(tasks or ["  none"])]
        return "\n".join([head, *deployments, "events, newest first:", *events, *ended])

    def log(self, task_arn: str) -> list[str]:
        """What the application of a task has written to its log; nothing where no container ever ran."""
        name = task_arn.rpartition("/")[2]
        task = next((one for one in self.run.of_kind("task") if one.id == name), None)
        ran = task is not None and any(one[0] is not None for one in task.attributes["container_times"])
        of_new = task is not None and (len(self.run.of_kind("deployment")) == 1 or _newest(self.run, task.attributes))
        if not ran:
            return []
        lines = self.lines if of_new else ("starting tea shop", "listening on port 8080", "200 GET /teas")
        return [line.replace("{task}", name) for line in lines]


def _newest(run: Run, task: Any) -> bool:
    return bool(task["deployment"] == run.of_kind("deployment")[-1].id)


def _end(arn: str) -> str:
    return arn.rpartition("/")[2]


def _short(text: str) -> str:
    """A text of ECS's with the long names in it cut: ids to eight characters, ARNs to what they name."""
    plain = re.sub(r"arn:aws:elasticloadbalancing:[^)]*targetgroup/([^/)]+)/[0-9a-f]+", r"\1", text)
    return re.sub(r"\b([0-9a-f]{8})[0-9a-f]{24}\b", r"\1", plain)


def _ending(task: dict[str, Any]) -> str:
    """How a task ended: its stop code and reason, and its container's exit code and reason."""
    said = f"{task['stopCode']}: {_short(task['stoppedReason'])}"
    container = task["containers"][0]
    if "exitCode" in container:
        said += f" | exitCode {container['exitCode']}"
    return said + (f", {container['reason']}" if "reason" in container else "")


def open_page(ticket: int) -> Page:
    """The page of a ticket, a whole number: the night has run, and something in it is wrong."""
    night = Night(Random(f"ticket/{ticket}"), Simulation(ticket))
    WRONG[cause_of(ticket)](night)
    return Page(ticket, night.sim.run(minutes=night.minutes), night.log)
