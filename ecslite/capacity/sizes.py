"""The sizes of tasks: AWS's spellings of cpu and memory, and the pairs that Fargate offers.

cpu is in CPU units (1,024 are one vCPU), memory in MiB.
Source: ECS Developer Guide, page fargate-tasks-services (read 2026-11-23).
"""

from __future__ import annotations

import re
from fractions import Fraction

__all__ = ["FARGATE_SIZES", "UNITS_PER_VCPU", "fargate_fault", "parse_cpu", "parse_memory"]

UNITS_PER_VCPU = 1024

GIB = 1024
FARGATE_SIZES: dict[int, tuple[int, ...]] = {
    256: (512, 1 * GIB, 2 * GIB),
    512: tuple(range(1 * GIB, 4 * GIB + 1, GIB)),
    1024: tuple(range(2 * GIB, 8 * GIB + 1, GIB)),
    2048: tuple(range(4 * GIB, 16 * GIB + 1, GIB)),
    4096: tuple(range(8 * GIB, 30 * GIB + 1, GIB)),
    8192: tuple(range(16 * GIB, 60 * GIB + 1, 4 * GIB)),
    16384: tuple(range(32 * GIB, 120 * GIB + 1, 8 * GIB)),
    32768: (60 * GIB, 120 * GIB, 244 * GIB),
}
"""CPU units to the memory sizes (MiB) that go with them."""

LONGEST = 32
"""Characters that a size may have; more are not a size, and would only cost time."""

WHOLE = re.compile(r"\s*(\d{1,12})\s*", re.ASCII)
VCPU = re.compile(r"\s*(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})\s*vcpu\s*", re.ASCII | re.IGNORECASE)
GB = re.compile(r"\s*(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})\s*gb\s*", re.ASCII | re.IGNORECASE)


def parse_cpu(text: str) -> int | None:
    """CPU units of AWS's spelling; None where it is not one.

    >>> parse_cpu("256"), parse_cpu("1 vCPU"), parse_cpu(".25 vcpu"), parse_cpu("a lot")
    (256, 1024, 256, None)
    """
    return _parse(text, VCPU, UNITS_PER_VCPU)


def parse_memory(text: str) -> int | None:
    """MiB of AWS's spelling; None where it is not one.

    >>> parse_memory("512"), parse_memory("0.5GB"), parse_memory("1 GB"), parse_memory("1 GiB")
    (512, 512, 1024, None)
    """
    return _parse(text, GB, GIB)


def _parse(text: str, unit: re.Pattern[str], factor: int) -> int | None:
    if len(text) > LONGEST:
        return None
    if match := WHOLE.fullmatch(text):
        return int(match[1])
    if match := unit.fullmatch(text):
        size = Fraction("0" + match[1].rstrip(".")) * factor
        return int(size) if size.denominator == 1 else None
    return None


def fargate_fault(cpu: int | None, memory: int | None) -> tuple[str, str] | None:
    """Which of "cpu" and "memory" is at fault on Fargate, and what to use instead; None for a size it offers."""
    if not cpu:
        return "cpu", f"Fargate needs a size for the whole task: use one of {_list(FARGATE_SIZES)}"
    if cpu not in FARGATE_SIZES:
        return "cpu", f"cpu={cpu} is not a Fargate size: use {_nearest(cpu, tuple(FARGATE_SIZES))} ({_pairs()})"
    sizes = FARGATE_SIZES[cpu]
    if not memory:
        return "memory", f"Fargate needs a size for the whole task: with cpu={cpu} use {_list(sizes)} (MiB)"
    if memory not in sizes:
        other = [str(units) for units, offered in FARGATE_SIZES.items() if memory in offered]
        or_cpu = f", or keep {memory} MiB with cpu {' or '.join(other)}" if other else ""
        return "memory", (
            f"memory={memory} (MiB) does not go with cpu={cpu} on Fargate: use {_nearest(memory, sizes)}{or_cpu} "
            f"(with cpu={cpu} Fargate offers {_list(sizes)})"
        )
    return None


def _nearest(value: int, sizes: tuple[int, ...]) -> str:
    below = [size for size in sizes if size < value][-1:]
    above = [size for size in sizes if size > value][:1]
    return " or ".join(str(size) for size in below + above)


def _pairs() -> str:
    return f"Fargate offers {_list(FARGATE_SIZES)}; {UNITS_PER_VCPU} are one vCPU"


def _list(sizes: dict[int, tuple[int, ...]] | tuple[int, ...]) -> str:
    return ", ".join(map(str, sizes))
