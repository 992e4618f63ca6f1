"""A chapter as a notebook: plain Markdown that says what the page says, and cells that Jupyter can run."""

import json
import re

import jupytext
import nbformat
import pytest

from book.notebooks import FOLDER, glued, markdown, notebook
from book.paths import ROOT

CHAPTERS = sorted((ROOT / FOLDER).glob("*.md"))
LEFT_OVER = re.compile(r"\{[\w:-]+\}`|^:::|^```\{", re.MULTILINE)
"""What only MyST understands."""


def test_an_admonition_becomes_a_quotation_under_its_title():
    text = ":::{admonition} You may think: no\n:class: warning\n\nIn fact yes.\n:::\n\nAfter."
    assert markdown(text, {}) == "> **You may think: no**\n>\n> In fact yes.\n\nAfter."


def test_terms_become_bold_words():
    text = "```{glossary}\nTask\n  A running copy.\n\nService\n  Keeps tasks.\n```"
    assert markdown(text, {}) == "**Task**: A running copy.\n\n**Service**: Keeps tasks."


def test_a_number_that_was_glued_stands_in_the_text():
    assert markdown("It took {glue:text}`gap` seconds.", {"gap": "34"}) == "It took 34 seconds."


def test_a_role_leaves_its_words_and_a_link_leads_to_the_other_notebook():
    text = "{term}`tasks <Task>`, {lab}`Lab 1 <01-a>` and [EC2](ec2.md#room)."
    assert markdown(text, {}) == "tasks, Lab 1 and [EC2](ec2.ipynb#room)."


def test_glued_values_are_read_as_they_stand_in_the_text(tmp_path):
    kept = tmp_path / "one.glue.json"
    kept.write_text(json.dumps({"gap": {"data": {"text/plain": "'34'"}}, "many": {"data": {"text/plain": "7"}}}))
    assert (glued(kept), glued(tmp_path / "none")) == ({"gap": "34", "many": "7"}, {})


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_chapter_is_a_valid_notebook_with_all_its_cells_and_no_myst(path):
    text = path.read_text(encoding="utf-8")
    made = notebook(text, {})
    nbformat.validate(made)
    code = [cell.source for cell in made.cells if cell.cell_type == "code"]
    assert len(code) == sum(cell.cell_type == "code" for cell in jupytext.reads(text, fmt="md:myst").cells)
    assert [source for source in code if "myst_nb" in source] == []
    assert [cell.source for cell in made.cells if cell.cell_type == "markdown" and LEFT_OVER.search(cell.source)] == []
    for source in code:
        compile(source, path.name, "exec")
