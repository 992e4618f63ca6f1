"""What a run used of Lambda: requests, memory by the millisecond, provisioned concurrency, storage and snapshots.

Each invocation is rounded up to a millisecond, INIT included, before it gets here. Provisioned concurrency is charged
from the moment it is asked for, whether it can be used yet or not, in steps of five minutes, and its invocations have a
price of their own. Beyond some billion GB-seconds a month the others get cheaper.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, inf

from ecslite.billing.monthly import FreeTier, Volume
from ecslite.billing.usage import HOUR, Usage, counted
from ecslite.sim.run import Part, Run

__all__ = ["functions"]

CATEGORY = "Lambda"
MILLION = 1_000_000
MIB_PER_GB = 1024

FREE_MILLIONS = 1.0
FREE_GB_SECONDS = 400_000.0
"""Of requests, and of GB-seconds, a month, for all functions of an account that have no provisioned concurrency
[AWS Lambda pricing; read 2026-11-24]."""

TIERS = {
    "x86_64": (6e9, 15e9),
    "arm64": (7.5e9, 18.75e9),
}
"""GB-seconds a month after which the second and the third price begin: a tenth and a fifth less. The duration of all
functions of one architecture is added up; that of provisioned environments has one price
[AWS Compute Blog, Introducing tiered pricing for AWS Lambda; AWS Lambda pricing; read 2026-11-25]."""

FREE_STORAGE_MIB = 512
"""Of each function's /tmp [AWS Lambda pricing; read 2026-11-24]."""

PROVISIONED_STEP = 300
"""Seconds to which provisioned concurrency is rounded up [AWS Lambda pricing; read 2026-11-24]."""

LEAST_CACHE_SECONDS = 3 * HOUR
"""For which a version's snapshot is charged at least [AWS Lambda pricing; read 2026-11-24]."""


def functions(run: Run, free_tier: bool = False) -> Iterator[Usage]:
    """All lines of all functions; with `free_tier`, less what a month gives for nothing."""
    gratis, nothing, volume = FreeTier(run, free_tier), FreeTier(run, on=False), Volume(run)
    for function in run.of_kind("function"):
        spans = _provisioned_spans(function, run)
        yield from _invocations(function, nothing if spans else gratis, volume)
        if spans:
            yield from _provisioned(function, spans)
        yield from _storage(function)
        yield from _snapshots(function, run)


def _invocations(function: Part, gratis: FreeTier, volume: Volume) -> Iterator[Usage]:
    """Requests, and the memory of those outside of provisioned environments; each less what is free."""
    # Model: what is free counts towards the tiers as well; AWS does not say.
    said, name, gb = function.attributes, function.id, function.attributes["memory"] / MIB_PER_GB
    requests, milliseconds = said["invocations"], said["billed_milliseconds"]
    formula = f"{counted(requests, 'request')} / 1,000,000"
    million = Usage(f"{name}: requests", CATEGORY, "lambda.million_requests", requests / MILLION, formula)
    formula = f"{milliseconds:,} ms / 1,000 × {gb:g} GB"
    price = f"lambda.{said['architecture']}.gb_second"
    duration = Usage(f"{name}: duration", CATEGORY, price, milliseconds / 1000 * gb, formula)
    yield from gratis.take(million, "requests", FREE_MILLIONS)
    for piece in volume.take(duration, said["architecture"], _tiers(said["architecture"])):
        yield from gratis.take(piece, "GB-seconds", FREE_GB_SECONDS)


def _tiers(architecture: str) -> list[tuple[str, float]]:
    """(price, GB-seconds a month where the next begins) of each."""
    first = f"lambda.{architecture}.gb_second"
    return [*zip((first, f"{first}.tier_2", f"{first}.tier_3"), (*TIERS[architecture], inf), strict=True)]


def _provisioned_spans(function: Part, run: Run) -> list[tuple[int, int]]:
    """(environments, seconds) of each number that was asked for; the last before 0 lasts to a whole five minutes."""
    steps = [
        step
        for level in run.levels
        if (level.name, level.subject) == ("ProvisionedConcurrency", function.id)
        for step in level.steps
    ]
    spans, enabled = [], 0.0
    ends = [*(moment for moment, _, _ in steps), run.seconds][1:]
    for number, ((begin, count, _), end) in enumerate(zip(steps, ends, strict=True)):
        if not count:
            continue
        if number == 0 or not steps[number - 1][1]:
            enabled = begin
        last = number == len(steps) - 1 or not steps[number + 1][1]
        until = enabled + ceil((end - enabled) / PROVISIONED_STEP) * PROVISIONED_STEP if last else end
        spans.append((count, round(until - begin)))
    return spans


def _provisioned(function: Part, spans: list[tuple[int, int]]) -> Iterator[Usage]:
    said, name, gb = function.attributes, function.id, function.attributes["memory"] / MIB_PER_GB
    prefix, total = f"lambda.{said['architecture']}.provisioned", sum(count * seconds for count, seconds in spans)
    formula = f"{' + '.join(f'{count:,} × {seconds:,} s' for count, seconds in spans)}, × {gb:g} GB"
    yield Usage(f"{name}: provisioned concurrency", CATEGORY, f"{prefix}.gb_second", total * gb, formula)
    milliseconds = said["provisioned_billed_milliseconds"]
    formula = f"{milliseconds:,} ms / 1,000 × {gb:g} GB"
    quantity = milliseconds / 1000 * gb
    yield Usage(f"{name}: provisioned duration", CATEGORY, f"{prefix}.duration.gb_second", quantity, formula)


def _storage(function: Part) -> Iterator[Usage]:
    said = function.attributes
    if (more := said["ephemeral_storage"] - FREE_STORAGE_MIB) > 0:
        milliseconds = said["billed_milliseconds"] + said["provisioned_billed_milliseconds"]
        formula = f"{milliseconds:,} ms / 1,000 × {more:,} MB / 1,024"
        quantity = milliseconds / 1000 * more / MIB_PER_GB
        yield Usage(f"{function.id}: ephemeral storage", CATEGORY, "lambda.storage.gb_second", quantity, formula)


def _snapshots(function: Part, run: Run) -> Iterator[Usage]:
    """The snapshot of a version that is kept, and each restore; Java's are free."""
    said, name, gb = function.attributes, function.id, function.attributes["memory"] / MIB_PER_GB
    if said["snap_start"] == "None" or said["runtime"].startswith("java"):
        return
    seconds = max(ceil(run.seconds), LEAST_CACHE_SECONDS)
    formula = f"{seconds:,} s × {gb:g} GB"
    yield Usage(f"{name}: SnapStart cache", CATEGORY, "lambda.snap_start.cache.gb_second", seconds * gb, formula)
    formula = f"{counted(said['cold_starts'], 'restore')} × {gb:g} GB"
    quantity = said["cold_starts"] * gb
    yield Usage(f"{name}: SnapStart restores", CATEGORY, "lambda.snap_start.restore.gb", quantity, formula)
