"""`python -m bench [names…]`: runs the measurements, prints them side by side and writes bench/results.json."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

from bench.rows import table, write

NAMES = {
    "station": "requests/s of one station against Ciw and against a SimPy process per request",
    "function": "SimFaaS's own Lambda example, theirs against ours",
    "memory": "peak memory at 1 and 10 million requests",
    "day": "one simulated day with scaling",
    "pyodide": "CPython against Pyodide",
    "start": "Start to live widgets, cold and in a second chapter, against JupyterLite",
    "controls": "control to figure, every explorer of every page",
    "frames": "frames a second of the board with 200 tasks",
    "weights": "bytes of every page, and of the kernel",
    "grading": "a class of 200, graded: time and peak memory a submission",
}

RESULTS = Path(__file__).parent / "results.json"


def main(words: list[str]) -> int:
    """Runs the measurements that are named, or all, one after the other; 1 if a budget was missed.

    Each is written as soon as it is done, in place of what the file had of it.
    """
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="; ".join(f"{name}: {what}" for name, what in NAMES.items()))
    asked = parser.parse_args(words)
    if unknown := sorted(set(asked.names) - set(NAMES)):
        parser.error(f"no measurement is named {', '.join(unknown)}: use {', '.join(NAMES)}")
    missed = False
    for name in (name for name in NAMES if name in asked.names or not asked.names):
        print(f"\n{name}: {NAMES[name]} …", flush=True)
        rows = import_module(f"bench.{name}").rows()
        print(table(rows), flush=True)
        write({name: rows}, RESULTS)
        missed |= any(row.met is False for row in rows)
    print(f"\nWritten to {RESULTS}.")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
