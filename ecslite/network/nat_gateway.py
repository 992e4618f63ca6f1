"""A NAT gateway: the way out of private subnets, which counts what it carries since each byte is billed."""

from __future__ import annotations

from collections.abc import Iterator

from ecslite.errors import InvalidSetting
from ecslite.sim.metrics import Sample
from ecslite.sim.simulation import Simulation

__all__ = ["NatGateway"]

METRICS = ("BytesInFromDestination", "BytesInFromSource", "BytesOutToDestination", "BytesOutToSource")
"""The source is in the VPC, the destination outside [VPC guide, metrics-dimensions-nat-gateway; read 2026-11-24]."""


class NatGateway:
    """Stands in one zone; other zones' subnets may route to it, and pay for the way between zones."""

    def __init__(self, sim: Simulation, name: str, *, zone: str = "us-east-1a") -> None:
        self.name = name
        self.zone = zone
        self._in, self._out, self._crossed = 0, 0, 0
        record = sim.record("nat_gateway", name, zone=zone)
        sim.enter(record, "available", None, f"NAT gateway {name} is available.")
        sim.meter.read(self._read)

    def download(self, count: int, *, zone: str | None = None) -> None:
        """Carry bytes from outside to a subnet in a zone (its own if None), such as those of an image pull, now."""
        self._in += self._carried(count, zone)

    def upload(self, count: int, *, zone: str | None = None) -> None:
        """Carry bytes from a subnet in a zone (its own if None) to the outside, at the present moment."""
        self._out += self._carried(count, zone)

    def _carried(self, count: int, zone: str | None) -> int:
        if count < 0:
            raise InvalidSetting(f"{count} bytes: use 0 or more")
        if zone not in (None, self.zone):
            self._crossed += count
        return count

    def _read(self) -> Iterator[Sample]:
        """The bytes since the last full minute: what comes in on one side goes out on the other."""
        for name, count in zip(METRICS, (self._in, self._out, self._out, self._in), strict=True):
            yield Sample(name, self.name, "Bytes", {"Sum": count})
        yield Sample("CrossZoneBytes", self.name, "Bytes", {"Sum": self._crossed})
        self._in, self._out, self._crossed = 0, 0, 0
