"""The same scenario in CPython and in Pyodide under Node (the build that the page uses): how much slower it is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

import simpy

from bench.rows import Budget, Row, missing
from book.paths import ROOT
from book.progress import BuildError
from book.toolchain import PACKAGES, node

BUDGET = Budget("≤", 2.5, "×")
ROUNDS = 5

FOLDER = PACKAGES / "node_modules" / "pyodide"
"""npm's Pyodide: the core and the standard library."""

SCENARIO = """
from time import perf_counter
import ecslite as ecs

def evening():
    sim = ecs.Simulation(7)
    shop = ecs.Cluster(sim, "shop")
    front = ecs.LoadBalancer(sim, "front")
    web = ecs.Service(shop, ecs.TaskDefinition("web", cpu=256, memory=512), desired_count=4, load_balancer=front)
    ecs.TargetTracking(web, target=60, min_capacity=4, max_capacity=20)
    ecs.Traffic(sim, ecs.spike(base=15, peak=60, at_minute=20, for_minutes=40), cpu_seconds=0.03).to(front)
    sim.run(minutes=90)

def seconds():
    begin = perf_counter()
    evening()
    return perf_counter() - begin

print(min(seconds() for _ in range(6)))
"""
"""A service with a spike, as a chapter's explorer runs it; the fastest of six, since the first ones warm up."""


def in_pyodide(code: str) -> str:
    """What `code` prints in Pyodide, where ecslite and simpy can be imported."""
    mounts = [ROOT / "ecslite", Path(simpy.__file__).parent]
    job = {"code": code, "mounts": [[f"/mounted/{place}/{each.name}", str(each)] for place, each in enumerate(mounts)]}
    argv = [str(node()), str(Path(__file__).with_suffix(".mjs")), str(FOLDER)]
    done = subprocess.run(argv, input=json.dumps(job), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"Python in Pyodide failed:\n{done.stderr[-3000:]}")
    return done.stdout


def in_cpython(code: str) -> str:
    """What `code` prints in a fresh process of this Python."""
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def rows() -> list[Row]:
    what = "one evening of a service, CPython to Pyodide"
    if not (FOLDER / "pyodide.asm.wasm").exists():
        return [missing(what, BUDGET, "there is no Pyodide in book/node_modules: run `make setup`")]
    pairs = [(float(in_cpython(SCENARIO)), float(in_pyodide(SCENARIO))) for _ in range(ROUNDS)]
    native, browser = (1000 * median(column) for column in zip(*pairs, strict=True))
    slower = median(there / here for here, there in pairs)
    return [Row(what, f"{browser:.0f} ms in Pyodide", f"{native:.0f} ms in CPython", slower, BUDGET)]
