"""Every error the engine raises on purpose, in one tree.

    EcsliteError
    ├── InvalidDocument      a document of AWS's form has faults; all of them are listed, each by its path
    ├── InvalidSetting       a value given to one of our parts breaks a rule
    └── NotInThisRun         a Run was asked for something it does not hold

A message says the value seen, the rule it breaks and the fix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["DocumentFault", "EcsliteError", "InvalidDocument", "InvalidSetting", "NotInThisRun"]


class EcsliteError(Exception):
    """The root: `except ecs.EcsliteError` catches whatever the engine refuses."""


class InvalidSetting(EcsliteError, ValueError):
    """A value given to a part breaks a rule."""


class NotInThisRun(EcsliteError, LookupError):
    """A Run was asked for a metric, an event or a part it does not hold."""


@dataclass(frozen=True, slots=True)
class DocumentFault:
    """One thing wrong with a document: where it stands, and what would be right."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class InvalidDocument(EcsliteError, ValueError):
    """A document of AWS's form has faults; `.faults` lists all of them."""

    def __init__(self, what: str, faults: Sequence[DocumentFault]) -> None:
        self.faults = tuple(faults)
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__("\n".join([f"{what} has {count}:", *(f"  {fault}" for fault in self.faults)]))
