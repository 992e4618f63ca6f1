"""Same seed, same bytes: in this Python and in the browser's (npm's Pyodide, run by Node)."""

from __future__ import annotations

from pathlib import Path

import scenarios

from bench.pyodide import FOLDER, in_cpython, in_pyodide

RUNS = """
from hashlib import sha256
import ecslite as ecs
from ecslite.serverless import Function

def digest(run):
    return sha256(run.to_json().encode()).hexdigest()

def draws():
    sim = ecs.Simulation(3)
    hello = Function(sim, "hello", warm=ecs.LogNormal(0.3, 2), cold=ecs.Uniform(0.5, 1.5), idle_seconds=30)
    ecs.Traffic(sim, ecs.diurnal(low=1, high=9), arrivals="poisson").to(hello)
    return sim.run(minutes=120)

print(digest(shop()))
print(digest(shop(seed=3, base=10, peak=60, crash_at=(12, 20), stops=(3, 7.5, 11.25), minutes=60)))
print(digest(draws()))
"""
"""Calm and busy services, crashes, slices, and every distribution that calls the platform's mathematics."""


def test_pyodide_gives_the_same_bytes():
    assert (FOLDER / "pyodide.asm.wasm").exists(), "book/node_modules has no Pyodide: run `make setup`"
    code = Path(scenarios.__file__).read_text() + RUNS

    here, there = in_cpython(code).split(), in_pyodide(code).split()

    assert len(set(here)) == 3
    assert here == there
