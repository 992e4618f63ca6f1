"""What all chapters have in common: short cells, and a test of what each says."""

from __future__ import annotations

from pathlib import Path

import jupytext
import pytest

CHAPTERS = sorted((Path(__file__).parents[2] / "chapters").glob("*.md"))

MOST_LINES = 12
HIDDEN = {"hide-input", "remove-cell", "remove-input"}


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_no_cell_shows_more_than_twelve_lines(path):
    cells = [cell for cell in jupytext.read(path).cells if cell.cell_type == "code"]
    shown = [cell.source for cell in cells if not HIDDEN & set(cell.metadata.get("tags", []))]

    assert [source for source in shown if len(source.splitlines()) > MOST_LINES] == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_chapter_has_tests_of_what_it_says(path):
    assert (Path(__file__).parent / f"test_{path.stem.replace('-', '_')}.py").is_file()
