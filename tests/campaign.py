"""The campaign: random scenarios that run to their end while what must hold is watched.

    python tests/campaign.py 500            # seeds 0 to 499
    python tests/campaign.py 100 2000       # seeds 2000 to 2099

Prints each seed that fails, with what was built; the exit code is the number of failures.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

from random_scenarios import Scenario, build
from watch import Watch, check

import ecslite as ecs


def run_whole(seed: int, *, faults: bool = True) -> tuple[Scenario, ecs.Run]:
    """Run a seed's scenario to its end, watched; Broken where something does not hold."""
    scenario = build(seed, faults=faults)
    Watch(scenario)
    run = scenario.sim.run(minutes=scenario.minutes)
    check(scenario, run)
    return scenario, run


def run_in_slices(seed: int) -> ecs.Run:
    """The same run, in slices whose ends are drawn at random."""
    scenario = build(seed)
    choose = Random(f"slices/{seed}")
    for minute in sorted(choose.uniform(0, scenario.minutes) for _ in range(4)):
        scenario.sim.run(minutes=minute)
    return scenario.sim.run(minutes=scenario.minutes)


def fault_of(seed: int) -> str | None:
    """What is wrong with a seed's scenario, or None."""
    try:
        _, run = run_whole(seed)
        sliced = run_in_slices(seed)
    except Exception:
        return traceback.format_exc()
    if sliced.to_json() != run.to_json():
        return f"slices change the run: {first_difference(run, sliced)}"
    if ecs.bill(sliced) != ecs.bill(run):
        return "slices change the bill"
    return None


def first_difference(one: ecs.Run, other: ecs.Run) -> str:
    """Where two runs part."""
    for mine, theirs in zip(one.log, other.log, strict=False):
        if mine != theirs:
            return f"{mine} is {theirs}"
    for mine, theirs in zip(one.metric_list, other.metric_list, strict=False):
        if mine != theirs:
            return f"{mine.name} of {mine.subject}"
    return "parts or levels"


def main(argv: list[str]) -> int:
    """Run so many seeds; the number that failed."""
    many, first = int(argv[1]), int(argv[2]) if len(argv) > 2 else 0
    failed = 0
    for seed in range(first, first + many):
        if fault := fault_of(seed):
            failed += 1
            print(f"seed {seed}: {fault}", *build(seed).said, sep="\n    ", flush=True)
    print(f"{many} scenarios, {failed} failed")
    return min(failed, 100)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
