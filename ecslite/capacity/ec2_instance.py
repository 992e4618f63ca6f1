"""An EC2 instance in a run: a container instance with its record, from launch to termination.

Its states are those of an Auto Scaling group's instance: Pending, InService, Terminating, Terminated, and :Wait where a
lifecycle hook holds it. [EC2 Auto Scaling guide, ec2-auto-scaling-lifecycle; read 2026-11-23]
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from ecslite.capacity.container_instance import ContainerInstance
from ecslite.capacity.instance_type import InstanceType
from ecslite.sim.simulation import Simulation

__all__ = ["Ec2Instance", "new_instance_id"]


class Ec2Instance(ContainerInstance):
    """A container instance that was launched at a moment, and is paid for from then on."""

    def __init__(
        self,
        sim: Simulation,
        id_: str,
        type_: InstanceType,
        zone: str,
        *,
        group: str,
        market: str,
        ebs_gib: int,
        trunking: bool = False,
        reserved_memory: int = 0,
        template_version: int = 1,
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(
            id_, type_, zone, trunking=trunking, attributes=dict(attributes or {}), reserved_memory=reserved_memory
        )
        self.launched_at = sim.now
        self.template_version = template_version
        self.settled = sim.env.event()
        """Comes when it is in service, or has ended before."""
        self.record = sim.record(
            "instance",
            id_,
            group=group,
            type=type_.name,
            zone=zone,
            cpu=self.cpu,
            memory=self.memory,
            market=market,
            ebs_gib=ebs_gib,
            task_enis=type_.task_enis(trunking),
        )

    @property
    def state(self) -> str:
        """Where it stands between Pending and Terminated."""
        return self.record.state

    @property
    def registered(self) -> bool:
        """Whether it has joined its cluster, and not left it."""
        return self.settled.triggered and self.state != "Terminated"

    @property
    def alive(self) -> bool:
        """Pending or InService: it counts against a group's desired capacity."""
        return self.state in ("Pending", "Pending:Wait", "InService")


def new_instance_id(random: Random) -> str:
    """An id as EC2 gives them: i- and 17 hexadecimal digits."""
    return f"i-{random.getrandbits(68):017x}"
