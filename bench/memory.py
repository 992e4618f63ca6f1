"""Peak memory of 1 and 10 million requests through a load balancer, above an interpreter that did nothing.

Each is a process of its own, since a process's peak never falls. Unix only: Windows has no `resource`.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

from bench.rows import Budget, Row, missing

BUDGET = Budget("≤", 60, "MiB")

PEAK = """
import resource, sys
from pathlib import Path

def peak():
    # Linux hands getrusage's peak on from parent to child; VmHWM is the process's own.
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)
"""
"""Defines peak(): KiB."""

IDLE = PEAK + "print(peak())"

SERVE = f"""{PEAK}
import ecslite as ecs
from ecslite.network.target import Registration
from ecslite.sim.station import Workers
sim = ecs.Simulation(1)
front = ecs.LoadBalancer(sim, "front")
cause = sim.log.add("task", "one", "One task runs.")
front.register(Registration("one", Workers(10), 0.0, cause, lambda *_: None))
ecs.Traffic(sim, ecs.constant(160.0), cpu_seconds=0.05).to(front)
run = sim.run(seconds=int(sys.argv[1]) / 160)
assert sum(run.metrics["RequestCount"]["Sum"]) > 0.98 * int(sys.argv[1]), "requests are missing"
print(peak())
"""


def peak_mib(code: str, *words: str) -> float:
    """The peak resident memory of a Python that runs `code`, in MiB."""
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


def rows() -> list[Row]:
    what = "peak memory of {} million requests"
    if find_spec("resource") is None:
        return [missing(what.format(10), BUDGET, "this system has no `resource` module: run it on Linux or macOS")]
    idle = peak_mib(IDLE)
    found = []
    for millions in (1, 10):
        above = peak_mib(SERVE, str(millions * 1_000_000)) - idle
        found.append(Row(what.format(millions), f"{idle + above:.1f} MiB", f"{idle:.1f} MiB idle", above, BUDGET))
    return found
