"""Break-even of Fargate and EC2: how full must instances be before they cost less than tasks paid for one by one?

A task on Fargate costs what it asks for, while it runs. A task on EC2 costs its share of an instance, so it depends on
how many tasks fit (CPU, registered memory, network interfaces), how many places are taken, and what stands by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from ecslite.billing.comparison import refuse_burstable
from ecslite.billing.compute import INCLUDED_STORAGE_GIB, MIB_PER_GB, ROOT_VOLUME_GIB, UNITS_PER_VCPU
from ecslite.billing.prices import Prices, default_prices
from ecslite.billing.usage import HOURS_A_MONTH
from ecslite.errors import InvalidSetting

__all__ = ["BreakEven", "InstanceFacts", "break_even"]

NETWORK_MODES = ("awsvpc", "bridge", "host", "none")
MARKETS = ("on-demand", "spot")


class InstanceFacts(Protocol):
    """What must be known of an instance type: `ecs.instance_type("m5.large")` is one, and so is a record of yours."""

    @property
    def name(self) -> str: ...
    @property
    def cpu(self) -> int:
        """CPU units that it registers."""
        ...

    @property
    def memory(self) -> int:
        """MiB that it registers, which is less than its nominal memory."""
        ...

    @property
    def architecture(self) -> str:
        """X86_64 or ARM64: Fargate is priced alike."""
        ...

    def task_enis(self, trunking: bool) -> int:
        """Tasks with a network interface of their own that fit."""
        ...


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Fargate against one instance type, for one shape of task. Costs are US dollars for a task of an hour."""

    instance_type: str
    tasks_per_instance: int
    limits: tuple[str, ...]
    """What allows no more tasks: cpu, memory, ENI, port; several where they give out together."""
    instances: int
    spare_instances: int
    usd_per_instance_hour: float
    """With its volume."""
    fargate_usd_per_task_hour: float
    ec2_usd_per_task_hour: float
    """With every place taken: the least that EC2 can cost."""
    formula: str

    @property
    def utilisation(self) -> float:
        """The share of the working instances' places that must be taken for EC2 to cost as much as Fargate.

        Above 1 there is no such share: Fargate costs less even against full instances.
        """
        return self.ec2_usd_per_task_hour / self.fargate_usd_per_task_hour

    def ec2_usd_at(self, utilisation: float) -> float:
        """What a task-hour costs on EC2 with this share (above 0, at most 1) of the places taken."""
        if not 0 < utilisation <= 1:
            raise InvalidSetting(f"utilisation={utilisation}: use a share above 0 and at most 1, such as 0.8")
        return self.ec2_usd_per_task_hour / utilisation

    def rows(self) -> list[dict[str, Any]]:
        """The numbers as plain dicts (name, value, unit), for tables and widgets."""
        return [
            {"name": "Tasks an instance", "value": self.tasks_per_instance, "unit": f"limit: {', '.join(self.limits)}"},
            {"name": "Fargate", "value": self.fargate_usd_per_task_hour, "unit": "USD a task-hour"},
            {"name": "EC2, every place taken", "value": self.ec2_usd_per_task_hour, "unit": "USD a task-hour"},
            {"name": "Break-even utilisation", "value": self.utilisation, "unit": "share of places"},
        ]

    def __str__(self) -> str:
        return self.formula


def break_even(
    task_cpu: int,
    task_memory: int,
    instance_type: InstanceFacts,
    *,
    trunking: bool = False,
    network_mode: str = "awsvpc",
    fixed_host_port: bool = False,
    instances: int = 1,
    spare_instances: int = 0,
    ebs_gib: int = ROOT_VOLUME_GIB,
    ephemeral_storage_gib: int = INCLUDED_STORAGE_GIB,
    market: str = "on-demand",
    prices: Prices | None = None,
) -> BreakEven:
    """The share of an instance's places that must be taken for EC2 to cost no more than Fargate.

    task_cpu: units; task_memory: MiB. `instances` work and `spare_instances` stand empty beside them. Spot stands
    against Fargate Spot. In host mode, or with a fixed port in bridge mode, an instance takes one copy of the task.
    InvalidSetting for a burstable type, a task that does not fit, or a price that is not in the list.
    """
    _check_task(task_cpu, task_memory, instance_type)
    _check_setting(network_mode, market, instances, spare_instances)
    prices = prices or default_prices()
    room = _room(task_cpu, task_memory, instance_type)
    room |= _network_room(instance_type, network_mode, trunking=trunking, fixed_port=fixed_host_port)
    tasks = min(room.values())
    if tasks < 1:
        short = next(name for name, many in room.items() if many < 1)
        raise InvalidSetting(
            f"a task of {task_cpu} units and {task_memory} MiB does not fit on {instance_type.name} ({short}): it"
            f" registers {instance_type.cpu} units and {instance_type.memory} MiB; take a larger type"
        )
    kind = f"{'fargate_spot' if market == 'spot' else 'fargate'}.linux.{instance_type.architecture.lower()}"
    alone = _fargate_hour(kind, task_cpu, task_memory, prices)
    more = max(ephemeral_storage_gib - INCLUDED_STORAGE_GIB, 0)
    alone += more * prices["fargate.ephemeral_storage.gb_hour"].usd
    hour = prices[f"ec2.{instance_type.name}.{market}.hour"].usd
    hour += ebs_gib * prices["ebs.gp3.gb_month"].usd / HOURS_A_MONTH
    fleet = instances + spare_instances
    full = fleet * hour / (instances * tasks)
    formula = (
        f"{instance_type.name} takes {tasks} tasks (limit: {', '.join(_least(room))}). EC2, every place taken:"
        f" {fleet} instance{'s' if fleet > 1 else ''} × ${hour:.6f} / ({instances} × {tasks} places)"
        f" = ${full:.6f} a task-hour. Fargate: ${alone:.6f} a task-hour. Break-even utilisation:"
        f" {full:.6f} / {alone:.6f} = {full / alone:.1%}"
        f"{' of the places' if full <= alone else ', more than there is: Fargate costs less however full'}."
    )
    return BreakEven(instance_type.name, tasks, _least(room), instances, spare_instances, hour, alone, full, formula)


def _check_task(cpu: int, memory: int, facts: InstanceFacts) -> None:
    if isinstance(facts, str):
        raise InvalidSetting(f"instance_type={facts!r} is a name: give its facts, as ecs.instance_type({facts!r})")
    if cpu <= 0 or memory <= 0:
        raise InvalidSetting(f"a task of {cpu} units and {memory} MiB: use more than 0 of both, such as 512 and 1024")
    refuse_burstable(facts.name)


def _check_setting(network_mode: str, market: str, instances: int, spare: int) -> None:
    if network_mode not in NETWORK_MODES:
        raise InvalidSetting(f"network_mode={network_mode!r}: use one of {', '.join(NETWORK_MODES)}")
    if market not in MARKETS:
        raise InvalidSetting(f"market={market!r}: use one of {', '.join(MARKETS)}")
    if instances < 1 or spare < 0:
        raise InvalidSetting(f"{instances} instances and {spare} spare: use at least 1 that works, and 0 or more spare")


def _room(cpu: int, memory: int, facts: InstanceFacts) -> dict[str, int]:
    """How many tasks an instance's CPU and its registered memory allow."""
    return {"cpu": facts.cpu // cpu, "memory": facts.memory // memory}


def _network_room(facts: InstanceFacts, network_mode: str, *, trunking: bool, fixed_port: bool) -> dict[str, int]:
    """How many its interfaces allow, or its ports; nothing where the network sets no limit."""
    if network_mode == "awsvpc":
        return {"ENI": facts.task_enis(trunking)}
    if network_mode == "host" or (network_mode == "bridge" and fixed_port):
        return {"port": 1}
    return {}


def _least(room: dict[str, int]) -> tuple[str, ...]:
    return tuple(name for name, many in room.items() if many == min(room.values()))


def _fargate_hour(kind: str, cpu: int, memory: int, prices: Prices) -> float:
    vcpu = cpu / UNITS_PER_VCPU * prices[f"{kind}.vcpu_hour"].usd
    return vcpu + memory / MIB_PER_GB * prices[f"{kind}.gb_hour"].usd
