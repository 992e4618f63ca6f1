"""A task's attachment to its network: the interface that it takes at PROVISIONING and gives back at DEPROVISIONING."""

from __future__ import annotations

from ecslite.network.image_pull import can_pull_image
from ecslite.network.vpc import AwsvpcConfiguration, NetworkInterface

__all__ = ["Attachment"]

MIB = 1024**2


class Attachment:
    """One task's. Without a configuration the task has no address, and everything reaches it."""

    def __init__(self, configuration: AwsvpcConfiguration | None, *, launch_type: str, image: str = "") -> None:
        self.configuration = configuration
        self.interface: NetworkInterface | None = None
        self.fault: str | None = None
        """Why it has no interface, in the words of a stopped task."""
        self._image = image
        self._on_fargate = launch_type == "FARGATE"

    def take(self, task_id: str, zone: str | None) -> dict[str, str]:
        """Take an interface in a zone; what is to be noted of it in the run. `fault` says why there is none."""
        if self.configuration is None:
            return {}
        made = self.configuration.attach(task_id, zone, launch_type="FARGATE" if self._on_fargate else "EC2")
        if isinstance(made, str):
            self.fault = made
            return {}
        self.interface = made
        public = {} if made.public_address is None else {"public_address": made.public_address}
        return {
            "subnet": made.subnet.name,
            "network_interface_id": made.id,
            "private_ipv4_address": made.address,
            **public,
        }

    def give_back(self) -> None:
        """The address is free again; what never had one gives nothing."""
        if self.interface is not None:
            self.interface.subnet.detach(self.interface)
            self.interface = None

    def pull_fault(self) -> tuple[str, float] | None:
        """Why the image cannot be pulled, and after how many seconds the task gives up; None if it can."""
        if self.configuration is None or self.interface is None or not self._on_fargate:
            return None
        why = can_pull_image(self.interface.subnet, self.configuration, self._image)
        return None if why is None else (why, self.interface.subnet.vpc.pull_timeout_seconds)

    def pulled(self, mib: float) -> None:
        """An image of that size has been pulled: a NAT gateway on its way has carried it."""
        # Model: from ECR through its endpoints nothing passes the NAT gateway; from any other way all of it does.
        if self.interface is None or not self._on_fargate:
            return
        subnet = self.interface.subnet
        if subnet.nat is not None and not subnet.public and not subnet.vpc.has_image_endpoints:
            subnet.nat.download(round(mib * MIB), zone=subnet.zone)
