"""What all chapters have in common: short cells, and a test of what each says."""

from __future__ import annotations

import re
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


def cells_of(path, kind):
    return [cell for cell in jupytext.read(path).cells if cell.cell_type == kind]


def prose_of(path):
    """The chapter's text, without its code and its list of sources."""
    return "\n".join(cell.source for cell in cells_of(path, "markdown")).split("## Sources")[0]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_chapter_has_all_its_parts(path):
    prose, code = prose_of(path), [cell.source for cell in cells_of(path, "code")]
    questions = [source for source in code if 'kind="question"' in source]
    parts = {
        "objectives": "What you will be able to do" in prose,
        "time": "**Time:**" in prose,
        "predict": any("Prediction(\n" in source for source in code),
        "two experiments": sum(source.count("Explorer(\n") + source.count("Board(") for source in code) >= 2,
        "a worked example": "worked example" in prose or path.stem == "half-truths",
        "misconceptions": "You may think" in prose or "*What is missing:*" in prose,
        "questions": len(questions) >= 5,
        "two of them from earlier chapters": sum("From " in source for source in questions) >= 2,
        "summary": "## Summary" in prose,
        "terms": "```{glossary}" in prose,
        "sources": "## Sources" in path.read_text(),
    }

    assert [name for name, there in parts.items() if not there] == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_source_is_named_where_it_is_used_and_every_footnote_has_its_source(path):
    text = path.read_text()
    defined = re.findall(r"^\[\^([\w-]+)\]:", text, re.MULTILINE)
    used = re.findall(r"\[\^([\w-]+)\](?!:)", prose_of(path))

    assert set(used) == set(defined)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_no_price_is_typed(path):
    """A price comes from the list of prices, through a name that is glued."""
    code = [cell.source for cell in cells_of(path, "code")]

    assert re.findall(r"\$\d[\d.]*", prose_of(path)) == []
    assert [found for source in code for found in re.findall(r"\$\d[\d.]*|\d+ cents", source)] == []
