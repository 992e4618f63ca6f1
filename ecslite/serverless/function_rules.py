"""What Lambda refuses in a function's configuration: each message says the value, the rule and the fix."""

from __future__ import annotations

from dataclasses import dataclass

from ecslite.errors import InvalidSetting

__all__ = [
    "ARCHITECTURES",
    "LATEST",
    "RUNTIMES",
    "SNAP_START",
    "FunctionConfiguration",
    "FunctionModel",
    "check_range",
    "cpu_share",
]

ARCHITECTURES = ("x86_64", "arm64")
"""[Lambda API, CreateFunction; read 2026-11-24]."""

SNAP_START = ("PublishedVersions", "None")
"""When SnapStart applies [Lambda API, SnapStart; read 2026-11-24]."""

RUNTIMES = (
    "nodejs20.x",
    "nodejs22.x",
    "nodejs24.x",
    "java8.al2",
    "java11",
    "java17",
    "java21",
    "java25",
    "python3.10",
    "python3.11",
    "python3.12",
    "python3.13",
    "python3.14",
    "dotnet8",
    "dotnet10",
    "ruby3.2",
    "ruby3.3",
    "ruby3.4",
    "provided.al2",
    "provided.al2023",
)
"""Runtimes that may be named here, of those of the API [Lambda API, Runtime; read 2026-11-24]."""

WITH_SNAP_START = (
    "java11",
    "java17",
    "java21",
    "java25",
    "python3.12",
    "python3.13",
    "python3.14",
    "dotnet8",
    "dotnet10",
)
"""Java 11, Python 3.12, .NET 8 and later [Lambda Developer Guide, snapstart; read 2026-11-24]."""

MIB_PER_VCPU = 1769
"""Memory at which a function has one vCPU [Lambda Developer Guide, configuration-memory; read 2026-11-24]."""

LEAST_MEMORY, MOST_MEMORY = 128, 10_240
MOST_TIMEOUT = 900
LEAST_STORAGE, MOST_STORAGE = 512, 10_240
"""MiB and seconds [Lambda Developer Guide, gettingstarted-limits; read 2026-11-24]."""

LATEST = "$LATEST"

MOST_CONCURRENCY = 1_000_000
DAY = 86_400
"""Seconds."""


def cpu_share(memory: int) -> float:
    """vCPUs of a function with that much memory (MiB): in proportion, 1 at 1,769 MiB, 5.8 at the most."""
    return memory / MIB_PER_VCPU


def check_range(name: str, value: float, least: float, most: float, what: str) -> None:
    """InvalidSetting unless the value is a whole number within the range."""
    if value != int(value) or not least <= value <= most:
        raise InvalidSetting(f"{name}={value}: use {what}, a whole number from {least:,} to {most:,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionConfiguration:
    """What Lambda knows of a function; InvalidSetting for what Lambda would not take."""

    memory: int
    """MiB."""
    timeout: int
    """Seconds."""
    ephemeral_storage: int
    """MiB of /tmp."""
    architecture: str
    runtime: str
    snap_start: str
    version: str
    reserved_concurrency: int | None
    provisioned_concurrency: int

    def __post_init__(self) -> None:
        check_range("memory", self.memory, LEAST_MEMORY, MOST_MEMORY, "MiB")
        check_range("timeout", self.timeout, 1, MOST_TIMEOUT, "seconds (15 minutes at the most)")
        check_range("ephemeral_storage", self.ephemeral_storage, LEAST_STORAGE, MOST_STORAGE, "MiB")
        if self.reserved_concurrency is not None:
            check_range("reserved_concurrency", self.reserved_concurrency, 0, MOST_CONCURRENCY, "requests in progress")
        for name, value, known in (
            ("architecture", self.architecture, ARCHITECTURES),
            ("runtime", self.runtime, RUNTIMES),
            ("snap_start", self.snap_start, SNAP_START),
        ):
            if value not in known:
                raise InvalidSetting(f"{name}={value!r}: use one of {', '.join(known)}")
        self.check_provisioned(self.provisioned_concurrency)
        if self.snap_start == "PublishedVersions":
            self._check_snap_start()

    def check_provisioned(self, count: int) -> None:
        """InvalidSetting for a number of provisioned environments that Lambda would not take."""
        check_range("provisioned_concurrency", count, 0, MOST_CONCURRENCY, "environments")
        reserved, what = self.reserved_concurrency, f"provisioned_concurrency={count}"
        if reserved is not None and count > reserved:
            raise InvalidSetting(
                f"{what} is above reserved_concurrency={reserved}: a function's reservation holds its provisioned"
                " environments too; reserve more, or provision less"
            )
        if count and self.version == LATEST:
            raise InvalidSetting(
                f"{what} on version {LATEST}: only a published version or an alias can have it; use a version such"
                " as '1'"
            )
        if count and self.snap_start != "None":
            raise InvalidSetting(f"{what} with snap_start: a version has one or the other; leave one out")

    def _check_snap_start(self) -> None:
        """SnapStart's own rules [Lambda Developer Guide, snapstart; read 2026-11-24]."""
        if self.version == LATEST:
            raise InvalidSetting(
                f"snap_start on version {LATEST}: only published versions have it; use a version such as '1'"
            )
        if self.ephemeral_storage > LEAST_STORAGE:
            raise InvalidSetting(
                f"snap_start with ephemeral_storage={self.ephemeral_storage}: it goes up to {LEAST_STORAGE} MiB;"
                f" use {LEAST_STORAGE}"
            )
        if self.runtime not in WITH_SNAP_START:
            raise InvalidSetting(f"snap_start with runtime={self.runtime!r}: use one of {', '.join(WITH_SNAP_START)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionModel:
    """What is ours to choose of a function, and not Lambda's."""

    idle_seconds: float
    recycle_seconds: float | None
    environments_ahead: int
    threads: int
    error_rate: float
    provisioning_seconds: float
    billed_restore_share: float

    def __post_init__(self) -> None:
        recycle = self.recycle_seconds
        if not 0 <= self.idle_seconds <= DAY:
            raise InvalidSetting(f"idle_seconds={self.idle_seconds}: use 0 to {DAY} seconds")
        if recycle is not None and not 60 <= recycle <= DAY:
            raise InvalidSetting(f"recycle_seconds={recycle}: use 60 to {DAY} seconds, or None for never")
        if not 0 <= self.error_rate <= 1:
            raise InvalidSetting(f"error_rate={self.error_rate} is not a share: use 0 to 1, such as 0.01 for 1 %")
        if not 0 <= self.billed_restore_share <= 1:
            raise InvalidSetting(f"billed_restore_share={self.billed_restore_share}: use a share from 0 to 1")
        if not 0 <= self.provisioning_seconds <= DAY:
            raise InvalidSetting(
                f"provisioning_seconds={self.provisioning_seconds}: use 0 to {DAY} seconds; AWS takes 60 to 120"
            )
        check_range("environments_ahead", self.environments_ahead, 0, 1000, "idle environments")
        check_range("threads", self.threads, 1, 6, "threads of the function's code")
