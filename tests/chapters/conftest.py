"""A chapter for its tests: the names that its set-up cells define, by the name of the test's module."""

from __future__ import annotations

from pathlib import Path

import jupytext
import pytest

CHAPTERS = Path(__file__).parents[2] / "chapters"


@pytest.fixture(scope="module")
def chapter(request: pytest.FixtureRequest) -> dict[str, object]:
    """The names that the set-up cells of chapters/NAME.md define, for the tests in test_NAME.py."""
    stem = Path(request.path).stem.removeprefix("test_").replace("_", "-")
    names: dict[str, object] = {}
    for cell in jupytext.read(CHAPTERS / f"{stem}.md").cells:
        if "setup" in cell.metadata.get("tags", []):
            exec(cell.source, names)  # the book's own code
    return names
