"""Two designs side by side: the bills of two runs, like with like, by category and in total."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from ecslite.billing.bill import Bill, bill
from ecslite.billing.commitments import ReservedInstances, SavingsPlan, family
from ecslite.billing.compute import is_fargate, market
from ecslite.billing.prices import Prices
from ecslite.errors import InvalidSetting
from ecslite.sim.run import Run

__all__ = ["BURSTABLE_FAMILIES", "Comparison", "compare", "refuse_burstable"]

BURSTABLE_FAMILIES = ("t2", "t3", "t3a", "t4g")
"""Types that earn and spend CPU credits [EC2 User Guide, burstable-performance-instances; the page was not read]."""

UNLIKE = ("market", "commitments", "burstable", "length")

Commitments = Sequence[SavingsPlan | ReservedInstances]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The bills of two runs. A positive difference is what the second costs more."""

    names: tuple[str, str]
    bills: tuple[Bill, Bill]

    @property
    def difference(self) -> float:
        """The second total less the first, in US dollars."""
        return self.bills[1].total - self.bills[0].total

    def rows(self) -> list[dict[str, Any]]:
        """One dict a category, and a last one for the total: category, first, second, difference (US dollars)."""
        first, second = (each.by_category() for each in self.bills)
        rows = [_row(name, first.get(name, 0.0), second.get(name, 0.0)) for name in dict.fromkeys([*first, *second])]
        return [*rows, _row("Total", self.bills[0].total, self.bills[1].total)]

    def __str__(self) -> str:
        head = f"{'US dollars':<16} {self.names[0]:>14} {self.names[1]:>14} {'difference':>14}"
        rows = [
            f"{row['category']:<16} {row['first']:>14.4f} {row['second']:>14.4f} {row['difference']:>+14.4f}"
            for row in self.rows()
        ]
        return "\n".join([head, *rows])


def _row(category: str, first: float, second: float) -> dict[str, Any]:
    return {"category": category, "first": first, "second": second, "difference": second - first}


def compare(
    run_a: Run,
    run_b: Run,
    prices: Prices | None = None,
    *,
    commitments: tuple[Commitments, Commitments] = ((), ()),
    names: tuple[str, str] = ("first", "second"),
    allow: Collection[str] = (),
) -> Comparison:
    """Put two runs' bills side by side, if they can be compared.

    Refused (InvalidSetting) where one side has bought otherwise than the other: Spot against on demand ("market"),
    commitments against none ("commitments"), a burstable type ("burstable"), or another simulated time ("length").
    `allow` names those that you compare all the same. `commitments` are those of the first and of the second run.
    """
    for unlike in allow:
        if unlike not in UNLIKE:
            raise InvalidSetting(f"allow={unlike!r}: use some of {', '.join(UNLIKE)}")
    for unlike, reason in _reasons((run_a, run_b), commitments):
        if unlike not in allow:
            raise InvalidSetting(f"{reason}, or say so with allow=[{unlike!r}]")
    first, second = (
        bill(run, prices, commitments=bought) for run, bought in zip((run_a, run_b), commitments, strict=True)
    )
    return Comparison(names, (first, second))


def _reasons(runs: tuple[Run, Run], commitments: tuple[Commitments, Commitments]) -> list[tuple[str, str]]:
    """What is unlike on the two sides: (its name, the value, the rule and the fix)."""
    reasons = []
    first, second = (_markets(run) for run in runs)
    if first and second and first != second:
        said = f"{' and '.join(first)} is compared with {' and '.join(second)}"
        rule = "Spot may be taken back and has no fixed price, so it stands against Fargate Spot or EC2 Spot alone"
        reasons.append(("market", f"{said}: {rule}; run both on the same market"))
    if bool(commitments[0]) != bool(commitments[1]):
        side = "first" if commitments[0] else "second"
        rule = "a commitment of a year against none compares terms, not designs"
        reasons.append(("commitments", f"only the {side} run has commitments: {rule}; give both some, or neither"))
    for run in runs:
        for type_ in _burstable(run):
            reasons.append(("burstable", _no_credits(type_)))
    if runs[0].seconds != runs[1].seconds:
        said = f"{runs[0].seconds:g} s are compared with {runs[1].seconds:g} s"
        reasons.append(("length", f"{said}: bills grow with time; run both for the same time"))
    return reasons


def _markets(run: Run) -> list[str]:
    """The markets on which a run's compute was bought; Managed Instances are on demand."""
    found = {"spot" if market(part) == "spot" else "on-demand" for part in _paid_for(run)}
    return sorted(found)


def _paid_for(run: Run) -> list[Any]:
    return [*run.of_kind("instance"), *(task for task in run.of_kind("task") if is_fargate(task))]


def _burstable(run: Run) -> list[str]:
    types = dict.fromkeys(one.attributes["type"] for one in run.of_kind("instance"))
    return [type_ for type_ in types if family(type_) in BURSTABLE_FAMILIES]


def _no_credits(type_: str) -> str:
    return (
        f"{type_} is a burstable type: its price holds for its baseline only, and the CPU credits above it are not"
        " simulated, so it would look cheaper than it is; use a type such as m5.large"
    )


def refuse_burstable(type_: str) -> None:
    """InvalidSetting where the true price of a type depends on CPU credits."""
    if family(type_) in BURSTABLE_FAMILIES:
        raise InvalidSetting(_no_credits(type_))
