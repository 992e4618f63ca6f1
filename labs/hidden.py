"""The class's key: what the seeds and parameters of the hidden checks are drawn from.

The sources of the labs are public, so nothing in them can be a secret. The key is: the instructor sets it, in a file
or in the environment, and no notebook that a learner's code runs in ever holds it. What such a notebook gets is a mark
for one exercise, from which neither the key nor another exercise's mark can be computed.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from labs.lab import LabError

__all__ = ["PUBLIC", "VARIABLE", "ClassKey", "class_key"]

VARIABLE = "ECSLITE_CLASS_KEY"
"""The environment variable that holds a class's key."""

SHORTEST = 16
"""Characters of a key: a shorter one could be found by trying."""


@dataclass(frozen=True, slots=True)
class ClassKey:
    """A key. Its text is not shown where it is printed."""

    text: str = field(repr=False)
    public: bool = False
    """Whether anybody can know it."""

    def mark(self, lab: str, exercise: str) -> str:
        """The mark of one exercise: HMAC-SHA256 of the lab and the exercise by the key, in hexadecimal digits."""
        return hmac.new(self.text.encode(), f"{lab}/{exercise}".encode(), "sha256").hexdigest()


PUBLIC = ClassKey("public: whoever reads the source can know it", public=True)
"""Used where no key is set."""


def class_key(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> ClassKey:
    """The key in a file, or else in the environment, or else the public one; LabError if it is not fit for one."""
    if path is not None:
        try:
            text, where = path.read_text(encoding="utf-8"), str(path)
        except (OSError, UnicodeDecodeError) as error:
            raise LabError(f"{path} cannot be read as the class's key ({error}): name a text file") from None
    elif VARIABLE in environment:
        text, where = environment[VARIABLE], VARIABLE
    else:
        return PUBLIC
    text = text.strip()
    if len(text) < SHORTEST:
        raise LabError(
            f"the class's key in {where} has {len(text)} characters, and {SHORTEST} are the least: make one with"
            ' python -c "import secrets; print(secrets.token_hex())"'
        )
    return ClassKey(text)
