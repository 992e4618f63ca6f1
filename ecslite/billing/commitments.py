"""Commitments: Savings Plans and Reserved Instances, as you buy them for one or three years.

What they cost is fixed; what they save depends on the hours in which there is something for them to cover.
"""

from __future__ import annotations

from dataclasses import dataclass

from ecslite.errors import InvalidSetting

__all__ = ["PAYMENTS", "ReservedInstances", "SavingsPlan", "family", "normalization"]

PAYMENTS = ("No Upfront", "Partial Upfront", "All Upfront")
"""[Savings Plans API, paymentOption; EC2 API, OfferingType; read 2026-11-23]. What is paid upfront is spread evenly
over the term's hours here."""

TERMS = (1, 3)
KINDS = ("compute", "ec2_instance")

NORMALIZATION = {
    "nano": 0.25,
    "micro": 0.5,
    "small": 1.0,
    "medium": 2.0,
    "large": 4.0,
    "xlarge": 8.0,
}
"""How large a size is against others of its family; nxlarge is n × 8
[EC2 User Guide, apply_ri; the page was not read]."""


def family(instance_type: str) -> str:
    """The family of a type: m5 of m5.large."""
    return instance_type.partition(".")[0]


def normalization(instance_type: str) -> float:
    """The normalization factor of a type's size.

    >>> normalization("m5.large"), normalization("m5.4xlarge")
    (4.0, 32.0)
    """
    size = instance_type.rpartition(".")[2]
    many = size.removesuffix("xlarge")
    if size in NORMALIZATION:
        return NORMALIZATION[size]
    if size.endswith("xlarge") and many.isdigit():
        return int(many) * NORMALIZATION["xlarge"]
    raise InvalidSetting(f"{instance_type!r} has no size that is known: use a type such as m5.large or m5.2xlarge")


@dataclass(frozen=True, kw_only=True)
class SavingsPlan:
    """Dollars an hour of usage at the plan's rates, used or not.

    kind "compute" covers Fargate (vCPU and memory) and instances of every family; "ec2_instance" those of one
    `family`, such as m5. Spot is not covered, nor are storage and traffic.
    [Savings Plans User Guide, what-is-savings-plans; the page was not read]
    """

    usd_per_hour: float
    kind: str = "compute"
    family: str | None = None
    term_years: int = 1
    payment: str = "No Upfront"

    def __post_init__(self) -> None:
        if not self.usd_per_hour > 0:
            raise InvalidSetting(f"usd_per_hour={self.usd_per_hour}: commit to more than 0 dollars an hour")
        if self.kind not in KINDS:
            raise InvalidSetting(f"kind={self.kind!r}: use one of {', '.join(KINDS)}")
        if (self.kind == "ec2_instance") != (self.family is not None):
            raise InvalidSetting(
                f"kind={self.kind!r} with family={self.family!r}: an EC2 Instance Savings Plan is for one family, such"
                ' as family="m5"; a Compute Savings Plan has none'
            )
        _check(self.term_years, self.payment)

    @property
    def name(self) -> str:
        """As it stands on the bill."""
        kind = "Compute Savings Plan" if self.kind == "compute" else f"EC2 Instance Savings Plan {self.family}"
        return f"{kind} {self.term_years}y"

    def covers(self, what: str) -> bool:
        """Whether it may cover this: fargate.vcpu, fargate.gb, or an instance type."""
        return self.kind == "compute" or family(what) == self.family

    def rates(self, what: str) -> list[str]:
        """The names of its discount in a price list, the most exact first."""
        kind = "compute_savings_plan" if self.kind == "compute" else "ec2_instance_savings_plan"
        return _rates(kind, self.term_years, self.payment, what)


@dataclass(frozen=True, kw_only=True)
class ReservedInstances:
    """`count` Reserved Instances of a type, paid for every hour, used or not.

    They cover running instances first-hand: no more than 3,600 instance-seconds a clock hour each. Those for a Region
    are size-flexible within the family: the smallest instances are covered first, by normalization factors.
    [EC2 User Guide, apply_ri; the page was not read]
    """

    instance_type: str
    count: int = 1
    size_flexible: bool = True
    """False for those of one zone, which cover their own type only."""
    term_years: int = 1
    payment: str = "No Upfront"

    def __post_init__(self) -> None:
        normalization(self.instance_type)
        if self.count < 1:
            raise InvalidSetting(f"count={self.count}: reserve at least 1 instance")
        _check(self.term_years, self.payment)

    @property
    def name(self) -> str:
        """As it stands on the bill."""
        return f"Reserved {self.instance_type} {self.term_years}y"

    def covers(self, what: str) -> bool:
        """Whether it may cover an instance of this type."""
        if self.size_flexible:
            return family(what) == family(self.instance_type)
        return what == self.instance_type

    @property
    def rates(self) -> list[str]:
        """The names of its discount in a price list, the most exact first."""
        return _rates("reserved", self.term_years, self.payment, self.instance_type)


def _check(term_years: int, payment: str) -> None:
    if term_years not in TERMS:
        raise InvalidSetting(f"term_years={term_years}: use 1 or 3")
    if payment not in PAYMENTS:
        raise InvalidSetting(f"payment={payment!r}: use one of {', '.join(PAYMENTS)}")


def _rates(kind: str, term_years: int, payment: str, what: str) -> list[str]:
    term = f"{kind}.{term_years}yr.{payment.lower().replace(' ', '_')}"
    wide = [family(what)] if what.startswith("fargate") else [family(what), "ec2"]
    return [f"{term}.{each}" for each in (what, *wide)]
