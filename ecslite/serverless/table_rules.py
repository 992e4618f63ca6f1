"""What a table's settings must be, before it is made or updated."""

from __future__ import annotations

from math import isfinite

from ecslite.errors import InvalidSetting
from ecslite.serverless.throughput import BURST_SECONDS

__all__ = ["BILLING_MODES", "DAY", "MOST_UNITS", "STREAM_VIEW_TYPES", "check_maximum", "check_mode", "check_model"]

BILLING_MODES = ("PROVISIONED", "PAY_PER_REQUEST")
STREAM_VIEW_TYPES = ("NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY")

MOST_UNITS = 40_000
"""Provisioned units of one table, each for reads and for writes, until the quota is raised
[DynamoDB Developer Guide, ServiceQuotas; read 2026-11-24]."""

DAY = 86400.0


def check_mode(name: str, mode: str, read: int | None, write: int | None) -> None:
    """Units where the mode has them, and nowhere else."""
    if mode not in BILLING_MODES:
        raise InvalidSetting(f"billing_mode={mode!r}: use one of {', '.join(BILLING_MODES)}")
    given = [units for units in (read, write) if units is not None]
    if mode == "PAY_PER_REQUEST" and given:
        raise InvalidSetting(
            f"table {name!r} has billing_mode='PAY_PER_REQUEST' and capacity units ({read}, {write}): leave them out,"
            " or use billing_mode='PROVISIONED'"
        )
    if mode == "PROVISIONED" and len(given) < 2:
        raise InvalidSetting(f"table {name!r}: PROVISIONED needs read_capacity_units and write_capacity_units")
    for units in given:
        if isinstance(units, bool) or units != int(units) or not 1 <= units <= MOST_UNITS:
            raise InvalidSetting(f"{units} capacity units of table {name!r}: use a whole number, 1 to {MOST_UNITS:,}")


def check_maximum(mode: str, *maxima: int | None) -> None:
    """A maximum of request units for on-demand mode only."""
    for units in maxima:
        if units is not None and (mode != "PAY_PER_REQUEST" or units < 1 or not isfinite(units)):
            raise InvalidSetting(
                f"a maximum of {units} request units in mode {mode}: it is for PAY_PER_REQUEST, and starts at 1"
            )


def check_model(
    burst_seconds: float, update_seconds: float, size_gb: float, partitions: int | None, stream: str | None
) -> None:
    """What the model takes, and the views of a stream."""
    if not 0 <= burst_seconds <= BURST_SECONDS or not 0 <= update_seconds < DAY or not 0 <= size_gb < 1e9:
        raise InvalidSetting(
            f"burst_seconds={burst_seconds}, update_seconds={update_seconds}, size_gb={size_gb}: use 0 to"
            f" {BURST_SECONDS:g}, 0 to {DAY:g}, and 0 up"
        )
    if partitions is not None and (partitions != int(partitions) or partitions < 1):
        raise InvalidSetting(f"partitions={partitions}: use a whole number from 1, or None for what is needed")
    if stream is not None and stream not in STREAM_VIEW_TYPES:
        raise InvalidSetting(f"stream_view_type={stream!r}: use one of {', '.join(STREAM_VIEW_TYPES)}")
