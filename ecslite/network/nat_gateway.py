"""A NAT gateway: the way out of private subnets, which counts what it carries since each byte is billed."""

from __future__ import annotations

from collections.abc import Iterator

from ecslite.errors import InvalidSetting
from ecslite.sim.metrics import Sample
from ecslite.sim.simulation import Simulation

__all__ = ["NatGateway"]


class NatGateway:
    """Stands in one zone; other zones' subnets may route to it, and pay for the way between zones."""

    def __init__(self, sim: Simulation, name: str, *, zone: str = "us-east-1a") -> None:
        self.name = name
        self.zone = zone
        self._bytes = 0
        record = sim.record("nat_gateway", name, zone=zone)
        sim.enter(record, "available", None, f"NAT gateway {name} is available.")
        sim.meter.read(self._read)

    def carry(self, count: int) -> None:
        """Count bytes that go out through it, such as those of an image pull, at the present moment."""
        # Model: bytes of both directions are counted here, since both are billed as data processed.
        if count < 0:
            raise InvalidSetting(f"{count} bytes: use 0 or more")
        self._bytes += count

    def _read(self) -> Iterator[Sample]:
        """The bytes since the last full minute."""
        count, self._bytes = self._bytes, 0
        yield Sample("BytesOutToDestination", self.name, "Bytes", {"Sum": count})
